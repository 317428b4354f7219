import { recentItems } from '../features/basket-features.js';
import type { Progress } from './artifacts.js';
import { ease } from './ease.js';
import { type NextBaskets, nextBaskets, nextBasketWeights, stateAfter, trends } from './next-basket.js';
import { denseRanking, evaluateRanking, type Ranking } from './rank-evaluation.js';
import type { Basket } from './retail.js';
import { type Customer, holdBack, itemSets, type Vocabulary, vocabularyOf } from './retail-split.js';

/** What is tuned, and what is tried. */
const LAMBDAS = [200, 500, 1_000];
const BLENDS = [1, 2, 4];
const TRENDS = [0.25, 0.5, 0.75];
const REPEATS = [2, 4, 8, 16];
/** Strength of the ridge regression on next baskets. */
export const NEXT_LAMBDA = 1_000;

export interface Choice {
  /** Strength of EASE's regularisation. */
  readonly lambda: number;
  /** Weight of the regression on next baskets beside EASE. */
  readonly blend: number;
  /** Exponent of the items' trends. */
  readonly trend: number;
  /** Weight of a customer's own items. */
  readonly repeats: number;
}

/** What is known before each customer's last basket, as training and evaluation see it. */
export interface Known {
  readonly customers: readonly Customer[];
  readonly history: readonly Basket[];
  readonly vocabulary: Vocabulary;
  /** Distinct item indices of each customer. */
  readonly owned: Map<string, number[]>;
  /** Customers who bought an item, by index. */
  readonly counts: Float32Array;
}

export function known({ customers, history }: ReturnType<typeof holdBack>): Known {
  const vocabulary = vocabularyOf(history);
  const owned = itemSets(history, vocabulary);
  const counts = new Float32Array(vocabulary.ids.length);
  for (const items of owned.values()) for (const item of items) counts[item]! += 1;
  return { customers, history, vocabulary, owned, counts };
}

/** What is fitted to the data, before it is weighed together. */
export interface Fitted {
  /** EASE's B, [n, n]. */
  readonly similar: Float32Array;
  /** The regression on next baskets, [n, n]. */
  readonly next: Float32Array;
  readonly following: NextBaskets;
  readonly trends: Float32Array;
}

/** Fits everything but EASE, which depends on λ. */
export function fitted(data: Known, similar: Float32Array, progress: Progress): Fitted {
  const { history, vocabulary, counts } = data;
  const following = nextBaskets(history, vocabulary);
  const next = nextBasketWeights(following, vocabulary.ids.length, NEXT_LAMBDA, progress);
  return { similar, next, following, trends: trends(history, vocabulary, counts) };
}

/** The item-item weights of a choice: (EASE + blend × next baskets), each column times its item's trend. */
export function likedWeights({ similar, next, trends }: Fitted, { blend, trend }: Choice): Float32Array {
  const n = trends.length;
  const scale = trends.map((value) => value ** trend);
  return similar.map((value, at) => (value + blend * next[at]!) * scale[at % n]!);
}

/** What a share of 1 adds to each item's score: its trend and the root of its repeat rate, times the weight of repeats. */
export function repeatFactors({ following, trends }: Fitted, { trend, repeats }: Choice): Float32Array {
  return trends.map((value, item) => repeats * value ** trend * Math.sqrt(following.repeatRates[item]!));
}

/** The choice that ranks the second-to-last basket best: the same split once more, inside the history. */
export function tune(history: readonly Basket[], progress: Progress): Choice {
  const data = known(holdBack(history));
  const { customers, vocabulary, owned } = data;
  const n = vocabulary.ids.length;
  const ndcg = (ranking: Ranking, newOnly: boolean) =>
    evaluateRanking(customers, vocabulary, owned, ranking, newOnly).ndcg;
  const matrices = new Map<number, Float32Array>();
  const lambda = highest(LAMBDAS, 'lambda', progress, (candidate) => {
    const b = ease([...owned.values()], n, candidate, progress);
    matrices.set(candidate, b);
    return ndcg(denseRanking(b, n), true);
  });
  const fit = fitted(data, matrices.get(lambda)!, progress);
  const parts = partsOf(data, fit);
  const pairs = BLENDS.flatMap((blend) => TRENDS.map((trend) => ({ lambda, blend, trend, repeats: 0 })));
  const liked = highest(pairs, 'blend and trend', progress, (choice) => ndcg(blended(parts, fit, choice), true));
  const choices = REPEATS.map((repeats) => ({ ...liked, repeats }));
  return highest(choices, 'repeats', progress, (choice) => ndcg(blended(parts, fit, choice), false));
}

/** The candidate of the highest NDCG; of equal ones the first. */
function highest<T>(candidates: readonly T[], what: string, progress: Progress, ndcgOf: (candidate: T) => number): T {
  let best = candidates[0] as T;
  let highest = Number.NEGATIVE_INFINITY;
  for (const candidate of candidates) {
    const ndcg = ndcgOf(candidate);
    progress.say(`${what} ${JSON.stringify(candidate)}: NDCG@10 ${ndcg.toFixed(4)} on the second-to-last basket`);
    if (ndcg > highest) {
      highest = ndcg;
      best = candidate;
    }
  }
  return best;
}

/** A customer's scores by each part, and their own items. */
interface Parts {
  readonly similar: Float32Array;
  readonly next: Float32Array;
  readonly input: ReturnType<typeof recentItems>;
}

function partsOf({ customers, vocabulary }: Known, { similar, next }: Fitted): Map<string, Parts> {
  const n = vocabulary.ids.length;
  const all = new Map<string, Parts>();
  for (const { id, history } of customers) {
    const input = recentItems(stateAfter(history), vocabulary.indexOf);
    all.set(id, { similar: weightedSum(similar, input, n), next: weightedSum(next, input, n), input });
  }
  return all;
}

function weightedSum(matrix: Float32Array, { count, ids, weights }: Parts['input'], n: number): Float32Array {
  const sum = new Float32Array(n);
  for (let i = 0; i < count; i++) {
    const row = matrix.subarray((ids[i]! - 1) * n, ids[i]! * n);
    for (let j = 0; j < n; j++) sum[j]! += weights[i]! * row[j]!;
  }
  return sum;
}

/** The ranking of a choice at full rank. */
function blended(parts: Map<string, Parts>, fit: Fitted, choice: Choice): Ranking {
  const scale = fit.trends.map((value) => value ** choice.trend);
  const factors = repeatFactors(fit, choice);
  return ({ id }) => {
    const { similar, next, input } = parts.get(id)!;
    const scores = similar.map((value, j) => (value + choice.blend * next[j]!) * scale[j]!);
    for (let i = 0; i < input.count; i++) scores[input.ids[i]! - 1]! += input.shares[i]! * factors[input.ids[i]! - 1]!;
    return scores;
  };
}
