import type { Resolvers } from '../__generated__/resolvers.js';
import type { App, ModelFacts, VersionFacts } from '../app.js';
import type { GraphContext } from '../context.js';
import { encodeNodeId } from '../node-id.js';
import { notFound, versionOf } from './shared.js';

/** `version.json` in the parts the graph shows; each may be missing in a foreign version. */
interface Card {
  readonly feature_set?: string;
  readonly training_data?: { readonly name?: string };
  readonly metrics?: readonly Metric[];
}
interface Metric {
  readonly name: string;
  readonly value: number;
  readonly dataset: string;
}
/** Of a version that was never loaded, what its folder says. */
const cardOf = async (version: VersionFacts, app: App): Promise<Card> =>
  (version.info?.card ?? (await app.trust.passport(version.model, version.number))?.card ?? {}) as Card;
/** Whoever published the version wrote them: those that are none are left out. */
const isMetric = (one: Partial<Metric> | null): one is Metric =>
  typeof one?.name === 'string' && Number.isFinite(one.value) && typeof one.dataset === 'string';

const mean = (sum: number, count: number) => (count === 0 ? 0 : sum / count);

/** The model a version belongs to. A version that outlived its model's folder still names it. */
function modelOf(app: App, version: VersionFacts): ModelFacts {
  const model = app.models.get(version.model);
  if (model === null) throw notFound('model', version.model);
  return model;
}

export const modelResolvers: Pick<
  Resolvers<GraphContext>,
  'Query' | 'Model' | 'ModelAlias' | 'ModelVersion' | 'ModelStatistics' | 'TensorSpec'
> = {
  Query: {
    models: (_root, _args, { app }) => [...app.models.list()],
    model(_root, { name }, { app }) {
      const model = app.models.get(name);
      if (model === null) throw notFound('model', name);
      return model;
    },
    engine: (_root, _args, { app }) => app.engine(),
    simulation(_root, _args, { app }) {
      const facts = app.simulation();
      return facts === null
        ? null
        : {
            customers: facts.customers,
            transactionsScored: facts.transactionsScored,
            fraudTruth: facts.truth,
            note: 'A seeded, simulated world: its customers, payments and frauds are made up, and these figures say nothing about real ones.',
          };
    },
  },
  Model: {
    id: (model) => encodeNodeId('Model', model.name),
    description: (model) => model.manifest.description,
    inputs: (model) => [...model.manifest.inputs],
    outputs: (model) => [...model.manifest.outputs],
    currency: (model) => model.manifest.currency ?? null,
    engine: (_model, _args, { app }) => app.engine().name,
    aliases: (model, _args, { app }) =>
      model.aliases.map(({ name, version }) => ({ name, version: versionOf(app, model.name, version) })),
    versions: (model) => [...model.versions],
  },
  ModelVersion: {
    id: (version) => encodeNodeId('ModelVersion', `${version.model}/${version.number}`),
    model: (version, _args, { app }) => modelOf(app, version),
    aliases: (version) => [...version.aliases],
    featureSet: async (version, _args, { app }) => (await cardOf(version, app)).feature_set ?? null,
    trainedOn: async (version, _args, { app }) => (await cardOf(version, app)).training_data?.name ?? null,
    rowMicroseconds: (version, _args, { app }) => app.rowMicroseconds(version.model, version.number),
    async metrics(version, _args, { app }) {
      const { metrics } = await cardOf(version, app);
      return Array.isArray(metrics) ? metrics.filter(isMetric) : [];
    },
  },
  ModelStatistics: {
    meanBatchSize: (s) => mean(s.rows, s.batches),
    meanQueueMs: (s) => mean(s.queueSeconds * 1000, s.rows),
    meanComputeMs: (s) => mean(s.computeSeconds * 1000, s.batches),
  },
  TensorSpec: {
    shape: (spec) => [...spec.shape],
    features: (spec) => [...((spec as { features?: readonly never[] }).features ?? [])],
  },
};
