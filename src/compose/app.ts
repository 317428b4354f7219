import { CANARY } from '../flows/roll-out.js';
import { scoreShift } from '../flows/roll-out-guards.js';
import type { App, ModelDirectory, ModelTrust, SchemaFeed, SimulationFacts, VersionFacts } from '../graphql/app.js';
import type { ModelGraph } from '../graphql/generated/model-graph.js';
import type { RegisteredModel, RegisteredVersion } from '../inference/registry.js';
import { CONTROL } from '../inference/routing/book.js';
import type { RowCosts } from '../inference/row-costs.js';
import type { InferenceService } from '../inference/service.js';
import type { Base } from './base.js';
import type { Customers } from './customers.js';
import type { Domains } from './domains.js';
import type { Entities } from './entities.js';
import type { Ground } from './ground.js';
import type { Live } from './live.js';
import type { Models } from './models.js';
import type { RollOutRoom } from './roll-outs.js';

/** Puts together what the resolvers may call. Computes nothing. */
export function appOf(
  { clock }: Base,
  parts: {
    readonly ground: Ground;
    readonly models: Models;
    readonly entities: Entities;
    readonly domains: Domains;
    readonly live: Live;
    readonly customers: Customers;
    readonly rollOuts: RollOutRoom;
    readonly rowCosts: RowCosts;
    /** Facts about the simulated world; null while there is none. */
    readonly simulation: () => SimulationFacts | null;
  },
): App {
  const { ground, models, domains, live, rowCosts } = parts;
  const { data, audit, pool } = ground;
  const { inference, policies, graph } = models;
  return {
    clock,
    customers: parts.entities.customers,
    catalogue: domains.catalogue,
    events: data.events,
    predictions: data.predictions,
    history: data.history,
    outcomes: data.outcomes,
    personal: data.personal,
    erasure: parts.customers.erasure,
    audit,
    fraud: domains.fraud,
    segmentation: domains.segmentation,
    recommendations: domains.recommendations,
    generic: domains.generic,
    ingest: parts.customers.ingest,
    scorer: live.scorer,
    segmentWatch: live.segmentWatch,
    recommendationWatch: live.recommendationWatch,
    alerts: live.alerts,
    customerScores: live.customerScores,
    liveStats: live.liveStats,
    streams: live.streams,
    models: modelDirectory(inference, graph),
    schema: schemaFeed(inference, graph),
    rowMicroseconds: (model, version) => rowCosts.rowMicroseconds(model, version),
    trust: modelTrust(inference),
    modelOperations: parts.rollOuts.modelOperations,
    rollOuts: parts.rollOuts.rollOuts,
    rescoring: domains.rescoring,
    replays: parts.rollOuts.replays,
    routing: {
      state: (model) => policies.get(model),
      arm: (model, arm) => inference.arms.facts(model, arm),
      scoreShift: (model) => scoreShift(inference.arms.facts(model, CANARY), inference.arms.facts(model, CONTROL)),
      shadow: (model) => domains.shadows.facts(model),
    },
    sideBySide: domains.sideBySide,
    engine: () => ({ ...pool.engine, workers: pool.workers.configured, workersAlive: pool.workers.alive() }),
    simulation: parts.simulation,
    source: 'api',
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

/** What is known of versions beside their state. */
function modelTrust({ registry, residency, aliases, passports }: InferenceService): ModelTrust {
  return {
    async passport(model, number) {
      const version = registry.version(model, number);
      return version === null ? null : passports.of(version);
    },
    bytes(model, number) {
      const version = registry.version(model, number);
      return version === null ? null : { files: version.folder.bytes, memory: residency.estimate(version) };
    },
    alias: (model, alias) => aliases.get(model, alias),
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
