import { MAX_RECOMMENDATIONS } from '../../domains/recommendations/recommendations.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';
import { StateSubscription } from '../live/sources.js';
import { checkCount, notFound } from './shared.js';

/** A model's answer; what it failed with becomes its field's error. */
function answered<T>(answer: T | Error): T {
  if (answer instanceof Error) throw answer;
  return answer;
}

export const customerScoreResolvers: Pick<Resolvers<GraphContext>, 'Subscription' | 'CustomerScores'> = {
  Subscription: {
    customerScores: {
      async subscribe(
        _root: unknown,
        { customerId, first }: { customerId: string; first: number },
        { loaders }: GraphContext,
      ) {
        checkCount(first, MAX_RECOMMENDATIONS, 'first');
        if ((await loaders.customer(customerId)) === null) throw notFound('customer', customerId);
        return new StateSubscription('customerScores', (context) =>
          context.app.customerScores.follow(customerId, first, () => context.renewed().row, context.call.signal),
        );
      },
    } as never,
  },
  CustomerScores: {
    async customer({ customerId }, _args, { loaders }) {
      const customer = await loaders.customer(customerId);
      if (customer === null) throw notFound('customer', customerId);
      return customer;
    },
    transaction: ({ scored }) => scored?.event ?? null,
    fraud: ({ scored }) => scored?.prediction ?? null,
    segment: ({ segment }) => answered(segment),
    recommendations: ({ recommendations }) => answered(recommendations),
  },
};
