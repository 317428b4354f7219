import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { noProgress } from '../../../src/training/artifacts.js';
import { replayPayments } from '../../../src/training/fraud-data.js';
import { SeenIds } from '../../../src/training/payment-rows.js';
import { temporaryFolder } from '../../support/server.js';

const HEADER = 'trans_id,timestamp,customer_id,merchant,category,amt,is_fraud';
const MINUTE = 60_000;
const stamp = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
/** `rows` good payments from `from` on, a minute apart; every tenth is a fraud. */
const good = (rows: number, from: number, firstId: number) =>
  Array.from(
    { length: rows },
    (_, i) => `${firstId + i},${stamp(from + i * MINUTE)},card-${i % 5},shop,travel,12.50,${Number(i % 10 === 0)}`,
  );
/** A file with payments of all three periods. */
const LINES = [
  ...good(400, Date.UTC(2020, 0, 1), 0),
  ...good(50, Date.UTC(2020, 4, 1), 1_000),
  ...good(50, Date.UTC(2020, 7, 1), 2_000),
];
const CARDS = ['customer_id,dob', ...Array.from({ length: 5 }, (_, i) => `card-${i},1970-01-0${i + 1}`)];

describe('the quality of card payments', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());
  let folders = 0;
  const dataOf = (lines: readonly string[], cards = CARDS) => {
    const dir = join(folder.path, String(++folders));
    mkdirSync(join(dir, 'card-transactions'), { recursive: true });
    writeFileSync(join(dir, 'card-transactions', 'transactions.csv.gz'), gzipSync([...lines, ''].join('\n')));
    writeFileSync(join(dir, 'card-transactions', 'customers.csv'), [...cards, ''].join('\n'));
    return dir;
  };
  const replay = (lines: readonly string[], cards = CARDS) => replayPayments(dataOf(lines, cards), noProgress);
  const said = async (lines: readonly string[], cards = CARDS) => {
    const all: string[] = [];
    const { quality } = await replayPayments(dataOf(lines, cards), { ...noProgress, say: (line) => all.push(line) });
    return { all, counts: quality.toJSON() };
  };
  const NOTHING = {
    'kept: card not among the customers': 0,
    'kept: unknown category': 0,
    'left out: amount out of range': 0,
    'left out: earlier than the payment before': 0,
    'left out: neither fraud nor legitimate': 0,
    'left out: no card': 0,
    'left out: no such time': 0,
    'left out: trans_id seen before': 0,
  };

  it('is reported even where nothing is wrong, whatever the order of the columns', async () => {
    expect((await said([HEADER, ...LINES])).counts).toEqual({ rows: 500, ...NOTHING });
    const turned = (line: string) => line.split(',').reverse().join(',');
    const [a, b] = [await replay([HEADER, ...LINES]), await replay([HEADER, ...LINES].map(turned))];
    expect(b.train).toEqual(a.train);
  });

  it('leaves out the few rows that cannot be right, and says which was the first of each kind', async () => {
    const spoilt = [...LINES, ...good(600, Date.UTC(2020, 8, 1), 5_000)];
    const change = (row: number, from: string, to: string) => {
      expect(spoilt[row]).toContain(from);
      spoilt[row] = spoilt[row]!.replace(from, to);
    };
    change(3, '2020-01-01 00:03', '2020-02-31 00:03');
    change(5, ',12.50,', ',0,');
    change(6, ',12.50,', ',1e9,');
    change(7, ',0', ',maybe');
    change(8, 'card-3', '');
    change(9, '2020-01-01', '2019-12-31');
    change(11, '11,', '10,');
    const { all, counts } = await said([HEADER, ...spoilt]);
    expect(counts).toEqual({
      rows: 1_100,
      ...NOTHING,
      'left out: amount out of range': 2,
      'left out: earlier than the payment before': 1,
      'left out: neither fraud nor legitimate': 1,
      'left out: no card': 1,
      'left out: no such time': 1,
      'left out: trans_id seen before': 1,
    });
    expect(all).toContain(
      '  left out: trans_id seen before            1 (0.1 %), first payment 12: expected a trans_id of its own, got "10"',
    );
    const { train, rows } = await replay([HEADER, ...spoilt]);
    expect([train.y.length, rows]).toEqual([393, 1_093]);
  });

  it('keeps cards without a birth date and categories nobody knows, and counts them', async () => {
    const lines = LINES.map((line, i) => (i < 4 ? line.replace('travel', 'casino') : line));
    const { counts } = await said([HEADER, ...lines], CARDS.slice(0, -1));
    expect(counts).toEqual({
      rows: 500,
      ...NOTHING,
      'kept: card not among the customers': 100,
      'kept: unknown category': 4,
    });
  });

  it('refuses a file with too many rows that cannot be right, the same rows twice, or other categories', async () => {
    await expect(replay([HEADER, ...LINES.flatMap((line) => [line, line])])).rejects.toThrow(
      /expected at most 1 % of the rows to be "left out: trans_id seen before", got 500 of 1000 \(first payment 2: expected a trans_id of its own, got "0"\): a model of them would be wrong/,
    );
    await expect(replay([HEADER, ...[...LINES].reverse()])).rejects.toThrow(
      /"left out: earlier than the payment before", got 499 of 500 \(first payment 2: expected payments in time order, a time from 2020-08-01 00:49:00 on/,
    );
    await expect(replay([HEADER, ...LINES.map((line) => line.replace('travel', 'casino'))])).rejects.toThrow(
      /at most 50 % of the rows to be "kept: unknown category", got 500 of 500 \(first "casino"\)/,
    );
    await expect(replay([HEADER.replace('trans_id', 'id'), ...LINES])).rejects.toThrow('expected column(s) trans_id');
    await expect(replay([HEADER, ...LINES], ['customer_id,dob', 'card-1,31/12/1970'])).rejects.toThrow(
      /customer card-1: expected a date such as/,
    );
  });

  it('is read in flat memory: a heap of 24 MB is enough for a file of 60 MB', () => {
    const wide = 'x'.repeat(560);
    const line = (_: unknown, i: number) =>
      `${i},${stamp(Date.UTC(2020, 3, 1) - 40_000 * MINUTE + i * 3 * MINUTE)},card-${i % 5},${wide},travel,12.50,${Number(i % 10 === 0)}`;
    const dir = dataOf([HEADER, ...Array.from({ length: 100_000 }, line)]);
    const script = `
      const { replayPayments } = await import(process.argv[1]);
      const nothing = () => {};
      const { rows } = await replayPayments(process.argv[2], { start: nothing, step: nothing, done: nothing, say: nothing });
      console.log(rows);`;
    const built = resolve(import.meta.dirname, '../../../dist/training/fraud-data.js');
    const small = ['--max-old-space-size=24', '--max-semi-space-size=4', '--input-type=module'];
    expect(execFileSync(process.execPath, [...small, '-e', script, built, dir], { encoding: 'utf8' }).trim()).toBe(
      '100000',
    );
  }, 60_000);
});

describe('ids that were seen', () => {
  it('are told from new ones, however many there are', () => {
    const ids = new SeenIds();
    const all = Array.from({ length: 200_000 }, (_, i) => (i % 2 === 0 ? String(i) : `t-${i}`));
    expect(all.filter((id) => !ids.add(id))).toEqual([]);
    expect(all.filter((id) => ids.add(id))).toEqual([]);
    expect(ids.add('')).toBe(true);
    expect(ids.add('')).toBe(false);
  });
});
