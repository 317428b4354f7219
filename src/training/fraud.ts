import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-node';
import { applyPayment, type CustomerState, emptyCustomer, setBirthDate } from '../features/customer-state.js';
import { FRAUD_FEATURES, fraudVector } from '../features/fraud-features.js';
import {
  manifestFeatures,
  metric,
  metricTable,
  newVersionNumber,
  noProgress,
  type Progress,
  type TrainOptions,
  writeModelFiles,
  writeVersion,
} from './artifacts.js';
import { csvRows, dataFile, parseTime } from './csv.js';
import { atFalsePositiveRate, atThreshold, histogram, prAuc, rank, rocAuc } from './metrics.js';
import { seeded, shuffle } from './random.js';

const WIDTH = FRAUD_FEATURES.features.length;
const TRAIN_UNTIL = Date.UTC(2020, 3, 1);
const VALIDATE_UNTIL = Date.UTC(2020, 5, 21);
const BATCH = 2_048;
const MAX_EPOCHS = 14;
const PATIENCE = 3;
/** A card's first payments say little about how the model does with history. */
const DATASET = 'card-transactions (simulated, Sparkov)';

/** Rows of one period: vectors (row-major) and labels. */
export interface FraudRows {
  readonly x: Float32Array;
  readonly y: Uint8Array;
}
interface FraudData {
  readonly train: FraudRows;
  readonly validation: FraudRows;
  readonly test: FraudRows;
  readonly rows: number;
  readonly from: string;
  readonly to: string;
}

class Growing {
  x = new Float32Array(WIDTH * 65_536);
  y = new Uint8Array(65_536);
  rows = 0;
  /** The offset at which the next vector is to be written. */
  next(): number {
    if ((this.rows + 1) * WIDTH > this.x.length) {
      const x = new Float32Array(this.x.length * 2);
      x.set(this.x);
      this.x = x;
      const y = new Uint8Array(this.y.length * 2);
      y.set(this.y);
      this.y = y;
    }
    return this.rows * WIDTH;
  }
  finished(): FraudRows {
    return { x: this.x.slice(0, this.rows * WIDTH), y: this.y.slice(0, this.rows) };
  }
}

/** Replays the payments in time order through the serving features. */
async function replay(dataDir: string, progress: Progress): Promise<FraudData> {
  const folder = join(dataDir, 'card-transactions');
  const births = new Map<string, string>();
  for await (const [id, dob] of csvRows(dataFile(folder, 'customers'), ['customer_id', 'dob'])) births.set(id!, dob!);
  const states = new Map<string, CustomerState>();
  const periods = [new Growing(), new Growing(), new Growing()] as const;
  let rows = 0;
  let last = Number.NEGATIVE_INFINITY;
  let from = '';
  let to = '';
  progress.start('reading payments', 1_876_852);
  const columns = ['timestamp', 'customer_id', 'merchant', 'category', 'amt', 'is_fraud'];
  for await (const [timestamp, customerId, merchant, category, amt, isFraud] of csvRows(
    dataFile(folder, 'transactions'),
    columns,
  )) {
    const occurredAt = parseTime(timestamp!);
    const amountMinor = Math.round(Number(amt) * 100);
    if (!(amountMinor > 0)) throw new Error(`row ${rows + 1}: expected an amount above 0, got ${JSON.stringify(amt)}`);
    if (isFraud !== '0' && isFraud !== '1')
      throw new Error(`row ${rows + 1}: expected is_fraud to be 0 or 1, got ${JSON.stringify(isFraud)}`);
    if (occurredAt < last)
      throw new Error(`row ${rows + 1}: expected payments in time order, got ${timestamp} after ${to}`);
    last = occurredAt;
    let state = states.get(customerId!);
    if (state === undefined) {
      state = emptyCustomer();
      const birth = births.get(customerId!);
      if (birth !== undefined) setBirthDate(state, birth);
      states.set(customerId!, state);
    }
    const period = periods[occurredAt < TRAIN_UNTIL ? 0 : occurredAt < VALIDATE_UNTIL ? 1 : 2];
    const offset = period.next();
    fraudVector(
      state,
      { merchant: merchant!, category: category!, amountMinor, currency: 'USD', occurredAt },
      period.x,
      offset,
    );
    period.y[period.rows++] = Number(isFraud);
    applyPayment(state, category!, amountMinor, occurredAt);
    if (rows === 0) from = timestamp!;
    to = timestamp!;
    if (++rows % 20_000 === 0) progress.step(rows);
  }
  progress.done(`${rows} payments of ${states.size} cards`);
  return {
    train: periods[0].finished(),
    validation: periods[1].finished(),
    test: periods[2].finished(),
    rows,
    from,
    to,
  };
}

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

