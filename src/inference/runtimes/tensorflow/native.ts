import { createRequire } from 'node:module';
import type * as tfjsNode from '@tensorflow/tfjs-node';
import { restoreLegacyUtil } from '../../../core/legacy-util.js';

const require = createRequire(import.meta.url);

/** What a tensor handle of the binding is known by. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** The native binding of tfjs-node, in the parts that are used directly: tensors and SavedModels without tfjs's engine on top. */
export interface Binding {
  createTensor(shape: readonly number[], dtype: number, data: Float32Array | Int32Array | Uint8Array): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  executeOp(name: string, attributes: OpAttribute[], inputs: number[], outputs: number): TensorMetadata[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputs: number[], inputNames: string, outputNames: string): TensorMetadata[];
  getNumOfTensors(): number;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_Version: string;
}

/** tfjs-node's backend object, in the parts that recording needs. */
export interface NativeBackend {
  binding: Binding;
  getInputTensorIds(tensors: readonly tfjsNode.Tensor[]): number[];
}

export interface Native {
  readonly tf: typeof tfjsNode;
  readonly backend: NativeBackend;
  readonly binding: Binding;
  readonly retired: RetiredInputs;
}

/**
 * Input tensors of finished SavedModel runs, deleted one run later. The binding shares a typed array's memory with TensorFlow and lets
 * go of it in whichever thread drops the last reference; if that is not this one, it touches the JavaScript engine from outside and
 * corrupts the heap. A run happens in the worker's thread (TF_NUM_INTEROP_THREADS=-1), but what a foreign SavedModel schedules
 * elsewhere may still hold its inputs for a moment when `runSavedModel` returns.
 */
export class RetiredInputs {
  readonly #binding: Binding;
  #ids: readonly number[] = [];

  constructor(binding: Binding) {
    this.#binding = binding;
  }

  /** Takes the inputs of the run that just finished, and deletes those of the run before. */
  retire(ids: readonly number[]): void {
    for (const id of this.#ids) this.#binding.deleteTensor(id);
    this.#ids = ids;
  }
}

/**
 * Loads tfjs-node with its native binding.
 * @throws when the binding or TensorFlow's library is missing or does not load.
 */
export function loadNative(): Native {
  restoreLegacyUtil();
  const tf = require('@tensorflow/tfjs-node') as typeof tfjsNode;
  const backend = tf.backend() as unknown as NativeBackend;
  // The binding's own properties are read-only; the compiler needs to stand in front of some of them while it records.
  const raw = backend.binding as unknown as Record<string, unknown>;
  backend.binding = Object.fromEntries(
    Object.getOwnPropertyNames(raw).map((name) => [name, raw[name]]),
  ) as unknown as Binding;
  return { tf, backend, binding: backend.binding, retired: new RetiredInputs(backend.binding) };
}
