import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RequestFacts, RoutingCondition, RoutingRule } from '../../../src/core/routing.js';
import { emptyCustomer } from '../../../src/features/customer-state.js';
import { STORED_FEATURES } from '../../../src/features/stored.js';
import { checkRule, fingerprintOf, ruleCompiler } from '../../../src/flows/routing-rules.js';
import { parseManifest } from '../../../src/inference/manifest.js';
import type { ModelManifest } from '../../../src/inference/ports.js';
import { CHURN } from '../../support/drop-in.js';
import { readManifest } from '../../support/versions.js';

const DAY = 86_400_000;
const NOW = 1_000 * DAY;
const usd = (major: number) => ({ minor: major * 100, currency: 'USD' });
const customers = {
  ben: {
    ...emptyCustomer(),
    segment: 'at-risk',
    country: 'Spain',
    orders: 3,
    lastPurchase: NOW - 120 * DAY,
    payments: 1,
  },
  eva: { ...emptyCustomer(), segment: 'loyal', country: 'United Kingdom', orders: 1, lastPurchase: NOW - 5 * DAY },
  neu: emptyCustomer(),
} as const;
const compile = ruleCompiler(
  () => ({ peek: (customerId) => customers[customerId as keyof typeof customers] ?? null }),
  { now: () => NOW },
);
const fitting = (rule: RoutingRule, request?: RequestFacts) =>
  [...Object.keys(customers), 'nobody'].filter((customer) => compile(rule)(customer, request));

const feature = (name: string, atLeast: number | null, below: number | null): RoutingCondition => ({
  on: 'feature',
  name,
  atLeast,
  below,
});

