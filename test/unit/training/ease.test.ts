import { describe, expect, it } from 'vitest';
import { noProgress } from '../../../src/training/artifacts.js';
import { seeded } from '../../../src/training/random.js';
import { hasNative } from '../../support/engines.js';

const N = 12;
const random = seeded(5);
const baskets = Array.from({ length: 60 }, () => [...Array(N).keys()].filter((i) => random() < 0.15 + 0.02 * i));

describe.skipIf(!hasNative)('EASE', () => {
  it('has a zero diagonal and no better matrix next to it: the gradient vanishes off the diagonal', async () => {
    const { ease } = await import('../../../src/training/ease.js');
    const lambda = 3;
    const b = ease(baskets, N, lambda, noProgress);
    const gram = (i: number, j: number) => baskets.filter((items) => items.includes(i) && items.includes(j)).length;
    for (let i = 0; i < N; i++) {
      for (let j = 0; j < N; j++) {
        if (i === j) {
          expect(b[i * N + j]).toBe(0);
          continue;
        }
        // d/dB of ‖X − XB‖² + λ‖B‖², halved: (G + λI) B − G
        let gradient = lambda * b[i * N + j]! - gram(i, j);
        for (let m = 0; m < N; m++) gradient += gram(i, m) * b[m * N + j]!;
        expect(Math.abs(gradient)).toBeLessThan(1e-4);
      }
    }
  });

  it('factorises exactly at full rank, and at low rank keeps the strongest directions', async () => {
    const { factorise } = await import('../../../src/training/ease.js');
    // Rank 2 by construction, plus a little of a third direction.
    const direction = (f: (i: number) => number) => Array.from({ length: N }, (_, i) => f(i));
    const [p, q, r] = [
      direction((i) => i),
      direction((i) => (i % 2 === 0 ? 5 : -5)),
      direction((i) => 0.001 * (i % 3)),
    ];
    const matrix = Float32Array.from({ length: N * N }, (_, at) => {
      const [i, j] = [Math.floor(at / N), at % N];
      return p[i]! * q[j]! + q[i]! * p[j]! + r[i]! * r[j]!;
    });
    const identity = Float32Array.from({ length: N * N }, (_, at) => (at % (N + 1) === 0 ? 1 : 0));
    const error = (rank: number) => {
      const { u, v } = factorise(matrix, identity, N, rank, seeded(1));
      const product = u.matMul(v).dataSync();
      return Math.max(...matrix.map((value, at) => Math.abs(value - product[at]!)));
    };
    expect(error(N)).toBeLessThan(1e-3);
    expect(error(2)).toBeLessThan(1e-2);
    expect(error(1)).toBeGreaterThan(1);
  });

  it('keeps what the rows ask for: directions that no row has are given up first', async () => {
    const { factorise } = await import('../../../src/training/ease.js');
    const matrix = Float32Array.from({ length: N * N }, (_, at) => (at % (N + 1) === 0 ? 1 : 0));
    const asked = Float32Array.from({ length: N * N }, (_, at) => (at % (N + 1) === 0 && at < 2 * N ? 1 : 0));
    const { u, v } = factorise(matrix, asked, N, 2, seeded(1));
    const product = u.matMul(v).dataSync();
    for (let i = 0; i < N; i++) expect(product[i * N + i]).toBeCloseTo(i < 2 ? 1 : 0, 4);
  });

  it('inverts positive definite matrices', async () => {
    const { invert } = await import('../../../src/training/ease.js');
    const a = Float64Array.from({ length: N * N }, (_, at) => {
      const [i, j] = [Math.floor(at / N), at % N];
      return baskets.filter((items) => items.includes(i) && items.includes(j)).length + (i === j ? 1 : 0);
    });
    const inverse = a.slice();
    invert(inverse, N, noProgress);
    for (let i = 0; i < N; i++) {
      for (let j = 0; j < N; j++) {
        let sum = 0;
        for (let m = 0; m < N; m++) sum += a[i * N + m]! * inverse[m * N + j]!;
        expect(sum).toBeCloseTo(i === j ? 1 : 0, 9);
      }
    }
  });
});
