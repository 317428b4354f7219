import type { Clock } from '../../../core/clock.js';
import { messageOf, ScoregraphError } from '../../../core/errors.js';
import type { Logger } from '../../../core/logger.js';
import type { Counter, Gauge, Metrics } from '../../../core/metrics.js';
import type { RowContext } from '../../../core/predictions.js';
import {
  type Asker,
  AUDIT_KINDS,
  type AuditAction,
  type AuditEntry,
  type AuditLog,
  type AuditPage,
  type AuditRefusal,
  type AuditSelection,
} from '../../audit.js';
import { ReadThread } from '../read-thread.js';
import { readAuditPage } from './page.js';
import type { PlainRow } from './protocol.js';
import { Tape, type WoundTape } from './tape.js';
import { AuditWriterThread } from './writer-thread.js';

const FLUSH_MS = 1_000;
const SWEEP_MS = 60_000;
const SWEEP_SLICE = 2_000;
const FORGET_SLICE = 2_000;
const DAY_MS = 86_400_000;
/** Full tapes that wait for the disk. */
const MAX_TAPES = 8;
/** Actions that wait; further ones are lost, and counted. */
const MAX_ACTIONS = 10_000;
/** Kinds of refusals that wait; further ones are lost, and counted. */
const MAX_REFUSALS = 1_000;
/** Longest id or address that is kept: longer ones are of nobody. */
const MAX_TEXT = 1_024;
const CLOSE_MS = 5_000;

const QUESTION = AUDIT_KINDS.indexOf('QUESTION');
const READING = AUDIT_KINDS.indexOf('READING');
const ACTION = AUDIT_KINDS.indexOf('ACTION');
const REFUSAL = AUDIT_KINDS.indexOf('REFUSAL');
const LOSS = AUDIT_KINDS.indexOf('LOSS');

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

/** What one transaction writes. A failed one stays, and is tried again. */
interface Batch {
  tape: WoundTape | null;
  rows: PlainRow[];
}

/** What could not be kept, until an entry says so. */
interface Lost {
  count: number;
  at: number;
  lastAt: number;
}

/** The audit in a file of its own, behind a thread of its own: the event log's commits do not wait for it. See docs/audit.md. */
export class EmbeddedAuditLog implements AuditLog {
  readonly #options: AuditOptions;
  readonly #writer: AuditWriterThread;
  readonly #reader: ReadThread;
  #tape = new Tape();
  /** Memory of tapes that came back. */
  #spare: Tape | null = null;
  readonly #full: WoundTape[] = [];
  #actions: PlainRow[] = [];
  #refusals = new Map<string, PlainRow>();
  #failed: Batch | null = null;
  readonly #lost = new Map<'questions' | 'actions' | 'refusals', Lost>();
  readonly #lostCounters: Readonly<Record<'questions' | 'actions' | 'refusals', Counter>>;
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
    const lost = (kind: string) =>
      metrics.counter('scoregraph_audit_lost_total', 'Audit entries that could not be kept.', { kind });
    this.#lostCounters = { questions: lost('questions'), actions: lost('actions'), refusals: lost('refusals') };
    this.#written = metrics.counter('scoregraph_audit_written_total', 'What the audit has written down.');
    this.#writable = metrics.gauge('scoregraph_audit_writable', '1 while the audit file takes what it is given.');
    this.#writable.set(1);
    this.#timers = [setInterval(() => void this.#send(), FLUSH_MS), setInterval(() => void this.sweep(), SWEEP_MS)];
    for (const timer of this.#timers) timer.unref();
    void this.#send(true); // makes the file, or says at once that it cannot
  }

  asked(
    { principal, door }: Asker,
    kind: 'QUESTION' | 'READING',
    model: string,
    version: number,
    entity: string,
    at: number,
    predictionId: string | null,
  ): void {
    if (door === undefined) return;
    const number = kind === 'QUESTION' ? QUESTION : READING;
    if (this.#tape.add(principal, door, number, model, version, entity, at, predictionId)) return;
    const kept = this.#turn() && this.#tape.add(principal, door, number, model, version, entity, at, predictionId);
    if (kept) void this.#send();
    else this.#lose('questions', 1);
  }

  acted(action: AuditAction): void {
    if (this.#actions.length >= MAX_ACTIONS) return this.#lose('actions', 1);
    const { principal, door, operation, outcome, detail } = action;
    const at = this.#options.clock.now();
    this.#actions.push({
      caller: [ACTION, principal, door, operation, '', 0, outcome],
      at,
      lastAt: at,
      count: 1,
      entity: kept(action.entity),
      erased: action.erased ?? false,
      trace: action.traceId,
      remote: kept(action.remote),
      detail: detail == null ? null : JSON.stringify(detail),
      counted: false,
    });
  }

