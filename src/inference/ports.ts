import type { RowContext } from '../core/predictions.js';
import type { RequestFacts } from '../core/routing.js';

/** Open Inference Protocol datatypes the runtimes speak. */
export type Datatype = 'FP32' | 'INT32';
export type TensorData = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** A dense tensor, row-major; `shape[0]` is the number of rows. */
export interface Tensor {
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: TensorData;
}
/** Named tensors that share their first dimension. */
export type TensorMap = Readonly<Record<string, Tensor>>;

/** One input or output of a model; -1 in `shape` is the batch and always comes first. */
export interface TensorSpec {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
}
/**
 * Where the values of an output belong: value i of a row is added to `output` of that row at the index that the INT32 input
 * `at` holds at i. The way to change a few places of a wide output without computing all of them in the network.
 */
export interface AddsTo {
  readonly output: string;
  readonly at: string;
  /** What `at` holds for index 0; what lies below it or beyond the output is padding, whose values are left out. */
  readonly first: number;
}
export interface OutputSpec extends TensorSpec {
  /** What its columns are called. */
  readonly features?: readonly ManifestFeature[];
  /** Absent: an answer of its own. */
  readonly addsTo?: AddsTo;
}
export interface Signature {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly OutputSpec[];
}

/** How a version is kept on disk. */
export type ModelFormat = 'tfjs-layers' | 'tfjs-graph' | 'tf-saved-model';

/** Everything a runtime needs to load a version. Structured-cloneable: it crosses to worker threads. */
export interface VersionSource {
  readonly model: string;
  readonly version: number;
  /** Absolute path of `models/<name>/<int>`. */
  readonly folder: string;
  readonly format: ModelFormat;
  /** The signature the manifest promises; a version that has another does not load. */
  readonly signature: Signature;
  /** Content hash of the folder; keys whatever a runtime derives from it (compiled graphs). */
  readonly sha256: string;
  /** SHA-256 of each file, hex: a file that has another when it is read for loading is refused. Absent: not compared. */
  readonly files?: Readonly<Record<string, string>>;
}

/**
 * An engine. Asynchronous throughout: nothing outside an adapter may assume that a model lives in this process,
 * that a run cannot time out, or that it takes microseconds.
 */
export interface Runtime {
  readonly name: string;
  /** Engine version as a person would write it: `TensorFlow 2.12.1`, `WASM (SIMD)`. */
  readonly version: string;
  readonly capabilities: {
    readonly formats: readonly ModelFormat[];
    readonly datatypes: readonly Datatype[];
    readonly gradients: boolean;
  };
  /**
   * @throws ScoregraphError MODEL_UNAVAILABLE with reason `FORMAT_UNSUPPORTED_BY_ENGINE`, `SIGNATURE_MISMATCH`,
   * `CORRUPT` or `LOAD_FAILED`; the message says what was expected and what was found.
   */
  load(source: VersionSource): Promise<LoadedModel>;
}

export interface LoadedModel {
  readonly signature: Signature;
  /** How it runs, for people: `saved-model (compiled)`, `eager`, … */
  readonly mode: string;
  /** Runs one batch; answers every output, row order kept. Inputs may be detached afterwards. */
  run(inputs: TensorMap): Promise<TensorMap>;
  /** Runs each batch size once so that the first real caller does not pay for it. */
  warmUp(batchSizes: readonly number[]): Promise<void>;
  /** Frees everything; the object is dead afterwards. */
  unload(): Promise<void>;
  /**
   * Present where a row costs so little that rows of several such versions may be computed as one batch. They have one FP32 input and one
   * FP32 output, both vectors.
   */
  readonly rows?: RowComputer;
}
/** Computes single rows of a batch, at once and without an engine being asked. */
export interface RowComputer {
  /** Numbers of a row that come out. */
  readonly outputs: number;
  /** More rows of one version than this are computed faster by `LoadedModel.run`. */
  readonly most: number;
  /** Row `row` of `inputs` [rows, …] into row `row` of `outputs` [rows, this.outputs]. */
  compute(inputs: Float32Array, outputs: Float32Array, row: number): void;
}

/** Keep the k best of one output, per row, without the rows' excluded indices. Done beside the engine. */
export interface TopK {
  readonly output: string;
  readonly k: number;
  /** Indices that must not appear. */
  readonly exclude?: Int32Array;
}

/** One row: the model's inputs without the batch dimension. */
export interface Row {
  readonly inputs: Readonly<Record<string, TensorData>>;
  readonly topK?: TopK;
}

