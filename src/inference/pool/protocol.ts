import type { LoadedVersion, VersionSource } from '../ports.js';
import type { Trip, TripResults, WireError } from './trips.js';

/** What the pool and its workers say to each other. Structured clones; batches travel as parcels. */
export interface WorkerOptions {
  readonly engine: 'tensorflow' | 'wasm';
  readonly cacheDir: string | null;
}

export type ToWorker =
  | {
      readonly kind: 'load';
      readonly call: number;
      readonly handle: number;
      readonly source: VersionSource;
      readonly warmUp: readonly number[];
    }
  | { readonly kind: 'unload'; readonly call: number; readonly handle: number }
  | { readonly kind: 'trip'; readonly trip: Trip };

export type FromWorker =
  /** Before the engine is started; `thread`: as the operating system numbers it, null where it does not tell. */
  | { readonly kind: 'started'; readonly thread: number | null }
  | { readonly kind: 'ready'; readonly name: string; readonly version: string }
  | ({ readonly kind: 'loaded'; readonly call: number } & LoadedVersion)
  | { readonly kind: 'unloaded'; readonly call: number }
  | { readonly kind: 'refused'; readonly call: number; readonly error: WireError }
  | { readonly kind: 'results'; readonly results: TripResults }
  | {
      readonly kind: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly fields: object;
      readonly message: string;
    };
