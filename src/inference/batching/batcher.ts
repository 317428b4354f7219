import type { Clock } from '../core/clock.js';
import { ScoregraphError } from '../core/errors.js';
import type { RowContext } from '../core/predictions.js';
import type {
  Batching,
  BatchJob,
  BatchTopK,
  JobSource,
  Row,
  RowResult,
  Signature,
  Tensor,
  TensorData,
  TensorMap,
} from './ports.js';

/** What a batcher tells about its version as it goes. */
export interface BatchObserver {
  batch(rows: number, queueSeconds: number, computeSeconds: number): void;
  failed(rows: number): void;
}

export interface LaneOptions {
  readonly model: string;
  readonly version: number;
  readonly signature: Signature;
  readonly batching: Batching;
  readonly observer: BatchObserver;
}

/** One caller's claim on a computation. */
interface Waiter {
  readonly context: RowContext;
  readonly resolve: (result: RowResult) => void;
  readonly reject: (error: Error) => void;
  open: boolean;
}

/** One computation: identical rows in flight share it. */
interface Entry {
  readonly row: Row;
  readonly hash: number;
  readonly waiters: Waiter[];
  readonly enqueuedAt: number;
  /** Waiters still open; at 0 the row is not computed any more. */
  open: number;
  /** Counted in the queue's length. */
  queued: boolean;
}

/** Rows of one trip to a worker, over all models together. */
const MAX_ROWS_PER_TRIP = 8_192;
/** While both priorities wait, one row in this many belongs to bulk: it moves on under any load. */
const BULK_SHARE = 8;
const RETRY_AFTER_MIN_MS = 10;

/**
 * Batches rows of all models for the engine workers. Lives below the DataLoaders, so rows of every request and
 * subscription meet here. A free worker pulls what is queued: under load batches grow, an idle server adds no wait.
 */
export class Batcher implements JobSource {
  readonly #clock: Clock;
  readonly #wakeWorkers: () => void;
  readonly #lanes = new Map<string, Lane>();
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
  open(options: LaneOptions): void {
    this.#lanes.set(`${options.model}/${options.version}`, new Lane(options, this.#clock, () => this.#scheduleWake()));
  }

  /** Closes a version's queue; what still waits in it is refused. */
  close(model: string, version: number, error: Error): void {
    const key = `${model}/${version}`;
    this.#lanes.get(key)?.close(error);
    this.#lanes.delete(key);
  }

  /** Rows waiting for a version. */
  queued(model: string, version: number): number {
    return this.#lanes.get(`${model}/${version}`)?.queued ?? 0;
  }

  /**
   * Queues one row. The row's arrays are read when its batch is built: leave them alone until the answer.
   * @throws ScoregraphError (as a rejection) MODEL_UNAVAILABLE, INVALID_FEATURES, QUEUE_FULL, DEADLINE_EXCEEDED, CANCELLED.
   */
  enqueue(model: string, version: number, row: Row, context: RowContext): Promise<RowResult> {
    return new Promise((resolve, reject) => {
      const lane = this.#lanes.get(`${model}/${version}`);
      if (lane === undefined) {
        reject(
          new ScoregraphError('MODEL_UNAVAILABLE', `${model} ${version} is not loaded.`, {
            model,
            version,
            reason: 'NOT_LOADED',
          }),
        );
        return;
      }
      if (context.signal?.aborted) {
        reject(cancelled());
        return;
      }
      if (context.deadline <= this.#clock.monotonic()) {
        reject(late(model, version));
        return;
      }
      const refusal = lane.add(row, { context, resolve, reject, open: true });
      if (refusal !== null) {
        reject(refusal);
        return;
      }
      this.#watch(context);
      this.#scheduleWake();
    });
  }

