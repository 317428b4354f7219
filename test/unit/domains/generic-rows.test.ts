import { describe, expect, it } from 'vitest';
import { readRow, rowMaker } from '../../../src/domains/generic/rows.js';
import { emptyCustomer } from '../../../src/features/customer-state.js';
import { STORED_FEATURES, storedFeature, storedVector } from '../../../src/features/stored.js';
import { parseManifest } from '../../../src/inference/manifest.js';
import { CHURN } from '../../support/drop-in.js';

const NOW = Date.UTC(2026, 0, 31);
const manifestOf = (inputs: readonly object[]) => parseManifest(JSON.stringify({ ...CHURN, inputs }));
const inputOf = (datatype: string, features: readonly object[]) => ({
  ...{ name: 'features', datatype, shape: [-1, features.length] },
  features: features.map((feature) => ({ description: 'For a test.', ...feature })),
});
/** Nothing is known but what is told, by name. */
function storing(known: Readonly<Record<string, number>>): Float32Array {
  return Float32Array.from(STORED_FEATURES, (name) => known[name] ?? Number.NaN);
}

describe('what is stored of a customer', () => {
  it('is one vector that says the same as feature by feature', () => {
    const states = [
      emptyCustomer(),
      { ...emptyCustomer(), orders: 3, monetary: 5_000, pricedPurchases: 2, lastPurchase: NOW - 86_400_000 },
      { ...emptyCustomer(), payments: 2, lastPayment: NOW - 3_600_000 },
    ];
    for (const state of states) {
      const each = STORED_FEATURES.map((name) => storedFeature(name)!(state, NOW));
      expect([...storedVector(state, NOW)]).toEqual(each);
    }
    expect(storedVector(states[0]!, NOW).some(Number.isNaN)).toBe(true);
  });
});

describe('a row of stored features', () => {
  const stored = { name: 'recency', stored: 'rfm@1/log_recency', default: 5 };
  const told = { name: 'complaints', default: 2 };

  it('holds what is stored, and the default of what is not', () => {
    const manifest = manifestOf([inputOf('FP32', [told, stored])]);
    const make = (stored: Float32Array) => rowMaker(manifest)(manifest, stored);
    expect(make(storing({ 'rfm@1/log_recency': 1.5 }))).toEqual({
      inputs: { features: Float32Array.of(2, 1.5) },
      defaulted: ['complaints'],
    });
    expect(make(storing({}))).toEqual({
      inputs: { features: Float32Array.of(2, 5) },
      defaulted: ['complaints', 'recency'],
    });
  });

  it('lies as the version has it, whose features have names of their own', () => {
    const older = manifestOf([inputOf('FP32', [{ name: 'recency', default: 7 }, told])]);
    const now = manifestOf([inputOf('FP32', [told, stored])]);
    expect(rowMaker(now)(older, storing({ 'rfm@1/log_recency': 1.5 })).inputs).toEqual({
      features: Float32Array.of(1.5, 2),
    });
  });

  it('is the row that reading the same numbers makes', () => {
    const manifest = manifestOf([
      inputOf('FP32', [told, stored]),
      {
        name: 'count',
        datatype: 'INT32',
        shape: [-1, 1],
        features: [{ name: 'n', description: 'Whole.', default: 3 }],
      },
    ]);
    const made = rowMaker(manifest)(manifest, storing({ 'rfm@1/log_recency': 0.25 }));
    expect(made).toEqual(readRow(manifest, { recency: 0.25 }));
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['is missing and has no default', inputOf('FP32', [{ name: 'a' }]), 'a: expected a number: it has no default'],
    [
      'has no features to be told by',
      { name: 'x', datatype: 'FP32', shape: [-1, 2] },
      'x: expected 2 values, got none',
    ],
    [
      'is no whole number where it must be',
      inputOf('INT32', [{ ...stored, name: 'whole' }]),
      'whole: expected a whole number of 32 bits, got 1.5',
    ],
    [
      'is beyond what a whole number holds',
      inputOf('INT32', [{ name: 'large', stored: 'customer@1/monetary' }]),
      'large: expected a whole number of 32 bits, got 3000000000',
    ],
  ])('is refused when something %s, by the words of a row that is told', (_, input, message) => {
    const manifest = manifestOf([input]);
    expect(() =>
      rowMaker(manifest)(manifest, storing({ 'rfm@1/log_recency': 1.5, 'customer@1/monetary': 3e9 })),
    ).toThrow(message);
  });
});
