import { ApolloServer, type ApolloServerOptionsWithGateway } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { Logger } from '../core/logger.js';
import type { GraphContext } from './context.js';
import type { ErrorPresenter } from './errors.js';
import type { Executor } from './executor.js';
import { MAX_TOKENS } from './pipeline.js';

/**
 * Apollo Server for the HTTP door. It executes through `gateway.executor`, so that repeated documents run compiled; the
 * cache-control plugin is off because it costs a third of the throughput and nothing here is cacheable.
 */
export function createApollo(options: {
  schema: GraphQLSchema;
  executor: Executor;
  presenter: ErrorPresenter;
  logger: Logger;
}): ApolloServer<GraphContext> {
  const { schema, executor, presenter, logger } = options;
  const gateway: NonNullable<ApolloServerOptionsWithGateway<GraphContext>['gateway']> = {
    async load() {
      return {
        executor: async ({ document, operation, operationName, request, context }) => {
          if (operation?.operation === 'subscription') return { errors: [overWebSocketOnly()] };
          return executor.execute({ document, operationName, variables: request.variables, context });
        },
      };
    },
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => {};
    },
    async stop() {},
  };
  return new ApolloServer<GraphContext>({
    gateway,
    introspection: true,
    csrfPrevention: true,
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    parseOptions: { maxTokens: MAX_TOKENS },
    formatError: (formatted, error) => presenter.present(error, formatted),
    plugins: [ApolloServerPluginCacheControlDisabled(), ApolloServerPluginLandingPageDisabled()],
    logger: {
      debug: (message) => logger.debug({}, String(message)),
      info: (message) => logger.debug({}, String(message)),
      warn: (message) => logger.warn({}, String(message)),
      error: (message) => logger.error({}, String(message)),
    },
  });
}

function overWebSocketOnly(): GraphQLError {
  return new GraphQLError(
    'Subscriptions are served over WebSocket (graphql-transport-ws) at this same path, not over an HTTP request.',
    {
      extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
    },
  );
}
