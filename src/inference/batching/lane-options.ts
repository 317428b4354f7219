import { ScoregraphError } from '../../core/errors.js';
import type { Batching, Signature } from '../ports.js';

/** What a batcher tells about its version as it goes. */
export interface BatchObserver {
  /** `queueSeconds`: waited, added up over the rows. */
  batch(rows: number, queueSeconds: number, computeSeconds: number): void;
  failed(rows: number): void;
}

/** The version a lane batches for. */
export interface LaneOptions {
  readonly model: string;
  readonly version: number;
  /** What the pool calls it. */
  readonly handle: number;
  readonly signature: Signature;
  readonly batching: Batching;
  /** Its rows may be computed in one batch with those of others of the same signature. */
  readonly mixes: boolean;
  readonly observer: BatchObserver;
}

/** What who waited too long gets. */
export const late = (model: string, version: number) =>
  new ScoregraphError('DEADLINE_EXCEEDED', `${model} could not answer before the deadline.`, { model, version });
