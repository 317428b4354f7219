import {
  ApolloServer,
  type ApolloServerPlugin,
  type GraphQLRequestContextResponseForOperation,
  type GraphQLRequestListener,
  type GraphQLResponse,
  HeaderMap,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { Logger } from '../core/logger.js';
import { type Authorisation, withoutSuggestion } from './authorisation.js';
import type { GraphContext } from './context.js';
import type { ErrorPresenter } from './errors.js';
import type { Executor } from './executor.js';
import { MAX_TOKENS } from './pipeline.js';

/**
 * Apollo Server for the HTTP door. The cache-control plugin is off because it costs a third of the throughput and nothing here is
 * cacheable.
 */
export function createApollo(options: {
  schema: GraphQLSchema;
  executor: Executor;
  presenter: ErrorPresenter;
  authorisation: Authorisation;
  logger: Logger;
}): ApolloServer<GraphContext> {
  const { schema, executor, presenter, authorisation, logger } = options;
  return new ApolloServer<GraphContext>({
    schema,
    introspection: true,
    csrfPrevention: true,
    persistedQueries: false, // the door finds the document, as every door does: see documents/
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    parseOptions: { maxTokens: MAX_TOKENS },
    formatError: (formatted, error) => presenter.present(error, formatted),
    plugins: [
      executing(executor, presenter, authorisation),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
    ],
    logger: {
      debug: (message) => logger.debug({}, String(message)),
      info: (message) => logger.debug({}, String(message)),
      warn: (message) => logger.warn({}, String(message)),
      error: (message) => logger.error({}, String(message)),
    },
  });
}

/**
 * Executes through our executor, so that repeated documents run compiled. `gateway.executor` would do so too, but for each request
 * Apollo then makes an object with accessors of its own, whose hidden class keeps the request alive until the next full collection:
 * a third of the throughput, and pauses.
 */
function executing(
  executor: Executor,
  presenter: ErrorPresenter,
  authorisation: Authorisation,
): ApolloServerPlugin<GraphContext> {
  const listener: GraphQLRequestListener<GraphContext> = {
    async responseForOperation({ document, operation, request, contextValue }: Resolved) {
      // Null: Apollo goes on, and graphql-js says which operation there is not.
      if (operation === undefined) return null;
      if (operation.operation === 'subscription') return refusal(presenter, noStream());
      const { operationName, variables } = request;
      try {
        authorisation.check(document, operationName, contextValue.call.principal);
      } catch (error) {
        return response(403, { errors: [presenter.present(error)] });
      }
      const result = await executor.execute({ document, operationName, variables, context: contextValue });
      if (result.errors === undefined) return response(200, result);
      const errors = result.errors.map((error) => presenter.present(error));
      return response(result.data === undefined ? 400 : 200, { ...result, errors });
    },
  };
  /** For those who may not introspect: errors name nothing of the schema that they did not use. */
  const discreet: GraphQLRequestListener<GraphContext> = {
    ...listener,
    async willSendResponse({ response: { body } }) {
      if (body.kind !== 'single' || body.singleResult.errors === undefined) return;
      const errors = body.singleResult.errors.map((error) => ({ ...error, message: withoutSuggestion(error.message) }));
      body.singleResult = { ...body.singleResult, errors };
    },
  };
  return {
    requestDidStart: async ({ contextValue: { guard, call } }) =>
      guard.mayIntrospect(call.principal) ? listener : discreet,
  };
}
type Resolved = GraphQLRequestContextResponseForOperation<GraphContext>;
type Single = Extract<GraphQLResponse['body'], { kind: 'single' }>['singleResult'];

const response = (status: number, singleResult: Single): GraphQLResponse => ({
  http: { status, headers: new HeaderMap() },
  body: { kind: 'single', singleResult },
});

const refusal = (presenter: ErrorPresenter, error: GraphQLError): GraphQLResponse =>
  response(406, { errors: [presenter.present(error)] });

/** What a subscription is told whose client said that it takes one document. */
export const NO_STREAM =
  'A subscription has many results: send it with accept: text/event-stream (SSE) or accept: multipart/mixed;subscriptionSpec=1.0, ' +
  'or over a WebSocket (graphql-transport-ws), all at this same path.';

const noStream = () => new GraphQLError(NO_STREAM, { extensions: { code: 'BAD_USER_INPUT' } });
