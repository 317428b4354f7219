import { featureSetName } from '../features/catalogue.js';
import { FRAUD_FEATURES } from '../features/fraud-features.js';
import {
  type EvaluateOptions,
  type Evaluation,
  manifestFeatures,
  newVersionNumber,
  noProgress,
  type Progress,
  type TrainOptions,
  writeModelFiles,
  writeVersion,
} from './artifacts.js';
import { fitPlatt, type Platt } from './calibration.js';
import { boostingMetrics, boostingOptions } from './fraud-boosting.js';
import { type FraudData, type FraudRows, replayPayments, type Thresholds } from './fraud-data.js';
import { chooseThresholds, FRAUD_DATASET, FRAUD_TEST, type FraudScores, fraudMetrics } from './fraud-figures.js';
import { asNewCard, NEW_CARD } from './fraud-groups.js';
import { ensemble, foldCalibration, foldStandardisation, logits, network, score } from './fraud-network.js';
import { fraudCard } from './fraud-report.js';
import { histogram, prAuc } from './metrics.js';
import { seeded, shuffle } from './random.js';
import * as tf from './tf.js';
import { compare, readVersion } from './versions.js';

const WIDTH = FRAUD_FEATURES.features.length;
/** Networks that are trained from different starts; their mean errs less than each. */
const MEMBERS = 3;
const BATCH = 1_024;
const MAX_EPOCHS = 20;
/** Epochs without a better validation PR AUC before training stops; the best epoch's weights are kept. */
const PATIENCE = 6;
const LEARNING_RATE = 0.004;
/** Rows of a batch that are seen without their history. */
const NEW_CARD_SHARE = 0.05;
/** Training rows that baseline histograms are taken from at most. */
const HISTOGRAM_ROWS = 200_000;

/** Mean and standard deviation per feature over the training rows. */
function moments({ x }: FraudRows): { mean: Float64Array; std: Float64Array } {
  const rows = x.length / WIDTH;
  const mean = new Float64Array(WIDTH);
  const square = new Float64Array(WIDTH);
  for (let i = 0; i < x.length; i++) {
    mean[i % WIDTH]! += x[i]!;
    square[i % WIDTH]! += x[i]! * x[i]!;
  }
  const std = new Float64Array(WIDTH);
  for (let f = 0; f < WIDTH; f++) {
    mean[f]! /= rows;
    std[f] = Math.sqrt(Math.max(square[f]! / rows - mean[f]! ** 2, 0)) || 1;
  }
  return { mean, std };
}

/**
 * Fits the network on standardised rows: Adam with a cosine schedule, early stopping on the PR AUC of the validation rows. A share of
 * the rows is seen as if the payment were its card's first (`newCard`: the standardised values of one), drawn anew each time: the
 * generator's cards nearly all have a history, and the network would never learn to do without.
 * The same seed and rows give the same weights.
 */
