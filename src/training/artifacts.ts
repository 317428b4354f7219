import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs-node';
import type { FeatureSet } from '../features/spec.js';
import { refuseMisfit } from './model-manifest.js';

export interface TrainOptions {
  /** Folder that holds the data sets, one sub-folder each. */
  readonly dataDir: string;
  readonly modelsDir: string;
  readonly seed: number;
  /** Progress bars and figures go here; absent: silent. */
  readonly progress?: Progress;
  /** Number to give the new version; absent: the next free one. */
  readonly version?: number;
  /** Whether to train, beside the fraud model, the gradient boosting that it is held against; absent: yes. */
  readonly baselines?: boolean;
}

export interface EvaluateOptions {
  /** Folder that holds the data sets, one sub-folder each. */
  readonly dataDir: string;
  readonly modelsDir: string;
  /** Version to evaluate; absent: the newest. */
  readonly version?: number;
  readonly progress?: Progress;
}

/** A figure of a version's card beside the same figure computed again; null where only one side has it. */
export interface Recomputed {
  readonly name: string;
  readonly dataset: string;
  readonly recorded: number | null;
  readonly recomputed: number | null;
  /** Whether both are there and differ by no more than engines and rounding explain. */
  readonly same: boolean;
}
export interface Evaluation {
  readonly model: string;
  readonly version: number;
  readonly figures: readonly Recomputed[];
}

/** Where training tells how far it is. */
export interface Progress {
  start(what: string, total: number): void;
  step(done: number, note?: string): void;
  done(note?: string): void;
  say(line: string): void;
}
export const noProgress: Progress = { start() {}, step() {}, done() {}, say() {} };

export interface Metric {
  readonly name: string;
  readonly value: number;
  readonly dataset: string;
}

/** What a training run hands over to be written as a version. */
export interface TrainedVersion {
  readonly model: tfjs.LayersModel;
  readonly assets: Readonly<Record<string, unknown>>;
  /** Rows and their outputs, for the golden test. */
  readonly golden: unknown;
  readonly card: Readonly<Record<string, unknown>> & { readonly metrics: readonly Metric[] };
}

/** Folders with more digits are no versions. */
const MOST_VERSIONS = 999_999_999;

