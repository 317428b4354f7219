import type { ModelManifest, Signature, Tensor, TensorMap, TensorSpec } from '../ports.js';

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

/** Two rows that every version must answer with finite numbers: zeros, and the documented defaults of its features. */
export function probeRows({ inputs }: Pick<ModelManifest, 'inputs'>): TensorMap {
  return Object.fromEntries(
    inputs.map((spec) => {
      const tensor = zeros(spec, 2);
      const width = tensor.data.length / 2;
      spec.features?.forEach((feature, i) => {
        if (i < width) tensor.data[width + i] = feature.default ?? 0;
      });
      return [spec.name, tensor];
    }),
  );
}
