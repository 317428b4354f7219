import type { Resolvers } from '../__generated__/resolvers.js';
import { auditedMutations, auditedSubscriptions } from '../audit.js';
import type { GraphContext } from '../context.js';
import { scalars } from '../scalars.js';
import { alertResolvers } from './alerts.js';
import { auditResolvers } from './audit.js';
import { callerResolvers } from './caller.js';
import { comparisonResolvers } from './comparison.js';
import { customerScoreResolvers } from './customer-scores.js';
import { customerResolvers } from './customers.js';
import { historyResolvers } from './history.js';
import { ingestResolvers } from './ingest.js';
import { liveResolvers } from './live.js';
import { liveStatsResolvers } from './live-stats.js';
import { modelOperationResolvers } from './model-operations.js';
import { modelStateResolvers } from './model-states.js';
import { modelTrustResolvers } from './model-trust.js';
import { modelResolvers } from './models.js';
import { nodeResolvers } from './node.js';
import { outcomeResolvers } from './outcomes.js';
import { personalDataResolvers } from './personal-data.js';
import { predictionResolvers } from './predictions.js';
import { rateLimitResolvers } from './rate-limit.js';
import { rolloutResolvers } from './rollout.js';
import { routingRuleResolvers } from './routing-rules.js';
import { schemaChangeResolvers } from './schema-changes.js';
import { trafficResolvers } from './traffic.js';

/** All resolvers of the written graph. */
export const resolvers: Resolvers<GraphContext> = {
  ...scalars,
  ...customerResolvers,
  ...predictionResolvers,
  ...modelResolvers,
  ...rolloutResolvers,
  ...routingRuleResolvers,
  ...comparisonResolvers,
  ...outcomeResolvers,
  Transaction: { ...customerResolvers.Transaction, ...outcomeResolvers.Transaction },
  FraudAssessment: { ...predictionResolvers.FraudAssessment!, ...outcomeResolvers.FraudAssessment },
  ...trafficResolvers,
  Model: {
    ...modelResolvers.Model,
    ...rolloutResolvers.Model,
    ...outcomeResolvers.Model,
    ...modelTrustResolvers.Model,
  },
  ModelVersion: { ...modelResolvers.ModelVersion, ...modelTrustResolvers.ModelVersion },
  ModelAlias: modelTrustResolvers.ModelAlias,
  RollOut: { ...rolloutResolvers.RollOut, ...trafficResolvers.RollOut },
  Caller: callerResolvers.Caller!,
  ...ingestResolvers,
  ...liveResolvers,
  ...alertResolvers,
  ...modelStateResolvers,
  ...customerScoreResolvers,
  ...nodeResolvers,
  AuditEntry: auditResolvers.AuditEntry!,
  Query: {
    ...nodeResolvers.Query,
    ...customerResolvers.Query,
    ...predictionResolvers.Query,
    ...modelResolvers.Query,
    ...modelOperationResolvers.Query,
    ...comparisonResolvers.Query,
    ...alertResolvers.Query,
    ...historyResolvers.Query,
    ...rateLimitResolvers.Query,
    ...callerResolvers.Query,
    ...personalDataResolvers.Query,
    ...auditResolvers.Query,
    ...schemaChangeResolvers.Query,
  },
  Mutation: auditedMutations({
    ...ingestResolvers.Mutation,
    ...alertResolvers.Mutation,
    ...modelOperationResolvers.Mutation,
    ...rolloutResolvers.Mutation,
    ...comparisonResolvers.Mutation,
    ...personalDataResolvers.Mutation,
    ...schemaChangeResolvers.Mutation,
  }),
  Subscription: auditedSubscriptions({
    ...liveResolvers.Subscription,
    ...alertResolvers.Subscription,
    ...modelStateResolvers.Subscription,
    ...customerScoreResolvers.Subscription,
    ...liveStatsResolvers.Subscription,
    ...schemaChangeResolvers.Subscription,
    ...comparisonResolvers.Subscription,
  }) as never,
};
