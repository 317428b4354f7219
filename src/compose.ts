import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Authenticator } from './access/authentication.js';
import { Budgets } from './access/budgets.js';
import { Guard } from './access/guard.js';
import { LOCAL_PRINCIPAL } from './access/principal.js';
import { openLive } from './compose-live.js';
import { type Config, retentionOf } from './config/config.js';
import { type Clock, systemClock } from './core/clock.js';
import { messageOf } from './core/errors.js';
import type { ModelStateChanged, NewEvent, StoredEvent } from './core/events.js';
import type { Logger } from './core/logger.js';
import type { PredictionRecord } from './core/predictions.js';
import { EmbeddedFeatureStore } from './data/feature-store.js';
import { readDataKey } from './data/key.js';
import { type DataRoom, openData } from './data/open.js';
import { openAudit } from './data/open-audit.js';
import type { FeatureStore } from './data/ports.js';
import { Explainer } from './domains/explanation/explanation.js';
import { FRAUD_MODEL, FraudDomain } from './domains/fraud/fraud.js';
import { GenericDomain } from './domains/generic/generic.js';
import { QueryRecorder } from './domains/prediction.js';
import { RecommendationsDomain } from './domains/recommendations/recommendations.js';
import { SegmentationDomain } from './domains/segmentation/segmentation.js';
import { type CustomerState, customerReducer } from './features/customer-state.js';
import { Catalogue, type ItemState, itemReducer } from './flows/catalogue.js';
import { Departures } from './flows/departures.js';
import { auditEraser, CustomerErasure, type Eraser, resumeErasures } from './flows/erasure.js';
import { Ingest } from './flows/ingest.js';
import { IngestWindow } from './flows/ingest-window.js';
import { ModelAliases } from './flows/model-aliases.js';
import { ModelOperations } from './flows/model-operations.js';
import { ModelPolicies } from './flows/model-policies.js';
import { ModelStateRecorder } from './flows/model-states.js';
import { Projection } from './flows/projection.js';
import { Replays } from './flows/replay.js';
import { Rescoring } from './flows/rescoring.js';
import { RollOuts } from './flows/roll-out.js';
import { RollOutOperations } from './flows/roll-out-operations.js';
import { ruleCompiler } from './flows/routing-rules.js';
import { ShadowScoring } from './flows/shadow.js';
import { entityHub } from './flows/streams.js';
import { Admission } from './graphql/admission.js';
import type { App, ModelDirectory, SchemaFeed, SimulationFacts, VersionFacts } from './graphql/app.js';
import { noteRefused } from './graphql/audit.js';
import { Authorisation, authorisationCheck } from './graphql/authorisation.js';
import { costCheck } from './graphql/cost/cost-check.js';
import type { Documents } from './graphql/documents/documents.js';
import { openDocuments } from './graphql/documents/open.js';
import { ErrorPresenter } from './graphql/errors.js';
import { ModelGraph } from './graphql/generated/model-graph.js';
import { GraphPipeline } from './graphql/pipeline.js';
import { buildGraph } from './graphql/schema.js';
import { SchemaHost } from './graphql/schema-host.js';
import { AliasBook } from './inference/aliases.js';
import { createEnginePool } from './inference/pool/pool.js';
import type { RegisteredModel, RegisteredVersion } from './inference/registry.js';
import { RoutingBook } from './inference/routing/book.js';
import { RowCosts } from './inference/row-costs.js';
import { InferenceService } from './inference/service.js';
import { readPublicKeys } from './inference/signing.js';
import type { HealthSource } from './transport/http/health.js';
import { PrometheusMetrics } from './transport/metrics.js';
import { type RunningServer, startServer } from './transport/server.js';

