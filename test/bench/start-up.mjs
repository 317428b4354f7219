// `npm start` until /v2/health/ready answers 200, installation done: with an empty log and with a long one.
import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { round, withSpread } from './lib/figures.mjs';
import { serve, stop } from './lib/processes.mjs';

const root = resolve(import.meta.dirname, '../..');

/** Seconds from `npm start` to ready. The server is ended with SIGTERM afterwards. */
async function start(dataDir, demo) {
  const started = performance.now();
  const npm = spawn('taskset', ['-c', `0-${cpus().length - 1}`, 'npm', 'start'], {
    cwd: root,
    env: { ...process.env, PORT: '0', SCOREGRAPH_DATA_DIR: dataDir, SCOREGRAPH_DEMO: demo, TF_CPP_MIN_LOG_LEVEL: '2' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((done) => npm.on('exit', done));
  const url = await new Promise((done, fail) => {
    let said = '';
    npm.stdout.on('data', (text) => {
      said += text;
      const address = /ready at (http:\S+)/.exec(said)?.[1];
      if (address) done(address);
    });
    npm.on('exit', (code) => fail(new Error(`npm start ended with ${code}: ${said}`)));
  });
  while ((await fetch(`${url}/v2/health/ready`)).status !== 200) await new Promise((r) => setTimeout(r, 5));
  const seconds = (performance.now() - started) / 1000;
  npm.kill('SIGTERM');
  const code = await ended;
  if (code !== 0) throw new Error(`npm start ended with ${code} after SIGTERM`);
  return seconds;
}

export async function startUp({ folder, rounds, startEvents }) {
  const long = join(folder, 'long');
  await stop(await serve('fill-log.mjs', [long, String(startEvents)], '0,1'));
  const empty = [];
  const filled = [];
  await start(join(folder, 'empty-0'), 'off');
  for (let r = 0; r < rounds; r++) {
    empty.push(await start(join(folder, `empty-${r + 1}`), 'off'));
    filled.push(await start(long, 'auto'));
  }
  const s = (n) => n.toFixed(2);
  console.log('start-up: npm start until /v2/health/ready answers 200, installation done');
  console.log(`  empty log: ${withSpread(empty, s)} s`);
  console.log(`  ${round(startEvents)} events: ${withSpread(filled, s)} s\n`);
}
