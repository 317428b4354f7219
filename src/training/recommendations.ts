import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BASKET_FEATURES, recentItems } from '../features/basket-features.js';
import { featureSetName } from '../features/catalogue.js';
import { RECENT_ITEMS } from '../features/customer-state.js';
import {
  type EvaluateOptions,
  type Evaluation,
  type Metric,
  metric,
  metricTable,
  newVersionNumber,
  noProgress,
  type Progress,
  type TrainOptions,
  writeModelFiles,
  writeVersion,
} from './artifacts.js';
import { ease, factorise } from './ease.js';
import { stateAfter } from './next-basket.js';
import { seeded } from './random.js';
import { best, denseRanking, evaluateRanking, ownHistoryRanking, type Ranking } from './rank-evaluation.js';
import { network, predictScores } from './recommendation-network.js';
import {
  type Choice,
  fitted,
  type Known,
  known,
  likedWeights,
  NEXT_LAMBDA,
  repeatFactors,
  tune,
} from './recommendation-tuning.js';
import { RETAIL, readBaskets } from './retail.js';
import { itemList, popularity } from './retail-assets.js';
import { type Customer, holdBack, MIN_CUSTOMERS, type Vocabulary } from './retail-split.js';
import * as tf from './tf.js';
import { compare, readVersion } from './versions.js';

const RANK = 128;
const DATASET = `${RETAIL.name}, each customer's last basket`;

/** The served network's scores of customers as the feature store would know them. */
function servedRanking(model: tf.LayersModel, customers: readonly Customer[], vocabulary: Vocabulary): Ranking {
  const states = customers.map(({ history }) => stateAfter(history));
  const scores = predictScores(model, states, vocabulary);
  const all = new Map(customers.map(({ id }, i) => [id, scores[i]!]));
  return ({ id }) => all.get(id)!;
}

/** The served network of a choice, fitted to the data. */
function learn(data: Known, b: Float32Array, choice: Choice, seed: number, progress: Progress): tf.LayersModel {
  const n = data.vocabulary.ids.length;
  const fit = fitted(data, b, progress);
  const { u, v } = factorise(likedWeights(fit, choice), fit.following.gram, n, RANK, seeded(seed));
  const model = network({ u, v, repeatFactors: repeatFactors(fit, choice) });
  tf.dispose([u, v]);
  return model;
}

/** Every figure: the served network beside popularity, one's own history and EASE on whole histories, in one run. */
function figures(
  { customers, vocabulary, owned, counts }: Known,
  b: Float32Array,
  model: tf.LayersModel,
  progress: Progress,
): Metric[] {
  const rankings: [string, Ranking][] = [
    ['popularity', () => counts],
    ['ownHistory', ownHistoryRanking(vocabulary)],
    ['EASE', denseRanking(b, vocabulary.ids.length)],
    ['served', servedRanking(model, customers, vocabulary)],
  ];
  const metrics: Metric[] = [];
  for (const [name, ranking] of rankings) {
    for (const newOnly of [true, false]) {
      if (newOnly && name === 'ownHistory') continue; // it knows no other items
      const result = evaluateRanking(customers, vocabulary, owned, ranking, newOnly);
      const what = `${DATASET}, ${newOnly ? 'new items only' : 'repeats allowed'} (${result.customers} customers)`;
      const label = name === 'served' ? '' : `${name}.`;
      metrics.push(metric(`${label}hitRate@10`, result.hitRate, what), metric(`${label}ndcg@10`, result.ndcg, what));
      progress.say(
        `${name.padEnd(12)} ${newOnly ? 'new    ' : 'repeats'} HR@10 ${result.hitRate.toFixed(4)} NDCG@10 ${result.ndcg.toFixed(4)} (${result.customers})`,
      );
    }
  }
  return metrics;
}

