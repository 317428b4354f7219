import { describe, expect, it } from 'vitest';
import { checkOps } from '../../../src/inference/runtimes/tensorflow/check-ops.js';
import { attr, bytes, DT, message, savedModel, text } from '../../../src/inference/runtimes/tensorflow/proto.js';

const node = (name: string, op: string, inputs: string[] = [], functions: string[] = []) =>
  message(
    1,
    text(1, name),
    text(2, op),
    ...inputs.map((input) => text(3, input)),
    ...functions.map((f) => message(5, text(1, 'f'), message(2, message(10, text(1, f))))),
  );
const definition = (name: string, nodes: [string, string][]) =>
  message(1, message(1, text(1, name)), ...nodes.map(([n, op]) => message(3, text(1, n), text(2, op))));
interface Parts {
  nodes: Uint8Array[];
  functions?: Uint8Array[];
  restore?: string;
  outputs?: string[];
  initialiser?: string;
}
/** A `saved_model.pb` by hand, with what a careless or an evil exporter could put into one. */
function model({ nodes, functions = [], restore, outputs = ['out:0'], initialiser }: Parts): Uint8Array {
  return message(
    2,
    message(2, ...nodes, message(2, ...functions)),
    ...(restore === undefined ? [] : [message(3, text(3, restore))]),
    ...(initialiser === undefined
      ? []
      : [message(4, text(1, 'saved_model_main_op'), message(2, message(1, bytes(1, Buffer.from(initialiser)))))]),
    message(
      5,
      text(1, 'serving_default'),
      message(2, ...outputs.map((name) => message(2, text(1, 'y'), message(2, text(1, name))))),
    ),
  );
}
const good = [node('in', 'Placeholder'), node('out', 'Relu', ['in:0'])];

describe('the operations of a SavedModel', () => {
  it('may compute', () => {
    checkOps(model({ nodes: good }));
    const shape = { dtype: DT.FLOAT, shape: [-1, 2] };
    checkOps(
      savedModel(
        [
          { name: 'x', op: 'Placeholder', inputs: [], attributes: { dtype: attr.type(DT.FLOAT) } },
          { name: 'y', op: 'Tanh', inputs: ['x'], attributes: { T: attr.type(DT.FLOAT) } },
        ],
        [{ name: 'x', tensor: 'x:0', ...shape }],
        [{ name: 'y', tensor: 'y:0', ...shape }],
      ),
    );
  });

  it.each([
    'ReadFile',
    'WriteFile',
    'PyFunc',
    'EagerPyFunc',
    'PyFuncStateless',
    'MatchingFiles',
    'Recv',
    'TFRecordReaderV2',
    'NewOp',
  ])('may not be %s: in the graph, where nothing asks for it, or in a function', (op) => {
    const refusal = new RegExp(`expected operations that only compute, got ${op}$`);
    expect(() => checkOps(model({ nodes: [...good, node('bad', op)] }))).toThrow(refusal);
    expect(() => checkOps(model({ nodes: good, functions: [definition('f', [['bad', op]])] }))).toThrow(refusal);
  });

  it('may hold the saver, which nobody runs, and run the loader', () => {
    const saver = [node('save', 'SaveV2', ['in']), node('restore', 'RestoreV2', ['in'])];
    checkOps(model({ nodes: [...good, ...saver], restore: 'restore' }));
    const call = (name: string, f: string) => node(name, 'StatefulPartitionedCall', [], [f]);
    const functions = [definition('saving', [['s', 'SaveV2']]), definition('loading', [['r', 'RestoreV2']])];
    checkOps(model({ nodes: [...good, call('a', 'saving'), call('b', 'loading')], functions, restore: 'b' }));
  });

  it('may not save or load when it is asked or started, by whatever way', () => {
    const wrong: [Parts, string][] = [
      [{ nodes: [...good, node('s', 'SaveV2')], outputs: ['out:0', 's:0'] }, 'SaveV2'],
      [{ nodes: [...good.slice(0, 1), node('s', 'SaveV2'), node('out', 'Relu', ['in', '^s'])] }, 'SaveV2'],
      [{ nodes: [...good, node('s', 'SaveV2')], restore: 's' }, 'SaveV2'],
      [{ nodes: [...good, node('r', 'RestoreV2')], initialiser: 'r' }, 'RestoreV2'],
      [
        { nodes: [node('out', 'PartitionedCall', [], ['f'])], functions: [definition('f', [['s', 'SaveV2']])] },
        'SaveV2',
      ],
      [
        { nodes: [node('out', 'f')], functions: [definition('f', [['s', 'MergeV2Checkpoints']])] },
        'MergeV2Checkpoints',
      ],
    ];
    for (const [parts, op] of wrong) expect(() => checkOps(model(parts))).toThrow(`got ${op}`);
  });

  it('do not hide behind another of the same name', () => {
    const twice = [node('bad', 'PyFunc'), node('bad', 'Relu')];
    expect(() => checkOps(model({ nodes: [...good, ...twice] }))).toThrow(/expected one "bad", got two/);
    const functions = [definition('f', [['n', 'PyFunc']]), definition('f', [['n', 'Relu']])];
    expect(() => checkOps(model({ nodes: good, functions }))).toThrow(/expected one "f", got two/);
  });

  it('are looked for in protocol buffers only', () => {
    for (const bad of ['{"a":1}', '\xff\xff\xff\xff', '\x12\x7f'])
      expect(() => checkOps(Buffer.from(bad, 'latin1'))).toThrow(/expected a protocol buffer/);
  });
});
