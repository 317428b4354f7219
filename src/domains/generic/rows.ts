import { ScoregraphError } from '../../core/errors.js';
import type { ManifestFeature, ModelManifest, TensorData, TensorSpec } from '../../inference/ports.js';

/** What somebody says of one row: a number per feature, and per tensor without features its values, by the manifest's names. */
export type RowValues = Readonly<Record<string, number | readonly number[] | null | undefined>>;

/** A row as a model takes it. */
export interface ModelRow {
  readonly inputs: Readonly<Record<string, TensorData>>;
  /** Features that were not told and took their default. */
  readonly defaulted: readonly string[];
}

const sizeOf = ({ shape }: TensorSpec): number => shape.slice(1).reduce((product, n) => product * n, 1);

/**
 * Makes a row of what was said. Feature by feature: a number, or the documented default.
 * @throws ScoregraphError INVALID_FEATURES naming what is missing, is not a number that the model can hold, or is of another length.
 */
export function readRow({ name: model, inputs: specs }: ModelManifest, values: RowValues): ModelRow {
  const inputs: Record<string, TensorData> = {};
  const defaulted: string[] = [];
  const wrong = (field: string, message: string) =>
    new ScoregraphError('INVALID_FEATURES', `${field}: ${message}`, { model, field });
  for (const spec of specs) {
    const size = sizeOf(spec);
    const data = spec.datatype === 'FP32' ? new Float32Array(size) : new Int32Array(size);
    const put = (name: string, value: number, at: number): void => {
      data[at] = value;
      if (!Number.isFinite(value) || !Number.isFinite(data[at]))
        throw wrong(name, `expected a number that single precision holds, got ${value}`);
      if (spec.datatype === 'INT32' && data[at] !== value)
        throw wrong(name, `expected a whole number of 32 bits, got ${value}`);
    };
    if (spec.features !== undefined && spec.features.length > 0) {
      for (const [at, feature] of spec.features.entries())
        put(feature.name, numberOf(feature, values, defaulted, wrong), at);
    } else {
      const said = values[spec.name];
      if (said == null) throw wrong(spec.name, `expected ${size} ${size === 1 ? 'value' : 'values'}, got none`);
      const list = typeof said === 'number' ? [said] : said;
      if (list.length !== size) throw wrong(spec.name, `expected ${size} values, got ${list.length}`);
      for (let at = 0; at < size; at++) put(spec.name, list[at]!, at);
    }
    inputs[spec.name] = data;
  }
  return { inputs, defaulted };
}

function numberOf(
  feature: ManifestFeature,
  values: RowValues,
  defaulted: string[],
  wrong: (field: string, message: string) => ScoregraphError,
): number {
  const said = values[feature.name];
  if (typeof said === 'number') return said;
  if (said != null) throw wrong(feature.name, `expected one number, got ${said.length}`);
  if (feature.default === undefined) throw wrong(feature.name, 'expected a number: it has no default');
  defaulted.push(feature.name);
  return feature.default;
}

/** All inputs one after the other, as they are recorded. Whole numbers above 2^24 lose their last digits. */
export function vectorOf({ inputs: specs }: ModelManifest, inputs: ModelRow['inputs']): Float32Array {
  const vector = new Float32Array(specs.reduce((sum, spec) => sum + sizeOf(spec), 0));
  let at = 0;
  for (const spec of specs) {
    vector.set(inputs[spec.name]!, at);
    at += sizeOf(spec);
  }
  return vector;
}
