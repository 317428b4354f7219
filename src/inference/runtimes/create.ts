import type { Logger } from '../../core/logger.js';
import type { Runtime } from '../ports.js';

/**
 * The engine of that name, in this thread.
 * @throws when it is not installed or does not start.
 */
export async function createRuntime(
  { engine, cacheDir }: { readonly engine: 'tensorflow' | 'wasm'; readonly cacheDir: string | null },
  logger: Logger,
): Promise<Runtime> {
  if (engine === 'wasm') return (await import('./wasm/wasm.js')).createWasmRuntime();
  return (await import('./tensorflow/tensorflow.js')).createTensorflowRuntime({ cacheDir, logger });
}
