import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type ErrorCode, messageOf, ScoregraphError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { BatchJob, EnginePool, JobSource, Signature, VersionSource } from '../ports.js';
import type { FromWorker, JobResult, ToWorker, WireError, WorkerOptions } from './protocol.js';

export interface PoolOptions {
  /** `auto`: native where its binding is installed and loads, else wasm. */
  readonly engine: 'auto' | 'tensorflow' | 'wasm';
  /** Worker threads; default: cores − 1, at least 1. */
  readonly workers?: number;
  /** Where compiled models are kept; null: nowhere. */
  readonly cacheDir: string | null;
  readonly logger: Logger;
  /** A trip that takes longer is given up and its worker replaced, ms. Default 30,000. */
  readonly tripTimeoutMs?: number;
}

const START_TIMEOUT_MS = 30_000;
const LOAD_TIMEOUT_MS = 60_000;
const MAX_BACKOFF_MS = 5_000;
const RETRY_AFTER_MS = 1_000;

/** The worker's compiled file: tests import the sources, threads need the build (`npm test` builds first). */
function workerFile(): URL {
  const here = new URL(import.meta.url);
  if (!here.pathname.endsWith('.ts')) return new URL('./worker.js', here);
  return new URL(here.href.replace('/src/', '/dist/').replace(/pool\.ts$/, 'worker.js'));
}

/** Whether tfjs-node's native part is installed. */
function nativeInstalled(): boolean {
  try {
    const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-node/package.json');
    return existsSync(new URL('./lib/napi-v8/tfjs_binding.node', `file://${entry}`));
  } catch {
    return false;
  }
}

/**
 * Starts the engine workers.
 * @throws ScoregraphError MODEL_UNAVAILABLE, reason `ENGINE_MISSING`, when `tensorflow` was asked for and does not load.
 */
export async function createEnginePool(options: PoolOptions): Promise<EnginePool & Pick<Pool, 'threads'>> {
  const wanted = options.engine === 'auto' ? (nativeInstalled() ? 'tensorflow' : 'wasm') : options.engine;
  const reason =
    options.engine !== 'auto'
      ? `SCOREGRAPH_ENGINE=${options.engine}`
      : wanted === 'tensorflow'
        ? 'native engine found'
        : 'native engine missing (npm run engine installs it)';
  try {
    return await Pool.start(options, wanted, reason);
  } catch (error) {
    if (wanted === 'wasm') throw error;
    const why = messageOf(error);
    if (options.engine === 'tensorflow') {
      throw new ScoregraphError(
        'MODEL_UNAVAILABLE',
        `SCOREGRAPH_ENGINE=tensorflow, but the native engine does not start: ${why}. "npm run engine" installs it; SCOREGRAPH_ENGINE=wasm does without.`,
        { reason: 'ENGINE_MISSING' },
        { cause: error },
      );
    }
    options.logger.warn({ error: why }, 'The native engine does not start; using WebAssembly.');
    return Pool.start(options, 'wasm', `native engine does not start: ${why}`);
  }
}

interface Loaded {
  readonly source: VersionSource;
  readonly warmUp: readonly number[];
}

class Pool implements EnginePool {
  readonly engine: EnginePool['engine'];
  readonly workers: EnginePool['workers'];
  readonly #threads: Thread[];
  readonly #loaded = new Map<string, Loaded>();
  #source: JobSource = { take: () => [] };
  /**
   * Loads go one after the other, over all threads: tfjs-node keeps the names of eager operations in a set that threads share without
   * a lock, and it grows while a model is compiled. Only the first worker compiles; the others find the result in the cache.
   */
  #loading: Promise<unknown> = Promise.resolve();

