import type { OutcomeCounts } from '../data/outcomes.js';
import { wilson } from './roll-out-guards.js';

/** A share with its 95 % confidence interval (Wilson). */
export interface EstimatedShare {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export const NO_OUTCOMES: OutcomeCounts = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };

const share = (count: number, of: number): EstimatedShare | null =>
  of === 0 ? null : { value: count / of, ...wilson(count, of) };

/** Of what was flagged the share that was fraud; null while nothing was flagged. */
export const precisionOf = ({ truePositives, falsePositives }: OutcomeCounts): EstimatedShare | null =>
  share(truePositives, truePositives + falsePositives);

/** Of what was fraud the share that was flagged; null while nothing was fraud. */
export const recallOf = ({ truePositives, falseNegatives }: OutcomeCounts): EstimatedShare | null =>
  share(truePositives, truePositives + falseNegatives);

/** Predictions whose outcome is known. */
export const outcomesIn = (counts: OutcomeCounts): number =>
  counts.truePositives + counts.falsePositives + counts.trueNegatives + counts.falseNegatives;

/** Counts one prediction in: what it called the payment, and what that turned out to be. */
export function counted(counts: OutcomeCounts, flagged: boolean, fraud: boolean): OutcomeCounts {
  const cell = flagged ? (fraud ? 'truePositives' : 'falsePositives') : fraud ? 'falseNegatives' : 'trueNegatives';
  return { ...counts, [cell]: counts[cell] + 1 };
}

/** Counts of several arms as one. */
export const together = (all: readonly OutcomeCounts[]): OutcomeCounts =>
  all.reduce(
    (sum, one) => ({
      truePositives: sum.truePositives + one.truePositives,
      falsePositives: sum.falsePositives + one.falsePositives,
      trueNegatives: sum.trueNegatives + one.trueNegatives,
      falseNegatives: sum.falseNegatives + one.falseNegatives,
    }),
    NO_OUTCOMES,
  );

/**
 * The least that `a - b` may be, with 95 % confidence: the lower end of the interval of a difference of two shares (Newcombe's, made of the
 * two Wilson intervals).
 */
export const leastDifference = (a: EstimatedShare, b: EstimatedShare): number =>
  a.value - b.value - Math.hypot(a.value - a.low, b.high - b.value);
