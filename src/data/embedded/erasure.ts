import type Database from 'libsql';
import { CUSTOMER_EVENTS } from '../../core/events.js';
import type { Write, WriteResult } from './protocol.js';
import { EVENT_SOURCES, EVENT_TYPES, TOMBSTONE } from './schema.js';

const codes = CUSTOMER_EVENTS.map((type) => EVENT_TYPES.indexOf(type)).join(',');
const SYSTEM = EVENT_SOURCES.indexOf('system');

interface Noted {
  readonly id: string;
  readonly subject: string;
  readonly reason: string;
  readonly principal: string;
  readonly requested_at: number;
  readonly seq: number | null;
  readonly events: number;
  readonly predictions: number;
}

/** The writes of an erasure, within the open transaction. An erasure that was carried through before answers as it did then. */
export function eraser(db: Database.Database) {
  const begin = db.prepare(
    // One that was carried through, and whose files could not be cleaned yet, makes room: the id may be another customer's by now.
    `INSERT INTO erasures (entity, id, subject, reason, principal, requested_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (entity) DO UPDATE SET
       id = excluded.id, subject = excluded.subject, reason = excluded.reason, principal = excluded.principal,
       requested_at = excluded.requested_at, seq = NULL, events = 0, predictions = 0 WHERE seq IS NOT NULL`,
  );
  const noted = db.prepare('SELECT * FROM erasures WHERE entity = ?');
  const bury = db.prepare(
    `UPDATE events SET id = CAST(seq AS TEXT), type = ${TOMBSTONE}, schema_version = 0, entity = '', occurred_at = ?, source = ${SYSTEM}, payload = 'null'
     WHERE entity = ? AND type IN (${codes})`,
  );
  const forget = db.prepare('DELETE FROM predictions WHERE entity = ?');
  const forgetOutcomes = db.prepare('DELETE FROM outcomes WHERE entity = ?');
  const forgetState = db.prepare("DELETE FROM snapshots WHERE kind = 'customer' AND key = ?");
  const replace = db.prepare('UPDATE snapshots SET seq = ?, body = ? WHERE kind = ? AND key = ?');
  const tell = db.prepare(
    `INSERT INTO events (id, type, schema_version, entity, occurred_at, recorded_at, source, payload) VALUES (?, ${EVENT_TYPES.indexOf('customer.erased')}, 1, ?, ?, ?, ${SYSTEM}, ?)`,
  );
  const done = db.prepare('UPDATE erasures SET seq = ?, events = ?, predictions = ? WHERE entity = ?');
  const end = db.prepare('DELETE FROM erasures WHERE entity = ?');

  return (write: Extract<Write, { kind: 'erasure-begin' | 'erasure' | 'erasure-end' }>): WriteResult => {
    if (write.kind === 'erasure-begin') {
      begin.run(...(write.erasure as unknown as []));
      return new Float64Array(0);
    }
    if (write.kind === 'erasure-end') {
      end.run(write.entity);
      return new Float64Array(0);
    }
    const { entity, at, documents } = write;
    const note = noted.get(entity) as Noted | undefined;
    if (note === undefined) throw new Error('the erasure was not noted before');
    if (note.seq !== null) return Float64Array.of(note.seq, note.events, note.predictions);
    const events = bury.run(at, entity).changes;
    const predictions = forget.run(entity).changes;
    forgetOutcomes.run(entity);
    forgetState.run(entity);
    for (const [kind, key, seq, body] of documents) replace.run(seq, body, kind, key);
    const { id, subject, reason, principal: by, requested_at: requestedAt } = note;
    const payload = JSON.stringify({ reason, by, requestedAt, events, predictions });
    const seq = Number(tell.run(id, subject, at, at, payload).lastInsertRowid);
    done.run(seq, events, predictions, entity);
    return Float64Array.of(seq, events, predictions);
  };
}
