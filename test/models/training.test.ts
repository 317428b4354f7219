import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCard, parseManifest } from '../../src/inference/manifest.js';
import { noProgress } from '../../src/training/artifacts.js';
import { evaluate, type TrainableModel, train } from '../../src/training/index.js';
import { gaussian, seeded } from '../../src/training/random.js';
import { hasNative } from '../support/engines.js';
import { INVOICES, invoices } from '../support/retail.js';
import { temporaryFolder } from '../support/server.js';

const MODELS: readonly TrainableModel[] = ['fraud', 'recommendations', 'segmentation'];
const CATEGORIES = ['grocery_pos', 'gas_transport', 'shopping_net', 'misc_net', 'travel'];
const stamp = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
const HOUR = 3_600_000;

/** 20 cards that pay small amounts by day, and now and then large ones at night, which are fraud. */
function payments(): string[] {
  const random = seeded(11);
  const lines: string[] = [];
  let at = Date.UTC(2020, 0, 1);
  for (let n = 0; at < Date.UTC(2020, 8, 1); n++) {
    at += Math.floor(random() * 3 * HOUR);
    const fraud = new Date(at).getUTCHours() < 4 && random() < 0.3;
    const amount = Math.exp((fraud ? 6.5 : 3.2) + 0.5 * gaussian(random));
    const category = CATEGORIES[Math.floor(random() * CATEGORIES.length)];
    lines.push(
      `${n},${stamp(at)},card-${Math.floor(random() * 20)},shop,${category},${amount.toFixed(2)},${fraud ? 1 : 0}`,
    );
  }
  return lines;
}

const PAYMENTS = 'trans_id,timestamp,customer_id,merchant,category,amt,is_fraud';
const CARDS = ['dob,customer_id', ...Array.from({ length: 20 }, (_, i) => `19${50 + i}-03-0${1 + (i % 9)},card-${i}`)];

