import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BASKET_FEATURES, type RecentItemsInput, recentItems } from '../features/basket-features.js';
import { featureSetName } from '../features/catalogue.js';
import { RECENT_ITEMS } from '../features/customer-state.js';
import {
  type EvaluateOptions,
  type Evaluation,
  newVersionNumber,
  noProgress,
  onData,
  type Progress,
  publish,
  type TrainOptions,
} from './artifacts.js';
import { type TrainedOn, trainingData } from './data-source.js';
import { ease, factorise } from './ease.js';
import { histogram } from './metrics.js';
import { refuseMisfit } from './model-manifest.js';
import { stateAfter } from './next-basket.js';
import { seeded } from './random.js';
import { best } from './rank-evaluation.js';
import { recommendationCard } from './recommendation-card.js';
import { figures, servedRanking } from './recommendation-figures.js';
import { network } from './recommendation-network.js';
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

const RANK = 64;

/** The served network of a choice, fitted to the data. */
function learn(data: Known, b: Float32Array, choice: Choice, seed: number, progress: Progress): tf.LayersModel {
  const n = data.vocabulary.ids.length;
  const fit = fitted(data, b, progress);
  const { u, v } = factorise(likedWeights(fit, choice), fit.following.gram, n, RANK, seeded(seed));
  const model = network({ u, v, repeatFactors: repeatFactors(fit, choice) });
  tf.dispose([u, v]);
  return model;
}

/** Trains the recommender on retail invoices and writes it as a new version. @returns its folder. */
export async function trainRecommendations(options: TrainOptions): Promise<string> {
  const progress = options.progress ?? noProgress;
  const version = newVersionNumber(options.modelsDir, 'recommendations', options.version);
  const { baskets, lines, on, quality } = await readBaskets(options.dataDir, progress);
  const data = known(holdBack(baskets));
  const { customers, history, vocabulary, counts } = data;
  const n = vocabulary.ids.length;
  if (n < RANK || customers.length === 0) {
    throw new Error(
      `expected at least ${RANK} items that ${MIN_CUSTOMERS} customers bought and somebody who came twice, got ${n} items and ${customers.length} returning customers`,
    );
  }
  const manifest = manifestOf(n);
  refuseMisfit(options.modelsDir, 'recommendations', manifest);
  const choice = tune(history, progress);
  const b = ease([...data.owned.values()], n, choice.lambda, progress);
  const model = learn(data, b, choice, options.seed, progress);
  const metrics = onData(on.source.name, figures(data, b, model, options.seed, progress));

  const trained = {
    model,
    assets: { 'items.json': itemList(history, vocabulary), 'popularity.json': popularity(history, vocabulary, counts) },
    golden: goldenRows(model, customers, vocabulary),
    card: {
      tfjs_version: tf.version['tfjs-core'],
      seed: options.seed,
      training_data: trainingData(heldBack(on), {
        rows: history.reduce((sum, basket) => sum + basket.lines.length, 0),
        period: {
          from: new Date(history[0]!.at).toISOString(),
          to: new Date(history[history.length - 1]!.at).toISOString(),
        },
        quality,
      }),
      intended_use: 'Suggests items for somebody’s next basket from what they bought before.',
      limits: [
        on.source === RETAIL
          ? 'Learnt from one wholesaler of gifts in 2010 and 2011; another shop needs a training of its own.'
          : `Learnt from one shop (${on.source.name}); another needs a training of its own.`,
        'Knows the items it was trained on: new ones are never suggested.',
      ],
      feature_set: featureSetName(BASKET_FEATURES),
      metrics,
      thresholds: {},
      calibration: null,
      hyperparameters: { ...choice, next_lambda: NEXT_LAMBDA, rank: RANK },
      baseline: baseline(customers, vocabulary),
    },
  };
  const card = recommendationCard({
    ...{ version, metrics, n, choice, rank: RANK },
    ...{ source: on.source, lines, invoices: baskets.length },
  });
  const folder = await publish(options.modelsDir, 'recommendations', version, trained, { manifest, card });
  model.dispose();
  return folder;
}

/** The data, with what of them was not trained on. */
function heldBack({ source, sha256 }: TrainedOn): TrainedOn {
  const held = "Every customer's last basket was held back.";
  return { source: { ...source, notes: source.notes === null ? held : `${source.notes} ${held}` }, sha256 };
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
  const metrics = figures(data, b, version.model, version.card.seed, progress);
  version.model.dispose();
  return compare(version, onData(version.card.training_data.name, metrics));
}

/** Histograms of what the network saw, against which drift is measured: how many places are used, and what stands in those. */
function baseline(customers: readonly Customer[], vocabulary: Vocabulary): object {
  const inputs = customers.map((customer) => recentItems(stateAfter(customer.history), vocabulary.indexOf));
  const used = (values: (input: RecentItemsInput) => Float32Array) =>
    histogram(Float32Array.from(inputs.flatMap((input) => [...values(input).subarray(0, input.count)])));
  return {
    items: histogram(Float32Array.from(inputs, ({ count }) => count)),
    weights: used(({ weights }) => weights),
    shares: used(({ shares }) => shares),
  };
}

function manifestOf(n: number): object {
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
    outputs: [
      { name: 'scores', datatype: 'FP32', shape: [-1, n] },
      {
        name: 'repeats',
        datatype: 'FP32',
        shape: [-1, RECENT_ITEMS],
        adds_to: { output: 'scores', at: 'items', first: 1 },
      },
    ],
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
