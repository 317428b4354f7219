import { describe, expect, it } from 'vitest';
import { RowCosts, UNMEASURED_ROW_MICROSECONDS } from '../../../src/inference/row-costs.js';

/** A model with versions whose counters the test moves. */
function model(numbers: readonly number[]) {
  const versions = numbers.map((number) => ({ number, statistics: { rows: 0, computeSeconds: 0 } }));
  const aliases = [{ name: 'champion', version: numbers[0]! }];
  const costs = new RowCosts({ list: () => [{ name: 'm', versions }] } as never, { aliases: () => aliases } as never);
  return {
    costs,
    aliases,
    compute(number: number, rows: number, microseconds: number) {
      const { statistics } = versions.find((one) => one.number === number)!;
      statistics.rows += rows;
      statistics.computeSeconds += (rows * microseconds) / 1e6;
      costs.refresh();
    },
    forget(number: number) {
      versions.find((one) => one.number === number)!.statistics = { rows: 0, computeSeconds: 0 };
      costs.refresh();
    },
  };
}

describe('what a row costs', () => {
  it('is a documented default before anything was computed, of unknown models too', () => {
    const { costs } = model([1]);
    expect(costs.of('m').rowMs).toBe(UNMEASURED_ROW_MICROSECONDS / 1_000);
    expect(costs.of('another').rowMs).toBe(UNMEASURED_ROW_MICROSECONDS / 1_000);
    expect(costs.rowMicroseconds('m', 9)).toBe(UNMEASURED_ROW_MICROSECONDS);
  });

  it('is what was measured, and follows it', () => {
    const { costs, compute } = model([1]);
    compute(1, 1_000, 8);
    expect(costs.rowMicroseconds('m', 1)).toBeCloseTo(8, 6);
    costs.refresh(); // an idle second changes nothing
    expect(costs.rowMicroseconds('m', 1)).toBeCloseTo(8, 6);
    compute(1, 100, 18);
    expect(costs.rowMicroseconds('m', 1)).toBeCloseTo(10, 6);
    for (let i = 0; i < 40; i++) compute(1, 100, 18);
    expect(costs.rowMicroseconds('m', 1)).toBeCloseTo(18, 1);
  });

  it('is that of the version that answers, and of the one that is asked for', () => {
    const { costs, compute, aliases } = model([1, 2]);
    const usual = costs.of('m');
    compute(1, 100, 5);
    compute(2, 100, 50);
    expect(usual.rowMs).toBeCloseTo(0.005, 9);
    expect(costs.selected('m', { version: 2 }).rowMs).toBeCloseTo(0.05, 9);
    aliases[0]!.version = 2;
    aliases.push({ name: 'old', version: 1 });
    costs.refresh();
    expect(usual.rowMs).toBeCloseTo(0.05, 9);
    expect(costs.selected('m', { alias: 'old' }).rowMs).toBeCloseTo(0.005, 9);
    for (const nothing of [null, 7, 'old', {}, { version: 99 }, { alias: '__proto__' }])
      expect(costs.selected('m', nothing)).toBe(usual);
  });

  it('is not that of the first few rows, which a busy machine may have made wait', () => {
    const { costs, compute } = model([1]);
    compute(1, 1, 25_000);
    expect(costs.rowMicroseconds('m', 1)).toBeLessThan(500); // a list of a thousand is answered
    compute(1, 1_000, 8); // and what many rows say is believed at once
    expect(costs.rowMicroseconds('m', 1)).toBeCloseTo(8, 6);
    compute(1, 1, 25_000);
    expect(costs.rowMicroseconds('m', 1)).toBeLessThan(100);
  });

  it('does not believe a stalled machine, nor counters that begin again', () => {
    const stalled = model([1]);
    stalled.compute(1, 100, 1e9);
    expect(stalled.costs.rowMicroseconds('m', 1)).toBe(100_000);
    const { costs, compute, forget } = model([1]);
    compute(1, 100, 5);
    forget(1);
    expect(costs.rowMicroseconds('m', 1)).toBeCloseTo(5, 6);
    compute(1, 100, 10);
    expect(costs.rowMicroseconds('m', 1)).toBeCloseTo(6, 6);
  });
});
