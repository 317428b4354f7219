import { type Chain, ELEMENTWISE, type Step } from '../small/chain.js';
import { DT } from './proto.js';
import { all, fieldsOf, integer, string, text } from './proto-reader.js';

interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  /** AttrValue messages by name. */
  readonly attributes: ReadonlyMap<string, Uint8Array>;
}
interface Matrix {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * The chain of dense layers that a compiled graph (compiler.ts) is; null when it is anything else: branches, several inputs or outputs, an
 * operation that a chain has not. Reads what `write` wrote, so that a graph from the cache needs nothing beside it.
 * @param savedModel `saved_model.pb`
 * @param inputs numbers of a row
 */
export function readChain(savedModel: Uint8Array, inputs: number): Chain | null {
  const nodes = new Map<string, Node>();
  for (const graph of all(savedModel, 2).flatMap((metaGraph) => all(metaGraph, 2)))
    for (const bytes of all(graph, 1)) nodes.set(text(bytes, 1), nodeOf(bytes));
  if (nodes.has('input_1') || nodes.has('output_1')) return null;
  const path: Node[] = [];
  for (let node = nodes.get('output_0'); node?.op !== 'Placeholder'; node = nodes.get(node.inputs[0]!)) {
    if (node === undefined || path.length > nodes.size) return null;
    path.unshift(node);
  }
  const steps: Step[] = [];
  let width = inputs;
  for (const node of path) {
    if (node.op === 'Identity') continue;
    const constant = node.inputs[1] === undefined ? null : matrixOf(nodes.get(node.inputs[1]));
    const step = stepOf(node, constant, width);
    if (step === null) return null;
    const before = steps.at(-1);
    if (step.kind === 'dense') width = step.outputs;
    if (step.kind === 'add' && before?.kind === 'dense' && before.bias.every((b) => b === 0))
      steps.splice(-1, 1, { ...before, bias: step.vector });
    else steps.push(step);
  }
  return { inputs, outputs: width, steps };
}

function stepOf(node: Node, constant: Matrix | null, width: number): Step | null {
  const { op, attributes } = node;
  if (node.inputs.length === 1) {
    if (op === 'Softmax') return { kind: 'softmax' };
    const what = ELEMENTWISE.find((name) => name === op);
    return what === undefined ? null : { kind: 'each', what };
  }
  if (node.inputs.length !== 2 || constant === null) return null;
  const { shape, values } = constant;
  if (op === 'MatMul') {
    const turned = ['transpose_a', 'transpose_b'].some((name) => integer(attributes.get(name) ?? NOTHING, 5) !== 0);
    if (turned || shape.length !== 2 || shape[0] !== width) return null;
    const outputs = shape[1]!;
    return { kind: 'dense', inputs: width, outputs, weights: values, bias: new Float32Array(outputs) };
  }
  if (shape.length > 1 || (values.length !== width && values.length !== 1)) return null;
  const vector = values.length === width ? values : new Float32Array(width).fill(values[0]!);
  switch (op) {
    case 'Add':
    case 'AddV2':
    case 'BiasAdd':
      return { kind: 'add', vector };
    case 'Sub':
      return { kind: 'add', vector: vector.map((v) => -v) };
    case 'Mul':
      return { kind: 'multiply', vector };
    default:
      return null;
  }
}

const NOTHING = new Uint8Array(0);

function nodeOf(bytes: Uint8Array): Node {
  const inputs: string[] = [];
  const attributes = new Map<string, Uint8Array>();
  for (const { number, bytes: field } of fieldsOf(bytes)) {
    if (number === 3) inputs.push(string(field));
    else if (number === 5) attributes.set(text(field, 1), all(field, 2)[0] ?? NOTHING);
  }
  return { op: text(bytes, 2), inputs, attributes };
}

/** The numbers of a constant of floats; null when it is anything else. */
function matrixOf(node: Node | undefined): Matrix | null {
  const tensor = all(node?.attributes.get('value') ?? NOTHING, 8)[0];
  if (node?.op !== 'Const' || tensor === undefined || integer(tensor, 1) !== DT.FLOAT) return null;
  const shape = all(tensor, 2)
    .flatMap((dims) => all(dims, 2))
    .map((dim) => integer(dim, 1));
  const content = all(tensor, 4)[0] ?? NOTHING;
  const values = new Float32Array(new Uint8Array(content).buffer); // a copy: it may lie anywhere in the file
  return values.length === shape.reduce((product, n) => product * n, 1) ? { shape, values } : null;
}
