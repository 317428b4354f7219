import type Database from 'libsql';
import type { OutcomeBook } from './outcome-book.js';
import type { EventRow, PredictionRow, Write, WriteResult } from './protocol.js';
import { NEW_EVENT_COLUMNS, NEW_PREDICTION_COLUMNS } from './schema.js';

/** Rows of an EventRow[] as columns. The payload's text is cut out as it stands. */
const EVENTS_OF_JSON = `
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, ?2, value ->> 5, value -> 6 FROM json_each(?1)`;
const PREDICTIONS_OF_JSON = `
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8,
    substr(?2, 1 + (value ->> 11), value ->> 12), value -> 9, value -> 10, value ->> 13, value ->> 14 FROM json_each(?1)`;

/** Appends within the open transaction; for each row: status (0 appended, 1 repeated, 2 conflict), seq, recordedAt. */
export function eventAppender(db: Database.Database, outcomes: OutcomeBook) {
  const append = allOrNone(
    db,
    `INSERT INTO events (${NEW_EVENT_COLUMNS}) ${EVENTS_OF_JSON} WHERE true ON CONFLICT DO NOTHING`,
  );
  const insert = db.prepare(`INSERT INTO events (${NEW_EVENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const find = db.prepare(
    'SELECT seq, recorded_at, entity, occurred_at, payload FROM events WHERE id = ? AND type = ?',
  );
  interface Known {
    readonly seq: number;
    readonly recorded_at: number;
    readonly entity: string;
    readonly occurred_at: number;
    readonly payload: string;
  }
  const write = ({ rows, count, recordedAt }: Extract<Write, { kind: 'events' }>): Float64Array => {
    const results = new Float64Array(count * 3);
    const first = append(count, rows, recordedAt);
    if (first !== null) {
      for (let i = 0; i < count; i++) {
        results[i * 3 + 1] = first + i;
        results[i * 3 + 2] = recordedAt;
      }
      return results;
    }
    (JSON.parse(rows) as EventRow[]).forEach(([id, type, schemaVersion, entity, occurredAt, source, body], i) => {
      const payload = JSON.stringify(body);
      const known = find.get(id, type) as Known | undefined;
      if (known === undefined) {
        const { lastInsertRowid } = insert.run(
          id,
          type,
          schemaVersion,
          entity,
          occurredAt,
          recordedAt,
          source,
          payload,
        );
        results.set([0, Number(lastInsertRowid), recordedAt], i * 3);
        return;
      }
      const same = known.entity === entity && known.occurred_at === occurredAt && known.payload === payload;
      results.set([same ? 1 : 2, known.seq, known.recorded_at], i * 3);
    });
    return results;
  };
  return (events: Extract<Write, { kind: 'events' }>): WriteResult => {
    const results = write(events);
    for (const i of events.outcomes) if (results[i * 3] === 0) outcomes.learn(results[i * 3 + 1]!);
    return results;
  };
}

/** Appends within the open transaction; for each row its position, or that of the record with its id. */
export function predictionAppender(db: Database.Database, outcomes: OutcomeBook) {
  const append = allOrNone(
    db,
    `INSERT INTO predictions (${NEW_PREDICTION_COLUMNS}) ${PREDICTIONS_OF_JSON} WHERE true ON CONFLICT DO NOTHING`,
  );
  const insert = db.prepare(
    `INSERT INTO predictions (${NEW_PREDICTION_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const find = db.prepare('SELECT position FROM predictions WHERE id = ?');
  const write = ({ rows, count, features }: Extract<Write, { kind: 'predictions' }>): Float64Array => {
    const block = Buffer.from(features.buffer, features.byteOffset, features.byteLength);
    const first = append(count, rows, block);
    if (first !== null) return Float64Array.from({ length: count }, (_, i) => first + i);
    return Float64Array.from(JSON.parse(rows) as PredictionRow[], (row) => {
      const known = find.get(row[0]) as { position: number } | undefined;
      if (known !== undefined) return known.position;
      const [defaulted, output, at, size, ...rest] = row.slice(9) as [unknown, unknown, number, number, ...unknown[]];
      const own = block.subarray(at, at + size);
      const values = [...row.slice(0, 9), own, JSON.stringify(defaulted), JSON.stringify(output), ...rest];
      return Number(insert.run(...(values as [])).lastInsertRowid);
    });
  };
  return (predictions: Extract<Write, { kind: 'predictions' }>): WriteResult => {
    if (predictions.count === 0) return new Float64Array(0);
    const positions = write(predictions);
    outcomes.meet(predictions, positions);
    return positions;
  };
}

/**
 * Runs a statement that inserts rows of a JSON text and leaves out those it finds. @returns the rowid of the first of `count` rows when
 * all of them went in, one after the other; null when any was there before: then none did.
 */
function allOrNone(db: Database.Database, sql: string) {
  const statement = db.prepare(sql);
  return (count: number, ...args: unknown[]): number | null => {
    db.exec('SAVEPOINT rows');
    const { changes, lastInsertRowid } = statement.run(...(args as []));
    if (changes !== count) db.exec('ROLLBACK TO rows'); // gives their positions back too
    db.exec('RELEASE rows');
    return changes === count ? Number(lastInsertRowid) - count + 1 : null;
  };
}
