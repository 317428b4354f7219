import { type Metric, metric, type Progress } from './artifacts.js';
import { stateAfter } from './next-basket.js';
import { seeded } from './random.js';
import {
  denseRanking,
  type Outcome,
  outcomes,
  ownHistoryRanking,
  pairedBootstrap,
  type Ranking,
  summary,
} from './rank-evaluation.js';
import { predictScores } from './recommendation-network.js';
import type { Known } from './recommendation-tuning.js';
import { HISTORY_LENGTHS, ofLength, percentiles, spread } from './recommended-items.js';
import type { Customer, Vocabulary } from './retail-split.js';
import type * as tf from './tf.js';

/** Resamples of a bootstrap interval. */
export const DRAWS = 2_000;
const DATASET = "each customer's last basket";

/** The two questions a ranking is asked: what somebody will buy for the first time, and what they will buy. */
export const TASKS = ['new items only', 'repeats allowed'] as const;
export type Task = (typeof TASKS)[number];

/** The served model's scores of customers as the feature store would know them. */
export function servedRanking(model: tf.LayersModel, customers: readonly Customer[], vocabulary: Vocabulary): Ranking {
  const states = customers.map(({ history }) => stateAfter(history));
  const scores = predictScores(model, states, vocabulary);
  const all = new Map(customers.map(({ id }, i) => [id, scores[i]!]));
  return ({ id }) => all.get(id)!;
}

/**
 * Every figure of a recommender: the served model beside popularity, one's own history and EASE on whole histories, in one run; how far
 * it is above them, by paired bootstrap; what its lists are made of; and how it does by length of history.
 * @param b EASE's item-item weights; @param seed draws the resamples
 */
export function figures(
  data: Known,
  b: Float32Array,
  model: tf.LayersModel,
  seed: number,
  progress: Progress,
): Metric[] {
  const { customers, vocabulary, counts } = data;
  const rankings = {
    popularity: () => counts,
    ownHistory: ownHistoryRanking(vocabulary),
    EASE: denseRanking(b, vocabulary.ids.length),
    served: servedRanking(model, customers, vocabulary),
  };
  const popular = percentiles(counts);
  return TASKS.flatMap((task) => {
    const ask = (ranking: Ranking) => outcomes(customers, vocabulary, data.owned, ranking, task === 'new items only');
    const all = new Map(
      Object.entries(rankings)
        .filter(([name]) => name !== 'ownHistory' || task === 'repeats allowed') // it knows no other items
        .map(([name, ranking]): [string, Outcome[]] => [name, ask(ranking)]),
    );
    const metrics = [
      ...[...all].flatMap(([name, own]) => accuracy(name, own, on(task, own))),
      ...above(all, task, seed),
      ...[...all].flatMap(([name, own]) =>
        listing(
          name,
          own.map(({ listed }) => listed),
          popular,
          on(task, own),
        ),
      ),
      ...listing(
        'bought',
        all.get('served')!.map(({ targets }) => targets),
        popular,
        on(task, all.get('served')!),
      ),
      ...byLength(all, task),
    ];
    for (const { name, value, dataset } of metrics)
      progress.say(`${name.padEnd(34)} ${String(value).padEnd(10)} ${dataset.slice(DATASET.length + 2)}`);
    return metrics;
  });
}

const on = (task: Task, { length }: readonly Outcome[], of = ''): string =>
  `${DATASET}, ${task}${of} (${length} customers)`;
const label = (name: string): string => (name === 'served' ? '' : `${name}.`);

function accuracy(name: string, own: readonly Outcome[], dataset: string): Metric[] {
  const { hitRate, ndcg } = summary(own);
  return [metric(`${label(name)}hitRate@10`, hitRate, dataset), metric(`${label(name)}ndcg@10`, ndcg, dataset)];
}

/** How far the served model is above what it must beat: EASE, and with repeats allowed also one's own history. */
function above(all: ReadonlyMap<string, Outcome[]>, task: Task, seed: number): Metric[] {
  const served = all.get('served')!;
  const dataset = `${on(task, served)}, 95 % interval by paired bootstrap`;
  const values: readonly (readonly [string, (outcome: Outcome) => number])[] = [
    ['hitRate@10', ({ hit }) => hit],
    ['ndcg@10', ({ ndcg }) => ndcg],
  ];
  return ['EASE', 'ownHistory'].flatMap((name) => {
    const others = all.get(name);
    if (others === undefined || served.length === 0) return [];
    return values.flatMap(([what, value]) => {
      const { mean, low, high } = pairedBootstrap(served, others, value, DRAWS, seeded(seed + 2));
      return [
        metric(`${what}.above.${name}`, mean, dataset),
        metric(`${what}.above.${name}.low`, low, dataset),
        metric(`${what}.above.${name}.high`, high, dataset),
      ];
    });
  });
}

function listing(
  name: string,
  lists: readonly (readonly number[])[],
  popular: Float32Array,
  dataset: string,
): Metric[] {
  const { coverage, topShare, popularity } = spread(lists, popular);
  const at = name === 'bought' ? '' : '@10';
  return [
    metric(`${label(name)}coverage${at}`, coverage, dataset),
    metric(`${label(name)}topPercentShare${at}`, topShare, dataset),
    metric(`${label(name)}popularityPercentile${at}`, popularity, dataset),
  ];
}

function byLength(all: ReadonlyMap<string, Outcome[]>, task: Task): Metric[] {
  return HISTORY_LENGTHS.flatMap((length) =>
    ['EASE', 'served'].flatMap((name) => {
      const own = ofLength(all.get(name)!, length);
      return own.length === 0 ? [] : accuracy(name, own, on(task, own, `, ${length.what}`));
    }),
  );
}
