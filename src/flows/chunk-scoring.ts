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
import { CHAMPION } from '../inference/aliases.js';
import type { Routed, VersionSelector } from '../inference/ports.js';

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
const BY_CHAMPION = { alias: CHAMPION };

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
    if (this.#domain.splits()) return this.#scoreSplit(block, priority);
    try {
      return await this.#scoreTogether(block, routeOf(this.#domain, block[0]!), priority);
    } catch (error) {
      this.#logger.debug({ rows: block.length, error: messageOf(error) }, 'Scoring a block failed; one by one now.');
      return this.#scoreEach(block, priority);
    }
  }

  /** A block of one version. @throws what `FraudDomain.scoreBlock` throws. */
  async #scoreTogether(
    block: readonly PendingPayment[],
    routed: Routed,
    priority: RowContext['priority'],
  ): Promise<ChunkPredictions> {
    const vectors = block.map(({ features }) => features.vector);
    const outputs = await this.#domain.scoreBlock(vectors, this.#context(block, priority), routed);
    const now = this.#clock.now();
    const results = block.map((payment, i) => {
      const output = outputs[i] ?? null;
      if (output === null && routed.arm === null) this.#unscored.add();
      return output === null ? null : this.#prediction(payment, routed, output, now);
    });
    return results;
  }

  /** A policy holds: what goes to one arm is a block of its own, and what an arm refuses is scored one by one, by the champion in the end. */
  async #scoreSplit(
    block: readonly PendingPayment[],
    priority: RowContext['priority'],
  ): Promise<ChunkPredictions | null> {
    const arms = new Map<string, { routed: Routed; at: number[] }>();
    let routes: Routed[];
    try {
      routes = block.map((payment) => routeOf(this.#domain, payment));
    } catch {
      return this.#scoreEach(block, priority); // nothing can answer: it waits there
    }
    routes.forEach((routed, i) => {
      const key = `${routed.version}/${routed.arm}`;
      const arm = arms.get(key);
      if (arm === undefined) arms.set(key, { routed, at: [i] });
      else arm.at.push(i);
    });
    const results = new Array<FraudPrediction | null>(block.length).fill(null);
    await Promise.all(
      [...arms.values()].map(async ({ routed, at }) => {
        const own = at.map((i) => block[i]!);
        const scored = await this.#scoreTogether(own, routed, priority).catch(() => null);
        at.forEach((i, place) => {
          results[i] = scored?.[place] ?? null;
        });
      }),
    );
    const left = results.flatMap((result, i) => (result === null ? [i] : []));
    if (left.length === 0) return results;
    const again = await this.#scoreEach(
      left.map((i) => block[i]!),
      priority,
    );
    if (again === null) return null;
    left.forEach((i, place) => {
      results[i] = again[place]!;
    });
    return results;
  }

  async #scoreEach(
    block: readonly PendingPayment[],
    priority: RowContext['priority'],
  ): Promise<ChunkPredictions | null> {
    const results = new Array<FraudPrediction | null>(block.length).fill(null);
    const refused = new Set<number>();
    let left = block.map((_, index) => index);
    while (left.length > 0) {
      const context = this.#context(block, priority);
      const again: number[] = [];
      let failure: unknown;
      await Promise.all(
        left.map(async (index) => {
          const payment = block[index]!;
          let arm: string | null = null;
          try {
            const routed = routeOf(this.#domain, payment, refused.has(index) ? BY_CHAMPION : undefined);
            arm = routed.arm;
            const { output } = await this.#domain.score(payment.features.vector, context, routed);
            results[index] = this.#prediction(payment, routed, output, this.#clock.now());
          } catch (error) {
            failure = error;
            if (worthRetrying(error)) again.push(index);
            else if (arm !== null) {
              refused.add(index); // an arm that is on trial loses no score
              again.push(index);
            } else this.#unscored.add();
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
    { info: { model }, version, arm }: Routed,
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
      arm,
      recorded: true,
    };
  }
}

const routeOf = (domain: FraudDomain, { event }: PendingPayment, selector?: VersionSelector): Routed =>
  domain.route(event.entity, selector, event.payload);

/** The engine is away for a moment (a worker restarts, a queue is full): the payment will be scored. */
function worthRetrying(error: unknown): boolean {
  if (!(error instanceof ScoregraphError)) return false;
  if (error.code === 'QUEUE_FULL' || error.code === 'DEADLINE_EXCEEDED') return true;
  return error.code === 'MODEL_UNAVAILABLE' && error.details.retryAfterMs !== undefined;
}
