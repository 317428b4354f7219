/** How many rows of one caller wait in a queue. */
export interface Holder {
  readonly principal: string;
  rows: number;
}

/** A row that may wait. */
interface Waiting {
  readonly queued: boolean;
  /** Who brought it. */
  readonly principal: string;
  holder: Holder | null;
}

/** A caller may hold as many rows as this times what is still free. */
const GREED = 4;
/** Holders remembered; beyond it those that hold nothing are forgotten. */
const MAX_HOLDERS = 1_024;

/**
 * Who holds how much of a queue, so that one caller cannot fill it. What a caller may hold shrinks as the queue fills: four times what is
 * free (the "dynamic threshold" that network switches share their memory by). Alone a caller gets four fifths; of several greedy ones each
 * gets the same, and there is always room for one who has little: who holds most is refused first. While half of a queue is free nobody
 * can hold too much, and nothing has to be counted.
 */
export class Shares {
  readonly #holders = new Map<string, Holder>();
  /** Rows of one request come one after the other. */
  #latest: Holder = { principal: '', rows: 0 };

  /** Of rows that wait, where nobody counted before. */
  static counted(rows: readonly Waiting[]): Shares {
    const shares = new Shares();
    for (const row of rows) if (row.queued) shares.count(row);
    return shares;
  }

  /** Counts a row to who brought it. Whoever takes it out of the queue counts it off. */
  count(row: Waiting): void {
    row.holder = this.of(row.principal);
    row.holder.rows++;
  }

  /** The holder of a caller's rows. */
  of(principal: string): Holder {
    if (this.#latest.principal === principal) return this.#latest;
    let holder = this.#holders.get(principal);
    if (holder === undefined) {
      if (this.#holders.size >= MAX_HOLDERS) this.#forget();
      holder = { principal, rows: 0 };
      this.#holders.set(principal, holder);
    }
    this.#latest = holder;
    return holder;
  }

  /** Whether a holder may add a row to a queue with so much room left. */
  mayAdd(holder: Holder, free: number): boolean {
    return holder.rows < GREED * free;
  }

  #forget(): void {
    for (const [principal, { rows }] of this.#holders) if (rows === 0) this.#holders.delete(principal);
  }
}
