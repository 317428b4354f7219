import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { messageOf, ScoregraphError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { EnginePool, JobSource, LoadedVersion, PooledVersion, VersionSource } from '../ports.js';
import type { WorkerOptions } from './protocol.js';
import { type Loaded, Thread, type ThreadHooks, type ThreadOptions } from './thread.js';

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
  /** A load that takes longer is given up and its worker replaced, ms. Default 60,000. */
  readonly loadTimeoutMs?: number;
}

/** A spare worker that nobody needs any more ends after this, and gives its memory back. */
const SPARE_IDLE_MS = 30_000;

/** Whether tfjs-node's native part is installed. */
export function nativeInstalled(): boolean {
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

/**
 * The workers that serve, and now and then a spare. What is loaded while they serve is loaded and warmed in the spare, which then takes
 * the place of one that serves; that one finishes its trip and is the next spare. So a load blocks no batch, and a worker has a version
 * whole or not at all.
 */
class Pool implements EnginePool {
  readonly engine: EnginePool['engine'];
  readonly workers: EnginePool['workers'];
  readonly #settings: ThreadOptions;
  readonly #threads: Thread[];
  /** By model and version. */
  readonly #loaded = new Map<string, Loaded>();
  #handles = 0;
  #started = 0;
  #source: JobSource = { take: () => [] };
  #spare: Thread | null = null;
  #spareTimer: NodeJS.Timeout | undefined;
  #closed = false;
  /**
   * Loads go one after the other, over all threads: tfjs-node keeps the names of eager operations in a set that threads share without
   * a lock, and it grows while a model is compiled. Only the first worker compiles; the others find the result in the cache.
   */
  #turn: Promise<unknown> = Promise.resolve();

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
    this.#settings = {
      engine,
      cacheDir: options.cacheDir,
      logger: options.logger,
      tripTimeoutMs: options.tripTimeoutMs ?? 30_000,
      loadTimeoutMs: options.loadTimeoutMs ?? 60_000,
    };
    this.#threads = Array.from({ length: count }, () => this.#thread(true));
    this.workers = { configured: count, alive: () => this.#threads.filter((thread) => thread.alive).length };
  }

  load(
    source: VersionSource,
    warmUp: readonly number[],
    { beside }: { readonly beside: boolean },
  ): Promise<PooledVersion> {
    return this.#exclusively(async () => {
      const loaded = this.#loaded.get(placeOf(source)) ?? { handle: ++this.#handles, source, warmUp };
      const result = await (beside ? this.#loadBeside(loaded) : this.#loadInPlace(loaded));
      this.wake();
      return { ...result, handle: loaded.handle };
    });
  }

  unload(model: string, version: number): Promise<void> {
    return this.#exclusively(() => this.#unloadEverywhere(model, version));
  }

  attach(source: JobSource): void {
    this.#source = source;
  }

  wake(): void {
    for (const thread of this.#threads) thread.work();
  }

  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#spareTimer);
    const threads = this.#spare === null ? this.#threads : [...this.#threads, this.#spare];
    await Promise.all(threads.map((thread) => thread.close(graceMs)));
  }

  /** The worker threads, so that a test can kill one. */
  get threads(): readonly { kill(): Promise<unknown> }[] {
    return this.#threads;
  }

  /** Where nothing serves yet: in each worker, without a spare. */
  async #loadInPlace(loaded: Loaded): Promise<LoadedVersion> {
    let result!: LoadedVersion;
    try {
      for (const thread of this.#threads) result = await thread.load(loaded);
    } catch (error) {
      await Promise.all(this.#threads.map((thread) => thread.unload(loaded.handle)));
      throw error;
    }
    this.#loaded.set(placeOf(loaded.source), loaded);
    return result;
  }

  async #loadBeside(loaded: Loaded): Promise<LoadedVersion> {
    const { source } = loaded;
    let result!: LoadedVersion;
    try {
      for (let i = 0; i < this.#threads.length; i++) {
        const spare = await this.#readySpare();
        result = await spare.load(loaded);
        this.#loaded.set(placeOf(source), loaded); // a worker that is replaced from now on brings it along
        await this.#swapIn(spare, i);
      }
      return result;
    } catch (error) {
      if (this.#loaded.has(placeOf(source))) await this.#unloadEverywhere(source.model, source.version);
      throw error;
    }
  }

  async #unloadEverywhere(model: string, version: number): Promise<void> {
    const place = placeOf({ model, version });
    const loaded = this.#loaded.get(place);
    if (loaded === undefined) return;
    this.#loaded.delete(place);
    await Promise.all(this.#threads.map((thread) => thread.unload(loaded.handle)));
  }

  /** The spare worker, started if there is none, holding what the others hold. */
  async #readySpare(): Promise<Thread> {
    clearTimeout(this.#spareTimer);
    if (this.#spare?.alive !== true) {
      await this.#endSpare();
      this.#spare = this.#thread(false);
      await this.#spare.started();
    }
    const spare = this.#spare;
    const wanted = new Map([...this.#loaded.values()].map((loaded) => [loaded.handle, loaded]));
    for (const handle of [...spare.models.keys()]) if (!wanted.has(handle)) await spare.unload(handle);
    for (const loaded of wanted.values()) await spare.load(loaded);
    return spare;
  }

  /** Puts the spare in the place of a worker that serves, between two of its trips. That one is the spare from then on. */
  async #swapIn(spare: Thread, index: number): Promise<void> {
    const before = this.#threads[index]!;
    this.#threads[index] = spare;
    this.#spare = before;
    spare.goOnDuty();
    await before.goOffDuty();
    this.#spareTimer = setTimeout(() => void this.#exclusively(() => this.#endSpare()), SPARE_IDLE_MS);
    this.#spareTimer.unref();
  }

  async #endSpare(): Promise<void> {
    clearTimeout(this.#spareTimer);
    const spare = this.#spare;
    this.#spare = null;
    await spare?.close(0);
  }

  #thread(onDuty: boolean): Thread {
    const hooks: ThreadHooks = {
      loaded: () => this.#loaded.values(),
      take: (canRun) => this.#source.take(canRun),
    };
    return new Thread(this.#started++, this.#settings, hooks, { onDuty });
  }

  /** One after the other, over all threads. */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => {
      if (this.#closed)
        throw new ScoregraphError('MODEL_UNAVAILABLE', 'The server is shutting down.', { reason: 'SHUTTING_DOWN' });
      return work();
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }
}

const placeOf = ({ model, version }: { readonly model: string; readonly version: number }) => `${model}/${version}`;
