import type { Clock } from '../core/clock.js';
import { messageOf } from '../core/errors.js';
import type { PaymentRecorded, Stored, StoredEvent } from '../core/events.js';
import type { Logger } from '../core/logger.js';
import type { Counter, Metrics } from '../core/metrics.js';
import type { PredictionRecord } from '../core/predictions.js';
import type { FeatureStore, PredictionLog } from '../data/ports.js';
import type { FraudDomain, FraudPrediction } from '../domains/fraud/fraud.js';
import type { Hub } from '../events/hub.js';
import type { CustomerState } from '../features/customer-state.js';
import { type ChunkPredictions, ChunkScoring, type PendingPayment } from './chunk-scoring.js';
import type { Forgetful } from './departures.js';
import type { Positioned } from './log-stream.js';
import type { LogFollower } from './projection.js';

/** A scored payment on its way to whoever watches. */
export interface ScoredPayment {
  readonly event: Stored<PaymentRecorded>;
  readonly prediction: FraudPrediction;
}

/** Somebody who must see every scored payment: told in order, right after it is on disk, before it is published. */
export interface ScoredFollower {
  /** Positions grow from call to call. Must be quick and must not throw. */
  scored(payments: readonly Positioned<ScoredPayment>[]): void;
}

export const SCORER = 'fraud-scorer';
/** Payments of one commit at most: commits follow each other, and each waits for the disk, so that a large backlog needs large ones. */
const CHUNK = 4_096;
/** Payments held in memory; what an ingest window lets in fits (flows/ingest-window.ts), so that the log is read again only after a restart. */
const MAX_PENDING = 48_000;
const CHUNKS_IN_FLIGHT = 3;
/** Predictions published in one go; between, others have the thread. */
const PUBLISH_AT_ONCE = 256;
/** Live payments go before bulk work; a backlog of more than this goes as bulk. */
const LIVE_BACKLOG = 256;
const RETRY_MS = 200;

/**
 * Scores every recorded payment: a consumer of the log with a durable offset. It takes the features at the moment the
 * log's order says (before the payment itself counts), scores in chunks, and writes predictions and offset in one
 * transaction; only then are they published. A crash in between repeats the chunk with the same predictionIds.
 */
export class PaymentScorer implements LogFollower, Forgetful {
  readonly #store: FeatureStore<CustomerState>;
  readonly #domain: FraudDomain;
  readonly #predictions: PredictionLog;
  readonly #hub: Hub<Positioned<ScoredPayment>>;
  readonly #followers: readonly ScoredFollower[];
  readonly #logger: Logger;
  readonly #unscored: Counter;
  readonly #scoring: ChunkScoring;
  #queue: PendingPayment[] = [];
  #chunksInFlight = 0;
  /** Payments in them. */
  #inFlight = 0;
  /** Chunks commit one after the other, in log order. */
  #commits: Promise<void> = Promise.resolve();
  #seen: number;
  #offset: number;
  #waiting: { seq: number; resolve: () => void }[] = [];
  #closed = false;
  /** Erased customers, and the position up to which payments are theirs; kept until all of those are dealt with. */
  readonly #barred = new Map<string, number>();

