import type { TensorSpec, VersionSource } from '../ports.js';
import { loadError } from './files.js';

/**
 * Checks that an output has as many rows as went in, and as many values a row as the manifest promises: what is cut into rows by the promise
 * would else be somebody else's answer. Models do not always say it before they are run.
 * @throws ScoregraphError MODEL_UNAVAILABLE, reason `SIGNATURE_MISMATCH`.
 */
export function checkOutput(source: VersionSource, spec: TensorSpec, rows: number, shape: readonly number[]): void {
  if (shape[0] === rows && valuesOf(shape) === valuesOf(spec.shape)) return;
  throw loadError(
    source,
    'SIGNATURE_MISMATCH',
    `output ${spec.name}: the manifest says [${spec.shape.join(', ')}], the model answered [${shape.join(', ')}] to ${rows} rows`,
  );
}

/** Values of one row. */
function valuesOf(shape: readonly number[]): number {
  let values = 1;
  for (let i = 1; i < shape.length; i++) values *= shape[i]!;
  return values;
}
