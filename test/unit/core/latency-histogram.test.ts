import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram, quantileBetween } from '../../../src/core/latency-histogram.js';

describe('the latency histogram', () => {
  it('knows quantiles to about 10 %', () => {
    const durations = fc.array(fc.double({ min: 0.02, max: 200_000, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(durations, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, q) => {
        const histogram = new LatencyHistogram();
        for (const ms of list) histogram.add(ms);
        const exact = [...list].sort((a, b) => a - b)[Math.ceil(q * list.length - 1e-9) - 1]!;
        const told = quantileBetween(null, histogram.snapshot(), q)!;
        expect(told / exact).toBeGreaterThan(0.9);
        expect(told / exact).toBeLessThan(1.11);
      }),
    );
  });
  it('tells of a window what was counted in it, weighted, and null of none', () => {
    const histogram = new LatencyHistogram();
    histogram.add(1_000, 50);
    const before = histogram.snapshot();
    expect(quantileBetween(before, histogram.snapshot(), 0.5)).toBeNull();
    histogram.add(1, 99);
    histogram.add(100, 1);
    const after = histogram.snapshot();
    expect(quantileBetween(before, after, 0.99)).toBeCloseTo(1, 0);
    expect(quantileBetween(before, after, 1)! / 100).toBeCloseTo(1, 0);
  });
  it.each([0, -5, Number.NaN, Number.POSITIVE_INFINITY])('counts %s as something', (ms) => {
    const histogram = new LatencyHistogram();
    histogram.add(ms);
    expect(quantileBetween(null, histogram.snapshot(), 1)).toBeGreaterThan(0);
  });
});
