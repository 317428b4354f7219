import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { featureSetName } from '../features/catalogue.js';
import { RFM_FEATURES } from '../features/rfm-features.js';
import {
  type EvaluateOptions,
  type Evaluation,
  manifestFeatures,
  newVersionNumber,
  noProgress,
  onData,
  publish,
  type TrainOptions,
} from './artifacts.js';
import { trainingData } from './data-source.js';
import { histogram } from './metrics.js';
import { refuseMisfit } from './model-manifest.js';
import { RETAIL, readBaskets } from './retail.js';
import { fitSoftness, type Journeys, journeys, type Softness } from './segmentation-calibration.js';
import { segmentationCard } from './segmentation-card.js';
import { figures } from './segmentation-figures.js';
import { asOf, cluster, type Fit, squaredDistances, WIDTH } from './segmentation-fit.js';
import { nameSegments, type Segment } from './segmentation-names.js';
import { ask, network } from './segmentation-network.js';
import * as tf from './tf.js';
import { compare, readVersion } from './versions.js';

/** Segments: the card has the figures that speak for it. */
const K = 4;
/** Rows in golden.json. */
const GOLDEN_ROWS = 24;

/** Fits the segmentation on retail invoices and writes it as a new version. @returns its folder. */
export async function trainSegmentation(options: TrainOptions): Promise<string> {
  const progress = options.progress ?? noProgress;
  const version = newVersionNumber(options.modelsDir, 'segmentation', options.version);
  const retail = await readBaskets(options.dataDir, progress);
  const { baskets, on } = retail;
  const fitted = cluster(baskets, asOf(baskets), K, options.seed);
  const { ids, x } = fitted;
  const segments = nameSegments(fitted.centroids);
  const followed = journeys(baskets, options.seed);
  const manifest = manifestOf(x, followed.fit.x);
  refuseMisfit(options.modelsDir, 'segmentation', manifest);
  const softness = softnessOf(fitted, followed);
  const model = network(fitted, softness);
  const { soft } = ask(model, x);
  const computed = figures({ retail, fitted, model, segments, followed, seed: options.seed, progress });
  const metrics = onData(on.source.name, computed);
  for (const m of metrics) progress.say(`${m.name.padEnd(30)} ${String(m.value).padEnd(10)} ${m.dataset}`);

  const column = (f: number) => Float32Array.from({ length: ids.length }, (_, i) => x[i * WIDTH + f]!);
  const step = Math.max(1, Math.floor(ids.length / GOLDEN_ROWS));
  const trained = {
    model,
    assets: { 'segments.json': segments },
    golden: Array.from({ length: Math.min(GOLDEN_ROWS, ids.length) }, (_, i) => ({
      inputs: { features: [...x.subarray(i * step * WIDTH, (i * step + 1) * WIDTH)] },
      outputs: { confidence: [...soft.subarray(i * step * K, (i * step + 1) * K)] },
    })),
    card: {
      tfjs_version: tf.version['tfjs-core'],
      seed: options.seed,
      training_data: trainingData(on, {
        rows: ids.length,
        period: { from: new Date(baskets[0]!.at).toISOString(), to: new Date(asOf(baskets)).toISOString() },
        quality: retail.quality,
      }),
      intended_use: 'Sorts customers by how lately, how often and for how much they buy, to choose whom to write to.',
      limits: [
        on.source === RETAIL
          ? 'Its segments are those of one wholesaler’s customers in 2010 and 2011, who paid in pounds.'
          : `Its segments are those of one shop’s customers (${on.source.name}). Amounts in pounds.`,
        'It knows purchases alone: no ground for deciding about a person.',
      ],
      feature_set: featureSetName(RFM_FEATURES),
      metrics,
      thresholds: {},
      calibration: {
        method: 'softness',
        formula: 'softmax((base + perLogOrder * ln(orders)) * reach / 2 * exp(-d2 / reach))',
        ...softness,
        rows: followed.fit.x.length / WIDTH,
      },
      baseline: Object.fromEntries(RFM_FEATURES.features.map((feature, f) => [feature.name, histogram(column(f))])),
    },
  };
  const card = segmentationCard({ version, metrics, segments, customers: ids.length, softness, source: on.source });
  const folder = await publish(options.modelsDir, 'segmentation', version, trained, { manifest, card });
  model.dispose();
  return folder;
}

/** Recomputes every figure of a segmentation version from the data. */
export async function evaluateSegmentation(options: EvaluateOptions): Promise<Evaluation> {
  const version = await readVersion(options.modelsDir, 'segmentation', options.version, featureSetName(RFM_FEATURES));
  const segments = JSON.parse(readFileSync(join(version.folder, 'assets', 'segments.json'), 'utf8')) as Segment[];
  const progress = options.progress ?? noProgress;
  const retail = await readBaskets(options.dataDir, progress);
  const { seed } = version.card;
  const fitted = cluster(retail.baskets, asOf(retail.baskets), segments.length, seed);
  const followed = journeys(retail.baskets, seed);
  const metrics = figures({ retail, fitted, model: version.model, segments, followed, seed, progress });
  version.model.dispose();
  return compare(version, onData(version.card.training_data.name, metrics));
}

/** The softness that foretells best where the followed customers are three months later. */
function softnessOf(fitted: Fit, { fit: { x, later } }: Journeys): Softness {
  const after = squaredDistances(fitted, later);
  const nearest = Int32Array.from({ length: after.length / K }, (_, i) => {
    const row = after.subarray(i * K, (i + 1) * K);
    return row.indexOf(Math.min(...row));
  });
  return fitSoftness(squaredDistances(fitted, x), x, nearest);
}

/** @param x everybody at the end; @param followed the customers who chose the softness, some of whom had bought just then */
function manifestOf(x: Float32Array, followed: Float32Array): object {
  const all = new Float32Array(x.length + followed.length);
  all.set(x);
  all.set(followed, x.length);
  return {
    task: 'clustering',
    description: 'Which kind of customer somebody is, by recency, frequency and monetary value of their purchases.',
    entity: 'customer',
    inputs: [{ name: 'features', datatype: 'FP32', shape: [-1, WIDTH], features: manifestFeatures(RFM_FEATURES, all) }],
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
}
