import type { RollOutGuards } from '../core/routing.js';
import type { ArmFacts } from '../inference/routing/arm-stats.js';

/** Guards where nobody said otherwise. */
export const DEFAULT_GUARDS: RollOutGuards = {
  ...{ minRows: 200, maxErrorRate: 0.01, maxLatencyRatio: 3, maxPsi: 0.25 },
  ...{ minOutcomes: 50, minPrecision: null, minRecall: null, maxPrecisionDrop: null, maxRecallDrop: null },
};
/** Below this many rows not even failures are judged. */
const LEAST_ROWS = 10;
/** A candidate that is slower by less than this is not slower: so much two measurements of one version differ. */
const LATENCY_SLACK_MS = 5;
/** Two samples of fewer scores differ by chance alone, whatever `minRows` says. */
const LEAST_SCORES = 200;
/** The p95 of fewer answers is that of the five slowest or less: one pause of the machine. */
const LEAST_ANSWERS = 100;
const BINS = 10;
/** Counts as the share of an empty bin, so that its logarithm is one. */
const LEAST_SHARE = 1e-4;
/** Standard deviations of 95 %. */
const Z = 1.96;

/** The 95 % confidence interval of a share (Wilson): `count` of `of`. */
export function wilson(count: number, of: number): { readonly low: number; readonly high: number } {
  if (of === 0) return { low: 0, high: 1 };
  const share = count / of;
  const square = (Z * Z) / of;
  const middle = share + square / 2;
  const reach = Z * Math.sqrt((share * (1 - share)) / of + square / (4 * of));
  // None and all are the ends themselves: a rounding beside one of them would break a bound of exactly 0 or 1.
  return {
    low: count === 0 ? 0 : Math.max(0, (middle - reach) / (1 + square)),
    high: count === of ? 1 : Math.min(1, (middle + reach) / (1 + square)),
  };
}

/**
 * Population stability index of `actual` against `expected`, over the deciles of `expected`: 0 where they are alike; above 0.25 they are
 * usually called different. Two samples of 200 of one distribution differ by 0.09 on average. NaN where either is empty.
 */
export function populationStability(expected: Float32Array, actual: Float32Array): number {
  if (expected.length === 0 || actual.length === 0) return Number.NaN;
  const sorted = expected.slice().sort();
  const edges: number[] = [];
  for (let i = 1; i < BINS; i++) {
    const edge = sorted[Math.floor((i * sorted.length) / BINS)]!;
    if (edge !== edges.at(-1)) edges.push(edge); // a value that many share makes one bin
  }
  const shares = (values: Float32Array) => {
    const counts = new Array<number>(edges.length + 1).fill(0);
    for (const value of values) {
      let bin = 0;
      while (bin < edges.length && value >= edges[bin]!) bin++;
      counts[bin]!++;
    }
    return counts.map((count) => Math.max(LEAST_SHARE, count / values.length));
  };
  const before = shares(expected);
  return shares(actual).reduce((sum, share, i) => sum + (share - before[i]!) * Math.log(share / before[i]!), 0);
}

/** `populationStability` of the candidate's scores against the champion's; null while either has too few to tell. */
export function scoreShift(candidate: ArmFacts, champion: ArmFacts): number | null {
  if (Math.min(candidate.scores.length, champion.scores.length) < LEAST_SCORES) return null;
  return populationStability(champion.scores, candidate.scores);
}

/** Which guard the candidate breaks, as a sentence; null where none. What there are too few rows for is not judged. */
export function brokenGuard(guards: RollOutGuards, candidate: ArmFacts, champion: ArmFacts): string | null {
  const { rows, errors } = candidate;
  if (rows >= LEAST_ROWS && wilson(errors, rows).low > guards.maxErrorRate)
    return `error rate: ${errors} of ${rows} rows failed, at most ${guards.maxErrorRate} may`;
  if (rows < guards.minRows || champion.rows < guards.minRows) return null;
  const [slow, usual] = [candidate.p95Ms, champion.p95Ms];
  const enough = Math.min(candidate.answers, champion.answers) >= LEAST_ANSWERS;
  if (
    enough &&
    slow !== null &&
    usual !== null &&
    slow > usual * guards.maxLatencyRatio &&
    slow > usual + LATENCY_SLACK_MS
  )
    return `latency: p95 ${slow.toFixed(1)} ms against the champion's ${usual.toFixed(1)} ms, at most ${guards.maxLatencyRatio} times may be`;
  const psi = scoreShift(candidate, champion);
  if (psi !== null && psi > guards.maxPsi)
    return `score distribution: PSI ${psi.toFixed(2)} against the champion over ${candidate.scores.length} and ${champion.scores.length} scores, at most ${guards.maxPsi} may be`;
  return null;
}
