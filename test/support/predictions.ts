import type { FraudPrediction } from '../../src/domains/fraud/fraud.js';

/** A payment's fraud prediction, `p-<id>` of version 1, as the scorer tells of it. */
export const fraudPrediction = (id: string, entity: string, probability: number): FraudPrediction => ({
  id: `p-${id}`,
  model: 'fraud',
  version: 1,
  entity,
  eventId: id,
  eventSeq: 1,
  predictedAt: 1,
  featuresAsOf: 0,
  featureSet: 'fraud@1',
  features: new Float32Array(1),
  defaulted: [],
  output: { probability, decision: 'APPROVE' },
  recorded: true,
});
