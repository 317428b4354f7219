import type { Clock } from '../core/clock.js';
import { LatencyHistogram, quantileBetween } from '../core/latency-histogram.js';
import { Hub } from '../events/hub.js';
import type { Positioned } from './log-stream.js';
import type { ScoredFollower, ScoredPayment } from './scoring.js';

/** Shortest interval, and the step of all: so many at most are computed at once, however many watch. */
const STEP_SECONDS = 0.25;
export const MIN_STATS_SECONDS = STEP_SECONDS;
export const MAX_STATS_SECONDS = 60;
/** A first message is of a window of one to two of these. */
const BASE_MS = 1_000;

/** What one loaded version has done since it was loaded, and what waits for it. */
export interface VersionCounters {
  readonly model: string;
  readonly version: number;
  readonly rows: number;
  readonly batches: number;
  /** Of a row, waiting included: see `core/latency-histogram`. */
  readonly latency: Float64Array;
  readonly queueDepth: number;
}

/** Where the figures come from; asked once for each interval that somebody watches. */
export interface StatsSources {
  readonly clock: Clock;
  readonly versions: () => readonly VersionCounters[];
  readonly eventLog: { head(): number; horizon(): number };
  /** Payments that wait for their score. */
  readonly backlog: () => number;
  /** Subscriptions that are open. */
  readonly subscribers: () => number;
}

/** How the server is doing; see `LiveStats` in schema/live.graphql. */
export interface LiveFigures {
  readonly at: number;
  readonly windowSeconds: number;
  readonly transactionsPerSecond: number;
  readonly predictionsPerSecond: number;
  readonly decisions: { readonly approve: number; readonly review: number; readonly decline: number };
  readonly scoringLatency: { readonly p50Ms: number | null; readonly p99Ms: number | null };
  readonly eventLog: { readonly head: number; readonly horizon: number };
  readonly scorerBacklog: number;
  readonly subscribers: number;
  readonly models: readonly {
    readonly model: string;
    readonly version: number;
    readonly rowsPerSecond: number;
    readonly latencyP50Ms: number | null;
    readonly latencyP99Ms: number | null;
    readonly meanBatchSize: number | null;
    readonly queueDepth: number;
  }[];
}

/** All counters at one moment: two of them make figures. */
interface Sample {
  /** Monotonic milliseconds. */
  readonly at: number;
  readonly approve: number;
  readonly review: number;
  readonly decline: number;
  readonly latency: Float64Array;
  readonly versions: readonly VersionCounters[];
}

/** One interval that somebody watches. */
interface Ticker {
  readonly hub: Hub<LiveFigures>;
  readonly timer: NodeJS.Timeout;
  before: Sample;
  latest: LiveFigures;
  watchers: number;
}

/**
 * Live figures of the whole server: a state stream. On the hot path it counts, no more; figures are made of two samples, once for each
 * interval that somebody watches.
 */
export class LiveStats implements ScoredFollower {
  readonly #sources: StatsSources;
  #approve = 0;
  #review = 0;
  #decline = 0;
  readonly #latency = new LatencyHistogram();
  /** By interval in milliseconds. */
  readonly #tickers = new Map<number, Ticker>();
  /** One to two seconds old, so that whoever comes first gets figures at once. */
  #base: Sample;
  #nextBase: Sample;
  readonly #baseTimer: NodeJS.Timeout;
  #closed = false;