  /** `offset`: the durable position that the last run reached. */
  constructor(options: {
    store: FeatureStore<CustomerState>;
    domain: FraudDomain;
    predictions: PredictionLog;
    hub: Hub<Positioned<ScoredPayment>>;
    followers: readonly ScoredFollower[];
    clock: Clock;
    logger: Logger;
    metrics: Metrics;
    offset: number;
  }) {
    this.#store = options.store;
    this.#domain = options.domain;
    this.#predictions = options.predictions;
    this.#hub = options.hub;
    this.#followers = options.followers;
    this.#logger = options.logger;
    this.#unscored = options.metrics.counter(
      'scoregraph_payments_unscored_total',
      'Recorded payments that could not be scored (no model, or features it refuses).',
    );
    this.#scoring = new ChunkScoring({ ...options, unscored: this.#unscored });
    this.#offset = options.offset;
    this.#seen = options.offset;
  }

  /** Every payment up to here has its prediction, on disk. */
  get offset(): number {
    return this.#idle ? Math.max(this.#seen, this.#offset) : this.#offset;
  }

  /** Payments waiting for or in scoring. */
  get backlog(): number {
    return this.#queue.length + this.#inFlight;
  }

  saturated(): boolean {
    return this.#queue.length >= MAX_PENDING;
  }

  /** Takes the features of new payments, and brings the feature store up to date, in one walk in log order. */
  see(events: readonly StoredEvent[]): void {
    for (const event of events) {
      if (event.type === 'payment.recorded' && event.seq > this.#offset && !this.#isBarred(event)) {
        const state = this.#store.peek(event.entity);
        if (state)
          this.#queue.push({
            event,
            features: this.#domain.features(state, { ...event.payload, occurredAt: event.occurredAt }),
          });
        else this.#unscored.add();
      }
      this.#store.apply([event]);
    }
    this.#seen = Math.max(this.#seen, events[events.length - 1]!.seq);
    this.#work();
  }

  /** Resolves when the event at `seq` has been dealt with, or `signal`/`timeoutMs` end the wait. */
  settled(seq: number, timeoutMs: number): Promise<void> {
    if (seq <= this.#offset || timeoutMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const entry = {
        seq,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((other) => other !== entry);
        resolve();
      }, timeoutMs);
      this.#waiting.push(entry);
    });
  }

  bar(customerId: string): void {
    this.#barred.set(customerId, Number.POSITIVE_INFINITY);
    this.#queue = this.#queue.filter(({ event }) => event.entity !== customerId);
  }

  lift(customerId: string, seq: number): void {
    if (this.#offset < seq && !this.#idle) this.#barred.set(customerId, seq);
    else this.#barred.delete(customerId);
  }

  /** Writes the offset past events that needed no scoring, so that a restart does not read them again. */
  async settle(): Promise<void> {
    if (!this.#idle || this.#seen <= this.#offset) return;
    const through = this.#seen;
    await this.#predictions.commit([], { name: SCORER, offset: through });
    this.#reached(Math.max(through, this.#offset));
  }

  /** Finishes what is under way and takes nothing more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#scoring.close();
    await this.#commits;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  get #idle(): boolean {
    return this.#queue.length === 0 && this.#chunksInFlight === 0;
  }

  #work(): void {
    while (!this.#closed && this.#chunksInFlight < CHUNKS_IN_FLIGHT && this.#queue.length > 0) {
      const backlog = this.#queue.length;
      const chunk = this.#queue.splice(0, CHUNK);
      const through = this.#queue.length === 0 ? this.#seen : chunk[chunk.length - 1]!.event.seq;
      this.#chunksInFlight++;
      this.#inFlight += chunk.length;
      const scored = this.#scoring.score(chunk, backlog > LIVE_BACKLOG ? 'bulk' : 'interactive');
      this.#commits = this.#commits.then(async () => {
        const predictions = await scored;
        if (predictions !== null) await this.#commit(chunk, predictions, through);
        this.#chunksInFlight--;
        this.#inFlight -= chunk.length;
        this.#work();
      });
    }
  }

  async #commit(chunk: readonly PendingPayment[], scored: ChunkPredictions, through: number): Promise<void> {
    for (;;) {
      try {
        const results =
          this.#barred.size === 0 ? scored : scored.map((p, i) => (this.#isBarred(chunk[i]!.event) ? null : p));
        const made = results.filter((prediction): prediction is FraudPrediction => prediction !== null);
        const positions = await this.#predictions.commit(made satisfies PredictionRecord[], {
          name: SCORER,
          offset: through,
        });
        await this.#publish(chunk, results, positions);
        this.#reached(through);
        return;
      } catch (error) {
        this.#logger.error({ error: messageOf(error) }, 'Writing predictions failed; trying again.');
        if (this.#closed) return;
        await pause(RETRY_MS);
      }
    }
  }

  async #publish(
    chunk: readonly PendingPayment[],
    results: ChunkPredictions,
    positions: readonly number[],
  ): Promise<void> {
    let scored: Positioned<ScoredPayment>[] = [];
    results.forEach((prediction, index) => {
      if (prediction === null) return;
      scored.push({ position: positions[scored.length]!, value: { event: chunk[index]!.event, prediction } });
    });
    if (this.#barred.size > 0) scored = scored.filter(({ value }) => !this.#isBarred(value.event)); // erased while it was written
    for (let i = 0; i < scored.length; i += PUBLISH_AT_ONCE) {
      if (i > 0) await new Promise(setImmediate);
      const some = scored.slice(i, i + PUBLISH_AT_ONCE);
      for (const follower of this.#followers) follower.scored(some);
      for (const payment of some) this.#hub.publish(payment);
    }
  }

  #isBarred({ entity, seq }: Stored<PaymentRecorded>): boolean {
    return this.#barred.size > 0 && seq < (this.#barred.get(entity) ?? 0);
  }

  #reached(offset: number): void {
    this.#offset = offset;
    for (const [customerId, seq] of this.#barred) if (seq <= offset) this.#barred.delete(customerId);
    if (this.#waiting.length === 0) return;
    const done = this.#waiting.filter(({ seq }) => seq <= offset);
    this.#waiting = this.#waiting.filter(({ seq }) => seq > offset);
    for (const { resolve } of done) resolve();
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
