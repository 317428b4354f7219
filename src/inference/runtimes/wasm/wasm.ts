import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import type { Runtime } from '../../ports.js';
import { loadError } from '../files.js';
import { LoadedTfjsModel, loadTfjsModel } from '../tfjs-model.js';

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
      return new LoadedTfjsModel('wasm', tf, source, await loadTfjsModel(tf, source));
    },
  };
}
