import type { Clock } from '../../core/clock.js';
import { ScoregraphError } from '../../core/errors.js';
import { Interned } from '../../core/interned.js';
import type { RowContext } from '../../core/predictions.js';
import type { BatchJob, Block, BlockResult, JobSource, Row, RowResult } from '../ports.js';
import { batchOf, type Part } from './batch.js';
import { cancelled, Lane } from './lane.js';
import { type LaneOptions, late } from './lane-options.js';
import { Waiter } from './queue.js';
import { type RowShape, rowShapeOf } from './rows.js';

/** Rows of one trip to a worker, over all models together. */
const MAX_ROWS_PER_TRIP = 8_192;
/** Rows of a batch of several versions: none of them waits for the last row of a larger one. */
const MAX_MIXED_ROWS = 1_024;

/**
 * Batches rows of all models for the engine workers. Lives below the DataLoaders, so rows of every request and
 * subscription meet here. A free worker pulls what is queued: under load batches grow, an idle server adds no wait.
 */
export class Batcher implements JobSource {
  readonly #clock: Clock;
  readonly #wakeWorkers: () => void;
  readonly #lanes: Lane[] = [];
  /** Those that may have something to give, each once (`isListed`): of many lanes few have, and who looks at all of them waits for memory. */
  readonly #waiting: Lane[] = [];
  /** Lanes whose rows are alike have one shape. */
  readonly #shapes = new Interned();
  readonly #signals = new WeakSet<AbortSignal>();
  #wakeScheduled = false;
  #deadlineTimer: NodeJS.Timeout | null = null;
  #deadlineAt = Number.POSITIVE_INFINITY;

