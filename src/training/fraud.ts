import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { featureSetName } from '../features/catalogue.js';
import { FRAUD_FEATURES } from '../features/fraud-features.js';
import { fallMetrics, refuseFalls } from './amount-falls.js';
import { type AmountGrid, drawAmountGrid, gridRows } from './amount-grid.js';
import {
  type EvaluateOptions,
  type Evaluation,
  type Metric,
  manifestFeatures,
  newVersionNumber,
  noProgress,
  publish,
  type TrainOptions,
} from './artifacts.js';
import type { Platt } from './calibration.js';
import { trainingData } from './data-source.js';
import { boostingMetrics, boostingOptions } from './fraud-boosting.js';
import { type FraudData, replayPayments, SPARKOV, type Thresholds } from './fraud-data.js';
import { chooseThresholds, FRAUD_TEST, type FraudScores, fraudMetrics, onFraudData } from './fraud-figures.js';
import { fitNetworks } from './fraud-fit.js';
import { asNewCard } from './fraud-groups.js';
import { asServed, judgeOn } from './fraud-judge.js';
import { logits, momentsOf, score } from './fraud-network.js';
import { fraudCard } from './fraud-report.js';
import { histogram } from './metrics.js';
import { refuseMisfit } from './model-manifest.js';
import * as tf from './tf.js';
import { compare, readVersion } from './versions.js';

/** The grid's file among the version's assets. */
const GRID_FILE = 'amount-grid.json';
const WIDTH = FRAUD_FEATURES.features.length;
/** Training rows that baseline histograms are taken from at most. */
const HISTOGRAM_ROWS = 200_000;

/** Trains a fraud model on card payments and writes it as a new version. @returns its folder. */
export async function trainFraud(options: TrainOptions): Promise<string> {
  const progress = options.progress ?? noProgress;
  const version = newVersionNumber(options.modelsDir, 'fraud', options.version);
  const data = await replayPayments(options.dataDir, progress);
  const manifest = manifestOf(data);
  refuseMisfit(options.modelsDir, 'fraud', manifest);
  const moments = momentsOf(data.train);
  const grid = drawAmountGrid(data, options.seed);
  const judge = judgeOn(data.validation, grid, moments);
  const model = fitNetworks(data.train, moments, options.seed, { judge, progress });
  const { served, calibration } = asServed(model, moments, data.validation);
  const scores = scoresOf(served, data, calibration);
  const thresholds = chooseThresholds(scores.onValidation, data.validation.y);
  const falls = fallsOn(grid, served);
  refuseFalls(falls);
  const boosting = options.baselines === false ? undefined : boostingOptions(options.seed);
  const metrics = [
    ...fraudMetrics(data, scores, thresholds),
    ...falls,
    ...(boosting === undefined ? [] : boostingMetrics(data, grid, boosting, progress)),
  ];
  for (const m of metrics.filter(({ dataset }) => dataset === FRAUD_TEST))
    progress.say(`${m.name.padEnd(24)} ${m.value}`);

  const trained = {
    model: served,
    assets: { [GRID_FILE]: grid },
    golden: goldenRows(data.test.x, scores.onTest),
    card: {
      tfjs_version: tf.version['tfjs-core'],
      seed: options.seed,
      training_data: trainingData(data.on, {
        rows: data.train.y.length,
        period: { from: data.from, to: data.trainedTo },
        quality: data.quality,
      }),
      ...purposeOf(data),
      feature_set: featureSetName(FRAUD_FEATURES),
      metrics: onFraudData(data.on.source.name, data, metrics),
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
  };
  const card = fraudCard({ version, metrics, thresholds, scores, data });
  const folder = await publish(options.modelsDir, 'fraud', version, trained, { manifest, card });
  model.dispose();
  served.dispose();
  return folder;
}

/** What a version is for, and what it cannot do: of simulated payments that is less. */
function purposeOf({ on: { source } }: FraudData): object {
  const use =
    'Says how likely a card payment is to be fraud when it comes in, so that people look at the likely ones first.';
  const currency = 'Amounts in US dollars; other currencies are refused.';
  if (source !== SPARKOV) {
    return {
      intended_use: use,
      limits: [`Its figures are of one data set (${source.name}); elsewhere it does otherwise.`, currency],
    };
  }
  return {
    intended_use: `${use} Trained on simulated payments: train it on your own before it decides anything.`,
    limits: [
      'Its figures say how well it finds one generator’s frauds, not how it would do at a bank.',
      'On a card’s fraud days every payment of the data is fraud: it leans on what the card did in the hours before.',
      currency,
    ],
  };
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
  const gridPath = join(version.folder, 'assets', GRID_FILE);
  const grid = existsSync(gridPath) ? (JSON.parse(readFileSync(gridPath, 'utf8')) as AmountGrid) : null;
  const falls = grid === null ? [] : fallsOn(grid, version.model);
  version.model.dispose();
  const { thresholds, baselines } = version.card;
  const metrics = [
    ...fraudMetrics(data, scores, thresholds as unknown as Thresholds),
    ...falls,
    ...(baselines === undefined ? [] : boostingMetrics(data, grid, baselines.gradient_boosting, progress)),
  ];
  return compare(version, onFraudData(version.card.training_data.name, data, metrics));
}

const scoresOf = (model: tf.LayersModel, { validation, test }: FraudData, calibration: Platt): FraudScores => ({
  onValidation: score(model, validation.x),
  onTest: score(model, test.x),
  aloneOnValidation: score(model, asNewCard(validation.x)),
  aloneOnTest: score(model, asNewCard(test.x)),
  testLogits: logits(model, test.x),
  calibration,
});

/** What a model says where the amount alone differs. */
function fallsOn(grid: AmountGrid, model: tf.LayersModel): Metric[] {
  const rows = gridRows(grid);
  return fallMetrics(grid, rows, score(model, rows.x));
}

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

function manifestOf(data: FraudData): object {
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
