import type { LoadedModel, TensorMap } from '../ports.js';

/**
 * Computes a batch in which rows of several versions lie one behind the other: a few rows of a version one by one, without an engine being
 * asked, so that a row costs the same whoever is beside it; many as a batch of their own.
 * @param parts versions that compute by row (`LoadedModel.rows`), of one signature
 */
export async function runMixed(
  parts: readonly { readonly model: LoadedModel; readonly rows: number }[],
  inputs: TensorMap,
): Promise<TensorMap> {
  const { signature, rows } = parts[0]!.model;
  const input = signature.inputs[0]!.name;
  const output = signature.outputs[0]!.name;
  const { data, shape, datatype } = inputs[input]!;
  const width = rows!.outputs;
  const answers = new Float32Array(shape[0]! * width);
  let row = 0;
  for (const { model, rows: count } of parts) {
    const end = row + count;
    if (count > model.rows!.most) {
      const size = data.length / shape[0]!;
      const own = { datatype, shape: [count, ...shape.slice(1)], data: data.slice(row * size, end * size) };
      answers.set((await model.run({ [input]: own }))[output]!.data, row * width);
      row = end;
    } else for (; row < end; row++) model.rows!.compute(data as Float32Array, answers, row);
  }
  return { [output]: { datatype: 'FP32', shape: [shape[0]!, width], data: answers } };
}
