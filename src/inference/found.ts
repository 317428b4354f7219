import type { ModelManifest } from './ports.js';

/** A version folder as it looks from outside. */
export interface FoundVersion {
  readonly number: number;
  /** Changes when any of its files does. */
  readonly fingerprint: string;
  /** Its `version.json` is there: what writes a folder in place writes that last. */
  readonly complete: boolean;
  /** Of its files. */
  readonly bytes: number;
}
/** A model folder that can be read. */
export interface FoundModel {
  readonly manifest: ModelManifest;
  /** Ascending by number. */
  readonly versions: readonly FoundVersion[];
}
/** Something in the models folder that cannot be served, and why. */
export interface Problem {
  readonly model: string;
  readonly reason: string;
  readonly message: string;
}
export interface Scan {
  readonly models: readonly FoundModel[];
  readonly problems: readonly Problem[];
}
