import type * as tfjs from '@tensorflow/tfjs';
import { messageOf } from '../../core/errors.js';
import type { Datatype, LoadedModel, Signature, Tensor, TensorMap, TensorSpec, VersionSource } from '../ports.js';
import { loadError, readTfjsArtifacts } from './files.js';
import { checkOutput } from './outputs.js';
import { zeroInputs } from './warm-up.js';

type Tfjs = typeof tfjs;

/** A tfjs model behind one face: tensors in the manifest's order in, tensors in the manifest's order out. */
export interface TfjsModel {
  run(inputs: readonly tfjs.Tensor[]): tfjs.Tensor[];
  dispose(): void;
}

const DTYPE: Readonly<Record<Datatype, 'float32' | 'int32'>> = { FP32: 'float32', INT32: 'int32' };

/**
 * Loads a layers or graph model and checks it against the promised signature. Inputs are matched by name; outputs by
 * name where the names match, else by position.
 * @throws ScoregraphError MODEL_UNAVAILABLE, reason `CORRUPT`, `LOAD_FAILED` or `SIGNATURE_MISMATCH`.
 */
export async function loadTfjsModel(tf: Tfjs, source: VersionSource): Promise<TfjsModel> {
  const artifacts = readTfjsArtifacts(source);
  const handler = tf.io.fromMemory(artifacts);
  let model: tfjs.LayersModel | tfjs.GraphModel;
  try {
    model = source.format === 'tfjs-graph' ? await tf.loadGraphModel(handler) : await tf.loadLayersModel(handler);
  } catch (error) {
    throw loadError(source, 'LOAD_FAILED', messageOf(error), error);
  }
  return source.format === 'tfjs-graph'
    ? graphModel(model as tfjs.GraphModel, source)
    : layersModel(model as tfjs.LayersModel, source);
}

function layersModel(model: tfjs.LayersModel, source: VersionSource): TfjsModel {
  const actual = model.inputs.map((input, i) => ({
    name: model.inputNames[i]!,
    shape: input.shape.map((n) => n ?? -1),
    dtype: input.dtype,
  }));
  const order = inputOrder(source, actual);
  const outputs = outputOrder(
    source,
    model.outputNames,
    model.outputs.map((output) => output.shape.map((n) => n ?? -1)),
  );
  return {
    run(inputs) {
      const ordered = order.map((place) => inputs[place]!);
      const result = model.apply(ordered.length === 1 ? ordered[0]! : ordered, { training: false }) as
        | tfjs.Tensor
        | tfjs.Tensor[];
      const list = Array.isArray(result) ? result : [result];
      return outputs.map((place) => list[place]!);
    },
    dispose: () => void model.dispose(),
  };
}

function graphModel(model: tfjs.GraphModel, source: VersionSource): TfjsModel {
  const bare = (name: string) => name.replace(/:\d+$/, '');
  const actual = model.inputs.map((input) => ({
    name: bare(input.name),
    shape: (input.shape ?? []).map((n) => n ?? -1),
    dtype: input.dtype,
  }));
  const order = inputOrder(source, actual);
  const names = model.outputs.map((output) => output.name);
  const outputs = outputOrder(
    source,
    names.map(bare),
    model.outputs.map((output) => output.shape?.map((n) => n ?? -1) ?? null),
  );
  return {
    run(inputs) {
      const named: Record<string, tfjs.Tensor> = {};
      order.forEach((place, i) => {
        named[model.inputs[i]!.name] = inputs[place]!;
      });
      const result = model.execute(named, names);
      const list = Array.isArray(result) ? result : [result];
      return outputs.map((place) => list[place]!);
    },
    dispose: () => model.dispose(),
  };
}

