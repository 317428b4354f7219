import * as tf from '@tensorflow/tfjs-node';
import { applyPurchase, type CustomerState, emptyCustomer } from '../features/customer-state.js';
import { RFM_FEATURES, rfmVector } from '../features/rfm-features.js';
import {
  type Metric,
  manifestFeatures,
  metric,
  metricTable,
  newVersionNumber,
  noProgress,
  type TrainOptions,
  writeModelFiles,
  writeVersion,
} from './artifacts.js';
import { getOrMake } from './collections.js';
import { histogram } from './metrics.js';
import { seeded } from './random.js';
import { type Basket, RETAIL, readBaskets } from './retail.js';

const K = 4;
const WIDTH = RFM_FEATURES.features.length;
const RESTARTS = 20;
/** Softness of the assignment: variance of a cluster, standardised units. */
const TEMPERATURE = 0.5;
const SPLIT = Date.UTC(2011, 8, 9);
const DAY_MS = 86_400_000;

interface Clustering {
  readonly centroids: Float64Array[];
  readonly labels: Int32Array;
  readonly inertia: number;
}

/** Feature vectors of everybody who had bought by `now`. */
function vectors(baskets: readonly Basket[], now: number): { ids: string[]; x: Float32Array } {
  const states = new Map<string, CustomerState>();
  for (const basket of baskets) {
    if (basket.at > now) break;
    const state = getOrMake(states, basket.customer, () => emptyCustomer());
    for (const line of basket.lines)
      applyPurchase(state, line.item, basket.invoice, line.unitPrice * line.quantity, basket.at);
  }
  const ids = [...states.keys()];
  const x = new Float32Array(ids.length * WIDTH);
  ids.forEach((id, i) => {
    rfmVector(states.get(id)!, now, x, i * WIDTH);
  });
  return { ids, x };
}

function standardise(x: Float32Array): { z: Float64Array; mean: number[]; std: number[] } {
  const rows = x.length / WIDTH;
  const mean = Array.from({ length: WIDTH }, (_, f) => sumOf(rows, (i) => x[i * WIDTH + f]!) / rows);
  const std = mean.map((m, f) => Math.sqrt(sumOf(rows, (i) => (x[i * WIDTH + f]! - m) ** 2) / rows) || 1);
  return { z: Float64Array.from(x, (value, i) => (value - mean[i % WIDTH]!) / std[i % WIDTH]!), mean, std };
}
const sumOf = (n: number, value: (i: number) => number): number => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += value(i);
  return sum;
};

const distance = (z: Float64Array, row: number, c: Float64Array): number => {
  let d = 0;
  for (let f = 0; f < WIDTH; f++) d += (z[row * WIDTH + f]! - c[f]!) ** 2;
  return d;
};

/** k-means with k-means++ starts (Arthur & Vassilvitskii 2007); the best of RESTARTS by inertia. */
function kMeans(z: Float64Array, k: number, random: () => number): Clustering {
  const rows = z.length / WIDTH;
  let bestRun: Clustering | null = null;
  for (let restart = 0; restart < RESTARTS; restart++) {
    const centroids = [point(z, Math.floor(random() * rows))];
    while (centroids.length < k) {
      const weights = Float64Array.from({ length: rows }, (_, i) =>
        Math.min(...centroids.map((c) => distance(z, i, c))),
      );
      let left = random() * weights.reduce((a, b) => a + b, 0);
      let chosen = 0;
      for (; chosen < rows - 1; chosen++) {
        left -= weights[chosen]!;
        if (left <= 0) break;
      }
      centroids.push(point(z, chosen));
    }
    const labels = new Int32Array(rows);
    for (let step = 0; step < 100; step++) {
      let moved = false;
      for (let i = 0; i < rows; i++) {
        const nearest = nearestTo(z, i, centroids);
        if (nearest !== labels[i]) {
          labels[i] = nearest;
          moved = true;
        }
      }
      if (!moved && step > 0) break;
      centroids.forEach((centroid, c) => {
        const sums = new Float64Array(WIDTH);
        let members = 0;
        for (let i = 0; i < rows; i++) {
          if (labels[i] !== c) continue;
          members++;
          for (let f = 0; f < WIDTH; f++) sums[f]! += z[i * WIDTH + f]!;
        }
        if (members > 0) for (let f = 0; f < WIDTH; f++) centroid[f] = sums[f]! / members;
      });
    }
    const inertia = sumOf(rows, (i) => distance(z, i, centroids[labels[i]!]!));
    if (bestRun === null || inertia < bestRun.inertia) bestRun = { centroids, labels, inertia };
  }
  return bestRun!;
}
const point = (z: Float64Array, row: number) => z.slice(row * WIDTH, (row + 1) * WIDTH);
function nearestTo(z: Float64Array, row: number, centroids: readonly Float64Array[]): number {
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  centroids.forEach((centroid, c) => {
    const d = distance(z, row, centroid);
    if (d < least) {
      least = d;
      nearest = c;
    }
  });
  return nearest;
}

