import { describe, expect, it } from 'vitest';
import { applyPayment, emptyCustomer, setBirthDate } from '../../../src/features/customer-state.js';
import { FRAUD_FEATURES, type FraudPayment, fraudVector } from '../../../src/features/fraud-features.js';
import { asNewCard, firstPayments, groupsAt } from '../../../src/training/fraud-groups.js';

const WIDTH = FRAUD_FEATURES.features.length;
const payment = (dollars: number, category = 'travel'): FraudPayment => ({
  merchant: 'shop',
  category,
  amountMinor: Math.round(dollars * 100),
  currency: 'USD',
  occurredAt: Date.UTC(2020, 6, 4, 23, 30),
});
const vector = (of: FraudPayment, state = emptyCustomer()) => {
  const out = new Float32Array(WIDTH);
  fraudVector(state, of, out, 0);
  return out;
};

describe('a payment as a new card’s', () => {
  it('is the vector that a card without payments gets, whatever the history was', () => {
    const known = emptyCustomer();
    const fresh = emptyCustomer();
    for (const state of [known, fresh]) setBirthDate(state, '1980-05-01');
    for (const hoursBefore of [900, 30, 3, 1])
      applyPayment(known, 'travel', 1_234 * hoursBefore, payment(1).occurredAt - hoursBefore * 3_600_000);
    const seen = vector(payment(87.65), known);
    expect(seen).not.toEqual(vector(payment(87.65), fresh));
    expect(asNewCard(seen)).toEqual(vector(payment(87.65), fresh));
  });

  it('leaves the vectors it is given alone', () => {
    const x = Float32Array.from({ length: 2 * WIDTH }, (_, i) => i + 1);
    asNewCard(x);
    expect(x).toEqual(Float32Array.from({ length: 2 * WIDTH }, (_, i) => i + 1));
  });
});

describe('figures by group', () => {
  const dollars = [9.99, 10, 49.99, 50, 199.99, 200, 999.99, 1_000];
  const rows = {
    x: Float32Array.from(dollars.flatMap((amount, i) => [...vector(payment(amount, i < 6 ? 'home' : 'casino'))])),
    y: Uint8Array.of(0, 1, 0, 1, 1, 0, 0, 1),
  };
  const scores = Float32Array.of(0.1, 0.9, 0.5, 0.4, 0.8, 0.2, 0.1, 0.1);
  const groups = groupsAt(0.5, rows, scores);
  const named = (name: string) => groups.find((group) => group.name === name);

  it('takes an amount at an edge to the band above', () => {
    expect(
      groups.filter(({ name }) => name.startsWith('amount')).map(({ name, payments }) => [name, payments]),
    ).toEqual([
      ['amount 0 to 10 USD', 1],
      ['amount 10 to 50 USD', 2],
      ['amount 50 to 200 USD', 2],
      ['amount 200 to 1000 USD', 2],
      ['amount from 1000 USD', 1],
    ]);
  });

  it('counts recall and precision in each, and null where there is nothing to take a share of', () => {
    expect(named('category home')).toEqual({
      name: 'category home',
      payments: 6,
      frauds: 3,
      recall: 2 / 3,
      precision: 2 / 3,
    });
    expect(named('amount 0 to 10 USD')).toMatchObject({ frauds: 0, recall: null, precision: null });
    expect(named('amount from 1000 USD')).toMatchObject({ frauds: 1, recall: 0, precision: null });
  });

  it('knows other categories, first payments, and leaves empty groups out', () => {
    expect(named('any other category')).toMatchObject({ payments: 2, frauds: 1 });
    expect(named('first payments of a card')).toMatchObject({ payments: 8 });
    expect(named('category travel')).toBeUndefined();
    expect(firstPayments(rows)).toBe(8);
  });
});
