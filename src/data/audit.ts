import type { RowContext } from '../core/predictions.js';

/**
 * What kind of entry: `QUESTION` a model was run about somebody; `READING` a recorded prediction about somebody was shown; `ACTION` a
 * mutation or an opened subscription; `REFUSAL` calls that were not let in; `LOSS` entries that could not be kept. The order is the
 * number they are stored as: append only.
 */
export const AUDIT_KINDS = ['QUESTION', 'READING', 'ACTION', 'REFUSAL', 'LOSS'] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** Who asks, and by which door: of every row of every call. */
export interface Asker {
  readonly principal: string;
  /** `http`, `ws`, …; absent where the server asks by itself: that is nobody's question. */
  readonly door?: string | undefined;
}

/** A mutation, or a subscription that was opened. */
export interface AuditAction {
  readonly principal: string;
  readonly door: string;
  /** The root field, or what else was called: `eraseCustomer`, `POST /v1/events`. */
  readonly operation: string;
  /** The one customer it is about; null: none, or several. */
  readonly entity?: string | null;
  /** It was about a customer who must not be named any more. */
  readonly erased?: boolean;
  /** `OK`, or the code of what went wrong. */
  readonly outcome: string;
  readonly traceId: string;
  /** Address of the client, where the door knows it. */
  readonly remote?: string | null;
  /** What else it said, small. Never a customer's id or data: `forget` does not look here. */
  readonly detail?: Readonly<Record<string, unknown>> | null;
}

/** A call that was not let in. */
export interface AuditRefusal extends Pick<AuditAction, 'door' | 'operation' | 'remote'> {
  /** Null: nobody knows. */
  readonly principal: string | null;
  readonly outcome: string;
  readonly traceId?: string | null;
}

/** An entry as it is kept. */
export interface AuditEntry extends AuditKey {
  readonly kind: AuditKind;
  readonly lastAt: number;
  /** Questions, readings and refusals are counted by the minute. */
  readonly count: number;
  readonly principal: string | null;
  readonly door: string | null;
  readonly operation: string | null;
  readonly entity: string | null;
  readonly erased: boolean;
  readonly model: string | null;
  readonly version: number | null;
  readonly outcome: string;
  /** Of the predictions that the prediction log keeps. */
  readonly firstPredictionId: string | null;
  readonly lastPredictionId: string | null;
  readonly traceId: string | null;
  readonly remote: string | null;
  readonly detail: Readonly<Record<string, unknown>> | null;
}
/** The place of an entry: entries of one millisecond are in the order of recording. */
export interface AuditKey {
  /** Milliseconds UTC, of the first that is counted in it. */
  readonly at: number;
  readonly seq: number;
}
/** Which entries; null leaves a condition out. */
export interface AuditSelection {
  readonly kinds: readonly AuditKind[] | null;
  readonly principal: string | null;
  readonly door: string | null;
  readonly operation: string | null;
  readonly entity: string | null;
  readonly model: string | null;
  readonly version: number | null;
  readonly outcome: string | null;
  /** Milliseconds UTC: something of it at or after `from`, the first of it before `to`. */
  readonly from: number | null;
  readonly to: number | null;
}
export interface AuditPage {
  readonly after?: AuditKey;
  readonly before?: AuditKey;
  readonly limit: number;
  readonly newestFirst: boolean;
}

/** Everything, for a selection to begin with. */
export const EVERY_ENTRY: AuditSelection = {
  kinds: null,
  principal: null,
  door: null,
  operation: null,
  entity: null,
  model: null,
  version: null,
  outcome: null,
  from: null,
  to: null,
};

/**
 * Who asked which model about whom, and who did what. Written behind the answers, within a second; what cannot be kept is counted,
 * in the metrics and, once writing goes on, as an entry of its own.
 */
export interface AuditLog {
  /**
   * An answer of a model version about `entity` was given to `asker`, at `at` (milliseconds UTC). Nothing is noted of an asker without
   * door. `predictionId` where the prediction log keeps it. Cheap: called for every prediction.
   */
  asked(
    asker: Asker,
    kind: 'QUESTION' | 'READING',
    model: string,
    version: number,
    entity: string,
    at: number,
    predictionId: string | null,
  ): void;
  acted(action: AuditAction): void;
  refused(refusal: AuditRefusal): void;
  /** Writes what waits. @returns whether it is on disk; false when the disk does not take it: it is tried again. */
  flush(): Promise<boolean>;
  /** A page of entries, with everything noted before the call. @throws what `PredictionHistory.page` throws. */
  page(
    selection: AuditSelection,
    page: AuditPage,
    turn: Pick<RowContext, 'deadline' | 'signal'>,
  ): Promise<AuditEntry[]>;
  /**
   * Takes a customer's name out of every entry, for good: that somebody asked about somebody stays. @returns how many entries.
   * @throws ScoregraphError STORAGE_UNAVAILABLE when not all of it could be done; doing it again goes on.
   */
  forget(entity: string): Promise<number>;
}
