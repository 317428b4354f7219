import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Progress } from './artifacts.js';
import { getOrMake } from './collections.js';
import { csvRows, dataFile, parseTime } from './csv.js';
import { type KnownData, statedSource, type TrainedOn, trainedOn } from './data-source.js';
import { DataQuality } from './quality.js';

/** More repeated lines than this, and the file holds itself twice. */
const MOST_REPEATED = 0.2;
/** What `Number` also takes ("0x10", "1e9", "Infinity") is no quantity, price or customer of an invoice. */
const WHOLE = /^-?\d{1,7}(\.0+)?$/;
const AMOUNT = /^-?\d{1,7}(\.\d+)?$/;
const CUSTOMER = /^\d{1,15}(\.0)?$/;

/** One cleaned invoice line of the retail data. */
export interface RetailLine {
  readonly invoice: string;
  readonly item: string;
  readonly title: string;
  readonly quantity: number;
  /** Pence. */
  readonly unitPrice: number;
  readonly at: number;
  readonly customer: string;
  readonly country: string;
}

/** What the shipped versions were trained on. */
export const RETAIL: KnownData = {
  name: 'Online Retail (UCI)',
  licence: 'CC BY 4.0',
  url: 'https://doi.org/10.24432/C5BW33',
  notes: 'Chen, Sain & Guo 2012, doi 10.1057/dbm.2012.17. Orders of a UK gift wholesaler, 2010-12-01 to 2011-12-09.',
  sha256: { 'online_retail.csv': 'c35975c40d0e1e105090fbb11188a409393055f873841bd012915475fc84e69f' },
};

/** A customer's basket: one invoice. */
export interface Basket {
  readonly customer: string;
  readonly invoice: string;
  readonly at: number;
  readonly country: string;
  readonly lines: readonly RetailLine[];
}

/** Goods that a customer gave back, or did not want after all. */
export interface Cancellation {
  readonly customer: string;
  readonly at: number;
  readonly pence: number;
}

/** The cleaned data. */
export interface Retail {
  /** In time order. */
  readonly baskets: readonly Basket[];
  /** Lines of all baskets. */
  readonly lines: number;
  readonly cancellations: readonly Cancellation[];
  readonly on: TrainedOn;
  readonly quality: DataQuality;
}

/**
 * Reads and cleans the data: customer known, no cancellation, quantity and price above 0, stock code beginning with five
 * digits. Cancellations of such goods are kept apart. Lines that repeat another of their invoice exactly are kept (two of the
 * same may have been scanned one by one) and counted.
 * @throws Error naming the row when a number or a time cannot be read or an invoice has two customers; when most lines repeat others;
 * and when nothing is left.
 */
export async function readBaskets(dataDir: string, progress: Progress): Promise<Retail> {
  const columns = [
    'InvoiceNo',
    'StockCode',
    'Description',
    'Quantity',
    'InvoiceDate',
    'UnitPrice',
    'CustomerID',
    'Country',
  ] as const;
  const folder = join(dataDir, 'online-retail');
  const stated = statedSource(folder);
  const path = dataFile(folder, 'online_retail');
  const hash = createHash('sha256');
  const byInvoice = new Map<string, { lines: RetailLine[]; seen: Set<string> }>();
  const cancellations: Cancellation[] = [];
  const quality = new DataQuality();
  let read = 0;
  let lines = 0;
  progress.start('reading invoices', 541_909);
  for await (const [invoice, item, title, quantity, date, price, customer, country] of csvRows(path, columns, hash)) {
    if (++read % 20_000 === 0) progress.step(read);
    quality.row();
    if (customer === '' || !/^\d{5}/.test(item)) {
      quality.note(customer === '' ? 'left out: no customer' : 'left out: no goods');
      continue;
    }
    const wrong = (expected: string, got: string) =>
      new Error(`${path}: row ${read}: expected ${expected}, got ${JSON.stringify(got)}`);
    if (!WHOLE.test(quantity)) throw wrong('a whole number below 10,000,000 as Quantity', quantity);
    if (!AMOUNT.test(price)) throw wrong('an amount below 10,000,000 as UnitPrice', price);
    const cancelled = invoice.startsWith('C');
    const units = Number(quantity) * (cancelled ? -1 : 1);
    const unitPrice = Math.round(Number(price) * 100);
    if (!(units > 0) || !(Number(price) > 0)) {
      quality.note('left out: no quantity or no price');
      continue;
    }
    const at = parseTime(date);
    if (Number.isNaN(at)) throw wrong('a time such as "2010-12-01 08:26:00"', date);
    if (!CUSTOMER.test(customer)) throw wrong('a whole number as CustomerID', customer);
    const buyer = String(Number(customer));
    if (cancelled) {
      quality.note('kept apart: cancellation');
      cancellations.push({ customer: buyer, at, pence: units * unitPrice });
      continue;
    }
    const line = {
      invoice,
      item,
      title: title.trim(),
      quantity: units,
      unitPrice,
      at,
      customer: buyer,
      country,
    };
    const known = getOrMake(byInvoice, invoice, () => ({ lines: [], seen: new Set<string>() }));
    const first = known.lines[0];
    if (first !== undefined && first.customer !== buyer)
      throw wrong(`customer ${first.customer}, who has the other lines of invoice ${invoice}`, customer);
    const facts = `${item} ${units} ${unitPrice} ${at}`;
    if (known.seen.has(facts)) quality.note('kept: repeats another line');
    known.seen.add(facts);
    known.lines.push(line);
    lines++;
  }
  if (lines === 0) throw new Error(`${path}: expected purchases, none of ${read} rows is left after cleaning`);
  quality.atMost('kept: repeats another line', MOST_REPEATED, path);
  const baskets = [...byInvoice.values()].map(({ lines: all }): Basket => {
    const { customer, invoice, at, country } = all[0]!;
    return { customer, invoice, at, country, lines: all };
  });
  baskets.sort((a, b) => a.at - b.at);
  progress.done(`${lines} lines, ${baskets.length} invoices`);
  for (const line of quality.lines()) progress.say(line);
  const on = trainedOn(folder, { 'online_retail.csv': hash.digest('hex') }, stated, RETAIL, progress);
  return { baskets, lines, cancellations, on, quality };
}
