import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nonFiniteRows, topK } from '../../../src/inference/pool/top-k.js';

/** A row of scores, many of them equal, and indices to leave out, some of them beside it. */
const rowOf = (width: number) =>
  fc.tuple(
    fc.array(fc.integer({ min: -5, max: 5 }), { minLength: width, maxLength: width }),
    fc.array(fc.integer({ min: -1, max: width + 1 }), { maxLength: 8 }),
  );
const exclusions = (lists: readonly number[][]) => {
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach((list, r) => {
    offsets[r + 1] = offsets[r]! + list.length;
  });
  return { exclude: Int32Array.from(lists.flat()), offsets };
};

describe('topK', () => {
  it('is the head of a sort without the excluded', () => {
    fc.assert(
      fc.property(
        fc
          .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 6, max: 23 }))
          .chain(([k, width]) =>
            fc.tuple(fc.constant(k), fc.constant(width), fc.array(rowOf(width), { minLength: 1, maxLength: 5 })),
          ),
        ([k, width, rows]) => {
          const data = Float32Array.from(rows.flatMap(([row]) => row));
          const best = { k, ...exclusions(rows.map(([, list]) => list)) };
          const { scores, indices, nonFinite } = topK(data, rows.length, width, best);
          expect(nonFinite).toEqual([]);
          rows.forEach(([row, list], r) => {
            const expected = row
              .map((score, index) => ({ score, index }))
              .filter(({ index }) => !list.includes(index))
              .sort((a, b) => b.score - a.score || a.index - b.index)
              .slice(0, k);
            const got = Array.from({ length: k }, (_, i) => ({
              score: scores[r * k + i]!,
              index: indices[r * k + i]!,
            }));
            const padding = Array.from({ length: k - expected.length }, () => ({
              score: Number.NEGATIVE_INFINITY,
              index: -1,
            }));
            expect(got).toEqual([...expected, ...padding]);
          });
        },
      ),
    );
  });

  it('names the rows that hold no finite number somewhere, wherever it is, and ranks the others', () => {
    for (const width of [3, 4, 5, 11]) {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        for (let at = 0; at < width; at++) {
          for (const excluded of [[], [at]]) {
            const data = Float32Array.from({ length: 2 * width }, (_, i) => (i === at ? bad : i % 7));
            const { indices, nonFinite } = topK(data, 2, width, { k: 1, ...exclusions([excluded, []]) });
            expect(nonFinite, `${bad} at ${at} of ${width}`).toEqual([0]);
            const second = Array.from({ length: width }, (_, i) => (width + i) % 7);
            expect(indices[1]).toBe(second.indexOf(Math.max(...second)));
          }
        }
      }
    }
  });
});

describe('nonFiniteRows', () => {
  it('names rows with NaN or infinities only', () => {
    expect(nonFiniteRows(Float32Array.of(1, 2, Number.NaN, 1, 3, Number.POSITIVE_INFINITY, 0, -0), 4)).toEqual([1, 2]);
    expect(nonFiniteRows(Float32Array.of(3e38, 3e38, 3e38, -3e38), 2)).toEqual([]);
  });
});
