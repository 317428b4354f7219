import type { Hash } from 'node:crypto';
import { csvRows, parseTime } from './csv.js';
import type { DataQuality } from './quality.js';

/** One payment of the file that can be right. */
export interface PaymentRow {
  /** As the file writes it. */
  readonly timestamp: string;
  readonly occurredAt: number;
  readonly customerId: string;
  readonly merchant: string;
  readonly category: string;
  readonly amountMinor: number;
  /** 1 fraud, 0 legitimate. */
  readonly fraud: number;
}

const BAD_TIME = 'left out: no such time';
const BAD_AMOUNT = 'left out: amount out of range';
const BAD_LABEL = 'left out: neither fraud nor legitimate';
const NO_CARD = 'left out: no card';
const LATE = 'left out: earlier than the payment before';
const REPEATED = 'left out: trans_id seen before';
/** Why a row is left out. */
export const LEFT_OUT = [BAD_TIME, BAD_AMOUNT, BAD_LABEL, NO_CARD, LATE, REPEATED] as const;

/**
 * Streams the payments of a file (`trans_id, timestamp, customer_id, merchant, category, amt, is_fraud`, in any order of the columns).
 * Rows that cannot be right are left out and counted in `quality`, with the first of each kind. `hash` takes in the file.
 * @throws Error naming file and column when one is missing, and file and line when a row is broken or the file cut off.
 */
export async function* paymentRows(path: string, quality: DataQuality, hash?: Hash): AsyncGenerator<PaymentRow> {
  const columns = ['trans_id', 'timestamp', 'customer_id', 'merchant', 'category', 'amt', 'is_fraud'] as const;
  const ids = new SeenIds();
  let row = 0;
  let last = Number.NEGATIVE_INFINITY;
  let to = '';
  for await (const [id, timestamp, customerId, merchant, category, amt, isFraud] of csvRows(path, columns, hash)) {
    row++;
    quality.row();
    const leaveOut = (why: (typeof LEFT_OUT)[number], expected: string, got: string) =>
      quality.note(why, `payment ${row}: expected ${expected}, got ${JSON.stringify(got.slice(0, 40))}`);
    const occurredAt = parseTime(timestamp);
    const amountMinor = Math.round(Number(amt) * 100);
    if (Number.isNaN(occurredAt)) leaveOut(BAD_TIME, 'a time such as "2019-01-01 00:00:58"', timestamp);
    else if (!(amountMinor > 0 && amountMinor < 1e9))
      leaveOut(BAD_AMOUNT, 'an amount above 0 and below 10,000,000', amt);
    else if (isFraud !== '0' && isFraud !== '1') leaveOut(BAD_LABEL, 'is_fraud to be 0 or 1', isFraud);
    else if (customerId === '') leaveOut(NO_CARD, 'a customer_id', customerId);
    else if (occurredAt < last) leaveOut(LATE, `payments in time order, a time from ${to} on`, timestamp);
    else if (!ids.add(id)) leaveOut(REPEATED, 'a trans_id of its own', id);
    else {
      last = occurredAt;
      to = timestamp;
      yield { timestamp, occurredAt, customerId, merchant, category, amountMinor, fraud: Number(isFraud) };
    }
  }
}

/**
 * Ids that were seen, as 53-bit hashes in one flat table: 16 to 32 bytes an id, where a Set of strings takes over 100. That any
 * two ids of two million share a hash, and one payment is left out for nothing, has a chance of 2 in 10,000.
 */
export class SeenIds {
  #table = new Float64Array(1 << 16);
  #size = 0;

  /** Takes an id in. @returns false when it was there already. */
  add(id: string): boolean {
    if (this.#size * 2 >= this.#table.length) this.#grow();
    if (!put(this.#table, hashOf(id))) return false;
    this.#size++;
    return true;
  }

  #grow(): void {
    const larger = new Float64Array(this.#table.length * 2);
    for (const hash of this.#table) if (hash !== 0) put(larger, hash);
    this.#table = larger;
  }
}

/** A whole number from 1 to 2^53 (cyrb53); 0 marks an empty place. */
function hashOf(id: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    a = Math.imul(a ^ code, 2_654_435_761);
    b = Math.imul(b ^ code, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return (b & 0x1fffff) * 2 ** 32 + (a >>> 0) + 1;
}

/** Writes a hash to the first free place from its own on. @returns false when it is there already. */
function put(table: Float64Array, hash: number): boolean {
  const mask = table.length - 1;
  let place = (hash % 2 ** 32) & mask;
  for (; table[place] !== 0; place = (place + 1) & mask) if (table[place] === hash) return false;
  table[place] = hash;
  return true;
}
