import type { BatchTopK, TensorData } from '../ports.js';

/** Marks of the row being looked at; grows to the widest output and is reused. */
let marks = new Uint32Array(0);
let mark = 0;

/** What `topK` found: [rows, k] each, padded with -Infinity and -1. */
export interface TopKResult {
  readonly scores: Float32Array<ArrayBuffer>;
  readonly indices: Int32Array<ArrayBuffer>;
}

/**
 * The k best columns of every row without the row's excluded ones, best first; equal scores by lower index. One pass
 * with an insertion list: rows are wide and k is small.
 * @param data [rows, width], row-major
 */
export function topK(data: TensorData, rows: number, width: number, { k, exclude, offsets }: BatchTopK): TopKResult {
  const scores = new Float32Array(rows * k).fill(Number.NEGATIVE_INFINITY);
  const indices = new Int32Array(rows * k).fill(-1);
  if (marks.length < width) marks = new Uint32Array(width);
  for (let row = 0; row < rows; row++) {
    if (++mark === 2 ** 32 - 1) {
      marks.fill(0);
      mark = 1;
    }
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++) {
      const index = exclude[i]!;
      if (index >= 0 && index < width) marks[index] = mark;
    }
    const base = row * width;
    const out = row * k;
    let found = 0;
    let least = Number.NEGATIVE_INFINITY;
    for (let column = 0; column < width; column++) {
      const value = data[base + column]!;
      if ((found === k && !(value > least)) || marks[column] === mark) continue;
      let at = found < k ? found++ : k - 1;
      while (at > 0 && scores[out + at - 1]! < value) {
        scores[out + at] = scores[out + at - 1]!;
        indices[out + at] = indices[out + at - 1]!;
        at--;
      }
      scores[out + at] = value;
      indices[out + at] = column;
      least = scores[out + k - 1]!;
    }
  }
  return { scores, indices };
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
