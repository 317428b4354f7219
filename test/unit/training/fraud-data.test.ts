import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FRAUD_FEATURES } from '../../../src/features/fraud-features.js';
import { noProgress } from '../../../src/training/artifacts.js';
import { replayPayments } from '../../../src/training/fraud-data.js';
import { gaussian, seeded, shuffle } from '../../../src/training/random.js';
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
    const lines = rows.map((p, i) => `${i},${stamp(p.at)},${p.card},shop,${p.category},${p.amount},${p.fraud}`);
    writeFileSync(
      join(dir, 'transactions.csv'),
      ['trans_id,timestamp,customer_id,merchant,category,amt,is_fraud', ...lines, ''].join('\n'),
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

  const rows = payments(2_000, Date.UTC(2020, 0, 1), 3, 3);
  /** The vectors of all three periods, payment by payment in time order. */
  const vectors = async (name: string, of: readonly Payment[]) => {
    const { train, validation, test } = await replay(name, of);
    return [train, validation, test].flatMap(({ x, y }) =>
      Array.from(y.keys(), (row) => x.slice(row * WIDTH, (row + 1) * WIDTH)),
    );
  };

  it.each([
    ['in the training period', Date.UTC(2020, 1, 10)],
    ['in the validation period', Date.UTC(2020, 4, 3)],
    ['in the test period', Date.UTC(2020, 6, 20)],
  ])(
    'takes nothing from the future: payments shuffled after a time %s leave those before as they were',
    async (name, at) => {
      const before = rows.filter((payment) => payment.at < at);
      const after = rows.filter((payment) => payment.at >= at);
      const order = Uint32Array.from(after.keys());
      shuffle(order, seeded(8));
      // The times stay in order; what was paid, by which card, and what it was go elsewhere.
      const shuffled = after.map((payment, i) => ({ ...after[order[i]!]!, at: payment.at }));
      const [real, other] = [await vectors(`${name} 1`, rows), await vectors(`${name} 2`, [...before, ...shuffled])];
      expect(before.length).toBeGreaterThan(200);
      expect(after.length).toBeGreaterThan(200);
      expect(other.slice(0, before.length)).toEqual(real.slice(0, before.length));
      expect(other.slice(before.length)).not.toEqual(real.slice(before.length));
    },
  );

  it('takes nothing from the answer: other labels, the same vectors', async () => {
    const turned = rows.map((payment) => ({ ...payment, fraud: 1 - payment.fraud }));
    expect(await vectors('turned', turned)).toEqual(await vectors('as they are', rows));
  });
});
