import { type Metric, metric } from './artifacts.js';
import { type ReliabilityBin, reliabilityAtTop } from './calibration.js';
import { rank } from './metrics.js';
import type { Journeys, Moments } from './segmentation-calibration.js';
import { WIDTH } from './segmentation-fit.js';
import { ask } from './segmentation-network.js';
import type * as tf from './tf.js';

/** Groups of equal size, by falling confidence. */
const GROUPS = 5;
/** First purchases are shown by what was spent, GBP: it is all that tells them apart. */
const AMOUNTS = [0, 50, 100, 200, 400, 1000, Number.POSITIVE_INFINITY];
const MONETARY = 2;
const HELD = 'customers that calibration did not see, three months later';

/**
 * Whether confidence keeps its word, on customers whose moments did not choose the softness: what was promised on average (`confidence`)
 * beside the share that was in the same segment three months later (`stayed`), for first purchases and for everybody.
 */
export function reliability(model: tf.LayersModel, { monthly, first }: Journeys): Metric[] {
  const everybody = promises(model, monthly);
  const newcomers = promises(model, first);
  const ranked = rank(everybody.confidence, everybody.stayed);
  const groups = reliabilityAtTop(everybody.confidence, everybody.stayed, 1, GROUPS, ranked);
  const spent = (row: number) => Math.expm1(first.x[row * WIDTH + MONETARY]!);
  const amounts = AMOUNTS.slice(1).map((to, i) => {
    const from = AMOUNTS[i]!;
    const rows = [...newcomers.stayed.keys()].filter((row) => spent(row) >= from && spent(row) < to);
    return { name: to === Number.POSITIVE_INFINITY ? `${from} GBP and more` : `${from} to ${to} GBP`, rows };
  });
  return [
    ...pair(whole(newcomers), `${HELD}, first purchases`),
    ...amounts.flatMap(({ name, rows }) => pair(binOf(newcomers, rows), `${HELD}, first purchases of ${name}`)),
    ...pair(whole(everybody), `${HELD}, everybody once a month`),
    ...groups.flatMap((bin, i) => pair(bin, `${HELD}, everybody once a month, group ${i + 1} of ${GROUPS}`)),
  ];
}

interface Promises {
  readonly confidence: Float32Array;
  /** 1 where the later segment is the one that was answered. */
  readonly stayed: Uint8Array;
}

function promises(model: tf.LayersModel, { x, later }: Moments): Promises {
  const then = ask(model, x);
  const now = ask(model, later);
  return {
    confidence: then.confidence,
    stayed: Uint8Array.from(then.labels, (label, i) => +(label === now.labels[i])),
  };
}

const whole = (all: Promises): ReliabilityBin => binOf(all, [...all.stayed.keys()]);

function binOf({ confidence, stayed }: Promises, rows: readonly number[]): ReliabilityBin {
  const mean = (of: (row: number) => number) => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  return { rows: rows.length, predicted: mean((row) => confidence[row]!), observed: mean((row) => stayed[row]!) };
}

/** Nothing is said of nobody. */
function pair({ rows, predicted, observed }: ReliabilityBin, on: string): Metric[] {
  if (rows === 0) return [];
  const where = `${on} (${rows} moments)`;
  return [metric('confidence', predicted, where), metric('stayed', observed, where)];
}
