import { describe, expect, it } from 'vitest';
import { gaussian, seeded } from '../../../src/training/random.js';
import { type Outcome, pairedBootstrap } from '../../../src/training/rank-evaluation.js';

const outcome = (customer: number, ndcg: number): Outcome => ({
  ...{ customer: String(customer), baskets: 1, hit: ndcg > 0 ? 1 : 0, ndcg },
  ...{ listed: [], targets: [] },
});
const ndcg = (each: Outcome) => each.ndcg;
/** Two rankings of n customers, the first better by `lead` on average; customers differ far more than rankings. */
function pair(n: number, lead: number, seed: number): [Outcome[], Outcome[]] {
  const random = seeded(seed);
  const levels = Array.from({ length: n }, () => 10 * gaussian(random));
  return [
    levels.map((level, i) => outcome(i, level + lead + gaussian(random))),
    levels.map((level, i) => outcome(i, level)),
  ];
}

describe('the paired bootstrap', () => {
  it('gives the interval that the mean of normal differences has: 1.96 standard errors to each side', () => {
    const [ours, others] = pair(1_000, 0.5, 1);
    const { mean, low, high } = pairedBootstrap(ours, others, ndcg, 4_000, seeded(2));
    const error = 1.96 / Math.sqrt(1_000);
    expect(Math.abs(mean - 0.5)).toBeLessThan(1.6 * error);
    expect(mean - low).toBeCloseTo(error, 2);
    expect(high - mean).toBeCloseTo(error, 2);
  });

  it('leaves 0 outside when one is better, and inside nineteen times in twenty when none is', () => {
    const holdsZero = (lead: number, seed: number) => {
      const { low, high } = pairedBootstrap(...pair(200, lead, seed), ndcg, 1_000, seeded(seed));
      return low <= 0 && high >= 0;
    };
    expect(Array.from({ length: 20 }, (_, seed) => holdsZero(0.5, seed + 1)).filter(Boolean)).toEqual([]);
    const held = Array.from({ length: 100 }, (_, seed) => holdsZero(0, seed + 1)).filter(Boolean).length;
    expect(held).toBeGreaterThanOrEqual(88);
    expect(held).toBeLessThanOrEqual(99);
  });

  it('is the same for the same seed, and wants outcomes of the same customers', () => {
    const [ours, others] = pair(50, 1, 3);
    const draw = (seed: number) => pairedBootstrap(ours, others, ndcg, 100, seeded(seed));
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5)).not.toEqual(draw(6));
    const wrong = /expected outcomes of the same customers/;
    expect(() => pairedBootstrap(ours, others.slice(1), ndcg, 10, seeded(1))).toThrow(wrong);
    expect(() => pairedBootstrap(ours, [...others].reverse(), ndcg, 10, seeded(1))).toThrow(wrong);
    expect(() => pairedBootstrap([], [], ndcg, 10, seeded(1))).toThrow(wrong);
  });
});