  static async start(options: PoolOptions, engine: WorkerOptions['engine'], reason: string): Promise<Pool> {
    // TensorFlow reads these when it loads, from the process. The workers are the parallelism: no operation is split (INTRAOP 1), and a
    // run happens in the worker's own thread (INTEROP -1; with 1 all workers would queue for one thread of the process).
    const settings = {
      TF_NUM_INTRAOP_THREADS: '1',
      TF_NUM_INTEROP_THREADS: '-1',
      TF_ENABLE_ONEDNN_OPTS: '0',
      TF_CPP_MIN_LOG_LEVEL: '2',
    };
    Object.assign(process.env, settings);
    const count = options.workers ?? Math.max(1, availableParallelism() - 1);
    const pool = new Pool(options, engine, reason, count);
    try {
      await Promise.all(pool.#threads.map((thread) => thread.started()));
    } catch (error) {
      await pool.close(0);
      throw error;
    }
    (pool as { engine: EnginePool['engine'] }).engine = { ...pool.engine, version: pool.#threads[0]!.engineVersion };
    return pool;
  }

  private constructor(options: PoolOptions, engine: WorkerOptions['engine'], reason: string, count: number) {
    this.engine = { name: engine, version: '', reason };
    const settings = { engine, cacheDir: options.cacheDir };
    this.#threads = Array.from(
      { length: count },
      (_, index) =>
        new Thread(index, settings, options.logger, options.tripTimeoutMs ?? 30_000, {
          loaded: () => this.#loaded.values(),
          take: (canRun) => this.#source.take(canRun),
        }),
    );
    this.workers = { configured: count, alive: () => this.#threads.filter((thread) => thread.alive).length };
  }

  async load(source: VersionSource, warmUp: readonly number[]): Promise<{ signature: Signature; mode: string }> {
    const loading = this.#loading.then(async () => {
      const results: { signature: Signature; mode: string }[] = [];
      for (const thread of this.#threads) results.push(await thread.load(source, warmUp));
      return results[0]!;
    });
    this.#loading = loading.catch(() => {});
    const result = await loading;
    this.#loaded.set(`${source.model}/${source.version}`, { source, warmUp });
    this.wake();
    return result;
  }

  async unload(model: string, version: number): Promise<void> {
    this.#loaded.delete(`${model}/${version}`);
    await Promise.all(this.#threads.map((thread) => thread.unload(model, version)));
  }

  attach(source: JobSource): void {
    this.#source = source;
  }

  wake(): void {
    for (const thread of this.#threads) thread.work();
  }

  async close(graceMs: number): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close(graceMs)));
  }

  /** The worker threads, so that a test can kill one. */
  get threads(): readonly { kill(): Promise<unknown> }[] {
    return this.#threads;
  }
}

interface ThreadHooks {
  loaded(): Iterable<Loaded>;
  take: JobSource['take'];
}
interface Call {
  resolve(answer: { signature: Signature; mode: string }): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout;
}

/** One worker and its successors: when it dies another takes its place, with its models. */
class Thread {
  engineVersion = '';
  readonly #index: number;
  readonly #options: WorkerOptions;
  readonly #logger: Logger;
  readonly #tripTimeoutMs: number;
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
  #onFree: (() => void) | null = null;
  #failures = 0;
  #closed = false;

  constructor(index: number, options: WorkerOptions, logger: Logger, tripTimeoutMs: number, hooks: ThreadHooks) {
    this.#index = index;
    this.#options = options;
    this.#logger = logger;
    this.#tripTimeoutMs = tripTimeoutMs;
    this.#hooks = hooks;
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
    if (!this.#running || this.#trip !== null || this.#closed) return;
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
    if (this.#tripTimer === null) this.#tripTimer = setTimeout(() => this.#overdue(), this.#tripTimeoutMs);
    else this.#tripTimer.refresh();
  }

  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    if (this.#trip !== null && graceMs > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, graceMs);
        this.#onFree = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    if (this.#tripTimer !== null) clearTimeout(this.#tripTimer);
    await this.#worker.terminate();
  }

  readonly #canRun = (model: string, version: number): boolean => this.#models.has(`${model}/${version}`);

  #start(): void {
    const worker = new Worker(fileURLToPath(workerFile()), {
      workerData: this.#options,
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
        this.#onFree?.();
      }
    }
  }

  #overdue(): void {
    if (this.#trip === null) return;
    this.#timedOut = true;
    this.#logger.error(
      { worker: this.#index, timeoutMs: this.#tripTimeoutMs },
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
    this.#onFree?.();
    if (this.#closed || !(wasRunning || this.#failures > 0)) return;
    const wait = this.#failures === 0 ? 0 : Math.min(MAX_BACKOFF_MS, 100 * 2 ** this.#failures);
    this.#failures++;
    this.#logger.warn(
      { worker: this.#index, why, lostBatches: lost.length, restartInMs: wait },
      'An engine worker ended; starting another.',
    );
    setTimeout(() => void this.#restart(), wait);
  }

  async #restart(): Promise<void> {
    if (this.#closed) return;
    this.#start();
    try {
      await this.#ready;
      await Promise.all([...this.#hooks.loaded()].map(({ source, warmUp }) => this.load(source, warmUp)));
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
            new ScoregraphError('MODEL_UNAVAILABLE', `Loading took longer than ${LOAD_TIMEOUT_MS} ms.`, {
              reason: 'LOAD_TIMEOUT',
            }),
          ),
        );
        void this.#worker.terminate(); // it may never come back from a native call
      }, LOAD_TIMEOUT_MS);
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
