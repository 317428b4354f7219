import type { PredictionRecord } from '../../core/predictions.js';
import type { FraudPrediction } from '../../domains/fraud/fraud.js';
import { FRAUD_MODEL } from '../../domains/fraud/fraud.js';
import { RECOMMENDATIONS_MODEL, type RecommendationPrediction } from '../../domains/recommendations/recommendations.js';
import type { Segment } from '../../domains/segmentation/segmentation.js';
import { SEGMENTATION_MODEL, type SegmentPrediction } from '../../domains/segmentation/segmentation.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import type { App } from '../app.js';
import type { GraphContext } from '../context.js';
import { encodeNodeId } from '../node-id.js';
import { notFound, predictionFields, selectorOf } from './shared.js';

const TYPE_OF_MODEL: Readonly<Record<string, 'FraudAssessment' | 'RecommendationList' | 'SegmentAssignment'>> = {
  [FRAUD_MODEL]: 'FraudAssessment',
  [RECOMMENDATIONS_MODEL]: 'RecommendationList',
  [SEGMENTATION_MODEL]: 'SegmentAssignment',
};

/** The graph type of a recorded prediction; null for a model the written graph does not serve. */
export const predictionType = (record: PredictionRecord) => TYPE_OF_MODEL[record.model] ?? null;

/** A record from the log as a prediction of its type. */
export function recorded(record: PredictionRecord | null): (PredictionRecord & { recorded: true }) | null {
  return record === null || predictionType(record) === null ? null : { ...record, recorded: true };
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
  | 'Item'
> = {
  Query: {
    async prediction(_root, { id }, { loaders }) {
      const record = recorded(await loaders.predictions.load(id));
      if (record === null) throw notFound('recorded prediction', id);
      return record as never;
    },
    segments: (_root, args, { app }) => [...app.segmentation.segments(selectorOf(args.model))],
  },
  Prediction: { __resolveType: (prediction) => predictionType(prediction as unknown as PredictionRecord)! },
  FraudAssessment: {
    ...predictionFields,
    probability: (p: FraudPrediction) => p.output.probability,
    decision: (p: FraudPrediction) => p.output.decision,
  },
  SegmentAssignment: {
    ...predictionFields,
    segment: (p: SegmentPrediction, _args, { app }) => segmentOf(app, p, p.output.segment),
    confidence: (p: SegmentPrediction) => p.output.confidence,
    runnerUp: (p: SegmentPrediction, _args, { app }) =>
      p.output.runnerUp === null ? null : segmentOf(app, p, p.output.runnerUp),
    margin: (p: SegmentPrediction) => p.output.margin,
  },
  Segment: { id: (segment) => encodeNodeId('Segment', segment.id), segmentId: (segment) => segment.id },
  RecommendationList: {
    ...predictionFields,
    items: (p: RecommendationPrediction) =>
      p.output.items.map(({ itemId, score }, index) => ({ itemId, score, rank: index + 1 })),
    basis: (p: RecommendationPrediction) => p.output.basis,
    reason: (p: RecommendationPrediction) => p.output.reason,
  },
  RecommendedItem: {
    item: ({ itemId }, _args, { app }) => app.catalogue.item(itemId) ?? { itemId, title: itemId, available: false },
  },
  Item: { id: (item) => encodeNodeId('Item', item.itemId) },
};
