import type { BatchTopK, Row, Tensor, TensorData, TensorMap } from '../ports.js';
import { sizeOf } from '../shape.js';
import type { RowShape } from './rows.js';

/** Something with a row that goes into a batch. */
interface WithRow {
  readonly row: Row;
}

/** The inputs of a batch: the rows one behind the other. */
export function inputsOf(entries: readonly WithRow[], { inputs: places }: RowShape): TensorMap {
  const rows = entries.length;
  const inputs: Record<string, Tensor> = {};
  for (const { name, datatype, width, shape } of places) {
    const data = datatype === 'FP32' ? new Float32Array(rows * width) : new Int32Array(rows * width);
    for (let i = 0; i < rows; i++) data.set(entries[i]!.row.inputs[name]!, i * width);
    inputs[name] = { datatype, shape: [rows, ...shape], data };
  }
  return inputs;
}

/** What the rows of a batch want of its wide output: of the largest k, each with its own exclusions. Null where they want all of it. */
export function topKOf(entries: readonly WithRow[]): BatchTopK | null {
  const first = entries[0]!.row.topK;
  if (first === undefined) return null;
  let k = 0;
  let excluded = 0;
  for (const { row } of entries) {
    k = Math.max(k, row.topK!.k);
    excluded += row.topK!.exclude?.length ?? 0;
  }
  const exclude = new Int32Array(excluded);
  const offsets = new Int32Array(entries.length + 1);
  entries.forEach(({ row }, i) => {
    const list = row.topK!.exclude;
    if (list !== undefined) exclude.set(list, offsets[i]!);
    offsets[i + 1] = offsets[i]! + (list?.length ?? 0);
  });
  return { output: first.output, k, exclude, offsets };
}

/** One output of a batch. */
export interface Column {
  readonly name: string;
  readonly data: TensorData;
  /** Numbers a row. */
  readonly width: number;
  /** Of its numbers a row gets as many as it asked for. */
  readonly ranked: boolean;
}

/** The outputs of a batch, to be cut into rows. */
export const columnsOf = (outputs: TensorMap, topK: BatchTopK | null): Column[] =>
  Object.entries(outputs).map(([name, { data, shape }]) => ({
    name,
    data,
    width: sizeOf(shape),
    ranked: topK !== null && (name === topK.output || name === `${topK.output}:indices`),
  }));

/** What one row of the batch gets: views, nothing is copied. `k`: how many it asked for of ranked outputs. */
export function outputsOf(columns: readonly Column[], row: number, k: number): Record<string, TensorData> {
  const own: Record<string, TensorData> = {};
  for (const { name, data, width, ranked } of columns) {
    const from = row * width;
    own[name] = data.subarray(from, from + (ranked ? k : width)) as TensorData;
  }
  return own;
}