/**
 * What came out for one row, keyed by output name. An output asked for by `topK` holds the k best scores in falling
 * order, and `<output>:indices` (Int32Array) their indices; other rows' numbers are never visible.
 */
export interface RowResult {
  readonly model: string;
  readonly version: number;
  readonly outputs: Readonly<Record<string, TensorData>>;
}

/** Rows that came together, as one dense array per input: [rows, …]. */
export interface Block {
  readonly rows: number;
  readonly inputs: Readonly<Record<string, TensorData>>;
}

/** What came out for a block: per output one array, [rows, …]. */
export interface BlockResult {
  readonly model: string;
  readonly version: number;
  readonly outputs: Readonly<Record<string, TensorData>>;
  /** Rows whose outputs hold no finite number. */
  readonly nonFinite: readonly number[];
}

/** Which version answers; neither: the router decides for the entity. */
export interface VersionSelector {
  readonly alias?: string | null;
  readonly version?: number | null;
  /** With `version`, when the router chose it: the arm that the answer counts for. */
  readonly arm?: string | null;
  /** Whether score and latency are samples of what the arm is asked: false of one question of many that somebody thought up together. Default true. */
  readonly sampled?: boolean;
}

/** Who answers: a version, and the arm of the model's policy it was chosen by. */
export interface Routed extends VersionSelector {
  readonly info: ModelVersionInfo;
  readonly version: number;
  /** Null where no policy decided. */
  readonly arm: string | null;
}

/** What domains ask for predictions. */
export interface Inference {
  /**
   * Queues one row for a model; it is batched with everybody else's.
   * @throws ScoregraphError NOT_FOUND (no such model, version or alias), MODEL_UNAVAILABLE, QUEUE_FULL,
   * DEADLINE_EXCEEDED, INVALID_FEATURES (wrong shape, or a non-finite output), CANCELLED.
   */
  predict(model: string, row: Row, context: RowContext, selector?: VersionSelector): Promise<RowResult>;
  /**
   * Queues a block of rows, at most the model's `max_batch_size`, as a batch of its own: cheaper than row by row, but it fails as a whole.
   * Its arrays are given away; the prediction cache is not asked.
   * @throws as `predict`.
   */
  predictBlock(model: string, block: Block, context: RowContext, selector?: VersionSelector): Promise<BlockResult>;
  /** The version that `predict` would use now, with its files; lets a domain read thresholds and vocabularies. */
  resolve(model: string, selector?: VersionSelector): ModelVersionInfo;
  /**
   * The version that answers about one entity: the one asked for, else what the model's policy says, which may look at `request`. Give it to
   * `predict` as selector.
   * @throws as `predict`, where no version can answer.
   */
  route(model: string, entity: string, selector?: VersionSelector, request?: RequestFacts): Routed;
  /** Whether a policy lets different entities be answered by different versions now. */
  splits(model: string): boolean;
}

/** A loaded version as domains see it. */
export interface ModelVersionInfo {
  readonly model: string;
  readonly version: number;
  readonly folder: string;
  /** The parsed `version.json`: thresholds, calibration, training data, metrics. */
  readonly card: Readonly<Record<string, unknown>>;
  /** The parsed `manifest.json`. */
  readonly manifest: ModelManifest;
}

/** `manifest.json`, checked by `inference/manifest.ts`. */
export interface ModelManifest {
  readonly name: string;
  readonly task: string;
  readonly description: string;
  readonly entity: string;
  readonly inputs: readonly (TensorSpec & { readonly features?: readonly ManifestFeature[] })[];
  readonly outputs: readonly OutputSpec[];
  readonly batching: Batching;
  readonly versionPolicy: VersionPolicy;
  /** `auto`: a newer version that can answer becomes the champion by itself. */
  readonly promotion: 'manual' | 'auto';
  /** What aliases mean at first; what they mean now is on the event log. */
  readonly aliases: Readonly<Record<string, number>>;
  /** How query-born predictions are kept: 1 all, 0 none, between: that share, drawn at random. */
  readonly predictionLog: number;
  /** `domain`: the written part of the graph that serves it; absent: generated. `field`: what its field on the entity is called. */
  readonly graph?: { readonly domain?: string | undefined; readonly field?: string | undefined };
  /** ISO 4217 currency of the model's amounts; others are refused. */
  readonly currency?: string;
}
export interface ManifestFeature {
  readonly name: string;
  readonly description: string;
  readonly unit?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: number;
  /** The stored feature that it is of an entity: `rfm@1/log_recency` (docs/features.md). */
  readonly stored?: string;
}
/** Names as in Triton's model configuration. */
export interface Batching {
  readonly maxBatchSize: number;
  readonly preferredBatchSize: readonly number[];
  readonly maxQueueDelayMicroseconds: number;
  readonly maxQueueSize: number;
}
/** As in TensorFlow Serving: which versions are loaded. */
export type VersionPolicy =
  | { readonly kind: 'latest'; readonly count: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'specific'; readonly versions: readonly number[] };

