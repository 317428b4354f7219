import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { restoreLegacyUtil } from '../../core/legacy-util.js';
import type { Datatype, ModelFormat, Signature, TensorSpec, VersionSource } from '../ports.js';
import { readTfjsArtifacts } from './files.js';
import { loadNative } from './tensorflow/native.js';

const OF_TFJS: Readonly<Record<string, Datatype>> = { float32: 'FP32', int32: 'INT32' };
const OF_TENSORFLOW: Readonly<Record<string, Datatype>> = { DT_FLOAT: 'FP32', DT_INT32: 'INT32' };

/** A model's files as they say of themselves. */
export interface Described extends Signature {
  readonly format: ModelFormat;
}

const bare = (name: string): string => name.replace(/:\d+$/, '');

/** A tensor as the signature of a graph model tells of it. */
interface GraphTensor {
  readonly name: string;
  readonly dtype?: string;
  readonly tensorShape?: { readonly dim?: readonly { readonly size: string }[] };
}

/**
 * Reads format and signature of a model's files. A SavedModel needs the native engine for it.
 * @throws Error saying what is there instead of a model, or which tensor no manifest can describe.
 */
export async function describeFiles(folder: string): Promise<Described> {
  if (existsSync(join(folder, 'saved_model.pb'))) return describeSavedModel(folder);
  if (!existsSync(join(folder, 'model.json')))
    throw new Error(`expected model.json (TensorFlow.js) or saved_model.pb (TensorFlow) in ${folder}`);
  restoreLegacyUtil();
  const tf: typeof tfjs = await import('@tensorflow/tfjs');
  await tf.setBackend('cpu');
  const artifacts = readTfjsArtifacts({ folder, model: 'model', version: 0 } as VersionSource);
  const handler = tf.io.fromMemory(artifacts);
  if (artifacts.format === 'graph-model') {
    const model = await tf.loadGraphModel(handler);
    const { inputs = {}, outputs = {} } = (artifacts.signature ?? {}) as Record<string, Record<string, GraphTensor>>;
    const described = (where: Record<string, GraphTensor>) => (one: tfjs.GraphModel['inputs'][number]) => {
      // What the graph itself does not say of a tensor, its signature may.
      const said = Object.values(where).find(({ name }) => bare(name) === bare(one.name));
      const shape = one.shape ?? said?.tensorShape?.dim?.map(({ size }) => Number(size));
      const dtype =
        one.dtype ?? (said?.dtype === 'DT_INT32' ? 'int32' : said?.dtype === 'DT_FLOAT' ? 'float32' : said?.dtype);
      return tensor(bare(one.name), OF_TFJS, dtype, shape);
    };
    return {
      format: 'tfjs-graph',
      inputs: model.inputs.map(described(inputs)),
      outputs: model.outputs.map(described(outputs)),
    };
  }
  const model = await tf.loadLayersModel(handler);
  return {
    format: 'tfjs-layers',
    inputs: model.inputs.map(({ dtype, shape }, i) => tensor(model.inputNames[i]!, OF_TFJS, dtype, shape)),
    outputs: model.outputs.map(({ dtype, shape }, i) => tensor(model.outputNames[i]!, OF_TFJS, dtype, shape)),
  };
}

async function describeSavedModel(folder: string): Promise<Described> {
  const graphs = await loadNative().tf.node.getMetaGraphsFromSavedModel(folder);
  const signature = graphs.find(({ tags }) => tags.includes('serve'))?.signatureDefs.serving_default;
  if (signature === undefined)
    throw new Error('expected a graph tagged "serve" with the signature "serving_default" in saved_model.pb');
  const list = (tensors: object): TensorSpec[] =>
    Object.entries(tensors as Record<string, { readonly tfDtype: string; readonly shape: unknown }>)
      .map(([name, { tfDtype, shape }]) => tensor(name, OF_TENSORFLOW, tfDtype, sizes(shape)))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  return { format: 'tf-saved-model', inputs: list(signature.inputs), outputs: list(signature.outputs) };
}

/** tfjs-node hands on its protocol buffer's own objects, whose minified fields hold a size as the only list of numbers. */
function sizes(shape: unknown): (number | null)[] {
  return (Array.isArray(shape) ? shape : []).map((dim) => {
    if (typeof dim === 'number') return dim;
    const list = Object.values(dim as object).find((value) => Array.isArray(value) && typeof value[0] === 'number');
    return (list as readonly number[] | undefined)?.[0] ?? null;
  });
}

function tensor(
  name: string,
  types: Readonly<Record<string, Datatype>>,
  dtype: string,
  shape: readonly (number | null)[] | undefined,
): TensorSpec {
  const datatype = types[dtype];
  if (datatype === undefined)
    throw new Error(
      `${name}: expected ${Object.keys(types).join(' or ')}, got ${dtype}: cast it in the model, before it is exported`,
    );
  const [batch, ...rest] = (shape ?? []).map((size) => size ?? -1);
  if (batch === undefined || rest.some((size) => size < 1))
    throw new Error(`${name}: expected the batch first and then known sizes, got [${(shape ?? []).join(', ')}]`);
  return { name, datatype, shape: [-1, ...rest] };
}
