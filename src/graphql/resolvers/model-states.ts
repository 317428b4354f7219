import type { ModelStateChanged, Stored } from '../../core/events.js';
import { follow } from '../../flows/log-stream.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';
import { messages } from './live.js';
import { notFound } from './shared.js';

export const modelStateResolvers: Pick<Resolvers<GraphContext>, 'Subscription' | 'ModelStateChanged'> = {
  Subscription: {
    modelStateChanged: {
      subscribe: (
        _root: unknown,
        { model, after }: { model?: string | null; after?: string | null },
        { app, call }: GraphContext,
      ) => {
        if (model != null && app.models.get(model) === null) throw notFound('model', model);
        return messages(
          'modelStateChanged',
          'ModelStateChanged',
          follow(app.streams.modelStates, {
            after,
            filter: model == null ? undefined : (event) => event.entity === model,
            signal: call.signal,
          }),
          (event) => ({ event }),
        );
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
