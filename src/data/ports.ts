import type { EventType, NewEvent, StoredEvent } from '../core/events.js';
import type { PredictionRecord, RowContext } from '../core/predictions.js';

/**
 * What became of one event handed to the log. `repeated`: this id was recorded before with the same content
 * (answer as if new). `conflict`: the id exists with other content; nothing was written.
 */
export interface AppendResult {
  readonly status: 'appended' | 'repeated' | 'conflict';
  /** Position of the (first) record. */
  readonly seq: number;
  readonly recordedAt: number;
}

/** Which part of a list in log order: both bounds are exclusive positions; `newestFirst` false walks upwards from `after`. */
export interface LogPage {
  readonly after?: number;
  readonly before?: number;
  readonly limit: number;
  readonly newestFirst: boolean;
}

/** The append-only record of what happened. Positions grow in order of recording; nothing is rewritten but by erasure. */
export interface EventLog {
  /**
   * Appends in the given order, in one group commit with whoever else is waiting. Resolves when the events are on disk
   * (fdatasync done), never before. Results follow the input's order.
   * @throws ScoregraphError STORAGE_UNAVAILABLE with reason `DISK_FULL`, `SYNC_FAILED`, `READ_ONLY` or `WATERMARK`:
   * nothing of the call was recorded; QUEUE_FULL when too much is waiting.
   */
  append(events: readonly NewEvent[]): Promise<AppendResult[]>;
  /** Events with `seq > after`, oldest first, at most `limit`. */
  read(after: number, limit: number, types?: readonly EventType[]): Promise<StoredEvent[]>;
  /** By client id within a type; order of the input, null where unknown. */
  byIds(type: EventType, ids: readonly string[]): Promise<(StoredEvent | null)[]>;
  /** One page of an entity's events of one type. */
  byEntity(entity: string, type: EventType, page: LogPage): Promise<StoredEvent[]>;
  /** One page of several entities' events of one type, each entity named once; order as `page` says. */
  byEntities(entities: readonly string[], type: EventType, page: LogPage): Promise<StoredEvent[]>;
  /** One page of all events of one type; quick for payments and for the rare ones, those that the server itself makes. */
  byType(type: EventType, page: LogPage): Promise<StoredEvent[]>;
  /** How many events of `types` lie after position `after`. */
  count(after: number, types?: readonly EventType[]): Promise<number>;
  /** Position of the newest durable event; 0 when empty. Synchronous: kept in memory. */
  head(): number;
  /** Position before the oldest event still held; a cursor below it cannot be resumed without loss. */
  horizon(): number;
}

/** A recorded prediction and its place in the stream of recorded predictions. */
export interface PositionedPrediction {
  readonly position: number;
  readonly record: PredictionRecord;
}

export interface PredictionLog {
  /**
   * Event-born predictions of one consumer batch, with the consumer's offset (where there is one), in one transaction: all or nothing,
   * durable when it resolves. A record whose id exists already is left as it is. Answers the position of each
   * record (of the existing one where it existed).
   */
  commit(
    records: readonly PredictionRecord[],
    consumer?: { readonly name: string; readonly offset: number },
  ): Promise<number[]>;
  /** Keeps a query-born prediction, written behind the answer; false when the buffer is full (then it is not kept). */
  offer(record: PredictionRecord): boolean;
  /** Order of the input, null where unknown. Sees offered records that are not on disk yet. */
  byIds(ids: readonly string[]): Promise<(PredictionRecord | null)[]>;
  /** The predictions of `model` that these events, which are on the log, gave birth to (the first recorded one each); null where there is none. */
  byEvents(model: string, eventIds: readonly string[]): Promise<(PredictionRecord | null)[]>;
  /** Event-born predictions of `model` with position > `after`, oldest first. */
  read(model: string, after: number, limit: number): Promise<PositionedPrediction[]>;
  /** Position of the newest event-born prediction; 0 when empty. */
  head(): number;
  horizon(): number;
}

/** Which recorded predictions; null leaves a condition out. Lists are not empty. */
export interface PredictionSelection {
  readonly models: readonly string[];
  readonly entities: readonly string[] | null;
  /** Milliseconds UTC: made at or after `from`, before `to`. */
  readonly from: number | null;
  readonly to: number | null;
  /** Only with a score (fraud's probability, segmentation's confidence) of at least this. */
  readonly minScore: number | null;
  /** Only with one of these decisions. */
  readonly decisions: readonly string[] | null;
}
/** The place of a prediction in time; predictions of one millisecond are in the order of recording. */
export interface HistoryKey {
  readonly predictedAt: number;
  readonly position: number;
}
/** Which part of the list: both bounds exclusive. */
export interface HistoryPage {
  readonly after?: HistoryKey;
  readonly before?: HistoryKey;
  readonly limit: number;
  readonly newestFirst: boolean;
}
export interface SeriesBucket {
  readonly start: number;
  readonly count: number;
  readonly meanScore: number | null;
  readonly decisions: { readonly approve: number; readonly review: number; readonly decline: number };
}

