import type { ModelStateChanged, Stored } from '../../core/events.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';
import { eventSubscription, type Following } from './live.js';
import { notFound } from './shared.js';

export const modelStateResolvers: Pick<Resolvers<GraphContext>, 'Subscription' | 'ModelStateChanged'> = {
  Subscription: {
    modelStateChanged: {
      subscribe(_root: unknown, { model, ...following }: Following & { model?: string | null }, { app }: GraphContext) {
        if (model != null && app.models.get(model) === null) throw notFound('model', model);
        return eventSubscription({
          field: 'modelStateChanged',
          type: 'ModelStateChanged',
          source: app.streams.modelStates,
          entities: model == null ? 'all' : new Set([model]),
          following,
          present: (event) => ({ event }),
        });
      },
    } as never,
  },
  ModelStateChanged: {
    modelVersion: ({ event }: { event: Stored<ModelStateChanged> }, _args: object, { app }: GraphContext) =>
      app.models.version(event.entity, event.payload.version),
    model: ({ event }: { event: Stored<ModelStateChanged> }) => event.entity,
    number: ({ event }: { event: Stored<ModelStateChanged> }) => event.payload.version,
    state: ({ event }: { event: Stored<ModelStateChanged> }) => event.payload.state,
    reason: ({ event }: { event: Stored<ModelStateChanged> }) => event.payload.reason,
    at: ({ event }: { event: Stored<ModelStateChanged> }) => event.occurredAt,
  } as never,
};
