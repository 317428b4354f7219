import type { BatchTopK, TensorData } from '../ports.js';

/** What `topK` found: [rows, k] each, padded with -Infinity and -1, and the rows that hold a NaN or an infinity. */
export interface TopKResult {
  readonly scores: Float32Array<ArrayBuffer>;
  readonly indices: Int32Array<ArrayBuffer>;
  readonly nonFinite: readonly number[];
}

/** Stands in for the excluded: the lowest finite float, which nothing ranks below. */
const EXCLUDED = -3.4028234663852886e38;

/**
 * The k best columns of every row without the row's excluded ones, best first; equal scores by lower index. Rows are wide and
 * little of them is kept, so the work is in passing by: four at a time are compared with the least one kept, which NaN and
 * infinities fail too. Writes over the excluded places of `data`.
 * @param data [rows, width], row-major
 */
export function topK(
  data: Float32Array,
  rows: number,
  width: number,
  { k, exclude, offsets }: Pick<BatchTopK, 'k' | 'exclude' | 'offsets'>,
): TopKResult {
  const scores = new Float32Array(rows * k).fill(Number.NEGATIVE_INFINITY);
  const indices = new Int32Array(rows * k).fill(-1);
  const nonFinite: number[] = [];
  for (let row = 0; row < rows; row++) {
    const start = row * width;
    const end = start + width;
    const out = row * k;
    let finite = true;
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++) {
      const column = exclude[i]!;
      if (column < 0 || column >= width) continue;
      if (!Number.isFinite(data[start + column]!)) finite = false;
      data[start + column] = EXCLUDED;
    }
    let found = 0;
    let least = EXCLUDED;
    for (let at = start; at < end; at++) {
      while (at + 3 < end && passes(data, at, least)) at += 4;
      if (at === end) break;
      const value = data[at]!;
      if (!Number.isFinite(value)) finite = false;
      else if (value > least) {
        let place = found < k ? found++ : k - 1;
        while (place > 0 && scores[out + place - 1]! < value) {
          scores[out + place] = scores[out + place - 1]!;
          indices[out + place] = indices[out + place - 1]!;
          place--;
        }
        scores[out + place] = value;
        indices[out + place] = at - start;
        if (found === k) least = scores[out + k - 1]!;
      }
    }
    if (!finite) nonFinite.push(row);
  }
  return { scores, indices, nonFinite };
}

/** Whether the four from `at` on are finite and none is better than `least`. */
function passes(data: Float32Array, at: number, least: number): boolean {
  const a = data[at]!;
  const b = data[at + 1]!;
  const c = data[at + 2]!;
  const d = data[at + 3]!;
  return (
    a <= least &&
    b <= least &&
    c <= least &&
    d <= least &&
    a >= EXCLUDED &&
    b >= EXCLUDED &&
    c >= EXCLUDED &&
    d >= EXCLUDED
  );
}

/** Rows of [rows, width] that hold a NaN or an infinity. */
export function nonFiniteRows(data: TensorData, rows: number): number[] {
  if (data instanceof Int32Array) return [];
  const width = data.length / rows;
  const found: number[] = [];
  for (let row = 0; row < rows; row++) {
    // x − x is 0 for finite x and NaN otherwise, and NaN stays in a sum.
    let sum = 0;
    for (let i = row * width; i < (row + 1) * width; i++) sum += data[i]! - data[i]!;
    if (sum !== 0) found.push(row);
  }
  return found;
}
