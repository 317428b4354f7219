import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join, normalize, relative, sep } from 'node:path';
import type { io } from '@tensorflow/tfjs';
import { messageOf, ScoregraphError } from '../../core/errors.js';
import type { VersionSource } from '../ports.js';

const MAX_JSON = 64 * 1024 * 1024;
const BYTES: Readonly<Record<string, number>> = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 };

/** A refusal to load, with a reason for programs. */
export function loadError(source: VersionSource, reason: string, message: string, cause?: unknown): ScoregraphError {
  return new ScoregraphError(
    'MODEL_UNAVAILABLE',
    `${source.model} ${source.version}: ${message}`,
    { model: source.model, version: source.version, reason },
    cause === undefined ? undefined : { cause },
  );
}

/**
 * Reads a tfjs model (model.json and its weight files) into memory, checked: readable JSON, every weight file there, and as
 * many bytes as the weights need.
 * @throws ScoregraphError MODEL_UNAVAILABLE with reason `CORRUPT`.
 */
export function readTfjsArtifacts(source: VersionSource): io.ModelArtifacts {
  try {
    const path = join(source.folder, 'model.json');
    if (statSync(path).size > MAX_JSON) throw new Error(`model.json: expected at most ${MAX_JSON} bytes`);
    const json = JSON.parse(readInside(source, 'model.json').toString('utf8'));
    if (json.modelTopology == null || !Array.isArray(json.weightsManifest)) {
      throw new Error('model.json: expected modelTopology and weightsManifest');
    }
    const specs: io.WeightsManifestEntry[] = [];
    const parts: Buffer[] = [];
    for (const group of json.weightsManifest as io.WeightsManifestConfig) {
      const expected = group.weights.reduce((sum, spec) => sum + byteLength(spec), 0);
      const bytes = Buffer.concat(group.paths.map((file) => readInside(source, file)));
      if (bytes.length !== expected) {
        throw new Error(`${group.paths.join(', ')}: expected ${expected} bytes of weights, found ${bytes.length}`);
      }
      specs.push(...group.weights);
      parts.push(bytes);
    }
    const all = Buffer.concat(parts);
    return {
      modelTopology: json.modelTopology,
      format: json.format,
      generatedBy: json.generatedBy,
      convertedBy: json.convertedBy,
      signature: json.signature,
      userDefinedMetadata: json.userDefinedMetadata,
      weightSpecs: specs,
      weightData: all.buffer.slice(all.byteOffset, all.byteOffset + all.byteLength) as ArrayBuffer,
    };
  } catch (error) {
    throw loadError(source, 'CORRUPT', messageOf(error), error);
  }
}

function byteLength(spec: io.WeightsManifestEntry): number {
  const size = spec.shape.reduce((product, n) => product * n, 1);
  const bytes = BYTES[spec.quantization?.dtype ?? spec.dtype];
  if (bytes === undefined) throw new Error(`weight ${spec.name}: type ${spec.dtype} is not supported`);
  return size * bytes;
}

/**
 * A file of the version, with the content that was promised.
 * @throws Error that names the file and what is wrong with it.
 */
export function readInside({ folder, files }: VersionSource, file: string): Buffer {
  const path = normalize(join(folder, file));
  if (!path.startsWith(folder + sep))
    throw new Error(`weights path ${JSON.stringify(file)} leaves the version's folder`);
  const size = statSync(path).size;
  const buffer = Buffer.allocUnsafe(size);
  const descriptor = openSync(path, 'r');
  try {
    for (let at = 0; at < size; ) {
      const read = readSync(descriptor, buffer, at, size - at, at);
      if (read === 0) throw new Error(`${file}: ends after ${at} of ${size} bytes`);
      at += read;
    }
  } finally {
    closeSync(descriptor);
  }
  if (files !== undefined) {
    const expected = files[relative(folder, path).split(sep).join('/')];
    if (expected === undefined) throw new Error(`${file}: expected a file that version.json lists`);
    const actual = createHash('sha256').update(buffer).digest('hex');
    if (actual !== expected) throw new Error(`${file}: expected sha256 ${expected}, got ${actual}`);
  }
  return buffer;
}
