import { parentPort, workerData } from 'node:worker_threads';
import type Database from 'libsql';
import { eventAppender, predictionAppender } from './appenders.js';
import { eraser } from './erasure.js';
import { OutcomeBook } from './outcome-book.js';
import type { FromWriter, ToWriter, Write, WriteResult, WriterOptions } from './protocol.js';
import { MIGRATIONS } from './schema.js';
import { scrubber } from './scrub.js';
import { emptyLog, inTransaction, openOwnFile, preparedReads, wireFailure } from './sqlite.js';

/**
 * The thread that owns the data file. libsql is synchronous, so it lives here; a transaction per message is the group
 * commit. `synchronous=FULL`: COMMIT returns after the operating system said that the data is on disk.
 */
const port = parentPort!;
const { file, key } = workerData as WriterOptions;
const say = (message: FromWriter, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

/** Pages that many rows change are copied into the file once per so many pages: 64 MiB, as many as stay in memory. */
const PRAGMAS = ['wal_autocheckpoint = 16000', 'cache_size = -65536'];

function open(): Database.Database {
  const db = openOwnFile(file, key, PRAGMAS, MIGRATIONS);
  emptyLog(db); // what a process that was killed had erased may still lie in it
  db.prepare('SELECT count(*) FROM offsets').get(); // a damaged file says so now rather than later
  return db;
}

function serve(db: Database.Database): void {
  const outcomes = new OutcomeBook(db);
  const appendEvents = eventAppender(db, outcomes);
  const appendPredictions = predictionAppender(db, outcomes);
  const setOffset = db.prepare(
    'INSERT INTO offsets (consumer, position) VALUES (?, ?) ON CONFLICT (consumer) DO UPDATE SET position = max(position, excluded.position)',
  );
  const saveSnapshot = db.prepare(
    'INSERT INTO snapshots (kind, key, seq, body) VALUES (?, ?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET seq = excluded.seq, body = excluded.body',
  );
  const setReplay = db.prepare(
    'INSERT INTO replays (kind, position) VALUES (?, ?) ON CONFLICT (kind) DO UPDATE SET position = excluded.position',
  );
  const erase = eraser(db);
  const scrub = scrubber(db);
  const pruneEvents = pruner(db, 'events', 'seq', (last) => outcomes.prune(last));
  const prunePredictions = pruner(db, 'predictions', 'position');

  const apply = (write: Write): WriteResult => {
    switch (write.kind) {
      case 'events':
        return appendEvents(write);
      case 'predictions':
        if (write.offset !== null) setOffset.run(write.offset[0], write.offset[1]);
        return appendPredictions(write);
      case 'snapshots':
        for (const [key, seq, body] of write.rows) saveSnapshot.run(write.of, key, seq, body);
        if (write.replayFrom !== null) setReplay.run(write.of, write.replayFrom);
        return new Float64Array(0);
      case 'prune':
        return Float64Array.of(
          write.events > 0 ? pruneEvents(write.events, write.slice) : 0,
          write.predictions > 0 ? prunePredictions(write.predictions, write.slice) : 0,
        );
      case 'erasure-begin':
      case 'erasure':
      case 'erasure-end':
        return erase(write);
    }
  };

  const read = preparedReads(db, 200);

  port.on('message', (message: ToWriter) => {
    const { call } = message;
    try {
      switch (message.kind) {
        case 'write':
          return say({ kind: 'done', call, result: inTransaction(db, () => message.writes.map(apply)) });
        case 'read':
          return say({ kind: 'done', call, result: read(message.read.sql, message.read.args) });
        case 'backup':
          db.prepare('VACUUM INTO ?').run(message.target);
          return say({ kind: 'done', call, result: null });
        case 'scrub':
          return say({ kind: 'done', call, result: inTransaction(db, () => scrub(message.from, message.count)) });
        case 'truncate':
          return say({ kind: 'done', call, result: emptyLog(db) });
        case 'close':
          db.close();
          say({ kind: 'done', call, result: null });
          port.close();
      }
    } catch (error) {
      say({ kind: 'failed', call, error: wireFailure(error) });
    }
  });
}

/** Deletes the oldest rows of a log, and notes how far; `before` is told up to where, before they go. */
function pruner(
  db: Database.Database,
  log: 'events' | 'predictions',
  position: string,
  before: (last: number) => void = () => {},
) {
  const bound = db.prepare(
    `SELECT max(${position}) AS last FROM (SELECT ${position} FROM ${log} WHERE ${position} <= ? ORDER BY ${position} LIMIT ?)`,
  );
  const remove = db.prepare(`DELETE FROM ${log} WHERE ${position} <= ?`);
  const note = db.prepare('UPDATE horizons SET position = max(position, ?) WHERE log = ?');
  return (upTo: number, slice: number): number => {
    const { last } = bound.get(upTo, slice) as { last: number | null };
    if (last === null) return 0;
    before(last);
    note.run(last, log);
    return remove.run(last).changes;
  };
}

try {
  serve(open());
  say({ kind: 'open' });
} catch (error) {
  say({ kind: 'refused', error: wireFailure(error) });
}
