import { modelHistory } from '../../flows/model-history.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import type { App, VersionFacts } from '../app.js';
import type { GraphContext } from '../context.js';
import { checkCount } from './shared.js';

const MAX_HISTORY = 100;

/** `version.json` in the parts that are shown; whatever else may stand there, in whatever shape, is left alone. */
interface Card {
  readonly format: string;
  readonly intended_use?: unknown;
  readonly limits?: unknown;
  readonly training_data?: unknown;
}

const passportOf = ({ model, number }: VersionFacts, app: App) => app.trust.passport(model, number);
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** A card is written by whoever published the version: what is not of the shape it should have is not told. */
function trainingData(value: unknown) {
  if (typeof value !== 'object' || value === null) return null;
  const { name, rows, period, licence, url, notes } = value as Record<string, unknown>;
  const { from, to } = (typeof period === 'object' && period !== null ? period : {}) as Record<string, unknown>;
  return {
    ...{ name: text(name), rows: typeof rows === 'number' && Number.isFinite(rows) ? rows : null },
    ...{ from: text(from), to: text(to), licence: text(licence), url: text(url), notes: text(notes) },
  };
}

export const modelTrustResolvers = {
  Model: {
    history: ({ name }, { first }, { app }) => modelHistory(app.events, name, checkCount(first, MAX_HISTORY, 'first')),
  },
  ModelVersion: {
    async card(version, _args, { app }) {
      const card = (await passportOf(version, app))?.card as Card | undefined;
      if (card === undefined) return null;
      const limits = Array.isArray(card.limits) ? card.limits.flatMap((one) => text(one) ?? []) : [];
      return {
        ...{ intendedUse: text(card.intended_use), limits: limits.slice(0, 10), format: card.format },
        trainingData: trainingData(card.training_data),
      };
    },
    sizeBytes: ({ model, number }, _args, { app }) => app.trust.bytes(model, number)?.files ?? 0,
    memoryBytes: ({ model, number }, _args, { app }) => app.trust.bytes(model, number)?.memory ?? 0,
    sha256: async (version, _args, { app }) => (await passportOf(version, app))?.sha256 ?? null,
    signature: async (version, _args, { app }) => (await passportOf(version, app))?.signature ?? null,
    history: ({ model, number }, { first }, { app }) =>
      modelHistory(app.events, model, checkCount(first, MAX_HISTORY, 'first'), number),
  },
  ModelAlias: {
    changedBy: ({ name, version }, _args, { app }) => app.trust.alias(version.model, name)?.by ?? 'system',
    changedAt: ({ name, version }, _args, { app }) => app.trust.alias(version.model, name)?.changedAt ?? 0,
    reason: ({ name, version }, _args, { app }) => app.trust.alias(version.model, name)?.reason ?? null,
    before: ({ name, version }, _args, { app }) => [...(app.trust.alias(version.model, name)?.history ?? [])],
  },
} satisfies Pick<Resolvers<GraphContext>, 'Model' | 'ModelVersion' | 'ModelAlias'>;
