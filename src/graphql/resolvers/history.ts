import { type CustomerScope, inScope } from '../../access/principal.js';
import { badInput } from '../../core/errors.js';
import type { PositionedPrediction, PredictionSelection } from '../../data/ports.js';
import { FRAUD_MODEL } from '../../domains/fraud/fraud.js';
import type { PredictionFilter, Resolvers } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';
import { decodeHistoryCursor, encodeHistoryCursor } from '../history-cursor.js';
import { connection, pageRequest } from '../pages.js';
import { noteReading } from '../readings.js';
import { MODELS_OF_GRAPH, recorded } from './predictions.js';
import { checkListSize } from './shared.js';

/** Most customers one question names: each is a walk of its own. */
const MAX_CUSTOMERS = 100;
const MAX_BUCKETS = 1_000;
const MAX_BUCKET_SECONDS = 31 * 86_400;

/**
 * A filter as the data room takes it.
 * @throws ScoregraphError BAD_USER_INPUT, naming the field.
 */
function selectionOf(filter: PredictionFilter | null | undefined, scope: CustomerScope): PredictionSelection {
  const { model, customerIds, from, to, minProbability, decisions } = filter ?? {};
  if (model != null && !MODELS_OF_GRAPH.includes(model)) {
    throw badInput(`expected one of ${MODELS_OF_GRAPH.join(', ')}, got ${JSON.stringify(model)}`, 'filter.model');
  }
  const fraudOnly = minProbability != null ? 'minProbability' : decisions != null ? 'decisions' : null;
  if (fraudOnly !== null && model != null && model !== FRAUD_MODEL) {
    throw badInput(`expected ${fraudOnly} with the model ${FRAUD_MODEL} only, got ${model}`, `filter.${fraudOnly}`);
  }
  if (minProbability != null && !(minProbability >= 0 && minProbability <= 1)) {
    throw badInput(`expected a probability from 0 to 1, got ${minProbability}`, 'filter.minProbability');
  }
  if (customerIds != null) checkListSize(customerIds, MAX_CUSTOMERS, 'filter.customerIds');
  if (from != null && to != null && from >= to) throw badInput('expected from to lie before to', 'filter.from');
  return {
    models: model != null ? [model] : fraudOnly !== null ? [FRAUD_MODEL] : MODELS_OF_GRAPH,
    entities: entitiesOf(customerIds, scope),
    from: from ?? null,
    to: to ?? null,
    minScore: minProbability ?? null,
    decisions: decisions == null ? null : [...new Set(decisions)],
  };
}

/** Whom a question is about: those asked for whom the caller may see; null: everybody. */
function entitiesOf(customerIds: readonly string[] | null | undefined, scope: CustomerScope): string[] | null {
  if (customerIds != null) return [...new Set(customerIds)].filter((customerId) => inScope(scope, customerId));
  if (scope === 'all') return null;
  if (scope.size > MAX_CUSTOMERS)
    throw badInput(
      `expected customerIds, at most ${MAX_CUSTOMERS}: this caller is bound to ${scope.size} customers`,
      'filter.customerIds',
    );
  return [...scope];
}

/** Nothing can pass: an empty list was given. */
const isEmpty = ({ entities, decisions }: PredictionSelection) => entities?.length === 0 || decisions?.length === 0;

export const historyResolvers: Pick<Resolvers<GraphContext>, 'Query'> = {
  Query: {
    async predictions(_root, args, { app, row, customers }) {
      const request = pageRequest(args);
      const selection = selectionOf(args.filter, customers);
      const bounds = {
        ...(args.before == null ? {} : { after: decodeHistoryCursor(args.before, 'before') }),
        ...(args.after == null ? {} : { before: decodeHistoryCursor(args.after, 'after') }),
      };
      const found = isEmpty(selection) ? [] : await app.history.page(selection, { ...request, ...bounds }, row);
      const page = connection(
        request,
        args,
        found,
        ({ position, record }: PositionedPrediction) =>
          encodeHistoryCursor({ predictedAt: record.predictedAt, position }),
        ({ record }) => recorded(record) as never,
      );
      for (const { record } of found.slice(0, page.nodes.length)) noteReading(app, row, record);
      return page;
    },
    async predictionSeries(_root, { filter, from, to, bucketSeconds }, { app, row, customers }) {
      if (filter?.from != null || filter?.to != null)
        throw badInput('expected the range in from and to of the series, not in its filter', 'filter');
      if (from >= to) throw badInput('expected from to lie before to', 'from');
      if (bucketSeconds > MAX_BUCKET_SECONDS)
        throw badInput(
          `expected at most ${MAX_BUCKET_SECONDS} seconds (31 days), got ${bucketSeconds}`,
          'bucketSeconds',
        );
      const buckets = Math.ceil((to - from) / (bucketSeconds * 1_000));
      if (buckets > MAX_BUCKETS)
        throw badInput(
          `expected at most ${MAX_BUCKETS} buckets, the range has ${buckets} of that length`,
          'bucketSeconds',
        );
      const selection = { ...selectionOf(filter, customers), from, to };
      // A selection of nothing still has its buckets: those of a customer whom nobody knows.
      for (const entity of selection.entities ?? [])
        for (const name of selection.models) noteReading(app, row, { model: name, version: 0, entity, id: null });
      const asked = isEmpty(selection) ? { ...selection, entities: [''], decisions: null } : selection;
      return app.history.series(asked, bucketSeconds * 1_000, row);
    },
  },
};
