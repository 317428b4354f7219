import type { LoadedVersion, VersionSource } from '../ports.js';
import type { Trip, TripResults, WireError } from './trips.js';

/** What the pool and its workers say to each other: structured clones. What is said for every batch is a parcel and nothing else. */
export interface WorkerOptions {
  readonly engine: 'tensorflow' | 'wasm';
  readonly cacheDir: string | null;
}
/** What a worker is started with. */
export interface WorkerStart extends WorkerOptions {
  /** It steps back behind the threads that serve before it starts its engine. */
  readonly aside: boolean;
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
  | Trip;

export type FromWorker =
  /** Before the engine is started; `thread`: as the operating system numbers it, null where it does not tell; `usual`: as of `Courtesy`. */
  | { readonly kind: 'started'; readonly thread: number | null; readonly usual: number | null }
  | { readonly kind: 'ready'; readonly name: string; readonly version: string }
  | ({ readonly kind: 'loaded'; readonly call: number } & LoadedVersion)
  | { readonly kind: 'unloaded'; readonly call: number }
  | { readonly kind: 'refused'; readonly call: number; readonly error: WireError }
  /** Results of a trip, none of which failed. */
  | TripResults['parcel']
  | ({ readonly kind: 'results' } & TripResults)
  | {
      readonly kind: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly fields: object;
      readonly message: string;
    };
