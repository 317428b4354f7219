import type { Ranked } from './metrics.js';

/** A logistic calibration: probability = sigmoid(a · logit + b). */
export interface Platt {
  readonly a: number;
  readonly b: number;
}
const MAX_STEPS = 100;
/** The search ends when no mean gradient is larger. */
const SMALL_GRADIENT = 1e-10;

/** Loss of a logit against a target between 0 and 1, without overflow: ln(1 + e^z) − target · z. */
const logLoss = (z: number, target: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - target * z;

/**
 * Fits a logistic calibration to raw logits and their labels (0 or 1) by Newton's method with halved steps. Frauds count as
 * (f + 1) / (f + 2) and legitimate payments as 1 / (l + 2), so that the fit stays finite when the logits separate them.
 * (Platt 1999; Lin, Lin & Weng 2007, doi 10.1007/s10994-007-5018-6)
 * @throws Error when the fit would turn the ranking around (a ≤ 0) or is no number.
 */
export function fitPlatt(logits: Float32Array, labels: Uint8Array): Platt {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (labels.length - positives + 2);
  let a = 1;
  let b = 0;
  let loss = plattLoss(logits, labels, a, b, low, high);
  for (let step = 0; step < MAX_STEPS; step++) {
    const [stepA, stepB, gradient] = newtonStep(logits, labels, a, b, low, high);
    if (gradient < SMALL_GRADIENT) break;
    let share = 1;
    let next = plattLoss(logits, labels, a + stepA, b + stepB, low, high);
    while (!(next < loss) && share > 1e-10) {
      share /= 2;
      next = plattLoss(logits, labels, a + share * stepA, b + share * stepB, low, high);
    }
    if (!(next < loss)) break;
    a += share * stepA;
    b += share * stepB;
    loss = next;
  }
  if (!(a > 0) || !Number.isFinite(b))
    throw new Error(
      `calibration: expected scores that rise with fraud on the validation period, got a = ${a}, b = ${b}`,
    );
  return { a, b };
}

function plattLoss(logits: Float32Array, labels: Uint8Array, a: number, b: number, low: number, high: number): number {
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += logLoss(a * logits[i]! + b, labels[i] === 1 ? high : low);
  return sum / logits.length;
}

/** The full Newton step in a and b, and the larger of the two mean gradients. */
function newtonStep(
  logits: Float32Array,
  labels: Uint8Array,
  a: number,
  b: number,
  low: number,
  high: number,
): [stepA: number, stepB: number, gradient: number] {
  let gradA = 0;
  let gradB = 0;
  let aa = 0;
  let ab = 0;
  let bb = 0;
  for (let i = 0; i < logits.length; i++) {
    const z = logits[i]!;
    const p = sigmoid(a * z + b);
    const error = p - (labels[i] === 1 ? high : low);
    const weight = p * (1 - p);
    gradA += error * z;
    gradB += error;
    aa += weight * z * z;
    ab += weight * z;
    bb += weight;
  }
  // A tiny ridge: with every probability at 0 or 1 there is no curvature left.
  aa += 1e-12;
  bb += 1e-12;
  const determinant = aa * bb - ab * ab;
  return [
    (ab * gradB - bb * gradA) / determinant,
    (ab * gradA - aa * gradB) / determinant,
    Math.max(Math.abs(gradA), Math.abs(gradB)) / logits.length,
  ];
}

export const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/** Brier score: mean squared distance of the probabilities from the labels; 0 is perfect. (Brier 1950) */
export function brier(probabilities: ArrayLike<number>, labels: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < labels.length; i++) sum += (probabilities[i]! - labels[i]!) ** 2;
  return sum / labels.length;
}

/** Brier skill: 1 − Brier / Brier of always answering the base rate of these labels; 0 is no better than that, 1 perfect. */
export function brierSkill(probabilities: ArrayLike<number>, labels: Uint8Array): number {
  const base = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  return 1 - brier(probabilities, labels) / (base * (1 - base));
}

/** Payments of similar score: how often fraud was predicted on average, and how often it was. */
export interface ReliabilityBin {
  readonly rows: number;
  readonly predicted: number;
  readonly observed: number;
}

/** Reliability of the `share` of the rows that is ranked highest, in `bins` groups of (nearly) equal size, highest first; at least a row each. */
export function reliabilityAtTop(
  scores: ArrayLike<number>,
  labels: Uint8Array,
  share: number,
  bins: number,
  { order }: Ranked,
): ReliabilityBin[] {
  const rows = Math.min(order.length, Math.max(bins, Math.round(share * order.length)));
  const edge = (bin: number) => Math.round((bin / bins) * rows);
  return Array.from({ length: bins }, (_, bin) => [...order.subarray(edge(bin), edge(bin + 1))])
    .filter((group) => group.length > 0)
    .map((group) => ({
      rows: group.length,
      predicted: group.reduce((sum, row) => sum + scores[row]!, 0) / group.length,
      observed: group.reduce((sum, row) => sum + labels[row]!, 0) / group.length,
    }));
}
