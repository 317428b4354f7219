import { badInput } from '../../core/errors.js';
import { MAX_STATS_SECONDS, MIN_STATS_SECONDS } from '../../flows/live-stats.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';

export const liveStatsResolvers: Pick<Resolvers<GraphContext>, 'Subscription'> = {
  Subscription: {
    liveStats: {
      subscribe: async function* (_root: unknown, { every }: { every: number }, { app, call }: GraphContext) {
        if (!(every >= MIN_STATS_SECONDS && every <= MAX_STATS_SECONDS)) {
          throw badInput(`expected ${MIN_STATS_SECONDS} to ${MAX_STATS_SECONDS} seconds, got ${every}`, 'every');
        }
        for await (const figures of app.liveStats.follow(every, call.signal)) yield { liveStats: figures };
      },
    } as never,
  },
};