/** Trains the recommender on the retail invoices and writes it as a new version. @returns its folder. */
export async function trainRecommendations(options: TrainOptions): Promise<string> {
  const progress = options.progress ?? noProgress;
  const version = newVersionNumber(options.modelsDir, 'recommendations', options.version);
  const { baskets } = await readBaskets(options.dataDir, progress);
  const data = known(holdBack(baskets));
  const { customers, history, vocabulary, counts } = data;
  const n = vocabulary.ids.length;
  if (n < RANK || customers.length === 0) {
    throw new Error(
      `expected at least ${RANK} items that ${MIN_CUSTOMERS} customers bought and somebody who came twice, got ${n} items and ${customers.length} returning customers`,
    );
  }
  const choice = tune(history, progress);
  const b = ease([...data.owned.values()], n, choice.lambda, progress);
  const model = learn(data, b, choice, options.seed, progress);
  const metrics = figures(data, b, model, progress);

  const folder = await writeVersion(options.modelsDir, 'recommendations', version, {
    model,
    assets: { 'items.json': itemList(history, vocabulary), 'popularity.json': popularity(history, vocabulary, counts) },
    golden: goldenRows(model, customers, vocabulary),
    card: {
      tfjs_version: tf.version['tfjs-core'],
      seed: options.seed,
      training_data: {
        name: RETAIL.name,
        rows: history.reduce((sum, basket) => sum + basket.lines.length, 0),
        period: {
          from: new Date(history[0]!.at).toISOString(),
          to: new Date(history[history.length - 1]!.at).toISOString(),
        },
        licence: RETAIL.licence,
        url: RETAIL.url,
        notes: `${RETAIL.notes} Every customer's last basket was held back.`,
      },
      feature_set: featureSetName(BASKET_FEATURES),
      metrics,
      thresholds: {},
      calibration: null,
      hyperparameters: { ...choice, next_lambda: NEXT_LAMBDA, rank: RANK },
      baseline: {},
    },
  });
  writeModelFiles(options.modelsDir, 'recommendations', manifest(n), cardText(metrics, n, choice));
  model.dispose();
  return folder;
}

/** Recomputes every figure of a recommendations version from the data, EASE with the version's own λ included. */
export async function evaluateRecommendations(options: EvaluateOptions): Promise<Evaluation> {
  const progress = options.progress ?? noProgress;
  const version = await readVersion(
    options.modelsDir,
    'recommendations',
    options.version,
    featureSetName(BASKET_FEATURES),
  );
  const { baskets } = await readBaskets(options.dataDir, progress);
  const data = known(holdBack(baskets));
  const items = JSON.parse(readFileSync(join(version.folder, 'assets', 'items.json'), 'utf8')) as { id: string }[];
  if (items.length !== data.vocabulary.ids.length || items.some(({ id }, i) => id !== data.vocabulary.ids[i])) {
    throw new Error(
      `recommendations ${version.version} knows other items (${items.length}) than these data give (${data.vocabulary.ids.length}): evaluate it on the data it was trained on`,
    );
  }
  const lambda = version.card.hyperparameters!.lambda!;
  const b = ease([...data.owned.values()], items.length, lambda, progress);
  const metrics = figures(data, b, version.model, progress);
  version.model.dispose();
  return compare(version, metrics);
}

function manifest(n: number): object {
  return {
    task: 'ranking',
    description:
      'Scores of all items for somebody’s next basket, from the items they looked at and bought most recently and how often they buy them.',
    entity: 'customer',
    inputs: [
      { name: 'items', datatype: 'INT32', shape: [-1, RECENT_ITEMS] },
      { name: 'weights', datatype: 'FP32', shape: [-1, RECENT_ITEMS] },
      { name: 'shares', datatype: 'FP32', shape: [-1, RECENT_ITEMS] },
    ],
    outputs: [{ name: 'scores', datatype: 'FP32', shape: [-1, n] }],
    batching: {
      max_batch_size: 256,
      preferred_batch_size: [32, 64],
      max_queue_delay_microseconds: 0,
      max_queue_size: 8192,
    },
    version_policy: { latest: { num_versions: 2 } },
    aliases: {},
    prediction_log: { sample: 0.1 },
    graph: { domain: 'recommendations' },
    currency: 'GBP',
  };
}

function goldenRows(model: tf.LayersModel, customers: readonly Customer[], vocabulary: Vocabulary): object[] {
  const part = customers.filter((_, i) => i % Math.ceil(customers.length / 20) === 0);
  const scores = servedRanking(model, part, vocabulary);
  return part.map((customer) => {
    const { ids, weights, shares } = recentItems(stateAfter(customer.history), vocabulary.indexOf);
    const row = scores(customer, []);
    const top = best(row, 20);
    return {
      inputs: { items: [...ids], weights: [...weights], shares: [...shares] },
      top: { output: 'scores', indices: top, scores: top.map((i) => row[i]) },
    };
  });
}

