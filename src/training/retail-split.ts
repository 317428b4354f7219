import { getOrMake } from './collections.js';
import type { Basket } from './retail.js';

/** Items that fewer customers bought are left out: too little is known of them. */
export const MIN_CUSTOMERS = 5;

/** A customer with at least two baskets: the last one is what a ranking must foresee. */
export interface Customer {
  readonly id: string;
  /** All baskets but the ones held back, oldest first. */
  readonly history: readonly Basket[];
  readonly held: Basket;
}

/** Everything before each customer's last basket, and that basket. */
export function holdBack(baskets: readonly Basket[]): { customers: Customer[]; history: Basket[] } {
  const byCustomer = new Map<string, Basket[]>();
  for (const basket of baskets) {
    const known = byCustomer.get(basket.customer);
    if (known === undefined) byCustomer.set(basket.customer, [basket]);
    else known.push(basket);
  }
  const customers: Customer[] = [];
  const history: Basket[] = [];
  for (const [id, all] of byCustomer) {
    if (all.length < 2) {
      history.push(...all);
      continue;
    }
    customers.push({ id, history: all.slice(0, -1), held: all[all.length - 1]! });
    history.push(...all.slice(0, -1));
  }
  history.sort((a, b) => a.at - b.at);
  return { customers, history };
}

/** The items a model knows, by index. */
export interface Vocabulary {
  readonly ids: readonly string[];
  readonly indexOf: ReadonlyMap<string, number>;
}

/** Items that at least MIN_CUSTOMERS customers bought, by falling number of customers. */
export function vocabularyOf(history: readonly Basket[]): Vocabulary {
  const buyers = new Map<string, Set<string>>();
  for (const basket of history) {
    for (const { item } of basket.lines) {
      const set = getOrMake(buyers, item, () => new Set());
      set.add(basket.customer);
    }
  }
  const ids = [...buyers]
    .filter(([, set]) => set.size >= MIN_CUSTOMERS)
    .sort(([a, x], [b, y]) => y.size - x.size || (a < b ? -1 : 1))
    .map(([id]) => id);
  return { ids, indexOf: new Map(ids.map((id, index) => [id, index])) };
}

/** Distinct known item indices per customer. */
export function itemSets(history: readonly Basket[], vocabulary: Vocabulary): Map<string, number[]> {
  const sets = new Map<string, Set<number>>();
  for (const basket of history) {
    const set = getOrMake(sets, basket.customer, () => new Set());
    for (const { item } of basket.lines) {
      const index = vocabulary.indexOf.get(item);
      if (index !== undefined) set.add(index);
    }
  }
  return new Map([...sets].map(([customer, set]) => [customer, [...set]]));
}