/** Built beside the server's own code; from src/ (in tests) it is the same folder. */
const PAGE_DIR = fileURLToPath(new URL('../dist/dashboard', import.meta.url));
/** What that page asks, built with it. */
const PAGE_DOCUMENTS = fileURLToPath(new URL('../dist/dashboard-documents.json', import.meta.url));
const CHECKPOINT_MS = 15_000;
/** A checkpoint may wait this long for the scorer. */
const SETTLE_MS = 30_000;
const DRAIN_MS = 10_000;
/** What recording an event from a stream takes beside its score, ms of model time. */
const LINE_MS = 0.04;
/** How often the prices of rows are brought up to date. */
const PRICE_MS = 1_000;
/** How often roll-outs are looked at. */
const ROLL_OUT_MS = 1_000;

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
  const undo: (() => Promise<unknown>)[] = [];
  try {
    return await build(config, logger, clock, undo);
  } catch (error) {
    for (const step of undo.reverse()) await step().catch(() => {});
    throw error;
  }
}

async function build(config: Config, logger: Logger, clock: Clock, undo: (() => Promise<unknown>)[]): Promise<Running> {
  const metrics = new PrometheusMetrics();

  // The data folder and the engine do not know each other: both start at once.
  const dataKey = readDataKey(config.dataKeyFile);
  const opening = openData({
    dir: config.dataDir,
    clock,
    logger: logger.child({ room: 'data' }),
    watermarkBytes: config.diskWatermarkBytes,
    retention: retentionOf(config),
    key: dataKey,
  });
  const starting = createEnginePool({
    engine: config.engine,
    workers: config.workers,
    cacheDir: join(config.dataDir, 'compiled'),
    logger: logger.child({ room: 'inference' }),
    loadTimeoutMs: config.modelLoadTimeoutMs,
  });
  starting.catch(() => {}); // reported below, after the data folder had its say
  const data = await opening.catch(async (error) => {
    await starting.then((pool) => pool.close(0)).catch(() => {});
    throw error;
  });
  undo.push(() => data.close());
  const audit = openAudit({
    dir: config.dataDir,
    key: dataKey,
    clock,
    logger: logger.child({ room: 'data' }),
    metrics,
    days: config.auditDays,
  });
  undo.push(() => audit.close());
  const pool = await starting;
  undo.push(() => pool.close(0));

  const projecting: { projection: Projection | null } = { projection: null };
  const append = (events: readonly NewEvent[]) => appendOwn(data, projecting, events);
  const aliases = await ModelAliases.open({
    book: new AliasBook(),
    log: data.events,
    snapshots: data.snapshots,
    append,
    clock,
    logger: logger.child({ room: 'flows' }),
  });
  const modelGraph = await ModelGraph.open({
    written: buildGraph(),
    snapshots: data.snapshots,
    clock,
    logger: logger.child({ room: 'graphql' }),
  });
  const routing: { customers: FeatureStore<CustomerState> | null; shadows: ShadowScoring | null } = {
    customers: null,
    shadows: null,
  };
  const policies = await ModelPolicies.open({
    book: new RoutingBook(ruleCompiler(() => routing.customers, clock)),
    aliases: aliases.book,
    log: data.events,
    snapshots: data.snapshots,
    append,
    clock,
    logger: logger.child({ room: 'flows' }),
  });
  const inference = new InferenceService({
    pool,
    policies: policies.book,
    aliases: aliases.book,
    moveAlias: (move) => aliases.move(move, 'system'),
    admit: (manifest) => modelGraph.admit(manifest),
    pollMs: config.modelsPollMs,
    memoryMb: config.modelsMemoryMb,
    probing: {
      cacheDir: join(config.dataDir, 'compiled'),
      timeoutMs: config.modelLoadTimeoutMs,
      memoryMb: config.modelLoadMemoryMb,
    },
    keys: config.modelPublicKeyFile === null ? null : readPublicKeys(config.modelPublicKeyFile),
    modelsDir: config.modelsDir,
    clock,
    logger: logger.child({ room: 'inference' }),
    metrics,
    ...(config.predictionCacheEntries === 0
      ? {}
      : { cache: { maxEntries: config.predictionCacheEntries, maxAgeMs: config.predictionCacheMaxAgeMs } }),
  });
  const modelChanges = entityHub<ModelStateChanged>();
  const modelStates = new ModelStateRecorder({
    append,
    hub: modelChanges,
    clock,
    logger: logger.child({ room: 'flows' }),
  });
  inference.registry.onStateChange((version) => {
    modelStates.note(version);
    if (version.state === 'AVAILABLE') modelGraph.available(version.model);
  });
  const loadingModels = inference.start();

  // Other places that hold something about customers join here.
  const erasers: readonly Eraser[] = [auditEraser(audit)];
  const resumed = await resumeErasures(data.personal, erasers, clock);
  if (resumed > 0) logger.info({ erasures: resumed }, 'Erasures that were interrupted are carried through.');
  const departures = new Departures(config.maxDeadlineMs);
  const restoreStarted = clock.monotonic();
  const customers = await EmbeddedFeatureStore.open<CustomerState>({
    kind: 'customer',
    reducer: customerReducer,
    snapshots: data.snapshots,
  });
  const items = await EmbeddedFeatureStore.open<ItemState>({
    kind: 'item',
    reducer: itemReducer,
    snapshots: data.snapshots,
  });
  const replayFrom = Math.min(customers.replayFrom, items.replayFrom);

  routing.customers = customers.store;
  const offer = (record: PredictionRecord) => !departures.isRecent(record.entity) && data.predictions.offer(record);
  const recorder = new QueryRecorder({ offer }, clock, audit, (prediction, question) =>
    routing.shadows?.saw(prediction, question),
  );
  const unavailable = new Set<string>();
  const explainer = new Explainer(inference);
  const fraud = new FraudDomain(inference, recorder, explainer);
  const segmentation = new SegmentationDomain(inference, recorder, explainer);
  const recommendations = new RecommendationsDomain(inference, recorder, unavailable, explainer);
  const catalogue = new Catalogue(items.store, unavailable, (itemId) => recommendations.vocabularyItem(itemId));

  const generic = new GenericDomain(inference, recorder, clock);
  const rescoring = new Rescoring({
    ...{ fraud, segmentation, recommendations, generic },
    customers: customers.store,
    manifestOf: (model) => inference.registry.get(model)?.manifest ?? null,
  });
  const shadows = new ShadowScoring({ inference, rescoring, offer, clock, metrics });
  routing.shadows = shadows;

  await loadingModels; // payments that wait for their score, or their alert, need the model
  const live = await openLive(
    { config, logger: logger.child({ room: 'flows' }), clock, metrics },
    { data, inference, append, modelStateHub: modelChanges, subscribers: () => pipeline.live.count },
    {
      customers: customers.store,
      fraud,
      segmentation,
      recommendations,
      departures,
      shadows,
    },
  );
  undo.push(() => live.alerts.close());
  const { scorer } = live;
  const projection = new Projection({
    log: data.events,
    followers: [scorer, catalogue, ...live.followers, modelStates, aliases, policies],
    position: replayFrom,
    logger: logger.child({ room: 'flows' }),
  });
  projecting.projection = projection;

  await projection.catchUp();
  const startup = {
    events: data.events.head(),
    replayed: data.events.head() - replayFrom,
    restoreMs: clock.monotonic() - restoreStarted,
    customers: customers.store.size(),
  };
  modelStates.start();

  const ingest = new Ingest({
    log: data.events,
    clock,
    world: {
      knownCustomer: (customerId) => customers.store.peek(customerId) !== null,
      leaving: (customerId) => departures.isLeaving(customerId),
      knownItem: (itemId) => catalogue.item(itemId) !== null,
      seen: () => projection.position,
      knownPredictions: async (ids) => {
        const found = await data.predictions.byIds(ids);
        return new Set(ids.filter((_, i) => found[i] !== null));
      },
      paymentCurrency: () => inference.registry.get(FRAUD_MODEL)?.manifest.currency,
    },
    onAppended: (events) => projection.appended(events),
  });

  const erasure = new CustomerErasure({
    data: data.personal,
    erasers,
    holders: [
      departures,
      ingest,
      customers.store,
      live.scorer,
      live.alerts,
      live.customerScores,
      live.recommendationWatch,
      shadows,
      { bar: (customerId) => pipeline.live.forget(customerId), lift: (customerId) => pipeline.live.forget(customerId) },
      { bar: () => inference.clearCache(), lift: () => inference.clearCache() },
    ],
    documents: () => [live.alerts.document()],
    appended: (event) => projection.appended([event]),
    clock,
    logger: logger.child({ room: 'flows' }),
  });

  const modelOperations = new ModelOperations(inference, aliases);
  const rollOuts = new RollOuts({ inference, policies, aliases, clock, logger: logger.child({ room: 'flows' }) });
  const rollingOut = setInterval(() => void rollOuts.tick(), ROLL_OUT_MS);
  rollingOut.unref();
  undo.push(async () => clearInterval(rollingOut));

  const replays = new Replays({ history: data.history, rescoring, clock, logger: logger.child({ room: 'flows' }) });

  const app: App = {
    clock,
    customers: customers.store,
    catalogue,
    events: data.events,
    predictions: data.predictions,
    history: data.history,
    personal: data.personal,
    erasure,
    audit,
    fraud,
    segmentation,
    recommendations,
    generic,
    ingest,
    scorer,
    segmentWatch: live.segmentWatch,
    recommendationWatch: live.recommendationWatch,
    alerts: live.alerts,
    customerScores: live.customerScores,
    liveStats: live.liveStats,
    streams: live.streams,
    models: modelDirectory(inference, modelGraph),
    schema: schemaFeed(inference, modelGraph),
    rowMicroseconds: (model, version) => rowCosts.rowMicroseconds(model, version),
    modelOperations,
    rollOuts: new RollOutOperations({
      operations: modelOperations,
      inference,
      policies,
      segments: () => segmentation.segments().map(({ id }) => id),
    }),
    rescoring,
    replays,
    routing: {
      state: (model) => policies.get(model),
      arm: (model, arm) => inference.arms.facts(model, arm),
      shadow: (model) => shadows.facts(model),
    },
    engine: () => ({ ...pool.engine, workers: pool.workers.configured, workersAlive: pool.workers.alive() }),
    simulation: () => running.simulation?.() ?? null,
    source: 'api',
  };

  const rowCosts = new RowCosts(inference.registry, inference.router);
  const pricing = setInterval(() => rowCosts.refresh(), PRICE_MS);
  pricing.unref();
  undo.push(async () => clearInterval(pricing));
  const { apiKeys, jwt, trustedProxies } = config.authentication;
  const authenticator = new Authenticator(
    { apiKeyFile: apiKeys ? config.apiKeyFile : null, jwt, trustedProxies },
    clock,
    logger.child({ room: 'access' }),
  );
  undo.push(async () => authenticator.close());
  const guard = new Guard({
    authenticator,
    introspection: config.authentication.introspection,
    onUnknown: ({ door, remote }) =>
      audit.refused({ principal: null, door, operation: 'identify', outcome: 'UNAUTHENTICATED', remote }),
    clock,
    deadlineMs: config.deadlineMs,
    maxDeadlineMs: config.maxDeadlineMs,
  });
  const presenter = new ErrorPresenter(logger.child({ room: 'graphql' }), metrics);
  const { tokens: maxTokens, msPerSecond, burstMs, operationMs: maxOperationMs } = config.limits;
  const budgets = new Budgets({ clock, msPerSecond, burstMs });
  const host = await SchemaHost.start(modelGraph.schema(), {
    admission: (schema) =>
      new Admission(
        [
          authorisationCheck(new Authorisation(schema, guard)),
          costCheck({ schema, limits: config.limits, prices: rowCosts, budgets, maxOperationMs }),
        ],
        noteRefused,
      ),
    presenter,
    maxTokens,
    logger: logger.child({ room: 'apollo' }),
  });
  undo.push(() => host.stop());
  modelGraph.serveOn(host);
  const documents = await openDocuments({
    schema: () => host.current.schema,
    files: config.trustedDocuments,
    ownFile: PAGE_DOCUMENTS,
    onlyTrusted: config.onlyTrusted,
    maxRegistered: config.registeredDocuments,
    // Where nobody is asked who they are, everybody is the local caller: that is no proof of a role.
    mayAskFreely: (principal) =>
      principal !== LOCAL_PRINCIPAL && (principal.roles.has('operator') || principal.roles.has('admin')),
    logger: logger.child({ room: 'graphql' }),
  });
  undo.push(async () => documents.trusted.close());
  const pipeline = new GraphPipeline({ host, app, guard, presenter, maxTokens, documents });

  const server = await startServer({
    host: config.host,
    port: config.port,
    apollo: host.apollo,
    pipeline,
    schemaText: () => modelGraph.text,
    guard,
    metrics,
    events: {
      audit,
      ingest,
      window: new IngestWindow({
        head: () => data.events.head(),
        settled: (seq, timeoutMs) => scorer.settled(seq, timeoutMs),
      }),
      source: app.source,
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
      metrics.gauge('scoregraph_event_log_head', 'Position of the newest event.').set(data.events.head());
      metrics.gauge('scoregraph_scorer_offset', 'Everything up to here is scored.').set(scorer.offset);
      metrics.gauge('scoregraph_subscriptions_open', 'Live subscriptions.').set(pipeline.live.count);
      metrics
        .gauge(
          'scoregraph_subscription_renderings',
          'Executions an event costs: subscriptions that want the same share one.',
        )
        .set(pipeline.live.renderings);
      metrics.gauge('scoregraph_customers', 'Customers held.').set(customers.store.size());
      metrics.gauge('scoregraph_trusted_documents', 'Documents of the manifests.').set(documents.trusted.size);
      metrics.gauge('scoregraph_registered_documents', 'Documents kept for clients.').set(documents.registered.size);
    },
  });

  let closing = false;
  /** Queries come first: a checkpoint takes a tenth of the thread, unless the server is waiting for it. */
  const pause = async (busyMs: number) => {
    if (!closing) await sleep(9 * busyMs);
  };
  let checkpointing: Promise<void> = Promise.resolve();
  const checkpoint = () => {
    checkpointing = checkpointing.then(async () => {
      const { position } = projection;
      // A saved state must not contain payments whose score is not on disk: their features could not be taken again.
      await customers.store.checkpoint(
        position,
        async (seq) => {
          await scorer.settle();
          await scorer.settled(seq, SETTLE_MS);
          if (scorer.offset < seq) throw new Error('scoring is behind');
        },
        pause,
      );
      await items.store.checkpoint(position, async () => {}, pause);
      await live.alerts.checkpoint();
    });
    const done = checkpointing;
    checkpointing = checkpointing.catch((error) =>
      logger.warn({ error: messageOf(error) }, 'Feature state could not be saved; a restart replays more.'),
    );
    return done;
  };
  const checkpoints = setInterval(() => void checkpoint().catch(() => {}), CHECKPOINT_MS);
  checkpoints.unref();

  const running: Running = {
    config,
    server,
    app,
    data,
    inference,
    documents,
    startup,
    engineThreads: pool.threads,
    simulation: null,
    checkpoint,
    async close() {
      closing = true;
      clearInterval(checkpoints);
      clearInterval(pricing);
      clearInterval(rollingOut);
      replays.close();
      documents.trusted.close();
      await server.close(DRAIN_MS);
      await erasure.settled();
      authenticator.close();
      await host.stop();
      await live.end();
      await modelStates.close();
      await checkpoint().catch(() => {});
      projection.close();
      await scorer.close();
      await live.alerts.close();
      await inference.close(DRAIN_MS);
      await modelGraph.settled();
      await aliases.close();
      await policies.close();
      await audit.close();
      await data.close();
    },
  };
  return running;
}

