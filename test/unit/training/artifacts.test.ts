import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-node';
import { afterAll, describe, expect, it } from 'vitest';
import {
  existingVersions,
  hashes,
  manifestFeatures,
  newVersionNumber,
  writeModelFiles,
  writeVersion,
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
    const path = await writeVersion(folder.path, 'whole', 1, trained());
    const { files, version, format } = JSON.parse(readFileSync(join(path, 'version.json'), 'utf8'));
    expect({ version, format }).toEqual({ version: 1, format: 'tfjs-layers' });
    expect(Object.keys(files)).toEqual(['assets/items.json', 'golden.json', 'model.json', 'weights.bin']);
    const { 'version.json': _itself, ...now } = hashes(path);
    expect(now).toEqual(files);
    expect(readdirSync(join(folder.path, 'whole'))).toEqual(['1']);
  });

  it('are there as a whole or not at all', async () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    await expect(writeVersion(folder.path, 'broken', 1, trained(circle))).rejects.toThrow(/circular/);
    expect(readdirSync(join(folder.path, 'broken'))).toEqual([]);
    await writeVersion(folder.path, 'twice', 1, trained());
    const before = hashes(join(folder.path, 'twice', '1'));
    await expect(writeVersion(folder.path, 'twice', 1, trained([2]))).rejects.toThrow(/ENOTEMPTY|EEXIST/);
    expect(hashes(join(folder.path, 'twice', '1'))).toEqual(before);
    expect(readdirSync(join(folder.path, 'twice'))).toEqual(['1']);
  });

  it('stand beside a manifest and a card that are replaced at once', () => {
    writeModelFiles(folder.path, 'whole', { task: 'ranking' }, '# whole');
    writeModelFiles(folder.path, 'whole', { task: 'clustering' }, '# whole again');
    expect(JSON.parse(readFileSync(join(folder.path, 'whole', 'manifest.json'), 'utf8'))).toEqual({
      name: 'whole',
      task: 'clustering',
    });
    expect(readdirSync(join(folder.path, 'whole')).sort()).toEqual(['1', 'CARD.md', 'manifest.json']);
    expect(existsSync(join(folder.path, 'whole', '1'))).toBe(true);
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
