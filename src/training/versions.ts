import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { featureSet } from '../features/catalogue.js';
import { type Evaluation, existingVersions, hashes, type Metric, type Recomputed } from './artifacts.js';
import type { BoostingOptions } from './gradient-boosting.js';
import * as tf from './tf.js';

/**
 * How far a figure may be from the card's, as a share of it. Another processor rounds scores otherwise in the seventh digit, which may turn
 * two payments around at a threshold: one fraud of 2,570 is 0.0004 of the recall.
 */
const TOLERANCE = 5e-3;
/** Figures smaller than this are compared as if they were this large. */
const SMALL = 0.01;

/** Shares of a few hundred to some thousand pairs of the amount grid: a pair or two are compared as nothing. */
const COARSE = /^(gradientBoosting\.)?amountFalls/;

/** What evaluation reads of a `version.json`. */
export interface RecordedCard {
  readonly seed: number;
  readonly feature_set: string;
  readonly metrics: readonly Metric[];
  /** Its figures are said to be on data of this name. */
  readonly training_data: { readonly name: string };
  readonly thresholds: Readonly<Record<string, number>>;
  /** A fraud version's logistic calibration; null where there is none. */
  readonly calibration?: { readonly a: number; readonly b: number } | null;
  /** What was trained beside a fraud version to be held against it, and how; absent: nothing. */
  readonly baselines?: { readonly gradient_boosting: BoostingOptions };
  readonly hyperparameters?: Readonly<Record<string, number>>;
}
/** A version as read back from its folder. */
export interface ReadVersion {
  readonly name: string;
  readonly version: number;
  readonly folder: string;
  readonly card: RecordedCard;
  readonly model: tf.LayersModel;
}

/**
 * Reads a version back, the newest unless told, after checking its hashes.
 * @throws Error when there is no such version, a file is missing, changed or not listed, or it was trained on another
 * feature set than `trainedOn`.
 */
export async function readVersion(
  modelsDir: string,
  name: string,
  wished: number | undefined,
  trainedOn: string,
): Promise<ReadVersion> {
  const existing = existingVersions(modelsDir, name);
  const version = wished ?? existing.at(-1);
  if (version === undefined || !existing.includes(version)) {
    throw new Error(
      `expected a version of ${name} in ${modelsDir} (${existing.join(', ') || 'there is none'}), got ${wished ?? 'none'}`,
    );
  }
  const folder = join(modelsDir, name, String(version));
  const card = JSON.parse(readFileSync(join(folder, 'version.json'), 'utf8')) as RecordedCard & {
    files: Record<string, string>;
  };
  const { 'version.json': _itself, ...found } = hashes(folder);
  for (const file of new Set([...Object.keys(card.files), ...Object.keys(found)])) {
    if (card.files[file] !== found[file])
      throw new Error(`${join(folder, file)}: is not the file that version.json lists (sha256 differs or missing)`);
  }
  if (typeof card.training_data?.name !== 'string')
    throw new Error(`${join(folder, 'version.json')}: training_data.name: expected what its figures call the data`);
  featureSet(card.feature_set);
  if (card.feature_set !== trainedOn)
    throw new Error(`${name} ${version}: expected the feature set ${trainedOn}, got ${card.feature_set}`);
  return { name, version, folder, card, model: await tf.loadLayersModel(`file://${join(folder, 'model.json')}`) };
}

/** Sets the figures of a version's card beside the recomputed ones. */
export function compare({ name, version, card }: ReadVersion, recomputed: readonly Metric[]): Evaluation {
  const key = (m: Metric) => `${m.name} | ${m.dataset}`;
  const now = new Map(recomputed.map((m) => [key(m), m]));
  const then = new Map(card.metrics.map((m) => [key(m), m]));
  const figures = [...new Set([...then.keys(), ...now.keys()])].map((each): Recomputed => {
    const { name: figure, dataset } = (then.get(each) ?? now.get(each))!;
    const recorded = then.get(each)?.value ?? null;
    const again = now.get(each)?.value ?? null;
    const same =
      recorded !== null &&
      again !== null &&
      Math.abs(recorded - again) <= TOLERANCE * Math.max(COARSE.test(figure) ? 1 : SMALL, Math.abs(recorded));
    return { name: figure, dataset, recorded, recomputed: again, same };
  });
  return { model: name, version, figures };
}
