import { describe, expect, it } from 'vitest';
import { plainDense } from '../../../src/inference/runtimes/tensorflow/dense.js';
import type { Constant, RecordedOp, Recording } from '../../../src/inference/runtimes/tensorflow/recording.js';

const FLOAT = 1;
const adjoints = ['adj_x', 'adj_y'].map((name) => ({ name, type: 0, value: false }));

/** Builds a recording step by step: `rows` differ between the two recordings of a model, ids too. */
class Pass {
  readonly ops: RecordedOp[] = [];
  readonly constants = new Map<number, Constant>();
  readonly input: number;
  #next: number;
  readonly rows: number;
  readonly width: number;

  constructor(rows: number, width: number) {
    this.rows = rows;
    this.width = width;
    this.#next = 100 * rows;
    this.input = this.#next++;
  }

  constant(shape: readonly number[]): number {
    const size = shape.reduce((product, n) => product * n, 1);
    this.constants.set(this.#next, { dtype: FLOAT, shape, data: new Float32Array(size) });
    return this.#next++;
  }
  op(name: string, inputs: readonly number[], shape: readonly number[], attributes: RecordedOp['attributes'] = []) {
    const id = this.#next++;
    this.ops.push({ name, attributes, inputs, outputs: [{ id, dtype: FLOAT, shape }] });
    return id;
  }
  reshape(from: number, shape: readonly number[]): number {
    return this.op('Reshape', [from, this.constant([shape.length])], shape);
  }
  /** As tfjs-node runs a product of two matrices. */
  product(from: number, width: number, units: number): number {
    const left = this.reshape(from, [1, this.rows, width]);
    const right = this.reshape(this.constant([width, units]), [1, width, units]);
    return this.op('BatchMatMulV2', [left, right], [1, this.rows, units], adjoints);
  }
  recording(...results: readonly number[]): Recording {
    const placeholders = [{ id: this.input, shape: [this.rows, this.width] }];
    return { placeholders, ops: this.ops, constants: this.constants, results };
  }
}

/** What became of the passes of 2 and of 3 rows: names of the operations and their results' shapes. */
function rewritten(build: (pass: Pass) => readonly number[], width = 5): { names: string[]; recording: Recording } {
  const [a, b] = [2, 3].map((rows) => {
    const pass = new Pass(rows, width);
    return pass.recording(...build(pass));
  });
  const [first, second] = plainDense(a!, b!);
  const names = (recording: Recording) => recording.ops.map(({ name }) => name);
  expect(names(second)).toEqual(names(first));
  for (const recording of [first, second]) {
    const known = new Set([...recording.placeholders.map(({ id }) => id), ...recording.constants.keys()]);
    for (const { inputs, outputs } of recording.ops) {
      for (const id of inputs) expect(known, 'every input is there before it is read').toContain(id);
      for (const { id } of outputs) known.add(id);
    }
    for (const id of recording.results) expect(known).toContain(id);
  }
  return { names: names(first), recording: first };
}

describe('dense layers as tfjs-node runs them', () => {
  it('become products and biases, one layer behind the other', () => {
    const { names, recording } = rewritten((pass) => {
      const first = pass.op('Add', [pass.product(pass.input, 5, 4), pass.constant([4])], [1, pass.rows, 4]);
      const hidden = pass.reshape(pass.op('Relu', [first], [1, pass.rows, 4]), [pass.rows, 4]);
      const second = pass.reshape(pass.product(hidden, 4, 1), [pass.rows, 1]);
      return [pass.op('Sigmoid', [pass.op('Add', [second, pass.constant([1])], [pass.rows, 1])], [pass.rows, 1])];
    });
    expect(names).toEqual(['MatMul', 'BiasAdd', 'Relu', 'MatMul', 'BiasAdd', 'Sigmoid']);
    expect(recording.ops[0]!.attributes.map(({ name, value }) => [name, value])).toEqual([
      ['transpose_a', false],
      ['transpose_b', false],
    ]);
  });

  it('stay as they are where something reads the product with its first dimension', () => {
    const asResult = rewritten((pass) => [pass.product(pass.input, 5, 4)]);
    expect(asResult.names).toContain('BatchMatMulV2');
    const byAnother = rewritten((pass) => {
      const product = pass.product(pass.input, 5, 4);
      return [pass.op('Softmax', [product], [1, pass.rows, 4])];
    });
    expect(byAnother.names).toContain('BatchMatMulV2');
    const asVector = rewritten((pass) => {
      const product = pass.product(pass.input, 5, 4);
      return [pass.op('Mul', [product, product], [1, pass.rows, 4])];
    });
    expect(asVector.names).toContain('BatchMatMulV2');
  });

  it('stay as they are where a real batch of matrices is multiplied', () => {
    const { names } = rewritten((pass) => {
      const left = pass.reshape(pass.input, [pass.rows, 1, 5]);
      const product = pass.op('BatchMatMulV2', [left, pass.constant([pass.rows, 5, 4])], [pass.rows, 1, 4], adjoints);
      return [pass.reshape(product, [pass.rows, 4])];
    });
    expect(names).toEqual(['Reshape', 'BatchMatMulV2', 'Reshape']);
  });

  it('keep a reshape that only looks idle because there are as many rows as columns', () => {
    const { names } = rewritten((pass) => {
      const turned = pass.reshape(pass.input, [2, pass.rows]);
      return [pass.op('Relu', [turned], [2, pass.rows])];
    }, 2);
    expect(names).toEqual(['Reshape', 'Relu']);
  });

  it('add a vector that is no bias as before', () => {
    const { names } = rewritten((pass) => {
      const product = pass.product(pass.input, 5, 4);
      return [pass.reshape(pass.op('Mul', [product, pass.constant([4])], [1, pass.rows, 4]), [pass.rows, 4])];
    });
    expect(names).toEqual(['MatMul', 'Mul']);
  });
});
