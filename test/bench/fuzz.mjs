import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fuzz as run } from '../fuzz/fuzz.mjs';
import { prepare } from '../fuzz/server.mjs';

/** What it may keep for good: with more, the process ends, and the run fails. */
const HEAP = '--max-old-space-size=512';
const MAIN = resolve(import.meta.dirname, '../../dist/main.js');

/** Nonsense of all kinds at every door of a server in a process of its own; see docs/security-tests.md. */
export async function fuzz({ folder, fuzzCases: cases, fuzzSeed, fuzzOnly: only }) {
  const seed = fuzzSeed ?? Date.now() % 2 ** 31;
  console.log(`fuzz: ${cases} cases, seed ${seed} (BENCH_FUZZ_SEED brings the same cases back)`);
  const server = await prepare(
    spawn(process.execPath, [HEAP, MAIN], {
      env: {
        ...process.env,
        PORT: '0',
        SCOREGRAPH_DEMO: 'off',
        SCOREGRAPH_LOG_LEVEL: 'warn',
        SCOREGRAPH_DATA_DIR: join(folder, 'fuzz'),
      },
    }),
  );
  const memory = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]) / 1_024;
  try {
    await run({ url: server.url, cases: Math.min(1_000, cases / 10), seed: seed + 1, only });
    const before = memory();
    const report = await run({ url: server.url, cases, seed, only, say: (line) => console.log(line) });
    const after = memory();
    console.log(`  ${report.cases} cases in ${report.seconds.toFixed(0)} s, no crash, hang or internal error`);
    console.log(
      `  memory of the server: ${before.toFixed(0)} MiB after 1,000 cases, ${after.toFixed(0)} MiB after all (heap of at most 512)`,
    );
    for (const [code, count] of report.answers) console.log(`  ${String(count).padStart(8)} × ${code}`);
    await server.check();
  } finally {
    server.child.kill('SIGKILL');
  }
}
