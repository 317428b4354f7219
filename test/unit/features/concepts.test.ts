import { describe, expect, it } from 'vitest';
import { conceptsOf } from '../../../src/features/concepts.js';
import { applyPayment, emptyCustomer, setBirthDate } from '../../../src/features/customer-state.js';
import { FRAUD_FEATURES, fraudVector } from '../../../src/features/fraud-features.js';
import { RFM_FEATURES, rfmVector } from '../../../src/features/rfm-features.js';
import type { FeatureSet } from '../../../src/features/spec.js';

const sentences = (set: FeatureSet, vector: Float32Array) =>
  Object.fromEntries(
    conceptsOf(set).map((concept) => [
      concept.name,
      concept.say((name) => vector[set.features.findIndex((feature) => feature.name === name)]!),
    ]),
  );

describe('concepts', () => {
  it.each([FRAUD_FEATURES, RFM_FEATURES])('hold every feature of $name once', (set) => {
    const named = conceptsOf(set).flatMap(({ features }) => features);
    expect([...named].sort()).toEqual(set.features.map(({ name }) => name).sort());
    expect(new Set(named).size).toBe(named.length);
  });

  it('say a payment in words', () => {
    const state = emptyCustomer();
    setBirthDate(state, '1980-05-17');
    const at = Date.UTC(2026, 4, 30, 23, 30); // a Saturday
    for (const hours of [40, 20, 3]) applyPayment(state, 'travel', 10_000, at - hours * 3_600_000);
    const vector = new Float32Array(FRAUD_FEATURES.features.length);
    const payment = { merchant: 'm', category: 'travel', amountMinor: 30_500, currency: 'USD', occurredAt: at };
    fraudVector(state, payment, vector, 0);
    expect(sentences(FRAUD_FEATURES, vector)).toEqual({
      amount: 'The payment is 305.00 USD.',
      'amount against the card’s habits': 'It is 3.0 times what the card usually pays in this category.',
      'time of day': 'It is made at 23:30 UTC, at night.',
      'day of the week': 'It is made on a weekend.',
      'age of the card holder': 'The card holder is 46 years old.',
      'history of the card': 'The card has paid 3 times before.',
      'time since the last payment': 'The card paid last 3 hours ago.',
      'payments of the last 24 hours': 'In the 24 hours before, the card paid 2 times, 200.00 USD together.',
      category: 'Its category is travel, where the card paid 3 times before.',
    });
  });

  it('say what is not known of a new card and an unknown category', () => {
    const vector = new Float32Array(FRAUD_FEATURES.features.length);
    const payment = {
      merchant: 'm',
      category: 'lottery',
      amountMinor: 500,
      currency: 'USD',
      occurredAt: Date.UTC(2026, 5, 2, 9, 5),
    };
    fraudVector(emptyCustomer(), payment, vector, 0);
    expect(sentences(FRAUD_FEATURES, vector)).toMatchObject({
      'amount against the card’s habits': 'The card has no habits yet to compare the amount with.',
      'time of day': 'It is made at 09:05 UTC, by day.',
      'day of the week': 'It is made on a working day.',
      'history of the card': 'It is the card’s first payment.',
      'time since the last payment': 'The card has not paid before.',
      category: 'Its category is none that the model knows.',
    });
  });

  it('say a customer in words', () => {
    const state = emptyCustomer();
    const now = Date.UTC(2026, 0, 31);
    Object.assign(state, { orders: 4, monetary: 12_345, pricedPurchases: 4, lastPurchase: now - 30 * 86_400_000 });
    const vector = new Float32Array(3);
    rfmVector(state, now, vector, 0);
    expect(sentences(RFM_FEATURES, vector)).toEqual({
      recency: 'Their last purchase was 30 days ago.',
      frequency: 'They ordered 4 times.',
      'monetary value': 'They spent 123.45 GBP in all.',
    });
  });
});
