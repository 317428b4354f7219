/**
 * What the data room and its writer thread say to each other. Rows on their way in travel as one JSON text, a list of lists: it
 * crosses to the thread as one block, and SQLite itself takes it apart.
 */
export interface WriterOptions {
  readonly file: string;
  /** The passphrase of an encrypted file; null: it is not encrypted. */
  readonly key: string | null;
}

/** id, type, schema version, entity, occurredAt, source, payload (as it is, not as text). */
export type EventRow = readonly [string, number, number, string, number, number, unknown];
/** seq first, then as EventRow with recordedAt before source, and the payload as JSON text. */
export type StoredRow = readonly [number, string, number, number, string, number, number, number, string];
/**
 * id, model, version, entity, eventId, eventSeq, predictedAt, featuresAsOf, featureSet, defaulted, output, where in the write's `features`
 * its own are (first byte, counted from 0; bytes), the arm, and shadowOf.
 */
export type PredictionRow = readonly [
  string,
  string,
  number,
  string,
  string | null,
  number | null,
  number,
  number,
  string,
  readonly string[],
  unknown,
  number,
  number,
  string | null,
  string | null,
];

/** One write; several travel together and are committed together. */
export type Write =
  /** `rows`: EventRow[] as JSON. */
  | {
      readonly kind: 'events';
      readonly rows: string;
      readonly count: number;
      /** Which of them are outcomes, by their place. */
      readonly outcomes: readonly number[];
      readonly recordedAt: number;
    }
  | {
      readonly kind: 'predictions';
      /** PredictionRow[] as JSON. */
      readonly rows: string;
      readonly count: number;
      /** The vectors one after the other; the buffer goes over to the thread. */
      readonly features: Uint8Array<ArrayBuffer>;
      /** First and last position of the events that they were born of; null where none was. */
      readonly events: readonly [number, number] | null;
      /** Some were born of no event. */
      readonly others: boolean;
      readonly offset: readonly [string, number] | null;
    }
  | {
      readonly kind: 'snapshots';
      readonly of: string;
      readonly rows: readonly (readonly [string, number, string])[];
      readonly replayFrom: number | null;
    }
  | { readonly kind: 'prune'; readonly events: number; readonly predictions: number; readonly slice: number }
  /** Notes an erasure: from now on it is carried through, whatever happens. */
  | { readonly kind: 'erasure-begin'; readonly erasure: ErasureRow }
  /** Carries the noted erasure of an entity through; `documents`: kind, key, seq and body of snapshots to be replaced in the same transaction. */
  | {
      readonly kind: 'erasure';
      readonly entity: string;
      readonly at: number;
      readonly documents: readonly (readonly [string, string, number, string])[];
    }
  /** Forgets the note. */
  | { readonly kind: 'erasure-end'; readonly entity: string };

/** entity, erasure id, subject (the salted hash), reason, principal, requestedAt. */
export type ErasureRow = readonly [string, string, string, string, string, number];

/** For events: [status, seq, recordedAt] flat, status 0 appended, 1 repeated, 2 conflict. For predictions: positions. For prune: rows deleted. For erasure: position of its event, tombstones, predictions deleted. */
export type WriteResult = Float64Array;

export type Read = { readonly sql: string; readonly args: readonly (string | number)[] };

export type ToWriter =
  | { readonly kind: 'write'; readonly call: number; readonly writes: readonly Write[] }
  | { readonly kind: 'read'; readonly call: number; readonly read: Read }
  | { readonly kind: 'backup'; readonly call: number; readonly target: string }
  /** Cleans pages `from` … `from + count - 1` of what lies between their rows; answers the number of pages of the file. */
  | { readonly kind: 'scrub'; readonly call: number; readonly from: number; readonly count: number }
  /** Empties the write-ahead log; answers whether it could. */
  | { readonly kind: 'truncate'; readonly call: number }
  | { readonly kind: 'close'; readonly call: number };

export type FromWriter =
  | { readonly kind: 'open' }
  | { readonly kind: 'refused'; readonly error: WireFailure }
  | { readonly kind: 'done'; readonly call: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly call: number; readonly error: WireFailure };

export interface WireFailure {
  readonly message: string;
  /** SQLite's extended code, or one of ours: `NEWER_FORMAT`. */
  readonly code: string;
}
