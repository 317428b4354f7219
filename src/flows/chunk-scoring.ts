import type { Clock } from '../core/clock.js';
import { messageOf, ScoregraphError } from '../core/errors.js';
import type { PaymentRecorded, Stored } from '../core/events.js';
import { derivedIdAt } from '../core/ids.js';
import type { Logger } from '../core/logger.js';
import type { Counter } from '../core/metrics.js';
import type { RowContext } from '../core/predictions.js';
import {
  FRAUD_MODEL,
  type FraudDomain,
  type FraudFeatures,
  type FraudOutput,
  type FraudPrediction,
} from '../domains/fraud/fraud.js';
import type { ModelVersionInfo } from '../inference/ports.js';

/** A recorded payment that waits for its score, with the features of the moment. */
export interface PendingPayment {
  readonly event: Stored<PaymentRecorded>;
  readonly features: FraudFeatures;
}

/** One per payment, null where the model refuses it. */
export type ChunkPredictions = readonly (FraudPrediction | null)[];

/** Payments of one block at most, a batch of its own; fewer than BLOCK_FROM share their batches with everybody else's rows. */
const BLOCK = 512;
const BLOCK_FROM = 16;
const ROW_DEADLINE_MS = 30_000;
const RETRY_MS = 200;

/** Makes predictions of recorded payments: in blocks while all goes well, one by one to find out which the model refuses. */
export class ChunkScoring {
  readonly #domain: FraudDomain;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #unscored: Counter;
  #closed = false;

  /** `unscored` counts payments that the model refused for good. */
  constructor(options: { domain: FraudDomain; clock: Clock; logger: Logger; unscored: Counter }) {
    this.#domain = options.domain;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#unscored = options.unscored;
  }

  /**
   * Scores payments; what fails for the moment (a worker restarts, a queue is full) is tried until it succeeds. Answers null only when
   * closing. Never rejects.
   */
  async score(chunk: readonly PendingPayment[], priority: RowContext['priority']): Promise<ChunkPredictions | null> {
    if (chunk.length <= BLOCK) return this.#scoreBlock(chunk, priority);
    const blocks: Promise<ChunkPredictions | null>[] = [];
    for (let i = 0; i < chunk.length; i += BLOCK) blocks.push(this.#scoreBlock(chunk.slice(i, i + BLOCK), priority));
    const all: (FraudPrediction | null)[] = [];
    for (const block of await Promise.all(blocks)) {
      if (block === null) return null;
      for (const prediction of block) all.push(prediction);
    }
    return all;
  }

  /** Tries nothing again from now on. */
  close(): void {
    this.#closed = true;
  }

  async #scoreBlock(
    block: readonly PendingPayment[],
    priority: RowContext['priority'],
  ): Promise<ChunkPredictions | null> {
    if (block.length < BLOCK_FROM) return this.#scoreEach(block, priority);
    try {
      const { info, outputs } = await this.#domain.scoreBlock(
        block.map(({ features }) => features.vector),
        this.#context(block, priority),
      );
      const now = this.#clock.now();
      return block.map((payment, i) => {
        const output = outputs[i] ?? null;
        if (output !== null) return this.#prediction(payment, info, output, now);
        this.#unscored.add();
        return null;
      });
    } catch (error) {
      this.#logger.debug({ rows: block.length, error: messageOf(error) }, 'Scoring a block failed; one by one now.');
      return this.#scoreEach(block, priority);
    }
  }

  async #scoreEach(
    block: readonly PendingPayment[],
    priority: RowContext['priority'],
  ): Promise<ChunkPredictions | null> {
    const results = new Array<FraudPrediction | null>(block.length).fill(null);
    let left = block.map((_, index) => index);
    while (left.length > 0) {
      const context = this.#context(block, priority);
      const again: number[] = [];
      let failure: unknown;
      await Promise.all(
        left.map(async (index) => {
          const payment = block[index]!;
          try {
            const { info, output } = await this.#domain.score(payment.features.vector, context);
            results[index] = this.#prediction(payment, info, output, this.#clock.now());
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
      if (left.length > 0) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    return results;
  }

  #context(block: readonly PendingPayment[], priority: RowContext['priority']): RowContext {
    return {
      deadline: this.#clock.monotonic() + ROW_DEADLINE_MS,
      priority,
      principal: 'scorer',
      traceId: block[0]!.event.id,
    };
  }

  #prediction(
    { event, features }: PendingPayment,
    { model, version }: ModelVersionInfo,
    output: FraudOutput,
    now: number,
  ): FraudPrediction {
    return {
      id: derivedIdAt(event.recordedAt, event.id, model, version),
      model,
      version,
      entity: event.entity,
      eventId: event.id,
      eventSeq: event.seq,
      predictedAt: now,
      featuresAsOf: features.featuresAsOf,
      featureSet: this.#domain.featureSet,
      features: features.vector,
      defaulted: features.defaulted,
      output,
      recorded: true,
    };
  }
}

/** The engine is away for a moment (a worker restarts, a queue is full): the payment will be scored. */
function worthRetrying(error: unknown): boolean {
  if (!(error instanceof ScoregraphError)) return false;
  if (error.code === 'QUEUE_FULL' || error.code === 'DEADLINE_EXCEEDED') return true;
  return error.code === 'MODEL_UNAVAILABLE' && error.details.retryAfterMs !== undefined;
}
