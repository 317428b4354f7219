/** One number of a feature vector, as people and manifests see it. */
export interface FeatureSpec {
  readonly name: string;
  readonly description: string;
  readonly unit?: string;
  /** Used when the fact is missing; the name is then listed in `defaultedFeatures`. */
  readonly default: number;
}

/** An ordered, versioned vector. Changing the order, a formula or a default makes a new version. */
export interface FeatureSet {
  readonly name: string;
  readonly version: number;
  /** What it describes, and what is peculiar about it. One paragraph. */
  readonly description: string;
  readonly features: readonly FeatureSpec[];
}

/** Nothing was defaulted: one shared array, so that the usual case allocates nothing. */
export const NONE_DEFAULTED: readonly string[] = Object.freeze([]);
