import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogueMarkdown, FEATURE_SETS, featureSet } from '../../../src/features/catalogue.js';

const ROOT = resolve(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(resolve(ROOT, file), 'utf8');

describe('the catalogue of features', () => {
  it('is what docs/features.md shows', async () => {
    await expect(catalogueMarkdown()).toMatchFileSnapshot(resolve(ROOT, 'docs/features.md'));
  });

  it('has the sets that the shipped models were trained on, in the order of their manifests', () => {
    for (const model of ['fraud', 'recommendations', 'segmentation']) {
      const set = featureSet(JSON.parse(read(`models/${model}/1/version.json`)).feature_set);
      const { inputs } = JSON.parse(read(`models/${model}/manifest.json`));
      const named = inputs.flatMap((input: { name: string; features?: { name: string }[] }) =>
        input.features === undefined ? [input.name] : input.features.map((feature) => feature.name),
      );
      expect(named).toEqual(set.features.map((feature) => feature.name));
    }
  });

  it('has names that are unique and defaults that are numbers', () => {
    for (const set of FEATURE_SETS.values()) {
      expect(new Set(set.features.map((feature) => feature.name)).size).toBe(set.features.length);
      for (const feature of set.features) expect(Number.isFinite(feature.default), feature.name).toBe(true);
    }
  });

  it('says which sets it has when asked for another', () => {
    expect(() => featureSet('fraud@99')).toThrow(
      'expected a feature set of fraud@1, basket@2, rfm@1, customer@1, got "fraud@99"',
    );
  });
});
