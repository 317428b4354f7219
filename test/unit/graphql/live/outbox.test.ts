import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutboxBudget } from '../../../../src/graphql/live/budget.js';
import { deliveryOf } from '../../../../src/graphql/live/delivery.js';
import { Outbox } from '../../../../src/graphql/live/outbox.js';

const message = (position: number, key = 'a', bytes = 10) => ({
  position,
  key,
  frame: { json: Buffer.alloc(bytes), cursor: null },
});
const wide = () => new OutboxBudget(1_000, 1_000_000);
const take = (outbox: Outbox) => {
  const all: number[] = [];
  for (let next = outbox.shift(); next !== undefined; next = outbox.shift()) all.push(next.position);
  return all;
};

describe('Outbox', () => {
  it('drops the oldest beyond its capacity, and counts them', () => {
    const outbox = new Outbox(deliveryOf({ capacity: 3 }), wide());
    for (let i = 1; i <= 5; i++) expect(outbox.push(message(i))).toBe(true);
    expect(outbox.next).toBe(3);
    expect(outbox.takeMissing()).toEqual({ count: 2, reason: 'SLOW_CONSUMER' });
    expect(outbox.takeMissing()).toBeNull();
    expect(take(outbox)).toEqual([3, 4, 5]);
  });
  it('keeps the latest of each key when it conflates, in the order of what is left', () => {
    const outbox = new Outbox(deliveryOf({ policy: 'CONFLATE' }), wide());
    for (const [i, key] of ['a', 'b', 'a', 'c', 'b'].entries()) outbox.push(message(i, key));
    expect(outbox.takeMissing()).toEqual({ count: 2, reason: 'CONFLATED' });
    expect(take(outbox)).toEqual([2, 3, 4]);
  });
  it('gives up a subscriber whose policy says so', () => {
    const outbox = new Outbox(deliveryOf({ policy: 'DISCONNECT', capacity: 2 }), wide());
    expect([1, 2, 3].map((i) => outbox.push(message(i)))).toEqual([true, true, false]);
  });
  it('shares the budget of its connection: never more messages or bytes than it has, and all of it back in the end', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            box: fc.nat(2),
            act: fc.constantFrom('push', 'push', 'push', 'shift'),
            key: fc.constantFrom('a', 'b', 'c', 'd'),
            bytes: fc.integer({ min: 1, max: 60 }),
          }),
          { maxLength: 200 },
        ),
        (acts) => {
          const budget = new OutboxBudget(8, 200);
          const boxes = [
            new Outbox(deliveryOf({ capacity: 4 }), budget),
            new Outbox(deliveryOf({ policy: 'CONFLATE' }), budget),
            new Outbox(deliveryOf({ capacity: 100 }), budget),
          ];
          const pushed = [0, 0, 0];
          const seen: number[][] = [[], [], []];
          const missing = [0, 0, 0];
          acts.forEach(({ box, act, key, bytes }, position) => {
            if (act === 'push') {
              pushed[box]!++;
              boxes[box]!.push(message(position, key, bytes));
            } else {
              missing[box]! += boxes[box]!.takeMissing()?.count ?? 0;
              const next = boxes[box]!.shift();
              if (next !== undefined) seen[box]!.push(next.position);
            }
            expect(budget.messages).toBeLessThanOrEqual(8);
            expect(budget.bytes).toBeLessThanOrEqual(200);
          });
          boxes.forEach((outbox, box) => {
            missing[box]! += outbox.takeMissing()?.count ?? 0;
            seen[box]!.push(...take(outbox));
            expect(seen[box]).toEqual([...seen[box]!].sort((a, b) => a - b));
            expect(seen[box]!.length + missing[box]!).toBe(pushed[box]);
          });
          expect([budget.messages, budget.bytes]).toEqual([0, 0]);
        },
      ),
    );
  });
  it('says which limits a client may choose within', () => {
    expect(deliveryOf(null)).toEqual({ policy: 'DROP_OLDEST', capacity: 1_000, intervalMs: 0 });
    expect(deliveryOf({ policy: 'CONFLATE', maxRate: 4 })).toEqual({
      policy: 'CONFLATE',
      capacity: 1_000,
      intervalMs: 250,
    });
    for (const capacity of [0, -1, 10_001, Number.NaN])
      expect(() => deliveryOf({ capacity })).toThrow(/expected a capacity from 1 to 10000/);
    for (const maxRate of [0, -1, 1_001, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => deliveryOf({ maxRate })).toThrow(/messages a second/);
  });
});
