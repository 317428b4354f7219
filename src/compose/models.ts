import { join } from 'node:path';
import type { ModelStateChanged, NewEvent, Stored } from '../core/events.js';
import type { DataRoom } from '../data/open.js';
import type { FeatureStore } from '../data/ports.js';
import type { Hub } from '../events/hub.js';
import type { CustomerState } from '../features/customer-state.js';
import type { Positioned } from '../flows/log-stream.js';
import { ModelAliases } from '../flows/model-aliases.js';
import { ModelPolicies } from '../flows/model-policies.js';
import { ModelStateRecorder } from '../flows/model-states.js';
import { ruleCompiler } from '../flows/routing-rules.js';
import { entityHub } from '../flows/streams.js';
import { ModelGraph } from '../graphql/generated/model-graph.js';
import { buildGraph } from '../graphql/schema.js';
import { AliasBook } from '../inference/aliases.js';
import type { EnginePool } from '../inference/ports.js';
import { RoutingBook } from '../inference/routing/book.js';
import { InferenceService } from '../inference/service.js';
import { readPublicKeys } from '../inference/signing.js';
import type { Base } from './base.js';

/** The models of the folder, who answers for them, and the graph that they make. */
export interface Models {
  readonly inference: InferenceService;
  readonly aliases: ModelAliases;
  readonly policies: ModelPolicies;
  readonly graph: ModelGraph;
  /** Notes what becomes of versions, and writes it once it is started. */
  readonly states: ModelStateRecorder;
  readonly stateHub: Hub<Positioned<Stored<ModelStateChanged>>>;
  /** Resolves when every version that is to serve does, or says why not. */
  readonly loaded: Promise<void>;
  /** Where rules of policies look from now on; until then nobody fits one that is about customers. */
  lookUpCustomersIn(customers: FeatureStore<CustomerState>): void;
}

/** Restores aliases, policies and the graph, and begins to load the models. */
export async function openModels(
  { config, logger, clock, metrics }: Base,
  { data, pool }: { readonly data: DataRoom; readonly pool: EnginePool },
  append: (events: readonly NewEvent[]) => Promise<void>,
): Promise<Models> {
  const flows = logger.child({ room: 'flows' });
  const durable = { log: data.events, snapshots: data.snapshots, append, clock, logger: flows };
  const aliases = await ModelAliases.open({ book: new AliasBook(), ...durable });
  const graph = await ModelGraph.open({
    written: buildGraph(),
    snapshots: data.snapshots,
    clock,
    logger: logger.child({ room: 'graphql' }),
  });
  let customers: FeatureStore<CustomerState> | null = null;
  const policies = await ModelPolicies.open({
    book: new RoutingBook(ruleCompiler(() => customers, clock)),
    aliases: aliases.book,
    ...durable,
  });
  const inference = new InferenceService({
    pool,
    policies: policies.book,
    aliases: aliases.book,
    moveAlias: (move) => aliases.move(move, 'system'),
    admit: (manifest) => graph.admit(manifest),
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
  const stateHub = entityHub<ModelStateChanged>();
  const states = new ModelStateRecorder({ append, hub: stateHub, clock, logger: flows });
  inference.registry.onStateChange((version) => {
    states.note(version);
    if (version.state === 'AVAILABLE') graph.available(version.model);
  });
  return {
    inference,
    aliases,
    policies,
    graph,
    states,
    stateHub,
    loaded: inference.start(),
    lookUpCustomersIn(store) {
      customers = store;
    },
  };
}
