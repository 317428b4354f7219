/**
 * Metrics port. Rooms ask for a series once and keep it: `add`, `set` and `observe` are plain number operations,
 * cheap enough for a hot path. The Prometheus adapter lives in `transport/metrics.ts`.
 */
export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(n?: number): void;
}
export interface Gauge {
  set(value: number): void;
}
export interface Histogram {
  observe(value: number): void;
  /** Adds what was counted elsewhere: how many in each bucket, those beyond the last bound at the end, and the sum of all. */
  observeAll(counts: ArrayLike<number>, sum: number): void;
}

export interface Metrics {
  /** A monotonically growing count. Asking twice for the same name and labels answers the same series. */
  counter(name: string, help: string, labels?: Labels): Counter;
  gauge(name: string, help: string, labels?: Labels): Gauge;
  /** `buckets` are upper bounds in the unit the name ends with (`_seconds`, `_rows`); fixed by the first call for a name. */
  histogram(name: string, help: string, buckets: readonly number[], labels?: Labels): Histogram;
  /** Forgets every series carrying all of `labels` (a model version that was unloaded). */
  remove(labels: Labels): void;
}

/** The bucket of a value: the first whose upper bound it does not exceed, or one more than there are bounds. */
export function bucketOf(value: number, bounds: readonly number[]): number {
  let bucket = 0;
  while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
  return bucket;
}

const nothing = { add() {}, set() {}, observe() {}, observeAll() {} };
/** Metrics that count nothing. */
export const noMetrics: Metrics = {
  counter: () => nothing,
  gauge: () => nothing,
  histogram: () => nothing,
  remove() {},
};
