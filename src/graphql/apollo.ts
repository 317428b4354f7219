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
import type { ScoregraphError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { Admission } from './admission.js';
import { noteRefusals } from './audit.js';
import { withoutSuggestion } from './authorisation.js';
import type { GraphContext } from './context.js';
import { settled } from './cost/charge.js';
import type { ErrorPresenter } from './errors.js';
import type { Executor } from './executor.js';

/**
 * Apollo Server for the HTTP door. The cache-control plugin is off because it costs a third of the throughput and nothing here is
 * cacheable.
 */
export function createApollo(options: {
  schema: GraphQLSchema;
  executor: Executor;
  presenter: ErrorPresenter;
  logger: Logger;
  admission: Admission;
  maxTokens: number;
}): ApolloServer<GraphContext> {
  const { schema, executor, presenter, logger, admission, maxTokens } = options;
  return new ApolloServer<GraphContext>({
    schema,
    introspection: true,
    csrfPrevention: true,
    persistedQueries: false, // the door finds the document, as every door does: see documents/
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    parseOptions: { maxTokens },
    formatError: (formatted, error) => presenter.present(error, formatted),
    plugins: [
      executing(executor, presenter, admission),
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
  admission: Admission,
): ApolloServerPlugin<GraphContext> {
  const listener: GraphQLRequestListener<GraphContext> = {
    async responseForOperation({ document, operation, request, contextValue }: Resolved) {
      // Null: Apollo goes on, and graphql-js says which operation there is not.
      if (operation === undefined) return null;
      if (operation.operation === 'subscription') return refusal(presenter, noStream());
      const { operationName, variables } = request;
      const refused = admission.admit({ document, operation, variables, context: contextValue });
      if (refused !== null) return refusedBy(presenter, refused);
      const executed = await executor.execute({ document, operationName, variables, context: contextValue });
      const result = settled(executed, contextValue.charge, showsCost(request));
      if (result.errors === undefined) return response(200, result);
      const errors = result.errors.map((error) => presenter.present(error));
      noteRefusals(contextValue, errors, document, operationName);
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

function refusedBy(presenter: ErrorPresenter, error: ScoregraphError): GraphQLResponse {
  const status = { RATE_LIMITED: 429, FORBIDDEN: 403 }[error.code as string] ?? 400;
  const answer = response(status, { errors: [presenter.present(error)] });
  const { retryAfterMs } = error.details;
  if (retryAfterMs !== undefined) answer.http.headers.set('retry-after', String(Math.ceil(retryAfterMs / 1_000)));
  return answer;
}

/** Whether the answer is to say what it cost: `x-cost: 1`, or `extensions: { cost: true }` of the request. */
const showsCost = ({ http, extensions }: Resolved['request']) =>
  http?.headers.get('x-cost') === '1' || extensions?.cost === true;

/** What a subscription is told whose client said that it takes one document. */
export const NO_STREAM =
  'A subscription has many results: send it with accept: text/event-stream (SSE) or accept: multipart/mixed;subscriptionSpec=1.0, ' +
  'or over a WebSocket (graphql-transport-ws), all at this same path.';

const noStream = () => new GraphQLError(NO_STREAM, { extensions: { code: 'BAD_USER_INPUT' } });
