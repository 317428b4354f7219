import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor, TensorMap, TensorSpec, VersionSource } from '../../ports.js';
import type { TfjsModel } from '../tfjs-model.js';
import { plainDense } from './dense.js';
import type { Native, OpAttribute } from './native.js';
import { attr, DT, type Endpoint, type Node, savedModel } from './proto.js';
import type { Constant, RecordedOp, Recording } from './recording.js';

/** Change it whenever the written graph changes: it is part of the cache's key. */
export const COMPILER_VERSION = 2;
/** TensorFlow reads no protocol buffer beyond 2 GiB; models near that stay eager. */
const MAX_BYTES = 1_500_000_000;
const RECORDED_ROWS = [2, 3] as const;

/** Thrown when a model cannot be compiled; the caller runs it eagerly instead. */
export class NotCompilable extends Error {
  override readonly name = 'NotCompilable';
}

/** Test values for an input: indices stay below the smallest table they could look up. */
export function probeInput(spec: TensorSpec, rows: number, seed: number): Tensor {
  const shape = [rows, ...spec.shape.slice(1)];
  const size = shape.reduce((product, n) => product * n, 1);
  let state = (seed * 2654435761) >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  if (spec.datatype === 'INT32')
    return { datatype: 'INT32', shape, data: Int32Array.from({ length: size }, () => (next() < 0.5 ? 0 : 1)) };
  return { datatype: 'FP32', shape, data: Float32Array.from({ length: size }, () => next() * 4 - 2) };
}

/** Names inside the compiled graph: one placeholder per input, one identity per output. */
export const inputTensorName = (index: number) => `input_${index}:0`;
export const outputTensorName = (index: number) => `output_${index}:0`;

/**
 * Compiles an eager tfjs model into a SavedModel: tfjs-node's kernels all go through `binding.executeOp`, so recording
 * those calls for one forward pass gives the TensorFlow graph. Two recordings with different numbers of rows tell which
 * int32 constants carry the batch; those get -1.
 * @returns the bytes of `saved_model.pb`
 * @throws NotCompilable
 */
export function compile(
  native: Native,
  model: TfjsModel,
  source: VersionSource,
  weights: ReadonlyMap<number, Constant>,
): Uint8Array {
  const [first, second] = RECORDED_ROWS.map((rows) => record(native, model, source, rows, weights));
  if (!sameOps(first!, second!)) throw new NotCompilable('the operations depend on the number of rows');
  return write(native, source, ...plainDense(first!, second!));
}

const sameOps = (a: Recording, b: Recording) =>
  a.ops.length === b.ops.length && a.ops.every((op, i) => op.name === b.ops[i]!.name);

/** Keeps what is uploaded while `body` runs, so that constants can be written into the graph. */
export async function observingUploads<T>(
  native: Native,
  body: (uploads: Map<number, Constant>) => Promise<T>,
): Promise<T> {
  const { binding } = native;
  const uploads = new Map<number, Constant>();
  const createTensor = binding.createTensor;
  binding.createTensor = (shape, dtype, data) => {
    const id = createTensor.call(binding, shape, dtype, data);
    uploads.set(id, { shape: [...shape], dtype, data });
    return id;
  };
  try {
    return await body(uploads);
  } finally {
    binding.createTensor = createTensor;
  }
}

