import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atFalsePositiveRate, atThreshold, histogram, prAuc, rank, rocAuc } from '../../../src/training/metrics.js';

/** Scored rows with both labels, many scores equal. */
const scored = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.boolean()), { minLength: 2, maxLength: 60 })
  .filter((rows) => rows.some(([, fraud]) => fraud) && rows.some(([, fraud]) => !fraud))
  .map((rows) => ({
    scores: Float32Array.from(rows, ([score]) => score / 8),
    labels: Uint8Array.from(rows, ([, fraud]) => Number(fraud)),
  }));

describe('ranking measures', () => {
  it('ROC AUC is the share of pairs in the right order, ties counting half', () => {
    fc.assert(
      fc.property(scored, ({ scores, labels }) => {
        let right = 0;
        let pairs = 0;
        labels.forEach((positive, i) => {
          if (positive === 0) return;
          labels.forEach((other, j) => {
            if (other === 1) return;
            pairs++;
            right += scores[i]! > scores[j]! ? 1 : scores[i]! === scores[j]! ? 0.5 : 0;
          });
        });
        expect(rocAuc(scores, labels)).toBeCloseTo(right / pairs, 9);
      }),
    );
  });

  it('PR AUC is the mean precision at the positives, and 1 for a perfect order', () => {
    const labels = Uint8Array.of(1, 0, 1, 0);
    expect(prAuc(Float32Array.of(0.9, 0.8, 0.7, 0.1), labels)).toBeCloseTo((1 + 2 / 3) / 2, 6);
    expect(prAuc(Float32Array.of(0.9, 0.1, 0.7, 0.2), labels)).toBe(1);
    // All scores equal: one threshold, precision = share of positives.
    expect(prAuc(Float32Array.of(0.5, 0.5, 0.5, 0.5), labels)).toBe(0.5);
  });

  it('a threshold for a false-positive rate keeps it, and the next lower score would not', () => {
    fc.assert(
      fc.property(scored, fc.constantFrom(0, 0.1, 0.25, 0.5, 1), ({ scores, labels }, rate) => {
        const { threshold, recall } = atFalsePositiveRate(scores, labels, rate, rank(scores, labels));
        const at = atThreshold(scores, labels, threshold);
        if (recall > 0) expect(at.recall).toBeCloseTo(recall, 9);
        const lower = [...scores].filter((score) => score < threshold);
        if (recall > 0) expect(at.falsePositiveRate).toBeLessThanOrEqual(rate);
        if (lower.length > 0 && threshold < 1)
          expect(atThreshold(scores, labels, Math.max(...lower)).falsePositiveRate).toBeGreaterThan(rate);
      }),
    );
  });

  it('a fixed threshold counts what reaches it', () => {
    const at = atThreshold(Float32Array.of(0.9, 0.5, 0.5, 0.1), Uint8Array.of(1, 1, 0, 0), 0.5);
    expect(at).toEqual({ recall: 1, precision: 2 / 3, falsePositiveRate: 0.5 });
    expect(atThreshold(Float32Array.of(0.1), Uint8Array.of(1), 0.5)).toMatchObject({ recall: 0, precision: 0 });
  });
});

describe('the baseline histogram', () => {
  it('counts every value once, between edges that rise', () => {
    const values = fc.array(fc.float({ noNaN: true, min: -100, max: 100 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(values, (list) => {
        const { edges, counts } = histogram(Float32Array.from(list));
        expect(counts.reduce((a, b) => a + b, 0)).toBe(list.length);
        expect(edges).toHaveLength(counts.length + 1);
        for (let i = 1; i < edges.length; i++) expect(edges[i]!).toBeGreaterThan(edges[i - 1]!);
        expect(edges[0]).toBe(Math.min(...Float32Array.from(list)));
      }),
    );
  });

  it('has a bin for each value where there are few of them', () => {
    const rows = (...counted: [value: number, rows: number][]) =>
      Float32Array.from(counted.flatMap(([value, n]) => new Array<number>(n).fill(value)));
    expect(histogram(rows([1, 3], [0, 97]))).toEqual({ edges: [0, 1, 2], counts: [97, 3] });
    expect(histogram(rows([0, 1], [1, 99]))).toEqual({ edges: [0, 1, 2], counts: [1, 99] });
    expect(histogram(rows([0, 990], [1, 5], [4, 5]))).toEqual({ edges: [0, 1, 4, 7], counts: [990, 5, 5] });
    expect(histogram(rows([5, 10]))).toEqual({ edges: [5, 6], counts: [10] });
  });

  it('tells the highest value from those below it where most rows have it', () => {
    const values = Float32Array.from({ length: 1_000 }, (_, i) => (i < 300 ? i / 1_000 : 1));
    const { edges, counts } = histogram(values);
    expect(counts[counts.length - 1]).toBe(700);
    expect(edges[edges.length - 2]).toBe(1);
  });

  it('holds equal counts where there are many values', () => {
    const { edges, counts } = histogram(Float32Array.from({ length: 1_000 }, (_, i) => i));
    expect(counts).toEqual(new Array(20).fill(50));
    expect(edges[20]).toBe(999);
  });
});
