import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Packer, type Parcel, Unpacker } from '../../../src/inference/pool/parcel.js';
import { packTrip, ResultsPacker, type Trip, unpackResults, unpackTrip } from '../../../src/inference/pool/trips.js';
import type { BatchJob, Signature, TensorData } from '../../../src/inference/ports.js';

/** To the other thread: buffers are handed over, not copied. */
const sent = (parcel: Parcel): Parcel => structuredClone(parcel, { transfer: [...parcel] });

const data: fc.Arbitrary<TensorData> = fc
  .record({
    length: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 4_000, max: 6_000 })),
    isFloat: fc.boolean(),
    isPart: fc.boolean(),
    seed: fc.integer({ min: 1, max: 1_000 }),
  })
  .map(({ length, isFloat, isPart, seed }) => {
    const values = Array.from({ length: length + 7 }, (_, i) => i * seed);
    const whole = isFloat ? Float32Array.from(values) : Int32Array.from(values);
    return (isPart ? whole.subarray(3, 3 + length) : whole.slice(0, length)) as TensorData;
  });

describe('a parcel', () => {
  it('brings every array as it was, small ones in one buffer and large ones in their own', () => {
    fc.assert(
      fc.property(fc.array(data, { maxLength: 30 }), (arrays) => {
        const copies = arrays.map((array) => array.slice());
        const packer = new Packer();
        for (const array of arrays) packer.add(array);
        const first = Float32Array.of(1, 2, 3);
        const parcel = packer.pack([first]);
        const large = arrays.filter(({ byteLength }) => byteLength >= 16 * 1024).length;
        expect(parcel).toHaveLength(1 + large);
        const unpacker = new Unpacker(sent(parcel));
        expect(unpacker.floats()).toEqual(first);
        for (const copy of copies)
          expect(copy instanceof Float32Array ? unpacker.floats() : unpacker.integers()).toEqual(copy);
      }),
    );
  });
});

const signature: Signature = {
  inputs: [
    { name: 'features', datatype: 'FP32', shape: [-1, 2] },
    { name: 'items', datatype: 'INT32', shape: [-1, 3] },
  ],
  outputs: [
    { name: 'label', datatype: 'INT32', shape: [-1, 1] },
    { name: 'scores', datatype: 'FP32', shape: [-1, 4] },
  ],
};
/** What a worker holds. */
const held = (handle: number) => ({ handle, signature });
/** A batch of the versions with these handles, and how many rows each has. */
function jobOf(of: Readonly<Record<number, number>>, topK?: BatchJob['topK']): BatchJob {
  const parts = Object.entries(of).map(([handle, rows]) => ({ handle: Number(handle), rows }));
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  return {
    parts,
    signature,
    rows,
    inputs: {
      features: { datatype: 'FP32', shape: [rows, 2], data: Float32Array.from({ length: 2 * rows }, (_, i) => i / 2) },
      items: { datatype: 'INT32', shape: [rows, 3], data: Int32Array.from({ length: 3 * rows }, (_, i) => -i) },
    },
    ...(topK === undefined ? {} : { topK }),
    done: () => {},
    failed: () => {},
  };
}
const best = () => ({ output: 'scores', k: 2, exclude: Int32Array.of(3, 1), offsets: Int32Array.of(0, 1, 2) });

describe('a trip', () => {
  it('brings the batches of several models, with and without top-k', () => {
    const trip: Trip = sent(packTrip([jobOf({ 7: 1 }), jobOf({ 8: 2 }, best()), jobOf({ 7: 3 })]));
    const jobs = unpackTrip(trip, held);
    expect(jobs.map((job) => [job?.parts[0]?.model.handle, job?.rows])).toEqual([
      [7, 1],
      [8, 2],
      [7, 3],
    ]);
    expect(jobs.map((job) => job?.inputs)).toEqual([1, 2, 3].map((rows) => jobOf({ 7: rows }).inputs));
    expect(jobs.map((job) => job?.topK)).toEqual([undefined, best(), undefined]);
  });

  it('says whose the rows of a mixed batch are', () => {
    const trip = sent(packTrip([jobOf({ 7: 2, 9: 1 }), jobOf({ 8: 1 })]));
    const jobs = unpackTrip(trip, held);
    expect(jobs.map((job) => job?.parts.map(({ model, rows }) => [model.handle, rows]))).toEqual([
      [
        [7, 2],
        [9, 1],
      ],
      [[8, 1]],
    ]);
    expect(jobs.map((job) => job?.inputs)).toEqual([3, 1].map((rows) => jobOf({ 7: rows }).inputs));
    const lacking = unpackTrip(trip, (handle) => (handle === 9 ? undefined : held(handle)));
    expect(lacking.map((job) => job?.rows)).toEqual([undefined, 1]);
  });

  it('goes on behind a batch whose version the worker does not hold', () => {
    const trip = sent(packTrip([jobOf({ 1: 2 }, best()), jobOf({ 2: 1 })]));
    const [unknown, known] = unpackTrip(trip, (handle) => (handle === 2 ? held(2) : undefined));
    expect(unknown).toBeNull();
    expect(known?.inputs).toEqual(jobOf({ 2: 1 }).inputs);
  });

  it('comes back in parts: answers, rows without finite numbers, and what failed, each to its batch', () => {
    const trip = [jobOf({ 1: 1 }), jobOf({ 1: 2 }, best()), jobOf({ 2: 1 }), jobOf({ 2: 2 })];
    const answer = (rows: number) => ({
      label: { datatype: 'INT32' as const, shape: [rows, 1], data: new Int32Array(rows).fill(rows) },
      scores: { datatype: 'FP32' as const, shape: [rows, 4], data: new Float32Array(4 * rows).fill(rows / 4) },
    });
    const ranked = {
      label: answer(2).label,
      scores: { datatype: 'FP32' as const, shape: [2, 2], data: Float32Array.of(4, 3, 2, 1) },
      'scores:indices': { datatype: 'INT32' as const, shape: [2, 2], data: Int32Array.of(0, 2, 3, 0) },
    };
    const failure = { message: 'no', code: null, reason: null };
    const first = new ResultsPacker();
    first.add({ outputs: answer(1), computeMicros: 12, nonFinite: [] }, { parts: [{ model: held(1), rows: 1 }] });
    first.add(
      { outputs: ranked, computeMicros: 3, nonFinite: [1] },
      { parts: [{ model: held(1), rows: 2 }], topK: best() },
    );
    const second = new ResultsPacker();
    second.add({ error: failure }, null);
    second.add({ outputs: answer(2), computeMicros: 5, nonFinite: [0, 1] }, { parts: [{ model: held(2), rows: 2 }] });
    const told = [first.results(0, false), second.results(2, true)].map(({ parcel, errors }) =>
      unpackResults({ parcel: sent(parcel), errors }, trip),
    );
    expect(told.map(({ from, last }) => [from, last])).toEqual([
      [0, false],
      [2, true],
    ]);
    expect(told.flatMap(({ results }) => results)).toEqual([
      { outputs: answer(1), computeMicros: 12, nonFinite: [] },
      { outputs: ranked, computeMicros: 3, nonFinite: [1] },
      { error: failure },
      { outputs: answer(2), computeMicros: 5, nonFinite: [0, 1] },
    ]);
  });
});
