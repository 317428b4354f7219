import { ScoregraphError } from '../../core/errors.js';
import type { RowContext } from '../../core/predictions.js';
import type { BatchJob, Block, BlockResult, Row, Signature } from '../ports.js';
import type { Computed, Contributor, Part } from './batch.js';
import { outputsOf } from './batch-tensors.js';
import { BlockQueue } from './blocks.js';
import { type BatchObserver, type LaneOptions, late } from './lane-options.js';
import { Entry, OpenRows, type Taker, type Waiter } from './queue.js';
import { RowQueues } from './row-queues.js';
import { hashOf, type RowShape, validate } from './rows.js';
import { Shares } from './shares.js';

const RETRY_AFTER_MIN_MS = 10;

/** What waits for one version, and what is being computed for it. */
export class Lane implements Contributor, Taker {
  readonly options: LaneOptions;
  readonly model: string;
  readonly version: number;
  readonly handle: number;
  readonly shape: RowShape;
  /** Whether its rows may share a batch with those of others of the same shape. */
  readonly mixes: boolean;
  /** The batcher's: that it is among those that may have something to give. */
  isListed = false;
  /** Nothing is taken any more. */
  isClosed = false;
  readonly #wake: () => void;
  readonly #observer: BatchObserver;
  readonly #maxBatchSize: number;
  readonly #maxQueueSize: number;
  readonly #delayMicros: number;
  readonly #queues = new RowQueues();
  readonly #open = new OpenRows();
  /** Halves of failed batches, to be run on their own. */
  #retries: (readonly Entry[])[] | null = null;
  /** Null until there is one: what only some versions need lies in no row's way. */
  #blocks: BlockQueue | null = null;
  /** Counted from when the queue fills until it is empty. */
  #shares: Shares | null = null;
  #blocksTurn = false;
  #queued = 0;
  // Whole numbers: a fraction would be an object of its own.
  /** Monotonic, ms. */
  #lastAsked: number;
  #drainPerSecond = 1_000;
  #delayTimer: NodeJS.Timeout | null = null;

  constructor(options: LaneOptions, shape: RowShape, now: number, wake: () => void) {
    this.options = options;
    this.model = options.model;
    this.version = options.version;
    this.handle = options.handle;
    this.shape = shape;
    this.mixes = options.mixes;
    this.#observer = options.observer;
    this.#maxBatchSize = options.batching.maxBatchSize;
    this.#maxQueueSize = options.batching.maxQueueSize;
    this.#delayMicros = options.batching.maxQueueDelayMicroseconds;
    this.#wake = wake;
    this.#lastAsked = Math.floor(now);
  }

  get signature(): Signature {
    return this.options.signature;
  }

  /** When it was last asked for anything, monotonic ms; Infinity while rows of it are not answered yet. */
  get lastUsedAt(): number {
    // Of blocks those that wait: one that is computed needs its lane no more.
    return this.#open.size > 0 || this.queued > 0 ? Number.POSITIVE_INFINITY : this.#lastAsked;
  }
  /** Rows that wait. */
  get queued(): number {
    return this.#blocks === null ? this.#queued : this.#queued + this.#blocks.rows;
  }

  /** Parts of failed batches are to be run again. */
  get retrying(): boolean {
    return this.#retries !== null;
  }

