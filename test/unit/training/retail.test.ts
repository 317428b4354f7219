import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { noProgress } from '../../../src/training/artifacts.js';
import { readBaskets } from '../../../src/training/retail.js';
import { temporaryFolder } from '../../support/server.js';

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';

describe('readBaskets', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());
  const read = (...rows: string[]) => {
    mkdirSync(join(folder.path, 'online-retail'), { recursive: true });
    writeFileSync(join(folder.path, 'online-retail', 'online_retail.csv'), [HEADER, ...rows, ''].join('\n'));
    return readBaskets(folder.path, noProgress);
  };

  it('groups lines into baskets in time order, and keeps cancellations of goods apart', async () => {
    const { baskets, lines, cancellations } = await read(
      '502,22003,LAMP ,2,2011-01-03 10:00:00,1.50,12346.0,France',
      '501,22001,MUG,1,2011-01-02 10:00:00,2.25,12345.0,United Kingdom',
      '501,22002,"JAR, BLUE",3,2011-01-02 10:00:00,0.99,12345.0,United Kingdom',
      'C503,22002,"JAR, BLUE",-2,2011-01-04 10:00:00,0.99,12345.0,United Kingdom',
    );
    expect(lines).toBe(3);
    expect(baskets.map(({ invoice, customer, lines: own }) => [invoice, customer, own.length])).toEqual([
      ['501', '12345', 2],
      ['502', '12346', 1],
    ]);
    expect(baskets[0]!.lines[1]).toMatchObject({ item: '22002', title: 'JAR, BLUE', quantity: 3, unitPrice: 99 });
    expect(cancellations).toEqual([{ customer: '12345', at: Date.UTC(2011, 0, 4, 10), pence: 198 }]);
  });

  it('leaves out what is no purchase by somebody known of something sold', async () => {
    const { lines, cancellations, quality } = await read(
      '501,22001,MUG,1,2011-01-02 10:00:00,2.25,12345.0,United Kingdom',
      '501,22001,MUG,1,2011-01-02 10:00:00,2.25,,United Kingdom',
      '501,POST,POSTAGE,1,2011-01-02 10:00:00,18.00,12345.0,United Kingdom',
      '501,22001,MUG,1,2011-01-02 10:00:00,0.00,12345.0,United Kingdom',
      '501,22001,MUG,-1,2011-01-02 10:00:00,2.25,12345.0,United Kingdom',
      'C502,D,Discount,-1,2011-01-02 10:00:00,27.50,12345.0,United Kingdom',
      'C503,22001,MUG,1,2011-01-02 10:00:00,2.25,12345.0,United Kingdom',
    );
    expect([lines, cancellations.length]).toEqual([1, 0]);
    expect(quality.toJSON()).toEqual({
      rows: 7,
      'left out: no customer': 1,
      'left out: no goods': 2,
      'left out: no quantity or no price': 3,
    });
  });

  it('counts lines that repeat others, and refuses a file that holds itself twice', async () => {
    const rows = Array.from({ length: 9 }, (_, i) => `501,2200${i},MUG,1,2011-01-02 10:00:00,2.25,12345.0,France`);
    const { lines, quality } = await read(...rows, rows[3]!);
    expect([lines, quality.count('kept: repeats another line')]).toEqual([10, 1]);
    expect(quality.lines()).toContain('  kept: repeats another line               1 (10.0 %)');
    await expect(read(...rows, ...rows)).rejects.toThrow(
      /expected at most 20 % of the rows to be "kept: repeats another line", got 9 of 18/,
    );
  });

  it('names the row that it cannot read', async () => {
    const good = '501,22001,MUG,1,2011-01-02 10:00:00,2.25,12345.0,United Kingdom';
    await expect(read(good, good.replace('2011-01-02', '2011-02-31'))).rejects.toThrow(
      /online_retail\.csv: row 2: expected a time such as/,
    );
    await expect(read(good.replace('12345.0', 'Bob'))).rejects.toThrow(/row 1: expected a whole number as CustomerID/);
    await expect(read(good.replace(',2.25,', ',-2.25,'))).rejects.toThrow('expected purchases, none of 1 rows is left');
  });
});
