import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../support/server.js';
import { fuzz } from './fuzz.mjs';
import { prepare } from './server.mjs';

const MAIN = resolve(import.meta.dirname, '../../dist/main.js');
const CASES = 3_000;

const folder = temporaryFolder();
let server: { child: ChildProcess; url: string; check(): Promise<void> };
beforeAll(async () => {
  const env = {
    ...process.env,
    PORT: '0',
    SCOREGRAPH_DEMO: 'off',
    SCOREGRAPH_LOG_LEVEL: 'warn',
    SCOREGRAPH_DATA_DIR: folder.path,
  };
  server = await prepare(spawn(process.execPath, [MAIN], { env: { ...env, SCOREGRAPH_ENGINE: 'wasm' } }));
});
afterAll(() => {
  server.child.kill('SIGKILL');
  folder.remove();
});

it(`${CASES} cases of nonsense at every door break nothing`, { timeout: 300_000 }, async () => {
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
  console.log(`fuzz: seed ${seed} (FUZZ_SEED=${seed} brings the same cases back)`);
  const { cases, answers } = await fuzz({ url: server.url, cases: CASES, seed });
  expect(cases).toBeGreaterThanOrEqual(CASES);
  // Nonsense alone would prove little: some of it must have been answered.
  expect(answers.get('fine')).toBeGreaterThan(CASES / 20);
  await server.check();
});
