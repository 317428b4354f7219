import type { FraudOutput } from '../domains/fraud/fraud.js';
import type { GenericOutput } from '../domains/generic/generic.js';
import type { RecommendationOutput } from '../domains/recommendations/recommendations.js';
import type { SegmentOutput } from '../domains/segmentation/segmentation.js';
import type { ModelManifest, OutputSpec } from '../inference/ports.js';

/** How far two numbers may be apart and still agree: a share of the output's stated range, … */
const TOLERANCE = 0.01;

/** What two versions are compared by: what was decided, and how strongly. */
export interface Verdict {
  /** The decision, the segment, the first item, the column with the most; null where there are numbers alone. */
  readonly label: string | null;
  readonly score: number;
  /** A ranked list, best first. */
  readonly items?: readonly string[];
  /** All numbers of the answer, where it is made of numbers. */
  readonly values?: readonly number[];
  /** Numbers that must be near each other: the places in `values`, and how near. */
  readonly near?: readonly { readonly place: number; readonly tolerance: number }[];
}

export const fraudVerdict = ({ decision, probability }: FraudOutput): Verdict => ({
  label: decision,
  score: probability,
});
export const segmentVerdict = ({ segment, confidence }: SegmentOutput): Verdict => ({
  label: segment,
  score: confidence,
});
export const listVerdict = ({ items }: RecommendationOutput): Verdict => ({
  label: items[0]?.itemId ?? null,
  score: items[0]?.score ?? 0,
  items: items.map(({ itemId }) => itemId),
});

/**
 * What the answer of a dropped-in model comes down to. Of an output with several columns the largest is what was decided; a single number must be
 * near the other's. The score is that of the first output: its only value, or the largest.
 */
export function genericVerdict(output: GenericOutput, { outputs }: Pick<ModelManifest, 'outputs'>): Verdict {
  const labels: string[] = [];
  const values: number[] = [];
  const near: { place: number; tolerance: number }[] = [];
  let score: number | null = null;
  for (const spec of outputs) {
    const value = output[spec.name];
    if (value === undefined) continue;
    if (typeof value === 'number') {
      near.push({ place: values.length, tolerance: toleranceOf(spec, value) });
      values.push(value);
      score ??= value;
      continue;
    }
    const largest = value.reduce((best, one, i) => (one > value[best]! ? i : best), 0);
    labels.push(spec.features?.[largest]?.name ?? `${spec.name}[${largest}]`);
    values.push(...value);
    score ??= value[largest] ?? 0;
  }
  return { label: labels.length === 0 ? null : labels.join(' '), score: score ?? 0, values, near };
}

/** … or, where none is stated, of the number itself, and of 1 where that is more. */
function toleranceOf({ features }: OutputSpec, value: number): number {
  const { minimum, maximum } = features?.[0] ?? {};
  const range = minimum === undefined || maximum === undefined ? Math.max(1, Math.abs(value)) : maximum - minimum;
  return TOLERANCE * range;
}

/** Whether two verdicts about one row come to the same. */
export function agrees(before: Verdict, after: Verdict): boolean {
  if (before.label !== after.label) return false;
  return (before.near ?? []).every(
    ({ place, tolerance }) => Math.abs(after.values![place]! - before.values![place]!) <= tolerance,
  );
}

/** By how much the second is more than the first: of the scores, or the mean over all numbers. `absolute`: each without its sign. */
export function difference(before: Verdict, after: Verdict, absolute: boolean): number {
  const sign = absolute ? Math.abs : (value: number) => value;
  const { values = [before.score] } = before;
  const others = after.values ?? [after.score];
  return values.reduce((sum, value, i) => sum + sign((others[i] ?? Number.NaN) - value), 0) / values.length;
}
