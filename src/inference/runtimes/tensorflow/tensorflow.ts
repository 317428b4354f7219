import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../../core/errors.js';
import type { Logger } from '../../../core/logger.js';
import type { LoadedModel, Runtime, Signature, Tensor, TensorMap, VersionSource } from '../../ports.js';
import { loadError, readInside } from '../files.js';
import { checkOutput } from '../outputs.js';
import { Kernel } from '../small/kernel.js';
import { SmallModel } from '../small/model.js';
import { SmallNet } from '../small/net.js';
import { LoadedTfjsModel, loadTfjsModel, type TfjsModel } from '../tfjs-model.js';
import { zeroInputs } from '../warm-up.js';
import { checkOps } from './check-ops.js';
import {
  COMPILER_VERSION,
  cachedFolder,
  compile,
  difference,
  inputTensorName,
  NotCompilable,
  observingUploads,
  outputTensorName,
  probeInput,
  writeCompiled,
} from './compiler.js';
import { loadNative, type Native } from './native.js';
import { readChain } from './read-chain.js';

/** Numbers of rows on which a compiled model must answer as the eager one does before it is trusted. */
const CHECKED_ROWS = [1, 5, 17];
const TOLERANCE = 1e-5;
/** A larger graph is not looked at: it holds more weights than a small network has. */
const MAX_SMALL_GRAPH_BYTES = 1_000_000;

/** The native engine: TensorFlow through tfjs-node. */
export function createTensorflowRuntime(options: { cacheDir: string | null; logger: Logger }): Runtime {
  const native = loadNative();
  const { tf } = native;
  const kernel = new Kernel();
  return {
    name: 'tensorflow',
    version: `TensorFlow ${native.binding.TF_Version} (tfjs-node ${tf.version['tfjs-node']})`,
    capabilities: {
      formats: ['tfjs-layers', 'tfjs-graph', 'tf-saved-model'],
      datatypes: ['FP32', 'INT32'],
      gradients: true,
    },
    load: (source) =>
      source.format === 'tf-saved-model'
        ? loadForeign(native, source)
        : loadCompiled(native, source, { ...options, kernel }),
  };
}

/** Compiles a tfjs model, or takes it from the cache; what cannot be compiled runs eagerly, which is slower and as right. */
async function loadCompiled(
  native: Native,
  source: VersionSource,
  options: { cacheDir: string | null; logger: Logger; kernel: Kernel },
): Promise<LoadedModel> {
  const key = `${source.sha256.slice(0, 32)}-tfjs${native.tf.version['tfjs-core']}-c${COMPILER_VERSION}`;
  let eager: TfjsModel | null = null;
  try {
    return await observingUploads(native, async (uploads) => {
      const known = cachedFolder(options.cacheDir, key);
      if (known !== null) {
        const compiled = openSavedModel(native, source, known, compiledNames(source), 'saved-model (compiled)');
        return withSmallBatches(source, compiled, known, options);
      }
      eager = await loadTfjsModel(native.tf, source);
      const bytes = compile(native, eager, source, uploads);
      const { folder, discard } = writeCompiled(options.cacheDir, key, bytes);
      try {
        const compiled = openSavedModel(native, source, folder, compiledNames(source), 'saved-model (compiled)');
        await checkAgainstEager(native, source, compiled, eager);
        const model = await withSmallBatches(source, compiled, folder, options);
        eager.dispose();
        return model;
      } catch (error) {
        discard();
        throw error;
      }
    });
  } catch (error) {
    if (eager === null) throw error;
    const reason = messageOf(error);
    const level = error instanceof NotCompilable ? 'info' : 'warn';
    options.logger[level](
      { model: source.model, version: source.version, reason },
      'The model could not be compiled; it runs eagerly.',
    );
    return eagerly(native, source, eager);
  }
}

/** A tfjs model run kernel by kernel: the fallback, and what compiled answers are compared with. */
const eagerly = ({ tf }: Native, source: VersionSource, model: TfjsModel) =>
  new LoadedTfjsModel('eager', tf, source, model);

async function checkAgainstEager(
  native: Native,
  source: VersionSource,
  compiled: LoadedModel,
  eager: TfjsModel,
): Promise<void> {
  const worst = await worstDifference(source, eagerly(native, source, eager), compiled);
  if (worst <= TOLERANCE) return;
  await compiled.unload();
  throw new NotCompilable(`its answers differ from the eager ones by ${worst}`);
}

/** The largest difference between what two models of one signature answer (`difference`). */
async function worstDifference(source: VersionSource, one: LoadedModel, other: LoadedModel): Promise<number> {
  let worst = 0;
  for (const rows of CHECKED_ROWS) {
    const inputs = Object.fromEntries(
      source.signature.inputs.map((spec, i) => [spec.name, probeInput(spec, rows, rows * 31 + i)]),
    );
    worst = Math.max(worst, difference(await one.run(inputs), await other.run(inputs)));
  }
  return worst;
}

/** A compiled model that is a small chain of layers, with its small batches left to the kernel; any other as it is. */
async function withSmallBatches(
  source: VersionSource,
  compiled: LoadedModel,
  folder: string,
  { kernel, logger }: { kernel: Kernel; logger: Logger },
): Promise<LoadedModel> {
  const net = smallNetOf(source, join(folder, 'saved_model.pb'), kernel);
  if (net === null) return compiled;
  const small = new SmallModel(compiled, net);
  const worst = await worstDifference(source, compiled, small);
  if (worst <= TOLERANCE) return small;
  net.release();
  const { model, version } = source;
  logger.warn({ model, version, worst }, 'Small batches of this model are not computed by row: its answers differ.');
  return compiled;
}

