import { describe, expect, it } from 'vitest';
import { attr, DT, type Node, savedModel } from '../../../../src/inference/runtimes/tensorflow/proto.js';
import { readChain } from '../../../../src/inference/runtimes/tensorflow/read-chain.js';

const placeholder = (name: string): Node => ({ name, op: 'Placeholder', inputs: [], attributes: {} });
const constant = (
  name: string,
  shape: readonly number[],
  values: readonly number[],
  dtype: number = DT.FLOAT,
): Node => ({
  name,
  op: 'Const',
  inputs: [],
  attributes: {
    dtype: attr.type(dtype),
    value: attr.tensor(dtype, shape, new Uint8Array(Float32Array.from(values).buffer)),
  },
});
const node = (name: string, op: string, inputs: readonly string[], attributes: Node['attributes'] = {}): Node => ({
  name,
  op,
  inputs,
  attributes,
});
const WEIGHTS = constant('w', [2, 3], [1, 2, 3, 4, 5, 6]);
const BIAS = constant('b', [3], [7, 8, 9]);
const PRODUCT = node('product', 'MatMul', ['input_0', 'w'], { transpose_a: attr.bool(false) });
/** What is read of a graph of two inputs a row, whose output is `result`. */
const read = (result: string, ...nodes: readonly Node[]) =>
  readChain(savedModel([placeholder('input_0'), ...nodes, node('output_0', 'Identity', [result])], [], []), 2);

describe('a chain read from a compiled graph', () => {
  it('is the layers with their weights and biases, and what lies between', () => {
    expect(
      read(
        'best',
        ...[WEIGHTS, BIAS, PRODUCT, constant('one', [], [0.5]), constant('mean', [2], [1, -1])],
        node('centred', 'Sub', ['input_0', 'mean']),
        node('product', 'MatMul', ['centred', 'w']),
        node('biased', 'BiasAdd', ['product', 'b']),
        node('active', 'Relu', ['biased']),
        node('half', 'Mul', ['active', 'one']),
        node('best', 'Softmax', ['half']),
      ),
    ).toEqual({
      inputs: 2,
      outputs: 3,
      steps: [
        { kind: 'add', vector: Float32Array.of(-1, 1) },
        {
          ...{ kind: 'dense', inputs: 2, outputs: 3 },
          ...{ weights: Float32Array.of(1, 2, 3, 4, 5, 6), bias: Float32Array.of(7, 8, 9) },
        },
        { kind: 'each', what: 'Relu' },
        { kind: 'multiply', vector: new Float32Array(3).fill(0.5) },
        { kind: 'softmax' },
      ],
    });
  });

  it('keeps a second bias apart', () => {
    const twice = [node('once', 'BiasAdd', ['product', 'b']), node('twice', 'AddV2', ['once', 'b'])];
    expect(read('twice', WEIGHTS, BIAS, PRODUCT, ...twice)?.steps.map(({ kind }) => kind)).toEqual(['dense', 'add']);
  });

  it.each<[string, string, readonly Node[]]>([
    ['branches', 'sum', [WEIGHTS, PRODUCT, node('sum', 'AddV2', ['product', 'product'])]],
    ['an operation that a chain has not', 'cosine', [node('cosine', 'Cos', ['input_0'])]],
    [
      'a product of something turned',
      'turned',
      [WEIGHTS, node('turned', 'MatMul', ['input_0', 'w'], { transpose_b: attr.bool(true) })],
    ],
    ['weights for another width', 'product', [constant('w', [3, 2], [1, 2, 3, 4, 5, 6]), PRODUCT]],
    ['a constant from the left', 'left', [constant('m', [2], [1, 1]), node('left', 'Sub', ['m', 'input_0'])]],
    ['a matrix that is added', 'sum', [constant('m', [1, 2], [1, 1]), node('sum', 'AddV2', ['input_0', 'm'])]],
    ['integers', 'sum', [constant('m', [2], [1, 1], DT.INT32), node('sum', 'AddV2', ['input_0', 'm'])]],
    ['a second input', 'input_0', [placeholder('input_1')]],
    ['a second output', 'input_0', [node('output_1', 'Identity', ['input_0'])]],
    ['a circle', 'a', [node('a', 'Relu', ['b']), node('b', 'Relu', ['a'])]],
    ['nothing that was put in', 'm', [constant('m', [2], [1, 1])]],
  ])('is not made of %s', (_, result, nodes) => {
    expect(read(result, ...nodes)).toBeNull();
  });
});