  refused({ principal, door, operation, outcome, traceId, remote }: AuditRefusal): void {
    const at = this.#options.clock.now();
    const caller = [REFUSAL, principal ?? '', door, operation, '', 0, outcome] as const;
    const key = JSON.stringify([caller, remote ?? null]);
    const known = this.#refusals.get(key);
    if (known === undefined && this.#refusals.size >= MAX_REFUSALS) return this.#lose('refusals', 1);
    this.#refusals.set(key, {
      caller,
      at: known?.at ?? at,
      lastAt: at,
      count: (known?.count ?? 0) + 1,
      entity: null,
      erased: false,
      trace: known?.trace ?? traceId ?? null,
      remote: kept(remote),
      detail: null,
      counted: true,
    });
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
    await this.#writer.send({ kind: 'settle' });
    return readAuditPage((sql, args) => this.#reader.read(sql, args, turn), selection, page);
  }

  async forget(entity: string): Promise<number> {
    if (!(await this.flush())) throw unavailable('what waits may name customers, and cannot be written.');
    for (let total = 0; ; ) {
      const answer = await this.#writer.send({ kind: 'forget', entity, slice: FORGET_SLICE });
      if (!answer.ok) throw unavailable(answer.error.message);
      total += answer.count;
      if (answer.count < FORGET_SLICE) return total;
    }
  }

  /** Makes entries of a minute that is over, and deletes what is older than it may be, in small bites between the writes. Runs by itself once a minute. */
  async sweep(): Promise<void> {
    const { days, clock, logger } = this.#options;
    const before = days === 0 ? Number.MIN_SAFE_INTEGER : clock.now() - days * DAY_MS;
    for (;;) {
      const answer = await this.#writer.send({ kind: 'sweep', before, slice: SWEEP_SLICE });
      if (!answer.ok) return logger.warn({ error: answer.error.message }, 'Old audit entries could not be deleted.');
      if (answer.count < SWEEP_SLICE) return;
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
    return (
      this.#failed !== null ||
      this.#full.length > 0 ||
      this.#tape.count > 0 ||
      this.#actions.length > 0 ||
      this.#refusals.size > 0
    );
  }

  /** Begins a tape; the old one waits to be written. @returns false when too many wait. */
  #turn(): boolean {
    if (this.#full.length >= MAX_TAPES) return false;
    this.#full.push(this.#tape.wind());
    this.#tape = this.#spare ?? new Tape();
    this.#spare = null;
    return true;
  }

  /** Writes one batch: the one that failed before, or what waits. @returns whether it is on disk. One at a time. */
  #send(opens = false): Promise<boolean> {
    if (this.#sending !== null) return this.#sending;
    if (!opens && !this.#waiting() && this.#isWritable) return Promise.resolve(true);
    const sending = this.#write(this.#failed ?? this.#batch()).catch((error) => {
      this.#options.logger.error({ error: messageOf(error) }, 'The audit failed unexpectedly.');
      return false;
    });
    this.#sending = sending;
    void sending.then((written) => {
      this.#sending = null;
      if (written && this.#full.length > 0) void this.#send();
    });
    return sending;
  }

  #batch(): Batch {
    if (this.#full.length === 0 && this.#tape.count > 0) this.#turn();
    const rows = [...this.#actions, ...this.#refusals.values()];
    for (const [what, { count, at, lastAt }] of this.#lost) {
      const caller = [LOSS, '', '', what, '', 0, 'OK'] as const;
      rows.push({ ...NOTHING, caller, at, lastAt, count });
    }
    this.#actions = [];
    this.#refusals = new Map();
    this.#lost.clear();
    return { tape: this.#full.shift() ?? null, rows };
  }

  async #write(batch: Batch): Promise<boolean> {
    const questions = batch.tape?.count ?? 0;
    const answer = await this.#writer.send({ kind: 'write', tape: batch.tape, rows: batch.rows });
    if (answer.ok) {
      this.#failed = null;
      if (answer.tape !== null) this.#spare = new Tape(answer.tape);
      this.#written.add(questions + batch.rows.reduce((sum, { count }) => sum + count, 0));
      this.#nowWritable(null);
      return true;
    }
    if (batch.tape !== null && answer.tape === null) this.#lose('questions', questions); // the thread died with it
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

  #lose(what: 'questions' | 'actions' | 'refusals', count: number): void {
    this.#lostCounters[what].add(count);
    const now = this.#options.clock.now();
    const lost = this.#lost.get(what);
    if (lost === undefined) this.#lost.set(what, { count, at: now, lastAt: now });
    else {
      lost.count += count;
      lost.lastAt = now;
    }
  }
}

const NOTHING = { entity: null, erased: false, trace: null, remote: null, detail: null, counted: false } as const;

const kept = (text: string | null | undefined): string | null => (text == null || text.length > MAX_TEXT ? null : text);

const unavailable = (why: string) =>
  new ScoregraphError('STORAGE_UNAVAILABLE', `The audit could not forget: ${why}`, { reason: 'FAILED' });
