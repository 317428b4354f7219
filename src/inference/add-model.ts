import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { MODEL_NAME } from './manifest.js';
import type { TensorSpec } from './ports.js';
import { type Described, describeFiles } from './runtimes/describe.js';
import { sizeOf } from './shape.js';
import { SIGNATURE_FILE } from './signing.js';

const CARD = 'version.json';

export interface AddOptions {
  /** What a converter wrote. */
  readonly from: string;
  readonly modelsDir: string;
  readonly name: string;
  readonly description?: string | undefined;
  /** What a row is about. Default `row`. */
  readonly entity?: string | undefined;
  /** Names of the numbers of the first input, in order; absent: they have none. */
  readonly features?: readonly string[] | undefined;
}
export interface Added {
  /** The version's folder. */
  readonly folder: string;
  readonly version: number;
  /** A manifest was written, to be completed by whoever knows the model. */
  readonly manifestWritten: boolean;
}

/**
 * Copies a model's files into the models folder as its next version, with their hashes, whole from one moment to the next. The first
 * version gets a manifest from the model's own signature.
 * @throws Error saying what is wrong with files, name or features; then nothing was changed.
 */
export async function addModel(options: AddOptions): Promise<Added> {
  const { from, modelsDir, name } = options;
  if (!MODEL_NAME.test(name)) throw new Error(`expected a GraphQL name of at most 64 characters, got ${name}`);
  const described = await describeFiles(from);
  const model = join(modelsDir, name);
  const file = join(model, 'manifest.json');
  const manifestWritten = !existsSync(file);
  const manifest = manifestWritten ? manifestOf(described, options) : null;
  mkdirSync(model, { recursive: true });
  const version = 1 + Math.max(0, ...readdirSync(model).map((entry) => (/^[1-9]\d{0,8}$/.test(entry) ? +entry : 0)));
  const hidden = join(model, `.${version}`);
  rmSync(hidden, { recursive: true, force: true });
  // What says what the version is, is written anew.
  const stale = [CARD, SIGNATURE_FILE].map((name) => join(from, name));
  cpSync(from, hidden, { recursive: true, filter: (source) => !stale.includes(source) });
  writeFileSync(join(hidden, CARD), json(cardOf(hidden, version, described)));
  if (manifest !== null) writeFileSync(file, json(manifest));
  const folder = join(model, String(version));
  renameSync(hidden, folder);
  return { folder, version, manifestWritten };
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

function cardOf(folder: string, version: number, { format }: Described): object {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .split(sep)
        .join('/'),
    )
    .sort();
  const hashes = files.map((file) => [
    file,
    createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex'),
  ]);
  return { version, format, files: Object.fromEntries(hashes) };
}

function manifestOf({ inputs, outputs }: Described, { name, description, entity, features }: AddOptions): object {
  const width = inputs[0] === undefined ? 0 : sizeOf(inputs[0].shape);
  if (features !== undefined && features.length !== width)
    throw new Error(`expected ${width} features, one for each value of the first input, got ${features.length}`);
  const named = (spec: TensorSpec, i: number) =>
    i > 0 || features === undefined
      ? spec
      : { ...spec, features: features.map((feature) => ({ name: feature, description: '' })) };
  return {
    name,
    task: 'prediction',
    description: description ?? `The model ${name}.`,
    entity: entity ?? 'row',
    inputs: inputs.map(named),
    outputs,
  };
}
