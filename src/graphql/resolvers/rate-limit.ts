import type { Resolvers } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';
import { rounded } from '../cost/charge.js';

export const rateLimitResolvers: Pick<Resolvers<GraphContext>, 'Query'> = {
  Query: {
    rateLimit(_root, _args, { app, charge }) {
      const account = charge?.account ?? null;
      const cost = rounded(charge?.ms ?? 0);
      if (account === null) return { limit: null, perSecond: null, cost, remaining: null, used: null, resetAt: null };
      const remaining = rounded(account.remaining());
      return {
        limit: account.limit,
        perSecond: account.perSecond,
        cost,
        remaining,
        used: rounded(account.limit - remaining),
        resetAt: app.clock.now() + account.fullInMs(),
      };
    },
  },
};
