import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BASKET_FEATURES, recentItems } from '../features/basket-features.js';
import { featureSetName } from '../features/catalogue.js';
import { applyInteraction, type CustomerState, emptyCustomer, RECENT_ITEMS } from '../features/customer-state.js';
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
import { seeded } from './random.js';
import { best, denseRanking, evaluateRanking, ownHistoryRanking, type Ranking } from './rank-evaluation.js';
import { type Basket, RETAIL, readBaskets } from './retail.js';
import { itemList, popularity } from './retail-assets.js';
import { type Customer, holdBack, itemSets, MIN_CUSTOMERS, type Vocabulary, vocabularyOf } from './retail-split.js';
import * as tf from './tf.js';
import { compare, readVersion } from './versions.js';

/** Strengths of EASE's regularisation that are tried. */
const LAMBDAS = [200, 500, 1_000];
const RANK = 128;
const DATASET = `${RETAIL.name}, each customer's last basket`;

/** The served network: weighted sum of item embeddings, then scores over all items. */
function network(n: number, u: tf.Tensor2D, v: tf.Tensor2D): tf.LayersModel {
  const items = tf.input({ shape: [RECENT_ITEMS], dtype: 'int32', name: 'items' });
  const weights = tf.input({ shape: [RECENT_ITEMS], name: 'weights' });
  const embedded = tf.layers
    .embedding({ inputDim: n + 1, outputDim: RANK, inputLength: RECENT_ITEMS, name: 'embedding' })
    .apply(items);
  const profile = tf.layers
    .dot({ axes: 1, name: 'profile' })
    .apply([weights as tf.SymbolicTensor, embedded as tf.SymbolicTensor]);
  const scores = tf.layers.dense({ units: n, useBias: false, name: 'scores' }).apply(profile) as tf.SymbolicTensor;
  const model = tf.model({ inputs: [items, weights], outputs: scores, name: 'recommendations' });
  model.getLayer('embedding').setWeights([tf.concat([tf.zeros([1, RANK]), u], 0)]);
  model.getLayer('scores').setWeights([v]);
  return model;
}

/** A customer's state after the history, as the feature store would hold it. */
function stateOf(customer: Customer): CustomerState {
  const state = emptyCustomer();
  for (const basket of customer.history) {
    for (const { item } of basket.lines) applyInteraction(state, item, 'PURCHASE', basket.at);
  }
  return state;
}

/** Runs the served network on customers' states, in batches. */
function servedRanking(model: tf.LayersModel, customers: readonly Customer[], vocabulary: Vocabulary): Ranking {
  const all = new Map<string, Float32Array>();
  for (let start = 0; start < customers.length; start += 256) {
    const part = customers.slice(start, start + 256);
    const ids = new Int32Array(part.length * RECENT_ITEMS);
    const weights = new Float32Array(part.length * RECENT_ITEMS);
    part.forEach((customer, i) => {
      const input = recentItems(stateOf(customer), vocabulary.indexOf);
      ids.set(input.ids, i * RECENT_ITEMS);
      weights.set(input.weights, i * RECENT_ITEMS);
    });
    const inputs = [
      tf.tensor2d(ids, [part.length, RECENT_ITEMS], 'int32'),
      tf.tensor2d(weights, [part.length, RECENT_ITEMS]),
    ];
    const output = model.predict(inputs) as tf.Tensor;
    const data = output.dataSync() as Float32Array;
    part.forEach((customer, i) => {
      all.set(customer.id, data.slice(i * vocabulary.ids.length, (i + 1) * vocabulary.ids.length));
    });
    tf.dispose([...inputs, output]);
  }
  return (customer) => all.get(customer.id)!;
}

/** What is known before each customer's last basket, as training and evaluation see it. */
interface Known {
  readonly customers: readonly Customer[];
  readonly history: readonly Basket[];
  readonly vocabulary: Vocabulary;
  /** Distinct item indices of each customer. */
  readonly owned: Map<string, number[]>;
  /** Customers who bought an item, by index. */
  readonly counts: Float32Array;
}

