import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../../core/built-file.js';
import { type ErrorCode, messageOf, ScoregraphError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { BatchJob, JobSource, Signature, VersionSource } from '../ports.js';
import type { FromWorker, JobResult, ToWorker, WireError, WorkerOptions } from './protocol.js';

const START_TIMEOUT_MS = 30_000;
const MAX_BACKOFF_MS = 5_000;
const RETRY_AFTER_MS = 1_000;

/** A version that the workers hold. */
export interface Loaded {
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
interface Call {
  resolve(answer: { signature: Signature; mode: string }): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout;
}

/**
 * One worker and its successors. While it is on duty it takes work, and when it dies another takes its place, with its models. Off duty
 * (a spare, which loads what is new beside those that serve) it takes none, and its death is only told.
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
  #models = new Set<string>();
  #calls = new Map<number, Call>();
  #nextCall = 1;
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
  /** The versions it holds, as `model/version`. */
  get models(): ReadonlySet<string> {
    return this.#models;
  }

  /** From now on it takes work. */
  goOnDuty(): void {
    this.#onDuty = true;
    this.work();
  }
  /** From now on it takes no work; resolves when the trip under way is answered. */
  async goOffDuty(): Promise<void> {
    this.#onDuty = false;
    await this.#free();
  }

  load(source: VersionSource, warmUp: readonly number[]): Promise<{ signature: Signature; mode: string }> {
    const place = `${source.model}/${source.version}`;
    return this.#call({ kind: 'load', call: 0, source, warmUp }).then((answer) => {
      this.#models.add(place);
      return answer;
    });
  }

  async unload(model: string, version: number): Promise<void> {
    if (!this.#models.delete(`${model}/${version}`)) return;
    await this.#call({ kind: 'unload', call: 0, model, version }).catch(() => {}); // a dead worker has unloaded everything
  }

  /** Takes the next trip if the worker is free. */
  work(): void {
    if (!this.#running || !this.#onDuty || this.#trip !== null || this.#closed) return;
    const jobs = this.#hooks.take(this.#canRun);
    if (jobs.length === 0) return;
    this.#trip = jobs;
    this.#answered = 0;
    const transfer: ArrayBuffer[] = [];
    for (const { inputs, topK } of jobs) {
      for (const { data } of Object.values(inputs)) transfer.push(data.buffer);
      if (topK !== undefined) transfer.push(topK.exclude.buffer, topK.offsets.buffer);
    }
    const message: ToWorker = {
      kind: 'trip',
      jobs: jobs.map(({ model, version, rows, inputs, topK }) => ({ model, version, rows, inputs, topK })),
    };
    this.#worker.postMessage(message, transfer);
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

  readonly #canRun = (model: string, version: number): boolean => this.#models.has(`${model}/${version}`);

  #start(): void {
    const worker = new Worker(fileURLToPath(builtFile(import.meta.url, 'worker.js')), {
      workerData: { engine: this.#options.engine, cacheDir: this.#options.cacheDir } satisfies WorkerOptions,
      name: `engine-${this.#index}`,
    });
    this.#worker = worker;
    this.#models = new Set();
    let failure: unknown = null;
    this.#ready = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`the engine did not start within ${START_TIMEOUT_MS} ms`));
        void worker.terminate();
      }, START_TIMEOUT_MS);
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'ready') {
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

  #receive(message: Exclude<FromWorker, { kind: 'ready' }>): void {
    switch (message.kind) {
      case 'results':
        return this.#results(message.from, message.results, message.last);
      case 'loaded':
        return this.#finish(message.call, (call) => call.resolve(message));
      case 'unloaded':
        return this.#finish(message.call, (call) => call.resolve({ signature: { inputs: [], outputs: [] }, mode: '' }));
      case 'refused':
        return this.#finish(message.call, (call) => call.reject(fromWire(message.error)));
      case 'log':
        this.#logger[message.level](message.fields, message.message);
    }
  }

  #results(from: number, results: readonly JobResult[], last: boolean): void {
    const trip = this.#trip;
    if (trip === null) return;
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
    for (const call of [...this.#calls.keys()]) this.#finish(call, ({ reject }) => reject(error));
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
      for (const { source, warmUp } of [...this.#hooks.loaded()]) await this.load(source, warmUp);
      this.work();
    } catch (error) {
      this.#logger.error({ worker: this.#index, error: messageOf(error) }, 'An engine worker came back incomplete.');
    }
  }

  #call(message: Extract<ToWorker, { call: number }>): Promise<{ signature: Signature; mode: string }> {
    return new Promise((resolve, reject) => {
      if (!this.#running) {
        reject(
          new ScoregraphError('MODEL_UNAVAILABLE', 'The engine worker is not running.', {
            reason: 'WORKER_EXITED',
            retryAfterMs: RETRY_AFTER_MS,
          }),
        );
        return;
      }
      const call = this.#nextCall++;
      const timer = setTimeout(() => {
        this.#finish(call, () =>
          reject(
            new ScoregraphError('MODEL_UNAVAILABLE', `Loading took longer than ${this.#options.loadTimeoutMs} ms.`, {
              reason: 'LOAD_TIMEOUT',
            }),
          ),
        );
        void this.#worker.terminate(); // it may never come back from a native call
      }, this.#options.loadTimeoutMs);
      this.#calls.set(call, { resolve, reject, timer });
      this.#worker.postMessage({ ...message, call });
    });
  }

  #finish(id: number, settle: (call: Call) => void): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#calls.delete(id);
    clearTimeout(call.timer);
    settle(call);
  }
}

function fromWire({ message, code, reason }: WireError): Error {
  if (code === null) return new Error(message);
  return new ScoregraphError(code as ErrorCode, message, reason === null ? {} : { reason });
}
