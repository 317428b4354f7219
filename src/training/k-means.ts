const RESTARTS = 20;

/** k centroids (standardised units) and the nearest one of each row. */
export interface Clustering {
  readonly centroids: Float64Array[];
  readonly labels: Int32Array;
  readonly inertia: number;
}

/** Rows (row-major) with mean 0 and deviation 1 per column; a constant column keeps deviation 1. */
export function standardise(x: Float32Array, width: number): { z: Float64Array; mean: number[]; std: number[] } {
  const rows = x.length / width;
  const mean = Array.from({ length: width }, (_, f) => sumOf(rows, (i) => x[i * width + f]!) / rows);
  const std = mean.map((m, f) => Math.sqrt(sumOf(rows, (i) => (x[i * width + f]! - m) ** 2) / rows) || 1);
  return { z: Float64Array.from(x, (value, i) => (value - mean[i % width]!) / std[i % width]!), mean, std };
}
const sumOf = (n: number, value: (i: number) => number): number => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += value(i);
  return sum;
};

/** Squared distance of a row to a point; the point's length is the rows' width. */
const distance = (z: Float64Array, row: number, c: Float64Array): number => {
  let d = 0;
  for (let f = 0; f < c.length; f++) d += (z[row * c.length + f]! - c[f]!) ** 2;
  return d;
};

/** k-means with k-means++ starts (Arthur & Vassilvitskii 2007); the best of `restarts` (20) by inertia.
 * @throws Error when there are fewer rows than clusters. */
export function kMeans(
  z: Float64Array,
  width: number,
  k: number,
  random: () => number,
  restarts = RESTARTS,
): Clustering {
  const rows = z.length / width;
  if (rows < k) throw new Error(`expected at least ${k} customers to make ${k} segments, got ${rows}`);
  let bestRun: Clustering | null = null;
  for (let restart = 0; restart < restarts; restart++) {
    const centroids = [point(z, width, Math.floor(random() * rows))];
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
      centroids.push(point(z, width, chosen));
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
        const sums = new Float64Array(width);
        let members = 0;
        for (let i = 0; i < rows; i++) {
          if (labels[i] !== c) continue;
          members++;
          for (let f = 0; f < width; f++) sums[f]! += z[i * width + f]!;
        }
        if (members > 0) for (let f = 0; f < width; f++) centroid[f] = sums[f]! / members;
      });
    }
    const inertia = sumOf(rows, (i) => distance(z, i, centroids[labels[i]!]!));
    if (bestRun === null || inertia < bestRun.inertia) bestRun = { centroids, labels, inertia };
  }
  return bestRun!;
}
const point = (z: Float64Array, width: number, row: number) => z.slice(row * width, (row + 1) * width);
/** Index of the centroid nearest to a row. */
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
export function silhouette(z: Float64Array, width: number, labels: Int32Array, k: number): number {
  const rows = labels.length;
  const sizes = new Array<number>(k).fill(0);
  for (const label of labels) sizes[label]!++;
  let total = 0;
  for (let i = 0; i < rows; i++) {
    const sums = new Float64Array(k);
    for (let j = 0; j < rows; j++) {
      if (i !== j) sums[labels[j]!]! += Math.sqrt(distance(z, i, z.subarray(j * width, (j + 1) * width)));
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

/**
 * Adjusted Rand index (Hubert & Arabie 1985) of two assignments of the same rows: 1 for the same grouping whatever its
 * numbers, 0 on average for chance.
 */
export function adjustedRand(a: Int32Array, b: Int32Array, k: number): number {
  const table = new Float64Array(k * k);
  const ofA = new Float64Array(k);
  const ofB = new Float64Array(k);
  for (let i = 0; i < a.length; i++) {
    table[a[i]! * k + b[i]!]! += 1;
    ofA[a[i]!]! += 1;
    ofB[b[i]!]! += 1;
  }
  const pairs = (counts: Float64Array) => counts.reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  const together = pairs(table);
  const expected = (pairs(ofA) * pairs(ofB)) / ((a.length * (a.length - 1)) / 2);
  const most = (pairs(ofA) + pairs(ofB)) / 2;
  return most === expected ? 1 : (together - expected) / (most - expected);
}

/**
 * How stable a clustering is: mean adjusted Rand index between its labels and those of clusterings fitted on bootstrap
 * samples (drawn with replacement, as many as there are rows), all rows assigned to the nearest centroid of each.
 */
export function bootstrapStability(
  z: Float64Array,
  width: number,
  fitted: Clustering,
  random: () => number,
  samples = 20,
): number {
  const rows = fitted.labels.length;
  const k = fitted.centroids.length;
  const drawn = new Float64Array(z.length);
  let total = 0;
  for (let sample = 0; sample < samples; sample++) {
    for (let i = 0; i < rows; i++) {
      const row = Math.floor(random() * rows);
      drawn.set(z.subarray(row * width, (row + 1) * width), i * width);
    }
    const { centroids } = kMeans(drawn, width, k, random, 5);
    total += adjustedRand(
      fitted.labels,
      Int32Array.from({ length: rows }, (_, i) => nearestTo(z, i, centroids)),
      k,
    );
  }
  return total / samples;
}
