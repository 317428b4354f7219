// A hundred models with weights of their own, each asked for a hundredth of the rows, against three with a third each: through the graph,
// and the same rows straight through router, batcher and worker, so that what many models cost is seen and not hidden behind GraphQL.
import { cpSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock } from '../../dist/core/clock.js';
import { noMetrics } from '../../dist/core/metrics.js';
import { createEnginePool } from '../../dist/inference/pool/pool.js';
import { InferenceService } from '../../dist/inference/service.js';
import { round, spread, withQuartiles, withSpread } from './lib/figures.mjs';
import { load } from './lib/load.mjs';
import { LIKE_PAYMENTS, modelName, writeModels } from './lib/many-models.mjs';
import { ask, SERVER_FLAGS, serve, stop } from './lib/processes.mjs';
import { threeModels } from './lib/three-models.mjs';

const SHIPPED = resolve(import.meta.dirname, '../../models');
const MODELS = 100;
const FEW = 3;
/** Hidden layers of models whose weights lie near the processor, all hundred of them: what the others cost beyond these is memory. */
const SMALL = [16, 8];
const CUSTOMERS = 2_000;
const IN_FLIGHT = [64, 512, 4_096];
const silent = { debug() {}, info() {}, warn: console.error, error: console.error, child: () => silent };

/** Rows a second with `inFlight` rows waiting at any time. */
async function rate(service, names, inFlight, seconds) {
  const until = performance.now() + seconds * 1000;
  let answered = 0;
  let n = 0;
  const one = async () => {
    while (performance.now() < until) {
      const features = Float32Array.of((n % 997) / 997, (n % 1_009) / 1_009, (n % 1_013) / 1_013);
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

/**
 * Combined queries a second of two servers that differ in how many models they have. Windows of a second in turns, each second pair the other way
 * round: what the machine does besides comes and goes within seconds.
 */
async function throughGraph({ folder, rounds, seconds, cores, hidden }) {
  const contenders = [];
  for (const count of [FEW, MODELS]) {
    const place = join(folder, `graph-${count}-${cores}-${hidden.join('-')}`);
    const modelsDir = join(place, 'models');
    cpSync(SHIPPED, modelsDir, { recursive: true });
    writeModels(modelsDir, count, hidden);
    const expectedFile = join(place, 'expected.json');
    const server = await serve(
      'server-ours.mjs',
      [join(place, 'data'), String(CUSTOMERS), expectedFile, modelsDir],
      cores,
      SERVER_FLAGS,
    );
    const { body, check } = threeModels(JSON.parse(readFileSync(expectedFile, 'utf8')), count, hidden);
    contenders.push({ server, body, check, rates: [], cpu: [] });
  }
  const measure = async ({ server, body, check }, length) => {
    const before = (await ask(server, 'cpu')).cpu;
    const { perSecond, wrong } = await load({ port: server.port, connections: 64, seconds: length, body, check });
    if (wrong.length > 0) throw new Error(wrong.join('; '));
    return { perSecond, cpu: ((await ask(server, 'cpu')).cpu - before) / (perSecond * length) };
  };
  for (const contender of contenders) await measure(contender, 2 * seconds);
  for (let pair = 0; pair < rounds * seconds; pair++) {
    for (const contender of pair % 2 === 0 ? contenders : contenders.toReversed()) {
      const { perSecond, cpu } = await measure(contender, 1);
      contender.rates.push(perSecond);
      contender.cpu.push(cpu);
    }
  }
  const [few, all] = contenders;
  const ratio = withQuartiles(
    all.rates.map((rate, pair) => rate / few.rates[pair]),
    (n) => n.toFixed(2),
  );
  const { stats } = await ask(all.server, 'stats');
  const own = Object.entries(stats).filter(([name]) => /^m\d+$/.test(name));
  const rows = own.reduce((sum, [, s]) => sum + s.rows, 0);
  const batches = own.reduce((sum, [, s]) => sum + s.batches, 0);
  const micros = ({ cpu }) => spread(cpu).median.toFixed(0);
  console.log(
    `  hidden layers of ${hidden.join(' and ')}, server on ${cores.includes(',') ? 'both cores' : 'one core'}: ${withQuartiles(all.rates)} /s over ${MODELS}, ${withQuartiles(few.rates)} over ${FEW}; ratio of pairs ${ratio}; ${micros(all)} and ${micros(few)} µs of CPU a query; mean batch ${(rows / batches).toFixed(1)}`,
  );
  for (const { server } of contenders) await stop(server);
}

/** Rows a second straight at the service. */
async function withoutGraph({ folder, rounds, seconds }) {
  const modelsDir = join(folder, 'hundred');
  writeModels(modelsDir, MODELS);
  const names = Array.from({ length: MODELS }, (_, m) => modelName(m));
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
  console.log(
    `  straight at router and batcher, no graph in front; all loaded in ${(took / 1000).toFixed(1)} s, ${(grown / MODELS).toFixed(2)} MiB each`,
  );
  for (const inFlight of IN_FLIGHT) {
    await rate(service, names, inFlight, 1);
    const all = [];
    const few = [];
    for (let r = 0; r < rounds; r++) {
      few.push(await rate(service, names.slice(0, FEW), inFlight, seconds / 2));
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

export async function hundred(options) {
  console.log(
    `${MODELS} models with weights of their own against ${FEW}; combined query of three models about a customer, 64 connections, answers checked, 1 worker; load ${loadavg()[0].toFixed(2)}`,
  );
  for (const hidden of [LIKE_PAYMENTS, SMALL])
    for (const cores of ['0,1', '0']) await throughGraph({ ...options, cores, hidden });
  await withoutGraph(options);
}
