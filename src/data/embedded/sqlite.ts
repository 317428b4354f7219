import { pathToFileURL } from 'node:url';
import Database from 'libsql';
import { keepPrivate } from './lock.js';
import type { WireFailure } from './protocol.js';

/** Opens a SQLite file; with a key, as an encrypted one (AES-256-CBC, the key derived from the passphrase by the library). */
export function openFile(file: string, key: string | null): Database.Database {
  return new Database(file, key === null ? {} : ({ encryptionCipher: 'aes256cbc', encryptionKey: key } as object));
}

/**
 * Makes room for a copy that only its owner may read. `key` encrypts the copy; absent: it is encrypted as its source is.
 * @returns what `VACUUM INTO` takes: with a key a URI that has it
 */
export function placeForCopy(target: string, key?: string): string {
  keepPrivate(target); // SQLite writes into an empty file as it finds it
  if (key === undefined) return target;
  return `${pathToFileURL(target).href}?cipher=aes256cbc&key=${encodeURIComponent(key)}`;
}

/**
 * Opens a file that this thread alone writes: COMMIT returns when the data is on disk, and what is deleted is overwritten, not only given
 * free. Sets the file's own `pragmas`, and brings it to the newest format: step n of `migrations` makes format n + 1 of format n.
 * @throws Error with code `NEWER_FORMAT` when the file is of a later server.
 */
export function openOwnFile(
  file: string,
  key: string | null,
  pragmas: readonly string[],
  migrations: readonly string[],
): Database.Database {
  const db = openFile(file, key);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('secure_delete = ON');
  for (const pragma of pragmas) db.pragma(pragma);
  const [{ user_version: version }] = db.pragma('user_version') as [{ user_version: number }];
  if (version > migrations.length) {
    const message = `it has format ${version}, this server knows formats up to ${migrations.length}`;
    throw Object.assign(new Error(message), { code: 'NEWER_FORMAT' });
  }
  for (let step = version; step < migrations.length; step++) {
    db.exec('BEGIN IMMEDIATE');
    db.exec(migrations[step]!);
    db.exec(`PRAGMA user_version = ${step + 1}`);
    db.exec('COMMIT');
  }
  return db;
}

/** Does all of `work` or nothing. @throws what it throws, or what the commit says. */
export function inTransaction<T>(db: Database.Database, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    try {
      db.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself
    }
    throw error;
  }
}

/** Copies the write-ahead log into the file and empties it, so that nothing is left in it. @returns false while somebody reads. */
export function emptyLog(db: Database.Database): boolean {
  const [{ busy }] = db.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }];
  return busy === 0;
}

/** Reads rows as arrays of columns; at most `kept` statements stay prepared. */
export function preparedReads(db: Database.Database, kept: number) {
  const statements = new Map<string, Database.Statement>();
  return (sql: string, args: readonly (string | number)[]): unknown[] => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = db.prepare(sql).raw();
      if (statements.size >= kept) statements.clear();
      statements.set(sql, statement);
    }
    return statement.all(...(args as []));
  };
}

/** An error as it crosses to the thread that asked. */
export const wireFailure = (error: unknown): WireFailure => ({
  message: error instanceof Error ? error.message : String(error),
  code: String((error as { code?: unknown }).code ?? 'UNKNOWN'),
});