function optimise(
  model: tf.LayersModel,
  train: FraudRows,
  validation: FraudRows,
  newCard: typeof NEW_CARD,
  seed: number,
  progress: Progress,
): void {
  const random = seeded(seed);
  const order = Uint32Array.from({ length: train.y.length }, (_, i) => i);
  const batch = Math.min(BATCH, order.length);
  const steps = Math.floor(order.length / batch);
  const batchX = new Float32Array(batch * WIDTH);
  const batchY = new Float32Array(batch);
  const optimizer = tf.train.adam(LEARNING_RATE);
  let best = Number.NEGATIVE_INFINITY;
  let bestWeights: tf.Tensor[] = [];
  let stale = 0;
  for (let epoch = 1; epoch <= MAX_EPOCHS && stale < PATIENCE; epoch++) {
    shuffle(order, random);
    progress.start(`epoch ${epoch} of ${MAX_EPOCHS}`, steps);
    for (let step = 0; step < steps; step++) {
      for (let r = 0; r < batch; r++) {
        const row = order[step * batch + r]!;
        batchX.set(train.x.subarray(row * WIDTH, (row + 1) * WIDTH), r * WIDTH);
        if (random() < NEW_CARD_SHARE) for (const { place, value } of newCard) batchX[r * WIDTH + place] = value;
        batchY[r] = train.y[row]!;
      }
      const done = (epoch - 1 + step / steps) / MAX_EPOCHS;
      setLearningRate(optimizer, LEARNING_RATE * (0.5 * (1 + Math.cos(Math.PI * done)) + 0.001));
      tf.tidy(() => {
        const x = tf.tensor2d(batchX, [batch, WIDTH]);
        const y = tf.tensor2d(batchY, [batch, 1]);
        optimizer.minimize(() => tf.losses.logLoss(y, model.apply(x, { training: true }) as tf.Tensor) as tf.Scalar);
      });
      if (step % 20 === 0) progress.step(step);
    }
    const area = prAuc(score(model, validation.x), validation.y);
    progress.done(`validation PR AUC ${area.toFixed(4)}`);
    if (area > best) {
      best = area;
      stale = 0;
      tf.dispose(bestWeights);
      bestWeights = model.getWeights().map((weight) => weight.clone());
    } else stale++;
  }
  model.setWeights(bestWeights);
  tf.dispose(bestWeights);
  optimizer.dispose();
}

/** Adam reads its rate at every step; the typings hide the field. */
function setLearningRate(optimizer: tf.AdamOptimizer, rate: number): void {
  (optimizer as unknown as { learningRate: number }).learningRate = rate;
}

/** Trains a fraud model on the Sparkov payments and writes it as a new version. @returns its folder. */
export async function trainFraud(options: TrainOptions): Promise<string> {
  const progress = options.progress ?? noProgress;
  const version = newVersionNumber(options.modelsDir, 'fraud', options.version);
  const data = await replayPayments(options.dataDir, progress);
  const { mean, std } = moments(data.train);
  const standardised = ({ x, y }: FraudRows) => ({
    x: x.map((value, i) => (value - mean[i % WIDTH]!) / std[i % WIDTH]!),
    y,
  });
  const [train, validation] = [standardised(data.train), standardised(data.validation)];
  const newCard = NEW_CARD.map(({ place, value }) => ({ place, value: (value - mean[place]!) / std[place]! }));
  const members = Array.from({ length: MEMBERS }, (_, m) => {
    const seed = options.seed + m * 1_000;
    progress.say(`network ${m + 1} of ${MEMBERS}`);
    const member = network(seed);
    optimise(member, train, validation, newCard, seed, progress);
    return member;
  });
  const model = ensemble(members);
  for (const member of members) member.dispose();
  const served = foldStandardisation(model, mean, std);
  const calibration = fitPlatt(logits(served, data.validation.x), data.validation.y);
  foldCalibration(served, calibration);
  const scores = scoresOf(served, data, calibration);
  const thresholds = chooseThresholds(scores.onValidation, data.validation.y);
  const boosting = options.baselines === false ? undefined : boostingOptions(options.seed);
  const metrics = [
    ...fraudMetrics(data, scores, thresholds),
    ...(boosting === undefined ? [] : boostingMetrics(data, boosting, progress)),
  ];
  for (const m of metrics.filter(({ dataset }) => dataset === FRAUD_TEST))
    progress.say(`${m.name.padEnd(24)} ${m.value}`);

  const folder = await writeVersion(options.modelsDir, 'fraud', version, {
    model: served,
    assets: {},
    golden: goldenRows(data.test.x, scores.onTest),
    card: {
      tfjs_version: tf.version['tfjs-core'],
      seed: options.seed,
      training_data: {
        name: FRAUD_DATASET,
        rows: data.train.y.length,
        period: { from: data.from, to: '2020-03-31 23:59:59' },
        licence: 'output of the MIT-licensed Sparkov generator',
        url: 'https://github.com/namebrandon/Sparkov_Data_Generation',
        notes:
          'Simulated. Known artefacts: merchants are drawn at random inside a category, position carries no signal, and on a card’s fraud days every transaction is fraud.',
        quality: data.quality,
      },
      feature_set: featureSetName(FRAUD_FEATURES),
      metrics,
      thresholds,
      calibration: {
        method: 'platt',
        formula: 'sigmoid(a * logit + b), folded into the last layer',
        ...calibration,
        fitted_on: 'validation 2020-04-01 to 2020-06-20',
        rows: data.validation.y.length,
        frauds: data.validation.y.reduce((sum, label) => sum + label, 0),
      },
      ...(boosting === undefined ? {} : { baselines: { gradient_boosting: boosting } }),
      baseline: baseline(data),
    },
  });
  writeModelFiles(options.modelsDir, 'fraud', manifest(data), fraudCard({ metrics, thresholds, scores, data }));
  model.dispose();
  served.dispose();
  return folder;
}

