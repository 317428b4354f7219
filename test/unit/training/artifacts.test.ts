import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-node';
import { afterAll, describe, expect, it } from 'vitest';
import {
  existingVersions,
  hashes,
  type ModelFiles,
  manifestFeatures,
  newVersionNumber,
  publish,
} from '../../../src/training/artifacts.js';
import { nameSegments } from '../../../src/training/segmentation-names.js';
import { temporaryFolder } from '../../support/server.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** As much of a tfjs model as is written: what it hands to a save handler. */
const savable = (weights: ArrayBuffer) =>
  ({
    save: async (handler: { save(artifacts: object): Promise<unknown> }) =>
      handler.save({ modelTopology: { layers: [] }, weightSpecs: [], weightData: weights, generatedBy: 'test' }),
  }) as unknown as LayersModel;
const manifest = {
  task: 'ranking',
  inputs: [
    {
      ...{ name: 'features', datatype: 'FP32', shape: [-1, 2] },
      features: ['a', 'b'].map((name) => ({ name, description: '' })),
    },
  ],
  outputs: [{ name: 'scores', datatype: 'FP32', shape: [-1, 1] }],
};
/** Publishes a version of a model; its files in the model's folder are these. */
const written = (name: string, version: number, golden?: unknown, files: Partial<ModelFiles> = {}) =>
  publish(folder.path, name, version, trained(golden), { manifest, card: `# ${name}`, ...files });
const trained = (golden: unknown = [1]) => ({
  model: savable(Float32Array.of(1, 2).buffer),
  assets: { 'items.json': ['a'] },
  golden,
  card: { seed: 1, metrics: [] },
});

describe('version folders', () => {
  it('are numbered as integers, after the highest, and never overwritten', () => {
    for (const name of ['1', '2', '10', '010', 'x', '.writing-11-1'])
      mkdirSync(join(folder.path, 'm', name), { recursive: true });
    expect(existingVersions(folder.path, 'm')).toEqual([1, 2, 10]);
    expect(newVersionNumber(folder.path, 'm')).toBe(11);
    expect(newVersionNumber(folder.path, 'm', 7)).toBe(7);
    expect(newVersionNumber(folder.path, 'new')).toBe(1);
    expect(() => newVersionNumber(folder.path, 'm', 10)).toThrow('version 10 of m exists');
  });

  it('list the hash of every file', async () => {
    const path = await written('whole', 1);
    const { files, version, format } = JSON.parse(readFileSync(join(path, 'version.json'), 'utf8'));
    expect({ version, format }).toEqual({ version: 1, format: 'tfjs-layers' });
    expect(Object.keys(files)).toEqual(['assets/items.json', 'golden.json', 'model.json', 'weights.bin']);
    const { 'version.json': _itself, ...now } = hashes(path);
    expect(now).toEqual(files);
    expect(readdirSync(join(folder.path, 'whole')).sort()).toEqual(['1', 'CARD.md', 'manifest.json']);
  });

  it('are there as a whole or not at all', async () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    await expect(written('broken', 1, circle)).rejects.toThrow(/circular/);
    expect(readdirSync(join(folder.path, 'broken'))).toEqual([]);
    await written('twice', 1);
    const before = hashes(join(folder.path, 'twice', '1'));
    await expect(written('twice', 1, [2])).rejects.toThrow(/ENOTEMPTY|EEXIST/);
    expect(hashes(join(folder.path, 'twice', '1'))).toEqual(before);
    expect(readdirSync(join(folder.path, 'twice')).sort()).toEqual(['1', 'CARD.md', 'manifest.json']);
  });

  it('stand beside a manifest, which is written once, and the card of the newest', async () => {
    const path = join(folder.path, 'kept', 'manifest.json');
    await written('kept', 1);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ name: 'kept', ...manifest });
    // What an operator made of it: aliases, a policy, another layout.
    const own = JSON.stringify({ ...manifest, name: 'kept', aliases: { champion: 1 }, version_policy: { all: {} } });
    writeFileSync(path, own);
    await written('kept', 2, [1], { card: '# kept, version 2' });
    expect(readFileSync(path, 'utf8')).toBe(own);
    expect(readFileSync(join(folder.path, 'kept', 'CARD.md'), 'utf8')).toBe('# kept, version 2');
    expect(readdirSync(join(folder.path, 'kept')).sort()).toEqual(['1', '2', 'CARD.md', 'manifest.json']);
  });
});

