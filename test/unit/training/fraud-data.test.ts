import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FRAUD_FEATURES } from '../../../src/features/fraud-features.js';
import { noProgress } from '../../../src/training/artifacts.js';
import { replayPayments } from '../../../src/training/fraud-data.js';
import { gaussian, seeded } from '../../../src/training/random.js';
import { temporaryFolder } from '../../support/server.js';

const WIDTH = FRAUD_FEATURES.features.length;
const CATEGORIES = ['grocery_pos', 'gas_transport', 'shopping_net', 'misc_net', 'travel'];
const HOUR = 3_600_000;
const stamp = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

interface Payment {
  readonly at: number;
  readonly card: string;
  readonly category: string;
  readonly amount: string;
  readonly fraud: number;
}

/** Payments of 12 cards from `from` on, `gapHours` apart on average, all drawn from the seed. */
function payments(rows: number, from: number, gapHours: number, seed: number): Payment[] {
  const random = seeded(seed);
  let at = from;
  return Array.from({ length: rows }, () => {
    at += Math.floor(random() * 2 * gapHours * HOUR);
    return {
      at,
      card: `card-${Math.floor(random() * 12)}`,
      category: CATEGORIES[Math.floor(random() * CATEGORIES.length)]!,
      amount: Math.exp(3.5 + gaussian(random)).toFixed(2),
      fraud: Number(random() < 0.1),
    };
  });
}

describe('replaying payments', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());
  const replay = (name: string, rows: readonly Payment[]) => {
    const dir = join(folder.path, name, 'card-transactions');
    mkdirSync(dir, { recursive: true });
    const lines = rows.map((p) => `${stamp(p.at)},${p.card},shop,${p.category},${p.amount},${p.fraud}`);
    writeFileSync(
      join(dir, 'transactions.csv'),
      ['timestamp,customer_id,merchant,category,amt,is_fraud', ...lines, ''].join('\n'),
    );
    writeFileSync(join(dir, 'customers.csv'), 'customer_id,dob\ncard-0,1970-01-01\n');
    return replayPayments(join(folder.path, name), noProgress);
  };

  it('writes a whole vector for every payment, however many there are', async () => {
    const later = payments(60, Date.UTC(2020, 3, 2), 60, 2);
    const all = [...payments(140_000, Date.UTC(2019, 0, 1), 0.05, 1), ...later];
    const { train } = await replay('many', all);
    expect(train.y).toHaveLength(140_000);
    const wrong = [...train.y.keys()].filter((row) => {
      const vector = train.x.subarray(row * WIDTH, (row + 1) * WIDTH);
      const amount = Math.fround(Math.log1p(Math.round(Number(all[row]!.amount) * 100) / 100));
      return vector[0] !== amount || vector.slice(-14).reduce((sum, one) => sum + one, 0) !== 1;
    });
    expect(wrong).toEqual([]);
  });
});
