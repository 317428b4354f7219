import { describe, expect, it } from 'vitest';
import { inputsOf, vectorOf } from '../../../src/domains/generic/rows.js';
import { agrees, difference, genericVerdict, listVerdict } from '../../../src/flows/verdicts.js';
import { parseManifest } from '../../../src/inference/manifest.js';
import { CHURN } from '../../support/drop-in.js';

const output = (name: string, size: number, features: object[] = []) => ({
  ...{ name, datatype: 'FP32' as const, shape: [-1, size] },
  features: features as { name: string; description: string }[],
});
const column = (name: string, more: object = {}) => ({ name, description: name, ...more });

describe('what the answers of a dropped-in model come down to', () => {
  const species = {
    outputs: [
      output(
        'p',
        3,
        ['setosa', 'versicolor', 'virginica'].map((name) => column(name)),
      ),
    ],
  };
  const of = (values: object, manifest: Parameters<typeof genericVerdict>[1] = species) =>
    genericVerdict(values as never, manifest);

  it('is the column with the most, where there are columns', () => {
    const [a, b] = [of({ p: [0.1, 0.7, 0.2] }), of({ p: [0.4, 0.45, 0.15] })];
    expect(a).toMatchObject({ label: 'versicolor', score: 0.7 });
    expect(agrees(a, b)).toBe(true);
    expect(agrees(a, of({ p: [0.5, 0.3, 0.2] }))).toBe(false);
    expect(difference(a, b, true)).toBeCloseTo((0.3 + 0.25 + 0.05) / 3);
    expect(difference(a, b, false)).toBeCloseTo(0);
    expect(of({ p: [1, 2] }, { outputs: [output('p', 2)] }).label).toBe('p[1]');
  });

  it('is a number near the other’s, where there is one: within 1 % of the stated range, or of itself', () => {
    const share = { outputs: [output('p', 1, [column('p', { minimum: 0, maximum: 1 })])] };
    expect(of({ p: 0.5 }, share).label).toBeNull();
    expect(agrees(of({ p: 0.5 }, share), of({ p: 0.5099 }, share))).toBe(true);
    expect(agrees(of({ p: 0.5 }, share), of({ p: 0.52 }, share))).toBe(false);
    const free = { outputs: [output('p', 1)] };
    expect(agrees(of({ p: 1_000 }, free), of({ p: 1_009 }, free))).toBe(true);
    expect(agrees(of({ p: 1_000 }, free), of({ p: 1_011 }, free))).toBe(false);
    expect(agrees(of({ p: 0.001 }, free), of({ p: 0.009 }, free))).toBe(true);
  });

  it('needs all outputs to agree, and an output that is gone never does', () => {
    const two = { outputs: [...species.outputs, output('q', 1)] };
    const a = of({ p: [1, 0, 0], q: 5 }, two);
    expect(agrees(a, of({ p: [1, 0, 0], q: 5 }, two))).toBe(true);
    expect(agrees(a, of({ p: [1, 0, 0], q: 6 }, two))).toBe(false);
    expect(agrees(a, of({ p: [1, 0, 0] }, two))).toBe(false);
  });

  it('is the first item of a list, an empty one too', () => {
    const list = (...ids: string[]) =>
      listVerdict({ items: ids.map((itemId) => ({ itemId, score: 2 })), basis: 'PERSONAL', reason: '' });
    expect(list('a', 'b')).toEqual({ label: 'a', score: 2, items: ['a', 'b'] });
    expect(agrees(list('a', 'b'), list('a', 'c'))).toBe(true);
    expect(agrees(list(), list())).toBe(true);
    expect(agrees(list(), list('a'))).toBe(false);
  });
});

describe('a recorded vector', () => {
  const churn = parseManifest(JSON.stringify(CHURN));
  const two = {
    ...churn,
    inputs: [
      { name: 'codes', datatype: 'INT32' as const, shape: [-1, 2] },
      { name: 'image', datatype: 'FP32' as const, shape: [-1, 2, 2] },
    ],
  };

  it('becomes the inputs that it was made of', () => {
    const inputs = { codes: Int32Array.of(7, -3), image: Float32Array.of(0.5, 1, 2, 4) };
    expect(inputsOf(two, vectorOf(two, inputs))).toEqual(inputs);
  });

  it('is refused where it does not say all of them', () => {
    expect(() => inputsOf(two, new Float32Array(5))).toThrow('expected a vector of 6 values, got 5');
    expect(() => inputsOf(two, Float32Array.of(2 ** 24, 0, 0, 0, 0, 0))).toThrow(/codes: expected whole numbers below/);
  });
});
