import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../../core/built-file.js';
import { ScoregraphError } from '../../core/errors.js';
import { Slots } from '../../core/slots.js';
import type { FromWriter, ToWriter, WireFailure, Write, WriteResult, WriterOptions } from './protocol.js';

/** Rows that may wait for the next commit; beyond it writers are told to come back. */
const MAX_WAITING_ROWS = 100_000;
/** Rows of one transaction: the others wait for the next, so that no commit takes long. */
const MAX_GROUP_ROWS = 8_000;
const STATFS_EVERY_MS = 1_000;
/** Pages cleaned in one transaction: a few milliseconds. */
const SCRUB_PAGES = 128;
const TRUNCATE_ATTEMPTS = 200;
const TRUNCATE_PAUSE_MS = 50;

interface Waiting {
  readonly write: Write;
  readonly rows: number;
  readonly resolve: (result: WriteResult) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The data file behind its writer thread. What is written while a commit is under way goes into the next one (group
 * commit): a write is on disk when its promise resolves.
 */
export class Storage {
  readonly #worker: Worker;
  readonly #file: string;
  readonly #watermarkBytes: number;
  readonly #calls = new Slots<{ resolve: (result: never) => void; reject: (error: Error) => void }>();
  #waiting: Waiting[] = [];
  #waitingRows = 0;
  #writing = false;
  #scheduled = false;
  #closed = false;
  #dead: Error | null = null;
  #freeBytes = Number.POSITIVE_INFINITY;
  #freeCheckedAt = Number.NEGATIVE_INFINITY;

