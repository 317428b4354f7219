import { createHash } from 'node:crypto';
import { createReadStream, type Dirent } from 'node:fs';
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, normalize, relative, sep } from 'node:path';
import { messageOf } from '../core/errors.js';
import { EarlierLooks } from './earlier-looks.js';
import type { FoundModel, FoundVersion, Problem, Scan } from './found.js';
import { MODEL_NAME, parseCard, parseManifest, type VersionCard } from './manifest.js';
import type { ModelManifest, VersionSource } from './ports.js';
import { type PublicKeys, SIGNATURE_FILE, verifyCard } from './signing.js';

const MAX_MANIFEST = 1024 * 1024;
const MAX_CARD = 4 * 1024 * 1024;
/** Files of a version folder that are looked at; a folder with more does not load. */
const MAX_FILES = 1_000;
const MAX_DEPTH = 4;
/** Written beside the listed files by whoever publishes a version. */
const UNLISTED = new Set(['version.json', SIGNATURE_FILE]);

/** A version whose files are all there and unchanged. */
export interface CheckedVersion {
  readonly source: VersionSource;
  readonly card: VersionCard;
}
type Refuse = (reason: string, message: string) => void;

/** Reads a file that must lie inside `root`, whatever links say. */
async function readText(root: string, path: string, most: number): Promise<string> {
  await insideOf(root, path);
  const { size } = await stat(path);
  if (size > most) throw new Error(`${relative(root, path)}: expected at most ${most} bytes, got ${size}`);
  return readFile(path, 'utf8');
}

/** @throws Error when a path, its links followed, is not inside `root`. */
async function insideOf(root: string, path: string): Promise<void> {
  const [whole, real] = await Promise.all([realpath(root), realpath(path)]);
  if (!real.startsWith(whole + sep)) throw new Error(`${relative(root, path)}: a link leads out of the models folder`);
}

/**
 * Looks what is in the models folder. Never throws for one bad model: the others go on. `earlier` is kept up to date: who looks again and
 * again gives the same one.
 */
export async function scanModels(modelsDir: string, earlier = new EarlierLooks()): Promise<Scan> {
  const models: FoundModel[] = [];
  const problems: Problem[] = [];
  let entries: Dirent[];
  try {
    entries = (await readdir(modelsDir, { withFileTypes: true })).filter(
      (e) => (e.isDirectory() || e.isSymbolicLink()) && !e.name.startsWith('.'),
    );
  } catch (error) {
    const message = `the models folder cannot be read: ${messageOf(error)}`;
    return { models, problems: [{ model: '', reason: 'FOLDER_UNREADABLE', message }] };
  }
  earlier.begin(entries.map(({ name }) => name));
  for (const [place, entry] of entries.sort((a, b) => (a.name < b.name ? -1 : 1)).entries()) {
    const { name } = entry;
    const before = problems.length;
    const refuse: Refuse = (reason, message) => problems.push({ model: name, reason, message });
    if (!MODEL_NAME.test(name)) {
      refuse('NAME_INVALID', `expected a folder name that is a GraphQL name, got ${JSON.stringify(name.slice(0, 80))}`);
      continue;
    }
    if (entry.isSymbolicLink()) {
      refuse('LINKED', 'expected a folder, got a symbolic link');
      continue;
    }
    const mark = await markOf(join(modelsDir, name));
    let found = earlier.still(name, place, mark);
    if (found === null) {
      found = await scanModel(modelsDir, name, earlier, refuse);
      const isWhole = problems.length === before && found?.versions.every(({ complete }) => complete);
      earlier.note(name, mark, isWhole === true ? found : null);
    }
    if (found !== null) models.push(found);
  }
  return { models, problems };
}

/** Another one when something in the folder came or went or was renamed; not when a file was only written. */
async function markOf(folder: string): Promise<string> {
  const facts = await lstat(folder).catch(() => null);
  return facts === null ? '' : [facts.mtimeMs, facts.ctimeMs, facts.dev, facts.ino].join();
}

