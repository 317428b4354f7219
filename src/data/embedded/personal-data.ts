import { CUSTOMER_EVENTS, type StoredEvent } from '../../core/events.js';
import type {
  ErasureRequest,
  ErasureResult,
  HistoryKey,
  PersonalData,
  PositionedPrediction,
  SavedDocument,
  SnapshotDocument,
} from '../ports.js';
import { type EmbeddedEventLog, toEvent } from './event-log.js';
import { type EmbeddedPredictionLog, type StoredPrediction, toPredictionRecord } from './prediction-log.js';
import type { StoredRow } from './protocol.js';
import { EVENT_COLUMNS, EVENT_TYPES, PREDICTION_COLUMNS } from './schema.js';
import type { Storage } from './storage.js';

const CODES = CUSTOMER_EVENTS.map((type) => EVENT_TYPES.indexOf(type));

/** What the embedded data file holds about one person. */
export class EmbeddedPersonalData implements PersonalData {
  readonly #storage: Storage;
  readonly #events: EmbeddedEventLog;
  readonly #predictions: EmbeddedPredictionLog;

  constructor(storage: Storage, events: EmbeddedEventLog, predictions: EmbeddedPredictionLog) {
    this.#storage = storage;
    this.#events = events;
    this.#predictions = predictions;
  }

  async holds(entity: string): Promise<boolean> {
    const [[held]] = (await this.#storage.read(
      `SELECT EXISTS (SELECT 1 FROM events WHERE entity = ?1 AND type IN (${CODES.join(',')}))
         OR EXISTS (SELECT 1 FROM predictions WHERE entity = ?1)
         OR EXISTS (SELECT 1 FROM snapshots WHERE kind = 'customer' AND key = ?1)`,
      [entity],
    )) as [[number]];
    return held === 1;
  }

  async events(entity: string, after: number, limit: number): Promise<StoredEvent[]> {
    // A walk along the index for each type, merged: each page costs what it shows, however many events there are.
    const walk = (code: number) =>
      `SELECT * FROM (SELECT seq FROM events WHERE entity = ?1 AND type = ${code} AND seq > ?2 ORDER BY seq LIMIT ?3)`;
    const rows = await this.#storage.read(
      `SELECT ${EVENT_COLUMNS} FROM events WHERE seq IN (SELECT seq FROM (${CODES.map(walk).join(' UNION ALL ')}) ORDER BY seq LIMIT ?3) ORDER BY seq`,
      [entity, after, limit],
    );
    return (rows as unknown as StoredRow[]).map(toEvent);
  }

  async predictions(entity: string, after: HistoryKey | null, limit: number): Promise<PositionedPrediction[]> {
    const { predictedAt, position } = after ?? { predictedAt: Number.MIN_SAFE_INTEGER, position: 0 };
    const rows = (await this.#storage.read(
      `SELECT ${PREDICTION_COLUMNS} FROM predictions AS p WHERE p.entity = ? AND (p.predicted_at, p.position) > (?, ?)
       ORDER BY p.predicted_at, p.position LIMIT ?`,
      [entity, predictedAt, position, limit],
    )) as unknown as StoredPrediction[];
    return rows.map((row) => ({ position: row[0], record: toPredictionRecord(row) }));
  }

  async document(kind: string, key: string): Promise<SnapshotDocument | null> {
    const [row] = (await this.#storage.read('SELECT seq, body FROM snapshots WHERE kind = ? AND key = ?', [
      kind,
      key,
    ])) as [number, string][];
    return row === undefined ? null : { key, seq: row[0], body: row[1] };
  }

  async begin({ entity, id, subject, reason, by, requestedAt }: ErasureRequest): Promise<void> {
    const erasure = [entity, id, subject, reason, by, requestedAt] as const;
    await this.#storage.write({ kind: 'erasure-begin', erasure }, 1, true);
  }

  async pending(): Promise<ErasureRequest[]> {
    const rows = await this.#storage.read(
      'SELECT entity, id, subject, reason, principal, requested_at FROM erasures ORDER BY requested_at',
      [],
    );
    return (rows as [string, string, string, string, string, number][]).map(
      ([entity, id, subject, reason, by, requestedAt]) => ({ entity, id, subject, reason, by, requestedAt }),
    );
  }

  async erase(entity: string, at: number, documents: readonly SavedDocument[]): Promise<ErasureResult> {
    this.#predictions.forget(entity);
    const [seq, events, predictions] = await this.#storage.write(
      {
        kind: 'erasure',
        entity,
        at,
        documents: documents.map(({ kind, key, seq, body }) => [kind, key, seq, body] as const),
      },
      1,
      true,
    );
    await this.#events.refresh();
    return { seq: seq!, events: events!, predictions: predictions! };
  }

  async end(entity: string): Promise<void> {
    await this.#storage.scrub(); // the note stays until it is done
    await this.#storage.write({ kind: 'erasure-end', entity }, 1, true);
    await this.#storage.emptyLog(); // it is emptied at every start too
  }
}
