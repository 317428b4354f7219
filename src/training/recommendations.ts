import * as tf from '@tensorflow/tfjs-node';
import { BASKET_FEATURES, recentItems } from '../features/basket-features.js';
import { applyInteraction, type CustomerState, emptyCustomer, RECENT_ITEMS } from '../features/customer-state.js';
import {
  type Metric,
  metric,
  metricTable,
  newVersionNumber,
  noProgress,
  type TrainOptions,
  writeModelFiles,
  writeVersion,
} from './artifacts.js';
import { getOrMake } from './collections.js';
import { ease, factorise } from './ease.js';
import { seeded } from './random.js';
import { type Basket, RETAIL, readBaskets } from './retail.js';

const LAMBDAS = [200, 500];
const RANK = 128;
const MIN_CUSTOMERS = 5;
const POPULAR = 200;
const DATASET = `${RETAIL.name}, each customer's last basket`;

interface Customer {
  readonly id: string;
  /** All baskets but the ones held back, oldest first. */
  readonly history: readonly Basket[];
  readonly held: Basket;
}

/** Everything before each customer's last basket, and that basket. */
function holdBack(baskets: readonly Basket[]): { customers: Customer[]; history: Basket[] } {
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

interface Vocabulary {
  readonly ids: readonly string[];
  readonly indexOf: ReadonlyMap<string, number>;
}

/** Items that at least MIN_CUSTOMERS customers bought, by falling number of customers. */
function vocabularyOf(history: readonly Basket[]): Vocabulary {
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
function itemSets(history: readonly Basket[], vocabulary: Vocabulary): Map<string, number[]> {
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

/** Scores of all items for one customer. */
type Ranking = (customer: Customer, owned: readonly number[]) => Float32Array;

/** Hit rate and NDCG at 10 over the full ranking; `newOnly`: owned items are neither ranked nor targets. */
function evaluate(
  customers: readonly Customer[],
  vocabulary: Vocabulary,
  owned: Map<string, number[]>,
  score: Ranking,
  newOnly: boolean,
) {
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

/** Indices of the k highest scores, best first. */
function best(scores: Float32Array, k: number): number[] {
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

const denseRanking =
  (b: Float32Array, n: number): Ranking =>
  (_customer, owned) => {
    const scores = new Float32Array(n);
    for (const i of owned) {
      const row = b.subarray(i * n, (i + 1) * n);
      for (let j = 0; j < n; j++) scores[j]! += row[j]!;
    }
    return scores;
  };

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

/** Trains the recommender on the retail invoices and writes it as a new version. @returns its folder. */
export async function trainRecommendations(options: TrainOptions): Promise<string> {
  const progress = options.progress ?? noProgress;
  const version = newVersionNumber(options.modelsDir, 'recommendations', options.version);
  const { baskets } = await readBaskets(options.dataDir, progress);
  const { customers, history } = holdBack(baskets);

  // Tuned on the second-to-last basket: the same split once more, inside the history.
  const inner = holdBack(history);
  const innerVocabulary = vocabularyOf(inner.history);
  const innerOwned = itemSets(inner.history, innerVocabulary);
  let lambda = LAMBDAS[0]!;
  let bestNdcg = -1;
  for (const candidate of LAMBDAS) {
    const b = ease([...innerOwned.values()], innerVocabulary.ids.length, candidate, progress);
    const { ndcg } = evaluate(
      inner.customers,
      innerVocabulary,
      innerOwned,
      denseRanking(b, innerVocabulary.ids.length),
      true,
    );
    progress.say(`lambda ${candidate}: NDCG@10 of new items ${ndcg.toFixed(4)} on the second-to-last basket`);
    if (ndcg > bestNdcg) {
      bestNdcg = ndcg;
      lambda = candidate;
    }
  }

  const vocabulary = vocabularyOf(history);
  const n = vocabulary.ids.length;
  const owned = itemSets(history, vocabulary);
  const b = ease([...owned.values()], n, lambda, progress);
  const { u, v } = factorise(b, n, RANK, seeded(options.seed));
  const model = network(n, u, v);
  const counts = new Float32Array(n);
  for (const items of owned.values()) for (const item of items) counts[item]! += 1;

  const rankings: [string, Ranking][] = [
    ['popularity', () => counts],
    ['EASE', denseRanking(b, n)],
    ['served', servedRanking(model, customers, vocabulary)],
  ];
  const metrics: Metric[] = [];
  for (const [name, ranking] of rankings) {
    for (const newOnly of [true, false]) {
      const result = evaluate(customers, vocabulary, owned, ranking, newOnly);
      const what = `${DATASET}, ${newOnly ? 'new items only' : 'repeats allowed'} (${result.customers} customers)`;
      const label = name === 'served' ? '' : `${name}.`;
      metrics.push(metric(`${label}hitRate@10`, result.hitRate, what), metric(`${label}ndcg@10`, result.ndcg, what));
      progress.say(
        `${name.padEnd(12)} ${newOnly ? 'new    ' : 'repeats'} HR@10 ${result.hitRate.toFixed(4)} NDCG@10 ${result.ndcg.toFixed(4)} (${result.customers})`,
      );
    }
  }

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
      feature_set: `${BASKET_FEATURES.name}@${BASKET_FEATURES.version}`,
      metrics,
      thresholds: {},
      calibration: null,
      hyperparameters: { lambda, rank: RANK },
      baseline: {},
    },
  });
  const manifest = {
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
  writeModelFiles(options.modelsDir, 'recommendations', manifest, cardText(metrics, n, lambda));
  return folder;
}

/** Titles and median prices by index. */
function itemList(history: readonly Basket[], vocabulary: Vocabulary): object[] {
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

/** The most-bought items, overall and per country with enough customers to say so. */
function popularity(history: readonly Basket[], vocabulary: Vocabulary, counts: Float32Array): object {
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
    if (customersOf.get(country)!.size < 10) continue;
    countries[country] = [...items]
      .sort((x, y) => y[1].size - x[1].size || x[0] - y[0])
      .slice(0, POPULAR)
      .map(([index]) => index);
  }
  return { overall: best(counts, POPULAR), countries };
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

Scores of ${n} items for somebody's next basket, from their ${RECENT_ITEMS} most recent distinct items (feature set \`basket@1\`). EASE (an item-item
autoencoder in closed form, λ = ${lambda}) factorised to rank ${RANK}: item embeddings, their weighted sum, one dense layer. It knows no
customer, only items, so somebody new gets sensible answers from the first interaction, without retraining.

**Data.** ${RETAIL.name}, ${RETAIL.licence}: ${RETAIL.notes} ${RETAIL.url}. Cleaned: customer known, no cancellation, quantity and price above
0, stock code beginning with five digits; items bought by fewer than ${MIN_CUSTOMERS} customers are left out.

**Protocol.** Each customer's last basket is held back; full ranking over all items; λ chosen on the second-to-last basket.
\`EASE\` and \`popularity\` are computed in the same run, on whole histories; the served network sees the ${RECENT_ITEMS} newest items and is of low rank.

${metricTable(metrics)}

**Limits.** A wholesaler's customers of 2011: mostly United Kingdom. With repeats allowed, ranking a customer's own past
purchases by count scores .723 / .271 (HR@10 / NDCG@10), better than this version, which has no memory for repeats.
`;
}
