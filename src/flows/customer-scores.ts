import type { PaymentRecorded, Stored } from '../core/events.js';
import type { FraudPrediction } from '../domains/fraud/fraud.js';
import type { RecommendationPrediction } from '../domains/recommendations/recommendations.js';
import type { SegmentPrediction } from '../domains/segmentation/segmentation.js';

/** What can be said of a customer, and moves. */
export type CustomerScoreKind = 'FRAUD' | 'SEGMENT' | 'RECOMMENDATIONS';

/** What all models say of one customer; an Error where one could not answer. */
export interface CustomerScores {
  readonly customerId: string;
  readonly payment: Stored<PaymentRecorded> | null;
  readonly fraud: FraudPrediction | null;
  readonly segment: SegmentPrediction | Error;
  readonly recommendations: RecommendationPrediction | Error;
  /** What moved since the message before. */
  readonly changed: readonly CustomerScoreKind[];
}
