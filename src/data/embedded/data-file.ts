import Database from 'libsql';

/** Opens the data file; with a key, as an encrypted one (AES-256-CBC, the key derived from the passphrase by the library). */
export function openFile(file: string, key: string | null): Database.Database {
  return new Database(file, key === null ? {} : ({ encryptionCipher: 'aes256cbc', encryptionKey: key } as object));
}
