import { describe, expect, it } from 'vitest';
import { BASKET_FEATURES, recentItems } from '../../../src/features/basket-features.js';
import { noProgress } from '../../../src/training/artifacts.js';
import type { Basket } from '../../../src/training/retail.js';
import { vocabularyOf } from '../../../src/training/retail-split.js';
import { hasNative } from '../../support/engines.js';

let invoices = 0;
const DAY = 86_400_000;
const basket = (customer: string, day: number, ...items: string[]): Basket => {
  const invoice = String(++invoices);
  const [at, country] = [day * DAY, 'France'];
  const lines = items.map((item) => ({
    ...{ invoice, item, title: item, quantity: 1, unitPrice: 100, at, customer, country },
  }));
  return { customer, invoice, at, country, lines };
};
/** Everybody bought a and b at first; c is new, b was bought again by three of five. x is too rare to know. */
const history = [
  ...[0, 1, 2, 3, 4].map((i) => basket(`c${i}`, 1, 'a', 'b', ...(i === 0 ? ['x'] : []))),
  ...[0, 1, 2, 3, 4].map((i) => basket(`c${i}`, 300, 'c', ...(i < 3 ? ['b', 'b'] : []))),
];
const vocabulary = vocabularyOf(history);
const [a, b, c] = ['a', 'b', 'c'].map((id) => vocabulary.indexOf.get(id)!) as [number, number, number];
const n = vocabulary.ids.length;

describe.skipIf(!hasNative)('what follows what', () => {
  const load = () => import('../../../src/training/next-basket.js');

  it('replays a customer as the feature store does', async () => {
    const { stateAfter } = await load();
    const mine = history.filter(({ customer }) => customer === 'c0');
    const input = recentItems(stateAfter(mine), vocabulary.indexOf);
    expect(BASKET_FEATURES.version).toBe(2);
    expect([...input.ids.subarray(0, input.count)].map((id) => vocabulary.ids[id - 1])).toEqual(['b', 'c', 'a']);
    expect([...input.shares.subarray(0, 4)]).toEqual([1.5, 0.5, 0.5, 0]);
  });

  it('counts from the input before each basket to the items that are new in it', async () => {
    const { nextBaskets } = await load();
    const { gram, cross, repeatRates } = nextBaskets(history, vocabulary);
    expect(cross[a * n + c]).toBeGreaterThan(4.9);
    expect([cross[a * n + b], cross[c * n + c], cross[a * n + a]]).toEqual([0, 0, 0]);
    expect(gram[a * n + b]).toBeCloseTo(gram[b * n + a]!, 6);
    expect(gram[c * n + c]).toBe(0); // nothing follows the last baskets
    expect(repeatRates[b]).toBeGreaterThan(repeatRates[a]!);
    expect(repeatRates.every((rate) => rate > 0 && rate < 1)).toBe(true);
  });

  it('solves the ridge regression: the gradient vanishes', async () => {
    const { nextBaskets, nextBasketWeights } = await load();
    const following = nextBaskets(history, vocabulary);
    const lambda = 2;
    const weights = nextBasketWeights(following, n, lambda, noProgress);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let gradient = lambda * weights[i * n + j]! - following.cross[i * n + j]!;
        for (let m = 0; m < n; m++) gradient += following.gram[i * n + m]! * weights[m * n + j]!;
        expect(Math.abs(gradient)).toBeLessThan(1e-4);
      }
    }
  });

  it('knows what sells now and what is gone', async () => {
    const { trends } = await load();
    const trend = trends(history, vocabulary, Float32Array.of(5, 5, 5));
    expect(trend[c]).toBeGreaterThan(1);
    expect(trend[b]).toBeGreaterThan(trend[a]!);
    expect(trend[a]).toBeLessThan(0.01);
    expect(trend[a]).toBeGreaterThan(0);
  });
});