/** For each input of the model, its place in the manifest. */
function inputOrder(
  source: VersionSource,
  actual: readonly { name: string; shape: number[]; dtype: string }[],
): number[] {
  const promised = source.signature.inputs;
  if (promised.length !== actual.length)
    throw mismatch(
      source,
      'inputs',
      promised.map(show),
      actual.map((a) => a.name),
    );
  return actual.map(({ name, shape, dtype }) => {
    const place = promised.length === 1 ? 0 : promised.findIndex((spec) => spec.name === name);
    const spec = promised[place];
    if (spec === undefined)
      throw mismatch(
        source,
        'inputs',
        promised.map(show),
        actual.map((a) => a.name),
      );
    if (!sameShape(spec.shape, shape) || DTYPE[spec.datatype] !== dtype) {
      throw mismatch(source, `input ${spec.name}`, [show(spec)], [`${dtype} [${shape.join(', ')}]`]);
    }
    return place;
  });
}

/** For each output of the manifest, its place in the model. */
function outputOrder(source: VersionSource, names: readonly string[], shapes: readonly (number[] | null)[]): number[] {
  const promised = source.signature.outputs;
  if (promised.length > names.length) throw mismatch(source, 'outputs', promised.map(show), names);
  const byName = promised.every((spec) => names.includes(spec.name));
  return promised.map((spec, i) => {
    const place = byName ? names.indexOf(spec.name) : i;
    const shape = shapes[place];
    if (shape != null && !sameShape(spec.shape, shape)) {
      throw mismatch(source, `output ${spec.name}`, [show(spec)], [`[${shape.join(', ')}]`]);
    }
    return place;
  });
}

const show = (spec: TensorSpec) => `${spec.name} ${spec.datatype} [${spec.shape.join(', ')}]`;
const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((n, i) => n === b[i] || (i === 0 && b[i] === -1));

function mismatch(source: VersionSource, what: string, expected: readonly string[], found: readonly string[]) {
  return loadError(
    source,
    'SIGNATURE_MISMATCH',
    `${what}: the manifest says ${expected.join('; ')}, the model has ${found.join('; ')}`,
  );
}

/** Uploads a batch in the manifest's order. */
function toTensors(tf: Tfjs, source: VersionSource, inputs: TensorMap): tfjs.Tensor[] {
  return source.signature.inputs.map(({ name }) => {
    const { data, shape, datatype } = inputs[name]!;
    return tf.tensor(data, shape as number[], DTYPE[datatype]);
  });
}

/** Downloads a batch's outputs, in the manifest's names. @throws as `checkOutput`. */
function fromTensors(source: VersionSource, rows: number, outputs: readonly tfjs.Tensor[]): TensorMap {
  const map: Record<string, Tensor> = {};
  source.signature.outputs.forEach((spec, i) => {
    checkOutput(source, spec, rows, outputs[i]!.shape);
    const data = outputs[i]!.dataSync() as Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
    map[spec.name] = { datatype: spec.datatype, shape: [rows, ...spec.shape.slice(1)], data };
  });
  return map;
}

/** A tfjs model as the pool runs it, kernel by kernel on whatever backend `tf` has. */
export class LoadedTfjsModel implements LoadedModel {
  readonly signature: Signature;
  readonly #tf: Tfjs;
  readonly #source: VersionSource;
  readonly #model: TfjsModel;

  constructor(
    readonly mode: string,
    tf: Tfjs,
    source: VersionSource,
    model: TfjsModel,
  ) {
    this.signature = source.signature;
    this.#tf = tf;
    this.#source = source;
    this.#model = model;
  }

  async run(inputs: TensorMap): Promise<TensorMap> {
    const tf = this.#tf;
    const rows = Object.values(inputs)[0]!.shape[0]!;
    tf.engine().startScope();
    try {
      return fromTensors(this.#source, rows, this.#model.run(toTensors(tf, this.#source, inputs)));
    } finally {
      tf.engine().endScope();
    }
  }

  async warmUp(batchSizes: readonly number[]): Promise<void> {
    for (const rows of batchSizes) await this.run(zeroInputs(this.signature, rows));
  }

  async unload(): Promise<void> {
    this.#model.dispose();
  }
}
