import type { Logger } from '../core/logger.js';
import type { RegisteredVersion, Registry } from './registry.js';

/** Reason of versions that left for want of memory; whoever asks for one has it loaded again. */
export const EVICTED = 'unloaded to keep within SCOREGRAPH_MODELS_MEMORY_MB; loads again when it is asked for';

/** What a loaded version takes in a worker: its graph and the engine's own copy of the weights, and what an empty one takes. */
const COPIES = 2;
const OVERHEAD = 1024 * 1024;

export interface ResidencyOptions {
  readonly registry: Registry;
  readonly logger: Logger;
  /** 0: no limit. */
  readonly limitBytes: number;
  readonly workers: number;
  /** Monotonic ms; Infinity while it is being used. */
  readonly lastUsedAt: (model: string, version: number) => number;
}

/** Keeps what is loaded within a limit of memory, by estimate: the versions that nobody has asked for longest leave. */
export class Residency {
  readonly #options: ResidencyOptions;

  constructor(options: ResidencyOptions) {
    this.#options = options;
  }

  /** What a version takes, over all workers, bytes. */
  estimate({ folder }: RegisteredVersion): number {
    return this.#options.workers * (COPIES * folder.bytes + OVERHEAD);
  }

  /**
   * Whether a version may be loaded. With `evict` others leave for it; it is always let in then, even where it exceeds the limit alone:
   * somebody has asked for it.
   */
  makeRoom(version: RegisteredVersion, { evict }: { readonly evict: boolean }): boolean {
    const { limitBytes, registry, lastUsedAt, logger } = this.#options;
    if (limitBytes === 0) return true;
    const loaded = registry
      .list()
      .flatMap(({ versions }) => versions)
      .filter((other) => other !== version && (other.state === 'AVAILABLE' || other.state === 'LOADING'));
    let used = loaded.reduce((sum, other) => sum + this.estimate(other), this.estimate(version));
    if (used <= limitBytes || !evict) return used <= limitBytes;
    const idle = loaded
      .filter(({ state }) => state === 'AVAILABLE')
      .map((other) => ({ other, at: lastUsedAt(other.model, other.number) }))
      .sort((a, b) => a.at - b.at);
    for (const { other } of idle) {
      if (used <= limitBytes) break;
      void registry.unload(other, EVICTED);
      used -= this.estimate(other);
    }
    if (used > limitBytes)
      logger.warn({ model: version.model, version: version.number }, 'A version alone exceeds the memory limit.');
    return true;
  }
}
