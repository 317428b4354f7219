import { LATENCY_BUCKETS, LatencyHistogram, latencyBucketOf } from '../core/latency-histogram.js';
import { bucketOf, type Metrics } from '../core/metrics.js';
import type { BatchObserver } from './batching/lane-options.js';

const QUEUE_BUCKETS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1];
const COMPUTE_BUCKETS = [0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5];

/** Where each figure lies among the numbers; of the histograms, where their buckets begin. */
const ROWS = 0;
const BATCHES = 1;
const ERRORS = 2;
const QUEUE_SECONDS = 3;
const COMPUTE_SECONDS = 4;
const MEAN_QUEUE_SECONDS = 5;
const QUEUE = 6;
const COMPUTE = QUEUE + QUEUE_BUCKETS.length + 1;
const LATENCY = COMPUTE + COMPUTE_BUCKETS.length + 1;
const NUMBERS = LATENCY + LATENCY_BUCKETS;

/**
 * What a version did since it was registered; times in seconds, summed. The numbers lie side by side, and go to `/metrics` when somebody
 * looks: of many versions each batch is another's, and what it touches has to be fetched from memory first.
 */
export class VersionStatistics implements BatchObserver {
  readonly #numbers = new Float64Array(NUMBERS);

  get rows(): number {
    return this.#numbers[ROWS]!;
  }
  get batches(): number {
    return this.#numbers[BATCHES]!;
  }
  get errors(): number {
    return this.#numbers[ERRORS]!;
  }
  /** Waited for a worker, added up over the rows. */
  get queueSeconds(): number {
    return this.#numbers[QUEUE_SECONDS]!;
  }
  /** Of each row from its queue to its answer, with the mean wait of its batch. */
  get latency(): LatencyHistogram {
    return new LatencyHistogram(this.#numbers.subarray(LATENCY));
  }
  get computeSeconds(): number {
    return this.#numbers[COMPUTE_SECONDS]!;
  }

  batch(rows: number, queueSeconds: number, computeSeconds: number): void {
    const numbers = this.#numbers;
    const mean = queueSeconds / rows;
    numbers[ROWS]! += rows;
    numbers[BATCHES]!++;
    numbers[QUEUE_SECONDS]! += queueSeconds;
    numbers[COMPUTE_SECONDS]! += computeSeconds;
    numbers[MEAN_QUEUE_SECONDS]! += mean;
    numbers[QUEUE + bucketOf(mean, QUEUE_BUCKETS)]!++;
    numbers[COMPUTE + bucketOf(computeSeconds, COMPUTE_BUCKETS)]!++;
    numbers[LATENCY + latencyBucketOf(1_000 * (mean + computeSeconds))]! += rows;
  }
  failed(rows: number): void {
    this.#numbers[ERRORS]! += rows;
  }

  /** All numbers as they are now. */
  snapshot(): Float64Array {
    return this.#numbers.slice();
  }
}

/** Makes the series of a version, which begin at 0. @returns what brings them up to date. */
export function seriesOf(
  { model, number, statistics }: { model: string; number: number; statistics: VersionStatistics },
  metrics: Metrics,
): () => void {
  const labels = { model, version: String(number) };
  const rows = metrics.counter('scoregraph_model_rows_total', 'Rows computed.', labels);
  const batches = metrics.counter(
    'scoregraph_model_batches_total',
    'Batches computed; rows / batches is the mean batch.',
    labels,
  );
  const errors = metrics.counter('scoregraph_model_row_errors_total', 'Rows that failed in the engine.', labels);
  const queue = metrics.histogram(
    'scoregraph_model_queue_seconds',
    'Mean time the rows of a batch waited.',
    QUEUE_BUCKETS,
    labels,
  );
  const compute = metrics.histogram(
    'scoregraph_model_compute_seconds',
    'Time a batch took in the engine.',
    COMPUTE_BUCKETS,
    labels,
  );
  let told = statistics.snapshot();
  return () => {
    const now = statistics.snapshot();
    const since = now.map((number, i) => number - told[i]!);
    told = now;
    rows.add(since[ROWS]);
    batches.add(since[BATCHES]);
    errors.add(since[ERRORS]);
    queue.observeAll(since.subarray(QUEUE, COMPUTE), since[MEAN_QUEUE_SECONDS]!);
    compute.observeAll(since.subarray(COMPUTE, LATENCY), since[COMPUTE_SECONDS]!);
  };
}
