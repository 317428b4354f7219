import type { WireFailure } from '../protocol.js';
import type { WoundTape } from './tape.js';

/** What the audit log and its writer thread say to each other. */
export interface AuditWriterOptions {
  readonly file: string;
  /** Passphrase of the file; null: it is not encrypted. */
  readonly key: string | null;
}

/** An entry that is no question: what it is, and its columns. `counted`: added up with its like in the same minute. */
export interface PlainRow {
  readonly caller: CallerColumns;
  readonly at: number;
  readonly lastAt: number;
  readonly count: number;
  readonly entity: string | null;
  readonly erased: boolean;
  readonly trace: string | null;
  readonly remote: string | null;
  /** JSON. */
  readonly detail: string | null;
  readonly counted: boolean;
}

/** kind (a place in AUDIT_KINDS), principal, door, operation, model, version, outcome; empty and 0 where there is none. */
export type CallerColumns = readonly [number, string, string, string, string, number, string];

/** `now`: milliseconds UTC, in the minute that is not over. */
export type ToAuditWriter =
  | { readonly kind: 'write'; readonly tape: WoundTape | null; readonly rows: readonly PlainRow[] }
  /** Makes entries of everything in the journal. */
  | { readonly kind: 'settle'; readonly now: number }
  /** Deletes at most `slice` rows from before `before`. */
  | { readonly kind: 'sweep'; readonly before: number; readonly slice: number; readonly now: number }
  /** Takes the name out of at most `slice` rows. */
  | { readonly kind: 'forget'; readonly entity: string; readonly slice: number; readonly now: number }
  | { readonly kind: 'close' };

/** One answer to each message, in their order; the tape comes back from a write, whether it succeeded or not. `more`: a slice was full. */
export type FromAuditWriter =
  | { readonly kind: 'open' }
  | { readonly kind: 'refused'; readonly error: WireFailure }
  | { readonly kind: 'done'; readonly count: number; readonly more: boolean; readonly tape: WoundTape | null }
  | { readonly kind: 'failed'; readonly error: WireFailure; readonly tape: WoundTape | null };