/**
 * Recorded predictions by time, read beside whatever is being written. Predictions that were offered show when they are on disk.
 * All of it @throws ScoregraphError QUEUE_FULL, DEADLINE_EXCEEDED, CANCELLED or STORAGE_UNAVAILABLE.
 */
export interface PredictionHistory {
  page(
    selection: PredictionSelection,
    page: HistoryPage,
    turn: Pick<RowContext, 'deadline' | 'signal'>,
  ): Promise<PositionedPrediction[]>;
  /** Buckets of `bucketMs` from `from` on, until `to`, all of them. */
  series(
    selection: PredictionSelection & { readonly from: number; readonly to: number },
    bucketMs: number,
    turn: Pick<RowContext, 'deadline' | 'signal'>,
  ): Promise<SeriesBucket[]>;
}

/** An erasure that was asked for. */
export interface ErasureRequest {
  readonly entity: string;
  readonly id: string;
  /** What stands for the entity in the event that tells of the erasure. */
  readonly subject: string;
  readonly reason: string;
  readonly by: string;
  /** Milliseconds UTC. */
  readonly requestedAt: number;
}
export interface ErasureResult {
  /** Position of the event that tells of it. */
  readonly seq: number;
  /** Log entries that became tombstones. */
  readonly events: number;
  readonly predictions: number;
}

/** What is held about one person: to be shown, and to be erased. */
export interface PersonalData {
  /** Whether anything is: an event, a prediction or a saved state. */
  holds(entity: string): Promise<boolean>;
  /** Events about the entity with position > `after`, oldest first, at most `limit`. */
  events(entity: string, after: number, limit: number): Promise<StoredEvent[]>;
  /** Predictions about the entity behind `after` in time (null: from the first on), oldest first, at most `limit`. */
  predictions(entity: string, after: HistoryKey | null, limit: number): Promise<PositionedPrediction[]>;
  /** The saved document of one key; null where there is none. */
  document(kind: string, key: string): Promise<SnapshotDocument | null>;
  /**
   * Notes durably that the entity is to be erased. The note stays until `end`, over crashes too: whoever finds one carries it through.
   * Noting it twice changes nothing.
   */
  begin(request: ErasureRequest): Promise<void>;
  /** The noted erasures. */
  pending(): Promise<ErasureRequest[]>;
  /**
   * Erases a noted entity in one transaction: its log entries become tombstones, its predictions and saved state are gone, `documents`
   * replace saved documents that name it, and the event `customer.erased` is appended. What other calls asked to be written before comes
   * before. Again: answers the same and does nothing.
   */
  erase(entity: string, at: number, documents: readonly SavedDocument[]): Promise<ErasureResult>;
  /** Forgets the note, and cleans the files of what deleted rows leave behind. When it resolves nothing of the entity is in any of them. */
  end(entity: string): Promise<void>;
}
export interface SavedDocument extends SnapshotDocument {
  readonly kind: string;
}

/** Durable positions of consumers of the log. */
export interface Offsets {
  /** 0 when the consumer is new. */
  get(consumer: string): Promise<number>;
}

/** Small durable documents: entity state by kind and key. What the feature store keeps its snapshots in. */
export interface SnapshotStore {
  /** Every saved document of `kind`, in pages of at most `limit`, keys ascending and > `afterKey`. */
  load(kind: string, afterKey: string, limit: number): Promise<SnapshotDocument[]>;
  /** Saves documents and, when given, the position from which a replay must start, in one transaction. */
  save(kind: string, documents: readonly SnapshotDocument[], replayFrom?: number): Promise<void>;
  /** Where a replay must start; 0 when there is no snapshot. */
  replayFrom(kind: string): Promise<number>;
}
export interface SnapshotDocument {
  readonly key: string;
  /** Position of the last event contained in `body`. */
  readonly seq: number;
  readonly body: string;
}

/** How a feature store turns events into state; handed in, so that storage knows nothing about features. */
export interface StateReducer<S> {
  /** Types of events that are about such an entity; others make no state. */
  readonly types: ReadonlySet<EventType>;
  empty(entity: string): S;
  /** Changes `state` in place. */
  apply(state: S, event: StoredEvent): void;
  encode(state: S): string;
  /** @throws when the body is of a shape it does not know. */
  decode(entity: string, body: string): S;
}

/**
 * Feature state per entity, in log order. Reads see every event already applied. State objects are live: callers
 * read them synchronously and never keep or change them.
 */
export interface FeatureStore<S> {
  get(entities: readonly string[]): Promise<(S | null)[]>;
  /** The state when this process holds it already (always, for the embedded adapter); undefined: ask `get`. */
  peek(entity: string): S | null | undefined;
  /** Applies events in order; an event at or below the entity's own position is skipped. */
  apply(events: readonly StoredEvent[]): void;
  /** All entities known, for sweeps and totals. */
  size(): number;
  entities(): IterableIterator<string>;
}
