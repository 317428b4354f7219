import type { Clock } from '../core/clock.js';
import type { PaymentRecorded, Stored, StoredEvent } from '../core/events.js';
import type { RowContext } from '../core/predictions.js';
import type { EventLog, FeatureStore, PredictionLog } from '../data/ports.js';
import { FRAUD_MODEL, type FraudPrediction } from '../domains/fraud/fraud.js';
import type { RecommendationPrediction, RecommendationsDomain } from '../domains/recommendations/recommendations.js';
import type { SegmentationDomain, SegmentPrediction } from '../domains/segmentation/segmentation.js';
import type { CustomerState } from '../features/customer-state.js';
import type { Forgetful } from './departures.js';
import type { Positioned } from './log-stream.js';
import type { LogFollower } from './projection.js';
import type { ScoredFollower, ScoredPayment } from './scoring.js';
import type { SegmentWatch } from './segments.js';

/** Newest payments among which the latest scored one is looked for. */
const PAYMENTS_LOOKED_AT = 20;

/** What can be said of a customer, and moves. */
export type CustomerScoreKind = 'FRAUD' | 'SEGMENT' | 'RECOMMENDATIONS';
const KINDS: readonly CustomerScoreKind[] = ['FRAUD', 'SEGMENT', 'RECOMMENDATIONS'];

/** What all models say of one customer; an Error where one could not answer. */
export interface CustomerScores {
  readonly customerId: string;
  /** The latest scored payment; null before the first. */
  readonly scored: ScoredPayment | null;
  readonly segment: SegmentPrediction | Error;
  readonly recommendations: RecommendationPrediction | Error;
  /** What moved since the message before. */
  readonly changed: readonly CustomerScoreKind[];
}

/** One subscriber's end: what may have moved since it looked last. */
interface Watcher {
  readonly touched: Set<CustomerScoreKind>;
  scored: ScoredPayment | null;
  wake: () => void;
}

interface CustomerScoreOptions {
  readonly store: FeatureStore<CustomerState>;
  readonly events: EventLog;
  readonly predictions: PredictionLog;
  readonly segmentation: SegmentationDomain;
  readonly recommendations: RecommendationsDomain;
  readonly segmentWatch: SegmentWatch;
  readonly clock: Clock;
}

/**
 * Watches single customers through all models: a state stream. What may have moved is only noted, by customer; a watcher computes it again
 * when it comes to it, and tells only what really differs.
 */
export class CustomerScoreWatch implements LogFollower, ScoredFollower, Forgetful {
  readonly #options: CustomerScoreOptions;
  readonly #watchers = new Map<string, Set<Watcher>>();
  #closed = false;

  constructor(options: CustomerScoreOptions) {
    this.#options = options;
  }

