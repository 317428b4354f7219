// Assembles the arithmetic of small networks: src/…/dense.wat, WebAssembly as text, to dist/…/dense.wasm.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inRoot } from './common.mjs';

const PLACE = join('inference', 'runtimes', 'small');
/** In dist/. */
export const KERNEL = join(PLACE, 'dense.wasm');

/** @throws where the text is no WebAssembly, with line and column. */
export async function assembleKernel() {
  const { default: wabt } = await import('wabt'); // installed by a step before this one
  const { parseWat } = await wabt();
  const module = parseWat('dense.wat', readFileSync(inRoot('src', PLACE, 'dense.wat'), 'utf8'));
  try {
    module.validate();
    mkdirSync(dirname(inRoot('dist', KERNEL)), { recursive: true });
    writeFileSync(inRoot('dist', KERNEL), module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}
