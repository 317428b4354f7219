/** Messages that a rate is of, so that it stands still enough to be read. */
const CALM = 5;
/** Messages after which a quiet version's latency is none any more. */
const REMEMBERED = 60;

/** One message's word on a version. */
export interface VersionSample {
  readonly model: string;
  readonly version: number;
  readonly rowsPerSecond: number;
  readonly latencyP50Ms?: number | null;
  readonly latencyP99Ms?: number | null;
}
export interface CalmFigures {
  readonly rowsPerSecond: number;
  /** Of the last message that had rows; null where that is a minute ago. */
  readonly latencyP50Ms: number | null;
  readonly latencyP99Ms: number | null;
}
interface Kept {
  readonly rates: number[];
  p50: number | null;
  p99: number | null;
  quiet: number;
}

/** What each version does, calm enough to be read: means of a few messages, and latencies that outlast a quiet second. */
export class VersionFigures {
  #versions = new Map<string, Kept>();

  /** Takes one message: every loaded version is in it. */
  take(samples: readonly VersionSample[]): void {
    const next = new Map<string, Kept>();
    for (const { model, version, rowsPerSecond, latencyP50Ms = null, latencyP99Ms = null } of samples) {
      const key = `${model} ${version}`;
      const kept = this.#versions.get(key) ?? { rates: [], p50: null, p99: null, quiet: 0 };
      kept.rates.push(rowsPerSecond);
      if (kept.rates.length > CALM) kept.rates.shift();
      kept.quiet = latencyP50Ms === null ? kept.quiet + 1 : 0;
      if (latencyP50Ms !== null || kept.quiet > REMEMBERED) {
        kept.p50 = latencyP50Ms;
        kept.p99 = latencyP99Ms;
      }
      next.set(key, kept);
    }
    this.#versions = next;
  }

  /** Null where the version is not loaded, or nothing was told yet. */
  of(model: string, version: number): CalmFigures | null {
    const kept = this.#versions.get(`${model} ${version}`);
    if (kept === undefined) return null;
    const rowsPerSecond = kept.rates.reduce((sum, rate) => sum + rate, 0) / kept.rates.length;
    return { rowsPerSecond, latencyP50Ms: kept.p50, latencyP99Ms: kept.p99 };
  }
}
