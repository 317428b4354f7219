import { appOf } from './compose/app.js';
import { type Base, every } from './compose/base.js';
import { openCustomers } from './compose/customers.js';
import { buildDomains } from './compose/domains.js';
import { openDoors } from './compose/doors.js';
import { Checkpoints, restoreEntities } from './compose/entities.js';
import { openGround } from './compose/ground.js';
import { openLive } from './compose/live.js';
import { openModels } from './compose/models.js';
import { OwnEvents } from './compose/own-events.js';
import { startRollOuts } from './compose/roll-outs.js';
import { openServing, type Serving } from './compose/serving.js';
import type { Config } from './config/config.js';
import { type Clock, systemClock } from './core/clock.js';
import type { Logger } from './core/logger.js';
import type { DataRoom } from './data/open.js';
import { Departures } from './flows/departures.js';
import { auditEraser, type Eraser, resumeErasures } from './flows/erasure.js';
import { Projection } from './flows/projection.js';
import type { App, SimulationFacts } from './graphql/app.js';
import type { Documents } from './graphql/documents/documents.js';
import { RowCosts } from './inference/row-costs.js';
import type { InferenceService } from './inference/service.js';
import { PrometheusMetrics } from './transport/metrics.js';
import type { RunningServer } from './transport/server.js';

const DRAIN_MS = 10_000;
/** How often the prices of rows are brought up to date. */
const PRICE_MS = 1_000;

/** A whole, running graph. */
export interface Running {
  readonly config: Config;
  readonly server: RunningServer;
  readonly app: App;
  readonly data: DataRoom;
  readonly inference: InferenceService;
  readonly documents: Documents;
  /** What start-up did, for the start-up lines. */
  readonly startup: {
    readonly events: number;
    readonly replayed: number;
    readonly restoreMs: number;
    readonly customers: number;
  };
  /** The engine's threads, so that a test can kill one. */
  readonly engineThreads: readonly { kill(): Promise<unknown> }[];
  /** Facts about the simulated world; set by whoever runs one. */
  simulation: (() => SimulationFacts) | null;
  /** Saves feature state now. */
  checkpoint(): Promise<void>;
  /** Stops in order: no new work, answers under way finish, sockets close with 1001, everything is flushed. */
  close(): Promise<void>;
}

/**
 * The composition root: builds every room from a Config and wires them through their ports. Starts nothing twice, and on a
 * failure takes down what it had started.
 * @throws ScoregraphError or Error with a sentence that says what to do.
 */
export async function compose(config: Config, logger: Logger, clock: Clock = systemClock): Promise<Running> {
  const undo: (() => unknown)[] = [];
  const metrics = new PrometheusMetrics();
  try {
    return await build({ config, logger, clock, metrics, onFailure: (step) => undo.push(step) });
  } catch (error) {
    for (const step of undo.reverse()) {
      try {
        await step();
      } catch {} // what was meant to be told is why the start failed
    }
    throw error;
  }
}

/** From the ground up; each part is built by the file of its name in compose/. */
async function build(base: Base): Promise<Running> {
  const { config, logger, clock, metrics, onFailure } = base;
  const ground = await openGround(base);
  const { data, audit } = ground;
  const own = new OwnEvents(data.events);
  const models = await openModels(base, ground, own.append);
  const { inference } = models;

  // Other places that hold something about customers join here.
  const erasers: readonly Eraser[] = [auditEraser(audit)];
  const resumed = await resumeErasures(data.personal, erasers, clock);
  if (resumed > 0) logger.info({ erasures: resumed }, 'Erasures that were interrupted are carried through.');
  const departures = new Departures(config.maxDeadlineMs);
  const restoreStarted = clock.monotonic();
  const entities = await restoreEntities(data.snapshots);
  models.lookUpCustomersIn(entities.customers);
  const domains = buildDomains(base, ground, inference, entities, departures);

  // They come with the graph, last of all: whoever is built before it asks only once it serves.
  const subscriptions = {
    count: () => serving.pipeline.live.count,
    forget: (customerId: string) => serving.pipeline.live.forget(customerId),
  };
  await models.loaded; // payments that wait for their score, or their alert, need the model
  const live = await openLive(
    { config, logger: logger.child({ room: 'flows' }), clock, metrics },
    { data, inference, append: own.append, modelStateHub: models.stateHub, subscribers: subscriptions.count },
    { ...domains, customers: entities.customers, departures },
  );
  onFailure(() => live.alerts.close());
  const { scorer, alerts } = live;
  const projection = new Projection({
    log: data.events,
    followers: [scorer, domains.catalogue, ...live.followers, models.states, models.aliases, models.policies],
    position: entities.replayFrom,
    logger: logger.child({ room: 'flows' }),
  });
  own.handTo(projection);
  await projection.catchUp();
  const startup = {
    events: data.events.head(),
    replayed: data.events.head() - entities.replayFrom,
    restoreMs: clock.monotonic() - restoreStarted,
    customers: entities.customers.size(),
  };
  models.states.start();

  const customers = openCustomers(base, ground, entities, domains, live, inference, {
    projection,
    departures,
    erasers,
    subscriptions,
  });
  const rollOuts = startRollOuts(base, ground, models, domains);
  const rowCosts = new RowCosts(inference.registry, inference.router);
  const stopPricing = every(PRICE_MS, () => rowCosts.refresh());
  onFailure(stopPricing);
  const app = appOf(base, {
    ground,
    models,
    entities,
    domains,
    live,
    customers,
    rollOuts,
    rowCosts,
    simulation: () => running.simulation?.() ?? null,
  });
  const serving: Serving = await openServing(base, app, models.graph, audit, rowCosts);
  const server = await openDoors(base, ground, models, app, serving, rowCosts);
  const checkpoints = new Checkpoints(entities, { projection, scorer, alerts }, logger);

  const running: Running = {
    config,
    server,
    app,
    data,
    inference,
    documents: serving.documents,
    startup,
    engineThreads: ground.pool.threads,
    simulation: null,
    checkpoint: () => checkpoints.save(),
    async close() {
      checkpoints.hurry();
      stopPricing();
      rollOuts.stop();
      serving.documents.trusted.close();
      await server.close(DRAIN_MS);
      await customers.erasure.settled();
      serving.authenticator.close();
      await serving.host.stop();
      await live.end();
      await models.states.close();
      await checkpoints.save().catch(() => {});
      projection.close();
      await scorer.close();
      await alerts.close();
      await inference.close(DRAIN_MS);
      await models.graph.settled();
      await models.aliases.close();
      await models.policies.close();
      await audit.close();
      await data.close();
    },
  };
  return running;
}
