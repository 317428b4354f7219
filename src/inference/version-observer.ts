import type { LatencyHistogram } from '../core/latency-histogram.js';
import type { Metrics } from '../core/metrics.js';
import type { BatchObserver } from './batching/lane-options.js';

const QUEUE_BUCKETS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1];
const COMPUTE_BUCKETS = [0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5];

/** What a version did since it was registered; times in seconds, summed. */
export interface VersionStatistics {
  rows: number;
  batches: number;
  errors: number;
  queueSeconds: number;
  computeSeconds: number;
  /** Of each row from its queue to its answer, with the mean wait of its batch. */
  readonly latency: LatencyHistogram;
}

/** Counts a version's batches, for the graph and for `/metrics`. */
export function observerOf(
  { model, number, statistics }: { model: string; number: number; statistics: VersionStatistics },
  metrics: Metrics,
): BatchObserver {
  const labels = { model, version: String(number) };
  const rowsTotal = metrics.counter('scoregraph_model_rows_total', 'Rows computed.', labels);
  const batchesTotal = metrics.counter(
    'scoregraph_model_batches_total',
    'Batches computed; rows / batches is the mean batch.',
    labels,
  );
  const errorsTotal = metrics.counter('scoregraph_model_row_errors_total', 'Rows that failed in the engine.', labels);
  const queueTime = metrics.histogram(
    'scoregraph_model_queue_seconds',
    'Mean time the rows of a batch waited.',
    QUEUE_BUCKETS,
    labels,
  );
  const computeTime = metrics.histogram(
    'scoregraph_model_compute_seconds',
    'Time a batch took in the engine.',
    COMPUTE_BUCKETS,
    labels,
  );
  return {
    batch(rows, queueSeconds, computeSeconds) {
      statistics.rows += rows;
      statistics.batches++;
      statistics.queueSeconds += queueSeconds;
      statistics.computeSeconds += computeSeconds;
      statistics.latency.add(1_000 * (queueSeconds / rows + computeSeconds), rows);
      rowsTotal.add(rows);
      batchesTotal.add();
      queueTime.observe(queueSeconds / rows);
      computeTime.observe(computeSeconds);
    },
    failed(rows) {
      statistics.errors += rows;
      errorsTotal.add(rows);
    },
  };
}
