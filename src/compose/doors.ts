import { fileURLToPath } from 'node:url';
import { FRAUD_MODEL } from '../domains/fraud/fraud.js';
import { IngestWindow } from '../flows/ingest-window.js';
import type { App } from '../graphql/app.js';
import type { RowCosts } from '../inference/row-costs.js';
import { type RunningServer, startServer } from '../transport/server.js';
import type { Base } from './base.js';
import type { Ground } from './ground.js';
import { healthOf } from './health.js';
import type { Models } from './models.js';
import type { Serving } from './serving.js';

/** Built beside the server's own code; from src/ (in tests) it is the same folder. */
const PAGE_DIR = fileURLToPath(new URL('../../dist/dashboard', import.meta.url));
/** What recording an event from a stream takes beside its score, ms of model time. */
const LINE_MS = 0.04;

/** Opens the doors: the last thing of a start. @throws as `startServer`. */
export function openDoors(
  { config, logger, metrics }: Base,
  { audit, pool }: Ground,
  { inference, graph }: Models,
  app: App,
  { guard, budgets, host, documents, pipeline }: Serving,
  rowCosts: RowCosts,
): Promise<RunningServer> {
  const { events, scorer, ingest, customers, source } = app;
  return startServer({
    host: config.host,
    port: config.port,
    apollo: host.apollo,
    pipeline,
    schemaText: () => graph.text,
    guard,
    metrics,
    events: {
      audit,
      ingest,
      window: new IngestWindow({
        head: () => events.head(),
        settled: (seq, timeoutMs) => scorer.settled(seq, timeoutMs),
      }),
      source,
      budgets,
      lineMs: () => LINE_MS + rowCosts.of(FRAUD_MODEL).rowMs,
    },
    logger: logger.child({ room: 'transport' }),
    maxBodyBytes: config.maxBodyBytes,
    allowedHosts: config.allowedHosts,
    allowedOrigins: config.allowedOrigins,
    tls: config.tls ?? undefined,
    pageDir: PAGE_DIR,
    health: healthOf(inference, () => pool.workers.alive(), config.requiredModels),
    queueMs: () => inference.waitingMs(),
    beforeScrape: () => {
      inference.measure();
      const measure = (name: string, help: string, value: number) => metrics.gauge(name, help).set(value);
      measure('scoregraph_event_log_head', 'Position of the newest event.', events.head());
      measure('scoregraph_scorer_offset', 'Everything up to here is scored.', scorer.offset);
      measure('scoregraph_subscriptions_open', 'Live subscriptions.', pipeline.live.count);
      measure(
        'scoregraph_subscription_renderings',
        'Executions an event costs: subscriptions that want the same share one.',
        pipeline.live.renderings,
      );
      measure('scoregraph_customers', 'Customers held.', customers.size());
      measure('scoregraph_trusted_documents', 'Documents of the manifests.', documents.trusted.size);
      measure('scoregraph_registered_documents', 'Documents kept for clients.', documents.registered.size);
    },
  });
}
