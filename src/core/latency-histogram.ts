/** Each bucket reaches 1.2 times as far as the one before: what is read from its middle is right to about 10 %. */
const GROWTH = 1.2;
const FIRST_MS = 0.01;
/** Buckets of a histogram. The last one ends at about 6 minutes, and takes everything longer. */
export const LATENCY_BUCKETS = 96;
const BUCKETS = LATENCY_BUCKETS;
const LOG_GROWTH = Math.log(GROWTH);

/** The bucket of a duration. What is below the first one, or no number, counts in the first. */
export function latencyBucketOf(ms: number): number {
  const bucket = ms > FIRST_MS ? Math.ceil(Math.log(ms / FIRST_MS) / LOG_GROWTH) : 0;
  return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

/** Counts durations in fixed buckets: adding allocates nothing, and two states subtract to the durations between them. */
export class LatencyHistogram {
  readonly #counts: Float64Array;

  /** `counts`: where they lie, `LATENCY_BUCKETS` of them; default: zeros of its own. */
  constructor(counts = new Float64Array(BUCKETS)) {
    this.#counts = counts;
  }

  /** Counts a duration `weight` times. */
  add(ms: number, weight = 1): void {
    this.#counts[latencyBucketOf(ms)]! += weight;
  }

  /** The counts as they are now. */
  snapshot(): Float64Array {
    return this.#counts.slice();
  }
}

/**
 * The `q`-quantile (0 to 1), in milliseconds, of what was counted between two snapshots of one histogram; `before` null: of everything.
 * Null when that is nothing.
 */
export function quantileBetween(before: Float64Array | null, after: Float64Array, q: number): number | null {
  let total = 0;
  for (let i = 0; i < BUCKETS; i++) total += after[i]! - (before?.[i] ?? 0);
  if (total <= 0) return null;
  let reached = 0;
  for (let i = 0; i < BUCKETS; i++) {
    reached += after[i]! - (before?.[i] ?? 0);
    if (reached >= q * total) return FIRST_MS * GROWTH ** (i === 0 ? 0 : i - 0.5);
  }
  return FIRST_MS * GROWTH ** BUCKETS;
}