function network(seed: number): tf.LayersModel {
  const input = tf.input({ shape: [WIDTH], name: 'features' });
  const init = (n: number) => tf.initializers.heNormal({ seed: seed + n });
  const hidden1 = tf.layers
    .dense({ units: 64, activation: 'relu', kernelInitializer: init(1), name: 'hidden_1' })
    .apply(input);
  const hidden2 = tf.layers
    .dense({ units: 32, activation: 'relu', kernelInitializer: init(2), name: 'hidden_2' })
    .apply(hidden1);
  const output = tf.layers
    .dense({ units: 1, activation: 'sigmoid', kernelInitializer: init(3), name: 'probability' })
    .apply(hidden2) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: output, name: 'fraud' });
}

/** Scores rows in batches, on vectors as `mean` and `std` leave them. */
function score(model: tf.LayersModel, x: Float32Array): Float32Array {
  const rows = x.length / WIDTH;
  const out = new Float32Array(rows);
  for (let i = 0; i < rows; i += 16_384) {
    const n = Math.min(16_384, rows - i);
    const input = tf.tensor2d(x.subarray(i * WIDTH, (i + n) * WIDTH), [n, WIDTH]);
    const output = model.predict(input) as tf.Tensor;
    out.set(output.dataSync() as Float32Array, i);
    input.dispose();
    output.dispose();
  }
  return out;
}

/** The served model takes raw vectors: standardisation is folded into the first layer. */
function foldStandardisation(
  model: tf.LayersModel,
  mean: Float64Array,
  std: Float64Array,
  seed: number,
): tf.LayersModel {
  const [kernel, bias, ...rest] = model.getWeights();
  const w = kernel!.arraySync() as number[][];
  const b = bias!.arraySync() as number[];
  const folded = w.map((row, f) => row.map((value) => value / std[f]!));
  const shifted = b.map((value, unit) => value - w.reduce((sum, row, f) => sum + (row[unit]! * mean[f]!) / std[f]!, 0));
  const served = network(seed);
  served.setWeights([tf.tensor2d(folded), tf.tensor1d(shifted), ...rest]);
  return served;
}

