import type { Clock } from '../core/clock.js';
import { messageOf, ScoregraphError } from '../core/errors.js';
import type { PaymentRecorded, Stored, StoredEvent } from '../core/events.js';
import { derivedId } from '../core/ids.js';
import type { Logger } from '../core/logger.js';
import type { Metrics } from '../core/metrics.js';
import type { PredictionRecord, RowContext } from '../core/predictions.js';
import type { FeatureStore, PredictionLog } from '../data/ports.js';
import { FRAUD_MODEL, type FraudDomain, type FraudFeatures, type FraudPrediction } from '../domains/fraud/fraud.js';
import type { Hub } from '../events/hub.js';
import type { CustomerState } from '../features/customer-state.js';
import type { Positioned } from './log-stream.js';
import type { LogFollower } from './projection.js';

/** A scored payment on its way to whoever watches. */
export interface ScoredPayment {
  readonly event: Stored<PaymentRecorded>;
  readonly prediction: FraudPrediction;
}

/** Somebody who must see every scored payment: told in order, right after a chunk is on disk, before it is published. */
export interface ScoredFollower {
  /** Positions grow from call to call. Must be quick and must not throw. */
  scored(payments: readonly Positioned<ScoredPayment>[]): void;
}

interface Pending {
  readonly event: Stored<PaymentRecorded>;
  readonly features: FraudFeatures;
}

export const SCORER = 'fraud-scorer';
const CHUNK = 512;
const MAX_PENDING = 8_192;
const CHUNKS_IN_FLIGHT = 3;
const ROW_DEADLINE_MS = 30_000;
/** Live payments go before bulk work; a backlog of more than this goes as bulk. */
const LIVE_BACKLOG = 256;
const RETRY_MS = 200;

/**
 * Scores every recorded payment: a consumer of the log with a durable offset. It takes the features at the moment the
 * log's order says (before the payment itself counts), scores in chunks, and writes predictions and offset in one
 * transaction; only then are they published. A crash in between repeats the chunk with the same predictionIds.
 */
export class PaymentScorer implements LogFollower {
  readonly #store: FeatureStore<CustomerState>;
  readonly #domain: FraudDomain;
  readonly #predictions: PredictionLog;
  readonly #hub: Hub<Positioned<ScoredPayment>>;
  readonly #followers: readonly ScoredFollower[];
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #unscored: ReturnType<Metrics['counter']>;
  #queue: Pending[] = [];
  #chunksInFlight = 0;
  /** Chunks commit one after the other, in log order. */
  #commits: Promise<void> = Promise.resolve();
  #seen: number;
  #offset: number;
  #waiting: { seq: number; resolve: () => void }[] = [];
  #closed = false;

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
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#unscored = options.metrics.counter(
      'scoregraph_payments_unscored_total',
      'Recorded payments that could not be scored (no model, or features it refuses).',
    );
    this.#offset = options.offset;
    this.#seen = options.offset;
  }

  /** Every payment up to here has its prediction, on disk. */
  get offset(): number {
    return this.#idle ? Math.max(this.#seen, this.#offset) : this.#offset;
  }

  /** Payments waiting for or in scoring. */
  get backlog(): number {
    return this.#queue.length + this.#chunksInFlight * CHUNK;
  }

  saturated(): boolean {
    return this.#queue.length >= MAX_PENDING;
  }

  /** Takes the features of new payments, and brings the feature store up to date, in one walk in log order. */
  see(events: readonly StoredEvent[]): void {
    for (const event of events) {
      if (event.type === 'payment.recorded' && event.seq > this.#offset) {
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
      const scored = this.#score(chunk, backlog > LIVE_BACKLOG ? 'bulk' : 'interactive');
      this.#commits = this.#commits.then(async () => {
        const records = await scored;
        if (records !== null) await this.#commit(chunk, records, through);
        this.#chunksInFlight--;
        this.#work();
      });
    }
  }

  /** Answers null only when closing: then the chunk is scored again after the restart. */
  async #score(
    chunk: readonly Pending[],
    priority: RowContext['priority'],
  ): Promise<(FraudPrediction | null)[] | null> {
    const results = new Array<FraudPrediction | null>(chunk.length).fill(null);
    let left = chunk.map((_, index) => index);
    while (left.length > 0) {
      const context: RowContext = {
        deadline: this.#clock.monotonic() + ROW_DEADLINE_MS,
        priority,
        principal: 'scorer',
        traceId: chunk[0]!.event.id,
      };
      const again: number[] = [];
      let failure: unknown;
      await Promise.all(
        left.map(async (index) => {
          const { event, features } = chunk[index]!;
          try {
            const { info, output } = await this.#domain.score(features.vector, context);
            results[index] = {
              id: derivedId(event.id, info.model, info.version),
              model: info.model,
              version: info.version,
              entity: event.entity,
              eventId: event.id,
              eventSeq: event.seq,
              predictedAt: this.#clock.now(),
              featuresAsOf: features.featuresAsOf,
              featureSet: this.#domain.featureSet,
              features: features.vector,
              defaulted: features.defaulted,
              output,
              recorded: true,
            };
          } catch (error) {
            failure = error;
            if (worthRetrying(error)) again.push(index);
            else this.#unscored.add();
          }
        }),
      );
      if (failure !== undefined) {
        this.#logger.warn(
          { model: FRAUD_MODEL, rows: left.length, again: again.length, error: messageOf(failure) },
          again.length > 0 ? 'Scoring payments failed; trying again.' : 'Payments stay unscored.',
        );
      }
      if (again.length > 0 && this.#closed) return null;
      left = again;
      if (left.length > 0) await pause(RETRY_MS);
    }
    return results;
  }

  async #commit(
    chunk: readonly Pending[],
    results: readonly (FraudPrediction | null)[],
    through: number,
  ): Promise<void> {
    const made = results.filter((prediction): prediction is FraudPrediction => prediction !== null);
    for (;;) {
      try {
        const positions = await this.#predictions.commit(made satisfies PredictionRecord[], {
          name: SCORER,
          offset: through,
        });
        const scored: Positioned<ScoredPayment>[] = [];
        results.forEach((prediction, index) => {
          if (prediction === null) return;
          scored.push({ position: positions[scored.length]!, value: { event: chunk[index]!.event, prediction } });
        });
        for (const follower of this.#followers) follower.scored(scored);
        for (const payment of scored) this.#hub.publish(payment);
        this.#reached(through);
        return;
      } catch (error) {
        this.#logger.error({ error: messageOf(error) }, 'Writing predictions failed; trying again.');
        if (this.#closed) return;
        await pause(RETRY_MS);
      }
    }
  }

  #reached(offset: number): void {
    this.#offset = offset;
    if (this.#waiting.length === 0) return;
    const done = this.#waiting.filter(({ seq }) => seq <= offset);
    this.#waiting = this.#waiting.filter(({ seq }) => seq > offset);
    for (const { resolve } of done) resolve();
  }
}

/** The engine is away for a moment (a worker restarts, a queue is full): the payment will be scored. */
function worthRetrying(error: unknown): boolean {
  if (!(error instanceof ScoregraphError)) return false;
  if (error.code === 'QUEUE_FULL' || error.code === 'DEADLINE_EXCEEDED') return true;
  return error.code === 'MODEL_UNAVAILABLE' && error.details.retryAfterMs !== undefined;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
