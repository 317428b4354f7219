import type { EventSource } from '../core/events.js';
import type { PredictionRecord, RowContext } from '../core/predictions.js';

/** What an outcome is about: a payment, by its place on the log, or a prediction that no payment caused. */
export type OutcomeSubject = { readonly position: number } | { readonly predictionId: string };

/** What is known of a payment or a prediction: of all that was said the one observed last. Times in milliseconds UTC. */
export interface KnownOutcome {
  readonly fraud: boolean;
  readonly observedAt: number;
  readonly reportedAt: number;
  readonly source: EventSource;
}

/** Predictions whose outcome is known, by what they said and what it turned out to be. Positive: not approved. */
export interface OutcomeCounts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}
/** Those of one version in one arm of a policy; null: no policy decided. */
export interface ArmOutcomeCounts extends OutcomeCounts {
  readonly version: number;
  readonly arm: string | null;
}

/** What turned out, joined with the predictions it is about. */
export interface Outcomes {
  /** In the order of the input; null where nothing is known. */
  of(subjects: readonly OutcomeSubject[]): Promise<(KnownOutcome | null)[]>;
  /**
   * Counts of a model's predictions made at or after `from`, before `to` (null: without that bound), newest version first, at most 200 arms.
   * @throws ScoregraphError QUEUE_FULL, DEADLINE_EXCEEDED, CANCELLED or STORAGE_UNAVAILABLE.
   */
  counts(
    model: string,
    from: number | null,
    to: number | null,
    turn: Pick<RowContext, 'deadline' | 'signal'>,
  ): Promise<ArmOutcomeCounts[]>;
}

/** What an outcome of a prediction is about: the payment that caused it, or itself. A shadow's is that of the prediction it stands beside. */
export const subjectOf = ({ eventSeq, id }: Pick<PredictionRecord, 'eventSeq' | 'id'>): OutcomeSubject =>
  eventSeq === null ? { predictionId: id } : { position: eventSeq };
