import { MAX_RECOMMENDATIONS } from '../../domains/recommendations/recommendations.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';
import { checkCount, notFound } from './shared.js';

/** A model's answer; what it failed with becomes its field's error. */
function answered<T>(answer: T | Error): T {
  if (answer instanceof Error) throw answer;
  return answer;
}

export const customerScoreResolvers: Pick<Resolvers<GraphContext>, 'Subscription' | 'CustomerScores'> = {
  Subscription: {
    customerScores: {
      subscribe: async function* (
        _root: unknown,
        { customerId, first }: { customerId: string; first: number },
        context: GraphContext,
      ) {
        checkCount(first, MAX_RECOMMENDATIONS, 'first');
        if ((await context.loaders.customer(customerId)) === null) throw notFound('customer', customerId);
        const { app, call } = context;
        const follow = app.customerScores.follow(customerId, first, () => context.renewed().row, call.signal);
        for await (const scores of follow) yield { customerScores: scores };
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
