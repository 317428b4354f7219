import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nonFiniteRows, topK } from '../../../src/inference/pool/top-k.js';

describe('topK', () => {
  it('is the head of a sort without the excluded', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 6 })
          .chain((k) =>
            fc.tuple(
              fc.constant(k),
              fc.array(
                fc.tuple(
                  fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 6, maxLength: 6 }),
                  fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 8 }),
                ),
                { minLength: 1, maxLength: 5 },
              ),
            ),
          ),
        ([k, rows]) => {
          const data = Float32Array.from(rows.flatMap(([row]) => row));
          const exclude = Int32Array.from(rows.flatMap(([, list]) => list));
          const offsets = new Int32Array(rows.length + 1);
          rows.forEach(([, list], r) => {
            offsets[r + 1] = offsets[r]! + list.length;
          });
          const { scores, indices } = topK(data, rows.length, 6, { output: 'y', k, exclude, offsets });
          rows.forEach(([row, list], r) => {
            const best = row
              .map((score, index) => ({ score, index }))
              .filter(({ index }) => !list.includes(index))
              .sort((a, b) => b.score - a.score || a.index - b.index)
              .slice(0, k);
            const got = Array.from({ length: k }, (_, i) => ({
              score: scores[r * k + i]!,
              index: indices[r * k + i]!,
            }));
            const padding = Array.from({ length: k - best.length }, () => ({
              score: Number.NEGATIVE_INFINITY,
              index: -1,
            }));
            expect(got).toEqual([...best, ...padding]);
          });
        },
      ),
    );
  });
});

describe('nonFiniteRows', () => {
  it('names rows with NaN or infinities only', () => {
    expect(nonFiniteRows(Float32Array.of(1, 2, Number.NaN, 1, 3, Number.POSITIVE_INFINITY, 0, -0), 4)).toEqual([1, 2]);
    expect(nonFiniteRows(Float32Array.of(3e38, 3e38, 3e38, -3e38), 2)).toEqual([]);
  });
});
