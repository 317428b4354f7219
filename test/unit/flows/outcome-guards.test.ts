import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RollOutGuards } from '../../../src/core/routing.js';
import type { OutcomeCounts } from '../../../src/data/outcomes.js';
import { leastDifference, outcomesIn, precisionOf, recallOf, together } from '../../../src/flows/outcome-figures.js';
import { asksForOutcomes, brokenByOutcomes, enoughOutcomes } from '../../../src/flows/outcome-guards.js';
import { DEFAULT_GUARDS, wilson } from '../../../src/flows/roll-out-guards.js';

const counts = (truePositives: number, falsePositives: number, trueNegatives: number, falseNegatives: number) => ({
  ...{ truePositives, falsePositives, trueNegatives, falseNegatives },
});
const guards = (own: Partial<RollOutGuards>): RollOutGuards => ({ ...DEFAULT_GUARDS, ...own });
const good = counts(90, 10, 880, 10);
const anyCounts: fc.Arbitrary<OutcomeCounts> = fc.record({
  truePositives: fc.nat(500),
  falsePositives: fc.nat(500),
  trueNegatives: fc.nat(500),
  falseNegatives: fc.nat(500),
});

describe('figures of outcomes', () => {
  it('are precision and recall with the interval of Wilson', () => {
    const { value, low, high } = precisionOf(counts(56, 14, 0, 0))!;
    expect([value, low, high].map((x) => x.toFixed(3))).toEqual(['0.800', '0.692', '0.877']);
    expect(recallOf(good)?.value).toBe(0.9);
    expect(precisionOf(counts(0, 0, 5, 5))).toBeNull();
    expect(recallOf(counts(0, 5, 5, 0))).toBeNull();
  });
  it('end exactly at 0 and 1 where there was none, or all (so that bounds of 0 and 1 hold)', () => {
    for (let of = 1; of <= 2_000; of++) {
      expect(wilson(0, of).low).toBe(0);
      expect(wilson(of, of).high).toBe(1);
    }
  });
  it('have the interval of Newcombe for a difference', () => {
    // His own example (1998, method 10): 56 of 70 against 48 of 80, 0.0524 to 0.3339.
    const [a, b] = [
      { value: 56 / 70, ...wilson(56, 70) },
      { value: 48 / 80, ...wilson(48, 80) },
    ];
    expect(leastDifference(a, b)).toBeCloseTo(0.0524, 3);
    expect(-leastDifference(b, a)).toBeCloseTo(0.3339, 3);
  });
  it('of arms add up', () => {
    fc.assert(
      fc.property(fc.array(anyCounts), (all) => {
        expect(outcomesIn(together(all))).toBe(all.reduce((sum, one) => sum + outcomesIn(one), 0));
      }),
    );
  });
});

describe('guards of precision and recall', () => {
  it('ask for nothing unless somebody set them', () => {
    expect(asksForOutcomes(DEFAULT_GUARDS)).toBe(false);
    expect(brokenByOutcomes(DEFAULT_GUARDS, counts(0, 500, 0, 500), good)).toBeNull();
    expect(enoughOutcomes(DEFAULT_GUARDS, counts(0, 0, 0, 0))).toBe(true);
    expect(enoughOutcomes(guards({ minRecall: 0 }), counts(0, 0, 0, 0))).toBe(false);
  });
  it('are broken when the interval says so, not when the share alone does', () => {
    const recall = guards({ minRecall: 0.8 });
    expect(brokenByOutcomes(recall, counts(15, 0, 100, 5), good)).toBeNull(); // 0.75, but perhaps 0.89
    expect(brokenByOutcomes(recall, counts(140, 0, 100, 60), good)).toBe(
      'recall: 0.700 (0.633 to 0.759) over 300 outcomes, at least 0.8 must be',
    );
  });
  it('compare with the champion of the same time', () => {
    const drop = guards({ maxPrecisionDrop: 0.1 });
    expect(brokenByOutcomes(drop, counts(85, 15, 100, 0), good)).toBeNull();
    expect(brokenByOutcomes(drop, counts(50, 50, 100, 0), good)).toMatch(
      /^precision: 0.500 .* at most 0.1 less may be$/,
    );
    expect(brokenByOutcomes(drop, counts(50, 50, 100, 0), counts(9, 1, 0, 0))).toBeNull(); // of the champion too little is known
    expect(brokenByOutcomes(drop, counts(9, 1, 0, 0), good)).toBeNull();
  });
  it('are never broken by a candidate that did no worse', () => {
    fc.assert(
      fc.property(anyCounts, fc.double({ min: 0, max: 1, noNaN: true }), (both, bound) => {
        const drops = guards({ minOutcomes: 1, maxPrecisionDrop: bound, maxRecallDrop: bound });
        expect(brokenByOutcomes(drops, both, both)).toBeNull();
        const own = guards({
          minOutcomes: 1,
          minPrecision: precisionOf(both)?.value ?? 1,
          minRecall: recallOf(both)?.value ?? 1,
        });
        expect(brokenByOutcomes(own, both, both)).toBeNull();
      }),
    );
  });
  it('stay unbroken where a looser bound of the same kind is not reached', () => {
    fc.assert(
      fc.property(anyCounts, anyCounts, fc.nat(100), fc.nat(100), (candidate, champion, a, b) => {
        const [tight, loose] = [Math.min(a, b) / 100, Math.max(a, b) / 100];
        const by = (own: Partial<RollOutGuards>) =>
          brokenByOutcomes(guards({ minOutcomes: 1, ...own }), candidate, champion);
        if (by({ maxRecallDrop: tight }) === null) expect(by({ maxRecallDrop: loose })).toBeNull();
        if (by({ minRecall: loose }) === null) expect(by({ minRecall: tight })).toBeNull();
      }),
    );
  });
});
