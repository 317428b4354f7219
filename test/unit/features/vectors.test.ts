import { describe, expect, it } from 'vitest';
import { purchasedIndices, recentItems } from '../../../src/features/basket-features.js';
import { customerReducer, emptyCustomer, RECENT_ITEMS } from '../../../src/features/customer-state.js';
import { FRAUD_FEATURES, fraudVector } from '../../../src/features/fraud-features.js';
import { rfmVector } from '../../../src/features/rfm-features.js';
import { facts, interaction, payment, purchase } from './events.js';

const T0 = Date.UTC(2026, 0, 3, 23, 30); // a Saturday night
const DAY = 86_400_000;
const given = (...events: Parameters<typeof customerReducer.apply>[1][]) => {
  const state = emptyCustomer();
  for (const event of events) customerReducer.apply(state, event);
  return state;
};

describe('the fraud vector', () => {
  const ask = (state = emptyCustomer(), more: object = {}) => {
    const out = new Float32Array(FRAUD_FEATURES.features.length + 2).fill(-9);
    const question = {
      merchant: 'm',
      category: 'travel',
      amountMinor: 10_000,
      currency: 'USD',
      occurredAt: T0,
      ...more,
    };
    const defaulted = fraudVector(state, question, out, 1);
    const named = Object.fromEntries(FRAUD_FEATURES.features.map((feature, i) => [feature.name, out[i + 1]!]));
    return { named, defaulted, out };
  };

  it('writes between its bounds only, and does not change the state', () => {
    const state = given(payment(T0 - 60_000, 5_000));
    const before = customerReducer.encode(state);
    const { out } = ask(state);
    expect([out[0], out.at(-1)]).toEqual([-9, -9]);
    expect(customerReducer.encode(state)).toBe(before);
  });

  it('of a new card holds the documented defaults', () => {
    const { named, defaulted } = ask();
    expect(defaulted).toEqual(['holder_age']);
    const history = ['has_history', 'count_24h', 'log_sum_24h', 'amount_to_mean', 'amount_to_category_mean'];
    for (const name of [...history, 'log_payments', 'log_category_count', 'mean_24h_to_own'])
      expect(named[name]).toBe(0);
    for (const name of ['holder_age', 'log_hours_since_last'])
      expect(named[name]).toBeCloseTo(FRAUD_FEATURES.features.find((feature) => feature.name === name)!.default, 5);
    expect(named).toMatchObject({ is_night: 1, weekend: 1, category_travel: 1, category_home: 0 });
  });

  it('marks an unknown category and answers all zeros for it', () => {
    const { named, defaulted } = ask(given(facts({ birthDate: '1990-01-03' })), { category: 'lottery' });
    expect(defaulted).toEqual(['category']);
    expect(Object.keys(named).filter((name) => name.startsWith('category_') && named[name] !== 0)).toEqual([]);
    expect(named.holder_age).toBeCloseTo(36, 1);
  });

  it('compares the amount with the card’s own means', () => {
    const state = given(payment(T0 - 3 * DAY, 2_000, 'home'), payment(T0 - 2 * DAY, 6_000, 'travel'));
    const { named, defaulted } = ask(state);
    expect(named.amount_to_category_mean).toBeCloseTo(Math.log(101 / 61), 5);
    expect(named.amount_to_mean).toBeCloseTo(Math.log(101 / 41), 5);
    expect(named.count_24h).toBe(0);
    expect(defaulted).toEqual(['holder_age']);
  });

  it('allocates nothing for a complete answer: the empty list of defaults is shared', () => {
    const state = given(facts({ birthDate: '1990-01-03' }));
    expect(ask(state).defaulted).toBe(ask(state).defaulted);
    expect(ask(state).defaulted).toEqual([]);
  });
});

