import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import { silentLogger } from '../../../src/core/logger.js';
import type { SimulatedInteraction } from '../../../src/simulator/ports.js';
import { Simulator } from '../../../src/simulator/simulator.js';

const ITEMS = Array.from({ length: 40 }, (_, i) => ({ id: `i-${i}`, title: `CANDLE NUMBER ${i}`, price: 2 }));

function world(start: number) {
  let now = start;
  const recorded: SimulatedInteraction[] = [];
  const simulator = new Simulator({
    seed: 42,
    customers: 20,
    items: ITEMS,
    clock: { ...systemClock, now: () => now },
    logger: silentLogger,
    door: {
      upsertCustomers: async () => {},
      recordTransactions: async () => {},
      reportOutcomes: async () => {},
      recordInteractions: async (list) => void recorded.push(...list),
    },
  });
  const pass = (ms: number) => {
    now += ms;
  };
  return { simulator, recorded, pass };
}

describe('the simulated world', () => {
  it('goes on after a restart without giving an id again that it gave before', async () => {
    const founded = world(Date.UTC(2026, 2, 1));
    await founded.simulator.found();
    const live = Array.from({ length: 300 }, () => founded.simulator.nextInteractions()).flat();
    const restarted = world(Date.UTC(2026, 2, 2));
    const later = Array.from({ length: 300 }, () => restarted.simulator.nextInteractions()).flat();
    const ids = [...founded.recorded, ...live, ...later].map(({ interactionId }) => interactionId);
    expect(founded.recorded.length).toBeGreaterThan(100);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('tells of each live payment once what it was, within minutes', () => {
    const start = Date.UTC(2026, 2, 1);
    const { simulator, pass } = world(start);
    const paid = Array.from({ length: 200 }, () => simulator.nextPayment().transactionId);
    expect(simulator.nextOutcomes()).toEqual([]);
    pass(60_000);
    const soon = simulator.nextOutcomes();
    pass(60_001);
    const late = simulator.nextOutcomes();
    expect(soon.length).toBeGreaterThan(20);
    expect(late.length).toBeGreaterThan(20);
    const told = [...soon, ...late];
    expect(told.map(({ subject }) => subject.transactionId).sort()).toEqual(paid.sort());
    for (const { subject, fraud, observedAt } of told) {
      expect(fraud).toBe(simulator.truth.isFraud(subject.transactionId));
      expect(observedAt).toBeGreaterThanOrEqual(start + 30_000);
    }
    expect(told.some(({ fraud }) => fraud)).toBe(true);
    pass(1_000_000);
    expect(simulator.nextOutcomes()).toEqual([]);
  });
});
