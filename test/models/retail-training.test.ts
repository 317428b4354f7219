import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { parseCard } from '../../src/inference/manifest.js';
import { noProgress } from '../../src/training/artifacts.js';
import { type TrainableModel, train } from '../../src/training/index.js';
import { hasNative } from '../support/engines.js';
import { INVOICES, invoices } from '../support/retail.js';
import { temporaryFolder } from '../support/server.js';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');
const MODELS: readonly TrainableModel[] = ['segmentation', 'recommendations'];
const lines = [INVOICES, ...invoices()];
const csv = (rows: readonly string[]) => [...rows, ''].join('\n');
/** A row with another value in one column. */
const spoilt = (row: string, column: string, value: string) =>
  row
    .split(',')
    .map((old, i) => (INVOICES.split(',')[i] === column ? value : old))
    .join(',');

describe.skipIf(!hasNative)('training on invoices', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());
  let files = 0;
  /** A data folder that holds this file. */
  const data = (content: string | Buffer, name = 'online_retail.csv') => {
    const dir = join(folder.path, `data-${++files}`);
    mkdirSync(join(dir, 'online-retail'), { recursive: true });
    writeFileSync(join(dir, 'online-retail', name), content);
    return dir;
  };
  const run = (model: TrainableModel, dataDir: string, modelsDir: string, more: object = {}) =>
    train(model, { dataDir, modelsDir: join(folder.path, modelsDir), seed: 3, progress: noProgress, ...more });
  const weightsOf = (path: string) => parseCard(readFileSync(join(path, 'version.json'), 'utf8')).files['weights.bin'];

  it.each(MODELS)(
    'of %s gives the same weights for the same seed, whatever the order of the columns, plain or gzipped',
    async (model) => {
      const turned = lines.map((line) => ['', ...line.split(',').reverse()].join(','));
      const one = await run(model, data(csv(lines)), 'same');
      const two = await run(model, data(gzipSync(csv(turned)), 'online_retail.csv.gz'), 'same');
      expect([one, two].map((path) => path.split('/').at(-1))).toEqual(['1', '2']);
      expect(weightsOf(two)).toBe(weightsOf(one));
    },
  );

  const compressed = gzipSync(csv(lines));
  const bad: readonly [what: string, content: string | Buffer, complaint: RegExp, name?: string][] = [
    [
      'a gzipped file that is cut off',
      compressed.subarray(0, compressed.length / 2),
      /csv\.gz: unexpected end/,
      'online_retail.csv.gz',
    ],
    ['a plain file that is cut off', csv(lines).slice(0, -40), /line \d+/],
    ['an empty file', '', /expected a header line, the file is empty/],
    ['a header alone', csv([INVOICES]), /expected purchases, none of 0 rows is left/],
    [
      'a column that is missing',
      csv(lines.map((line) => line.replace('UnitPrice', 'Price'))),
      /expected column\(s\) UnitPrice, found InvoiceNo/,
    ],
    [
      'a price that is none',
      csv([...lines, spoilt(lines[1]!, 'UnitPrice', 'Infinity')]),
      /row \d+: expected an amount below 10,000,000 as UnitPrice, got "Infinity"/,
    ],
    [
      'a quantity that is none',
      csv([...lines, spoilt(lines[1]!, 'Quantity', '0x10')]),
      /row \d+: expected a whole number below 10,000,000 as Quantity, got "0x10"/,
    ],
    [
      'a time that is none',
      csv([...lines, spoilt(lines[1]!, 'InvoiceDate', '2011-02-31 10:00:00')]),
      /row \d+: expected a time such as/,
    ],
    [
      'an invoice of two customers',
      csv([...lines, spoilt(lines[1]!, 'CustomerID', '99999.0')]),
      /row \d+: expected customer 12000, who has the other lines of invoice 500001, got "99999\.0"/,
    ],
  ];
  it.each(bad)('refuses %s, and writes nothing', async (what, content, complaint, name) => {
    const dir = data(content, name);
    for (const model of MODELS) await expect(run(model, dir, what)).rejects.toThrow(complaint);
    expect(existsSync(join(folder.path, what))).toBe(false);
  });

  it('refuses customers who are all alike, and too short a time', async () => {
    const alike = Array.from({ length: 500 }, (_, i) =>
      [
        500_000 + i,
        22_000,
        'MUG',
        1,
        `2011-${String(1 + Math.floor(i / 50)).padStart(2, '0')}-05 10:00:00`,
        2.5,
        `${12_000 + (i % 50)}.0`,
        'France',
      ].join(','),
    );
    await expect(run('segmentation', data(csv([INVOICES, ...alike])), 'alike')).rejects.toThrow(
      /expected at least 4 customers who differ in recency, frequency or amount to make 4 segments, got 1 of 50/,
    );
    await expect(run('recommendations', data(csv([INVOICES, ...alike])), 'alike')).rejects.toThrow(
      /expected at least 64 items/,
    );
    const short = lines.map((line) => line.replace(/201\d-\d\d-/, '2011-03-').replace(/-(29|30|31) /, '-28 '));
    await expect(run('segmentation', data(csv(short)), 'short')).rejects.toThrow(/the data cover less than six/);
    for (const name of ['alike', 'short']) expect(existsSync(join(folder.path, name))).toBe(false);
  });

  it('refuses the number of a version that exists, and one that is none', async () => {
    const dir = data(csv(lines));
    const path = await run('segmentation', dir, 'numbers', { version: 7 });
    const before = readFileSync(join(path, 'version.json'), 'utf8');
    await expect(run('segmentation', dir, 'numbers', { version: 7 })).rejects.toThrow(
      'version 7 of segmentation exists',
    );
    await expect(run('segmentation', dir, 'numbers', { version: 0 })).rejects.toThrow(
      'expected a version from 1 to 999999999, got 0',
    );
    expect(readFileSync(join(path, 'version.json'), 'utf8')).toBe(before);
    expect(readdirSync(join(folder.path, 'numbers', 'segmentation')).sort()).toEqual(['7', 'CARD.md', 'manifest.json']);
  });

  it('reads an invoice of many lines in a moment', async () => {
    const many = Array.from({ length: 60_000 }, (_, i) =>
      [
        500_000,
        20_000 + (i % 50_000),
        'MUG',
        1 + (i % 7),
        '2011-01-02 10:00:00',
        1 + (i % 900),
        '12345.0',
        'France',
      ].join(','),
    );
    const started = performance.now();
    await expect(run('segmentation', data(csv([INVOICES, ...many])), 'many')).rejects.toThrow(/got 1 of 1/);
    expect(performance.now() - started).toBeLessThan(15_000); // comparing each line with each other takes a minute
  });

  it.each([['SIGKILL'], ['SIGINT'], ['SIGTERM']] as const)(
    'leaves no version behind when %s ends it',
    async (signal) => {
      const models = join(folder.path, `ended-${signal}`);
      const arguments_ = ['train', 'segmentation', '--data', data(csv(lines)), '--models', models];
      const child = spawn(process.execPath, [CLI, ...arguments_], { stdio: ['ignore', 'ignore', 'pipe'] });
      const ended = new Promise((done) => child.on('exit', (code, by) => done(by ?? code)));
      await new Promise<void>((done) => {
        child.stderr.on('data', (text) => String(text).includes('reading invoices') && done());
      });
      child.kill(signal);
      expect(await ended).not.toBe(0);
      expect(existsSync(models) ? readdirSync(models, { recursive: true }) : []).toEqual([]);
    },
  );
});