/** Mean silhouette (Rousseeuw 1987) over every row. */
function silhouette(z: Float64Array, labels: Int32Array, k: number): number {
  const rows = labels.length;
  const sizes = new Array<number>(k).fill(0);
  for (const label of labels) sizes[label]!++;
  let total = 0;
  for (let i = 0; i < rows; i++) {
    const sums = new Float64Array(k);
    for (let j = 0; j < rows; j++) {
      if (i !== j) sums[labels[j]!]! += Math.sqrt(distance(z, i, z.subarray(j * WIDTH, (j + 1) * WIDTH)));
    }
    const own = labels[i]!;
    if (sizes[own]! < 2) continue;
    const a = sums[own]! / (sizes[own]! - 1);
    let b = Number.POSITIVE_INFINITY;
    for (let c = 0; c < k; c++) if (c !== own) b = Math.min(b, sums[c]! / sizes[c]!);
    total += (b - a) / Math.max(a, b);
  }
  return total / rows;
}

/** Names that follow from where a centroid lies: recency against value. */
function nameSegments(centroids: readonly Float64Array[]): { id: string; label: string; description: string }[] {
  const names = [
    { id: 'champions', label: 'Champions', description: 'Bought very recently, often, and for the most money.' },
    {
      id: 'loyal',
      label: 'Loyal customers',
      description: 'Order regularly and spend well, though not in the very last days.',
    },
    {
      id: 'promising',
      label: 'Promising newcomers',
      description: 'Bought recently, but only once or twice and for little so far.',
    },
    { id: 'lapsed', label: 'Lapsed', description: 'Ordered once or twice, long ago, and have not come back.' },
  ];
  const value = (c: Float64Array) => c[1]! + c[2]!;
  const byValue = centroids.map((_, i) => i).sort((a, b) => value(centroids[b]!) - value(centroids[a]!));
  const [champions, loyal, ...low] = byValue;
  low.sort((a, b) => centroids[a]![0]! - centroids[b]![0]!);
  const order = [champions!, loyal!, ...low];
  return centroids.map((_, i) => names[order.indexOf(i)]!);
}