/** Top-k for a whole batch: every row of the batch asks for it on the same output. Arrays are transferred, not copied. */
export interface BatchTopK {
  readonly output: string;
  /** Largest k of the rows: the results have this many columns. */
  readonly k: number;
  /** All rows' excluded indices one after the other … */
  readonly exclude: Int32Array<ArrayBuffer>;
  /** … row i's are exclude[offsets[i] … offsets[i+1]); length rows + 1. */
  readonly offsets: Int32Array<ArrayBuffer>;
}

/** Rows of one version in a batch. */
export interface BatchPart {
  /** What the pool calls the version (`PooledVersion.handle`). */
  readonly handle: number;
  readonly rows: number;
}

/** One batch on its way to an engine worker. Exactly one of `done` and `failed` is called, once, on the main thread. */
export interface BatchJob {
  /** Whose rows it holds, one behind the other. More than one: versions of one signature that said that their rows mix. */
  readonly parts: readonly BatchPart[];
  /** Of the version, or of all of them. */
  readonly signature: Signature;
  /** Of all parts. */
  readonly rows: number;
  readonly inputs: TensorMap;
  readonly topK?: BatchTopK;
  /**
   * Outputs by name. With topK, that output is [rows, k] FP32 in falling order and `<output>:indices` is [rows, k] INT32
   * (padding where fewer than k are left: score -Infinity, index -1); the other outputs are whole.
   * `nonFinite` lists rows in which any output held NaN or ±Infinity before top-k.
   */
  done(outputs: TensorMap, facts: { readonly computeMicros: number; readonly nonFinite: readonly number[] }): void;
  /** The engine refused (the batch may be bisected) or its worker died (ScoregraphError MODEL_UNAVAILABLE, reason `WORKER_EXITED`). */
  failed(error: Error): void;
}

/** Where a free worker gets its next work from: it pulls, so that batches grow while workers are busy. */
export interface JobSource {
  /**
   * Called when a worker is free that holds the versions whose handles `canRun`. Answers the batches for one trip to the worker
   * (several models may ride together), or an empty list when nothing is due; the source then calls `pool.wake()`
   * when something becomes due.
   */
  take(canRun: (handle: number) => boolean): readonly BatchJob[];
}

/** What workers say of a version that they hold. */
export interface LoadedVersion {
  readonly signature: Signature;
  readonly mode: string;
  /** Its rows may share a batch with those of other versions of the same signature. */
  readonly mixes: boolean;
}

/** A version that the pool holds. */
export interface PooledVersion extends LoadedVersion {
  /** Its number, which no other version has, nor this one when it is loaded again: batches are addressed to it. */
  readonly handle: number;
}

/** Engine workers. Owns their lives: start, crash, restart with all models, stop. */
export interface EnginePool {
  /** Which engine, and why this one: `native engine found`, `SCOREGRAPH_ENGINE=wasm`, `native engine missing: …`. */
  readonly engine: {
    readonly name: 'tensorflow' | 'wasm';
    readonly version: string;
    readonly reason: string;
  };
  readonly workers: { readonly configured: number; alive(): number };
  /**
   * Loads and warms a version for every worker (and again in every worker that is restarted). Idempotent. `beside`: in a spare worker
   * that then takes the place of one that serves, so that nothing waits for it; else in the workers themselves. The signature it
   * answers is what rows get: outputs that are added to others are not among them.
   */
  load(source: VersionSource, warmUp: readonly number[], options: { readonly beside: boolean }): Promise<PooledVersion>;
  unload(model: string, version: number): Promise<void>;
  /** Sets where work comes from; once, before the first wake. */
  attach(source: JobSource): void;
  /** Something is due: free workers come and take it. Cheap; call it as often as you like. */
  wake(): void;
  /** Lets running batches finish (at most `graceMs`), then ends the workers. */
  close(graceMs: number): Promise<void>;
}
