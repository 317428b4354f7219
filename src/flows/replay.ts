import type { Clock } from '../core/clock.js';
import { messageOf } from '../core/errors.js';
import { uuidv7 } from '../core/ids.js';
import type { Logger } from '../core/logger.js';
import type { RowContext } from '../core/predictions.js';
import type { HistoryKey, PredictionHistory, PredictionSelection } from '../data/ports.js';
import { type ComparedFigures, Comparison, compare } from './comparison.js';
import type { Rescoring } from './rescoring.js';

/** Predictions asked about at once. */
const CHUNK = 256;
/** Replays that are remembered, those that are over included. */
const MAX_JOBS = 50;
const MAX_RUNNING = 2;
const CHUNK_DEADLINE_MS = 60_000;
/** How often who watches is told. */
const WATCH_MS = 200;

export type ReplayStatus = 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
export interface ReplayWish {
  readonly model: string;
  readonly version: number;
  /** Milliseconds UTC; predictions made from `from` on, before `to`. */
  readonly from: number;
  readonly to: number;
}
/** A replay as it stands. */
export interface ReplayState extends ReplayWish {
  readonly id: string;
  readonly status: ReplayStatus;
  /** Why it failed; null where it did not. */
  readonly reason: string | null;
  /** Logged predictions in the range when it began, and how many of them were asked about. */
  readonly total: number;
  readonly done: number;
  readonly figures: ComparedFigures;
}

interface Job {
  readonly wish: ReplayWish;
  readonly id: string;
  readonly ending: AbortController;
  readonly comparison: Comparison;
  status: ReplayStatus;
  reason: string | null;
  total: number;
  done: number;
}

/**
 * What another version would have said: logged predictions asked about once more, over the vectors logged with them, in the background at
 * bulk priority. Replays live in memory: a restart ends them.
 */
export class Replays {
  readonly #history: PredictionHistory;
  readonly #rescoring: Rescoring;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #jobs = new Map<string, Job>();

  constructor(options: {
    readonly history: PredictionHistory;
    readonly rescoring: Rescoring;
    readonly clock: Clock;
    readonly logger: Logger;
  }) {
    this.#history = options.history;
    this.#rescoring = options.rescoring;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** Starts one; null: too many are running. */
  start(wish: ReplayWish): ReplayState | null {
    const running = [...this.#jobs.values()].filter(({ status }) => status === 'RUNNING').length;
    if (running >= MAX_RUNNING) return null;
    const job: Job = {
      ...{ wish, id: uuidv7(this.#clock.now()), ending: new AbortController(), comparison: new Comparison() },
      ...{ status: 'RUNNING', reason: null, total: 0, done: 0 },
    };
    this.#jobs.set(job.id, job);
    for (const [id, { status }] of this.#jobs)
      if (this.#jobs.size > MAX_JOBS && status !== 'RUNNING') this.#jobs.delete(id);
    void this.#run(job);
    return present(job);
  }

  /** A replay by id; null when it is not known (any more). */
  get(id: string): ReplayState | null {
    const job = this.#jobs.get(id);
    return job === undefined ? null : present(job);
  }

  /** Ends a replay that runs; answers it as it is then, null when it is not known. */
  cancel(id: string): ReplayState | null {
    const job = this.#jobs.get(id);
    if (job === undefined) return null;
    if (job.status === 'RUNNING') job.status = 'CANCELLED';
    job.ending.abort();
    return present(job);
  }

  /** A replay as it is, then each time it has moved, until it is over. */
  async *follow(id: string, signal: AbortSignal | undefined): AsyncGenerator<ReplayState> {
    for (let told = -1; ; ) {
      const replay = this.get(id);
      if (replay === null || signal?.aborted === true) return;
      if (replay.done !== told || replay.status !== 'RUNNING') yield replay;
      if (replay.status !== 'RUNNING') return;
      told = replay.done;
      await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
    }
  }

  /** Ends all of them. */
  close(): void {
    for (const id of this.#jobs.keys()) this.cancel(id);
  }

  async #run(job: Job): Promise<void> {
    const { wish, ending } = job;
    const { model, version, from, to } = wish;
    const selection = { models: [model], entities: null, from, to, minScore: null, decisions: null };
    try {
      job.total = await this.#count(selection, this.#turn(ending.signal));
      for (let after: HistoryKey | undefined; job.status === 'RUNNING'; ) {
        const context = this.#turn(ending.signal);
        const page = await this.#history.page(
          selection,
          { limit: CHUNK, newestFirst: false, ...(after === undefined ? {} : { after }) },
          context,
        );
        const records = page.map(({ record }) => record);
        await compare(this.#rescoring, records, { before: null, after: version }, context, job.comparison);
        job.done += page.length;
        const last = page.at(-1);
        if (last === undefined || page.length < CHUNK) break;
        after = { predictedAt: last.record.predictedAt, position: last.position };
      }
      if (job.status === 'RUNNING') job.status = 'COMPLETED';
    } catch (error) {
      if (job.status !== 'RUNNING') return; // it was cancelled, and that is why
      job.status = 'FAILED';
      job.reason = messageOf(error);
      this.#logger.warn({ model, version, error: job.reason }, 'A replay failed.');
    }
  }

  async #count(
    selection: PredictionSelection & { readonly from: number; readonly to: number },
    turn: RowContext,
  ): Promise<number> {
    const buckets = await this.#history.series(selection, selection.to - selection.from, turn);
    return buckets.reduce((sum, { count }) => sum + count, 0);
  }

  #turn(signal: AbortSignal): RowContext {
    const deadline = this.#clock.monotonic() + CHUNK_DEADLINE_MS;
    return { deadline, signal, priority: 'bulk', principal: 'replay', traceId: uuidv7(this.#clock.now()) };
  }
}

const present = ({ wish, id, status, reason, total, done, comparison }: Job): ReplayState => ({
  ...wish,
  ...{ id, status, reason, total: Math.max(total, done), done, figures: comparison.figures() },
});
