export type Decision = 'APPROVE' | 'REVIEW' | 'DECLINE';
export const DECISIONS: readonly Decision[] = ['APPROVE', 'REVIEW', 'DECLINE'];

/** A scored payment as the page keeps it. */
export interface Payment {
  readonly transactionId: string;
  readonly customerId: string | null;
  readonly merchant: string;
  readonly category: string;
  readonly amount: string;
  readonly currency: string;
  readonly occurredAt: string;
  /** When it was scored, ms: where the charts put it. */
  readonly scoredAt: number;
  readonly simulated: boolean;
  /** Null where it could not be scored. */
  readonly probability: number | null;
  readonly decision: Decision | null;
}

/** A payment in the list: `number` counts all that came, from 1; those from before the page was opened count down from 0. */
export interface Row extends Payment {
  readonly number: number;
}

export interface RowFilter {
  /** Absent: all. */
  readonly decisions?: ReadonlySet<Decision> | undefined;
  /** Part of a customer, merchant or category. */
  readonly text?: string | undefined;
}

/** Rows kept of each decision, so that the rare ones are not pushed out by the common ones. */
const KEPT = 500;
/** While paused this many of each are kept; it is what a page can hold for hours at the demo's rate. */
const KEPT_PAUSED = 5_000;
/** After a pause, rows above `KEPT` go this many at a time, so that what was missed stays to be read. */
const SHED = 2;

/** Where a payment is kept: one that could not be scored was let pass. */
const rowsOf = ({ decision }: Payment): Decision => decision ?? 'APPROVE';

/**
 * The newest payments, bounded. The stream never stops: a pause only holds what is shown, and a filter only chooses from what
 * is kept, so that neither loses an event.
 */
export class Ticker {
  readonly #rows: Record<Decision, Row[]> = { APPROVE: [], REVIEW: [], DECLINE: [] };
  readonly #kept: number;
  readonly #keptPaused: number;
  #total = 0;
  #heldAt: number | null = null;
  #marked: { from: number; to: number } | null = null;
  #shed = 0;
  /** Ids of payments from before that may come once more, since they were being scored meanwhile. */
  #before = new Set<string>();

  constructor(kept = KEPT, keptPaused = KEPT_PAUSED) {
    this.#kept = kept;
    this.#keptPaused = keptPaused;
  }

  /** Payments that ever came. */
  get total(): number {
    return this.#total;
  }
  get paused(): boolean {
    return this.#heldAt !== null;
  }
  /** Payments that came since the pause began; 0 while it runs. */
  get waiting(): number {
    return this.#heldAt === null ? 0 : this.#total - this.#heldAt;
  }
  /** Of those that came during the last pause, how many had to make room (a very long pause). */
  get shed(): number {
    return this.#shed;
  }

  /** Nothing is kept yet. */
  get empty(): boolean {
    return DECISIONS.every((decision) => this.#rows[decision].length === 0);
  }

  /**
   * Puts payments from before the page was opened below all others; those that came by themselves meanwhile are left out.
   * @param payments newest first
   * @returns those that were taken
   */
  addBefore(payments: readonly Payment[]): Payment[] {
    const known = new Set(DECISIONS.flatMap((decision) => this.#rows[decision].map((row) => row.transactionId)));
    const taken = payments.filter(({ transactionId }) => !known.has(transactionId));
    this.#before = new Set(taken.map(({ transactionId }) => transactionId));
    taken.forEach((payment, i) => {
      this.#rows[rowsOf(payment)].unshift({ ...payment, number: -i });
    });
    return taken;
  }

  /** @returns false for a payment that is there from before, as it is */
  add(payment: Payment): boolean {
    if (this.#before.delete(payment.transactionId)) {
      const unscored = this.#rows.APPROVE.findIndex(
        ({ transactionId, decision }) => transactionId === payment.transactionId && decision === null,
      );
      if (unscored < 0) return false;
      this.#rows.APPROVE.splice(unscored, 1);
    }
    const rows = this.#rows[rowsOf(payment)];
    rows.push({ ...payment, number: ++this.#total });
    if (this.#heldAt === null) {
      for (let i = 0; i < SHED && rows.length > this.#kept; i++) rows.shift();
    } else if (rows.length > this.#keptPaused) {
      if (rows.shift()!.number > this.#heldAt) this.#shed++;
    }
    return true;
  }

  pause(): void {
    if (this.#heldAt !== null) return;
    this.#heldAt = this.#total;
    this.#shed = 0;
  }

  /** @returns how many came during the pause; `wasMissed` marks them from now on. */
  resume(): number {
    if (this.#heldAt === null) return 0;
    const missed = this.waiting;
    this.#marked = missed === 0 ? null : { from: this.#heldAt, to: this.#total };
    this.#heldAt = null;
    return missed;
  }

  /** Whether a row came during the last pause. */
  wasMissed({ number }: Row): boolean {
    return this.#marked !== null && number > this.#marked.from && number <= this.#marked.to;
  }

  /** The newest rows that pass, newest first: while paused, those from before the pause. */
  list(limit: number, { decisions, text }: RowFilter = {}): Row[] {
    const words = text?.trim().toLowerCase() ?? '';
    const wanted = DECISIONS.filter((decision) => decisions === undefined || decisions.has(decision));
    const passes = (row: Row) =>
      words === '' ||
      `${row.customerId ?? ''} ${row.merchant} ${row.category} ${row.transactionId}`.toLowerCase().includes(words);
    const places = new Map(wanted.map((decision) => [decision, this.#rows[decision].length - 1]));
    const found: Row[] = [];
    const newest = this.#heldAt ?? Number.POSITIVE_INFINITY;
    while (found.length < limit) {
      let next: Decision | null = null;
      let highest = Number.NEGATIVE_INFINITY;
      for (const [decision, place] of places) {
        const number = place < 0 ? highest : this.#rows[decision][place]!.number;
        if (number > highest) [next, highest] = [decision, number];
      }
      if (next === null) break;
      const row = this.#rows[next][places.get(next)!]!;
      places.set(next, places.get(next)! - 1);
      if (row.number <= newest && passes(row)) found.push(row);
    }
    return found;
  }
}
