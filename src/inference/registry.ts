import type { Clock } from '../core/clock.js';
import { messageOf, ScoregraphError } from '../core/errors.js';
import type { ModelVersionState } from '../core/events.js';
import { LatencyHistogram } from '../core/latency-histogram.js';
import type { Logger } from '../core/logger.js';
import type { Metrics } from '../core/metrics.js';
import type { Batcher } from './batching/batcher.js';
import type { BatchObserver } from './batching/lane-options.js';
import type { EnginePool, ModelManifest, ModelVersionInfo, VersionPolicy } from './ports.js';
import { checkVersion, type FoundModel, type Problem, scanModels } from './repository.js';

/** One version as the registry knows it. */
export interface RegisteredVersion {
  readonly model: string;
  readonly number: number;
  state: ModelVersionState;
  /** Why it is in this state, for people; null when there is nothing to say. */
  reason: string | null;
  /** Ms UTC. */
  stateChangedAt: number;
  /** How it runs: `saved-model (compiled)`, `eager`, `wasm`; null before it is loaded. */
  mode: string | null;
  /** Present once its files were read. */
  info: ModelVersionInfo | null;
  readonly statistics: {
    rows: number;
    batches: number;
    errors: number;
    queueSeconds: number;
    computeSeconds: number;
    /** Of each row from its queue to its answer, with the mean wait of its batch. */
    readonly latency: LatencyHistogram;
  };
}
export interface RegisteredModel {
  readonly name: string;
  readonly manifest: ModelManifest;
  /** Ascending by number. */
  readonly versions: readonly RegisteredVersion[];
}
/** Told of every change of state. */
export type StateListener = (version: RegisteredVersion) => void;

const QUEUE_BUCKETS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1];
const COMPUTE_BUCKETS = [0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5];

