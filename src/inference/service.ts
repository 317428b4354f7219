import type { Clock } from '../core/clock.js';
import { ScoregraphError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { Metrics } from '../core/metrics.js';
import type { RowContext } from '../core/predictions.js';
import type { RequestFacts } from '../core/routing.js';
import { AliasBook, type AliasMove } from './aliases.js';
import { Batcher } from './batching/batcher.js';
import type { Lane } from './batching/lane.js';
import { PredictionCache } from './cache.js';
import { type LifecycleOptions, ModelLifecycle } from './lifecycle.js';
import type {
  Block,
  BlockResult,
  EnginePool,
  Inference,
  ModelVersionInfo,
  Routed,
  Row,
  RowResult,
  VersionSelector,
} from './ports.js';
import { Prober } from './probe/probe.js';
import { Registry } from './registry.js';
import { Residency } from './residency.js';
import { Route, Router } from './router.js';
import { ArmStats } from './routing/arm-stats.js';
import { RoutingBook } from './routing/book.js';
import type { PublicKeys } from './signing.js';
import { VersionPassports } from './version-passport.js';

export interface InferenceOptions {
  readonly pool: EnginePool;
  readonly modelsDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** What aliases mean; default: a new, empty book. */
  readonly aliases?: AliasBook;
  /** Who is answered by which version; default: the champion answers everybody. */
  readonly policies?: RoutingBook;
  /** Moves an alias that must move by itself (the first champion, `promotion: auto`); default: in the book alone. */
  readonly moveAlias?: (move: AliasMove) => Promise<void>;
  /** Whether a manifest may be served; absent: all may. */
  readonly admit?: NonNullable<LifecycleOptions['admit']>;
  /** How often the models folder is looked at, ms; default 0: at the start only. */
  readonly pollMs?: number;
  /** Limits of a process that tries a version before the workers load it. Absent: nothing is tried first. */
  readonly probing?: { readonly cacheDir: string | null; readonly timeoutMs: number; readonly memoryMb: number };
  /** What loaded versions may take, by estimate, MiB; default 0: no limit. */
  readonly memoryMb?: number;
  /** Whose signature a version must have; absent or null: none is needed. */
  readonly keys?: PublicKeys | null;
  /** How long a version that leaves must be idle, ms; default 1,000. */
  readonly drainMs?: number;
  /** Absent: no prediction cache. */
  readonly cache?: { readonly maxEntries: number; readonly maxAgeMs: number };
}

/** The room's face: routes a row to a version, batches it, answers. */
export class InferenceService implements Inference {
  readonly registry: Registry;
  readonly router: Router;
  readonly aliases: AliasBook;
  readonly policies: RoutingBook;
  /** What the arms of policies do. */
  readonly arms: ArmStats;
  readonly lifecycle: ModelLifecycle;
  /** What loaded versions take, and may. */
  readonly residency: Residency;
  /** What version folders say of themselves. */
  readonly passports: VersionPassports;
  readonly clock: Clock;
  readonly #prober: Prober | null;
  readonly #pool: EnginePool;
  readonly #batcher: Batcher;
  readonly #cache: PredictionCache | null;
  readonly #metrics: Metrics;

  constructor(options: InferenceOptions) {
    const { pool, clock, cache } = options;
    this.clock = clock;
    this.#pool = pool;
    this.#metrics = options.metrics;
    this.#batcher = new Batcher(clock, () => pool.wake());
    this.#cache = cache === undefined ? null : new PredictionCache({ ...cache, clock });
    const { probing, keys = null, aliases = new AliasBook() } = options;
    this.#prober =
      probing === undefined
        ? null
        : new Prober({ ...probing, engine: pool.engine.name, engineVersion: pool.engine.version });
    this.registry = new Registry({ ...options, batcher: this.#batcher, prober: this.#prober, keys });
    this.passports = new VersionPassports(options.modelsDir, keys);
    this.aliases = aliases;
    this.policies = options.policies ?? new RoutingBook();
    this.arms = new ArmStats(options.metrics);
    this.residency = new Residency({
      registry: this.registry,
      logger: options.logger,
      limitBytes: (options.memoryMb ?? 0) * 1024 * 1024,
      workers: pool.workers.configured,
      lastUsedAt: (model, version) => this.registry.version(model, version)?.lane?.lastUsedAt ?? 0,
    });
    this.lifecycle = new ModelLifecycle({ ...options, registry: this.registry, residency: this.residency, aliases });
    this.router = new Router(this.registry, aliases, this.policies, (version) => this.lifecycle.demand(version));
    pool.attach(this.#batcher);
  }

  /** Loads what the folder's policies say; what cannot be loaded is in the registry with its reason. Then watches the folder. */
  start(): Promise<void> {
    return this.lifecycle.start();
  }

  resolve(model: string, selector?: VersionSelector): ModelVersionInfo {
    return this.router.resolve(model, selector);
  }

  route(model: string, entity: string, selector?: VersionSelector, request?: RequestFacts): Routed {
    return this.router.route(model, entity, selector, request);
  }

  splits(model: string): boolean {
    return this.policies.splits(model);
  }

  predict(model: string, row: Row, context: RowContext, selector?: VersionSelector): Promise<RowResult> {
    let lane: Lane;
    try {
      lane = this.#laneOf(model, selector);
    } catch (error) {
      return Promise.reject(error);
    }
    const result =
      this.#cache === null ? this.#batcher.enqueue(lane, row, context) : this.#cached(this.#cache, lane, row, context);
    return typeof selector?.arm === 'string' ? this.#counted(model, selector, 1, result) : result;
  }

  /** Forgets the answers it keeps: they are kept by the features of somebody. */
  clearCache(): void {
    this.#cache?.clear();
  }

  /** Rows that wait for a version. */
  queued(model: string, version: number): number {
    return this.registry.version(model, version)?.lane?.queued ?? 0;
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
    const result = this.#batcher.enqueueBlock(this.#laneOf(model, selector), block, context);
    return typeof selector?.arm === 'string' ? this.#counted(model, selector, block.rows, result) : result;
  }

  /** Writes gauges that are only worth computing when somebody looks. */
  measure(): void {
    const alive = this.#pool.workers.alive();
    this.#metrics.gauge('scoregraph_workers_alive', 'Engine workers running.').set(alive);
    this.#metrics.gauge('scoregraph_workers_configured', 'Engine workers wanted.').set(this.#pool.workers.configured);
    for (const { name, versions } of this.registry.list()) {
      for (const { number, lane, publish } of versions) {
        if (lane === null || lane.isClosed) continue;
        publish();
        const labels = { model: name, version: String(number) };
        this.#metrics.gauge('scoregraph_model_queue_length', 'Rows waiting.', labels).set(lane.queued);
      }
    }
  }

  /** Ends the workers after the batches under way; what still waits is refused. */
  async close(graceMs: number): Promise<void> {
    this.lifecycle.close();
    this.#prober?.close();
    await this.#pool.close(graceMs);
    const error = new ScoregraphError('MODEL_UNAVAILABLE', 'The server is shutting down.', { reason: 'SHUTTING_DOWN' });
    for (const { versions } of this.registry.list())
      for (const { lane } of versions) if (lane !== null) this.#batcher.close(lane, error);
  }

  /** Where rows wait for whom the selector means; looked up anew where the version it was routed to has left. @throws as `Router.resolve`. */
  #laneOf(model: string, selector?: VersionSelector): Lane {
    return selector instanceof Route && !selector.lane.isClosed ? selector.lane : this.router.lane(model, selector);
  }

  /** Notes for an arm what became of rows. What the version is not to blame for does not count. */
  async #counted<R extends RowResult | BlockResult>(
    model: string,
    { arm: name, sampled }: VersionSelector,
    rows: number,
    result: Promise<R>,
  ): Promise<R> {
    const arm = name!;
    const asked = this.clock.monotonic();
    try {
      const answer = await result;
      this.arms.answered(model, arm, { ms: this.clock.monotonic() - asked, rows, sampled }, answer.outputs);
      return answer;
    } catch (error) {
      const code = error instanceof ScoregraphError ? error.code : null;
      if (code !== 'CANCELLED' && code !== 'QUEUE_FULL') this.arms.failed(model, arm, rows);
      throw error;
    }
  }

  async #cached(cache: PredictionCache, lane: Lane, row: Row, context: RowContext): Promise<RowResult> {
    const key = PredictionCache.key(lane.model, lane.version, row);
    const known = cache.get(key);
    if (known !== null) return known;
    const result = await this.#batcher.enqueue(lane, row, context);
    // The answer is a view into its batch: the cache must not keep the whole batch alive.
    const own = Object.fromEntries(Object.entries(result.outputs).map(([name, data]) => [name, data.slice()]));
    cache.set(key, { ...result, outputs: own as RowResult['outputs'] });
    return result;
  }
}
