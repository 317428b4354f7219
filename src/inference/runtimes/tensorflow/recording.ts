import type { OpAttribute } from './native.js';

/** One kernel call of a recorded forward pass; numbers are the ids of tensors. */
export interface RecordedOp {
  readonly name: string;
  readonly attributes: readonly OpAttribute[];
  readonly inputs: readonly number[];
  readonly outputs: readonly { readonly id: number; readonly dtype: number; readonly shape: readonly number[] }[];
}
export interface Constant {
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}
/** A forward pass as the binding saw it. */
export interface Recording {
  readonly placeholders: readonly { readonly id: number; readonly shape: readonly number[] }[];
  readonly ops: readonly RecordedOp[];
  readonly constants: ReadonlyMap<number, Constant>;
  readonly results: readonly number[];
}