  take(canRun: (model: string, version: number) => boolean): BatchJob[] {
    const now = this.#clock.monotonic();
    const due = [...this.#lanes.values()].filter(
      (lane) => lane.dueAt(now) <= now && canRun(lane.options.model, lane.options.version),
    );
    if (due.length === 0) return [];
    due.sort((a, b) => a.oldest() - b.oldest());
    const jobs: BatchJob[] = [];
    let rows = 0;
    for (const lane of due) {
      if (rows >= MAX_ROWS_PER_TRIP) break;
      const job = lane.next(now);
      if (job === null) continue;
      jobs.push(job);
      rows += job.rows;
    }
    return jobs;
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
        for (const lane of this.#lanes.values())
          lane.settleWhere((waiter) => waiter.context.signal === signal, cancelled());
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
      for (const lane of this.#lanes.values()) {
        lane.settleWhere((waiter) => waiter.context.deadline <= now, late(lane.options.model, lane.options.version));
      }
      this.#armDeadline(Math.min(...[...this.#lanes.values()].map((lane) => lane.earliestDeadline())));
    }, wait);
    this.#deadlineTimer.unref();
  }
}

/** The queue of one version. Rows that want top-k and rows that do not never share a batch: they wait in queues of their own. */
class Lane {
  readonly options: LaneOptions;
  readonly #clock: Clock;
  readonly #wake: () => void;
  readonly #queues = new Map<string, PriorityQueue>();
  /** Computations not answered yet, by hash: where identical rows find each other. */
  readonly #open = new Map<number, Entry[]>();
  /** Halves of failed batches, to be run on their own. */
  readonly #retries: Entry[][] = [];
  #queued = 0;
  #drainPerMs = 1;
  #delayTimer: NodeJS.Timeout | null = null;

  constructor(options: LaneOptions, clock: Clock, wake: () => void) {
    this.options = options;
    this.#clock = clock;
    this.#wake = wake;
  }

  get queued(): number {
    return this.#queued;
  }