/** Fits the segmentation on the retail invoices and writes it as a new version. @returns its folder. */
export async function trainSegmentation(options: TrainOptions): Promise<string> {
  const progress = options.progress ?? noProgress;
  const version = newVersionNumber(options.modelsDir, 'segmentation', options.version);
  const { baskets } = await readBaskets(options.dataDir, progress);
  const now = baskets[baskets.length - 1]!.at + DAY_MS;
  const random = seeded(options.seed);

  const { ids, x } = vectors(baskets, now);
  const { z, mean, std } = standardise(x);
  const fitted = kMeans(z, K, random);
  const segments = nameSegments(fitted.centroids);
  progress.say(
    `segments: ${segments.map((s, c) => `${s.id} ${fitted.labels.filter((l) => l === c).length}`).join(', ')}`,
  );

  // softmax(−‖z − c‖² / 2T) is one dense layer: the ‖z‖² falls out, and standardisation folds into kernel and bias.
  const kernel = Array.from({ length: WIDTH }, (_, f) => fitted.centroids.map((c) => c[f]! / (TEMPERATURE * std[f]!)));
  const bias = fitted.centroids.map((c) => {
    let b = 0;
    for (let f = 0; f < WIDTH; f++)
      b -= (c[f]! * c[f]!) / (2 * TEMPERATURE) + (c[f]! * mean[f]!) / (TEMPERATURE * std[f]!);
    return b;
  });
  const input = tf.input({ shape: [WIDTH], name: 'features' });
  const output = tf.layers
    .dense({ units: K, activation: 'softmax', name: 'confidence' })
    .apply(input) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: output, name: 'segmentation' });
  model.setWeights([tf.tensor2d(kernel), tf.tensor1d(bias)]);

  const metrics: Metric[] = [
    metric('silhouette', silhouette(z, fitted.labels, K), `${RETAIL.name}, ${ids.length} customers, k = ${K}`),
  ];
  metrics.push(...laterSpend(baskets, random));
  for (const m of metrics) progress.say(`${m.name.padEnd(28)} ${m.value}`);

  const column = (f: number) => Float32Array.from({ length: ids.length }, (_, i) => x[i * WIDTH + f]!);
  const folder = await writeVersion(options.modelsDir, 'segmentation', version, {
    model,
    assets: { 'segments.json': segments },
    golden: Array.from({ length: 24 }, (_, i) => {
      const row = x.subarray(i * 100 * WIDTH, (i * 100 + 1) * WIDTH);
      const answer = tf.tidy(() => [
        ...((model.predict(tf.tensor2d(row, [1, WIDTH])) as tf.Tensor).dataSync() as Float32Array),
      ]);
      return { inputs: { features: [...row] }, outputs: { confidence: answer } };
    }),
    card: {
      tfjs_version: tf.version['tfjs-core'],
      seed: options.seed,
      training_data: {
        name: RETAIL.name,
        rows: ids.length,
        period: { from: new Date(baskets[0]!.at).toISOString(), to: new Date(now).toISOString() },
        licence: RETAIL.licence,
        url: RETAIL.url,
        notes: RETAIL.notes,
      },
      feature_set: `${RFM_FEATURES.name}@${RFM_FEATURES.version}`,
      metrics,
      thresholds: {},
      calibration: null,
      baseline: Object.fromEntries(RFM_FEATURES.features.map((feature, f) => [feature.name, histogram(column(f))])),
    },
  });
  const manifest = {
    task: 'clustering',
    description: 'Which kind of customer somebody is, by recency, frequency and monetary value of their purchases.',
    entity: 'customer',
    inputs: [{ name: 'features', datatype: 'FP32', shape: [-1, WIDTH], features: manifestFeatures(RFM_FEATURES, x) }],
    outputs: [{ name: 'confidence', datatype: 'FP32', shape: [-1, K] }],
    batching: {
      max_batch_size: 1024,
      preferred_batch_size: [64, 256],
      max_queue_delay_microseconds: 0,
      max_queue_size: 16384,
    },
    version_policy: { latest: { num_versions: 2 } },
    aliases: {},
    prediction_log: { sample: 0.1 },
    graph: { domain: 'segmentation' },
    currency: 'GBP',
  };
  writeModelFiles(options.modelsDir, 'segmentation', manifest, cardText(metrics, segments, ids.length));
  return folder;
}

/** The value check: segments fitted before SPLIT against the mean spend of the three months after. */
function laterSpend(baskets: readonly Basket[], random: () => number): Metric[] {
  const { ids, x } = vectors(baskets, SPLIT);
  const fitted = kMeans(standardise(x).z, K, random);
  const names = nameSegments(fitted.centroids);
  const spent = new Map<string, number>();
  for (const basket of baskets) {
    if (basket.at <= SPLIT) continue;
    const sum = basket.lines.reduce((all, line) => all + line.unitPrice * line.quantity, 0);
    spent.set(basket.customer, (spent.get(basket.customer) ?? 0) + sum);
  }
  return names.map((segment, c) => {
    const members = ids.filter((_, i) => fitted.labels[i] === c);
    const mean = members.reduce((sum, id) => sum + (spent.get(id) ?? 0), 0) / members.length / 100;
    return metric(
      `laterMeanSpendGBP.${segment.id}`,
      mean,
      `${RETAIL.name}, fitted before 2011-09-09, spend in the three months after (${members.length} customers)`,
    );
  });
}

function cardText(
  metrics: readonly Metric[],
  segments: readonly { id: string; label: string; description: string }[],
  customers: number,
): string {
  return `# segmentation

Which kind of customer somebody is, by recency, frequency and monetary value of their purchases (feature set \`rfm@1\`). k-means with
k = ${K} on standardised log RFM, as one dense softmax layer: \`confidence\` is the soft assignment exp(−d²/2T), T = ${TEMPERATURE}.

${segments.map((s) => `- **${s.label}** (\`${s.id}\`): ${s.description}`).join('\n')}

**Data.** ${RETAIL.name}, ${RETAIL.licence}: ${RETAIL.notes} ${RETAIL.url}. ${customers} customers. They are not the card holders of the fraud model's data.

${metricTable(metrics)}

**Limits.** Amounts in GBP. A wholesaler's customers of 2011; the boundaries move with the business, so fit it on your own data.
Confidence says how near a boundary somebody is, not how often the answer is right: there is no truth to compare with.
`;
}
