import { createHash, type Hash } from 'node:crypto';
import { join } from 'node:path';
import {
  applyPayment,
  type CustomerState,
  emptyCustomer,
  isKnownCategory,
  setBirthDate,
} from '../features/customer-state.js';
import { FRAUD_FEATURES, fraudVector } from '../features/fraud-features.js';
import type { Progress } from './artifacts.js';
import { csvRows, dataFile, parseDate } from './csv.js';
import { type KnownData, statedSource, type TrainedOn, trainedOn } from './data-source.js';
import { LEFT_OUT, paymentRows } from './payment-rows.js';
import { DataQuality } from './quality.js';

const WIDTH = FRAUD_FEATURES.features.length;
const TRAIN_UNTIL = Date.UTC(2020, 3, 1);
const VALIDATE_UNTIL = Date.UTC(2020, 5, 21);
const PERIODS = ['training (before 2020-04-01)', 'validation (to 2020-06-20)', 'test (from 2020-06-21)'] as const;
/** Rows of the whole file, for the progress bar only. */
const USUAL_ROWS = 1_876_852;
/** More rows left out than this share, and it is another kind of file, or a spoilt one. */
const MOST_LEFT_OUT = 0.01;
/** More payments of unknown categories than this share, and the model would learn next to nothing of categories. */
const MOST_UNKNOWN = 0.5;
/** What the shipped version was trained on. */
export const SPARKOV: KnownData = {
  name: 'card-transactions (simulated, Sparkov)',
  licence: 'output of the MIT-licensed Sparkov generator',
  url: 'https://github.com/namebrandon/Sparkov_Data_Generation',
  notes:
    'Simulated. Known artefacts: merchants are drawn at random inside a category, position carries no signal, and on a card’s fraud days every transaction is fraud.',
  sha256: {
    'transactions.csv': '6b299a6cb527fd85251bc6a5844409c3a9c5911cdcc88607a3f14b8ccd2b0296',
    'customers.csv': 'db1382d1e1eb14ada5b99a6099cc0970d86edb5453574d4c031c54ff5b51879a',
  },
};
const UNKNOWN_CARD = 'kept: card not among the customers';
const UNKNOWN_CATEGORY = 'kept: unknown category';

/** Rows of one period: `fraud@1` vectors (row-major) and labels (1 fraud, 0 legitimate). */
export interface FraudRows {
  readonly x: Float32Array;
  readonly y: Uint8Array;
}
/** The payments split by time, and what was read. */
export interface FraudData {
  readonly train: FraudRows;
  readonly validation: FraudRows;
  readonly test: FraudRows;
  /** Payments of all three. */
  readonly rows: number;
  /** Times of the first and the last payment as the file writes them. */
  readonly from: string;
  readonly to: string;
  /** Time of the last payment that was trained on. */
  readonly trainedTo: string;
  readonly on: TrainedOn;
  readonly quality: DataQuality;
}

/** Probabilities from which a payment is reviewed or declined. */
export interface Thresholds {
  readonly review: number;
  readonly decline: number;
}

/** Rows of one period while they arrive. */
class Growing {
  x = new Float32Array(WIDTH * 65_536);
  y = new Uint8Array(65_536);
  rows = 0;

  /** Makes room for one more vector, which may replace `x`. @returns the offset at which it is to be written. */
  reserve(): number {
    if ((this.rows + 1) * WIDTH > this.x.length) {
      const x = new Float32Array(this.x.length * 2);
      x.set(this.x);
      this.x = x;
      const y = new Uint8Array(this.y.length * 2);
      y.set(this.y);
      this.y = y;
    }
    return this.rows * WIDTH;
  }
  finished(): FraudRows {
    return { x: this.x.subarray(0, this.rows * WIDTH), y: this.y.subarray(0, this.rows) };
  }
}

