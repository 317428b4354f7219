import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../core/clock.js';
import { messageOf, ScoregraphError } from '../core/errors.js';
import type { ModelVersionState } from '../core/events.js';
import type { Logger } from '../core/logger.js';
import type { Metrics } from '../core/metrics.js';
import type { Batcher } from './batching/batcher.js';
import type { Lane } from './batching/lane.js';
import type { FoundVersion } from './found.js';
import type { EnginePool, ModelManifest, ModelVersionInfo } from './ports.js';
import type { Prober } from './probe/probe.js';
import { checkVersion } from './repository.js';
import { probeRows } from './runtimes/warm-up.js';
import type { PublicKeys } from './signing.js';
import { seriesOf, VersionStatistics } from './version-statistics.js';

/** A version that went out of service answers who chose it before, until nobody has asked for this long, ms. */
const DRAIN_MS = 1_000;
/** … but no longer than this. */
const MAX_DRAIN_MS = 60_000;

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
  /** Rows for it are taken. */
  accepting: boolean;
  /** The folder as it looks now, and as it looked when it was last loaded or tried; null: never. */
  folder: FoundVersion;
  tried: string | null;
  readonly statistics: VersionStatistics;
  /** Brings its series in the metrics up to date. */
  publish: () => void;
  /** Where its rows wait; null before it is loaded. */
  lane: Lane | null;
}
export interface RegisteredModel {
  readonly name: string;
  manifest: ModelManifest;
  /** Ascending by number. */
  versions: readonly RegisteredVersion[];
}
/** Told of every change of state. */
export type StateListener = (version: RegisteredVersion) => void;

export interface RegistryOptions {
  readonly modelsDir: string;
  readonly pool: EnginePool;
  readonly batcher: Batcher;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Tries versions in a process of their own first; null: the workers are the first to load them. */
  readonly prober: Prober | null;
  /** Who may publish versions; null: anybody who can write the folder. */
  readonly keys: PublicKeys | null;
  /** Default 1,000. */
  readonly drainMs?: number | undefined;
}

/** Which models and versions there are, what state each is in, and the ways from a folder to AVAILABLE and from there to END. */
export class Registry {
  /** Grows whenever who can answer may have changed. */
  changes = 0;
  readonly #options: RegistryOptions;
  readonly #models = new Map<string, RegisteredModel>();
  readonly #listeners = new Set<StateListener>();
  readonly #leaving = new Map<RegisteredVersion, Promise<void>>();

