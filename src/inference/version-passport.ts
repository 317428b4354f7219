import { createHash, type KeyObject } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCard, type VersionCard } from './manifest.js';
import type { RegisteredVersion } from './registry.js';
import { type PublicKeys, SIGNATURE_FILE, signerOf } from './signing.js';

/** Longest `version.json` and signature that are read; a version with longer ones does not load either. */
const MAX_CARD = 4 * 1024 * 1024;
const MAX_SIGNATURE = 1_024;
/** Passports kept; a model page asks for the same ones again and again. */
const KEPT = 1_000;

/** Whether somebody vouches for a version: see `VersionSignatureState` in schema/model-trust.graphql. */
export type SignatureState = 'UNSIGNED' | 'NOT_CHECKED' | 'VERIFIED' | 'INVALID';

/** What a version folder says of itself, loaded or not. */
export interface VersionPassport {
  readonly card: VersionCard;
  /** Over the list of its files, hex. */
  readonly sha256: string;
  readonly signature: { readonly state: SignatureState; readonly required: boolean; readonly keyId: string | null };
}

/**
 * Reads what version folders say of themselves: of versions that are not loaded too, so that somebody can look before they load one. Nothing
 * is loaded or hashed for it; the registry holds every file against its hash before a load.
 */
export class VersionPassports {
  readonly #modelsDir: string;
  readonly #keys: PublicKeys | null;
  /** By the look of the folder; the oldest go first. */
  readonly #known = new Map<string, Promise<VersionPassport | null>>();

  /** `keys`: those whose signature a version must have; null: none is needed. */
  constructor(modelsDir: string, keys: PublicKeys | null) {
    this.#modelsDir = modelsDir;
    this.#keys = keys;
  }

  /**
   * The passport of a version. Of one that serves: of the files it was loaded from; null where those were replaced before anybody looked.
   * Null, too, where `version.json` is missing or cannot be read. Never rejects.
   */
  of({ model, number, folder, tried, state }: Pick<RegisteredVersion, Facts>): Promise<VersionPassport | null> {
    const serves = state === 'AVAILABLE' || state === 'UNLOADING';
    const look = serves ? tried : folder.fingerprint;
    const key = `${model}/${number}/${look}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (look !== folder.fingerprint) return Promise.resolve(null);
    const reading = this.#read(model, number).catch(() => null);
    this.#known.set(key, reading);
    if (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value!);
    return reading;
  }

  async #read(model: string, version: number): Promise<VersionPassport> {
    const folder = join(this.#modelsDir, model, String(version));
    const text = await readAtMost(join(folder, 'version.json'), MAX_CARD);
    const card = parseCard(text);
    const signature = await readAtMost(join(folder, SIGNATURE_FILE), MAX_SIGNATURE).catch(() => null);
    const signer =
      this.#keys === null || signature === null
        ? null
        : signerOf({ model, version, card: text, signature }, this.#keys);
    const unknown = this.#keys === null ? 'NOT_CHECKED' : 'INVALID';
    return {
      card,
      sha256: hashOfFiles(card.files),
      signature: {
        state: signature === null ? 'UNSIGNED' : signer === null ? unknown : 'VERIFIED',
        required: this.#keys !== null,
        keyId: signer === null ? null : keyId(signer),
      },
    };
  }
}
type Facts = 'model' | 'number' | 'folder' | 'tried' | 'state';

/** SHA-256 over `name NUL hash NUL` of each file in the order of names. */
export function hashOfFiles(files: Readonly<Record<string, string>>): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(files).sort()) hash.update(`${name}\0${files[name]}\0`);
  return hash.digest('hex');
}

/** What a public key is called: the first 16 hex digits of the SHA-256 of its DER. */
export const keyId = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);

async function readAtMost(path: string, most: number): Promise<string> {
  const { size } = await stat(path);
  if (size > most) throw new Error(`expected at most ${most} bytes, got ${size}`);
  return readFile(path, 'utf8');
}
