import { gaussian, seeded } from '../../src/training/random.js';

const DAY = 24 * 3_600_000;
const stamp = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** Header of the retail data. */
export const INVOICES = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';

/** 260 customers of 150 items: each buys around one taste, some often and dearly, some once. */
export function invoices(): string[] {
  const random = seeded(12);
  const lines: string[] = [];
  let invoice = 500_000;
  for (let customer = 0; customer < 260; customer++) {
    const taste = (customer % 5) * 30;
    const baskets = 1 + Math.floor(random() ** 2 * 8);
    const factor = Math.exp(gaussian(random));
    for (let b = 0; b < baskets; b++) {
      const at = Date.UTC(2010, 11, 1) + Math.floor(random() * 370) * DAY;
      invoice++;
      for (let line = 0; line < 12; line++) {
        const item = random() < 0.8 ? taste + Math.floor(random() * 30) : Math.floor(random() * 150);
        const price = (1 + (item % 7)) * factor;
        lines.push(
          `${invoice},${10_000 + item},ITEM ${item},2,${stamp(at)},${price.toFixed(2)},${12_000 + customer}.0,United Kingdom`,
        );
      }
    }
  }
  return lines;
}
