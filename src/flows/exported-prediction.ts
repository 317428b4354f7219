import type { PredictionRecord } from '../core/predictions.js';
import type { PositionedPrediction } from '../data/ports.js';
import { FEATURE_SETS } from '../features/catalogue.js';

/** A recorded prediction as every export shows it: with the features as the model saw them when it answered, by name, and with what it turned out to be as far as that is known. */
export function exportedPrediction({ position, record }: PositionedPrediction): object {
  const { id, model, version, entity, eventId, predictedAt, featuresAsOf, featureSet, defaulted, output } = record;
  const { arm = null, outcome = null } = record;
  return {
    position,
    predictionId: id,
    model,
    version,
    entity,
    eventId,
    predictedAt: new Date(predictedAt).toISOString(),
    featuresAsOf: featuresAsOf > 0 ? new Date(featuresAsOf).toISOString() : null,
    featureSet,
    features: named(record),
    defaulted,
    output,
    arm,
    outcome: outcome === null ? null : { fraud: outcome },
  };
}

/** Features by name; a bare list where the set is not known any more, or its numbers have no names of their own. */
function named({ featureSet, features }: PredictionRecord): Record<string, number> | number[] {
  const specs = FEATURE_SETS.get(featureSet)?.features;
  if (specs?.length !== features.length) return [...features];
  return Object.fromEntries(specs.map(({ name }, i) => [name, features[i]!]));
}
