// The server under test, in a process of its own: the whole composition, a bench world, and the runtime's own answers on request.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { compose } from '../../../dist/compose.js';
import { readConfig } from '../../../dist/config/config.js';
import { createTensorflowRuntime } from '../../../dist/inference/runtimes/tensorflow/tensorflow.js';
import { guardedBy } from './guards.mjs';
import { expectations, fillWorld } from './world.mjs';

// `modelsDir` empty: the models as shipped. `guard`: see guards.mjs.
const [dataDir, customers, expectedFile, modelsDir = '', guard = 'open'] = process.argv.slice(2);
const { env, bearer } = await guardedBy(guard, dataDir);
const silent = { debug() {}, info() {}, warn: console.error, error: console.error, child: () => silent };
const running = await compose(
  readConfig({
    PORT: '0',
    SCOREGRAPH_DATA_DIR: dataDir,
    ...(modelsDir === '' ? {} : { SCOREGRAPH_MODELS_DIR: modelsDir }),
    SCOREGRAPH_WORKERS: '1',
    SCOREGRAPH_ENGINE: 'tensorflow',
    SCOREGRAPH_MAX_BODY_BYTES: '4194304',
    ...env,
  }),
  silent,
);
const ids = await fillWorld(running, Number(customers));
await running.app.scorer.settled(running.data.events.head(), 120_000);
await running.checkpoint();
const runtime = createTensorflowRuntime({ cacheDir: null, logger: silent });
writeFileSync(expectedFile, JSON.stringify(await expectations(running, runtime, ids)));
// How long the main thread was busy without a pause, at most, since it was last asked.
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('message', async (what) => {
  if (what === 'stall') {
    process.send({ stall: delay.max / 1e6 });
    delay.reset();
  }
  if (what === 'heap') {
    global.gc?.();
    process.send({ heap: process.memoryUsage().heapUsed, rss: process.memoryUsage().rss });
  }
  if (what === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send({ cpu: user + system });
  }
  if (what === 'rss') process.send({ rss: process.memoryUsage().rss });
  if (what === 'stats') {
    process.send({
      stats: Object.fromEntries(
        running.inference.registry
          .list()
          .map(({ name, versions: [{ statistics }] }) => [
            name,
            { rows: statistics.rows, batches: statistics.batches },
          ]),
      ),
    });
  }
  if (what === 'stop') running.close().then(() => process.exit(0));
});
process.send({ port: Number(new URL(running.server.url).port), bearer });
