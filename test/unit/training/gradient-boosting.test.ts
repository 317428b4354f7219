import { describe, expect, it } from 'vitest';
import { bin, binEdges, MAX_BINS } from '../../../src/training/feature-bins.js';
import { type BoostingOptions, boostingLogits, trainBoosting } from '../../../src/training/gradient-boosting.js';
import { rocAuc } from '../../../src/training/metrics.js';
import { gaussian, seeded } from '../../../src/training/random.js';

const WIDTH = 4;
const OPTIONS: BoostingOptions = {
  trees: 60,
  shrinkage: 0.2,
  leaves: 8,
  l2: 1,
  minRows: 5,
  minHessian: 0.1,
  rowShare: 1,
  patience: 60,
  seed: 1,
};
/** Rows of four numbers with the label `of` gives them. */
function rows(count: number, seed: number, of: (x: Float32Array, random: () => number) => boolean) {
  const random = seeded(seed);
  const x = Float32Array.from({ length: count * WIDTH }, () => gaussian(random));
  const y = Uint8Array.from({ length: count }, (_, i) => Number(of(x.subarray(i * WIDTH, (i + 1) * WIDTH), random)));
  return { x, y };
}
/** True when exactly one of two numbers is above 0: neither says anything alone. */
const xor = (x: Float32Array) => x[0]! > 0 !== x[1]! > 0;
const noisyXor = (x: Float32Array, random: () => number) => xor(x) !== random() < 0.1;

describe('gradient boosting', () => {
  const train = rows(3_000, 1, noisyXor);
  const validation = rows(1_000, 2, noisyXor);
  const test = rows(1_000, 3, xor);

  it('learns what two features say only together', () => {
    const model = trainBoosting(train, validation, WIDTH, OPTIONS);
    expect(rocAuc(boostingLogits(model, test.x), test.y)).toBeGreaterThan(0.98);
    const stumps = trainBoosting(train, validation, WIDTH, { ...OPTIONS, leaves: 2 });
    expect(rocAuc(boostingLogits(stumps, test.x), test.y)).toBeLessThan(0.65);
  });

  it('gives probabilities, not scores only', () => {
    const model = trainBoosting(train, validation, WIDTH, OPTIONS);
    const p = boostingLogits(model, test.x).map((z) => 1 / (1 + Math.exp(-z)));
    const mean = (label: number) => {
      const group = p.filter((_, i) => test.y[i] === label);
      return group.reduce((sum, value) => sum + value, 0) / group.length;
    };
    expect(mean(1)).toBeGreaterThan(0.8);
    expect(mean(0)).toBeLessThan(0.2);
  });

  it('lowers the training loss with every tree grown on all rows', () => {
    const { losses } = trainBoosting(train, validation, WIDTH, OPTIONS);
    expect(losses.train.length).toBeGreaterThan(40);
    for (let i = 1; i < losses.train.length; i++) expect(losses.train[i]!).toBeLessThan(losses.train[i - 1]!);
  });

  it('gives the same trees for the same seed and others for another', () => {
    const trees = (seed: number) => trainBoosting(train, validation, WIDTH, { ...OPTIONS, rowShare: 0.5, seed }).trees;
    expect(trees(4)).toEqual(trees(4));
    expect(trees(4)).not.toEqual(trees(5));
  });

  it('stops when the validation loss rises, and keeps the trees up to its lowest', () => {
    const few = rows(200, 4, noisyXor);
    const { trees, losses } = trainBoosting(few, validation, WIDTH, { ...OPTIONS, trees: 400, patience: 10 });
    const lowest = losses.validation.indexOf(Math.min(...losses.validation));
    expect(trees).toHaveLength(lowest);
    expect(losses.validation).toHaveLength(lowest + 11);
  });

  it('answers the base rate where there is nothing to split', () => {
    const flat = { x: new Float32Array(40 * WIDTH), y: Uint8Array.from({ length: 40 }, (_, i) => Number(i % 4 === 0)) };
    const model = trainBoosting(flat, flat, WIDTH, OPTIONS);
    const [z] = boostingLogits(model, flat.x.subarray(0, WIDTH));
    expect(1 / (1 + Math.exp(-z!))).toBeCloseTo(0.25, 1);
  });
});

describe('bins', () => {
  it('keep every value apart where there are few, and their order always', () => {
    const values = Float32Array.of(3, 1, 2, 1, 3);
    expect([...bin(values, 1).bins]).toEqual([2, 0, 1, 0, 2]);
    expect(binEdges(Float32Array.of(7, 7, 7))).toHaveLength(0);
  });

  it('hold about equally many of many values', () => {
    const random = seeded(6);
    const values = Float32Array.from({ length: 51_000 }, () => Math.exp(gaussian(random)));
    const { bins, edges } = bin(values, 1);
    expect(edges[0]!.length + 1).toBeLessThanOrEqual(MAX_BINS);
    const counts = new Array<number>(MAX_BINS).fill(0);
    for (const each of bins) counts[each]!++;
    expect(Math.max(...counts)).toBeLessThan(300);
    expect(Math.min(...counts.slice(0, edges[0]!.length))).toBeGreaterThan(100);
  });

  it('end where their edges say: a value at an edge is in the bin below it', () => {
    const values = Float32Array.from({ length: 2_000 }, (_, i) => i % 700);
    const { bins, edges } = bin(values, 1);
    for (const [i, value] of values.entries()) {
      const at = bins[i]!;
      expect(at === 0 || value > edges[0]![at - 1]!).toBe(true);
      expect(at === edges[0]!.length || value <= edges[0]![at]!).toBe(true);
    }
  });
});
