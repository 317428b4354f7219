import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const binding = resolve(import.meta.dirname, '../../node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node');

/** Whether the native engine is here; without it its tests are skipped, and `npm test` says so. */
export const hasNative = existsSync(binding);
/** The engines that suites run on. */
export const ENGINES: readonly ('tensorflow' | 'wasm')[] = hasNative ? ['tensorflow', 'wasm'] : ['wasm'];
