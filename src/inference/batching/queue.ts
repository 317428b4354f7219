import type { RowContext } from '../../core/predictions.js';
import type { Row, RowResult } from '../ports.js';
import { sameRow } from './rows.js';
import type { Holder } from './shares.js';

/** One caller's claim on a computation. */
export class Waiter {
  open = true;
  /** The next caller who claims the same computation. */
  next: Waiter | null = null;

  constructor(
    readonly context: RowContext,
    readonly resolve: (result: RowResult) => void,
    readonly reject: (error: Error) => void,
  ) {}
}

/** One computation: identical rows in flight share it. */
export class Entry {
  /** Who waits for it, the newest first. */
  waiters: Waiter;
  /** Waiters still open; at 0 the row is not computed any more. */
  open = 1;
  /** Counted in the queue's length, and in its holder's rows. */
  queued = true;
  /** The next one in its bucket of the open rows. */
  next: Entry | null = null;
  /** The one behind it in its queue. */
  behind: Entry | null = null;

  constructor(
    readonly row: Row,
    readonly hash: number,
    readonly enqueuedAt: number,
    waiter: Waiter,
    /** Who brought it. */
    readonly holder: Holder,
  ) {
    this.waiters = waiter;
  }
}

/** At first; of many versions most have few rows open at a time, and what is small stays near the processor. */
const BUCKETS = 8;

/**
 * Computations that are not answered yet, by hash: where identical rows find each other. A hash table of our own, chained through
 * the entries: a Map that grows and shrinks with every batch would keep all that was ever in it until the next full collection
 * (see core/slots).
 */
export class OpenRows {
  #buckets: (Entry | null)[] = new Array(BUCKETS).fill(null);
  #size = 0;

  find(hash: number, row: Row): Entry | null {
    let entry = this.#buckets[hash & (this.#buckets.length - 1)] ?? null;
    while (entry !== null && !(entry.hash === hash && sameRow(entry.row, row))) entry = entry.next;
    return entry;
  }

  add(entry: Entry): void {
    if (this.#size >= 2 * this.#buckets.length) this.#grow();
    this.#size++;
    this.#link(entry);
  }

  /** Takes an entry out; nothing happens when it is not in. */
  remove(entry: Entry): void {
    const at = entry.hash & (this.#buckets.length - 1);
    let before: Entry | null = null;
    let here = this.#buckets[at] ?? null;
    while (here !== null && here !== entry) {
      before = here;
      here = here.next;
    }
    if (here === null) return;
    if (before === null) this.#buckets[at] = entry.next;
    else before.next = entry.next;
    entry.next = null;
    this.#size--;
  }

  get size(): number {
    return this.#size;
  }

  /** All of them as they are now; they may be removed meanwhile. */
  list(): Entry[] {
    const all: Entry[] = [];
    for (let entry of this.#buckets) {
      for (; entry !== null; entry = entry.next) all.push(entry);
    }
    return all;
  }

  #link(entry: Entry): void {
    const at = entry.hash & (this.#buckets.length - 1);
    entry.next = this.#buckets[at] ?? null;
    this.#buckets[at] = entry;
  }

  #grow(): void {
    const all = this.list();
    this.#buckets = new Array(this.#buckets.length * 4).fill(null);
    for (const entry of all) this.#link(entry);
  }
}

/** While both priorities wait, one row in this many belongs to bulk: it moves on under any load. */
const BULK_SHARE = 8;

/** Two first-in-first-out queues: interactive goes first, bulk keeps its share. */
export class PriorityQueue {
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
  clear(): void {
    this.#interactive.clear();
    this.#bulk.clear();
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

/** Linked through its entries: a queue takes no memory of its own, and keeps nothing that has left it. */
class Fifo {
  size = 0;
  #first: Entry | null = null;
  #last: Entry | null = null;

  push(entry: Entry): void {
    if (this.#last === null) this.#first = entry;
    else this.#last.behind = entry;
    this.#last = entry;
    this.size++;
  }
  head(): Entry | null {
    return this.#first;
  }
  clear(): void {
    while (this.size > 0) this.#shift();
  }
  compact(): void {
    for (let left = this.size; left > 0; left--) {
      const entry = this.#shift();
      if (entry.open > 0) this.push(entry);
    }
  }
  take(count: number, out: Entry[], wanted: (entry: Entry) => boolean): void {
    for (let left = count; left > 0 && this.size > 0; ) {
      const entry = this.#shift();
      if (!wanted(entry)) continue;
      out.push(entry);
      left--;
    }
  }

  #shift(): Entry {
    const entry = this.#first!;
    this.#first = entry.behind;
    if (this.#first === null) this.#last = null;
    entry.behind = null;
    this.size--;
    return entry;
  }
}
