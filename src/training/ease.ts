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

/** Inverts a symmetric positive definite matrix in place (Gauss–Jordan without pivoting, which such matrices do not need). */
function invert(a: Float64Array, n: number, progress: Progress): void {
  progress.start('solving', n);
  for (let k = 0; k < n; k++) {
    const rowK = a.subarray(k * n, (k + 1) * n);
    const pivot = 1 / rowK[k]!;
    rowK[k] = 1;
    for (let j = 0; j < n; j++) rowK[j]! *= pivot;
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const row = a.subarray(i * n, (i + 1) * n);
      const factor = row[k]!;
      if (factor === 0) continue;
      row[k] = 0;
      for (let j = 0; j < n; j++) row[j]! -= factor * rowK[j]!;
    }
    if (k % 50 === 0) progress.step(k);
  }
  progress.done(`${n} × ${n}`);
}

/**
 * The best rank-r product U·V ≈ B by randomised subspace iteration (Halko, Martinsson & Tropp 2011).
 * @returns U [n, r] and V [r, n]
 */
export function factorise(
  b: Float32Array,
  n: number,
  r: number,
  random: () => number,
): { u: tf.Tensor2D; v: tf.Tensor2D } {
  return tf.tidy(() => {
    const matrix = tf.tensor2d(b, [n, n]);
    let q = orthonormal(
      Float32Array.from({ length: n * r }, () => gaussian(random)),
      n,
      r,
    );
    for (let step = 0; step < 6; step++) {
      const left = tf.matMul(matrix, q);
      const p = orthonormal(left.dataSync() as Float32Array, n, r);
      const right = tf.matMul(matrix, p, true, false);
      q = orthonormal(right.dataSync() as Float32Array, n, r);
    }
    // B ≈ (B q) qᵀ
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
