import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { messageOf, ScoregraphError } from '../core/errors.js';
import type { ModelVersionInfo } from '../inference/ports.js';

const MAX_BYTES = 32 * 1024 * 1024;

/**
 * Reads and checks one JSON asset of a model version (a vocabulary, segment names). Once per version: callers cache.
 * @throws ScoregraphError MODEL_UNAVAILABLE with reason `ASSET_UNREADABLE`, naming the file and what is wrong with it.
 */
export function readAsset<T>(info: ModelVersionInfo, file: string, schema: z.ZodType<T>): T {
  const path = join(info.folder, 'assets', file);
  try {
    const { size } = statSync(path);
    if (size > MAX_BYTES) throw new Error(`expected at most ${MAX_BYTES} bytes, got ${size}`);
    const parsed = schema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0]!;
    throw new Error(`${issue.path.join('.')}: ${issue.message}`);
  } catch (error) {
    throw new ScoregraphError(
      'MODEL_UNAVAILABLE',
      `assets/${file} of ${info.model} ${info.version} cannot be used: ${messageOf(error)}`,
      { model: info.model, version: info.version, reason: 'ASSET_UNREADABLE' },
      { cause: error },
    );
  }
}

/** Remembers one derived value per model version, for as long as that version is loaded. */
export function perVersion<T>(make: (info: ModelVersionInfo) => T): (info: ModelVersionInfo) => T {
  const known = new WeakMap<ModelVersionInfo, { value: T }>();
  return (info) => {
    let entry = known.get(info);
    if (entry === undefined) {
      entry = { value: make(info) };
      known.set(info, entry);
    }
    return entry.value;
  };
}
