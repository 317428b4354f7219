import type { Decision } from './ticker.js';

/** What the window needs of one message of figures. */
export interface FigureSample {
  readonly windowSeconds: number;
  readonly transactionsPerSecond: number;
  readonly predictionsPerSecond: number;
  readonly decisions: { readonly approve: number; readonly review: number; readonly decline: number };
  readonly scoringLatency: { readonly p50Ms?: number | null; readonly p99Ms?: number | null };
}

export interface RecentFigures {
  /** Payments a second, over the last `CALM` messages; null before the first. */
  readonly transactionsPerSecond: number | null;
  readonly predictionsPerSecond: number | null;
  /** Of the whole window. */
  readonly decisions: Readonly<Record<Decision, number>>;
  readonly seconds: number;
  /** Payments a second of each message, oldest first. */
  readonly rates: readonly number[];
  /** Of the last message that had any: a quiet second has no latency. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/** Messages kept; with one a second, a minute. */
const KEPT = 60;
/** A rate is that of so many messages, so that the figure stands still enough to be read. */
const CALM = 5;

/** The last messages of figures, put together. */
export class FigureWindow {
  readonly #samples: FigureSample[] = [];
  #p50Ms: number | null = null;
  #p99Ms: number | null = null;

  add(sample: FigureSample): void {
    this.#samples.push(sample);
    if (this.#samples.length > KEPT) this.#samples.shift();
    this.#p50Ms = sample.scoringLatency.p50Ms ?? this.#p50Ms;
    this.#p99Ms = sample.scoringLatency.p99Ms ?? this.#p99Ms;
  }

  figures(): RecentFigures {
    const decisions = { APPROVE: 0, REVIEW: 0, DECLINE: 0 };
    let seconds = 0;
    for (const { decisions: some, windowSeconds } of this.#samples) {
      decisions.APPROVE += some.approve;
      decisions.REVIEW += some.review;
      decisions.DECLINE += some.decline;
      seconds += windowSeconds;
    }
    const recent = this.#samples.slice(-CALM);
    const mean = (of: (sample: FigureSample) => number) =>
      recent.length === 0 ? null : recent.reduce((sum, sample) => sum + of(sample), 0) / recent.length;
    return {
      transactionsPerSecond: mean((sample) => sample.transactionsPerSecond),
      predictionsPerSecond: mean((sample) => sample.predictionsPerSecond),
      decisions,
      seconds,
      rates: this.#samples.map((sample) => sample.transactionsPerSecond),
      p50Ms: this.#p50Ms,
      p99Ms: this.#p99Ms,
    };
  }
}
