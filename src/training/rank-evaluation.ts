import type { Customer, Vocabulary } from './retail-split.js';

/** Scores of all items for one customer. */
export type Ranking = (customer: Customer, owned: readonly number[]) => Float32Array;

export interface RankingResult {
  /** Customers that count: they own known items, and their held-back basket has a target. */
  readonly customers: number;
  readonly hitRate: number;
  readonly ndcg: number;
}

/** Hit rate and NDCG at 10 over the full ranking; `newOnly`: owned items are neither ranked nor targets. */
export function evaluateRanking(
  customers: readonly Customer[],
  vocabulary: Vocabulary,
  owned: Map<string, number[]>,
  score: Ranking,
  newOnly: boolean,
): RankingResult {
  let hits = 0;
  let gain = 0;
  let counted = 0;
  for (const customer of customers) {
    const mine = owned.get(customer.id) ?? [];
    const targets = new Set<number>();
    for (const { item } of customer.held.lines) {
      const index = vocabulary.indexOf.get(item);
      if (index !== undefined && !(newOnly && mine.includes(index))) targets.add(index);
    }
    if (targets.size === 0 || mine.length === 0) continue;
    const scores = Float32Array.from(score(customer, mine));
    if (newOnly) for (const index of mine) scores[index] = Number.NEGATIVE_INFINITY;
    const top = best(scores, 10);
    let dcg = 0;
    let hit = false;
    top.forEach((index, position) => {
      if (!targets.has(index)) return;
      hit = true;
      dcg += 1 / Math.log2(position + 2);
    });
    let ideal = 0;
    for (let i = 0; i < Math.min(10, targets.size); i++) ideal += 1 / Math.log2(i + 2);
    hits += hit ? 1 : 0;
    gain += dcg / ideal;
    counted++;
  }
  return { customers: counted, hitRate: hits / counted, ndcg: gain / counted };
}

/** Indices of the k highest scores, best first; of equal ones the lower index first. */
export function best(scores: Float32Array, k: number): number[] {
  const top: number[] = [];
  for (let i = 0; i < scores.length; i++) {
    if (top.length === k && scores[i]! <= scores[top[k - 1]!]!) continue;
    let at = top.length;
    while (at > 0 && scores[top[at - 1]!]! < scores[i]!) at--;
    top.splice(at, 0, i);
    if (top.length > k) top.pop();
  }
  return top;
}

/** Ranks by a dense item-item matrix B: the sum of the rows of what somebody owns. */
export const denseRanking =
  (b: Float32Array, n: number): Ranking =>
  (_customer, owned) => {
    const scores = new Float32Array(n);
    for (const i of owned) {
      const row = b.subarray(i * n, (i + 1) * n);
      for (let j = 0; j < n; j++) scores[j]! += row[j]!;
    }
    return scores;
  };

/** Ranks somebody's own items by the number of baskets they were in; everything else comes after, as popular as it is. */
export function ownHistoryRanking(vocabulary: Vocabulary): Ranking {
  const n = vocabulary.ids.length;
  return (customer) => {
    const scores = Float32Array.from({ length: n }, (_, index) => -index / n);
    for (const basket of customer.history) {
      for (const item of new Set(basket.lines.map((line) => line.item))) {
        const index = vocabulary.indexOf.get(item);
        if (index !== undefined) scores[index]! += 1;
      }
    }
    return scores;
  };
}