/** Versions that exist, ascending. */
export function existingVersions(modelsDir: string, name: string): number[] {
  const folder = join(modelsDir, name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((entry) => /^[1-9]\d{0,8}$/.test(entry))
    .map(Number)
    .sort((a, b) => a - b);
}

/** The number a new version gets. @throws Error when the wished-for number exists, or is none that a server would look for. */
export function newVersionNumber(modelsDir: string, name: string, wished?: number): number {
  const existing = existingVersions(modelsDir, name);
  if (wished !== undefined && !(Number.isInteger(wished) && wished >= 1 && wished <= MOST_VERSIONS))
    throw new Error(`expected a version from 1 to ${MOST_VERSIONS}, got ${wished}`);
  if (wished !== undefined && existing.includes(wished))
    throw new Error(`version ${wished} of ${name} exists; versions are never overwritten`);
  return wished ?? (existing[existing.length - 1] ?? 0) + 1;
}

/**
 * Writes `models/<name>/<version>/`: beside it first, then renamed into place, so that an interrupted run leaves
 * nothing half-written. Hashes of all files go into `version.json`.
 */
async function writeVersion(
  modelsDir: string,
  name: string,
  version: number,
  trained: TrainedVersion,
): Promise<string> {
  const folder = join(modelsDir, name, String(version));
  const temporary = join(modelsDir, name, `.writing-${version}-${process.pid}`);
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  try {
    for (const [file, bytes] of await layersModelFiles(trained.model)) writeFileSync(join(temporary, file), bytes);
    for (const [file, value] of Object.entries({ ...trained.assets }))
      write(join(temporary, 'assets', file), JSON.stringify(value));
    write(join(temporary, 'golden.json'), JSON.stringify(trained.golden));
    const card = { version, format: 'tfjs-layers', files: hashes(temporary), ...trained.card };
    write(join(temporary, 'version.json'), `${JSON.stringify(card, null, 1)}\n`);
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
  return folder;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** SHA-256 of every file of a folder, by path relative to it. */
export function hashes(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  return Object.fromEntries(
    files.map((file) => [
      file,
      createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex'),
    ]),
  );
}

/** A layers model as the two files tfjs reads. */
async function layersModelFiles(model: tfjs.LayersModel): Promise<[string, Uint8Array | string][]> {
  let files: [string, Uint8Array | string][] = [];
  await model.save({
    save: async (artifacts) => {
      const weights = artifacts.weightData as ArrayBuffer | ArrayBuffer[];
      const data = Array.isArray(weights)
        ? Buffer.concat(weights.map((part) => Buffer.from(part)))
        : Buffer.from(weights);
      const json = {
        format: 'layers-model',
        generatedBy: artifacts.generatedBy,
        convertedBy: null,
        modelTopology: artifacts.modelTopology,
        weightsManifest: [{ paths: ['weights.bin'], weights: artifacts.weightSpecs }],
      };
      files = [
        ['model.json', JSON.stringify(json)],
        ['weights.bin', data],
      ];
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  });
  return files;
}

/** The manifest's list of features, with the range seen in training (rows × width, row-major). */
export function manifestFeatures(set: FeatureSet, rows: Float32Array): object[] {
  const width = set.features.length;
  const lows = new Array<number>(width).fill(Number.POSITIVE_INFINITY);
  const highs = new Array<number>(width).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < rows.length; i++) {
    const column = i % width;
    if (rows[i]! < lows[column]!) lows[column] = rows[i]!;
    if (rows[i]! > highs[column]!) highs[column] = rows[i]!;
  }
  return set.features.map((feature, i) => ({
    name: feature.name,
    description: feature.description,
    ...(feature.unit === undefined ? {} : { unit: feature.unit }),
    minimum: lows[i],
    maximum: highs[i],
    default: feature.default,
  }));
}

/** What a training run hands over to be written into the model's own folder. */
export interface ModelFiles {
  /** `manifest.json` but for the name. */
  readonly manifest: object;
  /** `CARD.md`, of this version. */
  readonly card: string;
}

/**
 * Writes a version, then the model's `CARD.md`, and a `manifest.json` where there is none: one that is there holds what its owner
 * decided (aliases, policies, limits) and is left as it is.
 * @returns the version's folder
 * @throws Error when the version does not fit the manifest that is there; nothing is written then.
 */
export async function publish(
  modelsDir: string,
  name: string,
  version: number,
  trained: TrainedVersion,
  { manifest, card }: ModelFiles,
): Promise<string> {
  refuseMisfit(modelsDir, name, manifest);
  const folder = await writeVersion(modelsDir, name, version, trained);
  const file = join(modelsDir, name, 'manifest.json');
  if (!existsSync(file)) replace(file, `${JSON.stringify({ name, ...manifest }, null, 2)}\n`);
  replace(join(modelsDir, name, 'CARD.md'), card);
  return folder;
}

/** Replaces a file at once: a server that reads it sees the old text or the new one, never half of one. */
function replace(path: string, text: string): void {
  const temporary = `${path}.writing-${process.pid}`;
  write(temporary, text);
  renameSync(temporary, path);
}

/** Figures as cards have them: `name` is what the data they are on is called. */
export const onData = (name: string, metrics: readonly Metric[]): Metric[] =>
  metrics.map((m) => ({ ...m, dataset: `${name}, ${m.dataset}` }));

/** A metric, rounded to what can be believed. */
export const metric = (name: string, value: number, dataset: string): Metric => ({
  name,
  value: Number(value.toPrecision(5)),
  dataset,
});

/** A Markdown table of metrics. */
export function metricTable(metrics: readonly Metric[]): string {
  return [
    '| measure | value | on |',
    '| --- | --- | --- |',
    ...metrics.map((m) => `| ${m.name} | ${m.value} | ${m.dataset} |`),
  ].join('\n');
}
