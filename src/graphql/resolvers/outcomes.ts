import { subjectOf } from '../../data/outcomes.js';
import type { FraudPrediction } from '../../domains/fraud/fraud.js';
import { outcomesIn, precisionOf, recallOf } from '../../flows/outcome-figures.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';

/** Outcomes on what they are about, and what they come to. */
export const outcomeResolvers: Pick<Resolvers<GraphContext>, 'Outcome' | 'OutcomeFigures' | 'ArmOutcomes'> & {
  Transaction: Pick<NonNullable<Resolvers<GraphContext>['Transaction']>, 'outcome'>;
  FraudAssessment: Pick<NonNullable<Resolvers<GraphContext>['FraudAssessment']>, 'outcome'>;
  Model: Pick<NonNullable<Resolvers<GraphContext>['Model']>, 'outcomes'>;
} = {
  Transaction: { outcome: ({ seq }, _args, { loaders }) => loaders.outcomes.load({ position: seq }) },
  FraudAssessment: { outcome: (prediction, _args, context) => outcomeOf(prediction, context) },
  Model: {
    outcomes: ({ name }, { from, to }, { app, row }) => app.outcomes.counts(name, from ?? null, to ?? null, row),
  },
  Outcome: { simulated: ({ source }) => source === 'simulator' },
  ArmOutcomes: { figures: (counts) => counts },
  OutcomeFigures: { outcomes: outcomesIn, precision: precisionOf, recall: recallOf },
};

/** The outcome of what a prediction judged. One that was computed beside an answer judged what the answer did. */
async function outcomeOf({ recorded, shadowOf, ...own }: FraudPrediction, { loaders }: GraphContext) {
  if (!recorded) return null;
  const judged = shadowOf == null ? own : await loaders.predictions.load(shadowOf);
  return judged === null ? null : loaders.outcomes.load(subjectOf(judged));
}
