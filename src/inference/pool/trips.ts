import type { BatchJob, BatchTopK, Signature, Tensor, TensorMap, TensorSpec } from '../ports.js';
import { Packer, type Parcel, Unpacker } from './parcel.js';

/** A batch as a worker sees it. */
export interface TripJob<M = { readonly signature: Signature }> {
  /** Whose rows it holds, one behind the other; more than one: all of the first one's signature. */
  readonly parts: readonly { readonly model: M; readonly rows: number }[];
  readonly rows: number;
  readonly inputs: TensorMap;
  readonly topK?: BatchTopK;
}

export type JobResult =
  | { readonly outputs: TensorMap; readonly computeMicros: number; readonly nonFinite: readonly number[] }
  | { readonly error: WireError };

/** An error as it crosses the thread. */
export interface WireError {
  readonly message: string;
  readonly code: string | null;
  readonly reason: string | null;
}

/**
 * Batches on their way to a worker. First two arrays of numbers: of each job its parts, rows, arrays, the output that top-k is wanted of (its
 * place + 1; 0: of none) and k; of each part of each job handle and rows. Then of each job its inputs in the order of the signature; for
 * top-k, what is excluded and its offsets.
 */
export type Trip = Parcel;
const JOB_NUMBERS = 5;
const PART_NUMBERS = 2;

/** What came of jobs of the trip under way. */
export interface TripResults {
  /**
   * First two arrays of numbers: from which job on, and whether the worker is free (1) or goes on; of each job how long it took, µs (-1: it failed), and how
   * many of its rows hold no finite number. Then of each job that did not fail those rows, where there are any, and its outputs.
   */
  readonly parcel: Parcel;
  /** Of each job that failed. */
  readonly errors: readonly WireError[];
}
const RESULT_NUMBERS = 2;
const FAILED = -1;

export function packTrip(jobs: readonly BatchJob[]): Trip {
  const numbers = new Int32Array(JOB_NUMBERS * jobs.length);
  const parts = new Int32Array(PART_NUMBERS * jobs.reduce((sum, job) => sum + job.parts.length, 0));
  const packer = new Packer();
  let part = 0;
  jobs.forEach(({ parts: own, signature, rows, inputs, topK }, i) => {
    for (const { name } of signature.inputs) packer.add(inputs[name]!.data);
    let arrays = signature.inputs.length;
    let output = 0;
    if (topK !== undefined) {
      packer.add(topK.exclude);
      packer.add(topK.offsets);
      arrays += 2;
      output = signature.outputs.findIndex(({ name }) => name === topK.output) + 1;
    }
    numbers.set([own.length, rows, arrays, output, topK?.k ?? 0], JOB_NUMBERS * i);
    for (const { handle, rows: count } of own) {
      parts[part++] = handle;
      parts[part++] = count;
    }
  });
  return packer.pack([numbers, parts]);
}

/** The jobs of a trip, each with the models that `modelOf` knows by their handles; null where one of them is not known. */
export function unpackTrip<M extends { readonly signature: Signature }>(
  trip: Trip,
  modelOf: (handle: number) => M | undefined,
): (TripJob<M> | null)[] {
  const unpacker = new Unpacker(trip);
  const jobs = unpacker.integers();
  const handles = unpacker.integers();
  let part = 0;
  return Array.from({ length: jobs.length / JOB_NUMBERS }, (_, i) => {
    const [count, rows, arrays, output, k] = jobs.subarray(JOB_NUMBERS * i) as unknown as [
      ...[number, number, number, number, number],
    ];
    const parts: { model: M; rows: number }[] = [];
    for (const end = part + PART_NUMBERS * count; part < end; part += PART_NUMBERS) {
      const model = modelOf(handles[part]!);
      if (model !== undefined) parts.push({ model, rows: handles[part + 1]! });
    }
    if (parts.length < count) {
      unpacker.skip(arrays);
      return null;
    }
    const { signature } = parts[0]!.model;
    const inputs: Record<string, Tensor> = {};
    for (const spec of signature.inputs) inputs[spec.name] = tensorOf(spec, rows, unpacker);
    if (output === 0) return { parts, rows, inputs };
    const [exclude, offsets] = [unpacker.integers(), unpacker.integers()];
    return { parts, rows, inputs, topK: { output: signature.outputs[output - 1]!.name, k, exclude, offsets } };
  });
}

