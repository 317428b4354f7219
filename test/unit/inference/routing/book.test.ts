import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RoutingPolicy } from '../../../../src/core/routing.js';
import { type CompileRule, positionOf, RoutingBook } from '../../../../src/inference/routing/book.js';

const canary = (percent: number, more: Partial<RoutingPolicy> = {}): RoutingPolicy => ({
  kind: 'CANARY',
  arms: [{ name: 'canary', version: 2, percent }],
  rule: [],
  shadow: null,
  ...more,
});
const customers = Array.from({ length: 20_000 }, (_, i) => `c${i}`);
const bookOf = (policy: RoutingPolicy, compile?: CompileRule) => {
  const book = new RoutingBook(compile);
  book.set('fraud', policy);
  return book;
};
const inCanary = (book: RoutingBook) =>
  new Set(customers.filter((customer) => book.decide('fraud', customer)?.version === 2));

describe('routing by policy', () => {
  it('gives each version its share, within what chance allows', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100, noNaN: true }), (percent) => {
        const share = percent / 100;
        const spread = 5 * Math.sqrt((share * (1 - share)) / customers.length) + 1e-9;
        expect(Math.abs(inCanary(bookOf(canary(percent))).size / customers.length - share)).toBeLessThanOrEqual(spread);
      }),
      { numRuns: 30 },
    );
  });

  it('always gives a customer the same version, in any book', () => {
    fc.assert(
      fc.property(fc.string(), fc.double({ min: 0, max: 100, noNaN: true }), (customer, percent) => {
        const [one, other] = [bookOf(canary(percent)), bookOf(canary(percent))];
        expect(one.decide('fraud', customer)).toEqual(other.decide('fraud', customer));
        expect(one.decide('fraud', customer)).toEqual(one.decide('fraud', customer));
      }),
    );
  });

  it('keeps everybody who is in when the share grows', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (a, b) => {
          const before = inCanary(bookOf(canary(Math.min(a, b))));
          const after = inCanary(bookOf(canary(Math.max(a, b))));
          for (const customer of before) expect(after.has(customer)).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('does not put the same customers first for every version', () => {
    const one = inCanary(bookOf(canary(5)));
    const book = bookOf(canary(5, { arms: [{ name: 'canary', version: 3, percent: 5 }] }));
    const both = [...one].filter((customer) => book.decide('fraud', customer)?.version === 3);
    expect(both.length / one.size).toBeLessThan(0.12);
  });

  it('takes nobody at 0 and everybody at 100', () => {
    expect(inCanary(bookOf(canary(0))).size).toBe(0);
    expect(inCanary(bookOf(canary(100))).size).toBe(customers.length);
  });

  it('splits between named arms', () => {
    const arms = [
      { name: 'a', version: 1, percent: 30 },
      { name: 'b', version: 2, percent: 70 },
    ];
    const book = bookOf(canary(0, { kind: 'SPLIT', arms }));
    const counts: Record<string, number> = {};
    for (const customer of customers) {
      const { arm } = book.decide('fraud', customer)!;
      counts[arm] = (counts[arm] ?? 0) + 1;
    }
    expect(Object.keys(counts).sort()).toEqual(['a', 'b']);
    expect(counts.a! / customers.length).toBeCloseTo(0.3, 1);
  });

  it('leaves those who do not fit the rule out, as nobody’s arm', () => {
    const rule = [{ on: 'category', values: ['travel'] }] as const;
    const made: unknown[] = [];
    const compile: CompileRule = (rule) => {
      made.push(rule);
      return (entity, request) => entity === 'c1' && request?.category === 'travel';
    };
    const shadow = { version: 3, percent: 100 };
    for (const book of [bookOf(canary(100, { rule }), compile), bookOf(canary(0, { rule, shadow }), compile)]) {
      const of = (customer: string, category: string) =>
        book.decide('fraud', customer, { category })?.version === 2 || book.shadow('fraud', customer, { category });
      expect(of('c1', 'travel')).toBeTruthy();
      expect(of('c1', 'home')).toBeFalsy();
      expect(of('c2', 'travel')).toBeFalsy();
      expect(book.decide('fraud', 'c1')).toBeNull();
    }
    expect(made).toEqual([rule, rule]); // made ready once, however often it is asked
  });

  it('draws what is about nobody by its own key', () => {
    const book = bookOf(canary(30));
    const inside = customers.filter((key) => book.decide('fraud', '', { key })?.version === 2);
    expect(inside.length / customers.length).toBeCloseTo(0.3, 1);
    expect(book.decide('fraud', '', { key: 'c7' })).toEqual(book.decide('fraud', 'c7'));
  });

  it('says nothing where there is no policy, and asks nothing', () => {
    const book = new RoutingBook(() => {
      throw new Error('asked');
    });
    expect(book.decide('fraud', 'c1')).toBeNull();
    expect(book.shadow('fraud', 'c1')).toBeNull();
    book.set('segmentation', canary(100));
    expect(book.decide('fraud', 'c1')).toBeNull();
    expect(book.splits('fraud')).toBe(false);
  });

  it('shadows a share of the customers without deciding about them', () => {
    const book = bookOf(canary(0, { kind: 'SHADOW', arms: [], shadow: { version: 2, percent: 25 } }));
    const shadowed = customers.filter((customer) => book.shadow('fraud', customer) === 2);
    expect(shadowed.length / customers.length).toBeCloseTo(0.25, 1);
    expect(book.decide('fraud', 'c1')).toBeNull();
  });

  it('spreads ids that differ by one character', () => {
    const positions = customers.map((customer) => positionOf('fraud/', customer));
    for (let from = 0; from < 100; from += 10)
      expect(positions.filter((p) => p >= from && p < from + 10).length / positions.length).toBeCloseTo(0.1, 1);
  });
});
