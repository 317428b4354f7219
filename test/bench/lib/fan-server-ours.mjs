// The real graph, pipeline and doors over the real hub of scored payments; only the engine and the logs are left out.
import { Authenticator } from '../../../dist/access/authentication.js';
import { Guard } from '../../../dist/access/guard.js';
import { systemClock } from '../../../dist/core/clock.js';
import { scoredHub } from '../../../dist/flows/streams.js';
import { Admission } from '../../../dist/graphql/admission.js';
import { Authorisation, authorisationCheck } from '../../../dist/graphql/authorisation.js';
import { ErrorPresenter } from '../../../dist/graphql/errors.js';
import { GraphPipeline } from '../../../dist/graphql/pipeline.js';
import { buildGraph } from '../../../dist/graphql/schema.js';
import { SchemaHost } from '../../../dist/graphql/schema-host.js';
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
const authenticator = new Authenticator({ apiKeyFile: null, jwt: null, trustedProxies: [] }, systemClock, logger);
const guard = new Guard({
  authenticator,
  introspection: 'everybody',
  clock: systemClock,
  deadlineMs: 10_000,
  maxDeadlineMs: 30_000,
});
const presenter = new ErrorPresenter(logger, metrics);
const maxTokens = 10_000;
const host = await SchemaHost.start(buildGraph(), {
  admission: (schema) => new Admission([authorisationCheck(new Authorisation(schema, guard))]),
  presenter,
  maxTokens,
  logger,
});
const pipeline = new GraphPipeline({
  host,
  app: { clock: systemClock, streams: { scored } },
  guard,
  presenter,
  maxTokens,
});
const server = await startServer({
  host: '127.0.0.1',
  port: 0,
  apollo: host.apollo,
  pipeline,
  guard,
  metrics,
  logger,
  maxBodyBytes: 1_048_576,
  allowedHosts: [],
  allowedOrigins: [],
  pageDir: '/nowhere',
  health: { readiness: () => ({ notReady: [], degraded: [] }), modelReady: () => null },
  beforeScrape() {},
  limits: { ws: { pingMs } },
});
await driveFanOut({
  port: Number(new URL(server.url).port),
  publish: (n) => live.publish({ position: ++head, value: scoredPayment(n, n % topics) }),
  stop: () => server.close(0),
});
