import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseManifest } from '../../src/inference/manifest.js';
import { MODELS } from './server.js';

/** What a test changes about the copy of a shipped version that it publishes. */
export interface PublishOptions {
  /** Changes files before they are hashed. */
  readonly change?: (folder: string) => void;
  /** Changes files after they were hashed: the version is broken. */
  readonly spoil?: (folder: string) => void;
  readonly from?: number;
}

/** A models folder with one shipped model, as version 1. */
export function modelFolder(path: string, model = 'segmentation', manifest: object = {}): string {
  cpSync(join(MODELS, model), join(path, model), { recursive: true });
  changeManifest(path, model, manifest);
  return path;
}

export function changeManifest(models: string, model: string, changes: object): void {
  const file = join(models, model, 'manifest.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...changes }));
}

/** Publishes a copy of version 1 under another number, whole from one moment to the next. */
export function publish(models: string, model: string, version: number, options: PublishOptions = {}): string {
  const hidden = join(models, model, `.${version}`);
  mkdirSync(hidden, { recursive: true });
  cpSync(join(models, model, String(options.from ?? 1)), hidden, { recursive: true });
  options.change?.(hidden);
  rehash(hidden, version);
  options.spoil?.(hidden);
  const folder = join(models, model, String(version));
  renameSync(hidden, folder);
  return folder;
}

/** A copy of a fraud version that decides otherwise by the same scores. */
export const decidingAt = (review: number, decline = review): PublishOptions => ({
  change(folder: string) {
    const file = join(folder, 'version.json');
    const card = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...card, thresholds: { ...card.thresholds, review, decline } }));
  },
});

/** Writes the number and the hashes of the files as they are now into a `version.json`. */
export function rehash(folder: string, version: number): void {
  const file = join(folder, 'version.json');
  const card = JSON.parse(readFileSync(file, 'utf8'));
  const files = Object.fromEntries(
    Object.keys(card.files).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
  writeFileSync(file, JSON.stringify({ ...card, version, files }));
}

/** Sets every weight of a copy to one bit pattern: NaN, say. */
export function fillWeights(folder: string, value: number): void {
  const file = join(folder, 'weights.bin');
  const bytes = readFileSync(file);
  writeFileSync(file, new Float32Array(bytes.length / 4).fill(value));
}

/** The manifest of a shipped model. */
export const readManifest = (model: string) =>
  parseManifest(readFileSync(join(MODELS, model, 'manifest.json'), 'utf8'));