/** Trains a fraud model on the Sparkov payments and writes it as a new version. @returns its folder. */
export async function trainFraud(options: TrainOptions): Promise<string> {
  const progress = options.progress ?? noProgress;
  const version = newVersionNumber(options.modelsDir, 'fraud', options.version);
  const data = await replay(options.dataDir, progress);
  const { mean, std } = moments(data.train);
  const standardised = (x: Float32Array) => x.map((value, i) => (value - mean[i % WIDTH]!) / std[i % WIDTH]!);
  const train = { x: standardised(data.train.x), y: data.train.y };
  const validation = standardised(data.validation.x);

  const model = network(options.seed);
  const random = seeded(options.seed);
  const order = Uint32Array.from({ length: train.y.length }, (_, i) => i);
  const steps = Math.floor(order.length / BATCH);
  const batchX = new Float32Array(BATCH * WIDTH);
  const batchY = new Float32Array(BATCH);
  let best = Number.NEGATIVE_INFINITY;
  let bestWeights: tf.Tensor[] = [];
  let stale = 0;
  for (let epoch = 1; epoch <= MAX_EPOCHS && stale < PATIENCE; epoch++) {
    const optimizer = tf.train.adam(0.002 * 0.8 ** (epoch - 1));
    shuffle(order, random);
    progress.start(`epoch ${epoch}`, steps);
    for (let step = 0; step < steps; step++) {
      for (let r = 0; r < BATCH; r++) {
        const row = order[step * BATCH + r]!;
        batchX.set(train.x.subarray(row * WIDTH, (row + 1) * WIDTH), r * WIDTH);
        batchY[r] = train.y[row]!;
      }
      tf.tidy(() => {
        const x = tf.tensor2d(batchX, [BATCH, WIDTH]);
        const y = tf.tensor2d(batchY, [BATCH, 1]);
        optimizer.minimize(() => tf.losses.logLoss(y, model.apply(x, { training: true }) as tf.Tensor) as tf.Scalar);
      });
      if (step % 20 === 0) progress.step(step);
    }
    optimizer.dispose();
    const area = prAuc(score(model, validation), data.validation.y);
    progress.done(`validation PR AUC ${area.toFixed(4)}`);
    if (area > best) {
      best = area;
      stale = 0;
      tf.dispose(bestWeights);
      bestWeights = model.getWeights().map((weight) => weight.clone());
    } else stale++;
  }
  model.setWeights(bestWeights);

  const served = foldStandardisation(model, mean, std, options.seed);
  const onValidation = score(served, data.validation.x);
  const onTest = score(served, data.test.x);
  const thresholds = {
    review: atFalsePositiveRate(onValidation, data.validation.y, 0.005).threshold,
    decline: atFalsePositiveRate(onValidation, data.validation.y, 0.0005).threshold,
  };
  const ranked = rank(onTest, data.test.y);
  const test = `${DATASET}, test 2020-06-21 to 2020-12-31`;
  const atReview = atThreshold(onTest, data.test.y, thresholds.review);
  const atDecline = atThreshold(onTest, data.test.y, thresholds.decline);
  const twoPercent = atThreshold(
    onTest,
    data.test.y,
    atFalsePositiveRate(onValidation, data.validation.y, 0.02).threshold,
  );
  const metrics = [
    metric('rocAuc', rocAuc(onTest, data.test.y, ranked), test),
    metric('prAuc', prAuc(onTest, data.test.y, ranked), test),
    metric('recallAtValidationFpr2', twoPercent.recall, test),
    metric('fprAtValidationFpr2', twoPercent.falsePositiveRate, test),
    metric('recallAtFpr0.5', atFalsePositiveRate(onTest, data.test.y, 0.005, ranked).recall, test),
    metric('recallAtReview', atReview.recall, test),
    metric('precisionAtReview', atReview.precision, test),
    metric('recallAtDecline', atDecline.recall, test),
    metric('precisionAtDecline', atDecline.precision, test),
  ];
  for (const m of metrics) progress.say(`${m.name.padEnd(24)} ${m.value}`);

  const sample = data.train.x.subarray(0, WIDTH * Math.min(200_000, data.train.y.length));
  const column = (f: number) => Float32Array.from({ length: sample.length / WIDTH }, (_, i) => sample[i * WIDTH + f]!);
  const folder = await writeVersion(options.modelsDir, 'fraud', version, {
    model: served,
    assets: {},
    golden: goldenRows(data.test.x, onTest),
    card: {
      tfjs_version: tf.version['tfjs-core'],
      seed: options.seed,
      training_data: {
        name: DATASET,
        rows: data.train.y.length,
        period: { from: data.from, to: '2020-03-31 23:59:59' },
        licence: 'output of the MIT-licensed Sparkov generator',
        url: 'https://github.com/namebrandon/Sparkov_Data_Generation',
        notes:
          'Simulated. Known artefacts: merchants are drawn at random inside a category, position carries no signal, and on a card’s fraud days every transaction is fraud.',
      },
      feature_set: `${FRAUD_FEATURES.name}@${FRAUD_FEATURES.version}`,
      metrics,
      thresholds,
      calibration: null,
      baseline: Object.fromEntries(FRAUD_FEATURES.features.map((feature, f) => [feature.name, histogram(column(f))])),
    },
  });
  const manifest = {
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
  writeModelFiles(options.modelsDir, 'fraud', manifest, cardText(metrics, thresholds, data));
  return folder;
}

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

function cardText(
  metrics: readonly ReturnType<typeof metric>[],
  thresholds: { review: number; decline: number },
  data: FraudData,
): string {
  return `# fraud

Probability that a card payment is fraudulent, from the payment itself and the card's history before it (feature set
\`fraud@1\`, ${WIDTH} numbers). A perceptron 64-32-1; standardisation is folded into its first layer, so it takes raw features.

**Data.** Simulated card payments: output of the MIT-licensed Sparkov generator, ${data.rows} rows, ${data.from} to ${data.to}. Not real
people, and not the customers of the retail data that the other models were trained on. Known artefacts: merchants
are drawn at random inside a category, position carries no signal, and on a card's fraud days every transaction is fraud.
Figures on it say how well the model finds this generator's frauds, not how it would do at a bank.

**Split by time.** Trained before 2020-04-01, early stopping and thresholds on 2020-04-01 to 2020-06-20, tested from 2020-06-21.

${metricTable(metrics)}

\`recallAtValidationFpr2\` uses the threshold that gives 2 % false positives on the validation period. For comparison, with the same kind of
features: logistic regression .961 ROC AUC / .716 recall at 2 %, gradient boosting .9996 / .994.

**Decisions.** REVIEW from ${thresholds.review.toPrecision(4)} (0.5 % false positives on validation), DECLINE from ${thresholds.decline.toPrecision(4)} (0.05 %).

**Limits.** Amounts in USD only. Hours are taken as they come, as UTC. Probabilities are not calibrated beyond what the
training loss does. A new card has no history: its first payments are judged by the transaction alone.
`;
}
