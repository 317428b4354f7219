import { describe, expect, it } from 'vitest';
import { brier, brierSkill, fitPlatt, reliabilityAtTop, sigmoid } from '../../../src/training/calibration.js';
import { rank } from '../../../src/training/metrics.js';
import { gaussian, seeded } from '../../../src/training/random.js';

/** Logits, and labels drawn with the probability sigmoid(a · logit + b). */
function drawn(rows: number, a: number, b: number) {
  const random = seeded(5);
  const logits = Float32Array.from({ length: rows }, () => 4 * gaussian(random) - 3);
  return { logits, labels: Uint8Array.from(logits, (z) => Number(random() < sigmoid(a * z + b))) };
}

describe('logistic calibration', () => {
  it.each([
    [1, 0],
    [0.5, 0.7],
    [2, -1.5],
  ])('finds the a = %d and b = %d that labels were drawn with', (a, b) => {
    const { logits, labels } = drawn(40_000, a, b);
    const fit = fitPlatt(logits, labels);
    expect(fit.a / a).toBeCloseTo(1, 1);
    expect(Math.abs(fit.b - b)).toBeLessThan(0.1);
  });

  it('makes the mean probability the share of frauds', () => {
    const { logits, labels } = drawn(40_000, 0.4, 2);
    const { a, b } = fitPlatt(logits, labels);
    const mean = (values: ArrayLike<number>) => Array.from(values).reduce((x, y) => x + y, 0) / values.length;
    expect(mean(Float64Array.from(logits, (z) => sigmoid(a * z + b)))).toBeCloseTo(mean(labels), 3);
  });

  it('stays finite when the logits separate the labels, however far out they are', () => {
    const fit = fitPlatt(Float32Array.of(-150, -40, -2, 1, 20), Uint8Array.of(0, 0, 0, 1, 1));
    expect(fit.a).toBeGreaterThan(0);
    expect(Number.isFinite(fit.a) && Number.isFinite(fit.b)).toBe(true);
  });

  it('refuses to turn the ranking around', () => {
    expect(() => fitPlatt(Float32Array.of(3, 2, 1, -1, -2), Uint8Array.of(0, 0, 1, 1, 1))).toThrow(
      /expected scores that rise with fraud/,
    );
  });
});

describe('the Brier score', () => {
  it('is the mean squared distance, and its skill 0 for the base rate and 1 for certainty', () => {
    const labels = Uint8Array.of(1, 0, 0, 0);
    expect(brier([0.5, 0.5, 0, 0], labels)).toBe(0.125);
    expect(brierSkill([0.25, 0.25, 0.25, 0.25], labels)).toBe(0);
    expect(brierSkill([1, 0, 0, 0], labels)).toBe(1);
    expect(brierSkill([0, 1, 1, 1], labels)).toBeLessThan(0);
  });
});

describe('reliability of the highest scores', () => {
  const scores = Float32Array.of(0.1, 0.9, 0.8, 0.2, 0.7, 0.6);
  const labels = Uint8Array.of(0, 1, 1, 0, 0, 1);

  it('sets the mean score beside the share of frauds, highest group first', () => {
    const bins = reliabilityAtTop(scores, labels, 4 / 6, 2, rank(scores, labels));
    expect(bins.map(({ rows, observed }) => ({ rows, observed }))).toEqual([
      { rows: 2, observed: 1 },
      { rows: 2, observed: 0.5 },
    ]);
    expect(bins[0]!.predicted).toBeCloseTo(0.85, 6);
    expect(bins[1]!.predicted).toBeCloseTo(0.65, 6);
  });

  it('covers the share asked for once, a row a group at least, and no more rows than there are', () => {
    const rows = (share: number, bins: number) =>
      reliabilityAtTop(scores, labels, share, bins, rank(scores, labels)).reduce((sum, bin) => sum + bin.rows, 0);
    expect(rows(1, 4)).toBe(6);
    expect(rows(0.01, 3)).toBe(3);
    expect(rows(0.01, 10)).toBe(6);
  });
});