  /** Takes a waiter in, or answers why not. */
  add(row: Row, waiter: Waiter): ScoregraphError | null {
    const { model, version, batching, signature } = this.options;
    const invalid = validate(row, signature);
    if (invalid !== null) return new ScoregraphError('INVALID_FEATURES', `${model}: ${invalid}`, { model, version });
    const hash = hashOf(row);
    const twins = this.#open.get(hash);
    const twin = twins?.find((entry) => sameRow(entry.row, row));
    if (twin !== undefined) {
      twin.waiters.push(waiter);
      twin.open++;
      return null;
    }
    if (this.#queued >= batching.maxQueueSize) {
      const retryAfterMs = Math.ceil(Math.max(RETRY_AFTER_MIN_MS, this.#queued / this.#drainPerMs));
      return new ScoregraphError(
        'QUEUE_FULL',
        `${model} has ${this.#queued} rows waiting; try again in ${retryAfterMs} ms.`,
        { model, version, retryAfterMs },
      );
    }
    const entry: Entry = { row, hash, waiters: [waiter], enqueuedAt: this.#clock.monotonic(), open: 1, queued: true };
    if (twins === undefined) this.#open.set(hash, [entry]);
    else twins.push(entry);
    const kind = row.topK?.output ?? '';
    let queue = this.#queues.get(kind);
    if (queue === undefined) {
      queue = new PriorityQueue();
      this.#queues.set(kind, queue);
    }
    queue.push(entry, waiter.context.priority);
    this.#queued++;
    if (queue.size > 2 * batching.maxQueueSize) queue.compact(); // nobody takes, and many went away
    return null;
  }

  /** When this lane has a batch to give, monotonic ms; Infinity while it has nothing. */
  dueAt(now: number): number {
    if (this.#retries.length > 0) return now;
    if (this.#queued === 0) return Number.POSITIVE_INFINITY;
    const { maxQueueDelayMicroseconds, preferredBatchSize, maxBatchSize } = this.options.batching;
    if (maxQueueDelayMicroseconds === 0) return now;
    const enough = Math.min(maxBatchSize, ...preferredBatchSize);
    if (this.#queued >= enough) return now;
    const at = this.oldest() + maxQueueDelayMicroseconds / 1000;
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
    let oldest = this.#retries[0]?.[0]?.enqueuedAt ?? Number.POSITIVE_INFINITY;
    for (const queue of this.#queues.values()) oldest = Math.min(oldest, queue.oldest());
    return oldest;
  }

  /** The next batch; null when everything that waited is gone by now. */
  next(now: number): BatchJob | null {
    const retried = this.#retries.shift()?.filter((entry) => entry.open > 0);
    if (retried !== undefined && retried.length > 0) return this.#job(retried, now);
    const queue = [...this.#queues.values()].filter((q) => q.size > 0).sort((a, b) => a.oldest() - b.oldest())[0];
    if (queue === undefined) return null;
    const entries: Entry[] = [];
    queue.take(this.#batchSize(queue.size), entries, (entry) => this.#stillWanted(entry, now));
    return entries.length === 0 ? null : this.#job(entries, now);
  }

  /** Ends the waiters that `which` picks, wherever their row is; rows nobody waits for are not computed. */
  settleWhere(which: (waiter: Waiter) => boolean, error: Error): void {
    for (const entries of [...this.#open.values()]) {
      for (const entry of [...entries]) {
        for (const waiter of entry.waiters) {
          if (!waiter.open || !which(waiter)) continue;
          waiter.open = false;
          entry.open--;
          waiter.reject(error);
        }
        if (entry.open === 0) this.#forget(entry);
      }
    }
  }

  earliestDeadline(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const entries of this.#open.values()) {
      for (const entry of entries) {
        for (const waiter of entry.waiters) if (waiter.open) earliest = Math.min(earliest, waiter.context.deadline);
      }
    }
    return earliest;
  }

  close(error: Error): void {
    if (this.#delayTimer !== null) clearTimeout(this.#delayTimer);
    this.settleWhere(() => true, error);
    this.#retries.length = 0;
    this.#queues.clear();
  }

  /** With preferred sizes, a backlog is cut at the largest that fits. */
  #batchSize(waiting: number): number {
    const { maxBatchSize, preferredBatchSize } = this.options.batching;
    if (waiting >= maxBatchSize) return maxBatchSize;
    let size = Math.min(waiting, maxBatchSize);
    if (this.options.batching.maxQueueDelayMicroseconds > 0) {
      const fitting = preferredBatchSize.filter((preferred) => preferred <= waiting);
      if (fitting.length > 0) size = Math.min(maxBatchSize, Math.max(...fitting));
    }
    return size;
  }

  #stillWanted(entry: Entry, now: number): boolean {
    this.#unqueue(entry);
    if (entry.open === 0) return false;
    for (const waiter of entry.waiters) {
      if (!waiter.open || waiter.context.deadline > now) continue;
      waiter.open = false;
      entry.open--;
      waiter.reject(late(this.options.model, this.options.version));
    }
    if (entry.open > 0) return true;
    this.#forget(entry);
    return false;
  }

  #job(entries: Entry[], now: number): BatchJob {
    const { model, version, signature, observer } = this.options;
    const rows = entries.length;
    const inputs: Record<string, Tensor> = {};
    for (const { name, datatype, shape } of signature.inputs) {
      const width = sizeOf(shape);
      const data = datatype === 'FP32' ? new Float32Array(rows * width) : new Int32Array(rows * width);
      for (let i = 0; i < rows; i++) data.set(entries[i]!.row.inputs[name]!, i * width);
      inputs[name] = { datatype, shape: [rows, ...shape.slice(1)], data };
    }
    const topK = topKOf(entries);
    let waited = 0;
    for (const entry of entries) waited += now - entry.enqueuedAt;
    return {
      model,
      version,
      rows,
      inputs,
      ...(topK === null ? {} : { topK }),
      done: (outputs, { computeMicros, nonFinite }) => {
        this.#drainPerMs = 0.8 * this.#drainPerMs + 0.2 * ((rows * 1000) / Math.max(1, computeMicros));
        observer.batch(rows, waited / 1000, computeMicros / 1e6);
        if (nonFinite.length > 0) observer.failed(nonFinite.length);
        const bad = nonFinite.length === 0 ? null : new Set(nonFinite);
        for (let i = 0; i < rows; i++) {
          if (bad?.has(i)) this.#fail(entries[i]!, notFinite(model, version));
          else this.#answer(entries[i]!, outputs, i);
        }
      },
      failed: (error) => this.#failed(entries, error),
    };
  }

  #failed(entries: Entry[], error: Error): void {
    const { model, version, observer } = this.options;
    if (error instanceof ScoregraphError && error.code === 'MODEL_UNAVAILABLE') {
      observer.failed(entries.length);
      const told = new ScoregraphError(error.code, error.message, { ...error.details, model, version });
      for (const entry of entries) this.#fail(entry, told);
      return;
    }
    if (entries.length === 1) {
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
    // One bad row fails alone: halve until it is found.
    const middle = entries.length >> 1;
    this.#retries.push(entries.slice(0, middle), entries.slice(middle));
    this.#wake();
  }

  #answer(entry: Entry, outputs: TensorMap, row: number): void {
    this.#forget(entry);
    const { topK } = entry.row;
    for (const waiter of entry.waiters) {
      if (!waiter.open) continue;
      waiter.open = false;
      const own: Record<string, TensorData> = {};
      for (const name in outputs) {
        const { data, shape } = outputs[name]!;
        const width = sizeOf(shape);
        const ranked = topK !== undefined && (name === topK.output || name === `${topK.output}:indices`);
        own[name] = data.subarray(row * width, row * width + (ranked ? topK.k : width)) as TensorData;
      }
      waiter.resolve({ model: this.options.model, version: this.options.version, outputs: own });
    }
  }

  #fail(entry: Entry, error: Error): void {
    this.#forget(entry);
    for (const waiter of entry.waiters) {
      if (!waiter.open) continue;
      waiter.open = false;
      waiter.reject(error);
    }
  }

  #unqueue(entry: Entry): void {
    if (!entry.queued) return;
    entry.queued = false;
    this.#queued--;
  }

  #forget(entry: Entry): void {
    entry.open = 0;
    this.#unqueue(entry);
    const twins = this.#open.get(entry.hash);
    if (twins === undefined) return;
    const at = twins.indexOf(entry);
    if (at < 0) return;
    if (twins.length === 1) this.#open.delete(entry.hash);
    else twins.splice(at, 1);
  }
}

/** Two first-in-first-out queues: interactive goes first, bulk keeps its share. */
class PriorityQueue {
  readonly #interactive = new Fifo();
  readonly #bulk = new Fifo();

  get size(): number {
    return this.#interactive.size + this.#bulk.size;
  }
  push(entry: Entry, priority: RowContext['priority']): void {
    (priority === 'bulk' ? this.#bulk : this.#interactive).push(entry);
  }
  oldest(): number {
    return Math.min(
      this.#interactive.head()?.enqueuedAt ?? Number.POSITIVE_INFINITY,
      this.#bulk.head()?.enqueuedAt ?? Number.POSITIVE_INFINITY,
    );
  }
  /** Drops what nobody waits for any more. */
  compact(): void {
    this.#interactive.compact();
    this.#bulk.compact();
  }
  /** Moves up to `count` wanted entries into `out`; unwanted ones are dropped on the way. */
  take(count: number, out: Entry[], wanted: (entry: Entry) => boolean): void {
    const reserved = this.#bulk.size === 0 ? 0 : Math.min(this.#bulk.size, Math.max(1, Math.floor(count / BULK_SHARE)));
    this.#interactive.take(count - reserved, out, wanted);
    this.#bulk.take(count - out.length, out, wanted);
    this.#interactive.take(count - out.length, out, wanted);
  }
}

class Fifo {
  #items: (Entry | undefined)[] = [];
  #start = 0;

  get size(): number {
    return this.#items.length - this.#start;
  }
  push(entry: Entry): void {
    this.#items.push(entry);
  }
  head(): Entry | undefined {
    return this.#items[this.#start];
  }
  compact(): void {
    this.#items = this.#items.filter((entry) => entry !== undefined && entry.open > 0);
    this.#start = 0;
  }
  take(count: number, out: Entry[], wanted: (entry: Entry) => boolean): void {
    for (let left = count; left > 0 && this.#start < this.#items.length; ) {
      const entry = this.#items[this.#start]!;
      this.#items[this.#start++] = undefined;
      if (!wanted(entry)) continue;
      out.push(entry);
      left--;
    }
    if (this.#start === this.#items.length) {
      this.#items = [];
      this.#start = 0;
    } else if (this.#start > 4_096) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
  }
}

/** Elements of one row of a shape whose first dimension is the batch. */
function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (let i = 1; i < shape.length; i++) size *= shape[i]!;
  return size;
}

function validate(row: Row, { inputs, outputs }: Signature): string | null {
  for (const { name, datatype, shape } of inputs) {
    const data = row.inputs[name];
    const width = sizeOf(shape);
    if (data === undefined) return `expected the input ${name}, it is missing`;
    if (datatype === 'FP32' ? !(data instanceof Float32Array) : !(data instanceof Int32Array))
      return `input ${name}: expected ${datatype}`;
    if (data.length !== width) return `input ${name}: expected ${width} values, got ${data.length}`;
    if (datatype === 'FP32') {
      for (let i = 0; i < width; i++) {
        const value = data[i]!;
        if (value - value !== 0) return `input ${name}[${i}]: expected a finite number, got ${value}`;
      }
    }
  }
  const { topK } = row;
  if (topK === undefined) return null;
  const output = outputs.find((spec) => spec.name === topK.output);
  if (output === undefined)
    return `topK: expected one of the outputs ${outputs.map((o) => o.name).join(', ')}, got ${topK.output}`;
  if (!Number.isInteger(topK.k) || topK.k < 1 || topK.k > sizeOf(output.shape))
    return `topK.k: expected 1 to ${sizeOf(output.shape)}, got ${topK.k}`;
  return null;
}

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** A 32-bit hash over a row's bytes (FNV-1a over words): cheap, and collisions are settled by comparing. */
function hashOf({ inputs, topK }: Row): number {
  let hash = 0x811c9dc5;
  for (const name in inputs) {
    const data = inputs[name]!;
    if (data instanceof Int32Array) {
      for (let i = 0; i < data.length; i++) hash = Math.imul(hash ^ data[i]!, 0x01000193);
    } else {
      for (let i = 0; i < data.length; i++) {
        float[0] = data[i]!;
        hash = Math.imul(hash ^ bits[0]!, 0x01000193);
      }
    }
  }
  if (topK !== undefined) {
    hash = Math.imul(hash ^ topK.k, 0x01000193);
    if (topK.exclude !== undefined)
      for (let i = 0; i < topK.exclude.length; i++) hash = Math.imul(hash ^ topK.exclude[i]!, 0x01000193);
  }
  return hash;
}

function sameRow(a: Row, b: Row): boolean {
  for (const name in a.inputs) if (!sameData(a.inputs[name]!, b.inputs[name])) return false;
  if (a.topK?.output !== b.topK?.output || a.topK?.k !== b.topK?.k) return false;
  const left = a.topK?.exclude;
  const right = b.topK?.exclude;
  return (
    (left?.length ?? 0) === (right?.length ?? 0) &&
    (left === undefined || left.length === 0 || sameData(left as TensorData, right as TensorData))
  );
}

function sameData(a: TensorData, b: TensorData | undefined): boolean {
  if (b === undefined || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

function topKOf(entries: readonly Entry[]): BatchTopK | null {
  const first = entries[0]!.row.topK;
  if (first === undefined) return null;
  let k = 0;
  let excluded = 0;
  for (const { row } of entries) {
    k = Math.max(k, row.topK!.k);
    excluded += row.topK!.exclude?.length ?? 0;
  }
  const exclude = new Int32Array(excluded);
  const offsets = new Int32Array(entries.length + 1);
  entries.forEach(({ row }, i) => {
    const list = row.topK!.exclude;
    if (list !== undefined) exclude.set(list, offsets[i]!);
    offsets[i + 1] = offsets[i]! + (list?.length ?? 0);
  });
  return { output: first.output, k, exclude, offsets };
}

const cancelled = () => new ScoregraphError('CANCELLED', 'The caller went away.');
const late = (model: string, version: number) =>
  new ScoregraphError('DEADLINE_EXCEEDED', `${model} could not answer before the deadline.`, { model, version });
const notFinite = (model: string, version: number) =>
  new ScoregraphError('INVALID_FEATURES', `${model} answered no finite number for this row.`, {
    model,
    version,
    reason: 'NON_FINITE_OUTPUT',
  });
