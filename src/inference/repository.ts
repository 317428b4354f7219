import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, normalize, sep } from 'node:path';
import { messageOf } from '../core/errors.js';
import { MODEL_NAME, parseCard, parseManifest, type VersionCard } from './manifest.js';
import type { ModelManifest, VersionSource } from './ports.js';

const MAX_JSON = 16 * 1024 * 1024;

/** A model folder that can be read. */
export interface FoundModel {
  readonly manifest: ModelManifest;
  /** Version folders, ascending. */
  readonly versions: readonly number[];
}
/** Something in the models folder that cannot be served, and why. */
export interface Problem {
  readonly model: string;
  readonly reason: string;
  readonly message: string;
}
export interface Scan {
  readonly models: readonly FoundModel[];
  readonly problems: readonly Problem[];
}
/** A version whose files are all there and unchanged. */
export interface CheckedVersion {
  readonly source: VersionSource;
  readonly card: VersionCard;
}

function readText(path: string): string {
  const { size } = statSync(path);
  if (size > MAX_JSON) throw new Error(`${path}: expected at most ${MAX_JSON} bytes, got ${size}`);
  return readFileSync(path, 'utf8');
}

/** Looks what is in the models folder. Never throws for one bad model: the others go on. */
export function scanModels(modelsDir: string): Scan {
  const models: FoundModel[] = [];
  const problems: Problem[] = [];
  let entries: string[];
  try {
    entries = readdirSync(modelsDir, { withFileTypes: true })
      .filter((e) => e.isDirectory() && !e.name.startsWith('.'))
      .map((e) => e.name);
  } catch (error) {
    return {
      models,
      problems: [
        { model: '', reason: 'FOLDER_UNREADABLE', message: `the models folder cannot be read: ${messageOf(error)}` },
      ],
    };
  }
  for (const name of entries.sort()) {
    const folder = join(modelsDir, name);
    const refuse = (reason: string, message: string) => problems.push({ model: name, reason, message });
    if (!MODEL_NAME.test(name)) {
      refuse('NAME_INVALID', `expected a folder name that is a GraphQL name, got ${JSON.stringify(name)}`);
      continue;
    }
    if (!existsSync(join(folder, 'manifest.json'))) {
      refuse('MANIFEST_MISSING', 'there is no manifest.json');
      continue;
    }
    try {
      const manifest = parseManifest(readText(join(folder, 'manifest.json')));
      if (manifest.name !== name)
        throw new Error(
          `manifest.json: name: expected ${JSON.stringify(name)}, the folder's name, got ${JSON.stringify(manifest.name)}`,
        );
      const versions = readdirSync(folder, { withFileTypes: true })
        .filter((e) => e.isDirectory() && /^[1-9]\d{0,8}$/.test(e.name))
        .map((e) => Number(e.name))
        .sort((a, b) => a - b);
      if (versions.length === 0) refuse('NO_VERSIONS', 'there is no version folder (1, 2, …)');
      models.push({ manifest, versions });
    } catch (error) {
      refuse('MANIFEST_INVALID', messageOf(error));
    }
  }
  return { models, problems };
}

/**
 * Checks one version folder: `version.json` readable, every file it lists there with the listed hash.
 * @throws Error with a sentence that names the file and what is wrong.
 */
export async function checkVersion(
  modelsDir: string,
  manifest: ModelManifest,
  version: number,
): Promise<CheckedVersion> {
  const folder = join(modelsDir, manifest.name, String(version));
  const card = parseCard(readText(join(folder, 'version.json')));
  if (card.version !== version)
    throw new Error(`version.json: version: expected ${version}, the folder's name, got ${card.version}`);
  const files = Object.entries(card.files).sort(([a], [b]) => (a < b ? -1 : 1));
  const needed = card.format === 'tf-saved-model' ? 'saved_model.pb' : 'model.json';
  if (!files.some(([file]) => file === needed)) throw new Error(`version.json: files: expected ${needed} among them`);
  const whole = createHash('sha256');
  for (const [file, expected] of files) {
    const path = normalize(join(folder, file));
    if (!path.startsWith(folder + sep))
      throw new Error(`version.json: files: ${JSON.stringify(file)} leaves the version's folder`);
    if (!existsSync(path)) throw new Error(`${file}: the file is missing`);
    const actual = await sha256(path);
    if (actual !== expected) throw new Error(`${file}: expected sha256 ${expected}, got ${actual}`);
    whole.update(`${file}\0${actual}\0`);
  }
  whole.update(
    JSON.stringify([manifest.inputs.map(({ name, datatype, shape }) => [name, datatype, shape]), manifest.outputs]),
  );
  return {
    card,
    source: {
      model: manifest.name,
      version,
      folder,
      format: card.format,
      signature: {
        inputs: manifest.inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
        outputs: manifest.outputs.map(({ name, datatype, shape, addsTo }) => ({
          ...{ name, datatype, shape },
          ...(addsTo === undefined ? {} : { addsTo }),
        })),
      },
      sha256: whole.digest('hex'),
    },
  };
}

function sha256(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256');
    createReadStream(path, { highWaterMark: 1024 * 1024 })
      .on('error', reject)
      .on('data', (chunk) => hash.update(chunk))
      .on('end', () => resolve(hash.digest('hex')));
  });
}
