import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/training/rank-evaluation.js';
import { HISTORY_LENGTHS, ofLength, percentiles, spread } from '../../../src/training/recommended-items.js';

describe('popularity percentiles', () => {
  it('go from the least bought item to the most bought one, equals alike', () => {
    expect([...percentiles(Float32Array.of(7, 5, 9))]).toEqual([0.5, 0, 1]);
    expect([...percentiles(Float32Array.of(5, 5, 5))]).toEqual([0.5, 0.5, 0.5]);
    expect([...percentiles(Float32Array.of(5, 8, 8))]).toEqual([0, 0.75, 0.75]);
  });
  it('have a mean of one half, whatever was bought', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 40 }), (counts) => {
        const all = percentiles(Float32Array.from(counts));
        expect(all.reduce((a, b) => a + b, 0) / all.length).toBeCloseTo(0.5, 5);
      }),
    );
  });
});

describe('the spread of lists', () => {
  const popular = Float32Array.from({ length: 200 }, (_, i) => i / 199);
  it('is one item’s when everybody gets the same, and everybody’s when each gets their own', () => {
    const same = spread(
      Array.from({ length: 50 }, () => [199, 198]),
      popular,
    );
    expect(same.coverage).toBe(0.01);
    expect(same.topShare).toBe(1); // 1 % of 200 items are two
    expect(same.popularity).toBeCloseTo(1, 2);
    const own = spread(
      Array.from({ length: 100 }, (_, i) => [2 * i, 2 * i + 1]),
      popular,
    );
    expect(own.coverage).toBe(1);
    expect(own.topShare).toBeCloseTo(0.01, 9);
    expect(own.popularity).toBeCloseTo(0.5, 5);
  });
});

describe('customers by length of history', () => {
  it('are each in one group', () => {
    const all = [1, 2, 5, 6, 90].map((baskets): Outcome => {
      return { customer: 'c', baskets, hit: 0, ndcg: 0, listed: [], targets: [] };
    });
    expect(HISTORY_LENGTHS.map((length) => ofLength(all, length).map(({ baskets }) => baskets))).toEqual([
      [1],
      [2, 5],
      [6, 90],
    ]);
  });
});
