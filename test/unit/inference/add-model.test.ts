import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addModel } from '../../../src/inference/add-model.js';
import { parseManifest } from '../../../src/inference/manifest.js';
import { checkVersion, scanModels } from '../../../src/inference/repository.js';
import { CHURN, dropIn } from '../../support/drop-in.js';
import { temporaryFolder } from '../../support/server.js';

describe('adding a model', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let from: string;
  let modelsDir: string;
  beforeEach(() => {
    folder = temporaryFolder();
    dropIn(join(folder.path, 'written'));
    from = join(folder.path, 'written', 'churn', '1');
    modelsDir = join(folder.path, 'models');
  });
  afterEach(() => folder.remove());
  const add = (more: object = {}) => addModel({ from, modelsDir, name: 'loyalty', ...more });

  it('writes a manifest from the model’s own signature, and what it wrote passes the check', async () => {
    const added = await add({ features: ['recency', 'complaints', 'tenure'], description: 'Who stays.' });
    expect(added).toEqual({ folder: join(modelsDir, 'loyalty', '1'), version: 1, manifestWritten: true });
    const manifest = parseManifest(readFileSync(join(modelsDir, 'loyalty', 'manifest.json'), 'utf8'));
    expect(manifest.inputs).toEqual([
      {
        name: 'features',
        datatype: 'FP32',
        shape: [-1, 3],
        features: ['recency', 'complaints', 'tenure'].map((name) => ({ name, description: '' })),
      },
    ]);
    expect(manifest.outputs).toEqual([{ name: 'probability', datatype: 'FP32', shape: [-1, 1] }]);
    const { source } = await checkVersion(modelsDir, manifest, 1);
    expect(source.format).toBe('tfjs-layers');
  });

  it('adds the next version beside those there are, and leaves the manifest alone', async () => {
    await add();
    const before = readFileSync(join(modelsDir, 'loyalty', 'manifest.json'), 'utf8');
    expect(await add()).toMatchObject({ version: 2, manifestWritten: false });
    expect(readFileSync(join(modelsDir, 'loyalty', 'manifest.json'), 'utf8')).toBe(before);
  });

  it('says what is wrong, and changes nothing', async () => {
    await expect(add({ from: folder.path })).rejects.toThrow('expected model.json (TensorFlow.js) or saved_model.pb');
    await expect(add({ features: ['one'] })).rejects.toThrow('expected 3 features');
    await expect(add({ name: '../x' })).rejects.toThrow('expected a GraphQL name');
    expect((await scanModels(modelsDir)).models).toEqual([]);
  });
});

describe('manifests that nobody should write', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());
  const problemOf = async (text: string) => {
    mkdirSync(join(folder.path, 'churn', '1'), { recursive: true });
    writeFileSync(join(folder.path, 'churn', 'manifest.json'), text);
    const { models, problems } = await scanModels(folder.path);
    expect(models).toEqual([]);
    return `${problems[0]!.reason} ${problems[0]!.message}`;
  };
  const output = CHURN.outputs[0]!;
  const circle = ['a', 'b'].map((name, i) => ({
    ...output,
    name,
    features: undefined,
    adds_to: { output: 'ba'[i], at: 'features', first: 0 },
  }));

  it.each([
    ['an unknown field', JSON.stringify({ ...CHURN, onLoad: 'rm -rf' }), /MANIFEST_INVALID .*onLoad/],
    ['outputs that belong to each other in a circle', JSON.stringify({ ...CHURN, outputs: circle }), /adds_to/],
    ['depth', '['.repeat(500_000) + ']'.repeat(500_000), /MANIFEST_INVALID/],
    ['size', `"${'x'.repeat(1_100_000)}"`, /expected at most 1048576 bytes/],
    ['too many inputs', JSON.stringify({ ...CHURN, inputs: Array(33).fill(CHURN.inputs[0]) }), /inputs/],
    ['a name of another folder', JSON.stringify({ ...CHURN, name: 'fraud' }), /the folder's name/],
  ])('are refused for %s', async (_what, text, problem) => {
    expect(await problemOf(text)).toMatch(problem);
  });
});