  /** Takes a block of rows in, or answers why not. */
  addBlock(
    block: Block,
    context: RowContext,
    resolve: (result: BlockResult) => void,
    reject: (error: Error) => void,
    now: number,
  ): ScoregraphError | null {
    this.#lastAsked = Math.floor(now);
    if (this.queued + block.rows > this.#maxQueueSize) return this.#full();
    this.#blocks ??= new BlockQueue(this.options);
    return this.#blocks.add({ block, context, enqueuedAt: now, resolve, reject });
  }

  /** Takes a waiter in, or answers why not. `now`: monotonic ms. */
  add(row: Row, waiter: Waiter, now: number): ScoregraphError | null {
    this.#lastAsked = Math.floor(now);
    const invalid = validate(row, this.shape);
    if (invalid !== null) {
      const { model, version } = this;
      return new ScoregraphError('INVALID_FEATURES', `${model}: ${invalid}`, { model, version });
    }
    const hash = hashOf(row);
    const twin = this.#open.find(hash, row);
    if (twin !== null) {
      waiter.next = twin.waiters;
      twin.waiters = waiter;
      twin.open++;
      return null;
    }
    const free = this.#maxQueueSize - this.queued;
    const entry = new Entry(row, hash, now, waiter);
    if (2 * free < this.#maxQueueSize || this.#shares !== null) {
      this.#shares ??= Shares.counted(this.#queues.list());
      const holder = this.#shares.of(entry.principal);
      if (free <= 0 || !this.#shares.mayAdd(holder, free)) return this.#full(holder.rows);
      this.#shares.count(entry);
    }
    this.#open.add(entry);
    const queue = this.#queues.push(entry);
    this.#queued++;
    if (queue.size > 2 * this.#maxQueueSize) queue.compact(); // nobody takes, and many went away
    return null;
  }

  /** `own`: rows of the caller among those that wait. */
  #full(own = 0): ScoregraphError {
    const { model, version } = this;
    const retryAfterMs = Math.ceil(Math.max(RETRY_AFTER_MIN_MS, (1_000 * this.queued) / this.#drainPerSecond));
    return new ScoregraphError(
      'QUEUE_FULL',
      `${model} has ${this.queued} rows waiting${own === 0 ? '' : `, ${own} of them yours`}; try again in ${retryAfterMs} ms.`,
      { model, version, retryAfterMs },
    );
  }

  /** When this lane has a batch to give, monotonic ms; Infinity while it has nothing. */
  dueAt(now: number): number {
    if (this.#retries !== null || (this.#blocks !== null && this.#blocks.rows > 0)) return now;
    if (this.#queued === 0) return Number.POSITIVE_INFINITY;
    if (this.#delayMicros === 0) return now;
    const { preferredBatchSize, maxBatchSize } = this.options.batching;
    const enough = Math.min(maxBatchSize, ...preferredBatchSize);
    if (this.#queued >= enough) return now;
    const at = this.oldest() + this.#delayMicros / 1000;
    if (at > now && this.#delayTimer === null) {
      this.#delayTimer = setTimeout(
        () => {
          this.#delayTimer = null;
          this.#wake();
        },
        Math.ceil(at - now),
      );
    }
    return at;
  }

  /** When the row that waits longest came. */
  oldest(): number {
    let oldest = this.#queues.oldest();
    if (this.#blocks !== null) oldest = Math.min(oldest, this.#blocks.oldest());
    if (this.#retries !== null) oldest = Math.min(oldest, this.#retries[0]![0]!.enqueuedAt);
    return oldest;
  }

  /** The next block, or rows for a batch; null when everything that waited is gone by now. Blocks and single rows take turns. */
  next(now: number): BatchJob | Part | null {
    if (this.#blocks === null) return this.#nextRows(now);
    this.#blocksTurn = !this.#blocksTurn;
    return this.#blocksTurn
      ? (this.#blocks.next(now) ?? this.#nextRows(now))
      : (this.#nextRows(now) ?? this.#blocks.next(now));
  }

  #nextRows(now: number): Part | null {
    while (this.#retries !== null) {
      const entries = this.#retries.shift()!.filter((entry) => entry.open > 0);
      if (this.#retries.length === 0) this.#retries = null;
      if (entries.length > 0) return this.#part(entries, true);
    }
    const queue = this.#queues.longestWaiting();
    if (queue === null) return null;
    const entries: Entry[] = [];
    queue.take(this.#batchSize(queue.size), entries, this, now);
    if (entries.length === 0) return null;
    return this.#part(entries, !this.mixes || entries[0]!.row.topK !== undefined);
  }

  #part(entries: readonly Entry[], alone: boolean): Part {
    return { lane: this, handle: this.handle, rows: entries.length, entries, alone };
  }

  /** Ends the waiters that `which` picks, wherever their row is; rows nobody waits for are not computed. */
  settleWhere(which: (context: RowContext) => boolean, error: () => Error): void {
    this.#blocks?.settleWhere(which, error);
    if (this.#open.size === 0) return; // most lanes of many
    for (const entry of this.#open.list()) {
      for (const waiter of openWaiters(entry)) {
        if (which(waiter.context)) refuse(entry, waiter, error());
      }
      if (entry.open === 0) this.#forget(entry);
    }
  }

  earliestDeadline(): number {
    let earliest = this.#blocks?.earliestDeadline() ?? Number.POSITIVE_INFINITY;
    if (this.#open.size === 0) return earliest;
    for (const entry of this.#open.list()) {
      for (const waiter of openWaiters(entry)) earliest = Math.min(earliest, waiter.context.deadline);
    }
    return earliest;
  }

  close(error: Error): void {
    this.isClosed = true;
    if (this.#delayTimer !== null) clearTimeout(this.#delayTimer);
    this.settleWhere(
      () => true,
      () => error,
    );
    this.#retries = null;
    this.#queues.clear();
  }

  /** With preferred sizes, a backlog is cut at the largest that fits. */
  #batchSize(waiting: number): number {
    if (waiting >= this.#maxBatchSize) return this.#maxBatchSize;
    if (this.#delayMicros === 0) return waiting;
    const fitting = this.options.batching.preferredBatchSize.filter((preferred) => preferred <= waiting);
    return fitting.length === 0 ? waiting : Math.min(this.#maxBatchSize, Math.max(...fitting));
  }

  /** Whether a row that leaves the queue goes into a batch; who waited too long is told. */
  wanted(entry: Entry, now: number): boolean {
    this.#unqueue(entry);
    if (entry.open === 0) return false;
    for (let waiter: Waiter | null = entry.waiters; waiter !== null; waiter = waiter.next) {
      if (waiter.open && waiter.context.deadline <= now) refuse(entry, waiter, late(this.model, this.version));
    }
    if (entry.open > 0) return true;
    this.#forget(entry);
    return false;
  }

  /** Its rows of a batch were computed: `entries` are those from row `from` on. */
  computed(entries: readonly Entry[], from: number, { columns, nonFinite, waitedMs, computeMicros }: Computed): void {
    const { model, version } = this;
    const rows = entries.length;
    this.#drainPerSecond = Math.ceil(0.8 * this.#drainPerSecond + 0.2 * ((1e6 * rows) / Math.max(1, computeMicros)));
    this.#observer.batch(rows, waitedMs / 1000, computeMicros / 1e6);
    let failed = 0;
    for (let i = 0; i < rows; i++) {
      const entry = entries[i]!;
      if (nonFinite?.has(from + i)) {
        failed++;
        this.#fail(entry, notFinite(model, version));
        continue;
      }
      this.#forget(entry);
      const k = entry.row.topK?.k ?? 0;
      for (let waiter: Waiter | null = entry.waiters; waiter !== null; waiter = waiter.next) {
        if (!waiter.open) continue;
        waiter.open = false;
        waiter.resolve({ model, version, outputs: outputsOf(columns, from + i, k) });
      }
    }
    if (failed > 0) this.#observer.failed(failed);
  }

  /** Its rows of a batch failed; `mixed`: others' rows were in it, and perhaps at fault. */
  failed(entries: readonly Entry[], error: Error, { mixed }: { readonly mixed: boolean }): void {
    const { model, version, observer } = this.options;
    if (error instanceof ScoregraphError && error.code === 'MODEL_UNAVAILABLE') {
      observer.failed(entries.length);
      const told = new ScoregraphError(error.code, error.message, { ...error.details, model, version });
      for (const entry of entries) this.#fail(entry, told);
      return;
    }
    if (entries.length === 1 && !mixed) {
      observer.failed(1);
      this.#fail(
        entries[0]!,
        new ScoregraphError('INVALID_FEATURES', `${model} refused this row: ${error.message}`, {
          model,
          version,
          reason: 'ENGINE_REFUSED',
        }),
      );
      return;
    }
    const wanted = entries.filter((entry) => entry.open > 0); // nobody's when the lane was closed meanwhile
    if (wanted.length === 0) return;
    // One bad row fails alone: the rows of one version first, then halves, until it is found.
    const middle = mixed || wanted.length === 1 ? wanted.length : wanted.length >> 1;
    this.#retries ??= [];
    this.#retries.push(wanted.slice(0, middle));
    if (middle < wanted.length) this.#retries.push(wanted.slice(middle));
    this.#wake();
  }

  #fail(entry: Entry, error: Error): void {
    const waiters = openWaiters(entry);
    this.#forget(entry);
    for (const waiter of waiters) refuse(entry, waiter, error);
  }

  #unqueue(entry: Entry): void {
    if (!entry.queued) return;
    entry.queued = false;
    if (entry.holder !== null) entry.holder.rows--;
    if (--this.#queued === 0) this.#shares = null;
  }

  #forget(entry: Entry): void {
    entry.open = 0;
    this.#unqueue(entry);
    this.#open.remove(entry);
  }
}

const openWaiters = (entry: Entry): Waiter[] => {
  const waiters: Waiter[] = [];
  for (let waiter: Waiter | null = entry.waiters; waiter !== null; waiter = waiter.next)
    if (waiter.open) waiters.push(waiter);
  return waiters;
};

/** Ends one caller's claim with an error. */
function refuse(entry: Entry, waiter: Waiter, error: Error): void {
  waiter.open = false;
  entry.open--;
  waiter.reject(error);
}

/** What a caller who went away gets, if anybody still listens. */
export const cancelled = () => new ScoregraphError('CANCELLED', 'The caller went away.');
const notFinite = (model: string, version: number) =>
  new ScoregraphError('INVALID_FEATURES', `${model} answered no finite number for this row.`, {
    model,
    version,
    reason: 'NON_FINITE_OUTPUT',
  });
