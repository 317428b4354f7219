import { ScoregraphError } from '../../core/errors.js';
import { STORED_FEATURES } from '../../features/stored.js';
import type { Datatype, ManifestFeature, ModelManifest, TensorData } from '../../inference/ports.js';
import { sizeOf } from '../../inference/shape.js';

/** What somebody says of one row: a number per feature, and per tensor without features its values, by the manifest's names. */
export type RowValues = Readonly<Record<string, number | readonly number[] | null | undefined>>;

/** A row as a model takes it. */
export interface ModelRow {
  readonly inputs: Readonly<Record<string, TensorData>>;
  /** Features that were not told and took their default. */
  readonly defaulted: readonly string[];
}

/** A tensor of a row, ready to be filled. */
interface Place {
  readonly name: string;
  readonly datatype: Datatype;
  readonly size: number;
  /** What its values are called; null: they have no names, and are told together. */
  readonly features: readonly ManifestFeature[] | null;
}
const places = new WeakMap<ModelManifest['inputs'], readonly Place[]>();

/** The tensors of a row, worked out once for manifests with the same inputs. */
function placesOf({ inputs }: ModelManifest): readonly Place[] {
  let known = places.get(inputs);
  if (known === undefined) {
    known = inputs.map((spec) => ({
      name: spec.name,
      datatype: spec.datatype,
      size: sizeOf(spec.shape),
      features: spec.features === undefined || spec.features.length === 0 ? null : spec.features,
    }));
    places.set(inputs, known);
  }
  return known;
}

/**
 * Makes a row of what was said. Feature by feature: a number, or the documented default.
 * @throws ScoregraphError INVALID_FEATURES naming what is missing, is not a number that the model can hold, or is of another length.
 */
export function readRow(manifest: ModelManifest, values: RowValues): ModelRow {
  return rowOf(manifest, (name) => values[name]);
}

const makers = new WeakMap<ModelManifest['inputs'], RowMaker>();
type RowMaker = (layout: ModelManifest, stored: Float32Array) => ModelRow;

/**
 * Makes rows of what is stored of customers (`storedVector`), by the places that a manifest names: what is not known takes its default.
 * `layout`, the manifest of the version that answers, says how a row lies. One maker for manifests with the same inputs.
 * @throws (the maker) as `readRow`.
 */
export function rowMaker({ inputs }: ModelManifest): RowMaker {
  let make = makers.get(inputs);
  if (make === undefined) {
    const storedAt = new Map<string, number>();
    for (const { features = [] } of inputs)
      for (const { name, stored } of features)
        if (stored !== undefined) storedAt.set(name, STORED_FEATURES.indexOf(stored));
    make = (layout, stored) =>
      rowOf(layout, (name) => {
        const value = stored[storedAt.get(name) ?? -1];
        return Number.isNaN(value) ? undefined : value;
      });
    makers.set(inputs, make);
  }
  return make;
}

/** What was said of a feature, or of a tensor without features. */
type Say = (name: string) => RowValues[string];

function rowOf(manifest: ModelManifest, say: Say): ModelRow {
  const inputs: Record<string, TensorData> = {};
  const defaulted: string[] = [];
  for (const place of placesOf(manifest)) {
    const { name, datatype, size, features } = place;
    const data = datatype === 'FP32' ? new Float32Array(size) : new Int32Array(size);
    inputs[name] = data;
    if (features !== null) {
      for (let at = 0; at < features.length; at++) {
        const feature = features[at]!;
        put(manifest, place, data, at, feature.name, numberOf(manifest, feature, say, defaulted));
      }
      continue;
    }
    const said = say(name);
    if (said == null) throw wrong(manifest, name, `expected ${size} ${size === 1 ? 'value' : 'values'}, got none`);
    const list = typeof said === 'number' ? [said] : said;
    if (list.length !== size) throw wrong(manifest, name, `expected ${size} values, got ${list.length}`);
    for (let at = 0; at < size; at++) put(manifest, place, data, at, name, list[at]!);
  }
  return { inputs, defaulted };
}

/** Writes one value of a tensor, if the model can hold it. */
function put(
  manifest: ModelManifest,
  { datatype }: Place,
  data: TensorData,
  at: number,
  name: string,
  value: number,
): void {
  data[at] = value;
  if (!Number.isFinite(value) || !Number.isFinite(data[at]))
    throw wrong(manifest, name, `expected a number that single precision holds, got ${value}`);
  if (datatype === 'INT32' && data[at] !== value)
    throw wrong(manifest, name, `expected a whole number of 32 bits, got ${value}`);
}

function numberOf(manifest: ModelManifest, feature: ManifestFeature, say: Say, defaulted: string[]): number {
  const said = say(feature.name);
  if (typeof said === 'number') return said;
  if (said != null) throw wrong(manifest, feature.name, `expected one number, got ${said.length}`);
  if (feature.default === undefined) throw wrong(manifest, feature.name, 'expected a number: it has no default');
  defaulted.push(feature.name);
  return feature.default;
}

const wrong = ({ name: model }: ModelManifest, field: string, message: string) =>
  new ScoregraphError('INVALID_FEATURES', `${field}: ${message}`, { model, field });

/** Above this single precision does not hold every whole number. */
const LARGEST_WHOLE = 2 ** 24;

/**
 * The inputs that a recorded vector was made of.
 * @throws ScoregraphError INVALID_FEATURES when it is of another length, or a whole number may have lost its last digits.
 */
export function inputsOf({ name: model, inputs: specs }: ModelManifest, vector: Float32Array): ModelRow['inputs'] {
  const size = specs.reduce((sum, spec) => sum + sizeOf(spec.shape), 0);
  if (vector.length !== size)
    throw new ScoregraphError('INVALID_FEATURES', `expected a vector of ${size} values, got ${vector.length}`, {
      model,
    });
  const inputs: Record<string, TensorData> = {};
  let at = 0;
  for (const spec of specs) {
    const values = vector.slice(at, at + sizeOf(spec.shape));
    at += values.length;
    if (spec.datatype === 'INT32' && values.some((value) => Math.abs(value) >= LARGEST_WHOLE))
      throw new ScoregraphError(
        'INVALID_FEATURES',
        `${spec.name}: expected whole numbers below ${LARGEST_WHOLE}, which a recorded vector holds exactly`,
        { model, field: spec.name },
      );
    inputs[spec.name] = spec.datatype === 'FP32' ? Float32Array.from(values) : Int32Array.from(values);
  }
  return inputs;
}

/** All inputs one after the other, as they are recorded. Whole numbers above 2^24 lose their last digits. */
export function vectorOf({ inputs: specs }: ModelManifest, inputs: ModelRow['inputs']): Float32Array {
  const vector = new Float32Array(specs.reduce((sum, spec) => sum + sizeOf(spec.shape), 0));
  let at = 0;
  for (const spec of specs) {
    vector.set(inputs[spec.name]!, at);
    at += sizeOf(spec.shape);
  }
  return vector;
}
