import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adjustedRand, bootstrapStability, kMeans, silhouette, standardise } from '../../../src/training/k-means.js';
import { gaussian, seeded } from '../../../src/training/random.js';

/** Three clouds of 40 points, far apart; row i belongs to cloud i mod 3. */
const CENTRES = [
  [0, 0],
  [10, 0],
  [0, 10],
] as const;
const truth = Int32Array.from({ length: 120 }, (_, i) => i % 3);
const random = seeded(7);
const clouds = Float64Array.from({ length: 240 }, (_, i) => CENTRES[Math.floor(i / 2) % 3]![i % 2]! + gaussian(random));

describe('k-means', () => {
  it('finds clouds that lie apart, the same ones for the same seed', () => {
    const fitted = kMeans(clouds, 2, 3, seeded(1));
    expect(adjustedRand(fitted.labels, truth, 3)).toBe(1);
    expect(kMeans(clouds, 2, 3, seeded(1)).centroids).toEqual(fitted.centroids);
    expect(silhouette(clouds, 2, fitted.labels, 3)).toBeGreaterThan(0.7);
    expect(bootstrapStability(clouds, 2, fitted, seeded(2), 5)).toBe(1);
  });

  it('leaves each row with its nearest centroid and each centroid in the middle of its rows', () => {
    const { centroids, labels } = kMeans(clouds, 2, 4, seeded(3));
    centroids.forEach((centroid, c) => {
      const mine = [...labels.keys()].filter((i) => labels[i] === c);
      for (const f of [0, 1]) {
        const mean = mine.reduce((sum, i) => sum + clouds[i * 2 + f]!, 0) / mine.length;
        expect(centroid[f]).toBeCloseTo(mean, 9);
      }
    });
    const distance = (i: number, c: number) =>
      Math.hypot(clouds[i * 2]! - centroids[c]![0]!, clouds[i * 2 + 1]! - centroids[c]![1]!);
    labels.forEach((own, i) => {
      for (let c = 0; c < 4; c++) expect(distance(i, own)).toBeLessThanOrEqual(distance(i, c));
    });
  });

  it('refuses fewer rows than clusters', () => {
    expect(() => kMeans(Float64Array.of(1, 2, 3), 1, 4, seeded(1))).toThrow('expected at least 4 customers');
  });
});

describe('the adjusted Rand index', () => {
  const labels = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 3, maxLength: 40 });
  it('is 1 for the same grouping under other numbers, and symmetric', () => {
    fc.assert(
      fc.property(labels, (list) => {
        const a = Int32Array.from(list);
        expect(
          adjustedRand(
            a,
            a.map((label) => (label + 1) % 3),
            3,
          ),
        ).toBe(1);
        const b = Int32Array.from(list, (label, i) => (i % 2 === 0 ? label : 0));
        expect(adjustedRand(a, b, 3)).toBeCloseTo(adjustedRand(b, a, 3), 12);
      }),
    );
  });
  it('is about 0 for unrelated groupings', () => {
    const draw = seeded(9);
    const a = Int32Array.from({ length: 5_000 }, () => Math.floor(draw() * 3));
    const b = Int32Array.from({ length: 5_000 }, () => Math.floor(draw() * 3));
    expect(Math.abs(adjustedRand(a, b, 3))).toBeLessThan(0.01);
  });
});

describe('standardised rows', () => {
  it('have mean 0 and deviation 1 per column, a constant column 0', () => {
    const { z, mean, std } = standardise(Float32Array.of(1, 5, 3, 5, 5, 5), 2);
    expect(mean).toEqual([3, 5]);
    expect(std[1]).toBe(1);
    expect([...z].map((value) => Number(value.toFixed(4)))).toEqual([-1.2247, 0, 0, 0, 1.2247, 0]);
  });
});
