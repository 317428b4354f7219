import { type Metric, metric } from './artifacts.js';
import { bootstrapStability, silhouette } from './k-means.js';
import { seeded } from './random.js';
import { RETAIL, type Retail } from './retail.js';
import { asOf, cluster, type Fit, WIDTH } from './segmentation-fit.js';
import { nameSegments, type Segment } from './segmentation-names.js';

/** Numbers of segments that are looked at: fewer say too little to a marketer, more than they can act on. */
const CANDIDATES = [4, 5, 6, 7, 8];
/** What is known before is judged by what is spent after. */
const SPLIT = Date.UTC(2011, 8, 9);
const DRAWS = 1_000;
const LATER = `${RETAIL.name}, fitted before 2011-09-09, net spend in the three months after`;

/**
 * Every figure of a segmentation: silhouette and share of each segment by the served network's `labels`, stability of the clustering,
 * the value check, and the same for other numbers of segments. Draws come from the version's own seed, so that the figures can be had
 * again.
 * @param fitted the clustering of everybody; @param labels the network's segment of each customer
 */
export function figures(
  retail: Retail,
  fitted: Fit,
  labels: Int32Array,
  segments: readonly Segment[],
  seed: number,
): Metric[] {
  const k = segments.length;
  const everybody = `${RETAIL.name}, ${fitted.ids.length} customers`;
  const later = laterSpend(retail, k, seed);
  const names = nameSegments(later.centroids);
  return [
    metric('silhouette', silhouette(fitted.z, WIDTH, labels, k), `${everybody}, k = ${k}`),
    metric('bootstrapARI', stability({ ...fitted, labels }, seed), `${everybody}, k = ${k}, 20 bootstrap samples`),
    ...segments.map((segment, c) =>
      metric(
        `share.${segment.id}`,
        labels.reduce((n, label) => n + (label === c ? 1 : 0), 0) / labels.length,
        `${everybody}, k = ${k}`,
      ),
    ),
    ...later.groups.flatMap(({ members, mean, low, high }, c) => {
      const where = `${LATER} (${members} customers), 95 % interval by bootstrap`;
      const { id } = names[c]!;
      return [
        metric(`laterMeanSpendGBP.${id}`, mean, where),
        metric(`laterMeanSpendLowGBP.${id}`, low, where),
        metric(`laterMeanSpendHighGBP.${id}`, high, where),
      ];
    }),
    ...CANDIDATES.flatMap((candidate) => evidence(retail, candidate, seed, everybody)),
  ];
}

const stability = (fitted: Fit, seed: number): number => bootstrapStability(fitted.z, WIDTH, fitted, seeded(seed + 1));

/** How good another number of segments would be: cohesion, stability, and whether the segments spend differently afterwards. */
function evidence(retail: Retail, k: number, seed: number, everybody: string): Metric[] {
  const fitted = cluster(retail.baskets, asOf(retail.baskets), k, seed);
  const { groups } = laterSpend(retail, k, seed);
  return [
    metric(`silhouette.k${k}`, silhouette(fitted.z, WIDTH, fitted.labels, k), everybody),
    metric(`bootstrapARI.k${k}`, stability(fitted, seed), everybody),
    metric(`laterSpendApart.k${k}`, apart(groups) ? 1 : 0, `${LATER}: 1 when all 95 % intervals are disjoint`),
  ];
}

interface Group {
  readonly members: number;
  /** GBP: the mean over the members, and its 95 % interval. */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Whether no interval of a mean reaches into another. */
function apart(groups: readonly Group[]): boolean {
  const ordered = [...groups].sort((a, b) => a.mean - b.mean);
  return ordered.every((group, i) => i === 0 || group.low > ordered[i - 1]!.high);
}

/** The value check: segments fitted on what was known before SPLIT, and what their members spent afterwards, less what they cancelled. */
function laterSpend({ baskets, cancellations }: Retail, k: number, seed: number) {
  const { ids, centroids, labels } = cluster(baskets, SPLIT, k, seed);
  const spent = new Map<string, number>();
  const add = (customer: string, pence: number) => spent.set(customer, (spent.get(customer) ?? 0) + pence);
  for (const { customer, at, lines } of baskets)
    if (at > SPLIT) for (const { unitPrice, quantity } of lines) add(customer, unitPrice * quantity);
  for (const { customer, at, pence } of cancellations) if (at > SPLIT) add(customer, -pence);
  const random = seeded(seed + 2);
  const groups = centroids.map((_, c): Group => {
    const amounts = ids.filter((_id, i) => labels[i] === c).map((id) => (spent.get(id) ?? 0) / 100);
    return { members: amounts.length, ...meanWithInterval(amounts, random) };
  });
  return { centroids, groups };
}

/** The mean and its 95 % percentile interval over bootstrap samples (Efron 1979). */
function meanWithInterval(amounts: readonly number[], random: () => number): Omit<Group, 'members'> {
  const n = Math.max(1, amounts.length);
  const means = Float64Array.from({ length: DRAWS }, () => {
    let sum = 0;
    for (let i = 0; i < amounts.length; i++) sum += amounts[Math.floor(random() * amounts.length)]!;
    return sum / n;
  }).sort();
  const at = (q: number) => means[Math.floor(q * (DRAWS - 1))]!;
  return { mean: amounts.reduce((a, b) => a + b, 0) / n, low: at(0.025), high: at(0.975) };
}