describe.skipIf(!hasNative)('training', { timeout: 120_000 }, () => {
  const folder = temporaryFolder();
  const good = join(folder.path, 'data');
  const modelsDir = join(folder.path, 'models');
  /** A data folder in which the card payments are these lines. */
  const withPayments = (name: string, lines: readonly string[]) => {
    const dir = join(folder.path, name, 'card-transactions');
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'transactions.csv'), [...lines, ''].join('\n'));
    writeFileSync(join(dir, 'customers.csv'), [...CARDS, ''].join('\n'));
    return join(folder.path, name);
  };
  const run = (model: TrainableModel, dataDir = good, more: object = {}) =>
    train(model, { dataDir, modelsDir, seed: 3, progress: noProgress, baselines: false, ...more });
  const weightsOf = (path: string) => parseCard(readFileSync(join(path, 'version.json'), 'utf8')).files['weights.bin'];

  beforeAll(() => {
    for (const dir of ['card-transactions', 'online-retail']) mkdirSync(join(good, dir), { recursive: true });
    const csv = (lines: readonly string[]) => [...lines, ''].join('\n');
    writeFileSync(join(good, 'card-transactions', 'transactions.csv.gz'), gzipSync(csv([PAYMENTS, ...payments()])));
    writeFileSync(join(good, 'card-transactions', 'customers.csv'), csv(CARDS));
    writeFileSync(join(good, 'online-retail', 'online_retail.csv'), csv([INVOICES, ...invoices()]));
  });
  afterAll(() => folder.remove());

  it.each(MODELS)('of %s writes a version whose every figure can be computed again', async (model) => {
    const path = await run(model, good, { baselines: true });
    expect(path).toBe(join(modelsDir, model, '1'));
    const manifest = parseManifest(readFileSync(join(modelsDir, model, 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({ name: model, graph: { domain: model } });
    const { metrics } = JSON.parse(readFileSync(join(path, 'version.json'), 'utf8'));
    expect(metrics.length).toBeGreaterThan(5);

    const { version, figures } = await evaluate(model, { dataDir: good, modelsDir, progress: noProgress });
    expect(version).toBe(1);
    expect(figures).toHaveLength(metrics.length);
    expect(figures.filter((figure) => !figure.same)).toEqual([]);
    for (const { recomputed } of figures) expect(recomputed).toSatisfy(Number.isFinite);
  });

  it('learns what is in the data', async () => {
    const figure = (model: string, name: string, on = '') => {
      const { metrics } = JSON.parse(readFileSync(join(modelsDir, model, '1', 'version.json'), 'utf8'));
      return metrics.find((m: { name: string; dataset: string }) => m.name === name && m.dataset.includes(on)).value;
    };
    expect(figure('fraud', 'rocAuc')).toBeGreaterThan(0.97);
    expect(figure('recommendations', 'hitRate@10', 'new')).toBeGreaterThan(
      figure('recommendations', 'popularity.hitRate@10', 'new'),
    );
    expect(figure('segmentation', 'laterMeanSpendGBP.champions')).toBeGreaterThan(
      figure('segmentation', 'laterMeanSpendGBP.lapsed'),
    );
  });

  it('holds the fraud model against gradient boosting, unless told not to', async () => {
    const read = (path: string) => JSON.parse(readFileSync(join(path, 'version.json'), 'utf8'));
    const names = ({ metrics }: { metrics: { name: string }[] }) => metrics.map(({ name }) => name);
    const held = read(join(modelsDir, 'fraud', '1'));
    expect(names(held)).toContain('gradientBoosting.recallAtValidationFpr0.5');
    expect(held.baselines.gradient_boosting).toMatchObject({ seed: 3, shrinkage: 0.1 });
    expect(held.metrics.find(({ name }: { name: string }) => name === 'gradientBoosting.rocAuc').value).toBeGreaterThan(
      0.9,
    );
    const alone = read(await run('fraud', good, { version: 20 }));
    expect(alone.baselines).toBeUndefined();
    expect(names(alone).filter((name) => name.startsWith('gradientBoosting'))).toEqual([]);
    expect(alone.files['weights.bin']).toBe(held.files['weights.bin']);
  });

  it.each(MODELS)('of a further version of %s leaves the manifest as its owner made it', async (model) => {
    const path = join(modelsDir, model, 'manifest.json');
    const own = { ...JSON.parse(readFileSync(path, 'utf8')), promotion: 'auto', aliases: { champion: 1 } };
    writeFileSync(path, JSON.stringify(own));
    const folder = await run(model, good, { version: 24, seed: 5 });
    expect(readFileSync(path, 'utf8')).toBe(JSON.stringify(own));
    expect(readFileSync(join(modelsDir, model, 'CARD.md'), 'utf8')).toContain(`# ${model}, version 24\n`);

    // Other outputs: said before anything is trained.
    writeFileSync(path, JSON.stringify({ ...own, outputs: [{ ...own.outputs[0], shape: [-1, 5] }] }));
    const began: string[] = [];
    const progress = { ...noProgress, start: (what: string) => began.push(what) };
    await expect(run(model, good, { version: 25, progress })).rejects.toThrow(
      /manifest\.json: a version trained now does not fit it: output \w+: the manifest has shape \[-1,5\], the version/,
    );
    expect(began).toEqual([model === 'fraud' ? 'reading payments' : 'reading invoices']);
    expect(existsSync(join(modelsDir, model, '25'))).toBe(false);
    writeFileSync(path, JSON.stringify(own));
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['fraud', 'card-transactions', 'Sparkov'],
    ['recommendations', 'online-retail', 'UCI'],
    ['segmentation', 'online-retail', 'UCI'],
  ] as const)('of %s says which data it was trained on', async (model, data, known) => {
    const card = () => readFileSync(join(modelsDir, model, 'CARD.md'), 'utf8');
    const version = (path: string) => readFileSync(join(path, 'version.json'), 'utf8');
    const unknown = await run(model, good, { version: 26 });
    expect(JSON.parse(version(unknown)).training_data).toMatchObject({ name: `${data} (source not stated)` });
    expect(card()).toContain(`**Data.** ${data} (source not stated): `);
    const stated = {
      name: 'Made up by a test',
      licence: 'CC0',
      url: 'https://example.org/data',
      notes: 'Frauds come by night alone.',
    };
    writeFileSync(join(good, data, 'source.json'), JSON.stringify(stated));
    const told = await run(model, good, { version: 27 });
    rmSync(join(good, data, 'source.json'));
    const { training_data, metrics } = JSON.parse(version(told));
    const { notes, ...rest } = stated;
    expect(training_data).toMatchObject(rest);
    expect(training_data.notes).toContain(notes);
    expect(Object.values(training_data.sha256).join()).toMatch(/^[0-9a-f]{64}(,[0-9a-f]{64})?$/);
    expect(metrics.every(({ dataset }: { dataset: string }) => dataset.startsWith('Made up by a test, '))).toBe(true);
    expect(card()).toMatch(
      /\*\*Data\.\*\* Made up by a test: .* Licence: CC0\. .*night alone\. .*<https:\/\/example\.org\/data>/,
    );
    for (const text of [version(unknown), version(told), card()]) expect(text).not.toContain(known);
    // The figures of a version are those of its data, whatever the folder calls them by then.
    const { figures } = await evaluate(model, { dataDir: good, modelsDir, version: 27, progress: noProgress });
    expect(figures.filter((figure) => !figure.same)).toEqual([]);
  });

  it('calibrates on the validation period alone, in the last layer, and keeps the order', async () => {
    const card = JSON.parse(readFileSync(join(modelsDir, 'fraud', '1', 'version.json'), 'utf8'));
    const validation = payments().filter(
      (line) => line.split(',')[1]! >= '2020-04-01' && line.split(',')[1]! < '2020-06-21',
    );
    expect(card.calibration).toMatchObject({ method: 'platt', rows: validation.length });
    expect(card.calibration.frauds).toBe(validation.filter((line) => line.endsWith(',1')).length);

    const { foldCalibration, logits, network, score } = await import('../../src/training/fraud-network.js');
    const random = seeded(7);
    const x = Float32Array.from({ length: 29 * 500 }, () => gaussian(random));
    const model = network(1);
    const before = logits(model, x);
    foldCalibration(model, { a: 0.5, b: -2 });
    const after = score(model, x);
    for (const [i, z] of before.entries()) expect(after[i]).toBeCloseTo(1 / (1 + Math.exp(2 - 0.5 * z)), 5);
    const order = (values: Float32Array) => [...values.keys()].sort((i, j) => values[j]! - values[i]!);
    expect(order(logits(model, x))).toEqual(order(before));
    model.dispose();
  });

  it('gives the same weights for the same seed and others for another', async () => {
    const [first, again, other] = [
      await run('fraud', good, { version: 21 }),
      await run('fraud', good, { version: 22 }),
      await run('fraud', good, { version: 23, seed: 4 }),
    ];
    expect(weightsOf(again)).toBe(weightsOf(first));
    expect(weightsOf(other)).not.toBe(weightsOf(first));
  });

  it('goes on for a few epochs before it refuses a fraud model whose risk falls with the amount, and then writes nothing', async () => {
    const before = readdirSync(join(modelsDir, 'fraud')).sort();
    // Frauds of a few dollars below all other payments: the risk must fall once in every category, which is more than is allowed.
    const small = payments().map((line) => {
      const [id, at, card, shop, category, amount, fraud] = line.split(',');
      return [id, at, card, shop, category, fraud === '1' ? '3.50' : 20 + Number(amount), fraud].join(',');
    });
    const said: string[] = [];
    const progress = {
      ...noProgress,
      say: (line: string) => said.push(line),
      start: (what: string) => said.push(what),
    };
    await expect(run('fraud', withPayments('small frauds', [PAYMENTS, ...small]), { progress })).rejects.toThrow(
      /amount grid: expected the risk to fall with a larger amount at 1 % of the neighbouring amounts at most, got [\d.]+ % .*; no version was written/,
    );
    expect(said.filter((line) => line.startsWith('too many falls'))).toHaveLength(1);
    expect(said.filter((line) => /^more \d of 6$/.test(line))).toHaveLength(6);
    expect(readdirSync(join(modelsDir, 'fraud')).sort()).toEqual(before);
  });

  it('refuses bad payments by row, and leaves nothing behind', async () => {
    const before = readdirSync(join(modelsDir, 'fraud')).sort();
    const lines = [PAYMENTS, ...payments()];
    /** The payments with every fiftieth changed from `row` on: two in a hundred. */
    const spoilt = (name: string, row: number, change: (line: string) => string) =>
      run(
        'fraud',
        withPayments(
          name,
          lines.map((line, i) => (i >= row && (i - row) % 50 === 0 ? change(line) : line)),
        ),
      );
    const field = (index: number, value: string) => (line: string) =>
      line
        .split(',')
        .map((old, i) => (i === index ? value : old))
        .join(',');

    await expect(spoilt('amount', 5, field(5, '-3'))).rejects.toThrow(
      /transactions\.csv: expected at most 1 % .* "left out: amount out of range", got \d+ of \d+ \(first payment 5: expected an amount above 0 and below 10,000,000, got "-3"\)/,
    );
    await expect(spoilt('label', 6, field(6, 'yes'))).rejects.toThrow(
      'payment 6: expected is_fraud to be 0 or 1, got "yes"',
    );
    await expect(spoilt('time', 7, field(1, '2020-02-31 00:00:00'))).rejects.toThrow(
      'payment 7: expected a time such as',
    );
    await expect(spoilt('order', 2, field(1, '2019-01-01 00:00:00'))).rejects.toThrow(
      'payment 2: expected payments in time order',
    );
    await expect(
      run(
        'fraud',
        withPayments(
          'one class',
          lines.map((line) => line.replace(/,1$/, ',0')),
        ),
      ),
    ).rejects.toThrow(/expected frauds and legitimate payments in training .*, got 0 frauds/);
    await expect(
      run(
        'fraud',
        withPayments(
          'header',
          lines.map((line, i) => (i === 0 ? line.replace('amt', 'x') : line)),
        ),
      ),
    ).rejects.toThrow('expected column(s) amt');
    await expect(run('fraud', withPayments('header alone', [PAYMENTS]))).rejects.toThrow(
      /expected frauds and legitimate payments in training .*, got 0 frauds in 0 payments/,
    );
    await expect(run('fraud', withPayments('empty', []))).rejects.toThrow('expected a header line, the file is empty');
    await expect(run('fraud', withPayments('broken', [...lines.slice(0, 90), '91,2020']))).rejects.toThrow(/line 91/);
    await expect(run('fraud', join(folder.path, 'nowhere'))).rejects.toThrow('there is no such file');
    await expect(run('fraud', good, { version: 1 })).rejects.toThrow('version 1 of fraud exists');
    expect(readdirSync(join(modelsDir, 'fraud')).sort()).toEqual(before);
  });

  it.each(['SIGINT', 'SIGKILL'] as const)('leaves nothing half-written when it ends by %s', async (signal) => {
    const empty = join(folder.path, signal);
    const cli = resolve(import.meta.dirname, '../../dist/cli.js');
    const training = spawn(process.execPath, [cli, 'train', 'fraud', '--data', good, '--models', empty]);
    let said = '';
    training.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (/epoch 1 of/.test(said)) training.kill(signal);
    });
    const [code, by] = await once(training, 'exit');
    expect(code === null ? by : code, said).toBe(signal);
    expect(existsSync(empty) ? readdirSync(empty, { recursive: true }) : []).toEqual([]);
  });

  it('is evaluated only as it was written', async () => {
    const path = await run('segmentation', good, { version: 30 });
    const look = (version: number) =>
      evaluate('segmentation', { dataDir: good, modelsDir, version, progress: noProgress });
    await expect(look(31)).rejects.toThrow(/expected a version of segmentation .*\(1, 26, 27, 30\), got 31/);
    writeFileSync(join(path, 'assets', 'segments.json'), '[]');
    await expect(look(30)).rejects.toThrow(/assets\/segments\.json: is not the file that version\.json lists/);
  });

  it('shows a figure that the card has wrong', async () => {
    const path = join(modelsDir, 'segmentation', '1', 'version.json');
    const card = JSON.parse(readFileSync(path, 'utf8'));
    card.metrics[0].value += 0.01;
    writeFileSync(path, JSON.stringify(card));
    const { figures } = await evaluate('segmentation', { dataDir: good, modelsDir, version: 1, progress: noProgress });
    expect(figures.filter((figure) => !figure.same).map(({ name }) => name)).toEqual([card.metrics[0].name]);
  });
});
