// `npm test`: everything that needs no outside server, on both engines. Says loudly when the native one is missing.
import { spawn } from 'node:child_process';
import { inRoot, readJson, say } from './lib/common.mjs';
import { OUTCOME } from './lib/engine.mjs';

const native = readJson(OUTCOME)?.native === true;
const warn = () => {
  if (native) return;
  const line = '═'.repeat(74);
  say(`╔${line}╗\n║ The native engine is not here: its tests are SKIPPED. "npm run engine" says why. ║\n╚${line}╝`);
};
warn();
const child = spawn(
  process.execPath,
  [inRoot('node_modules', 'vitest', 'vitest.mjs'), 'run', ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    cwd: inRoot(),
  },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('close', (code) => {
  warn();
  process.exit(code ?? 1);
});
