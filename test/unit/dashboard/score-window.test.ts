import { describe, expect, it } from 'vitest';
import { logOddsPlace, probabilityAt } from '../../../src/dashboard/state/log-odds.js';
import { ScoreWindow } from '../../../src/dashboard/state/score-window.js';
import type { Decision } from '../../../src/dashboard/state/ticker.js';

const NOW = 1_800_000_000_000;
const point = (scoredAt: number, decision: Decision | null, probability: number | null, occurredAt = scoredAt) => ({
  scoredAt,
  occurredAt,
  decision,
  probability,
});

describe('the scores of the last seconds', () => {
  it('stand where their own time says, also when they come late: a resume fills its gap', () => {
    const window = new ScoreWindow(60);
    window.add(point(NOW, 'APPROVE', 0.1));
    window.add(point(NOW - 30_500, 'DECLINE', 0.99));
    const { points, throughput } = window.draw(NOW);
    expect(points.DECLINE).toEqual({ x: [(NOW - 30_500) / 1_000], y: [0.99] });
    expect(points.APPROVE.x).toEqual([NOW / 1_000]);
    expect(throughput.x).toHaveLength(61);
    expect(throughput.stacked[2].reduce((a, b) => a + b)).toBe(2);
    expect(throughput.stacked[0].at(-1)).toBe(1);
  });

  it('leave it by time, and what is older never comes in', () => {
    const window = new ScoreWindow(60);
    window.add(point(NOW, 'REVIEW', 0.5));
    window.add(point(NOW + 62_000, 'APPROVE', 0.1)); // the same place in the ring
    window.add(point(NOW, 'REVIEW', 0.5));
    expect(window.draw(NOW + 62_000).points.REVIEW.x).toEqual([]);
    expect(window.draw(NOW + 300_000).throughput.stacked[2].every((n) => n === 0)).toBe(true);
  });

  it('are counted beyond what is drawn, so that a burst costs no more than a busy second', () => {
    const window = new ScoreWindow(60);
    for (let i = 0; i < 10_000; i++) window.add(point(NOW, 'APPROVE', 0.1));
    window.add(point(NOW, null, null));
    const { points, throughput, undrawn } = window.draw(NOW);
    expect(points.APPROVE.x.length).toBe(40);
    expect(throughput.stacked[2].at(-1)).toBe(10_000);
    expect(undrawn).toBe(9_960);
  });
});

describe('payments of the past', () => {
  it('are counted apart: a history that is brought in does not drown what happens now', () => {
    const window = new ScoreWindow(60);
    for (let day = 1; day <= 30; day++) window.add(point(NOW, 'APPROVE', 0.1, NOW - day * 86_400_000));
    window.add(point(NOW, 'APPROVE', 0.1, NOW - 5_000));
    const { points, throughput, past } = window.draw(NOW);
    expect([points.APPROVE.x.length, throughput.stacked[2].at(-1), past]).toEqual([1, 1, 30]);
    expect(window.draw(NOW + 62_000).past).toBe(0);
  });
});

describe('a scale of log-odds', () => {
  it('gives both ends of a probability room, and clamps what has none', () => {
    expect(logOddsPlace(0.5)).toBeCloseTo(0.5);
    expect(logOddsPlace(0.99) - 0.5).toBeCloseTo(0.5 - logOddsPlace(0.01));
    expect([logOddsPlace(0), logOddsPlace(1e-40), logOddsPlace(1)]).toEqual([0, 0, 1].map((n) => expect.closeTo(n)));
    for (const p of [0.0001, 0.3, 0.999]) expect(probabilityAt(logOddsPlace(p))).toBeCloseTo(p);
  });
});