describe('a rule', () => {
  it('asks what is known of a customer', () => {
    expect(fitting([{ on: 'segment', values: ['at-risk', 'lapsed'] }])).toEqual(['ben']);
    expect(fitting([{ on: 'country', values: ['Spain', 'United Kingdom'] }])).toEqual(['ben', 'eva']);
    expect(fitting([feature('customer@1/recency_days', 90, null)])).toEqual(['ben']);
    expect(fitting([feature('customer@1/orders', null, 1)])).toEqual(['neu']);
    expect(fitting([feature('rfm@1/log_recency', null, Math.log1p(5.5))])).toEqual(['eva']);
  });

  it('never fits where something is not known', () => {
    expect(fitting([feature('customer@1/recency_days', 0, null)])).toEqual(['ben', 'eva']); // the third has not bought yet
    expect(fitting([{ on: 'category', values: ['travel'] }])).toEqual([]);
    expect(fitting([{ on: 'amount', atLeast: null, below: usd(1_000_000) }])).toEqual([]);
    expect(ruleCompiler(() => null, { now: () => NOW })([{ on: 'country', values: ['Spain'] }])('ben', undefined)).toBe(
      false,
    );
  });

  it('asks what is known of a payment', () => {
    const travel: RoutingRule = [{ on: 'category', values: ['travel', 'home'] }];
    expect(compile(travel)('nobody', { category: 'travel' })).toBe(true);
    expect(compile(travel)('nobody', { category: 'grocery_pos' })).toBe(false);
    const large = compile([{ on: 'amount', atLeast: usd(500), below: usd(1_000) }]);
    expect([499.99, 500, 999.99, 1_000].map((amount) => large('nobody', { amount: usd(amount) }))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(large('nobody', { amount: { minor: 60_000, currency: 'EUR' } })).toBe(false);
  });

  it('knows customers by name without keeping it', () => {
    const rule: RoutingRule = [{ on: 'customer', values: ['eva', 'nobody'].map(fingerprintOf) }];
    expect(fitting(rule)).toEqual(['eva', 'nobody']);
    expect(JSON.stringify(rule)).not.toContain('eva');
    const ids = Array.from({ length: 200_000 }, (_, i) => `customer-${i}`);
    const prints = new Set(ids.map(fingerprintOf));
    expect(prints.size).toBe(ids.length);
    for (const print of prints) if (!Number.isSafeInteger(print)) throw new Error(String(print)); // goes through JSON
  });

  it('holds where all of its conditions do', () => {
    const conditions: RoutingCondition[] = [
      { on: 'segment', values: ['at-risk', 'loyal'] },
      { on: 'country', values: ['Spain'] },
      feature('customer@1/orders', 2, null),
      { on: 'category', values: ['home'] },
    ];
    fc.assert(
      fc.property(fc.subarray(conditions), fc.constantFrom('home', 'travel'), (rule, category) => {
        const each = rule.map((condition) => fitting([condition], { category }));
        const all = fitting([], { category }).filter((customer) => each.every((own) => own.includes(customer)));
        expect(fitting(rule, { category })).toEqual(all);
      }),
    );
  });
});

describe('what a rule may ask', () => {
  const fraud = readManifest('fraud');
  const segmentation = readManifest('segmentation');
  const churn = parseManifest(JSON.stringify(CHURN));
  const check = (rule: RoutingRule, manifest: ModelManifest = fraud) => checkRule(rule, manifest, () => ['at-risk']);

  it('is what can be known when a model is asked', () => {
    for (const manifest of [fraud, segmentation, churn])
      expect(check([{ on: 'segment', values: ['at-risk'] }, feature(STORED_FEATURES[0]!, 1, 2)], manifest)).toBeNull();
    expect(check([{ on: 'category', values: ['travel'] }])).toBeNull();
    const payment = { code: 'POLICY_INVALID', message: expect.stringMatching(/not asked about payments/) };
    expect(check([{ on: 'category', values: ['travel'] }], segmentation)).toMatchObject(payment);
    expect(check([{ on: 'amount', atLeast: usd(1), below: null }], churn)).toMatchObject(payment);
    const told = { ...churn, inputs: churn.inputs.map((input) => ({ ...input, features: [] })) };
    expect(check([{ on: 'country', values: ['Spain'] }], told)).toMatchObject({
      code: 'POLICY_INVALID',
      message: expect.stringMatching(/churn is asked about rows that are nobody's/),
    });
  });

  it.each<[string, RoutingRule, string, RegExp]>([
    ['a segment', [{ on: 'segment', values: ['at-risk', 'x'] }], 'SEGMENT_UNKNOWN', /expected one of at-risk, got "x"/],
    [
      'a category',
      [{ on: 'category', values: ['x'] }],
      'CATEGORY_UNKNOWN',
      /expected one of entertainment, .*, got "x"/,
    ],
    [
      'a feature',
      [feature('recency', 1, 2)],
      'FEATURE_UNKNOWN',
      /expected one of rfm@1\/log_recency, .*, got "recency"/,
    ],
    ['no bound', [feature(STORED_FEATURES[0]!, null, null)], 'POLICY_INVALID', /expected atLeast or below/],
    ['bounds turned around', [feature(STORED_FEATURES[0]!, 2, 1)], 'POLICY_INVALID', /less than below, got 2 and 1/],
    [
      'another currency',
      [{ on: 'amount', atLeast: { minor: 1, currency: 'EUR' }, below: null }],
      'POLICY_INVALID',
      /expected amounts in USD, got EUR/,
    ],
    ['nobody', [{ on: 'customer', values: [] }], 'POLICY_INVALID', /expected 1 to 1000 customers, got 0/],
    ['no country', [{ on: 'country', values: [] }], 'POLICY_INVALID', /expected country with 1 to 100 values, got 0/],
    [
      'a long country',
      [{ on: 'country', values: ['x'.repeat(201)] }],
      'POLICY_INVALID',
      /1 to 200 characters, got 201/,
    ],
    [
      'too much',
      Array.from({ length: 11 }, () => feature(STORED_FEATURES[0]!, 1, 2)),
      'POLICY_INVALID',
      /at most 10 conditions, got 11/,
    ],
  ])('is not %s', (_, rule, code, message) => {
    expect(check(rule)).toMatchObject({ code, message: expect.stringMatching(message), field: 'policy' });
  });
});
