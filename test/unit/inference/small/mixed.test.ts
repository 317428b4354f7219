import { describe, expect, it } from 'vitest';
import { runMixed } from '../../../../src/inference/pool/mixed.js';
import type { LoadedModel, Signature } from '../../../../src/inference/ports.js';

const signature: Signature = {
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
  outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 2] }],
};
/** Answers a row with its values times `factor`, and with 1 more where the engine was asked. */
function model(factor: number): LoadedModel & { readonly batches: number[] } {
  const batches: number[] = [];
  return {
    ...{ signature, mode: 'test', batches },
    rows: {
      ...{ outputs: 2, most: 3 },
      compute(inputs, outputs, row) {
        for (let i = 2 * row; i < 2 * row + 2; i++) outputs[i] = inputs[i]! * factor;
      },
    },
    async run(inputs) {
      const { shape, data } = inputs.x!;
      batches.push(shape[0]!);
      return { y: { datatype: 'FP32', shape, data: Float32Array.from(data, (value) => value * factor + 1) } };
    },
    async warmUp() {},
    async unload() {},
  };
}

describe('a batch of several versions', () => {
  it('is computed by row, each by its own version; many rows of one by the engine, as a batch', async () => {
    const [a, b, c] = [model(10), model(100), model(1_000)];
    const parts = [
      { model: a, rows: 2 },
      { model: b, rows: 4 },
      { model: c, rows: 1 },
    ];
    const data = Float32Array.from({ length: 14 }, (_, i) => i);
    const { y } = await runMixed(parts, { x: { datatype: 'FP32', shape: [7, 2], data } });
    expect(y).toEqual({
      datatype: 'FP32',
      shape: [7, 2],
      data: Float32Array.of(0, 10, 20, 30, 401, 501, 601, 701, 801, 901, 1_001, 1_101, 12_000, 13_000),
    });
    expect([a, b, c].map(({ batches }) => batches)).toEqual([[], [4], []]);
  });
});
