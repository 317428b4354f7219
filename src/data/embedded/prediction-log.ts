import { messageOf } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { PredictionRecord } from '../../core/predictions.js';
import type { PositionedPrediction, PredictionLog } from '../ports.js';
import { logBounds } from './event-log.js';
import type { PredictionRow, Write } from './protocol.js';
import { POSITIVE, PREDICTION_COLUMNS } from './schema.js';
import type { Storage } from './storage.js';

const IDS_PER_READ = 500;
/** Query-born predictions waiting to be written; more are not kept. */
const MAX_BUFFERED = 10_000;
const FLUSH_MS = 200;

/** position, id, model, version, entity, event id, event seq, predictedAt, featuresAsOf, feature set, features, defaulted, output, arm, shadowOf, outcome (POSITIVE in schema.ts). */
export type StoredPrediction = readonly [
  number,
  string,
  string,
  number,
  string,
  string | null,
  number | null,
  number,
  number,
  string,
  Uint8Array,
  string,
  string,
  string | null,
  string | null,
  number | null,
];

/** The write of some predictions: their vectors in one block, everything else in one text. */
function writeOf(records: readonly PredictionRecord[], offset: readonly [string, number] | null): Write {
  let size = 0;
  let events: [number, number] | null = null;
  let others = false;
  for (const { features, eventSeq } of records) {
    size += features.byteLength;
    if (eventSeq === null) others = true;
    else if (events === null) events = [eventSeq, eventSeq];
    else events = [Math.min(events[0], eventSeq), Math.max(events[1], eventSeq)];
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  const rows = records.map((p): PredictionRow => {
    const { buffer, byteOffset, byteLength } = p.features;
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
    return [
      p.id,
      p.model,
      p.version,
      p.entity,
      p.eventId,
      p.eventSeq,
      p.predictedAt,
      p.featuresAsOf,
      p.featureSet,
      p.defaulted,
      p.output,
      at - byteLength,
      byteLength,
      p.arm ?? null,
      p.shadowOf ?? null,
    ];
  });
  return {
    kind: 'predictions',
    rows: JSON.stringify(rows),
    count: rows.length,
    features: bytes,
    events,
    others,
    offset,
  };
}

/** A row of PREDICTION_COLUMNS as the record it was. */
export function toPredictionRecord(row: StoredPrediction): PredictionRecord {
  const [
    ,
    id,
    model,
    version,
    entity,
    eventId,
    eventSeq,
    predictedAt,
    featuresAsOf,
    featureSet,
    features,
    defaulted,
    output,
    arm,
    shadowOf,
    outcome,
  ] = row;
  const bytes = Uint8Array.from(features); // aligned, and not a view into something larger
  return {
    id,
    model,
    version,
    entity,
    eventId,
    eventSeq,
    predictedAt,
    featuresAsOf,
    featureSet,
    features: new Float32Array(bytes.buffer),
    defaulted: JSON.parse(defaulted),
    output: JSON.parse(output),
    arm: arm ?? undefined,
    shadowOf: shadowOf ?? undefined,
    outcome: outcome === null ? undefined : outcome % POSITIVE === 1,
  };
}

/** The prediction log in the embedded data file. */
export class EmbeddedPredictionLog implements PredictionLog {
  readonly #storage: Storage;
  readonly #logger: Logger;
  /** Offered and not yet handed to the writer; a new map per flush, since one that grows and shrinks for ever keeps garbage (core/slots). */
  #buffered = new Map<string, PredictionRecord>();
  /** Handed to the writer, so that they are found while it writes. */
  readonly #flushing = new Set<ReadonlyMap<string, PredictionRecord>>();
  /** Records in either. */
  #offered = 0;
  #flushTimer: NodeJS.Timeout | null = null;
  #head = 0;
  #horizon = 0;

  static async open(storage: Storage, logger: Logger): Promise<EmbeddedPredictionLog> {
    const log = new EmbeddedPredictionLog(storage, logger);
    await log.refresh();
    return log;
  }

  private constructor(storage: Storage, logger: Logger) {
    this.#storage = storage;
    this.#logger = logger;
  }

  /** Reads head and horizon from the file again. */
  async refresh(): Promise<void> {
    const [head, horizon] = await logBounds(this.#storage, 'predictions');
    this.#head = Math.max(this.#head, head);
    this.#horizon = horizon;
  }

  async commit(
    records: readonly PredictionRecord[],
    consumer?: { readonly name: string; readonly offset: number },
  ): Promise<number[]> {
    const offset = consumer === undefined ? null : ([consumer.name, consumer.offset] as const);
    const positions = await this.#storage.write(writeOf(records, offset), records.length, true);
    for (const position of positions) if (position > this.#head) this.#head = position;
    return [...positions];
  }

  offer(record: PredictionRecord): boolean {
    if (this.#offered >= MAX_BUFFERED) return false;
    this.#buffered.set(record.id, record);
    this.#offered++;
    this.#flushTimer ??= setTimeout(() => void this.flush(), FLUSH_MS);
    return true;
  }

  /** Drops what was offered about an entity and not yet handed to the writer. */
  forget(entity: string): void {
    for (const [id, record] of this.#buffered) {
      if (record.entity !== entity) continue;
      this.#buffered.delete(id);
      this.#offered--;
    }
  }

  /** Writes what was offered. */
  async flush(): Promise<void> {
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    this.#flushTimer = null;
    if (this.#buffered.size === 0) return;
    const flushing = this.#buffered;
    this.#buffered = new Map();
    this.#flushing.add(flushing);
    const records = [...flushing.values()];
    try {
      await this.#storage.write(writeOf(records, null), records.length);
    } catch (error) {
      this.#logger.warn(
        { predictions: records.length, error: messageOf(error) },
        'Predictions of queries could not be kept.',
      );
    }
    this.#flushing.delete(flushing);
    this.#offered -= records.length;
  }

  async byIds(ids: readonly string[]): Promise<(PredictionRecord | null)[]> {
    const found = new Map<string, PredictionRecord>();
    const missing: string[] = [];
    for (const id of ids) {
      const offered = this.#findOffered(id);
      if (offered === undefined) missing.push(id);
      else found.set(id, offered);
    }
    for (const row of await this.#select('predictions AS p', [], 'p.id', missing))
      found.set(row[1], toPredictionRecord(row));
    return ids.map((id) => found.get(id) ?? null);
  }

  async byEvents(model: string, eventIds: readonly string[]): Promise<(PredictionRecord | null)[]> {
    const found = new Map<string, PredictionRecord>();
    // By way of the events: predictions are indexed by the position of theirs.
    const from = `events AS e CROSS JOIN predictions AS p ON p.event_seq = e.seq AND p.model = ?`;
    for (const row of await this.#select(from, [model], 'e.id', eventIds)) {
      const record = toPredictionRecord(row);
      if (!found.has(record.eventId!)) found.set(record.eventId!, record);
    }
    return eventIds.map((id) => found.get(id) ?? null);
  }

  async read(model: string, after: number, limit: number): Promise<PositionedPrediction[]> {
    const rows = (await this.#storage.read(
      `SELECT ${PREDICTION_COLUMNS} FROM predictions AS p WHERE p.event_id IS NOT NULL AND p.model = ? AND p.position > ? ORDER BY p.position LIMIT ?`,
      [model, after, limit],
    )) as unknown as StoredPrediction[];
    return rows.map((row) => ({ position: row[0], record: toPredictionRecord(row) }));
  }

  head(): number {
    return this.#head;
  }
  horizon(): number {
    return this.#horizon;
  }

  #findOffered(id: string): PredictionRecord | undefined {
    const buffered = this.#buffered.get(id);
    if (buffered !== undefined) return buffered;
    for (const flushing of this.#flushing) {
      const record = flushing.get(id);
      if (record !== undefined) return record;
    }
    return undefined;
  }

  /** Predictions `p` out of `from` whose `column` is one of `ids`, in order of position. */
  async #select(
    from: string,
    args: readonly string[],
    column: string,
    ids: readonly string[],
  ): Promise<StoredPrediction[]> {
    const all: StoredPrediction[] = [];
    for (let i = 0; i < ids.length; i += IDS_PER_READ) {
      const part = ids.slice(i, i + IDS_PER_READ);
      const marks = part.map(() => '?').join(',');
      const sql = `SELECT ${PREDICTION_COLUMNS} FROM ${from} WHERE ${column} IN (${marks}) ORDER BY p.position`;
      all.push(...((await this.#storage.read(sql, [...args, ...part])) as unknown as StoredPrediction[]));
    }
    return all;
  }
}
