import type { WorkerOptions } from '../pool/protocol.js';
import type { WireError } from '../pool/trips.js';
import type { TensorMap, VersionSource } from '../ports.js';

/** What the server asks a probing process: load this, warm it, run `rows` and see whether numbers come out. */
export interface ProbeRequest {
  readonly options: WorkerOptions;
  readonly source: VersionSource;
  readonly warmUp: readonly number[];
  readonly rows: TensorMap;
}
/** What it answers. */
export type ProbeAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'passed'; readonly mode: string }
  | { readonly kind: 'refused'; readonly error: WireError };