  /** How many streams are open. */
  get watchers(): number {
    let watchers = 0;
    for (const { size } of this.#watchers.values()) watchers += size;
    return watchers;
  }

  scored(payments: readonly Positioned<ScoredPayment>[]): void {
    if (this.#watchers.size === 0) return;
    for (const { value } of payments) this.#touch(value.event.entity, 'FRAUD', value);
  }

  see(events: readonly StoredEvent[]): void {
    if (this.#watchers.size === 0) return;
    for (const { type, entity } of events) {
      if (type === 'interaction.recorded') this.#touch(entity, 'RECOMMENDATIONS');
      else if (type === 'segment.changed') this.#touch(entity, 'SEGMENT');
    }
  }

  /**
   * Follows one customer: everything first, then everything again whenever something differs. `first`: how many recommendations, only
   * changes among them count. `context` is asked anew for every round. Ends with `signal`, `close()` or `return()`, and when the customer
   * is not known (any more).
   */
  async *follow(
    customerId: string,
    first: number,
    context: () => RowContext,
    signal?: AbortSignal,
  ): AsyncGenerator<CustomerScores> {
    const watcher: Watcher = { touched: new Set(KINDS), scored: null, wake: () => {} };
    const unwatch = this.#options.segmentWatch.watch(customerId);
    const wake = () => watcher.wake();
    this.#add(customerId, watcher);
    signal?.addEventListener('abort', wake, { once: true });
    try {
      watcher.scored = await this.#latest(customerId, watcher);
      let shown: CustomerScores | null = null;
      while (!this.#closed && !signal?.aborted) {
        if (watcher.touched.size === 0) {
          await new Promise<void>((resolve) => {
            watcher.wake = resolve;
          });
          continue;
        }
        const touched: ReadonlySet<CustomerScoreKind> = new Set(watcher.touched);
        watcher.touched.clear();
        const next = await this.#round(customerId, first, context(), touched, watcher.scored, shown);
        if (next === null) return;
        if (shown !== null && next.changed.length === 0) continue;
        shown = next;
        yield next;
      }
    } finally {
      signal?.removeEventListener('abort', wake);
      unwatch();
      this.#remove(customerId, watcher);
    }
  }

  /** Streams of the customer look again, find nobody, and end. */
  bar(customerId: string): void {
    for (const kind of KINDS) this.#touch(customerId, kind);
  }

  lift(): void {}

  /** Ends every stream. */
  close(): void {
    this.#closed = true;
    for (const watchers of this.#watchers.values()) for (const watcher of watchers) watcher.wake();
  }

  /** Computes what was touched, and says what of it differs; null when the customer is gone. */
  async #round(
    customerId: string,
    first: number,
    context: RowContext,
    touched: ReadonlySet<CustomerScoreKind>,
    scored: ScoredPayment | null,
    shown: CustomerScores | null,
  ): Promise<CustomerScores | null> {
    const { store, segmentation, recommendations, clock } = this.#options;
    const state = store.peek(customerId);
    if (!state) return null;
    const [segment, list] = await Promise.all([
      shown === null || touched.has('SEGMENT')
        ? segmentation.assign(customerId, state, clock.now(), context).catch(asError)
        : shown.segment,
      shown === null || touched.has('RECOMMENDATIONS')
        ? recommendations.recommend(customerId, state, { first, excludePurchased: false }, context).catch(asError)
        : shown.recommendations,
    ]);
    const differs: Record<CustomerScoreKind, boolean> = {
      FRAUD: shown === null || scored?.prediction.id !== shown.scored?.prediction.id,
      SEGMENT: shown === null || segmentOf(segment) !== segmentOf(shown.segment),
      RECOMMENDATIONS: shown === null || itemsOf(list) !== itemsOf(shown.recommendations),
    };
    return {
      customerId,
      scored,
      segment,
      recommendations: list,
      changed: KINDS.filter((kind) => differs[kind]),
    };
  }

  /** The latest scored payment on disk; one that arrived while it was read is newer. */
  async #latest(customerId: string, watcher: Watcher): Promise<ScoredPayment | null> {
    const { events, predictions } = this.#options;
    const payments = (await events.byEntity(customerId, 'payment.recorded', {
      limit: PAYMENTS_LOOKED_AT,
      newestFirst: true,
    })) as Stored<PaymentRecorded>[];
    const scores = await predictions.byEvents(
      FRAUD_MODEL,
      payments.map(({ id }) => id),
    );
    if (watcher.scored !== null) return watcher.scored;
    const newest = scores.findIndex((record) => record !== null);
    if (newest < 0) return null;
    return { event: payments[newest]!, prediction: { ...scores[newest]!, recorded: true } as FraudPrediction };
  }

  #touch(customerId: string, kind: CustomerScoreKind, scored?: ScoredPayment): void {
    const watchers = this.#watchers.get(customerId);
    if (watchers === undefined) return;
    for (const watcher of watchers) {
      watcher.touched.add(kind);
      if (scored !== undefined) watcher.scored = scored;
      watcher.wake();
    }
  }

  #add(customerId: string, watcher: Watcher): void {
    const watchers = this.#watchers.get(customerId);
    if (watchers === undefined) this.#watchers.set(customerId, new Set([watcher]));
    else watchers.add(watcher);
  }

  #remove(customerId: string, watcher: Watcher): void {
    const watchers = this.#watchers.get(customerId);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.#watchers.delete(customerId);
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
const segmentOf = (segment: CustomerScores['segment']): string =>
  segment instanceof Error ? '' : segment.output.segment;
const itemsOf = (list: CustomerScores['recommendations']): string =>
  list instanceof Error ? '' : list.output.items.map(({ itemId }) => itemId).join('\n');
