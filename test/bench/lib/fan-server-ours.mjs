// The real graph, pipeline and doors over the real hub of scored payments; only the engine and the logs are left out.
import { Guard } from '../../../dist/access/guard.js';
import { systemClock } from '../../../dist/core/clock.js';
import { scoredHub } from '../../../dist/flows/streams.js';
import { createApollo } from '../../../dist/graphql/apollo.js';
import { ErrorPresenter } from '../../../dist/graphql/errors.js';
import { Executor } from '../../../dist/graphql/executor.js';
import { GraphPipeline } from '../../../dist/graphql/pipeline.js';
import { buildGraph } from '../../../dist/graphql/schema.js';
import { PrometheusMetrics } from '../../../dist/transport/metrics.js';
import { startServer } from '../../../dist/transport/server.js';
import { driveFanOut } from './fan-driver.mjs';
import { scoredPayment } from './fan-payments.mjs';

const [topics, pingMs = 12_000] = process.argv.slice(2).map(Number);
const logger = { debug() {}, info() {}, warn: console.error, error: console.error, child: () => logger };
const metrics = new PrometheusMetrics();
const live = scoredHub();
let head = 0;
const scored = {
  name: 'scored',
  live,
  keyOf: ({ event }) => event.entity,
  head: () => head,
  horizon: () => 0,
  read: async () => [],
};
const executor = new Executor(buildGraph());
const presenter = new ErrorPresenter(logger, metrics);
const pipeline = new GraphPipeline({
  executor,
  app: { clock: systemClock, streams: { scored } },
  guard: new Guard({ clock: systemClock, deadlineMs: 10_000, maxDeadlineMs: 30_000 }),
  presenter,
});
const apollo = createApollo({ schema: executor.schema, executor, presenter, logger });
await apollo.start();
const server = await startServer({
  host: '127.0.0.1',
  port: 0,
  apollo,
  pipeline,
  metrics,
  logger,
  maxBodyBytes: 1_048_576,
  allowedHosts: [],
  allowedOrigins: [],
  notReady: () => [],
  beforeScrape() {},
  limits: { ws: { pingMs } },
});
await driveFanOut({
  port: Number(new URL(server.url).port),
  publish: (n) => live.publish({ position: ++head, value: scoredPayment(n, n % topics) }),
  stop: () => server.close(0),
});
