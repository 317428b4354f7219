import { readFileSync, statSync } from 'node:fs';
import { messageOf, ScoregraphError } from '../core/errors.js';

/** Shorter passphrases are refused: the library derives the key from them with few rounds. */
const MIN_LENGTH = 32;
const MAX_BYTES = 4_096;

/**
 * The passphrase that a file holds, without the line end; undefined without a file.
 * @throws ScoregraphError STORAGE_UNAVAILABLE with reason `KEY` when it cannot be read or is no good one.
 */
export function readDataKey(file: string | null): string | undefined {
  if (file === null) return undefined;
  const refuse = (sentence: string) =>
    new ScoregraphError('STORAGE_UNAVAILABLE', `SCOREGRAPH_DATA_KEY_FILE: ${sentence}`, { reason: 'KEY' });
  let key: string;
  try {
    if (statSync(file).size > MAX_BYTES) throw refuse(`expected at most ${MAX_BYTES} bytes in ${file}`);
    key = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw error instanceof ScoregraphError ? error : refuse(`${file} cannot be read (${messageOf(error)})`);
  }
  if (key.length < MIN_LENGTH)
    throw refuse(
      `expected at least ${MIN_LENGTH} characters in ${file}, got ${key.length}; openssl rand -base64 32 makes a good one`,
    );
  return key;
}
