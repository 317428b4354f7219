/** How alike two ranked lists are, each measure from 0 (nothing in common) to 1 (the same). */
export interface RankAgreement {
  /** overlap@k: share of the k items of each that the other has too, k the length of the longer list. */
  readonly overlap: number;
  /** Jaccard index: items in both, of the items in either. */
  readonly jaccard: number;
  /** Rank-biased overlap: what stands further up counts more. */
  readonly rankBiasedOverlap: number;
}

/** Of rank-biased overlap: how likely a reader goes on to the next item. With 0.9 the first ten carry 86 % of the weight. */
const PERSISTENCE = 0.9;

/** Compares two lists of distinct items, best first. Two empty lists are the same. */
export function rankAgreement(a: readonly string[], b: readonly string[]): RankAgreement {
  const longer = Math.max(a.length, b.length);
  if (longer === 0) return { overlap: 1, jaccard: 1, rankBiasedOverlap: 1 };
  const inA = new Set(a);
  const both = b.reduce((count, item) => (inA.has(item) ? count + 1 : count), 0);
  return {
    overlap: both / longer,
    jaccard: both / (a.length + b.length - both),
    rankBiasedOverlap: rankBiasedOverlap(a, b),
  };
}

/**
 * Rank-biased overlap, extrapolated from the lists' ends (RBO_ext, equation 32, for lists of different lengths too): W. Webber, A. Moffat,
 * J. Zobel, "A similarity measure for indefinite rankings", ACM TOIS 28(4), 2010.
 */
export function rankBiasedOverlap(a: readonly string[], b: readonly string[], p = PERSISTENCE): number {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (long.length === 0) return 1;
  if (short.length === 0) return 0;
  const seen = new Set<string>();
  let agreed = 0;
  /** Items in common down to the end of the shorter list. */
  let agreedShort = 0;
  let sum = 0;
  for (let depth = 1; depth <= long.length; depth++) {
    for (const item of depth <= short.length ? [long[depth - 1]!, short[depth - 1]!] : [long[depth - 1]!]) {
      if (seen.has(item)) agreed++;
      else seen.add(item);
    }
    if (depth === short.length) agreedShort = agreed;
    sum += (agreed / depth) * p ** depth;
    if (depth > short.length) sum += ((agreedShort * (depth - short.length)) / (short.length * depth)) * p ** depth;
  }
  const [s, l] = [short.length, long.length];
  return ((1 - p) / p) * sum + ((agreed - agreedShort) / l + agreedShort / s) * p ** l;
}