/**
 * Recomputes every figure of a fraud version from the data. Baselines it was held against are trained again, as they were:
 * their trees are not kept.
 */
export async function evaluateFraud(options: EvaluateOptions): Promise<Evaluation> {
  const version = await readVersion(options.modelsDir, 'fraud', options.version, featureSetName(FRAUD_FEATURES));
  const progress = options.progress ?? noProgress;
  const data = await replayPayments(options.dataDir, progress);
  const scores = scoresOf(version.model, data, version.card.calibration ?? { a: 1, b: 0 });
  version.model.dispose();
  const { thresholds, baselines } = version.card;
  return compare(version, [
    ...fraudMetrics(data, scores, thresholds as unknown as Thresholds),
    ...(baselines === undefined ? [] : boostingMetrics(data, baselines.gradient_boosting, progress)),
  ]);
}

const scoresOf = (model: tf.LayersModel, { validation, test }: FraudData, calibration: Platt): FraudScores => ({
  onValidation: score(model, validation.x),
  onTest: score(model, test.x),
  aloneOnValidation: score(model, asNewCard(validation.x)),
  aloneOnTest: score(model, asNewCard(test.x)),
  testLogits: logits(model, test.x),
  calibration,
});

/** Histograms of the newest training rows, against which drift is measured. */
function baseline({ train }: FraudData): object {
  const rows = Math.min(HISTOGRAM_ROWS, train.y.length);
  const sample = train.x.subarray((train.y.length - rows) * WIDTH);
  return Object.fromEntries(
    FRAUD_FEATURES.features.map((feature, f) => [
      feature.name,
      histogram(Float32Array.from({ length: rows }, (_, i) => sample[i * WIDTH + f]!)),
    ]),
  );
}

function manifest(data: FraudData): object {
  return {
    task: 'binary-classification',
    description: 'Probability that a card payment is fraudulent, from the payment and the card’s history before it.',
    entity: 'customer',
    inputs: [
      {
        name: 'features',
        datatype: 'FP32',
        shape: [-1, WIDTH],
        features: manifestFeatures(FRAUD_FEATURES, data.train.x),
      },
    ],
    outputs: [{ name: 'probability', datatype: 'FP32', shape: [-1, 1] }],
    batching: {
      max_batch_size: 1024,
      preferred_batch_size: [64, 256],
      max_queue_delay_microseconds: 0,
      max_queue_size: 16384,
    },
    version_policy: { latest: { num_versions: 2 } },
    aliases: {},
    prediction_log: { sample: 0.1 },
    graph: { domain: 'fraud' },
    currency: 'USD',
  };
}

/** 32 rows of the test period with their scores: ordinary ones, the highest, and some near the end of the frauds. */
function goldenRows(x: Float32Array, scores: Float32Array): object {
  const highest = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  const rows = [
    ...Array.from({ length: 16 }, (_, i) => i * 1000),
    ...highest.slice(0, 8),
    ...highest.slice(2_500, 2_508),
  ].filter((row) => row < scores.length);
  return rows.map((row) => ({
    inputs: { features: [...x.subarray(row * WIDTH, (row + 1) * WIDTH)] },
    outputs: { probability: [scores[row]] },
  }));
}
