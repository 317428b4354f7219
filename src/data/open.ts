import { join } from 'node:path';
import type { Clock } from '../core/clock.js';
import { messageOf } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { EmbeddedEventLog } from './embedded/event-log.js';
import { keepPrivate, lockFolder } from './embedded/lock.js';
import { EmbeddedOutcomes } from './embedded/outcomes.js';
import { EmbeddedPersonalData } from './embedded/personal-data.js';
import { EmbeddedPredictionHistory } from './embedded/prediction-history.js';
import { EmbeddedPredictionLog } from './embedded/prediction-log.js';
import { ReadThread } from './embedded/read-thread.js';
import { placeForCopy } from './embedded/sqlite.js';
import { Storage } from './embedded/storage.js';
import type { Outcomes } from './outcomes.js';
import type {
  EventLog,
  Offsets,
  PersonalData,
  PredictionHistory,
  PredictionLog,
  SnapshotDocument,
  SnapshotStore,
} from './ports.js';
import { type Retention, RetentionSweep } from './retention.js';

/** The data file's name inside the data folder. */
export const DATA_FILE = 'scoregraph.db';
const RETENTION_EVERY_MS = 60_000;

export interface DataOptions {
  readonly dir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Writes are refused while the disk has less free. */
  readonly watermarkBytes: number;
  readonly retention: Retention;
  /** The passphrase of an encrypted data file; absent: it is not encrypted. */
  readonly key?: string | undefined;
}

/** Everything durable, behind its ports. */
export interface DataRoom {
  readonly events: EventLog;
  readonly predictions: PredictionLog;
  readonly history: PredictionHistory;
  readonly outcomes: Outcomes;
  readonly offsets: Offsets;
  readonly snapshots: SnapshotStore;
  readonly personal: PersonalData;
  /** Deletes what retention no longer keeps, never what a replay or a consumer still needs. Runs by itself once a minute. */
  prune(): Promise<void>;
  /** Writes a consistent copy to a new file while everything goes on; encrypted with `key`, absent: as the data file is. */
  backup(target: string, key?: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the embedded data folder and takes it for this process.
 * @throws ScoregraphError STORAGE_UNAVAILABLE with reason `LOCKED`, `READ_ONLY`, `CORRUPT` or `NEWER_FORMAT`; nothing is overwritten then.
 */
export async function openData(options: DataOptions): Promise<DataRoom> {
  const key = options.key ?? null;
  const release = lockFolder(options.dir);
  let storage: Storage;
  try {
    keepPrivate(join(options.dir, DATA_FILE));
    storage = await Storage.open(join(options.dir, DATA_FILE), key, options.watermarkBytes);
  } catch (error) {
    release();
    throw error;
  }
  const events = await EmbeddedEventLog.open(storage, options.clock);
  const predictions = await EmbeddedPredictionLog.open(storage, options.logger);
  const reader = new ReadThread(join(options.dir, DATA_FILE), key, options.clock);
  const retention = new RetentionSweep({ storage, events, predictions, clock: options.clock }, options.retention);
  const prune = () => retention.run();
  const timer = setInterval(() => {
    prune().catch((error) => options.logger.warn({ error: messageOf(error) }, 'Retention could not run.'));
  }, RETENTION_EVERY_MS);
  timer.unref();
  return {
    events,
    predictions,
    history: new EmbeddedPredictionHistory(reader),
    outcomes: new EmbeddedOutcomes(storage, reader),
    offsets: {
      async get(consumer) {
        const [row] = (await storage.read('SELECT position FROM offsets WHERE consumer = ?', [consumer])) as [number][];
        return row?.[0] ?? 0;
      },
    },
    snapshots: snapshotStore(storage),
    personal: new EmbeddedPersonalData(storage, events, predictions),
    prune,
    async backup(target, copyKey) {
      await storage.backup(placeForCopy(target, copyKey));
    },
    async close() {
      clearInterval(timer);
      await retention.close();
      await reader.close();
      await predictions.flush();
      await storage.close();
      release();
    },
  };
}

function snapshotStore(storage: Storage): SnapshotStore {
  return {
    async load(kind, afterKey, limit) {
      const rows = await storage.read(
        'SELECT key, seq, body FROM snapshots WHERE kind = ? AND key > ? ORDER BY key LIMIT ?',
        [kind, afterKey, limit],
      );
      return (rows as [string, number, string][]).map(([key, seq, body]): SnapshotDocument => ({ key, seq, body }));
    },
    async save(kind, documents, replayFrom) {
      const rows = documents.map(({ key, seq, body }) => [key, seq, body] as const);
      await storage.write({ kind: 'snapshots', of: kind, rows, replayFrom: replayFrom ?? null }, rows.length, true);
    },
    async replayFrom(kind) {
      const [row] = (await storage.read('SELECT position FROM replays WHERE kind = ?', [kind])) as [number][];
      return row?.[0] ?? 0;
    },
  };
}
