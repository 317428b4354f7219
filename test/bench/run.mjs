// `npm run bench [-- combined deployed guarded overload explanations start-up ingest kill fan-out swaps hundred]`: all of them unless named; `fuzz` only
// when named. BENCH_… shorten or lengthen them.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { combined } from './combined.mjs';
import { deployed } from './deployed.mjs';
import { explanations } from './explanations.mjs';
import { fanOut } from './fan-out.mjs';
import { fuzz } from './fuzz.mjs';
import { guarded } from './guarded.mjs';
import { hundred } from './hundred.mjs';
import { ingest } from './ingest.mjs';
import { kill } from './kill.mjs';
import { killAll } from './lib/processes.mjs';
import { overload } from './overload.mjs';
import { startUp } from './start-up.mjs';
import { swaps } from './swaps.mjs';

const BENCHES = {
  combined,
  deployed,
  guarded,
  overload,
  explanations,
  'start-up': startUp,
  ingest,
  kill,
  'fan-out': fanOut,
  swaps,
  hundred,
};
/** Measures nothing, so it runs only when it is named. */
const NAMED = { fuzz };
const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(BENCHES);
const unknown = chosen.filter((name) => !(name in BENCHES) && !(name in NAMED));
if (unknown.length > 0) {
  console.error(
    `expected benches among ${Object.keys({ ...BENCHES, ...NAMED }).join(', ')}, got ${unknown.join(', ')}`,
  );
  process.exit(1);
}
const number = (name, fallback) => Number(process.env[name] ?? fallback);
const options = {
  folder: mkdtempSync(join(tmpdir(), 'scoregraph-bench-')),
  customers: number('BENCH_CUSTOMERS', 10_000),
  rounds: number('BENCH_ROUNDS', 5),
  seconds: number('BENCH_SECONDS', 4),
  heapQueries: number('BENCH_HEAP_QUERIES', 1_000_000),
  startEvents: number('BENCH_START_EVENTS', 1_000_000),
  payments: number('BENCH_PAYMENTS', 1_000_000),
  paymentsPerSecond: number('BENCH_PAYMENTS_PER_SECOND', 16_667),
  watchers: number('BENCH_WATCHERS', 1_000),
  kills: number('BENCH_KILLS', 20),
  swaps: number('BENCH_SWAPS', 1_000),
  fuzzCases: number('BENCH_FUZZ_CASES', 100_000),
  fuzzSeed: process.env.BENCH_FUZZ_SEED === undefined ? undefined : Number(process.env.BENCH_FUZZ_SEED),
  fuzzOnly: process.env.BENCH_FUZZ_ONLY,
};
const machine = `${cpus().length} × ${cpus()[0].model}, node ${process.version}`;
console.log(`machine: ${machine}, ${new Date().toISOString()}, load ${loadavg()[0].toFixed(2)}`);
console.log(
  `${options.customers} customers with histories, asked in random order; prediction cache off; prediction log as shipped (a tenth sampled); generator on core 1; median (lowest … highest) of ${options.rounds}\n`,
);
try {
  for (const name of chosen) await { ...BENCHES, ...NAMED }[name](options);
} finally {
  killAll();
  rmSync(options.folder, { recursive: true, force: true });
}
