import { type Metric, metric, type Progress } from './artifacts.js';
import { bootstrapStability, silhouette } from './k-means.js';
import { seeded } from './random.js';
import type { Retail } from './retail.js';
import type { Journeys } from './segmentation-calibration.js';
import { asOf, cluster, type Fit, QUARTER_MS, WIDTH } from './segmentation-fit.js';
import { nameSegments, type Segment } from './segmentation-names.js';
import { ask } from './segmentation-network.js';
import { reliability } from './segmentation-reliability.js';
import type * as tf from './tf.js';

/** Numbers of segments that are looked at: fewer say too little to a marketer, more than they can act on. */
const CANDIDATES = [4, 5, 6, 7, 8];
const DRAWS = 1_000;

/** What the figures of a segmentation are computed from. */
export interface Figured {
  readonly retail: Retail;
  /** The clustering of everybody, and the network that was made of it. */
  readonly fitted: Fit;
  readonly model: tf.LayersModel;
  readonly segments: readonly Segment[];
  readonly followed: Journeys;
  /** Draws come from the version's own seed, so that the figures can be had again. */
  readonly seed: number;
  readonly progress: Progress;
}

/**
 * Every figure of a segmentation: share of each segment by the served network, what its members spent afterwards, whether confidence keeps
 * its word; and for each number of segments cohesion, stability, and whether the segments spend differently afterwards.
 */
export function figures({ retail, fitted, model, segments, followed, seed, progress }: Figured): Metric[] {
  const k = segments.length;
  const everybody = `${fitted.ids.length} customers`;
  const { labels } = ask(model, fitted.x);
  const served = laterSpend(retail, k, seed);
  const names = nameSegments(served.centroids);
  progress.start('comparing segments', CANDIDATES.length);
  const compared = CANDIDATES.flatMap((candidate, i) => {
    const own = candidate === k;
    const fit = own ? { ...fitted, labels } : cluster(retail.baskets, asOf(retail.baskets), candidate, seed);
    const { groups, dataset } = own ? served : laterSpend(retail, candidate, seed);
    progress.step(i);
    return [
      metric(`silhouette.k${candidate}`, silhouette(fit.z, WIDTH, fit.labels, candidate), everybody),
      metric(
        `bootstrapARI.k${candidate}`,
        bootstrapStability(fit.z, WIDTH, fit, seeded(seed + 1)),
        `${everybody}, 20 bootstrap samples`,
      ),
      metric(
        `laterSpendApart.k${candidate}`,
        apart(groups) ? 1 : 0,
        `${dataset}: 1 when all 95 % intervals are disjoint`,
      ),
    ];
  });
  progress.done(`${CANDIDATES[0]} to ${CANDIDATES.at(-1)} of them`);
  return [
    ...segments.map((segment, c) =>
      metric(
        `share.${segment.id}`,
        labels.reduce((n, label) => n + (label === c ? 1 : 0), 0) / labels.length,
        `${everybody}, k = ${k}`,
      ),
    ),
    ...served.groups.flatMap(({ members, mean, low, high }, c) => {
      const where = `${served.dataset} (${members} customers), 95 % interval by bootstrap`;
      const { id } = names[c]!;
      return [
        metric(`laterMeanSpendGBP.${id}`, mean, where),
        metric(`laterMeanSpendLowGBP.${id}`, low, where),
        metric(`laterMeanSpendHighGBP.${id}`, high, where),
      ];
    }),
    ...reliability(model, followed),
    ...compared,
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

/**
 * The value check: segments fitted on what was known three months before the end, and what their members spent from then on, less what
 * they cancelled.
 */
function laterSpend({ baskets, cancellations }: Retail, k: number, seed: number) {
  const split = asOf(baskets) - QUARTER_MS;
  const { ids, centroids, labels } = cluster(baskets, split, k, seed);
  const spent = new Map<string, number>();
  const add = (customer: string, pence: number) => spent.set(customer, (spent.get(customer) ?? 0) + pence);
  for (const { customer, at, lines } of baskets)
    if (at > split) for (const { unitPrice, quantity } of lines) add(customer, unitPrice * quantity);
  for (const { customer, at, pence } of cancellations) if (at > split) add(customer, -pence);
  const random = seeded(seed + 2);
  const groups = centroids.map((_, c): Group => {
    const amounts = ids.filter((_id, i) => labels[i] === c).map((id) => (spent.get(id) ?? 0) / 100);
    return { members: amounts.length, ...meanWithInterval(amounts, random) };
  });
  const dataset = `fitted before ${new Date(split).toISOString().slice(0, 10)}, net spend in the three months after`;
  return { centroids, groups, dataset };
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
