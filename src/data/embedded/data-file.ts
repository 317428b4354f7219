import { pathToFileURL } from 'node:url';
import Database from 'libsql';

/** Opens the data file; with a key, as an encrypted one (AES-256-CBC, the key derived from the passphrase by the library). */
export function openFile(file: string, key: string | null): Database.Database {
  return new Database(file, key === null ? {} : ({ encryptionCipher: 'aes256cbc', encryptionKey: key } as object));
}

/** Where `VACUUM INTO` writes an encrypted copy: a URI with the key, since a copy is else encrypted as its source is. */
export const encryptedTarget = (file: string, key: string): string =>
  `${pathToFileURL(file).href}?cipher=aes256cbc&key=${encodeURIComponent(key)}`;
