import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { best, evaluateRanking, ownHistoryRanking } from '../../../src/training/rank-evaluation.js';
import type { Basket } from '../../../src/training/retail.js';
import { itemList, popularity } from '../../../src/training/retail-assets.js';
import { holdBack, itemSets, vocabularyOf } from '../../../src/training/retail-split.js';

let invoices = 0;
const basket = (customer: string, at: number, ...items: string[]): Basket => {
  const invoice = String(++invoices);
  const lines = items.map((item) => ({
    ...{ invoice, item, title: `title of ${item} at ${at}`, quantity: 1, unitPrice: 100 * at, at, customer },
    country: 'France',
  }));
  return { customer, invoice, at, country: 'France', lines };
};
/** Five customers who all bought a, b and c; x is too rare to know. */
const crowd = Array.from({ length: 5 }, (_, i) => basket(`crowd-${i}`, 1, 'a', 'b', 'c', ...(i > 0 ? ['d'] : ['x'])));

describe('the split', () => {
  it('holds back each returning customer’s last basket and nothing else', () => {
    const all = [basket('once', 1, 'a'), basket('twice', 2, 'a'), basket('twice', 5, 'b'), basket('late', 6, 'c')];
    const { customers, history } = holdBack(all);
    expect(customers.map(({ id, held }) => [id, held.at])).toEqual([['twice', 5]]);
    expect(history.map(({ customer, at }) => [customer, at])).toEqual([
      ['once', 1],
      ['twice', 2],
      ['late', 6],
    ]);
  });

  it('knows items that five customers bought, the most bought first', () => {
    const { ids } = vocabularyOf([...crowd, basket('more', 2, 'c', 'd')]);
    expect(ids).toEqual(['c', 'a', 'b', 'd']);
    expect(itemSets([basket('me', 1, 'c', 'x', 'c', 'a')], vocabularyOf(crowd)).get('me')!.length).toBe(2);
  });
});

describe('the k best', () => {
  it('equal a full sort, lower indices first among equals', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 40 });
    fc.assert(
      fc.property(scores, fc.integer({ min: 1, max: 12 }), (list, k) => {
        const sorted = list.map((_, i) => i).sort((a, b) => list[b]! - list[a]! || a - b);
        expect(best(Float32Array.from(list), k)).toEqual(sorted.slice(0, k));
      }),
    );
  });
});

describe('hit rate and NDCG', () => {
  const vocabulary = { ids: ['a', 'b', 'c'], indexOf: new Map([...'abc'].map((id, i) => [id, i])) };
  const customer = { id: 'me', history: [basket('me', 1, 'a')], held: basket('me', 2, 'a', 'c') };
  const owned = new Map([['me', [0]]]);
  const scores = () => Float32Array.of(3, 2, 1);

  it('count what was owned when repeats are allowed, and leave it out of ranking and targets when not', () => {
    const repeats = evaluateRanking([customer], vocabulary, owned, scores, false);
    expect(repeats.ndcg).toBeCloseTo((1 + 1 / Math.log2(4)) / (1 + 1 / Math.log2(3)), 9);
    const newOnly = evaluateRanking([customer], vocabulary, owned, scores, true);
    expect(newOnly).toMatchObject({ customers: 1, hitRate: 1 });
    expect(newOnly.ndcg).toBeCloseTo(1 / Math.log2(3), 9);
  });

  it('leave out who has no target or no history', () => {
    const nothingNew = { ...customer, held: basket('me', 2, 'a', 'unknown') };
    expect(evaluateRanking([customer, nothingNew], vocabulary, owned, scores, true).customers).toBe(1);
    expect(evaluateRanking([customer, customer], vocabulary, new Map(), scores, false).customers).toBe(0);
  });

  it('rank one’s own history by baskets, then the rest by popularity', () => {
    const twice = { ...customer, history: [basket('me', 1, 'c', 'c'), basket('me', 2, 'c', 'b')] };
    expect(best(ownHistoryRanking(vocabulary)(twice, []), 3)).toEqual([2, 1, 0]);
  });
});

describe('the assets', () => {
  const vocabulary = vocabularyOf(crowd);
  it('give each item its last title and median price', () => {
    const history = [...crowd, basket('one more', 3, 'a')];
    expect(itemList(history, vocabulary)[0]).toEqual({ id: 'a', title: 'title of a at 3', price: 1 });
  });
  it('list popular items per country only where enough customers say so', () => {
    const counts = Float32Array.of(1, 9, 5);
    expect(popularity(crowd, vocabulary, counts)).toEqual({ overall: [1, 2, 0], countries: {} });
    const many = [...crowd, ...Array.from({ length: 6 }, (_, i) => basket(`more-${i}`, 2, 'c'))];
    expect(popularity(many, vocabulary, counts)).toEqual({ overall: [1, 2, 0], countries: { France: [2, 0, 1] } });
  });
});
