import { badInput } from '../../core/errors.js';
import type { SegmentChanged, Stored } from '../../core/events.js';
import { MAX_RECOMMENDATIONS } from '../../domains/recommendations/recommendations.js';
import { follow, type StreamMessage } from '../../flows/log-stream.js';
import type { ScoredPayment } from '../../flows/scoring.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';
import { recorded } from './predictions.js';
import { checkCount, checkListSize, notFound } from './shared.js';

/** Longest list in a subscription's filter. */
const MAX_FILTER = 500;

/** Names the field and the union member: the shape graphql-js expects of a subscription's source. */
export async function* messages<T>(
  field: string,
  type: string,
  stream: AsyncGenerator<StreamMessage<T>>,
  present: (value: T) => object | Promise<object>,
): AsyncGenerator<Record<string, object>> {
  for await (const message of stream) {
    switch (message.kind) {
      case 'event':
        yield { [field]: { __typename: type, cursor: message.cursor, ...(await present(message.value)) } };
        break;
      case 'caughtUp':
        yield { [field]: { __typename: 'CaughtUp', ...message } };
        break;
      case 'lagged':
        yield { [field]: { __typename: 'Lagged', ...message } };
    }
  }
}

interface ScoredFilter {
  readonly customerIds?: readonly string[] | null;
  readonly categories?: readonly string[] | null;
  readonly minProbability?: number | null;
  readonly decisions?: readonly string[] | null;
}

function scoredFilter(filter: ScoredFilter | null | undefined): ((scored: ScoredPayment) => boolean) | undefined {
  if (filter == null) return undefined;
  const { minProbability } = filter;
  if (minProbability != null && !(minProbability >= 0 && minProbability <= 1)) {
    throw badInput(`expected a probability from 0 to 1, got ${minProbability}`, 'filter.minProbability');
  }
  const among = (list: readonly string[] | null | undefined, field: string) => {
    if (list == null) return null;
    checkListSize(list, MAX_FILTER, `filter.${field}`);
    return new Set(list);
  };
  const customers = among(filter.customerIds, 'customerIds');
  const categories = among(filter.categories, 'categories');
  const decisions = among(filter.decisions, 'decisions');
  return ({ event, prediction }) =>
    (customers === null || customers.has(event.entity)) &&
    (categories === null || categories.has(event.payload.category)) &&
    (minProbability == null || prediction.output.probability >= minProbability) &&
    (decisions === null || decisions.has(prediction.output.decision));
}

export const liveResolvers: Pick<Resolvers<GraphContext>, 'Subscription' | 'SegmentChanged' | 'StreamMessage'> = {
  Subscription: {
    transactionScored: {
      subscribe: (
        _root: unknown,
        { filter, after }: { filter?: ScoredFilter | null; after?: string | null },
        { app, call }: GraphContext,
      ) =>
        messages(
          'transactionScored',
          'TransactionScored',
          follow(app.streams.scored, { after, filter: scoredFilter(filter), signal: call.signal }),
          ({ event, prediction }) => ({ transaction: event, fraud: prediction }),
        ),
    } as never,
    segmentChanged: {
      subscribe: (
        _root: unknown,
        { customerId, after }: { customerId?: string | null; after?: string | null },
        { app, call }: GraphContext,
      ) => {
        if (customerId != null && app.customers.peek(customerId) === null) throw notFound('customer', customerId);
        const stream = follow(app.streams.segments, {
          after,
          filter: customerId == null ? undefined : (change) => change.entity === customerId,
          signal: call.signal,
        });
        return messages(
          'segmentChanged',
          'SegmentChanged',
          watched(app.segmentWatch.watch(customerId ?? null), stream),
          (change) => ({ change }),
        );
      },
    } as never,
    recommendationsChanged: {
      subscribe: async function* (
        _root: unknown,
        { customerId, first }: { customerId: string; first: number },
        context: GraphContext,
      ) {
        checkCount(first, MAX_RECOMMENDATIONS, 'first');
        if ((await context.loaders.customer(customerId)) === null) throw notFound('customer', customerId);
        const { app, call } = context;
        for await (const list of app.recommendationWatch.follow(
          customerId,
          first,
          () => context.renewed().row,
          call.signal,
        )) {
          yield { recommendationsChanged: list };
        }
      },
    } as never,
  },
  StreamMessage: { __resolveType: (message) => (message as unknown as { __typename: never }).__typename },
  SegmentChanged: {
    async customer({ change }: { change: Stored<SegmentChanged> }, _args: object, { loaders }: GraphContext) {
      const customer = await loaders.customer(change.entity);
      if (customer === null) throw notFound('customer', change.entity);
      return customer;
    },
    previous: ({ change }: { change: Stored<SegmentChanged> }, _args: object, { app }: GraphContext) =>
      change.payload.previous === null ? null : app.segmentation.segment(change.payload.previous),
    current: async ({ change }: { change: Stored<SegmentChanged> }, _args: object, { loaders }: GraphContext) =>
      recorded(await loaders.predictions.load(change.payload.predictionId)),
  } as never,
};

/** Ends the watch with the stream. */
async function* watched<T>(unwatch: () => void, stream: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    yield* stream;
  } finally {
    unwatch();
  }
}
