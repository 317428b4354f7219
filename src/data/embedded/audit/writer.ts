import { chmodSync, closeSync, openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type Database from 'libsql';
import { emptyLog, inTransaction, openOwnFile, wireFailure } from '../sqlite.js';
import { Counting, minuteOf } from './counting.js';
import { packsOf } from './packing.js';
import type { AuditWriterOptions, CallerColumns, FromAuditWriter, PlainRow, ToAuditWriter } from './protocol.js';
import { AUDIT_MIGRATIONS } from './schema.js';
import { HEAD, type TapeCaller, type WoundTape } from './tape.js';

/**
 * The thread that owns the audit file, one transaction a message. Questions are written to a journal as they come, a row each second;
 * entries are made of them once a minute, or when somebody reads: writing an entry each second for everybody who is asked about would
 * cost a tenth of the server. What was counted before in the same minute is added to, found by a map in memory.
 */
const port = parentPort!;
const { file, key } = workerData as AuditWriterOptions;

/** A checkpoint waits 5 s for a reader. */
const PRAGMAS = ['cache_size = -16384', 'busy_timeout = 5000'];
/** Entries that are made at once when so many are due. */
const MAX_PENDING = 200_000;
/** Entries of a statement: one by one each would cost twice as much. */
const MANY = 500;
/** Entries of the running minute that are added to; further ones get another entry. */
const MAX_KNOWN = 200_000;
/** Callers whose number is remembered. */
const MAX_CALLERS = 50_000;

interface JournalRow {
  /** TapeCaller[] as JSON. */
  readonly callers: string;
  readonly count: number;
  readonly base: number;
  readonly heads: Uint8Array;
  readonly texts: Uint8Array;
}

function open(): Database.Database {
  closeSync(openSync(file, 'a', 0o600)); // SQLite gives what it writes beside the file the same rights
  chmodSync(file, 0o600);
  return openOwnFile(file, key, PRAGMAS, AUDIT_MIGRATIONS);
}

function truncateLog(db: Database.Database): void {
  if (!emptyLog(db)) throw Object.assign(new Error('somebody reads the file'), { code: 'BUSY' });
}

function serve(db: Database.Database): void {
  const insert = db.prepare(
    `INSERT INTO entries (at, last_at, count, caller, entity, erased, first_prediction, last_prediction, trace, remote, detail)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertMany = db.prepare(
    `INSERT INTO entries (at, last_at, count, caller, entity, erased, first_prediction, last_prediction)
     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, 0, value ->> 5, value ->> 6 FROM json_each(?)`,
  );
  const insertPacked = db.prepare(
    'INSERT INTO entries (at, last_at, count, caller, entity, erased, parts) VALUES (?, ?, ?, ?, ?, 0, ?)',
  );
  const add = db.prepare(
    `UPDATE entries SET count = count + ?, last_at = max(last_at, ?), first_prediction = coalesce(first_prediction, ?),
     last_prediction = coalesce(?, last_prediction) WHERE seq = ?`,
  );
  const name = db.prepare(
    'INSERT INTO callers (kind, principal, door, operation, model, version, outcome) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const find = db.prepare(
    'SELECT id FROM callers WHERE kind = ? AND principal = ? AND door = ? AND operation = ? AND model = ? AND version = ? AND outcome = ?',
  );
  const sweep = db.prepare(
    'DELETE FROM entries WHERE seq IN (SELECT seq FROM entries INDEXED BY entries_by_time WHERE at < ? ORDER BY at LIMIT ?)',
  );
  const sweepCallers = db.prepare(
    'DELETE FROM callers WHERE NOT EXISTS (SELECT 1 FROM entries WHERE entries.caller = callers.id)',
  );
  const forget = db.prepare(
    `UPDATE entries SET entity = NULL, erased = 1, first_prediction = NULL, last_prediction = NULL,
     parts = CASE WHEN parts IS NOT NULL THEN
       (SELECT json_group_array(json_array(value ->> 0, value ->> 1, value ->> 2)) FROM json_each(parts)) END
     WHERE seq IN (SELECT seq FROM entries WHERE entity = ? LIMIT ?) RETURNING coalesce(json_array_length(parts), 1) AS entries`,
  );

  const journal = db.prepare('INSERT INTO journal (callers, count, base, heads, texts) VALUES (?, ?, ?, ?, ?)');
  const clearJournal = db.prepare('DELETE FROM journal');

  /** What the journal holds. */
  let pending = new Counting();
  const callers = new Map<string, number>();
  /** By caller and what else is the same, the entry of the minute `minute`. */
  let known = new Map<string, number>();
  let minute = Number.NEGATIVE_INFINITY;
  /** The last minute of which questions were entered one by one, so that they are added to. */
  let entered = Number.NEGATIVE_INFINITY;
  /** Of the open transaction: they count when it is committed. */
  let fresh: [string, number][] = [];

  const callerId = (columns: CallerColumns): number => {
    const key = JSON.stringify(columns);
    const remembered = callers.get(key);
    if (remembered !== undefined) return remembered;
    name.run(...(columns as unknown as []));
    const { id } = find.get(...(columns as unknown as [])) as { id: number };
    if (callers.size >= MAX_CALLERS) callers.clear();
    callers.set(key, id);
    return id;
  };

  /** Adds to the minute's entry of the same `key`, or makes one. */
  const count = (key: string, at: number, update: () => readonly unknown[], row: () => readonly unknown[]): void => {
    const its = minuteOf(at);
    if (its > minute) {
      minute = its;
      known = new Map();
      fresh = [];
    }
    const seq = its === minute ? known.get(key) : undefined;
    if (seq !== undefined) {
      add.run(...([...update(), seq] as unknown as []));
      return;
    }
    const { lastInsertRowid } = insert.run(...(row() as []));
    if (its !== minute || known.size >= MAX_KNOWN) return;
    known.set(key, Number(lastInsertRowid));
    fresh.push([key, Number(lastInsertRowid)]);
  };

  /**
   * Makes entries of what the journal holds, and empties it. Those of minutes before `running` are put together; what else comes in such a minute
   * gets entries of its own.
   */
  const settle = (running: number): number => {
    if (pending.size === 0) return 0;
    write(() => {
      const begun = entered === minute ? entered : null; // questions of it have entries already, which are added to
      const isPacked = (its: number) => its < running && its !== begun;
      let single: unknown[][] = [];
      const writeSingle = (): void => {
        insertMany.run(JSON.stringify(single));
        single = [];
      };
      for (const { caller, entity, at, lastAt, count: times, parts } of packsOf(pending.where(isPacked))) {
        const [kind, principal, door, model, version] = caller;
        if (parts.length > 1) {
          const id = callerId([kind, principal, door, '', '', 0, 'OK']);
          insertPacked.run(at, lastAt, times, id, entity, JSON.stringify(parts));
          continue;
        }
        const [, , , first = null, last = null] = parts[0]!;
        const id = callerId([kind, principal, door, '', model, version, 'OK']);
        single.push([at, lastAt, times, id, entity, first, last]);
        if (single.length === MANY) writeSingle();
      }
      writeSingle();
      // The minute that was begun first: the next one takes its place.
      for (const some of [
        pending.where((its) => its === begun),
        pending.where((its) => its !== begun && !isPacked(its)),
      ]) {
        for (const [[kind, principal, door, model, version], q] of some) {
          const caller = callerId([kind, principal, door, '', model, version, 'OK']);
          count(
            `${caller} ${q.entity}`,
            q.at,
            () => [q.count, q.lastAt, q.firstPrediction, q.lastPrediction],
            () => [q.at, q.lastAt, q.count, caller, q.entity, 0, q.firstPrediction, q.lastPrediction, null, null, null],
          );
          entered = minute;
        }
      }
      clearJournal.run();
      return 0;
    });
    const settled = pending.size;
    pending = new Counting();
    return settled;
  };

  const writeTape = ({ callers: its, count: records, base, heads, texts, used }: WoundTape): void => {
    const bytes = Buffer.from(heads.buffer, 0, records * HEAD * heads.BYTES_PER_ELEMENT);
    journal.run(JSON.stringify(its), records, base, bytes, Buffer.from(texts.buffer, 0, used));
  };

  const writeRow = (row: PlainRow): void => {
    const { at, lastAt, entity, erased, trace, remote, detail } = row;
    const caller = callerId(row.caller);
    const values = () => [at, lastAt, row.count, caller, entity, Number(erased), null, null, trace, remote, detail];
    if (row.counted)
      count(`${caller}/${remote ?? ''}`, at, () => [row.count, lastAt, null, null], values); // a refusal names nobody
    else insert.run(...(values() as []));
  };

  /** All or nothing; what was counted in memory is forgotten with what was not written. */
  const write = (work: () => number): number => {
    fresh = [];
    try {
      return inTransaction(db, work);
    } catch (error) {
      for (const [key] of fresh) known.delete(key);
      callers.clear();
      throw error;
    }
  };

  /** What is written is in the journal already: should this fail, it is tried again later. */
  const settleSoon = (running: number): void => {
    try {
      settle(running);
    } catch {
      // whoever asks for it by itself is told
    }
  };

  const apply = (message: Exclude<ToAuditWriter, { kind: 'close' }>): { count: number; more?: boolean } => {
    switch (message.kind) {
      case 'write': {
        const { tape, rows } = message;
        // Before the tape is in the journal, which settling empties.
        if (pending.size >= MAX_PENDING) settleSoon(Number.POSITIVE_INFINITY);
        else if (tape !== null && pending.isOver(tape.base)) settleSoon(minuteOf(tape.base));
        write(() => {
          if (tape !== null) writeTape(tape);
          for (const row of rows) writeRow(row);
          return 0;
        });
        if (tape !== null) pending.add(tape);
        return { count: (tape?.count ?? 0) + rows.length };
      }
      case 'settle':
        return { count: settle(minuteOf(message.now)) };
      case 'sweep': {
        settleSoon(minuteOf(message.now));
        const deleted = write(() => sweep.run(message.before, message.slice).changes);
        if (deleted > 0 && deleted < message.slice) {
          sweepCallers.run();
          callers.clear();
        }
        return { count: deleted, more: deleted === message.slice };
      }
      case 'forget': {
        const { entity, slice, now } = message;
        settle(minuteOf(now));
        known = new Map(); // what was counted about them is not added to any more
        let entries = 0;
        const rows = write(() => {
          const named = forget.all(entity, slice) as { readonly entries: number }[];
          for (const row of named) entries += row.entries;
          return named.length;
        });
        if (rows < slice) truncateLog(db); // the name is in the log of pages as well
        return { count: entries, more: rows === slice };
      }
    }
  };

  // What a server that was killed had not made entries of.
  for (const { callers: its, heads, texts, ...tape } of db
    .prepare('SELECT * FROM journal ORDER BY id')
    .all() as JournalRow[])
    pending.add({
      ...tape,
      callers: JSON.parse(its) as TapeCaller[],
      heads: new Uint32Array(new Uint8Array(heads).buffer), // a copy, since numbers must lie at their places
      texts: new Uint8Array(texts),
      used: texts.byteLength,
    });
  settleSoon(Number.POSITIVE_INFINITY);

  port.on('message', (message: ToAuditWriter) => {
    if (message.kind === 'close') {
      settleSoon(Number.POSITIVE_INFINITY);
      db.close();
      port.postMessage({ kind: 'done', count: 0, more: false, tape: null } satisfies FromAuditWriter);
      port.close();
      return;
    }
    const tape = message.kind === 'write' ? message.tape : null;
    const transfer = tape === null ? [] : [tape.heads.buffer, tape.texts.buffer];
    let answer: FromAuditWriter;
    try {
      answer = { kind: 'done', more: false, ...apply(message), tape };
    } catch (error) {
      answer = { kind: 'failed', error: wireFailure(error), tape };
    }
    port.postMessage(answer, transfer);
  });
}

try {
  serve(open());
  port.postMessage({ kind: 'open' } satisfies FromAuditWriter);
} catch (error) {
  port.postMessage({ kind: 'refused', error: wireFailure(error) } satisfies FromAuditWriter);
  port.close();
}
