import { badInput } from '../../core/errors.js';
import { MAX_STATS_SECONDS, MIN_STATS_SECONDS } from '../../flows/live-stats.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';
import { StateSubscription } from '../live/sources.js';

export const liveStatsResolvers: Pick<Resolvers<GraphContext>, 'Subscription'> = {
  Subscription: {
    liveStats: {
      subscribe(_root: unknown, { every }: { every: number }) {
        if (!(every >= MIN_STATS_SECONDS && every <= MAX_STATS_SECONDS)) {
          throw badInput(`expected ${MIN_STATS_SECONDS} to ${MAX_STATS_SECONDS} seconds, got ${every}`, 'every');
        }
        return new StateSubscription('liveStats', ({ app, call }) => app.liveStats.follow(every, call.signal));
      },
    } as never,
  },
};