function smallNetOf({ signature }: VersionSource, graph: string, kernel: Kernel): SmallNet | null {
  const [input, output] = [signature.inputs[0]!.shape, signature.outputs[0]!.shape];
  const vectors = input.length === 2 && output.length === 2 && signature.inputs[0]!.datatype === 'FP32';
  if (!vectors || statSync(graph).size > MAX_SMALL_GRAPH_BYTES) return null;
  const chain = readChain(readFileSync(graph), input[1]!);
  return chain === null || chain.outputs !== output[1] ? null : SmallNet.of(chain, kernel);
}

interface Names {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}
const compiledNames = (source: VersionSource): Names => ({
  inputs: source.signature.inputs.map((_, i) => inputTensorName(i)),
  outputs: source.signature.outputs.map((_, i) => outputTensorName(i)),
});

interface ForeignInfo {
  readonly name: string;
  readonly tfDtype: string;
  readonly shape: readonly { readonly array?: readonly number[] }[] | readonly number[];
}

/** A SavedModel folder as somebody exported it, by its `serving_default` signature. */
async function loadForeign(native: Native, source: VersionSource): Promise<LoadedModel> {
  let graphs: Awaited<ReturnType<typeof native.tf.node.getMetaGraphsFromSavedModel>>;
  let bytes: Uint8Array;
  try {
    bytes = readInside(source, 'saved_model.pb');
  } catch (error) {
    throw loadError(source, 'CORRUPT', messageOf(error), error);
  }
  try {
    checkOps(bytes);
  } catch (error) {
    throw loadError(source, 'OPERATION_NOT_ALLOWED', messageOf(error), error);
  }
  try {
    graphs = await native.tf.node.getMetaGraphsFromSavedModel(source.folder);
  } catch (error) {
    throw loadError(source, 'CORRUPT', messageOf(error), error);
  }
  const serving = graphs.find((graph) => graph.tags.includes('serve'));
  const signature = serving?.signatureDefs.serving_default;
  if (signature === undefined)
    throw loadError(
      source,
      'SIGNATURE_MISMATCH',
      'expected a graph tagged "serve" with the signature "serving_default"',
    );
  const find = (where: object, what: string) => (spec: Signature['inputs'][number]) => {
    const info = (where as Record<string, ForeignInfo>)[spec.name];
    const expected = spec.datatype === 'FP32' ? 'DT_FLOAT' : 'DT_INT32';
    if (info === undefined || info.tfDtype !== expected) {
      const found = Object.entries(where as Record<string, ForeignInfo>).map(([name, i]) => `${name} ${i.tfDtype}`);
      throw loadError(
        source,
        'SIGNATURE_MISMATCH',
        `${what}: the manifest says ${spec.name} ${spec.datatype}, the model has ${found.join('; ')}`,
      );
    }
    return info.name;
  };
  const names = {
    inputs: source.signature.inputs.map(find(signature.inputs, 'inputs')),
    outputs: source.signature.outputs.map(find(signature.outputs, 'outputs')),
  };
  return openSavedModel(native, source, source.folder, names, 'saved-model');
}

function openSavedModel(
  native: Native,
  source: VersionSource,
  folder: string,
  names: Names,
  mode: string,
): LoadedModel {
  let session: number;
  try {
    session = native.binding.loadSavedModel(folder, 'serve');
  } catch (error) {
    throw loadError(source, 'LOAD_FAILED', messageOf(error), error);
  }
  return new SavedModel(native, source, session, names, mode);
}

/** A loaded SavedModel, run straight through the binding: no tfjs tensors, no scopes. */
class SavedModel implements LoadedModel {
  readonly signature: Signature;
  readonly #native: Native;
  readonly #source: VersionSource;
  readonly #session: number;
  readonly #inputNames: string;
  readonly #outputNames: string;

  constructor(
    native: Native,
    source: VersionSource,
    session: number,
    names: Names,
    readonly mode: string,
  ) {
    this.signature = source.signature;
    this.#native = native;
    this.#source = source;
    this.#session = session;
    this.#inputNames = names.inputs.join(',');
    this.#outputNames = names.outputs.join(',');
  }

  async run(inputs: TensorMap): Promise<TensorMap> {
    const { binding } = this.#native;
    const ids: number[] = [];
    try {
      for (const { name, datatype } of this.signature.inputs) {
        const { shape, data } = inputs[name]!;
        ids.push(binding.createTensor(shape, datatype === 'FP32' ? binding.TF_FLOAT : binding.TF_INT32, data));
      }
      const results = binding.runSavedModel(this.#session, ids, this.#inputNames, this.#outputNames);
      const rows = inputs[this.signature.inputs[0]!.name]!.shape[0]!;
      const outputs: Record<string, Tensor> = {};
      this.signature.outputs.forEach(({ name, datatype }, i) => {
        const { id, shape } = results[i]!;
        const data = binding.tensorDataSync(id) as Float32Array<ArrayBuffer>;
        binding.deleteTensor(id);
        outputs[name] = { datatype, shape, data };
      });
      for (const spec of this.signature.outputs) checkOutput(this.#source, spec, rows, outputs[spec.name]!.shape);
      return outputs;
    } finally {
      this.#native.retired.retire(ids);
    }
  }

  async warmUp(batchSizes: readonly number[]): Promise<void> {
    for (const rows of batchSizes) await this.run(zeroInputs(this.signature, rows));
  }

  async unload(): Promise<void> {
    this.#native.binding.deleteSavedModel(this.#session);
  }
}