/** Which models and versions there are, what state each is in, and the way from a folder to AVAILABLE. */
export class Registry {
  readonly #options: {
    modelsDir: string;
    pool: EnginePool;
    batcher: Batcher;
    clock: Clock;
    logger: Logger;
    metrics: Metrics;
  };
  readonly #models = new Map<string, RegisteredModel>();
  readonly #listeners = new Set<StateListener>();
  #problems: readonly Problem[] = [];

  constructor(options: {
    modelsDir: string;
    pool: EnginePool;
    batcher: Batcher;
    clock: Clock;
    logger: Logger;
    metrics: Metrics;
  }) {
    this.#options = options;
  }

  /** What the models folder holds that cannot be served. */
  get problems(): readonly Problem[] {
    return this.#problems;
  }
  list(): readonly RegisteredModel[] {
    return [...this.#models.values()];
  }
  get(name: string): RegisteredModel | null {
    return this.#models.get(name) ?? null;
  }
  version(name: string, number: number): RegisteredVersion | null {
    return this.#models.get(name)?.versions.find((version) => version.number === number) ?? null;
  }
  onStateChange(listener: StateListener): void {
    this.#listeners.add(listener);
  }

  /** Reads the models folder and loads what the version policies say, all at once. Never throws for a bad model. */
  async loadAll(): Promise<void> {
    const { models, problems } = scanModels(this.#options.modelsDir);
    this.#problems = problems;
    for (const { model, reason, message } of problems)
      this.#options.logger.warn({ model, reason }, `A model cannot be served: ${message}`);
    for (const found of models) this.#models.set(found.manifest.name, this.#register(found));
    await Promise.all(
      models.flatMap(({ manifest, versions }) =>
        wanted(manifest, versions).map((number) => this.load(manifest.name, number)),
      ),
    );
  }

  /**
   * Loads one version: START → LOADING → AVAILABLE, or END with the reason. Does not throw: the state tells.
   * @throws ScoregraphError NOT_FOUND for a version that is not in the folder.
   */
  async load(name: string, number: number): Promise<void> {
    const { pool, batcher, modelsDir, logger } = this.#options;
    const model = this.#models.get(name);
    const version = this.version(name, number);
    if (model === undefined || version === null)
      throw new ScoregraphError('NOT_FOUND', `There is no version ${number} of a model ${name}.`);
    if (version.state === 'AVAILABLE' || version.state === 'LOADING') return;
    this.#change(version, 'LOADING', null);
    try {
      const { source, card } = await checkVersion(modelsDir, model.manifest, number);
      const { maxBatchSize, preferredBatchSize } = model.manifest.batching;
      const { mode, signature } = await pool.load(source, [
        1,
        ...preferredBatchSize.filter((size) => size < maxBatchSize),
      ]);
      version.info = { model: name, version: number, folder: source.folder, card, manifest: model.manifest };
      version.mode = mode;
      batcher.open({
        model: name,
        version: number,
        signature,
        batching: model.manifest.batching,
        observer: this.#observer(version),
      });
      this.#change(version, 'AVAILABLE', null);
    } catch (error) {
      const reason = messageOf(error);
      this.#change(version, 'END', reason);
      logger.warn({ model: name, version: number, reason }, 'A model version could not be loaded.');
    }
  }

  /** Takes a version out of service: UNLOADING → END. */
  async unload(name: string, number: number, reason: string): Promise<void> {
    const version = this.version(name, number);
    if (version === null || version.state !== 'AVAILABLE') return;
    this.#change(version, 'UNLOADING', reason);
    const details = { model: name, version: number, reason: 'UNLOADED' };
    this.#options.batcher.close(
      name,
      number,
      new ScoregraphError('MODEL_UNAVAILABLE', `${name} ${number} was unloaded.`, details),
    );
    await this.#options.pool.unload(name, number);
    this.#options.metrics.remove({ model: name, version: String(number) });
    this.#change(version, 'END', reason);
  }

  #register({ manifest, versions }: FoundModel): RegisteredModel {
    const policy = new Set(wanted(manifest, versions));
    const now = this.#options.clock.now();
    return {
      name: manifest.name,
      manifest,
      versions: versions.map((number) => ({
        model: manifest.name,
        number,
        state: policy.has(number) ? 'START' : 'END',
        reason: policy.has(number) ? null : 'not loaded by the version policy',
        stateChangedAt: now,
        mode: null,
        info: null,
        statistics: {
          rows: 0,
          batches: 0,
          errors: 0,
          queueSeconds: 0,
          computeSeconds: 0,
          latency: new LatencyHistogram(),
        },
      })),
    };
  }

  #change(version: RegisteredVersion, state: ModelVersionState, reason: string | null): void {
    version.state = state;
    version.reason = reason;
    version.stateChangedAt = this.#options.clock.now();
    for (const listener of this.#listeners) listener(version);
  }

  #observer({ model, number, statistics }: RegisteredVersion): BatchObserver {
    const { metrics } = this.#options;
    const labels = { model, version: String(number) };
    const rowsTotal = metrics.counter('scoregraph_model_rows_total', 'Rows computed.', labels);
    const batchesTotal = metrics.counter(
      'scoregraph_model_batches_total',
      'Batches computed; rows / batches is the mean batch.',
      labels,
    );
    const errorsTotal = metrics.counter('scoregraph_model_row_errors_total', 'Rows that failed in the engine.', labels);
    const queueTime = metrics.histogram(
      'scoregraph_model_queue_seconds',
      'Mean time the rows of a batch waited.',
      QUEUE_BUCKETS,
      labels,
    );
    const computeTime = metrics.histogram(
      'scoregraph_model_compute_seconds',
      'Time a batch took in the engine.',
      COMPUTE_BUCKETS,
      labels,
    );
    return {
      batch(rows, queueSeconds, computeSeconds) {
        statistics.rows += rows;
        statistics.batches++;
        statistics.queueSeconds += queueSeconds;
        statistics.computeSeconds += computeSeconds;
        statistics.latency.add(1_000 * (queueSeconds / rows + computeSeconds), rows);
        rowsTotal.add(rows);
        batchesTotal.add();
        queueTime.observe(queueSeconds / rows);
        computeTime.observe(computeSeconds);
      },
      failed(rows) {
        statistics.errors += rows;
        errorsTotal.add(rows);
      },
    };
  }
}

/** The versions a manifest's policy wants loaded: aliased ones always. */
export function wanted({ versionPolicy, aliases }: ModelManifest, versions: readonly number[]): number[] {
  const pinned = Object.values(aliases);
  return versions.filter(
    (number, index) => pinned.includes(number) || isChosen(versionPolicy, versions.length, number, index),
  );
}

function isChosen(policy: VersionPolicy, count: number, number: number, index: number): boolean {
  switch (policy.kind) {
    case 'all':
      return true;
    case 'latest':
      return index >= count - policy.count;
    case 'specific':
      return policy.versions.includes(number);
  }
}
