import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../../src/inference/manifest.js';
import { withAdditions } from '../../../src/inference/pool/additions.js';
import type { LoadedModel, Signature, TensorMap } from '../../../src/inference/ports.js';

const WIDTH = 6;
const PLACES = 4;
const signature: Signature = {
  inputs: [{ name: 'items', datatype: 'INT32', shape: [-1, PLACES] }],
  outputs: [
    {
      ...{ name: 'own', datatype: 'FP32', shape: [-1, PLACES] },
      addsTo: { output: 'scores', at: 'items', first: 1 },
    },
    { name: 'scores', datatype: 'FP32', shape: [-1, WIDTH] },
  ],
};
const tensor = (rows: number, width: number, values: readonly number[]) => ({
  ...{ datatype: 'FP32' as const, shape: [rows, width] },
  data: Float32Array.from(values),
});
/** A model that answers the given tensors and takes its inputs away, as an engine may. */
const answering = (outputs: TensorMap, promised = signature): LoadedModel => ({
  signature: promised,
  mode: 'test',
  run: async (inputs) => {
    for (const { data } of Object.values(inputs)) structuredClone(data.buffer, { transfer: [data.buffer] });
    return outputs;
  },
  warmUp: async () => {},
  unload: async () => {},
});
const inputs = (rows: number, places: readonly number[]): TensorMap => ({
  items: { datatype: 'INT32', shape: [rows, PLACES], data: Int32Array.from(places) },
});

describe('outputs that are added to others', () => {
  it('come to the places their rows name, twice where a row names one twice, and not where it names none', async () => {
    const row = fc.tuple(
      fc.array(fc.integer({ min: -9, max: 9 }), { minLength: WIDTH, maxLength: WIDTH }),
      fc.array(fc.integer({ min: -9, max: 9 }), { minLength: PLACES, maxLength: PLACES }),
      fc.array(fc.integer({ min: -1, max: WIDTH + 2 }), { minLength: PLACES, maxLength: PLACES }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), async (rows) => {
        const model = withAdditions(
          answering({
            scores: tensor(
              rows.length,
              WIDTH,
              rows.flatMap(([scores]) => scores),
            ),
            own: tensor(
              rows.length,
              PLACES,
              rows.flatMap(([, own]) => own),
            ),
          }),
        );
        const places = rows.flatMap(([, , at]) => at);
        const answer = await model.run(inputs(rows.length, places));
        expect(Object.keys(answer)).toEqual(['scores']);
        const expected = rows.flatMap(([scores, own, at]) =>
          scores.map((score, j) => score + at.reduce((sum, place, i) => (place === j + 1 ? sum + own[i]! : sum), 0)),
        );
        expect([...answer.scores!.data]).toEqual(expected);
      }),
    );
  });

  it('are not in the signature, and a model without them stays as it is', () => {
    const model = withAdditions(answering({}));
    expect(model.signature.outputs.map(({ name }) => name)).toEqual(['scores']);
    const plain = answering({}, { ...signature, outputs: signature.outputs.slice(1) });
    expect(withAdditions(plain)).toBe(plain);
  });

  it('take a number that is not finite along', async () => {
    const model = withAdditions(
      answering({ scores: tensor(1, WIDTH, [0, 0, 0, 0, 0, 0]), own: tensor(1, PLACES, [Number.NaN, 1, 0, 0]) }),
    );
    const { scores } = await model.run(inputs(1, [3, 2, 0, 0]));
    expect([...scores!.data]).toEqual([0, 1, Number.NaN, 0, 0, 0]);
  });
});

describe('a manifest', () => {
  const manifest = (own: object, more: object = {}) =>
    JSON.stringify({
      ...{ name: 'm', task: 'ranking', description: 'd', entity: 'customer' },
      inputs: [
        { name: 'items', datatype: 'INT32', shape: [-1, PLACES] },
        { name: 'weights', datatype: 'FP32', shape: [-1, PLACES] },
      ],
      outputs: [
        { name: 'scores', datatype: 'FP32', shape: [-1, WIDTH], ...more },
        { name: 'own', datatype: 'FP32', shape: [-1, PLACES], adds_to: { output: 'scores', at: 'items', ...own } },
      ],
    });
  it('says which output is added to which, and where', () => {
    expect(parseManifest(manifest({ first: 1 })).outputs[1]!.addsTo).toEqual({
      output: 'scores',
      at: 'items',
      first: 1,
    });
    expect(parseManifest(manifest({})).outputs[1]!.addsTo!.first).toBe(0);
    expect(parseManifest(manifest({})).outputs[0]).not.toHaveProperty('addsTo');
  });

  it('is refused where nothing could be added, with what was expected', () => {
    const refusal = (own: object, more?: object) => {
      try {
        parseManifest(manifest(own, more));
      } catch (error) {
        return (error as Error).message;
      }
      return null;
    };
    const output = 'manifest.json: outputs.1.adds_to.output: expected an FP32 output that is an answer of its own';
    expect(refusal({ output: 'nothing' })).toBe(`${output}, for an FP32 output, got nothing`);
    expect(refusal({ output: 'own' })).toContain(`${output}, for an FP32 output, got own`);
    expect(refusal({}, { datatype: 'INT32' })).toContain(output);
    const at = 'manifest.json: outputs.1.adds_to.at: expected an INT32 input of 4 values, one for each of the output’s';
    expect(refusal({ at: 'weights' })).toBe(`${at}, got weights`);
    expect(refusal({ at: 'nothing' })).toBe(`${at}, got nothing`);
    expect(refusal({ first: -1 })).toContain('outputs.1.adds_to.first');
  });
});
