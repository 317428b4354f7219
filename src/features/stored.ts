import { CUSTOMER_FEATURES, customerVector } from './customer-features.js';
import type { CustomerState } from './customer-state.js';
import { RFM_FEATURES, rfmVector } from './rfm-features.js';
import type { FeatureSet } from './spec.js';

/** A feature set that the state of a customer alone says everything of. */
interface StoredSet {
  readonly set: FeatureSet;
  /** Writes its vector as of `now` (ms UTC); answers the names of features that took their default. */
  readonly write: (state: CustomerState, now: number, out: Float32Array, offset: number) => readonly string[];
}

const SETS: readonly StoredSet[] = [
  { set: RFM_FEATURES, write: rfmVector },
  { set: CUSTOMER_FEATURES, write: customerVector },
];
const nameOf = (set: FeatureSet, feature: string): string => `${set.name}@${set.version}/${feature}`;

/** Features that are known of every customer without being told, by name: `rfm@1/log_recency`. */
export const STORED_FEATURES: readonly string[] = SETS.flatMap(({ set }) =>
  set.features.map(({ name }) => nameOf(set, name)),
);

/** What is known of one customer at `now` (ms UTC), in the order of STORED_FEATURES; NaN: not known. */
export function storedVector(state: CustomerState, now: number): Float32Array {
  const known = new Float32Array(STORED_FEATURES.length);
  let first = 0;
  for (const { set, write } of SETS) {
    const defaulted = write(state, now, known, first);
    for (const name of defaulted)
      known[first + set.features.findIndex((feature) => feature.name === name)] = Number.NaN;
    first += set.features.length;
  }
  return known;
}

/** Reads one stored feature of a customer as of `now` (ms UTC); NaN where it is not known. Makes nothing when it is called. */
export type StoredFeature = (state: CustomerState, now: number) => number;

/** The reader of a stored feature by name; null: there is none of that name (STORED_FEATURES). */
export function storedFeature(wanted: string): StoredFeature | null {
  for (const { set, write } of SETS) {
    const place = set.features.findIndex(({ name }) => nameOf(set, name) === wanted);
    if (place < 0) continue;
    const { name } = set.features[place]!;
    const vector = new Float32Array(set.features.length);
    return (state, now) => (write(state, now, vector, 0).includes(name) ? Number.NaN : vector[place]!);
  }
  return null;
}
