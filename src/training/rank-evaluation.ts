import type { Customer, Vocabulary } from './retail-split.js';

/** Length of the lists that are judged. */
const LISTED = 10;

/** Scores of all items for one customer. */
export type Ranking = (customer: Customer, owned: readonly number[]) => Float32Array;

/** What a ranking did for one customer. */
export interface Outcome {
  readonly customer: string;
  /** Baskets before the one that is held back. */
  readonly baskets: number;
  /** 1 when one of the ten is in the held-back basket, else 0. */
  readonly hit: number;
  readonly ndcg: number;
  /** The ten best, as indices, best first. */
  readonly listed: readonly number[];
  /** What is in the held-back basket, as indices. */
  readonly targets: readonly number[];
}

/** Means over customers. */
export interface RankingResult {
  readonly customers: number;
  readonly hitRate: number;
  readonly ndcg: number;
}

/**
 * What a ranking does, at 10 and over all items, for each customer that counts: who owns known items and whose held-back basket has a
 * target. Which customers these are depends on the data alone, so that outcomes of two rankings are pairs.
 * `newOnly`: owned items are neither ranked nor targets.
 */
export function outcomes(
  customers: readonly Customer[],
  { indexOf }: Vocabulary,
  owned: Map<string, number[]>,
  score: Ranking,
  newOnly: boolean,
): Outcome[] {
  const all: Outcome[] = [];
  for (const customer of customers) {
    const mine = owned.get(customer.id) ?? [];
    const targets = new Set<number>();
    for (const { item } of customer.held.lines) {
      const index = indexOf.get(item);
      if (index !== undefined && !(newOnly && mine.includes(index))) targets.add(index);
    }
    if (targets.size === 0 || mine.length === 0) continue;
    const scores = Float32Array.from(score(customer, mine));
    if (newOnly) for (const index of mine) scores[index] = Number.NEGATIVE_INFINITY;
    const listed = best(scores, LISTED);
    let gain = 0;
    listed.forEach((index, position) => {
      if (targets.has(index)) gain += 1 / Math.log2(position + 2);
    });
    let ideal = 0;
    for (let i = 0; i < Math.min(LISTED, targets.size); i++) ideal += 1 / Math.log2(i + 2);
    const baskets = customer.history.length;
    all.push({
      customer: customer.id,
      baskets,
      hit: gain > 0 ? 1 : 0,
      ndcg: gain / ideal,
      listed,
      targets: [...targets],
    });
  }
  return all;
}

/** The means of outcomes; NaN of none. */
export const summary = (all: readonly Outcome[]): RankingResult => ({
  customers: all.length,
  hitRate: all.reduce((sum, { hit }) => sum + hit, 0) / all.length,
  ndcg: all.reduce((sum, { ndcg }) => sum + ndcg, 0) / all.length,
});

/** Hit rate and NDCG at 10 over the full ranking, as `outcomes` counts them. */
export const evaluateRanking = (...ranked: Parameters<typeof outcomes>): RankingResult => summary(outcomes(...ranked));

/** A mean difference and its 95 % interval. */
export interface Difference {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * How much the first of two rankings is above the second, by the paired bootstrap: customers are drawn with replacement, each with both
 * their outcomes, and the interval holds the middle 95 % of the mean differences.
 * @param value what is compared, of one outcome
 * @param draws how many resamples
 * @throws Error when the outcomes are not of the same customers in the same order.
 */
export function pairedBootstrap(
  ours: readonly Outcome[],
  others: readonly Outcome[],
  value: (outcome: Outcome) => number,
  draws: number,
  random: () => number,
): Difference {
  const n = ours.length;
  if (n === 0 || n !== others.length || ours.some(({ customer }, i) => customer !== others[i]!.customer))
    throw new Error(`expected outcomes of the same customers, got ${n} and ${others.length} that are not`);
  const differences = Float64Array.from(ours, (outcome, i) => value(outcome) - value(others[i]!));
  const means = Float64Array.from({ length: draws }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += differences[Math.floor(random() * n)]!;
    return sum / n;
  }).sort();
  const at = (share: number) => means[Math.min(draws - 1, Math.floor(share * draws))]!;
  return { mean: differences.reduce((sum, d) => sum + d, 0) / n, low: at(0.025), high: at(0.975) };
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
