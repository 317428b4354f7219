// `npm run dev`: compiles as you type, bundles the page, and restarts the server on what was compiled.
import { spawn } from 'node:child_process';
import { inRoot } from './lib/common.mjs';
import { watchDashboard } from './lib/dashboard.mjs';

await watchDashboard();

const start = (args) => spawn(process.execPath, args, { stdio: 'inherit', cwd: inRoot() });
const children = [
  start([inRoot('node_modules', 'typescript', 'bin', 'tsc'), '-p', '.', '--watch', '--preserveWatchOutput']),
  start(['--watch', inRoot('dist', 'main.js')]),
];
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const child of children) child.kill(signal);
  });
}
