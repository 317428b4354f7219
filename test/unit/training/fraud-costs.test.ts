import { describe, expect, it } from 'vitest';
import { FRAUD_FEATURES } from '../../../src/features/fraud-features.js';
import { costsOf } from '../../../src/training/fraud-costs.js';

const WIDTH = FRAUD_FEATURES.features.length;
const THRESHOLDS = { review: 0.2, decline: 0.8 };

/** Payments of these amounts in USD. */
function rows(amounts: readonly number[], labels: readonly number[]) {
  const x = new Float32Array(amounts.length * WIDTH);
  amounts.forEach((amount, i) => {
    x[i * WIDTH] = Math.log1p(amount);
  });
  return { x, y: Uint8Array.from(labels) };
}

describe('what decisions cost', () => {
  // Approved: a fraud of 100 and a legitimate one; reviewed: one of each; declined: one of each.
  const payments = rows([100, 20, 300, 40, 500, 60], [1, 0, 1, 0, 1, 0]);
  const scores = Float32Array.of(0.1, 0.19, 0.2, 0.5, 0.8, 0.9);

  it('adds up frauds that went through, reviews and legitimate payments declined, per 1,000', () => {
    const outcome = costsOf({ missed: 1, review: 5 }, THRESHOLDS, payments, scores);
    expect(outcome.approveAll).toBeCloseTo((1_000 * 900) / 6, 2);
    expect(outcome.missed).toBeCloseTo((1_000 * 100) / 6, 2);
    expect(outcome.reviews).toBeCloseTo((1_000 * 10) / 6, 6);
    expect(outcome.wronglyDeclined).toBeCloseTo((1_000 * 5) / 6, 6);
    expect(outcome.thresholds).toBeCloseTo((1_000 * 115) / 6, 2);
  });

  it('takes a share of the amount', () => {
    const [whole, half] = [1, 0.5].map((missed) => costsOf({ missed, review: 5 }, THRESHOLDS, payments, scores));
    expect(half!.approveAll).toBeCloseTo(whole!.approveAll / 2, 6);
    expect(half!.missed).toBeCloseTo(whole!.missed / 2, 6);
    expect(half!.reviews).toBe(whole!.reviews);
  });

  it('is what approving everything costs when no score reaches a threshold', () => {
    const { approveAll, thresholds } = costsOf({ missed: 1, review: 5 }, THRESHOLDS, payments, new Float32Array(6));
    expect(thresholds).toBe(approveAll);
  });
});
