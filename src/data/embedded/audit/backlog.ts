import type { Counter, Metrics } from '../../../core/metrics.js';
import { type Asker, AUDIT_KINDS, type AuditAction, type AuditRefusal } from '../../audit.js';
import type { PlainRow } from './protocol.js';
import { Tape, type WoundTape } from './tape.js';

/** Full tapes that wait for the disk. */
export const MAX_TAPES = 8;
/** Actions that wait; further ones are lost, and counted. */
const MAX_ACTIONS = 10_000;
/** Kinds of refusals that wait; further ones are lost, and counted. */
const MAX_REFUSALS = 1_000;
/** Longest id or address that is kept: longer ones are of nobody. */
const MAX_TEXT = 1_024;

const QUESTION = AUDIT_KINDS.indexOf('QUESTION');
const READING = AUDIT_KINDS.indexOf('READING');
const ACTION = AUDIT_KINDS.indexOf('ACTION');
const REFUSAL = AUDIT_KINDS.indexOf('REFUSAL');
const LOSS = AUDIT_KINDS.indexOf('LOSS');

/** What one transaction writes. */
export interface Batch {
  tape: WoundTape | null;
  readonly rows: PlainRow[];
}

/** What could not be kept, until an entry says so. */
interface Lost {
  count: number;
  at: number;
  lastAt: number;
}
type LostKind = 'questions' | 'actions' | 'refusals';

/** What the audit was told and has not handed to the disk. Bounded: what does not fit is counted, and the count becomes an entry. */
export class Backlog {
  #tape = new Tape();
  /** Memory of tapes that came back. */
  #spare: Tape | null = null;
  readonly #full: WoundTape[] = [];
  #actions: PlainRow[] = [];
  #refusals = new Map<string, PlainRow>();
  readonly #lost = new Map<LostKind, Lost>();
  readonly #lostCounters: Readonly<Record<LostKind, Counter>>;

  constructor(metrics: Metrics) {
    const lost = (kind: string) =>
      metrics.counter('scoregraph_audit_lost_total', 'Audit entries that could not be kept.', { kind });
    this.#lostCounters = { questions: lost('questions'), actions: lost('actions'), refusals: lost('refusals') };
  }

  get isEmpty(): boolean {
    return !this.hasFullTape && this.#tape.count === 0 && this.#actions.length === 0 && this.#refusals.size === 0;
  }
  get hasFullTape(): boolean {
    return this.#full.length > 0;
  }

  /** Called for every prediction: bytes on a tape. @returns whether that tape was the next: the one before should not wait for the clock. */
  asked(
    { principal }: Asker,
    door: string,
    kind: 'QUESTION' | 'READING',
    model: string,
    version: number,
    entity: string,
    at: number,
    predictionId: string | null,
  ): boolean {
    const number = kind === 'QUESTION' ? QUESTION : READING;
    if (this.#tape.add(principal, door, number, model, version, entity, at, predictionId)) return false;
    const kept = this.#turn() && this.#tape.add(principal, door, number, model, version, entity, at, predictionId);
    if (!kept) this.lose('questions', 1, at);
    return kept;
  }

  acted(action: AuditAction, at: number): void {
    if (this.#actions.length >= MAX_ACTIONS) return this.lose('actions', 1, at);
    const { principal, door, operation, outcome, detail } = action;
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

  refused({ principal, door, operation, outcome, traceId, remote }: AuditRefusal, at: number): void {
    const caller = [REFUSAL, principal ?? '', door, operation, '', 0, outcome] as const;
    const key = JSON.stringify([caller, remote ?? null]);
    const known = this.#refusals.get(key);
    if (known === undefined && this.#refusals.size >= MAX_REFUSALS) return this.lose('refusals', 1, at);
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

  lose(what: LostKind, count: number, at: number): void {
    this.#lostCounters[what].add(count);
    const lost = this.#lost.get(what);
    if (lost === undefined) this.#lost.set(what, { count, at, lastAt: at });
    else {
      lost.count += count;
      lost.lastAt = at;
    }
  }

  /** Takes out the oldest tape, and everything else that waits. */
  take(): Batch {
    if (!this.hasFullTape && this.#tape.count > 0) this.#turn();
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

  /** The memory of a tape that was written may be used again. */
  giveBack(tape: WoundTape): void {
    this.#spare = new Tape(tape);
  }

  /** Begins a tape; the old one waits to be written. @returns false when too many wait. */
  #turn(): boolean {
    if (this.#full.length >= MAX_TAPES) return false;
    this.#full.push(this.#tape.wind());
    this.#tape = this.#spare ?? new Tape();
    this.#spare = null;
    return true;
  }
}

const NOTHING = { entity: null, erased: false, trace: null, remote: null, detail: null, counted: false } as const;

const kept = (text: string | null | undefined): string | null => (text == null || text.length > MAX_TEXT ? null : text);