/**
 * Appends events of the server itself, in one transaction, and hands on those that are new. While the log is still being read at start-up
 * there is no projection yet: the reading comes by them.
 */
async function appendOwn(
  data: DataRoom,
  { projection }: { readonly projection: Projection | null },
  events: readonly NewEvent[],
): Promise<void> {
  const results = await data.events.append(events);
  const fresh = results.flatMap(({ status, seq, recordedAt }, i) =>
    status === 'appended' ? [{ ...events[i]!, seq, recordedAt } as StoredEvent] : [],
  );
  if (fresh.length > 0) projection?.appended(fresh);
}

/** Ready means: the engine runs, and each required model answers. Any other model without a version takes its own fields with it only. */
function healthOf(inference: InferenceService, workersAlive: () => number, required: readonly string[]): HealthSource {
  const { registry } = inference;
  const reasonOf = (name: string): string | null => {
    try {
      inference.router.resolve(name, {});
      return null;
    } catch (error) {
      return messageOf(error);
    }
  };
  return {
    readiness() {
      const missing = required.flatMap((name) => reasonOf(name) ?? []);
      const others = registry.list().flatMap(({ name }) => (required.includes(name) ? [] : (reasonOf(name) ?? [])));
      return {
        notReady: workersAlive() === 0 ? ['no engine worker is running', ...missing] : missing,
        degraded: [...others, ...inference.lifecycle.problems.map(({ model, message }) => `${model}: ${message}`)],
      };
    },
    modelReady(name) {
      if (registry.get(name) === null) return null;
      const reason = workersAlive() === 0 ? 'no engine worker is running' : reasonOf(name);
      return { ready: reason === null, reason };
    },
  };
}