describe('a version that the manifest does not fit', () => {
  const features = (...names: string[]) => names.map((name) => ({ name, description: '' }));
  const refused = async (own: object | string, trainedNow: object) => {
    const name = `misfit${readdirSync(folder.path).length}`;
    const path = join(folder.path, name, 'manifest.json');
    mkdirSync(join(folder.path, name));
    const text = typeof own === 'string' ? own : JSON.stringify({ name, ...own });
    writeFileSync(path, text);
    const error = await written(name, 1, [1], { manifest: trainedNow }).catch((e: Error) => e);
    expect(readdirSync(join(folder.path, name))).toEqual(['manifest.json']);
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect((error as Error).message).toContain(path);
    return (error as Error).message;
  };

  it('is refused with what differs and what to do, before anything is written', async () => {
    const [input] = manifest.inputs;
    const [output] = manifest.outputs;
    const message = await refused(manifest, { ...manifest, outputs: [{ ...output, shape: [-1, 7] }] });
    expect(message).toContain('output scores: the manifest has shape [-1,1], the version [-1,7]');
    expect(message).toContain('Nothing was written. Train into another models folder (--models)');
    expect(await refused(manifest, { ...manifest, inputs: [{ ...input, datatype: 'INT32' }] })).toContain(
      'input features: the manifest has datatype FP32, the version INT32',
    );
    const swapped = { ...manifest, inputs: [{ ...input, features: features('b', 'a') }] };
    expect(await refused(manifest, swapped)).toContain('feature 1 is a in the manifest, b in the version');
    const added = { output: 'scores', at: 'features', first: 1 };
    const two = { ...manifest, outputs: [output, { ...output, name: 'repeats', adds_to: added }] };
    expect(await refused(manifest, two)).toContain('the manifest has no output repeats');
    expect(await refused(two, manifest)).toContain('the version has no output repeats');
    expect(await refused({ ...manifest, outputs: [{ ...output, adds_to: added }] }, manifest)).toContain(
      'output scores: the manifest has adds_to {"output":"scores","at":"features","first":1}, the version none',
    );
  });

  it('is refused when the manifest cannot be read', async () => {
    expect(await refused('{ "name": ', manifest)).toMatch(/expected a manifest .*JSON.*; nothing was written/);
    expect(await refused({ inputs: manifest.inputs }, manifest)).toContain('outputs: ');
  });

  it('is not one that differs in ranges, descriptions, the order of tensors or what an operator left out', async () => {
    const [input] = manifest.inputs;
    const second = { name: 'more', datatype: 'INT32', shape: [-1, 3] };
    const own = { inputs: [second, { ...input, features: undefined }], outputs: manifest.outputs };
    const ranged = input!.features.map((one) => ({ ...one, minimum: -1, maximum: 7, default: 2 }));
    mkdirSync(join(folder.path, 'fits'));
    writeFileSync(join(folder.path, 'fits', 'manifest.json'), JSON.stringify(own));
    const now = { inputs: [{ ...input, features: ranged }, second], outputs: manifest.outputs };
    expect(await written('fits', 1, [1], { manifest: now })).toBe(join(folder.path, 'fits', '1'));
  });
});

describe('the manifest’s features', () => {
  it('carry the range that training saw', () => {
    const set = {
      ...{ name: 's', version: 1, description: '' },
      features: [
        { name: 'a', description: 'A.', unit: 'm', default: 0 },
        { name: 'b', description: 'B.', default: 2 },
      ],
    };
    expect(manifestFeatures(set, Float32Array.of(1, -5, 3, 5))).toEqual([
      { name: 'a', description: 'A.', unit: 'm', minimum: 1, maximum: 3, default: 0 },
      { name: 'b', description: 'B.', minimum: -5, maximum: 5, default: 2 },
    ]);
  });
});

describe('segment names', () => {
  it('follow from the centroids, whatever their order', () => {
    // log recency, log frequency, log monetary in standardised units
    const champions = Float64Array.of(-1.4, 1.5, 1.4);
    const loyal = Float64Array.of(0, 0.5, 0.6);
    const occasional = Float64Array.of(0.1, 0, 0.1);
    const lapsed = Float64Array.of(0.9, -0.8, -0.7);
    const ids = (...centroids: Float64Array[]) => nameSegments(centroids).map(({ id }) => id);
    expect(ids(champions, loyal, occasional, lapsed)).toEqual(['champions', 'loyal', 'occasional', 'lapsed']);
    expect(ids(lapsed, occasional, champions, loyal)).toEqual(['lapsed', 'occasional', 'champions', 'loyal']);
    // Where there are no names, numbers: they follow from the centroids too.
    expect(ids(lapsed, champions, loyal)).toEqual(['value-3', 'value-1', 'value-2']);
  });
});
