import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankAgreement, rankBiasedOverlap } from '../../../src/flows/rank-agreement.js';

const lists = fc.uniqueArray(fc.integer({ min: 0, max: 30 }).map(String), { maxLength: 20 });

/** Equation 32 as it stands in the paper, from the overlaps at each depth. */
function extrapolated(a: readonly string[], b: readonly string[], p: number): number {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  const [s, l] = [short.length, long.length];
  const x = (d: number) => {
    const head = new Set(long.slice(0, d));
    return short.slice(0, d).filter((item) => head.has(item)).length;
  };
  let sum = 0;
  for (let d = 1; d <= l; d++) sum += (x(d) / d) * p ** d;
  for (let d = s + 1; d <= l; d++) sum += ((x(s) * (d - s)) / (s * d)) * p ** d;
  return ((1 - p) / p) * sum + ((x(l) - x(s)) / l + x(s) / s) * p ** l;
}

describe('how alike two lists are', () => {
  it('is 1 for the same and 0 for nothing in common', () => {
    fc.assert(
      fc.property(lists, (list) => {
        const { overlap, jaccard, rankBiasedOverlap } = rankAgreement(list, list);
        for (const measure of [overlap, jaccard, rankBiasedOverlap]) expect(measure).toBeCloseTo(1, 12);
        const others = list.map((item) => `not ${item}`);
        if (list.length > 0)
          expect(rankAgreement(list, others)).toEqual({ overlap: 0, jaccard: 0, rankBiasedOverlap: 0 });
      }),
    );
  });

  it('lies between, the same both ways', () => {
    fc.assert(
      fc.property(lists, lists, (a, b) => {
        const one = rankAgreement(a, b);
        for (const value of Object.values(one)) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1 + 1e-12);
        }
        expect(rankAgreement(b, a)).toEqual(one);
      }),
    );
  });

  it('counts what both have', () => {
    expect(rankAgreement(['a', 'b', 'c', 'd'], ['d', 'x', 'a', 'y'])).toMatchObject({ overlap: 0.5, jaccard: 2 / 6 });
    expect(rankAgreement(['a', 'b', 'c', 'd'], ['a'])).toMatchObject({ overlap: 0.25, jaccard: 0.25 });
    expect(rankAgreement([], ['a'])).toEqual({ overlap: 0, jaccard: 0, rankBiasedOverlap: 0 });
  });

  it('gives the upper ranks more weight, as the formula says', () => {
    const list = ['a', 'b', 'c', 'd', 'e'];
    const above = rankBiasedOverlap(list, ['x', 'b', 'c', 'd', 'e']);
    const below = rankBiasedOverlap(list, ['a', 'b', 'c', 'd', 'x']);
    expect(above).toBeLessThan(below);
    fc.assert(
      fc.property(lists, lists, fc.double({ min: 0.05, max: 0.98, noNaN: true }), (a, b, p) => {
        fc.pre(a.length > 0 && b.length > 0);
        expect(rankBiasedOverlap(a, b, p)).toBeCloseTo(extrapolated(a, b, p), 9);
      }),
    );
  });
});
