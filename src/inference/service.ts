import type { Clock } from '../core/clock.js';
import { ScoregraphError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { Metrics } from '../core/metrics.js';
import type { RowContext } from '../core/predictions.js';
import { Batcher } from './batching/batcher.js';
import { PredictionCache } from './cache.js';
import type {
  Block,
  BlockResult,
  EnginePool,
  Inference,
  ModelVersionInfo,
  Row,
  RowResult,
  VersionSelector,
} from './ports.js';
import { Registry } from './registry.js';
import { Router } from './router.js';

export interface InferenceOptions {
  readonly pool: EnginePool;
  readonly modelsDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Absent: no prediction cache. */
  readonly cache?: { readonly maxEntries: number; readonly maxAgeMs: number };
}

/** The room's face: routes a row to a version, batches it, answers. */
export class InferenceService implements Inference {
  readonly registry: Registry;
  readonly router: Router;
  readonly #pool: EnginePool;
  readonly #batcher: Batcher;
  readonly #cache: PredictionCache | null;
  readonly #metrics: Metrics;

  constructor(options: InferenceOptions) {
    const { pool, clock, cache } = options;
    this.#pool = pool;
    this.#metrics = options.metrics;
    this.#batcher = new Batcher(clock, () => pool.wake());
    this.#cache = cache === undefined ? null : new PredictionCache({ ...cache, clock });
    this.registry = new Registry({ ...options, batcher: this.#batcher });
    this.router = new Router(this.registry);
    pool.attach(this.#batcher);
  }

  /** Loads every model the folder holds; what cannot be loaded is in the registry with its reason. */
  start(): Promise<void> {
    return this.registry.loadAll();
  }

  resolve(model: string, context: Pick<RowContext, 'routing'>, selector?: VersionSelector): ModelVersionInfo {
    return this.router.resolve(model, context, selector);
  }

  predict(model: string, row: Row, context: RowContext, selector?: VersionSelector): Promise<RowResult> {
    let version: number;
    try {
      ({ version } = this.router.resolve(model, context, selector));
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#cache === null
      ? this.#batcher.enqueue(model, version, row, context)
      : this.#cached(this.#cache, model, version, row, context);
  }

  /** Forgets the answers it keeps: they are kept by the features of somebody. */
  clearCache(): void {
    this.#cache?.clear();
  }

  /** Rows that wait for a version. */
  queued(model: string, version: number): number {
    return this.#batcher.queued(model, version);
  }

  /** How long the oldest row of any version has waited for a worker, ms. */
  waitingMs(): number {
    return this.#batcher.waitingMs();
  }

  async predictBlock(
    model: string,
    block: Block,
    context: RowContext,
    selector?: VersionSelector,
  ): Promise<BlockResult> {
    const { version } = this.router.resolve(model, context, selector);
    return this.#batcher.enqueueBlock(model, version, block, context);
  }

  /** Writes gauges that are only worth computing when somebody looks. */
  measure(): void {
    const alive = this.#pool.workers.alive();
    this.#metrics.gauge('scoregraph_workers_alive', 'Engine workers running.').set(alive);
    this.#metrics.gauge('scoregraph_workers_configured', 'Engine workers wanted.').set(this.#pool.workers.configured);
    for (const { name, versions } of this.registry.list()) {
      for (const { number, state } of versions) {
        if (state !== 'AVAILABLE') continue;
        const labels = { model: name, version: String(number) };
        this.#metrics
          .gauge('scoregraph_model_queue_length', 'Rows waiting.', labels)
          .set(this.#batcher.queued(name, number));
      }
    }
  }

  /** Ends the workers after the batches under way; what still waits is refused. */
  async close(graceMs: number): Promise<void> {
    await this.#pool.close(graceMs);
    const error = new ScoregraphError('MODEL_UNAVAILABLE', 'The server is shutting down.', { reason: 'SHUTTING_DOWN' });
    for (const { name, versions } of this.registry.list())
      for (const { number } of versions) this.#batcher.close(name, number, error);
  }

  async #cached(
    cache: PredictionCache,
    model: string,
    version: number,
    row: Row,
    context: RowContext,
  ): Promise<RowResult> {
    const key = PredictionCache.key(model, version, row);
    const known = cache.get(key);
    if (known !== null) return known;
    const result = await this.#batcher.enqueue(model, version, row, context);
    // The answer is a view into its batch: the cache must not keep the whole batch alive.
    const own = Object.fromEntries(Object.entries(result.outputs).map(([name, data]) => [name, data.slice()]));
    cache.set(key, { ...result, outputs: own as RowResult['outputs'] });
    return result;
  }
}