/** The schema as the graph tells of it. */
function schemaFeed({ registry, lifecycle }: InferenceService, graph: ModelGraph): SchemaFeed {
  return {
    get version() {
      return graph.version;
    },
    follow: (signal) => graph.follow(signal),
    async accept(model) {
      const refused = await graph.accept(model, registry.get(model) !== null);
      if (refused === null) await lifecycle.refresh(); // its versions follow the manifest that counts now
      return refused;
    },
  };
}

/** The registry as the graph shows it. */
function modelDirectory({ registry, router, lifecycle }: InferenceService, graph: ModelGraph): ModelDirectory {
  const facts = (version: RegisteredVersion, model: RegisteredModel): VersionFacts => ({
    ...version,
    aliases: router
      .aliases(model)
      .filter((alias) => alias.version === version.number)
      .map((alias) => alias.name),
  });
  const modelFacts = (model: RegisteredModel) => ({
    name: model.name,
    manifest: model.manifest,
    aliases: router.aliases(model),
    versions: model.versions.map((version) => facts(version, model)),
  });
  return {
    list: () => registry.list().map(modelFacts),
    problems: () => [
      ...lifecycle.problems,
      ...graph.gone(new Set(registry.list().map(({ name }) => name))).map((model) => ({
        model,
        reason: 'MODEL_GONE',
        message: 'the graph has its fields, the models folder does not have it; acceptModelGraph takes them away',
      })),
    ],
    get(name) {
      const model = registry.get(name);
      return model === null ? null : modelFacts(model);
    },
    version(name, number) {
      const model = registry.get(name);
      const version = registry.version(name, number);
      return model === null || version === null ? null : facts(version, model);
    },
  };
}
