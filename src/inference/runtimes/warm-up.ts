import type { Signature, Tensor, TensorMap, TensorSpec } from '../ports.js';

/** A tensor of zeros of `rows` rows: indices of 0 and features of 0 are valid everywhere. */
export function zeros(spec: TensorSpec, rows: number): Tensor {
  const shape = [rows, ...spec.shape.slice(1)];
  const size = shape.reduce((product, n) => product * n, 1);
  return {
    datatype: spec.datatype,
    shape,
    data: spec.datatype === 'FP32' ? new Float32Array(size) : new Int32Array(size),
  };
}

/** A batch of zeros for a signature. */
export function zeroInputs(signature: Signature, rows: number): TensorMap {
  return Object.fromEntries(signature.inputs.map((spec) => [spec.name, zeros(spec, rows)]));
}
