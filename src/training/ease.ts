import type { Progress } from './artifacts.js';
import { gaussian } from './random.js';
import * as tf from './tf.js';

/**
 * EASE (Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data"): the item-item matrix B that minimises
 * ‖X − XB‖² + λ‖B‖² with a zero diagonal, in closed form: P = (XᵀX + λI)⁻¹, B = −P / diag(P).
 * @param baskets item indices of each customer (binary X)
 * @returns B, n × n, row-major
 */
export function ease(
  baskets: readonly (readonly number[])[],
  n: number,
  lambda: number,
  progress: Progress,
): Float32Array {
  const gram = new Float64Array(n * n);
  for (const items of baskets) {
    for (const i of items) for (const j of items) gram[i * n + j]! += 1;
  }
  for (let i = 0; i < n; i++) gram[i * n + i]! += lambda;
  invert(gram, n, progress);
  const b = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) b[i * n + j] = i === j ? 0 : -gram[i * n + j]! / gram[j * n + j]!;
  }
  return b;
}

/**
 * Inverts a symmetric positive definite matrix in place by the sweep operator (Goodnight 1979), which such matrices allow
 * without pivoting. Every step leaves it symmetric, so only the lower triangle is computed.
 */
export function invert(a: Float64Array, n: number, progress: Progress): void {
  progress.start('solving', n);
  const column = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    for (let j = 0; j < n; j++) column[j] = j <= k ? a[k * n + j]! : a[j * n + k]!;
    const pivot = 1 / column[k]!;
    for (let i = 0; i < n; i++) {
      const factor = column[i]! * pivot;
      if (i === k || factor === 0) continue;
      const row = a.subarray(i * n, i * n + i + 1);
      for (let j = 0; j <= i; j++) row[j]! -= factor * column[j]!;
      if (k < i) row[k] = factor;
    }
    for (let j = 0; j < k; j++) a[k * n + j] = column[j]! * pivot;
    a[k * n + k] = -pivot;
    if (k % 50 === 0) progress.step(k);
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = -a[i * n + j]!;
  }
  progress.done(`${n} × ${n}`);
}

/**
 * The product U·V of rank r whose scores xU·V are nearest to xB over the rows x that gram = Σ xᵀx describes: V holds the
 * strongest directions of Bᵀ·gram·B, found by subspace iteration (Halko, Martinsson & Tropp 2011), and U = B·Vᵀ.
 * @returns U [n, r] and V [r, n]
 */
export function factorise(
  b: Float32Array,
  gram: Float32Array,
  n: number,
  r: number,
  random: () => number,
): { u: tf.Tensor2D; v: tf.Tensor2D } {
  return tf.tidy(() => {
    const matrix = tf.tensor2d(b, [n, n]);
    const rows = tf.tensor2d(gram, [n, n]);
    let q = orthonormal(
      Float32Array.from({ length: n * r }, () => gaussian(random)),
      n,
      r,
    );
    for (let step = 0; step < 8; step++) {
      const next = tf.matMul(matrix, tf.matMul(rows, tf.matMul(matrix, q)), true, false);
      q = orthonormal(next.dataSync() as Float32Array, n, r);
    }
    return { u: tf.matMul(matrix, q) as tf.Tensor2D, v: tf.transpose(q) as tf.Tensor2D };
  });
}

/** Orthonormal columns spanning those of a (n × r, row-major), by modified Gram–Schmidt in double precision. */
function orthonormal(a: Float32Array, n: number, r: number): tf.Tensor2D {
  const columns = Array.from({ length: r }, (_, c) => Float64Array.from({ length: n }, (_, i) => a[i * r + c]!));
  columns.forEach((column, c) => {
    for (let pass = 0; pass < 2; pass++) {
      for (let other = 0; other < c; other++) {
        const done = columns[other]!;
        let dot = 0;
        for (let i = 0; i < n; i++) dot += column[i]! * done[i]!;
        for (let i = 0; i < n; i++) column[i]! -= dot * done[i]!;
      }
    }
    let norm = 0;
    for (const value of column) norm += value * value;
    norm = Math.sqrt(norm) || 1;
    for (let i = 0; i < n; i++) column[i]! /= norm;
  });
  const out = new Float32Array(n * r);
  columns.forEach((column, c) => {
    for (let i = 0; i < n; i++) out[i * r + c] = column[i]!;
  });
  return tf.tensor2d(out, [n, r]);
}
