import type { RollOutGuards } from '../core/routing.js';
import type { OutcomeCounts } from '../data/outcomes.js';
import { type EstimatedShare, leastDifference, outcomesIn, precisionOf, recallOf } from './outcome-figures.js';

/** Whether any guard asks what payments turned out to be. */
export const asksForOutcomes = (guards: RollOutGuards): boolean =>
  [guards.minPrecision, guards.minRecall, guards.maxPrecisionDrop, guards.maxRecallDrop].some((bound) => bound != null);

/** Whether a step has as many outcomes as its guards want to see before it may end. */
export const enoughOutcomes = (guards: RollOutGuards, candidate: OutcomeCounts): boolean =>
  !asksForOutcomes(guards) || outcomesIn(candidate) >= guards.minOutcomes;

/**
 * Which guard the candidate breaks by what its payments turned out to be, as a sentence; null where none. A floor is broken when the whole
 * 95 % confidence interval lies below it, a drop when even the least that the candidate may be worse than the champion is above it.
 */
export function brokenByOutcomes(
  guards: RollOutGuards,
  candidate: OutcomeCounts,
  champion: OutcomeCounts,
): string | null {
  if (outcomesIn(candidate) < guards.minOutcomes) return null;
  const beside = outcomesIn(champion) < guards.minOutcomes ? null : champion;
  return (
    broken('precision', precisionOf, guards.minPrecision, guards.maxPrecisionDrop, candidate, beside) ??
    broken('recall', recallOf, guards.minRecall, guards.maxRecallDrop, candidate, beside)
  );
}

function broken(
  what: string,
  of: (counts: OutcomeCounts) => EstimatedShare | null,
  floor: number | null | undefined,
  drop: number | null | undefined,
  candidate: OutcomeCounts,
  champion: OutcomeCounts | null,
): string | null {
  const own = of(candidate);
  if (own === null) return null;
  const outcomes = `over ${outcomesIn(candidate)} outcomes`;
  if (floor != null && own.high < floor) return `${what}: ${shown(own)} ${outcomes}, at least ${floor} must be`;
  const usual = champion === null ? null : of(champion);
  if (drop == null || usual === null || leastDifference(usual, own) <= drop) return null;
  return `${what}: ${shown(own)} ${outcomes} against the champion's ${shown(usual)}, at most ${drop} less may be`;
}

const shown = ({ value, low, high }: EstimatedShare): string =>
  `${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
