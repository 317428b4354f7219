import type { Datatype, Row, Signature, TensorData } from '../ports.js';
import { sizeOf } from '../shape.js';

/** One tensor of a row. */
interface Place {
  readonly name: string;
  readonly datatype: Datatype;
  /** Its numbers. */
  readonly width: number;
  /** Its shape without the batch. */
  readonly shape: readonly number[];
}

/** What a signature says of a row. */
export interface RowShape {
  readonly inputs: readonly Place[];
  readonly outputs: readonly Place[];
}

/** The shape of a signature's rows. */
export function rowShapeOf({ inputs, outputs }: Signature): RowShape {
  const places = (specs: Signature['inputs']): Place[] =>
    specs.map(({ name, datatype, shape }) => ({ name, datatype, width: sizeOf(shape), shape: shape.slice(1) }));
  return { inputs: places(inputs), outputs: places(outputs) };
}

/** What is wrong with a row of this shape; null when it may join a batch. */
export function validate(row: Row, { inputs, outputs }: RowShape): string | null {
  for (const { name, datatype, width } of inputs) {
    const data = row.inputs[name];
    if (data === undefined) return `expected the input ${name}, it is missing`;
    if (datatype === 'FP32' ? !(data instanceof Float32Array) : !(data instanceof Int32Array))
      return `input ${name}: expected ${datatype}`;
    if (data.length !== width) return `input ${name}: expected ${width} values, got ${data.length}`;
    if (datatype === 'FP32') {
      for (let i = 0; i < width; i++) {
        const value = data[i]!;
        if (value - value !== 0) return `input ${name}[${i}]: expected a finite number, got ${value}`;
      }
    }
  }
  const { topK } = row;
  if (topK === undefined) return null;
  const output = outputs.find((spec) => spec.name === topK.output);
  if (output === undefined)
    return `topK: expected one of the outputs ${outputs.map((o) => o.name).join(', ')}, got ${topK.output}`;
  if (!Number.isInteger(topK.k) || topK.k < 1 || topK.k > output.width)
    return `topK.k: expected 1 to ${output.width}, got ${topK.k}`;
  return null;
}

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** A 32-bit hash over a row's bytes (FNV-1a over words): cheap, and collisions are settled by comparing. */
export function hashOf({ inputs, topK }: Row): number {
  let hash = 0x811c9dc5;
  for (const name in inputs) {
    const data = inputs[name]!;
    if (data instanceof Int32Array) {
      for (let i = 0; i < data.length; i++) hash = Math.imul(hash ^ data[i]!, 0x01000193);
    } else {
      for (let i = 0; i < data.length; i++) {
        float[0] = data[i]!;
        hash = Math.imul(hash ^ bits[0]!, 0x01000193);
      }
    }
  }
  if (topK !== undefined) {
    hash = Math.imul(hash ^ topK.k, 0x01000193);
    if (topK.exclude !== undefined)
      for (let i = 0; i < topK.exclude.length; i++) hash = Math.imul(hash ^ topK.exclude[i]!, 0x01000193);
  }
  return hash;
}

/** Whether two rows ask for the same computation. */
export function sameRow(a: Row, b: Row): boolean {
  for (const name in a.inputs) if (!sameData(a.inputs[name]!, b.inputs[name])) return false;
  if (a.topK?.output !== b.topK?.output || a.topK?.k !== b.topK?.k) return false;
  const left = a.topK?.exclude;
  const right = b.topK?.exclude;
  return (
    (left?.length ?? 0) === (right?.length ?? 0) &&
    (left === undefined || left.length === 0 || sameData(left as TensorData, right as TensorData))
  );
}

function sameData(a: TensorData, b: TensorData | undefined): boolean {
  if (b === undefined || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}
