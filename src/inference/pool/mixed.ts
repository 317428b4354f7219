import type { LoadedModel, TensorMap } from '../ports.js';

/**
 * Computes a batch in which rows of several versions lie one behind the other, each by its own: no engine is asked, so a row costs the same
 * whoever is beside it.
 * @param parts versions that compute by row (`LoadedModel.rows`), of one signature
 */
export function runMixed(
  parts: readonly { readonly model: LoadedModel; readonly rows: number }[],
  inputs: TensorMap,
): TensorMap {
  const { signature, rows } = parts[0]!.model;
  const { data, shape } = inputs[signature.inputs[0]!.name]!;
  const { name } = signature.outputs[0]!;
  const width = rows!.outputs;
  const answers = new Float32Array(shape[0]! * width);
  let row = 0;
  for (const { model, rows: count } of parts)
    for (const end = row + count; row < end; row++) model.rows!.compute(data as Float32Array, answers, row);
  return { [name]: { datatype: 'FP32', shape: [shape[0]!, width], data: answers } };
}
