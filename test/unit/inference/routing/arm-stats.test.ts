import { describe, expect, it } from 'vitest';
import { noMetrics } from '../../../../src/core/metrics.js';
import { ArmStats } from '../../../../src/inference/routing/arm-stats.js';

describe('what an arm did', () => {
  it('is compared by samples, and counted by rows', () => {
    const arms = new ArmStats(noMetrics);
    const answer = (ms: number, score: number, sampled?: boolean) =>
      arms.answered('fraud', 'canary', { ms, rows: 1, sampled }, { probability: Float32Array.of(score) });
    answer(1, 0.25);
    for (let i = 0; i < 99; i++) answer(500, 0.75, false);
    answer(500, Number.NaN, false);
    const { rows, errors, answers, p95Ms, scores } = arms.facts('fraud', 'canary');
    expect({ rows, errors, answers, scores: [...scores] }).toEqual({
      rows: 101,
      errors: 1,
      answers: 1,
      scores: [0.25],
    });
    expect(p95Ms).toBeLessThan(2);
  });
});
