import { describe, expect, it } from 'vitest';
import {
  brokenGuard,
  DEFAULT_GUARDS,
  populationStability,
  scoreShift,
  wilson,
} from '../../../src/flows/roll-out-guards.js';
import type { ArmFacts } from '../../../src/inference/routing/arm-stats.js';
import { seeded } from '../../../src/training/random.js';

const scores = (n: number, shift = 0, seed = 1) => {
  const random = seeded(seed);
  return Float32Array.from({ length: n }, () => random() + shift);
};
const arm = (more: Partial<ArmFacts> = {}): ArmFacts => ({
  ...{ rows: 1_000, errors: 0, answers: 1_000, p95Ms: 4, scores: scores(1_000) },
  ...more,
});
const broken = (candidate: ArmFacts, champion = arm({ scores: scores(1_000, 0, 2) })) =>
  brokenGuard(DEFAULT_GUARDS, candidate, champion);

describe('the guards of a roll-out', () => {
  it('let a candidate pass that is like the champion', () => {
    expect(broken(arm())).toBeNull();
  });

  it('see failures long before there are enough rows for the rest, and not a single one', () => {
    expect(broken(arm({ rows: 12, errors: 12, p95Ms: null, scores: scores(0) }))).toMatch(/error rate: 12 of 12/);
    expect(broken(arm({ rows: 9, errors: 9 }))).toBeNull();
    expect(broken(arm({ rows: 1_000, errors: 12 }))).toBeNull(); // 1.2 % may be 1 %
    expect(broken(arm({ rows: 1_000, errors: 30 }))).toMatch(/at most 0.01/);
  });

  it('see a candidate that is slower, but no noise of a millisecond', () => {
    expect(broken(arm({ p95Ms: 40 }))).toMatch(/latency: p95 40.0 ms against the champion's 4.0 ms/);
    expect(broken(arm({ p95Ms: 40, answers: 10 }))).toBeNull(); // ten blocks of a hundred rows
    expect(broken(arm({ p95Ms: 4 }), arm({ p95Ms: 0.1, scores: scores(1_000, 0, 2) }))).toBeNull();
  });

  it('see scores that moved', () => {
    expect(broken(arm({ scores: scores(1_000, 0.4) }))).toMatch(/score distribution: PSI/);
    expect(broken(arm({ scores: scores(1_000, 0.01) }))).toBeNull();
    const champion = arm({ scores: scores(1_000, 0, 2) });
    expect(scoreShift(arm({ scores: scores(1_000, 0.4) }), champion)).toBeGreaterThan(0.25);
    expect(scoreShift(arm({ scores: scores(1_000, 0.01) }), champion)).toBeLessThan(0.25);
    expect(scoreShift(arm({ scores: scores(199) }), champion)).toBeNull();
  });

  it('judge neither latency nor scores of too few rows', () => {
    expect(broken(arm({ rows: 199, p95Ms: 400, scores: scores(199, 1) }))).toBeNull();
    expect(broken(arm({ p95Ms: 400, scores: scores(900, 1) }), arm({ rows: 10, scores: scores(10) }))).toBeNull();
  });
});

describe('population stability', () => {
  it('is 0 for one sample against itself, small for two of one distribution, large for a shift', () => {
    expect(populationStability(scores(500), scores(500))).toBeCloseTo(0, 10);
    expect(populationStability(scores(200, 0, 1), scores(200, 0, 2))).toBeLessThan(0.25);
    expect(populationStability(scores(500), scores(500, 2))).toBeGreaterThan(2);
  });
  it('copes with scores that are all the same', () => {
    expect(populationStability(new Float32Array(100).fill(0.5), new Float32Array(100).fill(0.5))).toBeCloseTo(0, 10);
    expect(populationStability(new Float32Array(100).fill(0.5), new Float32Array(100).fill(0.1))).toBeGreaterThan(1);
  });
  it('is not a number where there is nothing to compare', () => {
    expect(populationStability(scores(0), scores(10))).toBeNaN();
  });
});

describe('the interval of a share', () => {
  it('is as in the textbook', () => {
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
    expect(wilson(10, 100).low).toBeCloseTo(0.0552, 3);
    expect(wilson(10, 100).high).toBeCloseTo(0.1744, 3);
  });
});