async function scanModel(
  modelsDir: string,
  name: string,
  earlier: EarlierLooks,
  refuse: Refuse,
): Promise<FoundModel | null> {
  const folder = join(modelsDir, name);
  try {
    const manifest = await manifestOf(modelsDir, name, earlier);
    if (manifest === null) {
      refuse('MANIFEST_MISSING', 'there is no manifest.json');
      return null;
    }
    const versions: FoundVersion[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.') || entry.isFile()) continue;
      if (!/^[1-9]\d{0,8}$/.test(entry.name)) {
        const got = JSON.stringify(entry.name.slice(0, 80));
        refuse('VERSION_NAME_INVALID', `expected a version folder named 1 to 999999999, got ${got}`);
      } else if (entry.isSymbolicLink()) {
        refuse('LINKED', `${entry.name}: expected a folder, got a symbolic link`);
      } else {
        versions.push({ number: Number(entry.name), ...(await look(join(folder, entry.name))) });
      }
    }
    if (versions.length === 0) refuse('NO_VERSIONS', 'there is no version folder (1, 2, …)');
    return { manifest, versions: versions.sort((a, b) => a.number - b.number) };
  } catch (error) {
    refuse('MANIFEST_INVALID', messageOf(error));
    return null;
  }
}

/** A model's manifest; null when it has none. @throws Error that says what is wrong with it. */
async function manifestOf(modelsDir: string, name: string, { manifests }: EarlierLooks): Promise<ModelManifest | null> {
  const file = join(modelsDir, name, 'manifest.json');
  const facts = await stat(file).catch(() => null);
  if (facts === null) return null;
  const fingerprint = [facts.size, facts.mtimeMs, facts.ctimeMs, facts.dev, facts.ino].join();
  const before = manifests.get(name);
  if (before?.fingerprint === fingerprint) return before.manifest;
  manifests.delete(name);
  const manifest = parseManifest(await readText(modelsDir, file, MAX_MANIFEST));
  if (manifest.name !== name) {
    const [expected, got] = [JSON.stringify(name), JSON.stringify(manifest.name)];
    throw new Error(`manifest.json: name: expected ${expected}, the folder's name, got ${got}`);
  }
  manifests.set(name, { fingerprint, manifest });
  return manifest;
}

/** A folder's look: names, sizes and times of its files. */
async function look(folder: string): Promise<Omit<FoundVersion, 'number'>> {
  const hash = createHash('sha256');
  let complete = false;
  let bytes = 0;
  for (const file of await filesIn(folder)) {
    const facts = await lstat(join(folder, file)).catch(() => null); // it was there a moment ago
    hash.update(`${file}\0${facts?.size}\0${facts?.mtimeMs}\0${facts?.ino}\0`);
    complete ||= file === 'version.json';
    bytes += facts?.size ?? 0;
  }
  return { fingerprint: hash.digest('base64'), complete, bytes };
}

/** The files of a folder and its folders, with `/` between names, at most MAX_FILES + 1. Links are listed, not followed. */
async function filesIn(folder: string, depth = 0): Promise<string[]> {
  const files: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (files.length > MAX_FILES) break;
    if (!entry.isDirectory()) files.push(entry.name);
    else if (depth < MAX_DEPTH)
      files.push(...(await filesIn(join(folder, entry.name), depth + 1)).map((file) => `${entry.name}/${file}`));
  }
  return files;
}

/**
 * Checks one version folder: `version.json` readable (and signed, where keys are given), every file it lists there, with the listed hash,
 * inside the models folder.
 * @throws Error with a sentence that names the file and what is wrong.
 */
export async function checkVersion(
  modelsDir: string,
  manifest: ModelManifest,
  version: number,
  keys: PublicKeys | null = null,
): Promise<CheckedVersion> {
  const folder = join(modelsDir, manifest.name, String(version));
  const text = await readText(modelsDir, join(folder, 'version.json'), MAX_CARD);
  if (keys !== null) {
    const signature = await readText(modelsDir, join(folder, SIGNATURE_FILE), 1024).catch(() => null);
    verifyCard({ model: manifest.name, version, card: text, signature }, keys);
  }
  const card = parseCard(text);
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
    if ((await stat(path).catch(() => null)) === null) throw new Error(`${file}: the file is missing`);
    await insideOf(modelsDir, path);
    const actual = await sha256(path);
    if (actual !== expected) throw new Error(`${file}: expected sha256 ${expected}, got ${actual}`);
    whole.update(`${file}\0${actual}\0`);
  }
  // TensorFlow opens what it likes in a SavedModel, and domains read assets: nothing may lie there that was not hashed.
  const watched = (file: string) => card.format === 'tf-saved-model' || file.startsWith('assets/');
  const extra = (await filesIn(folder)).find((f) => watched(f) && !UNLISTED.has(f) && card.files[f] === undefined);
  if (extra !== undefined) throw new Error(`${extra}: expected a file that version.json lists`);
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
      files: card.files,
    },
  };
}

function sha256(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256');
    createReadStream(path, { highWaterMark: 256 * 1024 })
      .on('error', reject)
      .on('data', (chunk) => hash.update(chunk))
      .on('end', () => resolve(hash.digest('hex')));
  });
}
