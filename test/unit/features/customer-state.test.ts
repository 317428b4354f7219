import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../../src/core/events.js';
import {
  type CustomerState,
  customerReducer,
  emptyCustomer,
  isLate,
  PURCHASED_ITEMS,
  RECENT_ITEMS,
} from '../../../src/features/customer-state.js';
import { FRAUD_FEATURES, fraudVector } from '../../../src/features/fraud-features.js';
import { RFM_FEATURES, rfmVector } from '../../../src/features/rfm-features.js';
import { facts, interaction, payment, purchase } from './events.js';

const { apply, decode, encode } = customerReducer;
const given = (...events: StoredEvent[]): CustomerState => {
  const state = emptyCustomer();
  for (const event of events) apply(state, event);
  return state;
};
const T0 = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

const anyTime = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2030, 0, 1) });
const anyMinor = fc.integer({ min: 1, max: 1_000_000_000 });
const anyEvent: fc.Arbitrary<StoredEvent> = fc.oneof(
  fc.tuple(anyTime, anyMinor, fc.constantFrom('home', 'travel', 'lottery', '')).map((args) => payment(...args)),
  fc
    .tuple(anyTime, fc.string({ maxLength: 6 }), anyMinor, fc.option(fc.constantFrom('o1', 'o2')))
    .map((args) => purchase(...args)),
  fc.tuple(anyTime, fc.constantFrom('a', 'b')).map(([at, item]) => interaction(at, item, { kind: 'BASKET' })),
  fc.constantFrom({ birthDate: '1980-02-29' }, { country: 'France' }, { birthDate: 'never' }).map(facts),
);

function vectors(state: CustomerState, at: number): number[] {
  const fraud = new Float32Array(FRAUD_FEATURES.features.length);
  const rfm = new Float32Array(RFM_FEATURES.features.length);
  const question = { merchant: 'm', category: 'home', amountMinor: 1_234, currency: 'USD', occurredAt: at };
  fraudVector(state, question, fraud, 0);
  rfmVector(state, at, rfm, 0);
  return [...fraud, ...rfm];
}

describe('customer state', () => {
  it('goes on after encode and decode as if nothing had happened', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), fc.nat(60), anyTime, (events, restart, at) => {
        const straight = given(...events);
        let restarted = given(...events.slice(0, restart));
        restarted = decode('somebody', encode(restarted));
        for (const event of events.slice(restart)) apply(restarted, event);
        expect(vectors(restarted, at)).toEqual(vectors(straight, at));
        expect(encode(restarted)).toBe(encode(straight));
      }),
    );
  });

  it('gives finite vectors whatever happened', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), anyTime, (events, at) => {
        for (const value of vectors(given(...events), at)) expect(value).toSatisfy(Number.isFinite);
      }),
    );
  });

  it('counts late payments, tells them, and never makes a negative interval of them', () => {
    const state = given(payment(T0, 100));
    expect(isLate(state, T0)).toBe(false);
    expect(isLate(state, T0 - 1)).toBe(true);
    apply(state, payment(T0 - HOUR, 50));
    expect(state).toMatchObject({ payments: 2, paymentSum: 150, lastPayment: T0, asOf: T0 });
    const sinceLast = FRAUD_FEATURES.features.findIndex((feature) => feature.name === 'log_hours_since_last');
    expect(vectors(state, T0 - 2 * HOUR)[sinceLast]).toBe(0);
    expect(vectors(state, T0 + HOUR)[sinceLast]).toBeCloseTo(Math.log(2), 6);
  });

  it('counts orders by id, even when their lines are mixed, and by instant without one', () => {
    const mixed = given(
      purchase(T0, 'a', 100, 'o1'),
      purchase(T0, 'b', 100, 'o2'),
      purchase(T0 + 5, 'c', 100, 'o1'),
      purchase(T0 + 5, 'd', 100, 'o2'),
    );
    expect(mixed).toMatchObject({ orders: 2, monetary: 400, lastPurchase: T0 + 5 });
    expect(given(purchase(T0, 'a', 1), purchase(T0, 'b', 1), purchase(T0 + 1, 'c', 1)).orders).toBe(2);
  });

  it('adds up pounds only: a price in another currency counts as not told', () => {
    const state = given(
      interaction(T0, 'a', { kind: 'PURCHASE', quantity: 3, unitPrice: { minor: 250, currency: 'GBP' } }),
      interaction(T0, 'b', { kind: 'PURCHASE', quantity: 1, unitPrice: { minor: 90_000, currency: 'JPY' } }),
    );
    expect(state).toMatchObject({ monetary: 750, pricedPurchases: 1, orders: 1 });
    expect([...state.purchased.keys()]).toEqual(['a', 'b']);
  });

  it('keeps its lists short', () => {
    const state = emptyCustomer();
    for (let i = 0; i < PURCHASED_ITEMS + 10; i++) apply(state, purchase(T0 + i, `item-${i}`, 1));
    apply(state, purchase(T0 + PURCHASED_ITEMS + 10, 'item-10', 1)); // the oldest left becomes the newest
    expect(state.purchased.size).toBe(PURCHASED_ITEMS);
    expect(state.purchased.has('item-9')).toBe(false);
    expect([...state.purchased].at(-1)).toEqual(['item-10', 2]);
    expect(state.recent).toHaveLength(RECENT_ITEMS);
    expect(state.recent.at(-1)!.itemId).toBe('item-10');
    expect(state.recentOrders.length).toBeLessThan(100);
  });

  it('remembers facts, keeps them when they are not told again, and what the simulator made', () => {
    const state = given(facts({ country: 'France', birthDate: '1990-05-01' }), facts({ country: null }));
    expect(state).toMatchObject({ country: 'France', birthDate: '1990-05-01', simulated: false });
    expect(given(payment(T0, 1, 'home', 'simulator')).simulated).toBe(true);
  });

  it('reads the shape that remembered one order, and refuses a shape it does not know', () => {
    const { recentOrders, ...old } = JSON.parse(encode(given(purchase(T0, 'a', 100, 'o1'))));
    const state = decode('somebody', JSON.stringify({ ...old, shape: 1, lastOrder: recentOrders[0] }));
    apply(state, purchase(T0, 'b', 100, 'o1'));
    expect(state.orders).toBe(1);
    expect(() => decode('somebody', JSON.stringify({ ...old, shape: 99 }))).toThrow('expected shape 2, got 99');
  });
});
