import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCard, parseManifest } from '../../src/inference/manifest.js';
import { ENGINES } from '../support/engines.js';
import { runnerOn, shippedVersions } from '../support/models.js';
import { MODELS } from '../support/server.js';

interface Golden {
  readonly inputs: Record<string, number[]>;
  readonly outputs?: Record<string, number[]>;
  readonly top?: { readonly output: string; readonly indices: number[]; readonly scores: number[] };
}
const read = (...path: string[]) => readFileSync(join(MODELS, ...path), 'utf8');
const shipped = shippedVersions();
const filesOf = (model: string, version: string) =>
  readdirSync(join(MODELS, model, version), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(MODELS, model, version).length + 1));

/** The rows' inputs, one after the other. */
const inputsOf = (model: string, rows: readonly Golden[]) =>
  Object.fromEntries(
    parseManifest(read(model, 'manifest.json')).inputs.map(({ name }) => [
      name,
      rows.flatMap((row) => row.inputs[name]!),
    ]),
  );

/** Compares row `i` of a batch with what was written when the model was trained. */
function expectGolden(outputs: Record<string, Float32Array>, rows: readonly Golden[]): void {
  rows.forEach((row, i) => {
    const name = row.top?.output ?? Object.keys(row.outputs!)[0]!;
    const width = outputs[name]!.length / rows.length;
    const got = outputs[name]!.subarray(i * width, (i + 1) * width);
    const expected = row.top?.scores ?? row.outputs![name]!;
    const places = row.top?.indices ?? expected.map((_, place) => place);
    expected.forEach((value, k) => {
      expect(Math.abs(got[places[k]!]! - value), `row ${i}, ${name}[${places[k]}]`).toBeLessThanOrEqual(1e-5);
    });
    if (row.top) expect(Math.max(...got)).toBeCloseTo(expected[0]!, 4);
  });
}

describe.each(shipped)('$model $version', ({ model, version }) => {
  const golden: Golden[] = JSON.parse(read(model, version, 'golden.json'));

  it('is, file by file, what version.json lists', () => {
    const { files } = parseCard(read(model, version, 'version.json'));
    const found = filesOf(model, version).filter((file) => file !== 'version.json');
    expect(Object.keys(files).sort()).toEqual(found.sort());
    for (const file of found) {
      const bytes = readFileSync(join(MODELS, model, version, file));
      expect(createHash('sha256').update(bytes).digest('hex'), file).toBe(files[file]);
    }
  });

  it.each(ENGINES)('answers as it did when it was trained, on %s', async (engine) => {
    expect(golden.length).toBeGreaterThanOrEqual(20);
    const run = await runnerOn(engine, model, version);
    for (const rows of [golden, golden.slice(3, 4)]) expectGolden(await run(inputsOf(model, rows)), rows);
  });
});

describe('the models folder', () => {
  it('holds at most 10 MB', () => {
    const bytes = shipped.flatMap(({ model, version }) =>
      filesOf(model, version).map((file) => statSync(join(MODELS, model, version, file)).size),
    );
    expect(bytes.length).toBeGreaterThan(9);
    expect(bytes.reduce((a, b) => a + b, 0)).toBeLessThan(10 * 1024 * 1024);
  });

  it.each(['fraud', 'recommendations', 'segmentation'])(
    'has a card of %s with every figure of its newest version',
    (model) => {
      const versions = shipped.filter((each) => each.model === model).map((each) => Number(each.version));
      const { metrics, training_data } = JSON.parse(read(model, String(Math.max(...versions)), 'version.json'));
      const card = read(model, 'CARD.md');
      for (const { name, value, dataset } of metrics) expect(card).toContain(`| ${name} | ${value} | ${dataset} |`);
      expect(card).toContain(training_data.name.split(' (')[0]);
      expect(card).toMatch(/\*\*Limits\.\*\*/);
    },
  );

  it('holds a recommender that is better than what it must beat, and not by luck', () => {
    const newest = Math.max(
      ...shipped.filter(({ model }) => model === 'recommendations').map((v) => Number(v.version)),
    );
    const { metrics, training_data } = JSON.parse(read('recommendations', String(newest), 'version.json'));
    const figure = (name: string, task: string): number =>
      metrics.find((m: { name: string; dataset: string }) => m.name === name && m.dataset.includes(`${task} (`)).value;
    expect(figure('hitRate@10', 'new items only')).toBeGreaterThan(0.43);
    expect(figure('ndcg@10', 'new items only')).toBeGreaterThan(0.095);
    expect(figure('hitRate@10', 'repeats allowed')).toBeGreaterThan(0.723);
    expect(figure('ndcg@10', 'repeats allowed')).toBeGreaterThan(0.271);
    for (const task of ['new items only', 'repeats allowed'])
      for (const name of ['hitRate@10', 'ndcg@10']) expect(figure(`${name}.above.EASE.low`, task)).toBeGreaterThan(0);
    expect(training_data.quality).toMatchObject({
      rows: expect.any(Number),
      'left out: no customer': expect.any(Number),
    });
  });
});
