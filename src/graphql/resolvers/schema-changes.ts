import type { Resolvers } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';
import { StateSubscription } from '../live/sources.js';

export const schemaChangeResolvers: Pick<Resolvers<GraphContext>, 'Query' | 'Mutation' | 'Subscription'> = {
  Query: { schemaVersion: (_root, _args, { app }) => app.schema.version },
  Mutation: {
    async acceptModelGraph(_root, { model }, { app }) {
      const refused = await app.schema.accept(model);
      const userErrors =
        refused === null ? [] : [{ code: 'NOT_FOUND' as const, message: refused, field: ['model'] as const }];
      return { schemaVersion: app.schema.version, userErrors };
    },
  },
  Subscription: {
    schemaChanged: {
      subscribe: () => new StateSubscription('schemaChanged', ({ app, call }) => app.schema.follow(call.signal)),
    } as never,
  },
};
