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
  /** Whose share of the queue it is counted in; null: shares are not counted. */
  holder: Holder | null = null;

  constructor(
    readonly row: Row,
    readonly hash: number,
    readonly enqueuedAt: number,
    waiter: Waiter,
  ) {
    this.waiters = waiter;
  }

  /** Who asked for it first. */
  get principal(): string {
    let waiter = this.waiters;
    while (waiter.next !== null) waiter = waiter.next;
    return waiter.context.principal;
  }
}

/** As many are simply looked through; more are hashed. Of many versions most have few rows open at a time. */
const FEW = 8;
const BUCKETS = 64;

/**
 * Computations that are not answered yet, by hash: where identical rows find each other. A hash table of our own, chained through
 * the entries: a Map that grows and shrinks with every batch would keep all that was ever in it until the next full collection
 * (see core/slots).
 */
export class OpenRows {
  /** All of them, while they are few. */
  #first: Entry | null = null;
  #buckets: (Entry | null)[] | null = null;
  #size = 0;

  find(hash: number, row: Row): Entry | null {
    let entry = this.#chain(hash);
    while (entry !== null && !(entry.hash === hash && sameRow(entry.row, row))) entry = entry.next;
    return entry;
  }

  add(entry: Entry): void {
    if (this.#size >= (this.#buckets === null ? FEW : 2 * this.#buckets.length)) this.#grow();
    this.#size++;
    this.#link(entry);
  }

  /** Takes an entry out; nothing happens when it is not in. */
  remove(entry: Entry): void {
    let before: Entry | null = null;
    let here = this.#chain(entry.hash);
    while (here !== null && here !== entry) {
      before = here;
      here = here.next;
    }
    if (here === null) return;
    if (before === null) this.#begin(entry.hash, entry.next);
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
    for (let entry of this.#buckets ?? [this.#first]) {
      for (; entry !== null; entry = entry.next) all.push(entry);
    }
    return all;
  }

  #chain(hash: number): Entry | null {
    return this.#buckets === null ? this.#first : this.#buckets[hash & (this.#buckets.length - 1)]!;
  }

  #begin(hash: number, entry: Entry | null): void {
    if (this.#buckets === null) this.#first = entry;
    else this.#buckets[hash & (this.#buckets.length - 1)] = entry;
  }

  #link(entry: Entry): void {
    entry.next = this.#chain(entry.hash);
    this.#begin(entry.hash, entry);
  }

  #grow(): void {
    const all = this.list();
    this.#first = null;
    this.#buckets = new Array(this.#buckets === null ? BUCKETS : this.#buckets.length * 4).fill(null);
    for (const entry of all) this.#link(entry);
  }
}

/** While both priorities wait, one row in this many belongs to bulk: it moves on under any load. */
const BULK_SHARE = 8;

/** Is told of each row that is taken out, and says whether it goes into the batch. */
export interface Taker {
  wanted(entry: Entry, now: number): boolean;
}

/** Two first-in-first-out queues: interactive goes first, bulk keeps its share. */
export class PriorityQueue {
  readonly #interactive = new Fifo();
  /** Until it gets one: null. */
  #bulk: Fifo | null = null;

  get size(): number {
    return this.#interactive.size + (this.#bulk?.size ?? 0);
  }
  push(entry: Entry, priority: RowContext['priority']): void {
    if (priority === 'bulk') {
      this.#bulk ??= new Fifo();
      this.#bulk.push(entry);
    } else this.#interactive.push(entry);
  }
  oldest(): number {
    const first = this.#interactive.head()?.enqueuedAt ?? Number.POSITIVE_INFINITY;
    const bulk = this.#bulk?.head()?.enqueuedAt ?? Number.POSITIVE_INFINITY;
    return first < bulk ? first : bulk;
  }
  /** All rows, in no order. */
  list(): Entry[] {
    const all = this.#interactive.list();
    if (this.#bulk !== null) all.push(...this.#bulk.list());
    return all;
  }
  clear(): void {
    this.#interactive.clear();
    this.#bulk = null;
  }
  /** Drops what nobody waits for any more. */
  compact(): void {
    this.#interactive.compact();
    this.#bulk?.compact();
  }
  /** Moves up to `count` entries that the taker wants into `out`; others are dropped on the way. */
  take(count: number, out: Entry[], taker: Taker, now: number): void {
    const bulk = this.#bulk;
    if (bulk === null || bulk.size === 0) return this.#interactive.take(count, out, taker, now);
    const reserved = Math.min(bulk.size, Math.max(1, Math.floor(count / BULK_SHARE)));
    this.#interactive.take(count - reserved, out, taker, now);
    bulk.take(count - out.length, out, taker, now);
    this.#interactive.take(count - out.length, out, taker, now);
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
  list(): Entry[] {
    const all: Entry[] = [];
    for (let entry = this.#first; entry !== null; entry = entry.behind) all.push(entry);
    return all;
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
  take(count: number, out: Entry[], taker: Taker, now: number): void {
    for (let left = count; left > 0 && this.size > 0; ) {
      const entry = this.#shift();
      if (!taker.wanted(entry, now)) continue;
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
