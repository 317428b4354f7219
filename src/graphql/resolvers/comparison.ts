import { badInput, ScoregraphError } from '../../core/errors.js';
import { quantileBetween } from '../../core/latency-histogram.js';
import { Comparison, compare } from '../../flows/comparison.js';
import type { ReplayErrorCode, Resolvers } from '../__generated__/resolvers.js';
import type { App, VersionFacts } from '../app.js';
import type { GraphContext } from '../context.js';
import { StateSubscription } from '../live/sources.js';
import { checkCount, notFound } from './shared.js';

const MAX_ROWS = 1_000;
const MAX_RANGE_MS = 366 * 86_400_000;

/** Why a version cannot be asked about logged predictions; null where it can. */
function refusal(
  app: App,
  model: string,
  number: number,
): { code: ReplayErrorCode; message: string; field: string } | null {
  if (app.models.get(model) === null) return { code: 'NOT_FOUND', message: 'There is no such model.', field: 'model' };
  const version = app.models.version(model, number);
  if (version === null)
    return { code: 'NOT_FOUND', message: `There is no version ${number} of ${model}.`, field: 'version' };
  return version.state === 'AVAILABLE'
    ? null
    : {
        code: 'NOT_AVAILABLE',
        message: `expected a version that can answer, ${model} ${number} is ${version.state}`,
        field: 'version',
      };
}

const p95 = ({ statistics: { latency } }: VersionFacts) =>
  latency === undefined ? null : quantileBetween(null, latency.snapshot(), 0.95);

export const comparisonResolvers: Pick<
  Resolvers<GraphContext>,
  'Query' | 'Mutation' | 'Subscription' | 'VersionComparison' | 'ComparisonFigures'
> = {
  Query: {
    async compareVersions(_root, { model, a, b, rows }, { app, row }) {
      for (const [field, number] of [
        ['a', a],
        ['b', b],
      ] as const) {
        const refused = refusal(app, model, number);
        if (refused !== null) throw badInput(refused.message, refused.field === 'version' ? field : refused.field);
      }
      const page = await app.history.page(
        { models: [model], entities: null, from: null, to: null, minScore: null, decisions: null },
        { limit: checkCount(rows, MAX_ROWS, 'rows'), newestFirst: true },
        row,
      );
      const comparison = new Comparison();
      const records = page.map(({ record }) => record);
      await compare(app.rescoring, records, { before: a, after: b }, { ...row, priority: 'bulk' }, comparison);
      if (row.signal?.aborted === true) throw new ScoregraphError('CANCELLED', 'The caller went away.');
      return { a: app.models.version(model, a)!, b: app.models.version(model, b)!, figures: comparison.figures() };
    },
    replay(_root, { id }, { app }) {
      const replay = app.replays.get(id);
      if (replay === null) throw notFound('replay', id);
      return replay;
    },
  },
  Mutation: {
    startReplay(_root, { model, version, from, to }, { app }) {
      const refused =
        refusal(app, model, version) ??
        (to > from && to - from <= MAX_RANGE_MS
          ? null
          : {
              code: 'RANGE_INVALID' as const,
              message: 'expected `to` after `from`, by a year at most',
              field: 'to',
            });
      if (refused !== null) return { replay: null, userErrors: [{ ...refused, field: [refused.field] }] };
      const replay = app.replays.start({ model, version, from, to });
      return replay === null
        ? {
            replay,
            userErrors: [{ code: 'BUSY', message: 'Two replays are running: wait, or cancel one.', field: null }],
          }
        : { replay, userErrors: [] };
    },
    cancelReplay(_root, { id }, { app }) {
      const replay = app.replays.cancel(id);
      return replay === null
        ? { replay, userErrors: [{ code: 'NOT_FOUND', message: 'There is no such replay.', field: ['id'] }] }
        : { replay, userErrors: [] };
    },
  },
  Subscription: {
    replayProgress: {
      subscribe(_root: unknown, { id }: { id: string }, { app }: GraphContext) {
        if (app.replays.get(id) === null) throw notFound('replay', id);
        return new StateSubscription('replayProgress', ({ app, call }) => app.replays.follow(id, call.signal));
      },
    } as never,
  },
  VersionComparison: {
    p95MsOfA: ({ a }) => p95(a),
    p95MsOfB: ({ b }) => p95(b),
  },
  ComparisonFigures: {
    agreement: ({ rows, agreements }) => (rows === 0 ? null : agreements / rows),
    changes: ({ changes }) => [...changes],
  },
};