function tensorOf({ datatype, shape }: TensorSpec, rows: number, unpacker: Unpacker): Tensor {
  const data = datatype === 'FP32' ? unpacker.floats() : unpacker.integers();
  return { datatype, shape: [rows, ...shape.slice(1)], data };
}

/** What top-k makes of an output: the output itself, and one more. */
const rankedNames = (output: string): readonly TensorSpec[] => [
  { name: output, datatype: 'FP32', shape: [] },
  { name: `${output}:indices`, datatype: 'INT32', shape: [] },
];

/** The outputs that a job answers, in their order. */
function answered(
  { outputs }: Signature,
  topK: { readonly output: string } | undefined,
): readonly Pick<TensorSpec, 'name' | 'datatype'>[] {
  return topK === undefined
    ? outputs
    : outputs.flatMap((spec) => (spec.name === topK.output ? rankedNames(spec.name) : [spec]));
}

/** Collects what comes of jobs until it is sent. */
export class ResultsPacker {
  readonly #packer = new Packer();
  readonly #facts: number[] = [];
  readonly #errors: WireError[] = [];

  /** Jobs whose results it has. */
  get size(): number {
    return this.#facts.length / RESULT_NUMBERS;
  }

  add(result: JobResult, job: Pick<TripJob, 'parts' | 'topK'> | null): void {
    if ('error' in result || job === null) {
      this.#facts.push(FAILED, 0);
      if ('error' in result) this.#errors.push(result.error);
      return;
    }
    const { outputs, computeMicros, nonFinite } = result;
    this.#facts.push(computeMicros, nonFinite.length);
    if (nonFinite.length > 0) this.#packer.add(Int32Array.from(nonFinite));
    for (const { name } of answered(job.parts[0]!.model.signature, job.topK)) this.#packer.add(outputs[name]!.data);
  }

  /** `from`: the first of its jobs; `last`: no more come of this trip. */
  results(from: number, last: boolean): TripResults {
    const facts = Float32Array.from(this.#facts);
    return { parcel: this.#packer.pack([Int32Array.of(from, last ? 1 : 0), facts]), errors: this.#errors };
  }
}

/** What came of the jobs of a trip that a message tells of, one after the other, from job `from` on. */
export function unpackResults(
  { parcel, errors }: TripResults,
  trip: readonly BatchJob[],
): { readonly from: number; readonly last: boolean; readonly results: readonly JobResult[] } {
  const unpacker = new Unpacker(parcel);
  const [from, last] = unpacker.integers() as unknown as [number, number];
  const facts = unpacker.floats();
  let failed = 0;
  const results = Array.from({ length: facts.length / RESULT_NUMBERS }, (_, i): JobResult => {
    const computeMicros = facts[RESULT_NUMBERS * i]!;
    if (computeMicros === FAILED) return { error: errors[failed++]! };
    const nonFinite = facts[RESULT_NUMBERS * i + 1] === 0 ? NONE : [...unpacker.integers()];
    const { signature, rows, topK } = trip[from + i]!;
    const outputs: Record<string, Tensor> = {};
    for (const { name, datatype } of answered(signature, topK)) {
      const data = datatype === 'FP32' ? unpacker.floats() : unpacker.integers();
      outputs[name] = { datatype, shape: [rows, data.length / rows], data };
    }
    return { outputs: outputs as TensorMap, computeMicros, nonFinite };
  });
  return { from, last: last === 1, results };
}
const NONE: readonly number[] = [];