  /** `wake`: called when something became due (EnginePool.wake). */
  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock;
    this.#wakeWorkers = wake;
  }

  /** Opens the queue of a version that was loaded. */
  open(options: LaneOptions): Lane {
    const shape = this.#shapes.of(rowShapeOf(options.signature));
    const lane: Lane = new Lane(options, shape, this.#clock.monotonic(), () => this.#hasSomething(lane));
    this.#lanes.push(lane);
    return lane;
  }

  /** Closes a version's queue; what still waits in it is refused. */
  close(lane: Lane, error: Error): void {
    if (lane.isClosed) return;
    this.#lanes.splice(this.#lanes.indexOf(lane), 1);
    if (lane.isListed) this.#waiting.splice(this.#waiting.indexOf(lane), 1);
    lane.close(error);
  }

  /** How long the oldest row of any version has waited, ms. */
  waitingMs(): number {
    const now = this.#clock.monotonic();
    return this.#lanes.reduce((longest, lane) => Math.max(longest, now - lane.oldest()), 0);
  }

  /**
   * Queues one row for a version. The row's arrays are read when its batch is built: leave them alone until the answer.
   * @throws ScoregraphError (as a rejection) MODEL_UNAVAILABLE, INVALID_FEATURES, QUEUE_FULL, DEADLINE_EXCEEDED, CANCELLED.
   */
  enqueue(lane: Lane, row: Row, context: RowContext): Promise<RowResult> {
    return new Promise((resolve, reject) => {
      const now = this.#clock.monotonic();
      const refusal = refusalOf(lane, context, now) ?? lane.add(row, new Waiter(context, resolve, reject), now);
      if (refusal === null) this.#queued(lane, context);
      else reject(refusal);
    });
  }

  /**
   * Queues rows that came together as one batch of their own: cheaper than one by one, but they fail as a whole. The block's arrays
   * are given away.
   * @throws ScoregraphError (as a rejection) as `enqueue` does.
   */
  enqueueBlock(lane: Lane, block: Block, context: RowContext): Promise<BlockResult> {
    return new Promise((resolve, reject) => {
      const now = this.#clock.monotonic();
      const refusal = refusalOf(lane, context, now) ?? lane.addBlock(block, context, resolve, reject, now);
      if (refusal === null) this.#queued(lane, context);
      else reject(refusal);
    });
  }

  #queued(lane: Lane, context: RowContext): void {
    this.#watch(context);
    this.#hasSomething(lane);
  }

  #hasSomething(lane: Lane): void {
    if (!lane.isListed) {
      lane.isListed = true;
      this.#waiting.push(lane);
    }
    this.#scheduleWake();
  }

  take(canRun: (handle: number) => boolean): BatchJob[] {
    const now = this.#clock.monotonic();
    const batches: (BatchJob | Part[])[] = [];
    const mixed = new Map<RowShape, { readonly parts: Part[]; rows: number }>();
    let rows = 0;
    for (const { lane } of this.#due(now, canRun)) {
      if (rows >= MAX_ROWS_PER_TRIP) break;
      const next = lane.next(now);
      if (next === null) continue;
      if ('done' in next) {
        batches.push(next);
        rows += next.rows;
        continue;
      }
      const { length } = next.entries;
      rows += length;
      const joined = next.alone ? undefined : mixed.get(lane.shape);
      if (joined !== undefined && joined.rows + length <= MAX_MIXED_ROWS) {
        joined.parts.push(next);
        joined.rows += length;
        continue;
      }
      const parts = [next];
      batches.push(parts);
      if (!next.alone) mixed.set(lane.shape, { parts, rows: length });
    }
    return batches.map((batch) => (Array.isArray(batch) ? batchOf(batch, now) : batch));
  }

  /** Lanes with something to give now to who asks, those that wait longest first. Lanes that have nothing leave the list. */
  #due(now: number, canRun: (handle: number) => boolean): readonly { readonly lane: Lane; readonly oldest: number }[] {
    const due: { readonly lane: Lane; readonly oldest: number }[] = [];
    let listed = 0;
    for (const lane of this.#waiting) {
      lane.isListed = lane.queued > 0 || lane.retrying;
      if (!lane.isListed) continue;
      this.#waiting[listed++] = lane;
      if (lane.dueAt(now) <= now && canRun(lane.handle)) due.push({ lane, oldest: lane.oldest() });
    }
    this.#waiting.length = listed;
    return due.sort((a, b) => a.oldest - b.oldest);
  }

  /** Workers are woken after the current round of I/O, so that rows that arrive together travel together. */
  #scheduleWake(): void {
    if (this.#wakeScheduled) return;
    this.#wakeScheduled = true;
    setImmediate(() => {
      this.#wakeScheduled = false;
      this.#wakeWorkers();
    });
  }

  /** One timer for the earliest deadline, one listener per signal: rows cost nothing here. */
  #watch({ deadline, signal }: RowContext): void {
    if (signal !== undefined && !this.#signals.has(signal)) {
      this.#signals.add(signal);
      signal.addEventListener('abort', () => {
        for (const lane of this.#lanes) lane.settleWhere((context) => context.signal === signal, cancelled);
      });
    }
    if (deadline < this.#deadlineAt) this.#armDeadline(deadline);
  }

  #armDeadline(at: number): void {
    if (this.#deadlineTimer !== null) clearTimeout(this.#deadlineTimer);
    this.#deadlineAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    const wait = Math.min(Math.max(1, Math.ceil(at - this.#clock.monotonic())), 2 ** 31 - 1);
    this.#deadlineTimer = setTimeout(() => {
      const now = this.#clock.monotonic();
      for (const lane of this.#lanes) {
        lane.settleWhere(
          (context) => context.deadline <= now,
          () => late(lane.model, lane.version),
        );
      }
      this.#armDeadline(Math.min(...this.#lanes.map((lane) => lane.earliestDeadline())));
    }, wait);
    this.#deadlineTimer.unref();
  }
}

/** Why nothing may be queued for this caller; null: it may. */
function refusalOf({ model, version, isClosed }: Lane, { signal, deadline }: RowContext, now: number) {
  if (signal?.aborted) return cancelled();
  if (deadline <= now) return late(model, version);
  if (!isClosed) return null;
  return new ScoregraphError('MODEL_UNAVAILABLE', `${model} ${version} is not loaded.`, {
    ...{ model, version, reason: 'NOT_LOADED' },
  });
}
