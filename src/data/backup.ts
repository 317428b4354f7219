import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { badInput } from '../core/errors.js';
import { lockFolder } from './embedded/lock.js';
import { DATA_FILE, type DataRoom } from './open.js';
import { AUDIT_FILE, copyAudit } from './open-audit.js';

/** What stands beside a backup: what it must be when it is restored. */
interface BackupNote {
  readonly sha256: string;
  /** Of the audit's copy; null where there was no audit. Absent in backups of 0.2 and before, which have none. */
  readonly auditSha256?: string | null;
  readonly events: number;
  readonly madeAt: string;
}
const noteOf = (file: string) => `${file}.json`;
const auditOf = (file: string) => `${file}.audit`;

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
 * Writes a consistent copy of the data to a new file, of its audit to another beside it (`….audit`), and a note of their checksums
 * (`….json`). `dir`, `key`: the folder that `data` is of, and its key. `copyKey`: encrypts the copies with this one; default: as the
 * data is.
 * @throws ScoregraphError BAD_USER_INPUT when a file exists.
 */
export async function backup(
  { data, dir, key }: { readonly data: DataRoom; readonly dir: string; readonly key?: string | undefined },
  target: string,
  now: number,
  copyKey?: string,
): Promise<BackupNote> {
  for (const file of [target, auditOf(target)])
    if (existsSync(file)) throw badInput(`${file} exists; a backup never overwrites`);
  mkdirSync(dirname(resolve(target)), { recursive: true });
  await data.backup(target, copyKey);
  const hasAudit = copyAudit(dir, auditOf(target), key, copyKey);
  const note = {
    sha256: await sha256(target),
    auditSha256: hasAudit ? await sha256(auditOf(target)) : null,
    events: data.events.head(),
    madeAt: new Date(now).toISOString(),
  };
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
  const parts = [{ from: file, expected: note.sha256, place: join(dir, DATA_FILE) }];
  // The data last: a folder that has it has been restored as a whole.
  if (note.auditSha256)
    parts.unshift({ from: auditOf(file), expected: note.auditSha256, place: join(dir, AUDIT_FILE) });
  for (const { from, expected } of parts) {
    if (!existsSync(from)) throw badInput(`${from}: this part of the backup is missing`);
    const actual = await sha256(from);
    if (actual !== expected)
      throw badInput(`${basename(from)}: expected sha256 ${expected}, got ${actual}: the backup was altered`);
  }
  const release = lockFolder(dir);
  try {
    for (const { place } of parts)
      if (existsSync(place)) throw badInput(`${place} exists; move it away, or restore into another folder`);
    for (const { from, place } of parts) await copyWhole(from, place);
    return note;
  } finally {
    release();
  }
}

/** Copies a file so that it is at its place whole or not at all. */
async function copyWhole(from: string, place: string): Promise<void> {
  const writing = `${place}.restoring`;
  try {
    await copyFile(from, writing);
    renameSync(writing, place);
  } finally {
    rmSync(writing, { force: true });
  }
}