  constructor(sources: StatsSources) {
    this.#sources = sources;
    this.#base = this.#sample();
    this.#nextBase = this.#base;
    this.#baseTimer = setInterval(() => {
      this.#base = this.#nextBase;
      this.#nextBase = this.#sample();
    }, BASE_MS);
    this.#baseTimer.unref();
  }

  scored(payments: readonly Positioned<ScoredPayment>[]): void {
    const now = this.#sources.clock.now();
    for (const { value } of payments) {
      const { decision } = value.prediction.output;
      if (decision === 'APPROVE') this.#approve++;
      else if (decision === 'REVIEW') this.#review++;
      else this.#decline++;
      this.#latency.add(now - value.event.recordedAt);
    }
  }

  /**
   * The latest figures at once, then new ones every `seconds` (rounded to a quarter); what is not read in time is replaced by the newest.
   * Ends with `signal`, `close()` or `return()`.
   */
  async *follow(seconds: number, signal?: AbortSignal): AsyncGenerator<LiveFigures> {
    if (this.#closed || signal?.aborted) return;
    const interval = Math.max(1, Math.round(seconds / STEP_SECONDS)) * STEP_SECONDS * 1_000;
    const ticker = this.#join(interval);
    const figures = ticker.hub.subscribe({ conflateBy: () => 'figures' });
    const stop = () => void figures.return();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      yield ticker.latest;
      for await (const { value } of figures) yield value;
    } finally {
      signal?.removeEventListener('abort', stop);
      stop();
      this.#leave(interval, ticker);
    }
  }

  /** How many streams are open. */
  get watchers(): number {
    let watchers = 0;
    for (const ticker of this.#tickers.values()) watchers += ticker.watchers;
    return watchers;
  }

  /** How many intervals are computed. */
  get intervals(): number {
    return this.#tickers.size;
  }

  /** Ends every stream. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#baseTimer);
    for (const { hub } of this.#tickers.values()) hub.close();
  }

  #join(interval: number): Ticker {
    const known = this.#tickers.get(interval);
    if (known !== undefined) {
      known.watchers++;
      return known;
    }
    const now = this.#sample();
    const ticker: Ticker = {
      hub: new Hub<LiveFigures>(),
      timer: setInterval(() => this.#tick(ticker), interval),
      before: now,
      latest: this.#figures(this.#base, now),
      watchers: 1,
    };
    ticker.timer.unref();
    this.#tickers.set(interval, ticker);
    return ticker;
  }

  #leave(interval: number, ticker: Ticker): void {
    if (--ticker.watchers > 0) return;
    clearInterval(ticker.timer);
    this.#tickers.delete(interval);
  }

  #tick(ticker: Ticker): void {
    const now = this.#sample();
    ticker.latest = this.#figures(ticker.before, now);
    ticker.before = now;
    ticker.hub.publish(ticker.latest);
  }

  #sample(): Sample {
    return {
      at: this.#sources.clock.monotonic(),
      approve: this.#approve,
      review: this.#review,
      decline: this.#decline,
      latency: this.#latency.snapshot(),
      versions: this.#sources.versions(),
    };
  }

  #figures(before: Sample, now: Sample): LiveFigures {
    const { clock, eventLog, backlog, subscribers } = this.#sources;
    // A window of nothing (somebody watches within the first millisecond) has rates of nothing.
    const windowSeconds = Math.max(0, now.at - before.at) / 1_000;
    const rate = (count: number) => (windowSeconds === 0 ? 0 : count / windowSeconds);
    const decisions = {
      approve: now.approve - before.approve,
      review: now.review - before.review,
      decline: now.decline - before.decline,
    };
    let rowsOfAll = 0;
    const models = now.versions.map(({ model, version, rows, batches, latency, queueDepth }) => {
      const was = before.versions.find((other) => other.model === model && other.version === version) ?? null;
      const computed = rows - (was?.rows ?? 0);
      const inBatches = batches - (was?.batches ?? 0);
      rowsOfAll += computed;
      return {
        model,
        version,
        rowsPerSecond: rate(computed),
        latencyP50Ms: quantileBetween(was?.latency ?? null, latency, 0.5),
        latencyP99Ms: quantileBetween(was?.latency ?? null, latency, 0.99),
        meanBatchSize: inBatches === 0 ? null : computed / inBatches,
        queueDepth,
      };
    });
    return {
      at: clock.now(),
      windowSeconds,
      transactionsPerSecond: rate(decisions.approve + decisions.review + decisions.decline),
      predictionsPerSecond: rate(rowsOfAll),
      decisions,
      scoringLatency: {
        p50Ms: quantileBetween(before.latency, now.latency, 0.5),
        p99Ms: quantileBetween(before.latency, now.latency, 0.99),
      },
      eventLog: { head: eventLog.head(), horizon: eventLog.horizon() },
      scorerBacklog: backlog(),
      subscribers: subscribers(),
      models,
    };
  }
}