function known({ customers, history }: ReturnType<typeof holdBack>): Known {
  const vocabulary = vocabularyOf(history);
  const owned = itemSets(history, vocabulary);
  const counts = new Float32Array(vocabulary.ids.length);
  for (const items of owned.values()) for (const item of items) counts[item]! += 1;
  return { customers, history, vocabulary, owned, counts };
}

/** The λ whose EASE ranks new items of the second-to-last basket best: the same split once more, inside the history. */
function tuneLambda(history: readonly Basket[], progress: Progress): number {
  const { customers, vocabulary, owned } = known(holdBack(history));
  let lambda = LAMBDAS[0]!;
  let bestNdcg = Number.NEGATIVE_INFINITY;
  for (const candidate of LAMBDAS) {
    const b = ease([...owned.values()], vocabulary.ids.length, candidate, progress);
    const ranking = denseRanking(b, vocabulary.ids.length);
    const { ndcg } = evaluateRanking(customers, vocabulary, owned, ranking, true);
    progress.say(`lambda ${candidate}: NDCG@10 of new items ${ndcg.toFixed(4)} on the second-to-last basket`);
    if (ndcg > bestNdcg) {
      bestNdcg = ndcg;
      lambda = candidate;
    }
  }
  return lambda;
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
  const lambda = tuneLambda(history, progress);
  const b = ease([...data.owned.values()], n, lambda, progress);
  const { u, v } = factorise(b, n, RANK, seeded(options.seed));
  const model = network(n, u, v);
  tf.dispose([u, v]);
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
      hyperparameters: { lambda, rank: RANK },
      baseline: {},
    },
  });
  writeModelFiles(options.modelsDir, 'recommendations', manifest(n), cardText(metrics, n, lambda));
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
      'Scores of all items for somebody’s next basket, from the items they looked at and bought most recently.',
    entity: 'customer',
    inputs: [
      { name: 'items', datatype: 'INT32', shape: [-1, RECENT_ITEMS] },
      { name: 'weights', datatype: 'FP32', shape: [-1, RECENT_ITEMS] },
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
    const { ids, weights } = recentItems(stateOf(customer), vocabulary.indexOf);
    const row = scores(customer, []);
    const top = best(row, 20);
    return {
      inputs: { items: [...ids], weights: [...weights] },
      top: { output: 'scores', indices: top, scores: top.map((i) => row[i]) },
    };
  });
}

function cardText(metrics: readonly Metric[], n: number, lambda: number): string {
  return `# recommendations

Scores of ${n} items for somebody's next basket, from the distinct items among their ${RECENT_ITEMS} newest interactions (feature set \`basket@1\`). EASE (an item-item
autoencoder in closed form, λ = ${lambda}) factorised to rank ${RANK}: item embeddings, their weighted sum, one dense layer. It knows no
customer, only items, so somebody new gets sensible answers from the first interaction, without retraining.

**Data.** ${RETAIL.name}, ${RETAIL.licence}: ${RETAIL.notes} ${RETAIL.url}. Cleaned: customer known, no cancellation, quantity and price above
0, stock code beginning with five digits; items bought by fewer than ${MIN_CUSTOMERS} customers are left out.

**Protocol.** Each customer's last basket is held back; full ranking over all items; λ chosen on the second-to-last basket.
\`EASE\`, \`popularity\` and \`ownHistory\` are computed in the same run, on whole histories; the served network sees the ${RECENT_ITEMS} newest lines and is of low rank.

${metricTable(metrics)}

**Limits.** A wholesaler's customers of 2011: mostly United Kingdom. With repeats allowed, ranking a customer's own past
purchases by count (\`ownHistory\`) is better than this version, which has no memory for repeats: where repeats are wanted, that is the
one to beat. The last baskets of all customers are held back, so it has seen nothing of them.
`;
}
