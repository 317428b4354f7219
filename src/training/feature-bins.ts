/** Bins of one feature at most, so that a bin fits a byte. */
export const MAX_BINS = 255;

/** Rows whose features are replaced by the numbers of their bins, and where the bins end. */
export interface Binned {
  /** Row-major bin numbers. */
  readonly bins: Uint8Array;
  readonly width: number;
  /** Per feature, rising: bin k holds the values above edge k − 1 and up to edge k; the last bin has no edge. */
  readonly edges: readonly Float32Array[];
}

/**
 * Edges between the values of one feature: between neighbouring values where there are few of them, otherwise at quantiles,
 * so that bins hold about equally many rows.
 */
export function binEdges(values: Float32Array, maxBins = MAX_BINS): Float32Array {
  const sorted = Float32Array.from(values).sort();
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  if (distinct.length <= maxBins) return distinct.slice(0, -1);
  const edges: number[] = [];
  for (let k = 1; k < maxBins; k++) {
    const edge = sorted[Math.floor((k / maxBins) * sorted.length)]!;
    if (edge < sorted[sorted.length - 1]! && (edges.length === 0 || edge > edges[edges.length - 1]!)) edges.push(edge);
  }
  return Float32Array.from(edges);
}

/** Replaces row-major features by bin numbers. Memory: a byte a feature, and one column's sorted copy at a time. */
export function bin(x: Float32Array, width: number): Binned {
  const rows = x.length / width;
  const bins = new Uint8Array(x.length);
  const column = new Float32Array(rows);
  const edges = Array.from({ length: width }, (_, feature) => {
    for (let row = 0; row < rows; row++) column[row] = x[row * width + feature]!;
    const ends = binEdges(column);
    for (let row = 0; row < rows; row++) bins[row * width + feature] = binOf(ends, column[row]!);
    return ends;
  });
  return { bins, width, edges };
}

/** The first bin whose edge the value does not pass. */
function binOf(edges: Float32Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value > edges[middle]!) low = middle + 1;
    else high = middle;
  }
  return low;
}
