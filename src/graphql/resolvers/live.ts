import type { GraphQLResolveInfo } from 'graphql';
import { type CustomerScope, inScope } from '../../access/principal.js';
import { badInput } from '../../core/errors.js';
import type { NewEvent, SegmentChanged, Stored } from '../../core/events.js';
import type { RowContext } from '../../core/predictions.js';
import { MAX_RECOMMENDATIONS } from '../../domains/recommendations/recommendations.js';
import { type LogBackedSource, type LogSelection, startingPosition } from '../../flows/log-stream.js';
import type { ScoredPayment } from '../../flows/scoring.js';
import { scoredTopic } from '../../flows/streams.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import type { App } from '../app.js';
import type { GraphContext } from '../context.js';
import { type DeliveryInput, deliveryOf } from '../live/delivery.js';
import { LogSubscription, StateSubscription } from '../live/sources.js';
import { recorded } from './predictions.js';
import { checkCount, checkListSize, customerOrNotFound } from './shared.js';

/** Longest list in a subscription's filter. */
const MAX_FILTER = 500;

interface ScoredFilter {
  readonly customerIds?: readonly string[] | null;
  readonly categories?: readonly string[] | null;
  readonly minProbability?: number | null;
  readonly decisions?: readonly string[] | null;
}

/** Which payments pass, and the topics that say so without being asked for every payment. */
function scoredSelection(
  filter: ScoredFilter | null | undefined,
  scope: CustomerScope,
): Pick<LogSelection<ScoredPayment>, 'filter' | 'topics'> {
  if (filter == null && scope === 'all') return {};
  const { minProbability, ...lists } = filter ?? {};
  if (minProbability != null && !(minProbability >= 0 && minProbability <= 1)) {
    throw badInput(`expected a probability from 0 to 1, got ${minProbability}`, 'filter.minProbability');
  }
  const among = (list: readonly string[] | null | undefined, field: string) => {
    if (list == null) return null;
    checkListSize(list, MAX_FILTER, `filter.${field}`);
    return new Set(list);
  };
  const customers = narrowed(among(lists.customerIds, 'customerIds'), scope);
  const categories = among(lists.categories, 'categories');
  const decisions = among(lists.decisions, 'decisions');
  const topics =
    topicsOf(customers, scoredTopic.customer) ??
    topicsOf(categories, scoredTopic.category) ??
    topicsOf(decisions, scoredTopic.decision);
  return {
    topics,
    filter: ({ event, prediction }) =>
      (customers === null || customers.has(event.entity)) &&
      (categories === null || categories.has(event.payload.category)) &&
      (minProbability == null || prediction.output.probability >= minProbability) &&
      (decisions === null || decisions.has(prediction.output.decision)),
  };
}

/** Those of the asked customers (null: any) that the caller may see; null: any at all. */
function narrowed(asked: ReadonlySet<string> | null, scope: CustomerScope): ReadonlySet<string> | null {
  if (asked === null) return scope === 'all' ? null : scope;
  return new Set([...asked].filter((customerId) => inScope(scope, customerId)));
}

function topicsOf(keys: ReadonlySet<string> | null, topic: (key: string) => string): string[] | undefined {
  return keys === null ? undefined : [...keys].map(topic);
}

/** The arguments that every log-backed subscription has. */
export interface Following {
  readonly after?: string | null;
  readonly delivery?: DeliveryInput | null;
}

/** A subscription to events of the log, of some entities or of all. */
export function eventSubscription<E extends NewEvent>(options: {
  field: string;
  type: string;
  source: LogBackedSource<Stored<E>>;
  entities: 'all' | ReadonlySet<string>;
  following: Following;
  present: (event: Stored<E>) => object;
  whileOpen?: () => () => void;
}): LogSubscription<Stored<E>> {
  const { source, entities, following, ...rest } = options;
  return new LogSubscription({
    ...rest,
    source,
    from: startingPosition(source, following.after),
    delivery: deliveryOf(following.delivery),
    ...(entities === 'all' ? {} : { topics: [...entities], filter: (event: Stored<E>) => entities.has(event.entity) }),
  });
}

/** Whose events: those of the one customer who is named, of all whom the caller may see where none is. @throws as `customerOrNotFound`. */
export async function customersOf(context: GraphContext, customerId: string | null | undefined) {
  if (customerId == null) return context.customers;
  await customerOrNotFound(context, customerId);
  return new Set([customerId]);
}

/** A subscription to the state of one customer, as a watch tells it, with a list of recommendations `first` long. */
export const customerSubscription = (
  field: string,
  watchOf: (app: App) => {
    follow(customerId: string, first: number, row: () => RowContext, signal?: AbortSignal): AsyncIterator<unknown>;
  },
) => ({
  async subscribe(_root: unknown, { customerId, first }: { customerId: string; first: number }, asker: GraphContext) {
    checkCount(first, MAX_RECOMMENDATIONS, 'first');
    await customerOrNotFound(asker, customerId);
    return new StateSubscription(field, (context) =>
      watchOf(context.app).follow(customerId, first, () => context.renewed().row, context.call.signal),
    );
  },
});

const scoredFields = ({ event, prediction }: ScoredPayment) => ({ transaction: event, fraud: prediction });

export const liveResolvers: Pick<Resolvers<GraphContext>, 'Subscription' | 'SegmentChanged' | 'StreamMessage'> = {
  Subscription: {
    transactionScored: {
      subscribe(
        _root: unknown,
        { filter, after, delivery }: Following & { filter?: ScoredFilter | null },
        { app, customers }: GraphContext,
      ) {
        const source = app.streams.scored;
        return new LogSubscription({
          field: 'transactionScored',
          type: 'TransactionScored',
          source,
          from: startingPosition(source, after),
          delivery: deliveryOf(delivery),
          ...scoredSelection(filter, customers),
          present: scoredFields,
        });
      },
    } as never,
    segmentChanged: {
      async subscribe(
        _root: unknown,
        { customerId, ...following }: Following & { customerId?: string | null },
        context: GraphContext,
      ) {
        const { app } = context;
        return eventSubscription({
          field: 'segmentChanged',
          type: 'SegmentChanged',
          source: app.streams.segments,
          entities: await customersOf(context, customerId),
          following,
          present: (change) => ({ change }),
          whileOpen: () => app.segmentWatch.watch(customerId ?? null),
        });
      },
    } as never,
    recommendationsChanged: customerSubscription(
      'recommendationsChanged',
      ({ recommendationWatch }) => recommendationWatch,
    ) as never,
  },
  StreamMessage: { __resolveType: (message) => (message as unknown as { __typename: never }).__typename },
  SegmentChanged: {
    customer: ({ change }: { change: Stored<SegmentChanged> }, _args: object, context: GraphContext) =>
      customerOrNotFound(context, change.entity),
    previous: ({ change }: { change: Stored<SegmentChanged> }, _args: object, { app }: GraphContext) =>
      change.payload.previous === null ? null : app.segmentation.segment(change.payload.previous),
    current: async (
      { change }: { change: Stored<SegmentChanged> },
      _args: object,
      { loaders }: GraphContext,
      { schema }: GraphQLResolveInfo,
    ) => recorded(await loaders.predictions.load(change.payload.predictionId), schema),
  } as never,
};
