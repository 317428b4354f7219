import type { Clock } from '../../../core/clock.js';
import { messageOf, ScoregraphError } from '../../../core/errors.js';
import type { Logger } from '../../../core/logger.js';
import type { Counter, Gauge, Metrics } from '../../../core/metrics.js';
import type { RowContext } from '../../../core/predictions.js';
import type { Asker, AuditAction, AuditEntry, AuditLog, AuditPage, AuditRefusal, AuditSelection } from '../../audit.js';
import { ReadThread } from '../read-thread.js';
import { Backlog, type Batch, MAX_TAPES } from './backlog.js';
import { readAuditPage } from './page.js';
import { AuditWriterThread } from './writer-thread.js';

const FLUSH_MS = 1_000;
const SWEEP_MS = 60_000;
const SWEEP_SLICE = 2_000;
const FORGET_SLICE = 2_000;
const DAY_MS = 86_400_000;
const CLOSE_MS = 5_000;

export interface AuditOptions {
  readonly file: string;
  /** Passphrase of the file, as of the data file; absent: it is not encrypted. */
  readonly key?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** How long entries are kept; 0: for ever. */
  readonly days: number;
}

/** The audit in a file of its own, behind a thread of its own: the event log's commits do not wait for it. See docs/audit.md. */
export class EmbeddedAuditLog implements AuditLog {
  readonly #options: AuditOptions;
  readonly #writer: AuditWriterThread;
  readonly #reader: ReadThread;
  readonly #backlog: Backlog;
  /** A batch that was not written is tried again. */
  #failed: Batch | null = null;
  readonly #written: Counter;
  readonly #writable: Gauge;
  #isWritable = true;
  #sending: Promise<boolean> | null = null;
  readonly #timers: NodeJS.Timeout[];

  /** Opens the file with the first write, at once. A file that cannot be had stops nobody: it is tried again, and what is lost is counted. */
  constructor(options: AuditOptions) {
    this.#options = options;
    const { metrics } = options;
    this.#writer = new AuditWriterThread(options.file, options.key ?? null);
    this.#reader = new ReadThread(options.file, options.key ?? null, options.clock, 'audit entries');
    this.#backlog = new Backlog(metrics);
    this.#written = metrics.counter('scoregraph_audit_written_total', 'What the audit has written down.');
    this.#writable = metrics.gauge('scoregraph_audit_writable', '1 while the audit file takes what it is given.');
    this.#writable.set(1);
    this.#timers = [setInterval(() => void this.#send(), FLUSH_MS), setInterval(() => void this.sweep(), SWEEP_MS)];
    for (const timer of this.#timers) timer.unref();
    void this.#send(true); // makes the file, or says at once that it cannot
  }

  asked(
    asker: Asker,
    kind: 'QUESTION' | 'READING',
    model: string,
    version: number,
    entity: string,
    at: number,
    predictionId: string | null,
  ): void {
    if (asker.door === undefined) return;
    if (this.#backlog.asked(asker, asker.door, kind, model, version, entity, at, predictionId)) void this.#send();
  }

  acted(action: AuditAction): void {
    this.#backlog.acted(action, this.#options.clock.now());
  }

  refused(refusal: AuditRefusal): void {
    this.#backlog.refused(refusal, this.#options.clock.now());
  }

  async flush(): Promise<boolean> {
    while (this.#sending !== null) await this.#sending;
    // What comes meanwhile is others': no more rounds than there may be tapes.
    for (let round = 0; round <= MAX_TAPES + 1 && this.#waiting(); round++) {
      if (!(await this.#send())) return false;
    }
    return true;
  }

  async page(
    selection: AuditSelection,
    page: AuditPage,
    turn: Pick<RowContext, 'deadline' | 'signal'>,
  ): Promise<AuditEntry[]> {
    await this.flush();
    await this.#writer.send({ kind: 'settle', now: this.#options.clock.now() });
    return readAuditPage((sql, args) => this.#reader.read(sql, args, turn), selection, page);
  }

  async forget(entity: string): Promise<number> {
    if (!(await this.flush())) throw unavailable('what waits may name customers, and cannot be written.');
    for (let total = 0; ; ) {
      const answer = await this.#writer.send({
        kind: 'forget',
        entity,
        slice: FORGET_SLICE,
        now: this.#options.clock.now(),
      });
      if (!answer.ok) throw unavailable(answer.error.message);
      total += answer.count;
      if (!answer.more) return total;
    }
  }

  /** Makes entries of a minute that is over, and deletes what is older than it may be, in small bites between the writes. Runs by itself once a minute. */
  async sweep(): Promise<void> {
    const { days, clock, logger } = this.#options;
    const before = days === 0 ? Number.MIN_SAFE_INTEGER : clock.now() - days * DAY_MS;
    for (;;) {
      const answer = await this.#writer.send({ kind: 'sweep', before, slice: SWEEP_SLICE, now: clock.now() });
      if (!answer.ok) return logger.warn({ error: answer.error.message }, 'Old audit entries could not be deleted.');
      if (!answer.more) return;
    }
  }

  /** Writes what waits, for at most a few seconds, and closes the file. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    let timer: NodeJS.Timeout | undefined;
    const overdue = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), CLOSE_MS);
    });
    if (!(await Promise.race([this.flush(), overdue])))
      this.#options.logger.error({}, 'The last audit entries could not be written: they are lost.');
    clearTimeout(timer);
    await this.#reader.close();
    await this.#writer.close();
  }

  #waiting(): boolean {
    return this.#failed !== null || !this.#backlog.isEmpty;
  }

  /** Writes one batch: the one that failed before, or what waits. @returns whether it is on disk. One at a time. */
  #send(opens = false): Promise<boolean> {
    if (this.#sending !== null) return this.#sending;
    if (!opens && !this.#waiting() && this.#isWritable) return Promise.resolve(true);
    const sending = this.#write(this.#failed ?? this.#backlog.take()).catch((error) => {
      this.#options.logger.error({ error: messageOf(error) }, 'The audit failed unexpectedly.');
      return false;
    });
    this.#sending = sending;
    void sending.then((written) => {
      this.#sending = null;
      if (written && this.#backlog.hasFullTape) void this.#send();
    });
    return sending;
  }

  async #write(batch: Batch): Promise<boolean> {
    const questions = batch.tape?.count ?? 0;
    const answer = await this.#writer.send({ kind: 'write', tape: batch.tape, rows: batch.rows });
    if (answer.ok) {
      this.#failed = null;
      if (answer.tape !== null) this.#backlog.giveBack(answer.tape);
      this.#written.add(questions + batch.rows.reduce((sum, { count }) => sum + count, 0));
      this.#nowWritable(null);
      return true;
    }
    if (batch.tape !== null && answer.tape === null)
      this.#backlog.lose('questions', questions, this.#options.clock.now()); // the thread died with it
    batch.tape = answer.tape;
    this.#failed = batch;
    this.#nowWritable(answer.error);
    return false;
  }

  #nowWritable(error: Error | null): void {
    const writable = error === null;
    if (writable === this.#isWritable) return;
    this.#isWritable = writable;
    this.#writable.set(Number(writable));
    const { logger } = this.#options;
    if (writable) logger.info({}, 'The audit is written again.');
    else
      logger.error(
        { error: error.message },
        'The audit cannot be written; the server goes on, and counts what is lost.',
      );
  }
}

const unavailable = (why: string) =>
  new ScoregraphError('STORAGE_UNAVAILABLE', `The audit could not forget: ${why}`, { reason: 'FAILED' });
