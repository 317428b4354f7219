import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../../core/built-file.js';
import type { Clock } from '../../core/clock.js';
import { ScoregraphError } from '../../core/errors.js';
import type { RowContext } from '../../core/predictions.js';
import type { Read, WireFailure, WriterOptions } from './protocol.js';
import { storageError } from './storage.js';

/** Reads that may wait; more are told to come back. */
const MAX_WAITING = 100;
const RETRY_AFTER_MS = 500;

interface Waiting {
  readonly read: Read;
  readonly resolve: (rows: unknown[][]) => void;
  readonly reject: (error: Error) => void;
  /** Answered, or given up on: by the deadline, or because the caller went away. */
  over: boolean;
}

/**
 * Long reads in a thread of their own, one after the other. The thread is started by the first read; one that dies is replaced by the next.
 */
export class ReadThread {
  readonly #file: string;
  readonly #key: string | null;
  readonly #clock: Clock;
  readonly #what: string;
  #worker: Worker | null = null;
  readonly #waiting: Waiting[] = [];
  #running: Waiting | null = null;
  #closed = false;

  /** `what` is read, in the words of errors. */
  constructor(file: string, key: string | null, clock: Clock, what = 'recorded predictions') {
    this.#file = file;
    this.#key = key;
    this.#clock = clock;
    this.#what = what;
  }

  /**
   * Rows of a query, as arrays of columns. What is late before its turn comes is not read at all.
   * @throws ScoregraphError QUEUE_FULL, DEADLINE_EXCEEDED, CANCELLED or STORAGE_UNAVAILABLE.
   */
  read(
    sql: string,
    args: readonly (string | number)[],
    { deadline, signal }: Pick<RowContext, 'deadline' | 'signal'>,
  ): Promise<unknown[][]> {
    if (this.#closed) return Promise.reject(closed());
    if (signal?.aborted) return Promise.reject(gone());
    const left = Math.min(deadline - this.#clock.monotonic(), 2 ** 31 - 1);
    if (left <= 0) return Promise.reject(late(this.#what));
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(
        new ScoregraphError('QUEUE_FULL', `${this.#waiting.length} reads of ${this.#what} wait.`, {
          retryAfterMs: RETRY_AFTER_MS,
        }),
      );
    }
    return new Promise((resolve, reject) => {
      const over = (then: () => void) => {
        if (waiting.over) return;
        waiting.over = true;
        clearTimeout(timer);
        signal?.removeEventListener('abort', abandon);
        then();
      };
      const abandon = () => over(() => reject(gone()));
      const waiting: Waiting = {
        read: { sql, args },
        resolve: (rows) => over(() => resolve(rows)),
        reject: (error) => over(() => reject(error)),
        over: false,
      };
      const timer = setTimeout(() => waiting.reject(late(this.#what)), left);
      signal?.addEventListener('abort', abandon, { once: true });
      this.#waiting.push(waiting);
      this.#next();
    });
  }

  /** Ends the thread; what waits is refused. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(closed());
    this.#running?.reject(closed());
    await this.#worker?.terminate();
  }

  #next(): void {
    if (this.#running !== null) return;
    let next = this.#waiting.shift();
    while (next?.over) next = this.#waiting.shift();
    if (next === undefined) return;
    this.#running = next;
    this.#worker ??= this.#start();
    this.#worker.ref(); // a read under way keeps the process, an idle thread does not
    this.#worker.postMessage(next.read);
  }

  #start(): Worker {
    const worker = new Worker(fileURLToPath(builtFile(import.meta.url, 'reader.js')), {
      workerData: { file: this.#file, key: this.#key } satisfies WriterOptions,
      name: 'data-reader',
    });
    worker.on('message', (answer: { rows: unknown[][] } | { error: WireFailure }) => {
      worker.unref();
      this.#answered((waiting) =>
        'rows' in answer ? waiting.resolve(answer.rows) : waiting.reject(storageError(answer.error, this.#file)),
      );
    });
    const died = (message: string) => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.#answered((waiting) => waiting.reject(ended(new Error(`${this.#file}: ${message}`))));
    };
    worker.on('error', (error) => died(error.message));
    worker.on('exit', () => died('the reader thread ended'));
    return worker;
  }

  #answered(answer: (waiting: Waiting) => void): void {
    const running = this.#running;
    this.#running = null;
    if (running !== null) answer(running);
    if (!this.#closed) this.#next();
  }
}

const gone = () => new ScoregraphError('CANCELLED', 'The caller went away.');
const late = (what: string) =>
  new ScoregraphError('DEADLINE_EXCEEDED', `The ${what} could not be read before the deadline.`);
const ended = (cause: Error) =>
  new ScoregraphError(
    'STORAGE_UNAVAILABLE',
    'The reader of the data file ended; another takes its place.',
    { reason: 'CLOSED', retryAfterMs: RETRY_AFTER_MS },
    { cause },
  );
const closed = () => new ScoregraphError('STORAGE_UNAVAILABLE', 'The data file is closed.', { reason: 'CLOSED' });