/**
 * Replays the payments of `<dataDir>/card-transactions` in time order through the serving features: each vector is
 * taken from the card's state before its payment. Rows that cannot be right are left out and counted (`payment-rows.ts`).
 * Memory: the vectors (116 bytes a payment), the ids (at most 32) and the cards' states; no row is kept.
 * @throws Error naming the file and what is wrong with it: a missing column or a cut-off file, more rows that cannot be right than
 * `MOST_LEFT_OUT`, more unknown categories than `MOST_UNKNOWN`, or the period that lacks frauds or legitimate payments.
 */
export async function replayPayments(dataDir: string, progress: Progress): Promise<FraudData> {
  const folder = join(dataDir, 'card-transactions');
  const stated = statedSource(folder);
  const hashes = { 'transactions.csv': createHash('sha256'), 'customers.csv': createHash('sha256') };
  const births = await readBirthDates(dataFile(folder, 'customers'), hashes['customers.csv']);
  const states = new Map<string, CustomerState>();
  const periods = [new Growing(), new Growing(), new Growing()] as const;
  const path = dataFile(folder, 'transactions');
  const quality = new DataQuality([...LEFT_OUT, UNKNOWN_CARD, UNKNOWN_CATEGORY]);
  let rows = 0;
  let from = '';
  let to = '';
  let trainedTo = '';
  progress.start('reading payments', USUAL_ROWS);
  for await (const payment of paymentRows(path, quality, hashes['transactions.csv'])) {
    const { timestamp, occurredAt, customerId, merchant, category, amountMinor, fraud } = payment;
    const birth = births.get(customerId);
    if (birth === undefined) quality.note(UNKNOWN_CARD, JSON.stringify(customerId));
    if (!isKnownCategory(category)) quality.note(UNKNOWN_CATEGORY, JSON.stringify(category.slice(0, 40)));
    let state = states.get(customerId);
    if (state === undefined) {
      state = emptyCustomer();
      if (birth !== undefined) setBirthDate(state, birth);
      states.set(customerId, state);
    }
    const period = periods[occurredAt < TRAIN_UNTIL ? 0 : occurredAt < VALIDATE_UNTIL ? 1 : 2];
    const offset = period.reserve();
    fraudVector(state, { merchant, category, amountMinor, currency: 'USD', occurredAt }, period.x, offset);
    period.y[period.rows++] = fraud;
    applyPayment(state, category, amountMinor, occurredAt);
    if (rows === 0) from = timestamp;
    to = timestamp;
    if (period === periods[0]) trainedTo = timestamp;
    if (++rows % 20_000 === 0) progress.step(rows);
  }
  progress.done(`${rows} payments of ${states.size} cards`);
  for (const line of quality.lines()) progress.say(line);
  quality.atMost(LEFT_OUT, MOST_LEFT_OUT, path);
  quality.atMost(UNKNOWN_CATEGORY, MOST_UNKNOWN, path);
  const [train, validation, test] = periods.map((period) => period.finished()) as [FraudRows, FraudRows, FraudRows];
  [train, validation, test].forEach(({ y }, i) => {
    const frauds = y.reduce((sum, label) => sum + label, 0);
    if (frauds === 0 || frauds === y.length) {
      throw new Error(
        `${path}: expected frauds and legitimate payments in ${PERIODS[i]}, got ${frauds} frauds in ${y.length} payments`,
      );
    }
  });
  const sha256 = Object.fromEntries(Object.entries(hashes).map(([file, hash]) => [file, hash.digest('hex')]));
  const on = trainedOn(folder, sha256, stated, SPARKOV, progress);
  return { train, validation, test, rows, from, to, trainedTo, on, quality };
}

async function readBirthDates(path: string, hash: Hash): Promise<Map<string, string>> {
  const births = new Map<string, string>();
  for await (const [id, dob] of csvRows(path, ['customer_id', 'dob'], hash)) {
    if (Number.isNaN(parseDate(dob)))
      throw new Error(`${path}: customer ${id}: expected a date such as "1988-03-09", got ${JSON.stringify(dob)}`);
    births.set(id!, dob!);
  }
  return births;
}
