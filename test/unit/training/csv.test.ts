import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { noProgress } from '../../../src/training/artifacts.js';
import { csvRows, dataFile, parseDate, parseTime } from '../../../src/training/csv.js';
import { readBaskets } from '../../../src/training/retail.js';
import { temporaryFolder } from '../../support/server.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());
let files = 0;
const file = (content: string | Buffer, ending = '.csv') => {
  const path = join(folder.path, `file-${++files}${ending}`);
  writeFileSync(path, content);
  return path;
};
async function rows(path: string, columns: readonly string[]): Promise<string[][]> {
  const all: string[][] = [];
  for await (const row of csvRows(path, columns)) all.push(row);
  return all;
}

describe('CSV files', () => {
  const text = 'b,a,c\n1,"x, y",3\n4,z,6\n';
  it('are read by column name, whatever their order, plain, gzipped or with a byte-order mark', async () => {
    const expected = [
      ['x, y', '1'],
      ['z', '4'],
    ];
    expect(await rows(file(text), ['a', 'b'])).toEqual(expected);
    expect(await rows(file(`\ufeff${text}`), ['a', 'b'])).toEqual(expected);
    expect(await rows(file(gzipSync(text), '.csv.gz'), ['a', 'b'])).toEqual(expected);
  });

  it('are refused with the missing column, the broken line, the cut-off or the empty file named', async () => {
    await expect(rows(file(text), ['a', 'amt'])).rejects.toThrow('expected column(s) amt, found b, a, c');
    await expect(rows(file('a,b\n1,2\n3\n'), ['a'])).rejects.toThrow(/line 3/);
    await expect(rows(file(''), ['a'])).rejects.toThrow('expected a header line, the file is empty');
    const long = gzipSync(`a,b\n${'1,2\n'.repeat(50_000)}`);
    await expect(rows(file(long.subarray(0, long.length / 2), '.csv.gz'), ['a'])).rejects.toThrow(
      /csv\.gz: unexpected end/,
    );
    await expect(rows(file('not gzipped', '.csv.gz'), ['a'])).rejects.toThrow(/csv\.gz: incorrect header/);
    await expect(rows(join(folder.path, 'none.csv'), ['a'])).rejects.toThrow(/ENOENT/);
  });

  it('are looked for gzipped first, then plain', () => {
    expect(() => dataFile(folder.path, 'none')).toThrow(/none\.csv\.gz or .*none\.csv: there is no such file/);
    writeFileSync(join(folder.path, 'both.csv'), '');
    expect(dataFile(folder.path, 'both')).toBe(join(folder.path, 'both.csv'));
    writeFileSync(join(folder.path, 'both.csv.gz'), '');
    expect(dataFile(folder.path, 'both')).toBe(join(folder.path, 'both.csv.gz'));
  });
});

describe('times', () => {
  it('are UTC', () => {
    expect(parseTime('2019-01-01 00:00:58')).toBe(Date.UTC(2019, 0, 1, 0, 0, 58));
    expect(parseDate('1988-02-29')).toBe(Date.UTC(1988, 1, 29));
  });
  it.each(['2019-02-31 00:00:00', '2019-01-01', '2019-13-01 00:00:00', '2019-01-01 24:00:00', '', '01/02/2019 10:00'])(
    'refuse %j',
    (text) => {
      expect(parseTime(text)).toBeNaN();
    },
  );
  it.each(['1989-02-29', '1988-3-9', '2019-01-01 00:00:58'])('refuse %j as a date', (text) => {
    expect(parseDate(text)).toBeNaN();
  });
});

describe('the retail data', () => {
  const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
  const read = (lines: readonly string[]) => {
    const dir = join(folder.path, `retail-${++files}`);
    mkdirSync(join(dir, 'online-retail'), { recursive: true });
    writeFileSync(join(dir, 'online-retail', 'online_retail.csv'), [header, ...lines, ''].join('\n'));
    return readBaskets(dir, noProgress);
  };
  const good = '536365,85123A, HEART ,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom';

  it('are cleaned: no customer, cancelled, returned, free and not an article are left out', async () => {
    const { baskets, lines } = await read([
      '536366,22633,LATER,1,2010-12-02 08:26:00,1.85,17850.0,United Kingdom',
      good,
      '536365,22633,SAME INVOICE,2,2010-12-01 08:26:00,1.85,17850.0,United Kingdom',
      '536367,22633,NO CUSTOMER,2,2010-12-01 08:26:00,1.85,,United Kingdom',
      'C536368,22633,CANCELLED,-2,2010-12-01 08:26:00,1.85,17850.0,United Kingdom',
      '536369,22633,RETURNED,-2,2010-12-01 08:26:00,1.85,17850.0,United Kingdom',
      '536370,22633,FREE,2,2010-12-01 08:26:00,0.0,17850.0,United Kingdom',
      '536371,POST,POSTAGE,1,2010-12-01 08:26:00,18.0,17850.0,United Kingdom',
    ]);
    expect(lines).toBe(3);
    expect(baskets.map((basket) => [basket.invoice, basket.customer, basket.lines.length])).toEqual([
      ['536365', '17850', 2],
      ['536366', '17850', 1],
    ]);
    expect(baskets[0]!.lines[0]).toMatchObject({ title: 'HEART', unitPrice: 255, quantity: 6 });
  });

  it('are refused when a row cannot be read or nothing is left', async () => {
    await expect(read([good, good.replace('2010-12-01 08:26:00', '12/1/2010')])).rejects.toThrow(
      /row 2: expected a time such as "2010-12-01 08:26:00", got "12\/1\/2010"/,
    );
    await expect(read([good.replace('17850.0', 'seven')])).rejects.toThrow(
      /row 1: expected a whole number as CustomerID/,
    );
    await expect(read([good.replace('17850.0', '')])).rejects.toThrow(/none of 1 rows is left/);
  });
});
