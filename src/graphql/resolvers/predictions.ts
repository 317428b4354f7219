import type { GraphQLSchema } from 'graphql';
import type { PredictionRecord } from '../../core/predictions.js';
import type { Explanation } from '../../domains/explanation/explanation.js';
import type { FraudPrediction } from '../../domains/fraud/fraud.js';
import { FRAUD_MODEL } from '../../domains/fraud/fraud.js';
import { RECOMMENDATIONS_MODEL, type RecommendationPrediction } from '../../domains/recommendations/recommendations.js';
import type { Segment } from '../../domains/segmentation/segmentation.js';
import { SEGMENTATION_MODEL, type SegmentPrediction } from '../../domains/segmentation/segmentation.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import type { App } from '../app.js';
import type { GraphContext } from '../context.js';
import { plansOf } from '../generated/merge.js';
import type { ExplanationNode } from '../mappers.js';
import { encodeNodeId } from '../node-id.js';
import { checkCount, notFound, predictionFields, selectorOf } from './shared.js';

const TYPE_OF_MODEL: Readonly<Record<string, 'FraudAssessment' | 'RecommendationList' | 'SegmentAssignment'>> = {
  [FRAUD_MODEL]: 'FraudAssessment',
  [RECOMMENDATIONS_MODEL]: 'RecommendationList',
  [SEGMENTATION_MODEL]: 'SegmentAssignment',
};

/** Models whose predictions a schema can show. */
export const modelsOf = (schema: GraphQLSchema): readonly string[] => [
  ...Object.keys(TYPE_OF_MODEL),
  ...plansOf(schema).keys(),
];

/** The type of a recorded prediction; null for a model that the schema does not have. */
export const predictionType = (record: PredictionRecord, schema: GraphQLSchema): string | null =>
  TYPE_OF_MODEL[record.model] ?? plansOf(schema).get(record.model)?.names.prediction ?? null;

/** A record from the log as a prediction of its type. */
export function recorded(
  record: PredictionRecord | null,
  schema: GraphQLSchema,
): (PredictionRecord & { recorded: true }) | null {
  return record === null || predictionType(record, schema) === null ? null : { ...record, recorded: true };
}

/** Most contributions anybody may ask for. */
const MAX_CONTRIBUTIONS = 50;

/** The `top` strongest contributions, and what the others add up to. */
function strongest(top: number, explanation: Explanation | null): ExplanationNode | null {
  if (explanation === null) return null;
  const { baseline, score } = explanation;
  const contributions = explanation.contributions.slice(0, top);
  const listed = contributions.reduce((sum, { contribution }) => sum + contribution, 0);
  return { ...explanation, contributions, rest: score - baseline - listed };
}

/** The segment as the version that made the prediction names it; its bare id when that version is gone. */
function segmentOf(app: App, prediction: SegmentPrediction, id: string): Segment {
  try {
    const known = app.segmentation.segment(id, { version: prediction.version });
    if (known !== null) return known;
  } catch {
    // The version is not loaded any more: what it called its segments is not known, only the id is.
  }
  return { id, label: id, description: `A segment of version ${prediction.version}, which is not loaded.` };
}

export const predictionResolvers: Pick<
  Resolvers<GraphContext>,
  | 'Query'
  | 'Prediction'
  | 'FraudAssessment'
  | 'SegmentAssignment'
  | 'Segment'
  | 'RecommendationList'
  | 'RecommendedItem'
  | 'Contribution'
  | 'Item'
> = {
  Query: {
    async prediction(_root, { id }, { loaders }, { schema }) {
      const record = recorded(await loaders.predictions.load(id), schema);
      if (record === null) throw notFound('recorded prediction', id);
      return record as never;
    },
    segments: (_root, args, { app }) => [...app.segmentation.segments(selectorOf(args.model))],
  },
  Prediction: {
    __resolveType: (prediction, _context, { schema }) =>
      predictionType(prediction as unknown as PredictionRecord, schema) as 'FraudAssessment',
  },
  FraudAssessment: {
    ...predictionFields,
    explanation: async (p: FraudPrediction, args, { app, row }) =>
      strongest(checkCount(args.top, MAX_CONTRIBUTIONS, 'top'), await app.fraud.explain(p, row)),
    probability: (p: FraudPrediction) => p.output.probability,
    decision: (p: FraudPrediction) => p.output.decision,
  },
  SegmentAssignment: {
    ...predictionFields,
    explanation: async (p: SegmentPrediction, args, { app, row }) =>
      strongest(checkCount(args.top, MAX_CONTRIBUTIONS, 'top'), await app.segmentation.explain(p, row)),
    segment: (p: SegmentPrediction, _args, { app }) => segmentOf(app, p, p.output.segment),
    confidence: (p: SegmentPrediction) => p.output.confidence,
    runnerUp: (p: SegmentPrediction, _args, { app }) =>
      p.output.runnerUp === null ? null : segmentOf(app, p, p.output.runnerUp),
    margin: (p: SegmentPrediction) => p.output.margin,
  },
  Segment: { id: (segment) => encodeNodeId('Segment', segment.id), segmentId: (segment) => segment.id },
  RecommendationList: {
    ...predictionFields,
    explanation: async (p: RecommendationPrediction, args, { app, row }) =>
      strongest(checkCount(args.top, MAX_CONTRIBUTIONS, 'top'), await app.recommendations.explain(p, row)),
    items: (p: RecommendationPrediction) =>
      p.output.items.map(({ itemId, score }, index) => ({ itemId, score, rank: index + 1 })),
    basis: (p: RecommendationPrediction) => p.output.basis,
    reason: (p: RecommendationPrediction) => p.output.reason,
  },
  RecommendedItem: {
    item: ({ itemId }, _args, { app }) => app.catalogue.item(itemId) ?? { itemId, title: itemId, available: false },
  },
  Contribution: {
    item: ({ itemId }, _args, { app }) =>
      itemId === null ? null : (app.catalogue.item(itemId) ?? { itemId, title: itemId, available: false }),
  },
  Item: { id: (item) => encodeNodeId('Item', item.itemId) },
};
