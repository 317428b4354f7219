// A hundred models, each asked for a hundredth of the rows, against three with a third each: the same rows through router, batcher and
// workers, without a graph in front, so that what many models cost is seen and not hidden behind GraphQL.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock } from '../../dist/core/clock.js';
import { noMetrics } from '../../dist/core/metrics.js';
import { createEnginePool } from '../../dist/inference/pool/pool.js';
import { InferenceService } from '../../dist/inference/service.js';
import { round, spread, withSpread } from './lib/figures.mjs';

const FROM = resolve(import.meta.dirname, '../../models/fraud');
const MODELS = 100;
const IN_FLIGHT = [64, 512, 4_096];
const silent = { debug() {}, info() {}, warn: console.error, error: console.error, child: () => silent };

function copies(folder, count) {
  const names = Array.from({ length: count }, (_, i) => `m${i}`);
  for (const name of names) {
    mkdirSync(join(folder, name), { recursive: true });
    const manifest = JSON.parse(readFileSync(join(FROM, 'manifest.json'), 'utf8'));
    writeFileSync(join(folder, name, 'manifest.json'), JSON.stringify({ ...manifest, name }));
    cpSync(join(FROM, '1'), join(folder, name, '1'), { recursive: true });
  }
  return names;
}

/** Rows a second with `inFlight` rows waiting at any time. */
async function rate(service, names, inFlight, seconds) {
  const until = performance.now() + seconds * 1000;
  let answered = 0;
  let n = 0;
  const one = async () => {
    while (performance.now() < until) {
      const features = Float32Array.from({ length: 29 }, (_, i) => ((n * 31 + i * 7) % 100) / 100);
      const context = {
        deadline: performance.now() + 60_000,
        priority: 'interactive',
        principal: 'bench',
        traceId: 't',
      };
      await service.predict(names[n++ % names.length], { inputs: { features } }, context);
      answered++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  return answered / seconds;
}

export async function hundred({ folder, rounds, seconds }) {
  const modelsDir = join(folder, 'hundred');
  const names = copies(modelsDir, MODELS);
  const pool = await createEnginePool({
    engine: 'tensorflow',
    workers: 1,
    cacheDir: join(folder, 'hundred-compiled'),
    logger: silent,
  });
  const service = new InferenceService({ pool, modelsDir, clock: systemClock, logger: silent, metrics: noMetrics });
  const before = process.memoryUsage.rss();
  const from = performance.now();
  await service.start();
  const took = performance.now() - from;
  const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
  console.log(`${MODELS} models (copies of fraud), 1 worker, no graph in front; load ${loadavg()[0].toFixed(2)}`);
  console.log(`  all loaded in ${(took / 1000).toFixed(1)} s, ${(grown / MODELS).toFixed(2)} MiB each`);
  for (const inFlight of IN_FLIGHT) {
    await rate(service, names, inFlight, 1);
    const all = [];
    const few = [];
    for (let r = 0; r < rounds; r++) {
      few.push(await rate(service, names.slice(0, 3), inFlight, seconds / 2));
      all.push(await rate(service, names, inFlight, seconds / 2));
    }
    const share = spread(all).median / spread(few).median;
    console.log(
      `  ${round(inFlight)} rows in flight: ${withSpread(all)} rows/s over all, ${withSpread(few)} over three: ${share.toFixed(2)}`,
    );
  }
  await service.close(1_000);
  console.log();
}