  /** Opens the file, creating or migrating it. @throws ScoregraphError STORAGE_UNAVAILABLE: `CORRUPT`, `READ_ONLY`, `NEWER_FORMAT`, … */
  static async open(file: string, key: string | null, watermarkBytes: number): Promise<Storage> {
    const storage = new Storage(file, key, watermarkBytes);
    await new Promise<void>((resolve, reject) => {
      storage.#worker.once('message', (message: FromWriter) => {
        if (message.kind === 'open') resolve();
        else reject(openingError((message as { error: WireFailure }).error, file));
      });
      storage.#worker.once('error', reject);
    });
    storage.#worker.on('message', (message: FromWriter) => storage.#receive(message));
    storage.#worker.on('error', (error) => storage.#died(error));
    storage.#worker.on('exit', () => storage.#died(new Error('the writer thread ended')));
    return storage;
  }

  private constructor(file: string, key: string | null, watermarkBytes: number) {
    this.#file = file;
    this.#watermarkBytes = watermarkBytes;
    this.#worker = new Worker(fileURLToPath(builtFile(import.meta.url, 'writer.js')), {
      workerData: { file, key } satisfies WriterOptions,
      name: 'data-writer',
    });
  }

  /** Writes durably. `rows` is what the write counts in the bounded queue. `essential` writes pass the watermark: they keep order or free space. */
  write(write: Write, rows: number, essential = false): Promise<WriteResult> {
    if (this.#closed || this.#dead !== null) return Promise.reject(gone(this.#dead));
    if (!essential && this.#freeSpace() < this.#watermarkBytes) {
      return Promise.reject(
        new ScoregraphError(
          'STORAGE_UNAVAILABLE',
          `The disk has less than ${this.#watermarkBytes} bytes free: nothing more is written until there is space.`,
          { reason: 'WATERMARK', retryAfterMs: 5_000 },
        ),
      );
    }
    if (!essential && this.#waitingRows + rows > MAX_WAITING_ROWS) {
      return Promise.reject(
        new ScoregraphError('QUEUE_FULL', `${this.#waitingRows} rows wait to be written.`, { retryAfterMs: 500 }),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, rows, resolve, reject });
      this.#waitingRows += rows;
      this.#schedule();
    });
  }

  /** Rows of a query, as arrays of columns. Runs between commits. */
  read(sql: string, args: readonly (string | number)[]): Promise<unknown[][]> {
    return this.#call({ kind: 'read', call: 0, read: { sql, args } });
  }

  /** Writes a consistent copy to a new file. */
  backup(target: string): Promise<void> {
    return this.#call({ kind: 'backup', call: 0, target });
  }

  /** Takes out of the data file what deleted rows have left behind in it. In small bites: others write in between. */
  async scrub(): Promise<void> {
    let pages = 1;
    for (let from = 1; from <= pages; from += SCRUB_PAGES) {
      pages = await this.#call<number>({ kind: 'scrub', call: 0, from, count: SCRUB_PAGES });
    }
  }

  /**
   * Brings what the write-ahead log holds into the data file, and empties it.
   * @throws ScoregraphError STORAGE_UNAVAILABLE with reason `BUSY` when somebody reads for so long that it could not be emptied.
   */
  async emptyLog(): Promise<void> {
    for (let attempt = 0; attempt < TRUNCATE_ATTEMPTS; attempt++) {
      if (await this.#call<boolean>({ kind: 'truncate', call: 0 })) return;
      await new Promise((resolve) => setTimeout(resolve, TRUNCATE_PAUSE_MS));
    }
    throw new ScoregraphError('STORAGE_UNAVAILABLE', 'The write-ahead log could not be emptied: it is being read.', {
      reason: 'BUSY',
    });
  }

  /** Commits what waits and closes the file. */
  async close(): Promise<void> {
    if (this.#closed) return;
    while (this.#waiting.length > 0 || this.#writing) {
      if (this.#dead !== null) return;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    this.#closed = true;
    await this.#call({ kind: 'close', call: 0 }).catch(() => {});
    await this.#worker.terminate();
  }

  #call<T>(message: ToWriter, transfer: ArrayBuffer[] = []): Promise<T> {
    if (this.#dead !== null) return Promise.reject(gone(this.#dead));
    return new Promise<T>((resolve, reject) => {
      const call = this.#calls.add({ resolve: resolve as never, reject });
      this.#worker.postMessage({ ...message, call }, transfer);
    });
  }

  /** After the current round of callbacks: writes asked for together are committed together. */
  #schedule(): void {
    if (this.#writing || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    if (this.#writing || this.#waiting.length === 0) return;
    let rows = 0;
    let count = 0;
    while (count < this.#waiting.length && (count === 0 || rows + this.#waiting[count]!.rows <= MAX_GROUP_ROWS))
      rows += this.#waiting[count++]!.rows;
    const group = this.#waiting.splice(0, count);
    this.#waitingRows -= rows;
    this.#writing = true;
    try {
      const writes = group.map(({ write }) => write);
      const blocks = writes.flatMap((write) => (write.kind === 'predictions' ? [write.features.buffer] : []));
      const results = await this.#call<WriteResult[]>({ kind: 'write', call: 0, writes }, blocks);
      this.#writing = false;
      void this.#flush(); // the next group is on its way before these answers are dealt with
      group.forEach(({ resolve }, i) => {
        resolve(results[i]!);
      });
    } catch (error) {
      this.#writing = false;
      for (const { reject } of group) reject(error as Error);
      this.#schedule();
    }
  }

  #receive(message: FromWriter): void {
    if (message.kind !== 'done' && message.kind !== 'failed') return;
    const call = this.#calls.remove(message.call);
    if (call === undefined) return;
    if (message.kind === 'done') call.resolve(message.result as never);
    else call.reject(storageError(message.error, this.#file));
  }

  #died(error: Error): void {
    this.#dead ??= error;
    for (const { reject } of this.#calls) reject(gone(error));
  }

  #freeSpace(): number {
    const now = performance.now();
    if (now - this.#freeCheckedAt < STATFS_EVERY_MS) return this.#freeBytes;
    this.#freeCheckedAt = now;
    try {
      const { bavail, bsize } = statfsSync(dirname(this.#file));
      this.#freeBytes = bavail * bsize;
    } catch {
      this.#freeBytes = Number.POSITIVE_INFINITY; // a file system that does not tell is judged by its writes
    }
    return this.#freeBytes;
  }
}

const gone = (error: Error | null) =>
  new ScoregraphError(
    'STORAGE_UNAVAILABLE',
    'The data file is closed.',
    { reason: 'CLOSED' },
    error === null ? {} : { cause: error },
  );

/** SQLite's words as ours, for whoever starts the server: with the file's name and SQLite's own words. */
function openingError(failure: WireFailure, file: string): ScoregraphError {
  const { code, message } = failure;
  if (code === 'NEWER_FORMAT')
    return new ScoregraphError('STORAGE_UNAVAILABLE', `${file}: ${message}.`, { reason: code });
  const [reason, sentence] = explain(failure) ?? ['FAILED', 'it could not be opened.'];
  return new ScoregraphError('STORAGE_UNAVAILABLE', `${file}: ${sentence} (${message})`, { reason });
}

/**
 * SQLite's words as ours, for callers: file and SQLite's own words are the cause, which is for the log. What nobody foresaw is no expected
 * failure, and is masked as any other fault.
 */
export function storageError(failure: WireFailure, file: string): Error {
  const cause = new Error(`${file}: ${failure.message} (${failure.code})`);
  const known = explain(failure);
  if (known === null) return cause;
  const [reason, sentence] = known;
  return new ScoregraphError('STORAGE_UNAVAILABLE', `The data file: ${sentence}`, { reason }, { cause });
}

function explain({ code, message }: WireFailure): [reason: string, sentence: string] | null {
  if (/FULL/.test(code) || /disk is full/i.test(message))
    return ['DISK_FULL', 'the disk is full: nothing of this was written.'];
  if (/FSYNC/.test(code))
    return ['SYNC_FAILED', 'the disk did not confirm the write: nothing of this is acknowledged.'];
  if (/READONLY|CANTOPEN/.test(code) || /readonly|unable to open/i.test(message))
    return ['READ_ONLY', 'it cannot be written to.'];
  if (/CORRUPT|NOTADB/.test(code) || /not a database|malformed/i.test(message))
    return [
      'CORRUPT',
      'it is damaged or no data file, or its key is another one. It was left as it is: restore a backup, or move it away.',
    ];
  if (/BUSY|LOCKED/.test(code)) return ['LOCKED', 'another process is using it.'];
  if (/IOERR/.test(code)) return ['SYNC_FAILED', 'the disk failed: nothing of this is acknowledged.'];
  return null;
}
