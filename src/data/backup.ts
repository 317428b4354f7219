import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { badInput } from '../core/errors.js';
import { lockFolder } from './embedded/lock.js';
import { DATA_FILE, type DataRoom } from './open.js';

/** What stands beside a backup: what it must be when it is restored. */
interface BackupNote {
  readonly sha256: string;
  readonly events: number;
  readonly madeAt: string;
}
const noteOf = (file: string) => `${file}.json`;

function sha256(path: string): Promise<string> {
  return new Promise((done, fail) => {
    const hash = createHash('sha256');
    createReadStream(path)
      .on('error', fail)
      .on('data', (chunk) => hash.update(chunk))
      .on('end', () => done(hash.digest('hex')));
  });
}

/**
 * Writes a consistent copy of the data to a new file, with a note of its checksum beside it. `key`: see `DataRoom.backup`.
 * @throws ScoregraphError BAD_USER_INPUT when the file exists.
 */
export async function backup(data: DataRoom, target: string, now: number, key?: string): Promise<BackupNote> {
  if (existsSync(target)) throw badInput(`${target} exists; a backup never overwrites`);
  mkdirSync(dirname(resolve(target)), { recursive: true });
  await data.backup(target, key);
  const note = { sha256: await sha256(target), events: data.events.head(), madeAt: new Date(now).toISOString() };
  writeFileSync(noteOf(target), `${JSON.stringify(note, null, 2)}\n`, { mode: 0o600 });
  return note;
}

/**
 * Puts a backup into a data folder that no process holds and that has no data yet.
 * @throws ScoregraphError BAD_USER_INPUT when the backup is missing or altered, or the folder has data; STORAGE_UNAVAILABLE (`LOCKED`).
 */
export async function restore(file: string, dir: string): Promise<BackupNote> {
  if (!existsSync(file)) throw badInput(`${file}: there is no such backup`);
  if (!existsSync(noteOf(file))) throw badInput(`${noteOf(file)}: the note with the checksum is missing`);
  const note = JSON.parse(readFileSync(noteOf(file), 'utf8')) as BackupNote;
  const actual = await sha256(file);
  if (actual !== note.sha256)
    throw badInput(`${basename(file)}: expected sha256 ${note.sha256}, got ${actual}: the backup was altered`);
  const release = lockFolder(dir);
  const place = join(dir, DATA_FILE);
  const writing = `${place}.restoring`;
  try {
    if (existsSync(place)) throw badInput(`${place} exists; move it away, or restore into another folder`);
    await copyFile(file, writing);
    renameSync(writing, place);
    return note;
  } finally {
    rmSync(writing, { force: true });
    release();
  }
}
