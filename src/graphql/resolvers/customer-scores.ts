import type { Resolvers } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';
import { customerSubscription } from './live.js';
import { customerOrNotFound } from './shared.js';

/** A model's answer; what it failed with becomes its field's error. */
function answered<T>(answer: T | Error): T {
  if (answer instanceof Error) throw answer;
  return answer;
}

export const customerScoreResolvers: Pick<Resolvers<GraphContext>, 'Subscription' | 'CustomerScores'> = {
  Subscription: {
    customerScores: customerSubscription('customerScores', ({ customerScores }) => customerScores) as never,
  },
  CustomerScores: {
    customer: ({ customerId }, _args, context) => customerOrNotFound(context, customerId),
    transaction: ({ scored }) => scored?.event ?? null,
    fraud: ({ scored }) => scored?.prediction ?? null,
    segment: ({ segment }) => answered(segment),
    recommendations: ({ recommendations }) => answered(recommendations),
  },
};