  constructor(options: RegistryOptions) {
    this.#options = options;
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

  /** Takes in a model, or what its folder says now. Versions that are new begin at START; those that left are told to `gone`. */
  put(manifest: ModelManifest, found: readonly FoundVersion[], gone: (version: RegisteredVersion) => void): void {
    let model = this.#models.get(manifest.name);
    if (model === undefined) {
      model = { name: manifest.name, manifest, versions: [] };
      this.#models.set(manifest.name, model);
    }
    model.manifest = manifest;
    const known = new Map(model.versions.map((version) => [version.number, version]));
    const fresh: RegisteredVersion[] = [];
    const versions = found.map((folder) => {
      const version = known.get(folder.number);
      known.delete(folder.number);
      if (version !== undefined) {
        version.folder = folder;
        return version;
      }
      const made = this.#make(manifest.name, folder);
      fresh.push(made);
      return made;
    });
    model.versions = [...versions, ...known.values()].sort((a, b) => a.number - b.number);
    for (const version of fresh) this.change(version, 'START', folderReason(version.folder));
    for (const version of known.values()) gone(version);
  }

  /** Forgets a version that is not loaded; a model without versions goes too. */
  forget(version: RegisteredVersion): void {
    const model = this.#models.get(version.model);
    if (model === undefined) return;
    model.versions = model.versions.filter((other) => other !== version);
    this.changes++;
    this.#options.metrics.remove({ model: version.model, version: String(version.number) });
    if (model.versions.length === 0) this.#models.delete(model.name);
  }

  /**
   * Loads one version: START → LOADING → AVAILABLE, or END with the reason; one that is on its way out comes back. `beside`: others serve
   * meanwhile. Does not throw: the state tells.
   */
  async load(version: RegisteredVersion, { beside }: { readonly beside: boolean }): Promise<void> {
    if (version.state === 'UNLOADING') {
      if (version.accepting) return this.change(version, 'AVAILABLE', null);
      await this.#leaving.get(version);
    }
    if (version.state === 'AVAILABLE' || version.state === 'LOADING') return;
    const { model, number } = version;
    const manifest = this.#models.get(model)!.manifest;
    version.tried = version.folder.fingerprint;
    this.change(version, 'LOADING', null);
    try {
      const { pool, batcher, modelsDir, prober, keys, metrics } = this.#options;
      const { source, card } = await checkVersion(modelsDir, manifest, number, keys);
      const { maxBatchSize, preferredBatchSize } = manifest.batching;
      const warmUp = [1, ...preferredBatchSize.filter((size) => size < maxBatchSize)];
      await prober?.probe(source, warmUp, probeRows(manifest));
      const { handle, mode, signature, mixes } = await pool.load(source, warmUp, { beside });
      version.info = { model, version: number, folder: source.folder, card, manifest };
      version.mode = mode;
      version.lane = batcher.open({
        model,
        version: number,
        handle,
        signature,
        mixes,
        batching: manifest.batching,
        observer: version.statistics,
      });
      version.publish = seriesOf(version, metrics);
      version.accepting = true;
      this.change(version, 'AVAILABLE', null);
    } catch (error) {
      const reason = messageOf(error);
      this.change(version, 'END', reason);
      this.#options.logger.warn({ model, version: number, reason }, 'A model version could not be loaded.');
    }
  }

  /**
   * Takes a version out of service: UNLOADING → END. Who chose it before is still answered; it ends when nobody asks any more. Resolves
   * at END, or when it was called back meanwhile.
   */
  unload(version: RegisteredVersion, reason: string): Promise<void> {
    if (version.state !== 'AVAILABLE') return this.#leaving.get(version) ?? Promise.resolve();
    this.change(version, 'UNLOADING', reason);
    const leaving = (this.#leaving.get(version) ?? Promise.resolve())
      .then(() => this.#leave(version, reason))
      .finally(() => {
        if (this.#leaving.get(version) === leaving) this.#leaving.delete(version);
      });
    this.#leaving.set(version, leaving);
    return leaving;
  }

  /** Moves a version to a state, and tells. */
  change(version: RegisteredVersion, state: ModelVersionState, reason: string | null): void {
    this.#gauge(version, version.state).set(0);
    version.state = state;
    this.changes++;
    version.reason = reason;
    version.stateChangedAt = this.#options.clock.now();
    this.#gauge(version, state).set(1);
    for (const listener of this.#listeners) listener(version);
  }

  async #leave(version: RegisteredVersion, reason: string): Promise<void> {
    const { batcher, pool, clock, metrics, drainMs = DRAIN_MS } = this.#options;
    const { model, number } = version;
    const lane = version.lane!;
    const began = clock.monotonic();
    const called = () => version.state !== 'UNLOADING';
    for (;;) {
      const now = clock.monotonic();
      const idle = now - lane.lastUsedAt;
      if (called()) return;
      if (idle >= drainMs || now - began >= MAX_DRAIN_MS) break;
      await sleep(Math.min(50, drainMs), undefined, { ref: false });
    }
    version.accepting = false;
    this.changes++;
    batcher.close(
      lane,
      new ScoregraphError('MODEL_UNAVAILABLE', `${model} ${number} was unloaded.`, {
        ...{ model, version: number, reason: 'UNLOADED' },
      }),
    );
    await pool.unload(model, number).catch(() => {}); // the pool is being closed: all ends with it
    version.mode = null;
    metrics.remove({ model, version: String(number) });
    this.change(version, 'END', reason);
  }

  #gauge({ model, number }: RegisteredVersion, state: ModelVersionState) {
    return this.#options.metrics.gauge('scoregraph_model_version_state', '1: the version is in this state.', {
      model,
      version: String(number),
      state,
    });
  }

  #make(model: string, folder: FoundVersion): RegisteredVersion {
    return {
      model,
      number: folder.number,
      state: 'START',
      reason: null,
      stateChangedAt: this.#options.clock.now(),
      mode: null,
      info: null,
      accepting: false,
      folder,
      tried: null,
      lane: null,
      publish: () => {},
      statistics: new VersionStatistics(),
    };
  }
}

export const folderReason = ({ complete }: FoundVersion): string | null =>
  complete ? null : 'waiting for its version.json';
