import { getOrMake } from './collections.js';
import { best } from './rank-evaluation.js';
import type { Basket } from './retail.js';
import type { Vocabulary } from './retail-split.js';

/** Longest list of popular items. */
const POPULAR = 200;
/** A country with fewer customers has no list of its own. */
const COUNTRY_CUSTOMERS = 10;

/** `assets/items.json`: id, last title and median unit price (GBP) by index. */
export function itemList(history: readonly Basket[], vocabulary: Vocabulary): object[] {
  const titles = new Map<string, string>();
  const prices = new Map<string, number[]>();
  for (const basket of history) {
    for (const { item, title, unitPrice } of basket.lines) {
      if (title !== '') titles.set(item, title);
      const known = prices.get(item);
      if (known === undefined) prices.set(item, [unitPrice]);
      else known.push(unitPrice);
    }
  }
  return vocabulary.ids.map((id) => {
    const sorted = prices.get(id)!.sort((a, b) => a - b);
    return { id, title: titles.get(id) ?? id, price: sorted[Math.floor(sorted.length / 2)]! / 100 };
  });
}

/** `assets/popularity.json`: indices of the items most customers bought, overall and per country with enough customers to say so. */
export function popularity(history: readonly Basket[], vocabulary: Vocabulary, counts: Float32Array): object {
  const byCountry = new Map<string, Map<number, Set<string>>>();
  const customersOf = new Map<string, Set<string>>();
  for (const basket of history) {
    const items = getOrMake(byCountry, basket.country, () => new Map());
    const known = getOrMake(customersOf, basket.country, () => new Set());
    known.add(basket.customer);
    for (const { item } of basket.lines) {
      const index = vocabulary.indexOf.get(item);
      if (index === undefined) continue;
      const buyers = getOrMake(items, index, () => new Set());
      buyers.add(basket.customer);
    }
  }
  const countries: Record<string, number[]> = {};
  for (const [country, items] of byCountry) {
    if (customersOf.get(country)!.size < COUNTRY_CUSTOMERS) continue;
    countries[country] = [...items]
      .sort((x, y) => y[1].size - x[1].size || x[0] - y[0])
      .slice(0, POPULAR)
      .map(([index]) => index);
  }
  return { overall: best(counts, POPULAR), countries };
}
