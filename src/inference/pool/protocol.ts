import type { BatchTopK, Signature, TensorMap, VersionSource } from '../ports.js';

/** What the pool and its workers say to each other. Structured clones; batches travel as transferred buffers. */
export interface WorkerOptions {
  readonly engine: 'tensorflow' | 'wasm';
  readonly cacheDir: string | null;
}

export type ToWorker =
  | { readonly kind: 'load'; readonly call: number; readonly source: VersionSource; readonly warmUp: readonly number[] }
  | { readonly kind: 'unload'; readonly call: number; readonly model: string; readonly version: number }
  | { readonly kind: 'trip'; readonly jobs: readonly TripJob[] };

export interface TripJob {
  readonly model: string;
  readonly version: number;
  readonly rows: number;
  readonly inputs: TensorMap;
  readonly topK?: BatchTopK | undefined;
}

export type FromWorker =
  /** Before the engine is started; `thread`: as the operating system numbers it, null where it does not tell. */
  | { readonly kind: 'started'; readonly thread: number | null }
  | { readonly kind: 'ready'; readonly name: string; readonly version: string }
  | { readonly kind: 'loaded'; readonly call: number; readonly signature: Signature; readonly mode: string }
  | { readonly kind: 'unloaded'; readonly call: number }
  | { readonly kind: 'refused'; readonly call: number; readonly error: WireError }
  /** Results of jobs `from` … of the trip under way; `last`: the worker is free. */
  | { readonly kind: 'results'; readonly from: number; readonly results: readonly JobResult[]; readonly last: boolean }
  | {
      readonly kind: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly fields: object;
      readonly message: string;
    };

export type JobResult =
  | { readonly outputs: TensorMap; readonly computeMicros: number; readonly nonFinite: readonly number[] }
  | { readonly error: WireError };

/** An error as it crosses the thread. */
export interface WireError {
  readonly message: string;
  readonly code: string | null;
  readonly reason: string | null;
}
