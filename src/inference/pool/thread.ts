import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../../core/built-file.js';
import { type ErrorCode, messageOf, ScoregraphError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { BatchJob, JobSource, LoadedVersion, VersionSource } from '../ports.js';
import { Calls } from './calls.js';
import { Courtesy } from './courtesy.js';
import type { Parcel } from './parcel.js';
import type { FromWorker, ToWorker, WorkerOptions, WorkerStart } from './protocol.js';
import { packTrip, type TripResults, unpackResults, type WireError } from './trips.js';

const START_TIMEOUT_MS = 60_000;
const MAX_BACKOFF_MS = 5_000;
const RETRY_AFTER_MS = 1_000;

/** A version that the workers hold. */
export interface Loaded {
  /** Its number in the pool, the same in all workers. */
  readonly handle: number;
  readonly source: VersionSource;
  readonly warmUp: readonly number[];
}
export interface ThreadOptions extends WorkerOptions {
  readonly logger: Logger;
  readonly tripTimeoutMs: number;
  readonly loadTimeoutMs: number;
}

export interface ThreadHooks {
  /** What a worker that is started again must hold. */
  loaded(): Iterable<Loaded>;
  take: JobSource['take'];
}

/**
 * One worker and its successors. While it is on duty it takes work, and when it dies another takes its place, with its models. Off duty
 * (a spare, which loads what is new beside those that serve) it takes none, its death is only told, and it steps back behind those that
 * serve.
 */
export class Thread {
  engineVersion = '';
  readonly #index: number;
  readonly #options: ThreadOptions;
  readonly #logger: Logger;
  readonly #hooks: ThreadHooks;
  #worker!: Worker;
  #ready!: Promise<void>;
  #running = false;
  #models = new Map<number, LoadedVersion>();
  #courtesy = new Courtesy(null);
  readonly #calls = new Calls();
  #trip: readonly BatchJob[] | null = null;
  #answered = 0;
  #tripTimer: NodeJS.Timeout | null = null;
  #timedOut = false;
  #whenFree: (() => void)[] = [];
  #failures = 0;
  #onDuty: boolean;
  #closed = false;

  constructor(index: number, options: ThreadOptions, hooks: ThreadHooks, duty: { readonly onDuty: boolean }) {
    this.#index = index;
    this.#options = options;
    this.#logger = options.logger;
    this.#hooks = hooks;
    this.#onDuty = duty.onDuty;
    this.#start();
  }

  get alive(): boolean {
    return this.#running;
  }
  started(): Promise<void> {
    return this.#ready;
  }
  kill(): Promise<unknown> {
    return this.#worker.terminate();
  }
  /** The versions it holds, by handle. */
  get models(): Pick<ReadonlyMap<number, LoadedVersion>, 'has' | 'keys'> {
    return this.#models;
  }

  /** From now on it takes work. */
  goOnDuty(): void {
    this.#onDuty = true;
    this.#courtesy.comeForward();
    this.work();
  }
  /** From now on it takes no work; resolves when the trip under way is answered. */
  async goOffDuty(): Promise<void> {
    this.#onDuty = false;
    await this.#free();
    this.#courtesy.stepBack();
  }

  async load({ handle, source, warmUp }: Loaded): Promise<LoadedVersion> {
    const known = this.#models.get(handle);
    if (known !== undefined) return known;
    const held = await this.#call((call) => ({ kind: 'load', call, handle, source, warmUp }));
    this.#models.set(handle, held);
    return held;
  }

  async unload(handle: number): Promise<void> {
    if (!this.#models.delete(handle)) return;
    await this.#call((call) => ({ kind: 'unload', call, handle })).catch(() => {}); // a dead worker has unloaded everything
  }

  /** Takes the next trip if the worker is free. */
  work(): void {
    if (!this.#running || !this.#onDuty || this.#trip !== null || this.#closed) return;
    const jobs = this.#hooks.take(this.#canRun);
    if (jobs.length === 0) return;
    this.#trip = jobs;
    this.#answered = 0;
    const trip = packTrip(jobs);
    this.#say(trip, trip);
    if (this.#tripTimer === null) this.#tripTimer = setTimeout(() => this.#overdue(), this.#options.tripTimeoutMs);
    else this.#tripTimer.refresh();
  }

  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    if (graceMs > 0) await this.#free(graceMs);
    if (this.#tripTimer !== null) clearTimeout(this.#tripTimer);
    await this.#worker.terminate();
  }

  /** Resolves when no trip is under way, or after `limitMs`. */
  #free(limitMs?: number): Promise<void> {
    if (this.#trip === null) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = limitMs === undefined ? undefined : setTimeout(resolve, limitMs);
      this.#whenFree.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #tellFree(): void {
    for (const tell of this.#whenFree.splice(0)) tell();
  }

  readonly #canRun = (handle: number): boolean => this.#models.has(handle);

  #start(): void {
    const worker = new Worker(fileURLToPath(builtFile(import.meta.url, 'worker.js')), {
      workerData: {
        engine: this.#options.engine,
        cacheDir: this.#options.cacheDir,
        aside: !this.#onDuty,
      } satisfies WorkerStart,
      name: `engine-${this.#index}`,
    });
    this.#worker = worker;
    this.#models = new Map();
    let failure: unknown = null;
    this.#ready = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`the engine did not start within ${START_TIMEOUT_MS} ms`));
        void worker.terminate();
      }, START_TIMEOUT_MS);
      worker.on('message', (message: FromWorker) => {
        if (!('kind' in message)) this.#results({ parcel: message, errors: [] });
        else if (message.kind === 'started') {
          this.#courtesy = new Courtesy(message.thread, message.usual);
          if (!this.#onDuty) this.#courtesy.stepBack(); // it may have gone off duty meanwhile
        } else if (message.kind === 'ready') {
          clearTimeout(timer);
          this.engineVersion = message.version;
          this.#running = true;
          resolve();
        } else this.#receive(message);
      });
      worker.on('error', (error) => {
        failure = error;
      });
      worker.on('exit', (code) => {
        clearTimeout(timer);
        reject(failure instanceof Error ? failure : new Error(`the engine worker ended with code ${code}`));
        this.#exited(failure === null ? `code ${code}` : messageOf(failure));
      });
    });
    this.#ready.catch(() => {}); // whoever waits for it hears of it
  }

  #receive(message: Exclude<FromWorker, Parcel | { kind: 'started' | 'ready' }>): void {
    switch (message.kind) {
      case 'results':
        return this.#results(message);
      case 'loaded':
        return this.#calls.resolve(message.call, message);
      case 'unloaded':
        return this.#calls.resolve(message.call, NOTHING);
      case 'refused':
        return this.#calls.reject(message.call, fromWire(message.error));
      case 'log':
        this.#logger[message.level](message.fields, message.message);
    }
  }

  #results(message: TripResults): void {
    const trip = this.#trip;
    if (trip === null) return;
    const { from, last, results } = unpackResults(message, trip);
    this.#answered = from + results.length;
    if (last) {
      this.#trip = null;
      this.#failures = 0;
      // The next trip leaves before these answers are dealt with: the worker never waits for the main thread.
      this.work();
    }
    results.forEach((result, i) => {
      const job = trip[from + i]!;
      if ('error' in result) job.failed(fromWire(result.error));
      else job.done(result.outputs, result);
    });
    if (last) {
      if (this.#trip === null) this.work();
      if (this.#trip === null) {
        if (this.#tripTimer !== null) clearTimeout(this.#tripTimer);
        this.#tripTimer = null;
        this.#tellFree();
      }
    }
  }

  #overdue(): void {
    if (this.#trip === null) return;
    this.#timedOut = true;
    this.#logger.error(
      { worker: this.#index, timeoutMs: this.#options.tripTimeoutMs },
      'A batch did not come back; replacing its worker.',
    );
    void this.#worker.terminate();
  }

  #exited(why: string): void {
    const wasRunning = this.#running;
    this.#running = false;
    if (this.#tripTimer !== null) clearTimeout(this.#tripTimer);
    this.#tripTimer = null;
    const lost = this.#trip?.slice(this.#answered) ?? [];
    this.#trip = null;
    const error = new ScoregraphError('MODEL_UNAVAILABLE', 'The engine worker that was computing this ended.', {
      reason: this.#timedOut ? 'ENGINE_TIMEOUT' : 'WORKER_EXITED',
      retryAfterMs: RETRY_AFTER_MS,
    });
    this.#timedOut = false;
    for (const job of lost) job.failed(error);
    this.#calls.rejectAll(error);
    this.#tellFree();
    if (this.#closed || !this.#onDuty || !(wasRunning || this.#failures > 0)) return;
    const wait = this.#failures === 0 ? 0 : Math.min(MAX_BACKOFF_MS, 100 * 2 ** this.#failures);
    this.#failures++;
    this.#logger.warn(
      { worker: this.#index, why, lostBatches: lost.length, restartInMs: wait },
      'An engine worker ended; starting another.',
    );
    setTimeout(() => void this.#restart(), wait);
  }

  async #restart(): Promise<void> {
    if (this.#closed || !this.#onDuty) return;
    this.#start();
    try {
      await this.#ready;
      for (const loaded of [...this.#hooks.loaded()]) await this.load(loaded);
      this.work();
    } catch (error) {
      this.#logger.error({ worker: this.#index, error: messageOf(error) }, 'An engine worker came back incomplete.');
    }
  }

  async #call(message: (call: number) => Extract<ToWorker, { call: number }>): Promise<LoadedVersion> {
    if (!this.#running)
      throw new ScoregraphError('MODEL_UNAVAILABLE', 'The engine worker is not running.', {
        reason: 'WORKER_EXITED',
        retryAfterMs: RETRY_AFTER_MS,
      });
    return this.#calls.make(
      this.#options.loadTimeoutMs,
      (call) => this.#say(message(call)),
      () => void this.#worker.terminate(), // it may never come back from a native call
    );
  }

  #say(message: ToWorker, transfer: Parcel = []): void {
    this.#worker.postMessage(message, transfer);
  }
}

const NOTHING: LoadedVersion = { signature: { inputs: [], outputs: [] }, mode: '', mixes: false };

function fromWire({ message, code, reason }: WireError): Error {
  if (code === null) return new Error(message);
  return new ScoregraphError(code as ErrorCode, message, reason === null ? {} : { reason });
}
