import { fileURLToPath } from 'node:url';
import { Authenticator } from '../access/authentication.js';
import { Budgets } from '../access/budgets.js';
import { Guard } from '../access/guard.js';
import { LOCAL_PRINCIPAL } from '../access/principal.js';
import type { AuditLog } from '../data/audit.js';
import { Admission } from '../graphql/admission.js';
import type { App } from '../graphql/app.js';
import { noteRefused } from '../graphql/audit.js';
import { Authorisation, authorisationCheck } from '../graphql/authorisation.js';
import { costCheck } from '../graphql/cost/cost-check.js';
import type { Documents } from '../graphql/documents/documents.js';
import { openDocuments } from '../graphql/documents/open.js';
import { ErrorPresenter } from '../graphql/errors.js';
import type { ModelGraph } from '../graphql/generated/model-graph.js';
import { GraphPipeline } from '../graphql/pipeline.js';
import { SchemaHost } from '../graphql/schema-host.js';
import type { RowCosts } from '../inference/row-costs.js';
import type { Base } from './base.js';

/** What the page asks, built with it. */
const PAGE_DOCUMENTS = fileURLToPath(new URL('../../dist/dashboard-documents.json', import.meta.url));

/** Who may ask, what it may cost, and the graph that answers: everything but the doors. */
export interface Serving {
  readonly authenticator: Authenticator;
  readonly guard: Guard;
  readonly budgets: Budgets;
  readonly host: SchemaHost;
  readonly documents: Documents;
  readonly pipeline: GraphPipeline;
}

/**
 * Makes the graph answer, behind its guard.
 * @throws Error naming the file of keys, or of trusted documents, that cannot be read.
 */
export async function openServing(
  { config, clock, logger, metrics, onFailure }: Base,
  app: App,
  graph: ModelGraph,
  audit: AuditLog,
  rowCosts: RowCosts,
): Promise<Serving> {
  const { apiKeys, jwt, trustedProxies } = config.authentication;
  const authenticator = new Authenticator(
    { apiKeyFile: apiKeys ? config.apiKeyFile : null, jwt, trustedProxies },
    clock,
    logger.child({ room: 'access' }),
  );
  onFailure(() => authenticator.close());
  const guard = new Guard({
    authenticator,
    introspection: config.authentication.introspection,
    onUnknown: ({ door, remote }) =>
      audit.refused({ principal: null, door, operation: 'identify', outcome: 'UNAUTHENTICATED', remote }),
    clock,
    deadlineMs: config.deadlineMs,
    maxDeadlineMs: config.maxDeadlineMs,
  });
  const presenter = new ErrorPresenter(logger.child({ room: 'graphql' }), metrics);
  const { tokens: maxTokens, msPerSecond, burstMs, operationMs: maxOperationMs } = config.limits;
  const budgets = new Budgets({ clock, msPerSecond, burstMs });
  const host = await SchemaHost.start(graph.schema(), {
    admission: (schema) =>
      new Admission(
        [
          authorisationCheck(new Authorisation(schema, guard)),
          costCheck({ schema, limits: config.limits, prices: rowCosts, budgets, maxOperationMs }),
        ],
        noteRefused,
      ),
    presenter,
    maxTokens,
    logger: logger.child({ room: 'apollo' }),
  });
  onFailure(() => host.stop());
  graph.serveOn(host);
  const documents = await openDocuments({
    schema: () => host.current.schema,
    files: config.trustedDocuments,
    ownFile: PAGE_DOCUMENTS,
    onlyTrusted: config.onlyTrusted,
    maxRegistered: config.registeredDocuments,
    // Where nobody is asked who they are, everybody is the local caller: that is no proof of a role.
    mayAskFreely: (principal) =>
      principal !== LOCAL_PRINCIPAL && (principal.roles.has('operator') || principal.roles.has('admin')),
    logger: logger.child({ room: 'graphql' }),
  });
  onFailure(() => documents.trusted.close());
  const pipeline = new GraphPipeline({ host, app, guard, presenter, maxTokens, documents });
  return { authenticator, guard, budgets, host, documents, pipeline };
}
