import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import type { LoadedModel, Runtime, TensorMap, VersionSource } from '../../ports.js';
import { loadError } from '../files.js';
import { fromTensors, loadTfjsModel, type TfjsModel, toTensors } from '../tfjs-model.js';
import { zeroInputs } from '../warm-up.js';

const require = createRequire(import.meta.url);

/** The WebAssembly engine: slower than native on large models, needs nothing but npm. One thread per worker. */
export async function createWasmRuntime(): Promise<Runtime> {
  const tf = require('@tensorflow/tfjs') as typeof tfjs;
  const wasm = require('@tensorflow/tfjs-backend-wasm') as typeof import('@tensorflow/tfjs-backend-wasm');
  const folder = dirname(require.resolve('@tensorflow/tfjs-backend-wasm'));
  wasm.setWasmPaths(join(folder.endsWith('dist') ? folder : join(folder, 'dist')) + sep);
  await tf.setBackend('wasm');
  await tf.ready();
  return {
    name: 'wasm',
    version: `tfjs-backend-wasm ${wasm.version_wasm}`,
    capabilities: { formats: ['tfjs-layers', 'tfjs-graph'], datatypes: ['FP32', 'INT32'], gradients: false },
    async load(source) {
      if (source.format === 'tf-saved-model') {
        throw loadError(
          source,
          'FORMAT_UNSUPPORTED_BY_ENGINE',
          'a TensorFlow SavedModel needs the native engine (npm run engine), this one is wasm',
        );
      }
      return new WasmModel(tf, source, await loadTfjsModel(tf, source));
    },
  };
}

class WasmModel implements LoadedModel {
  readonly mode = 'wasm';
  readonly signature;
  readonly #tf: typeof tfjs;
  readonly #source: VersionSource;
  readonly #model: TfjsModel;

  constructor(tf: typeof tfjs, source: VersionSource, model: TfjsModel) {
    this.#tf = tf;
    this.#source = source;
    this.#model = model;
    this.signature = source.signature;
  }

  async run(inputs: TensorMap): Promise<TensorMap> {
    const rows = Object.values(inputs)[0]!.shape[0]!;
    const tf = this.#tf;
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