describe('the RFM vector', () => {
  const ask = (state = emptyCustomer(), now = T0) => {
    const out = new Float32Array(3);
    return { defaulted: rfmVector(state, now, out, 0), out: [...out] };
  };
  it('is recency in days, orders and pounds, in logarithms', () => {
    const { out, defaulted } = ask(
      given(purchase(T0 - 9 * DAY, 'a', 50_00, 'x'), purchase(T0 - 4 * DAY, 'b', 49_00, 'y')),
    );
    expect(out[0]).toBeCloseTo(Math.log(5), 5);
    expect(out[1]).toBeCloseTo(Math.log(2), 5);
    expect(out[2]).toBeCloseTo(Math.log(100), 5);
    expect(defaulted).toEqual([]);
  });
  it('takes defaults before the first purchase, and for money that nobody told', () => {
    expect(ask().defaulted).toEqual(['log_recency', 'log_frequency', 'log_monetary']);
    expect(ask(given(interaction(T0, 'a', { kind: 'PURCHASE' }))).defaulted).toEqual(['log_monetary']);
  });
  it('never has a purchase in the future, and no recency beyond a year', () => {
    expect(ask(given(purchase(T0 + DAY, 'a', 1))).out[0]).toBe(0);
    expect(ask(given(purchase(T0 - 3_000 * DAY, 'a', 1))).out[0]).toBeCloseTo(Math.log(366), 5);
  });
});

describe('the recommender’s input', () => {
  const vocabulary = new Map([...'abcdefgh'].map((id, index) => [id, index]));

  it('holds distinct known items, newest first, each with its heaviest interaction', () => {
    const state = given(
      purchase(T0, 'a', 1),
      interaction(T0 + 1, 'b'),
      interaction(T0 + 2, 'unknown'),
      interaction(T0 + 3, 'c', { kind: 'BASKET' }),
      interaction(T0 + 4, 'a'),
    );
    const { ids, weights, count } = recentItems(state, vocabulary);
    expect(count).toBe(3);
    expect([...ids.subarray(0, 4)]).toEqual([1, 3, 2, 0]);
    expect(weights[0]).toBe(1); // viewed last, but bought before: the purchase counts
    expect(weights[1]! > weights[2]! && weights[2]! > 0).toBe(true);
    expect(weights.subarray(3).every((weight) => weight === 0)).toBe(true);
  });

  it('has a fixed length and is all padding for somebody new', () => {
    const { ids, weights, shares, count } = recentItems(emptyCustomer(), vocabulary);
    expect([count, ids.length, weights.length, shares.length]).toEqual([0, RECENT_ITEMS, RECENT_ITEMS, RECENT_ITEMS]);
    expect([...ids, ...weights, ...shares].every((value) => value === 0)).toBe(true);
  });

  it('weighs a purchase above a basket above a view', () => {
    const weight = (kind: 'VIEW' | 'BASKET' | 'PURCHASE') =>
      recentItems(given(interaction(T0, 'a', { kind })), vocabulary).weights[0]!;
    expect(weight('PURCHASE')).toBeGreaterThan(weight('BASKET'));
    expect(weight('BASKET')).toBeGreaterThan(weight('VIEW'));
  });

  it('counts purchases per order, of the order’s further lines too', () => {
    const state = given(
      purchase(T0, 'a', 1, 'x'),
      purchase(T0, 'b', 1, 'x'),
      purchase(T0 + 1, 'a', 1, 'y'),
      interaction(T0 + 2, 'c'),
    );
    const { ids, shares } = recentItems(state, vocabulary);
    expect([...ids.subarray(0, 3)]).toEqual([3, 1, 2]);
    expect([...shares.subarray(0, 4)]).toEqual([0, 1, 0.5, 0]);
  });

  it('fills places that are left with what was bought before the remembered interactions, newest first', () => {
    const views = Array.from({ length: RECENT_ITEMS }, (_, i) => interaction(T0 + 10 + i, i % 2 === 0 ? 'c' : 'd'));
    const bought = ['a', 'b', 'd'].map((id, i) => purchase(T0 + i, id, 1, id));
    const { ids, weights, shares, count } = recentItems(given(...bought, ...views), vocabulary);
    expect([...ids.subarray(0, count)]).toEqual([4, 3, 2, 1]);
    expect([...weights.subarray(0, count)].map((weight) => weight > 0.9)).toEqual([true, false, true, true]);
    expect(shares[1]).toBe(0);
    expect(shares[3]).toBeCloseTo(1 / 3, 6);
  });

  it('excludes everything bought that the vocabulary knows', () => {
    const state = given(purchase(T0, 'h', 1), purchase(T0, 'unknown', 1), purchase(T0, 'b', 1), interaction(T0, 'c'));
    expect([...purchasedIndices(state, vocabulary)].sort()).toEqual([1, 7]);
  });
});