function cardText(metrics: readonly Metric[], n: number, { lambda, blend, trend, repeats }: Choice): string {
  return `# recommendations

Scores of ${n} items for somebody's next basket, from their ${RECENT_ITEMS} newest distinct items and how often they buy them (feature set
\`${featureSetName(BASKET_FEATURES)}\`). Item-item weights in closed form: EASE (an autoencoder without a diagonal, λ = ${lambda}) plus ${blend} × a ridge regression of
the next basket's new items on the items before it (λ = ${NEXT_LAMBDA}); each item's column times its trend ^ ${trend} (its share of the trade of the
data's last weeks over its share of all customers). They are factorised to rank ${RANK}, by what they score on the histories: item
embeddings, their weighted sum, one dense layer. To that the network adds, for a customer's own items, purchases per order ×
${repeats} × trend ^ ${trend} × √(how often the item is bought again). It knows no customer, only items, so somebody new gets sensible answers
from the first interaction, without retraining.

**Data.** ${RETAIL.name}, ${RETAIL.licence}: ${RETAIL.notes} ${RETAIL.url}. Cleaned: customer known, no cancellation, quantity and price above
0, stock code beginning with five digits; items bought by fewer than ${MIN_CUSTOMERS} customers are left out.

**Protocol.** Each customer's last basket is held back; full ranking over all items; λ, the weights and the exponent chosen on the
second-to-last basket. \`EASE\`, \`popularity\` and \`ownHistory\` are computed in the same run, on whole histories; the served network
sees ${RECENT_ITEMS} items and is of low rank. One network for both tasks: for new items only, owned ones are left out of its list.

${metricTable(metrics)}

**What was tried**, HR@10 / NDCG@10 of new items, measured apart on whole histories at full rank (the tuning basket is the second-to-last; it
alone decided):

| new items | tuning basket | last basket |
| --- | --- | --- |
| popularity; of the last weeks (decay 56 days) | .241 / .039; .309 / .050 | .235 / .035; .294 / .052 |
| EASE, λ 200, 500, 1000 | .443 / .103, .443 / .104, .437 / .103 | .404 / .085, .404 / .087, .402 / .087 |
| EASE, baskets fading by .8, by time (120 days) | .448 / .107, .452 / .107 | .419 / .089, .414 / .088 |
| EASE on counts; on their roots in the Gram matrix | .433 / .102; .442 / .104 | .389 / .085; .398 / .087 |
| EASE with dropout (EDLAE), best of 4 | .441 / .105 | .402 / .086 |
| EASE on baskets; on customers and baskets | .443 / .100; .440 / .103 | .390 / .083; .400 / .086 |
| EASE, newer purchases weighing more (30 days) | .460 / .111 | .438 / .103 |
| EASE plus a popularity prior | .451 / .105 | .420 / .089 |
| EASE times trend (decay 28 days) to the .5 | .476 / .115 | .446 / .103 |
| ridge regression of the next basket alone | .407 / .091 | .384 / .089 |
| EASE + next basket, no trend, 64 places | .468 / .114 | .416 / .095 |
| EASE + 2 × next basket, times trend^.5, 64 places | .501 / .124 | .462 / .113 |

| repeats allowed | tuning basket | last basket |
| --- | --- | --- |
| own purchases by count | .721 / .278 | .723 / .271 |
| logistic regression on own items, 7 features | .730 / .294 | .745 / .291 |
| share × √(bought again) × trend^.5 alone | .730 / .289 | .733 / .288 |
| added to the above at rank 128, weight 2, 4, 8, 16 | .722 / .289, .728 / .292, .730 / .292, .728 / .290 | .722 / .291, .728 / .291, .731 / .290, .734 / .290 |

**Strictly forward in time** (fitted on data before a date, judged by the next basket within 30 days, same settings, measured apart): new
items NDCG@10 .139, .110, .126 for cut-offs 2011-06-01, 09-01, 11-09 (EASE .112, .099, .087); repeats .324, .327, .316 (own count .299,
.319, .287).

**Limits.** A wholesaler's customers of 2011: mostly United Kingdom. The split is by customer, not by date: every customer's last basket is
held back, but other customers' baskets of the same weeks are seen, and most last baskets are of the data's last three months.
The trend is that of the data's end, weeks before Christmas: an item's season is in it, and it must be trained anew as seasons change.
With repeats allowed the list is mostly what the customer bought before; where that is not wanted, leave it out.
`;
}