function record(
  native: Native,
  model: TfjsModel,
  source: VersionSource,
  rows: number,
  uploads: ReadonlyMap<number, Constant>,
): Recording {
  const { tf, backend, binding } = native;
  const ops: RecordedOp[] = [];
  const constants = new Map<number, Constant>();
  const executeOp = binding.executeOp;
  const deleteTensor = binding.deleteTensor;
  tf.engine().startScope();
  try {
    const inputs = source.signature.inputs.map((spec, i) => {
      const probe = probeInput(spec, rows, i + 1);
      return tf.tensor(probe.data, probe.shape as number[], spec.datatype === 'FP32' ? 'float32' : 'int32');
    });
    const placeholders = backend.getInputTensorIds(inputs);
    const made = new Set(placeholders);
    binding.deleteTensor = () => {}; // ids must not be given twice while they are names in a graph
    binding.executeOp = (name, attributes, ids, count) => {
      for (const id of ids) {
        if (made.has(id) || constants.has(id)) continue;
        const constant = uploads.get(id);
        if (constant === undefined)
          throw new NotCompilable(`operation ${name} uses a tensor that was not uploaded here`);
        constants.set(id, { ...constant, data: constant.data.slice() });
      }
      const outputs = executeOp.call(binding, name, attributes, ids, count);
      for (const { id } of outputs) made.add(id);
      ops.push({
        name,
        attributes: attributes.map((a) => ({ name: a.name, type: a.type, value: a.value })),
        inputs: [...ids],
        outputs,
      });
      return outputs;
    };
    const results = backend.getInputTensorIds(model.run(inputs));
    return { placeholders: placeholders.map((id, i) => ({ id, shape: inputs[i]!.shape })), ops, constants, results };
  } finally {
    binding.executeOp = executeOp;
    binding.deleteTensor = deleteTensor;
    tf.engine().endScope();
  }
}

function write(native: Native, source: VersionSource, a: Recording, b: Recording): Uint8Array {
  const nodes: Node[] = [];
  const tensors = new Map<number, string>();
  const inputs: Endpoint[] = [];
  let size = 0;
  source.signature.inputs.forEach((spec, i) => {
    const dtype = spec.datatype === 'FP32' ? DT.FLOAT : DT.INT32;
    const name = `input_${i}`;
    nodes.push({
      name,
      op: 'Placeholder',
      inputs: [],
      attributes: { dtype: attr.type(dtype), shape: attr.shape(spec.shape) },
    });
    tensors.set(a.placeholders[i]!.id, name);
    inputs.push({ name: spec.name, tensor: inputTensorName(i), dtype, shape: spec.shape });
  });
  a.ops.forEach((op, i) => {
    const twin = b.ops[i]!;
    op.inputs.forEach((id, place) => {
      if (tensors.has(id)) return;
      const constant = withBatch(a.constants.get(id), b.constants.get(twin.inputs[place]!), op.name);
      const name = `const_${tensors.size}`;
      const content = Buffer.from(constant.data.buffer, constant.data.byteOffset, constant.data.byteLength);
      size += content.length;
      if (size > MAX_BYTES) throw new NotCompilable(`its weights are larger than ${MAX_BYTES} bytes`);
      nodes.push({
        name,
        op: 'Const',
        inputs: [],
        attributes: { dtype: attr.type(constant.dtype), value: attr.tensor(constant.dtype, constant.shape, content) },
      });
      tensors.set(id, name);
    });
    const name = `op_${i}_${op.name}`;
    nodes.push({
      name,
      op: op.name,
      inputs: op.inputs.map((id) => tensors.get(id)!),
      attributes: Object.fromEntries(
        op.attributes.map((attribute) => [attribute.name, attributeBody(native, op.name, attribute)]),
      ),
    });
    op.outputs.forEach(({ id }, output) => {
      tensors.set(id, output === 0 ? name : `${name}:${output}`);
    });
  });
  const outputs = source.signature.outputs.map((spec, i): Endpoint => {
    const dtype = spec.datatype === 'FP32' ? DT.FLOAT : DT.INT32;
    const from = tensors.get(a.results[i]!);
    if (from === undefined) throw new NotCompilable(`output ${spec.name} was not made by a recorded operation`);
    nodes.push({ name: `output_${i}`, op: 'Identity', inputs: [from], attributes: { T: attr.type(dtype) } });
    return { name: spec.name, tensor: outputTensorName(i), dtype, shape: spec.shape };
  });
  return savedModel(nodes, inputs, outputs);
}

