import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PaymentRecorded, Stored } from '../../../src/core/events.js';
import type { PredictionRecord } from '../../../src/core/predictions.js';
import { withoutCustomer } from '../../../src/flows/alert-list.js';
import { Departures } from '../../../src/flows/departures.js';
import { namesCustomer, subjectOf } from '../../../src/flows/erasure.js';
import { scoredHub, scoredStream } from '../../../src/flows/streams.js';
import { OutboxBudget } from '../../../src/graphql/live/budget.js';
import { Outbox } from '../../../src/graphql/live/outbox.js';

describe('departures', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('know who is being erased, and for a while who was', () => {
    const departures = new Departures(1_000);
    departures.bar('v');
    expect([departures.isLeaving('v'), departures.isRecent('v'), departures.isRecent('w')]).toEqual([
      true,
      true,
      false,
    ]);
    departures.lift('v');
    vi.advanceTimersByTime(600);
    expect([departures.isLeaving('v'), departures.isRecent('v')]).toEqual([false, true]);
    departures.bar('v'); // the id came again, and is erased again
    departures.lift('v');
    vi.advanceTimersByTime(600);
    expect(departures.isRecent('v')).toBe(true);
    vi.advanceTimersByTime(400);
    expect(departures.isRecent('v')).toBe(false);
  });
});

describe('words of an erasure', () => {
  it.each([
    ['c1', 'about c1', true],
    ['c1', '(c1)', true],
    ['c1', 'ticket c12', false],
    ['c1', 'abc1', false],
    ['c1', 'c12, then c1', true],
    ['José', 'says Josée', false],
    ['a b', 'the a b thing', true],
    ['-', 'some - thing', true],
  ])('%j in %j: %s', (customerId, reason, expected) => {
    expect(namesCustomer(reason, customerId)).toBe(expected);
  });

  it('are the same for the same customer and salt only', () => {
    expect(subjectOf('c1', 'salt')).toBe(subjectOf('c1', 'salt'));
    expect(new Set([subjectOf('c1', 'salt'), subjectOf('c2', 'salt'), subjectOf('c1', 'pepper')]).size).toBe(3);
  });

  it('leave the saved alerts of others as they are', () => {
    const body = JSON.stringify({
      position: 4,
      alerts: [
        { seq: 1, alert: { customerId: 'v' } },
        { seq: 2, alert: { customerId: 'w' } },
      ],
    });
    expect(JSON.parse(withoutCustomer(body, 'v'))).toEqual({
      position: 4,
      alerts: [{ seq: 2, alert: { customerId: 'w' } }],
    });
    expect(() => withoutCustomer('{"other":1}', 'v')).toThrow(/shape/);
  });
});

describe('an outbox', () => {
  it('drops what is about one customer, and gives its room back', () => {
    const budget = new OutboxBudget(100, 1_000);
    const box = new Outbox({ policy: 'DROP_OLDEST', capacity: 10, intervalMs: 0 }, budget);
    for (const [position, key] of [
      [1, 'v'],
      [2, 'w'],
      [3, 'v'],
    ] as const)
      box.push({ position, key, frame: { json: Buffer.from('xx'), cursor: null } });
    box.forget('v');
    expect([box.size, box.next, budget.messages, budget.bytes, box.isMissingSome]).toEqual([1, 2, 1, 2, false]);
    box.forget('w');
    expect([box.size, budget.messages]).toEqual([0, 0]);
  });
});

describe('the stream of scored payments', () => {
  it('reads full pages where the events of some predictions are gone: a page that is not full is the last', async () => {
    const has = (n: number) => n > 7 && n !== 9;
    const predictions = {
      read: async (_model: string, after: number, limit: number) =>
        Array.from({ length: 20 }, (_, i) => i + 1)
          .filter((position) => position > after)
          .slice(0, limit)
          .map((position) => ({ position, record: { eventId: `e${position}` } as PredictionRecord })),
      head: () => 20,
      horizon: () => 0,
    };
    const events = {
      byIds: async (_type: string, ids: readonly string[]) =>
        ids.map((id) => (has(Number(id.slice(1))) ? ({ id } as Stored<PaymentRecorded>) : null)),
    };
    const stream = scoredStream(events as never, predictions as never, scoredHub());
    const positions = async (after: number, limit: number) =>
      (await stream.read(after, limit)).map(({ position }) => position);
    expect(await positions(0, 3)).toEqual([8, 10, 11]);
    expect(await positions(0, 7)).toEqual([8, 10, 11, 12, 13, 14, 15]);
    expect(await positions(16, 7)).toEqual([17, 18, 19, 20]);
    expect(await positions(20, 7)).toEqual([]);
  });
});