/** One constant of two recordings: equal, or an int32 shape in which exactly one element is the number of rows. */
function withBatch(a: Constant | undefined, b: Constant | undefined, op: string): Constant {
  if (a === undefined || b === undefined || a.data.length !== b.data.length)
    throw new NotCompilable(`a constant of ${op} depends on the rows`);
  const differing: number[] = [];
  for (let i = 0; i < a.data.length; i++) if (a.data[i] !== b.data[i]) differing.push(i);
  if (differing.length === 0) return a;
  if (differing.length > 1 || !(a.data instanceof Int32Array))
    throw new NotCompilable(`a constant of ${op} depends on the rows`);
  const data = a.data.slice();
  data[differing[0]!] = -1;
  return { ...a, data };
}

function attributeBody({ binding }: Native, op: string, { name, type, value }: OpAttribute): Uint8Array[] {
  const list = Array.isArray(value) || ArrayBuffer.isView(value);
  switch (type) {
    case binding.TF_ATTR_TYPE:
      return list ? attr.types(value as number[]) : attr.type(value as number);
    case binding.TF_ATTR_INT:
      return list ? attr.ints(value as number[]) : attr.int(value as number);
    case binding.TF_ATTR_FLOAT:
      if (!list) return attr.float(value as number);
      break;
    case binding.TF_ATTR_BOOL:
      if (!list) return attr.bool(value as boolean);
      break;
    case binding.TF_ATTR_STRING:
      if (!list) return attr.string(String(value));
      break;
    case binding.TF_ATTR_SHAPE:
      return attr.shape(value as number[]);
  }
  throw new NotCompilable(`attribute ${name} of ${op} has a form that is not written yet`);
}

/** The folder of a model compiled earlier; null when there is none, or what is there is not whole. */
export function cachedFolder(cacheDir: string | null, key: string): string | null {
  return cacheDir !== null && isWhole(join(cacheDir, key)) ? join(cacheDir, key) : null;
}

/** Writes a compiled model into the cache, or, where that cannot be written to, into a temporary folder. */
export function writeCompiled(
  cacheDir: string | null,
  key: string,
  content: Uint8Array,
): { folder: string; discard: () => void } {
  const sum = createHash('sha256').update(content).digest('hex');
  const fill = (folder: string) => {
    mkdirSync(join(folder, 'variables'), { recursive: true });
    writeFileSync(join(folder, 'saved_model.pb'), content);
    writeFileSync(join(folder, 'sha256'), sum);
  };
  if (cacheDir !== null) {
    const place = join(cacheDir, key);
    const writing = `${place}.writing-${process.pid}-${Math.random().toString(36).slice(2)}`;
    try {
      fill(writing);
      rmSync(place, { recursive: true, force: true });
      renameSync(writing, place);
      return { folder: place, discard: () => rmSync(place, { recursive: true, force: true }) };
    } catch {
      rmSync(writing, { recursive: true, force: true });
      if (isWhole(place)) return { folder: place, discard: () => {} }; // another worker was faster
    }
  }
  const folder = mkdtempSync(join(tmpdir(), 'scoregraph-'));
  fill(folder);
  return { folder, discard: () => rmSync(folder, { recursive: true, force: true }) };
}

function isWhole(folder: string): boolean {
  try {
    if (!existsSync(join(folder, 'sha256'))) return false;
    const sum = createHash('sha256')
      .update(readFileSync(join(folder, 'saved_model.pb')))
      .digest('hex');
    return sum === readFileSync(join(folder, 'sha256'), 'utf8');
  } catch {
    return false;
  }
}

/** Largest absolute difference between two answers; Infinity where shapes or finiteness differ. */
export function difference(a: TensorMap, b: TensorMap): number {
  let largest = 0;
  for (const [name, tensor] of Object.entries(a)) {
    const other = b[name];
    if (other === undefined || other.data.length !== tensor.data.length) return Number.POSITIVE_INFINITY;
    for (let i = 0; i < tensor.data.length; i++) {
      const d = Math.abs(tensor.data[i]! - other.data[i]!);
      if (Number.isNaN(d)) {
        if (Number.isNaN(tensor.data[i]!) && Number.isNaN(other.data[i]!)) continue;
        return Number.POSITIVE_INFINITY;
      }
      const scaled = d / Math.max(1, Math.abs(tensor.data[i]!));
      if (scaled > largest) largest = scaled;
    }
  }
  return largest;
}
