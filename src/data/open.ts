import { join } from 'node:path';
import type { Clock } from '../core/clock.js';
import { messageOf } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { EmbeddedEventLog } from './embedded/event-log.js';
import { lockFolder } from './embedded/lock.js';
import { EmbeddedPredictionHistory } from './embedded/prediction-history.js';
import { EmbeddedPredictionLog } from './embedded/prediction-log.js';
import { ReadThread } from './embedded/read-thread.js';
import { Storage } from './embedded/storage.js';
import type { EventLog, Offsets, PredictionHistory, PredictionLog, SnapshotDocument, SnapshotStore } from './ports.js';

/** The data file's name inside the data folder. */
export const DATA_FILE = 'scoregraph.db';
const RETENTION_EVERY_MS = 60_000;
const RETENTION_SLICE = 2_000;

export interface DataOptions {
  readonly dir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Writes are refused while the disk has less free. */
  readonly watermarkBytes: number;
  /** Newest rows to keep; 0 keeps all. */
  readonly retention: { readonly events: number; readonly predictions: number };
}

/** Everything durable, behind its ports. */
export interface DataRoom {
  readonly events: EventLog;
  readonly predictions: PredictionLog;
  readonly history: PredictionHistory;
  readonly offsets: Offsets;
  readonly snapshots: SnapshotStore;
  /** Deletes what retention no longer keeps, never what a replay or a consumer still needs. Runs by itself once a minute. */
  prune(): Promise<void>;
  /** Writes a consistent copy to a new file while everything goes on. */
  backup(target: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the embedded data folder and takes it for this process.
 * @throws ScoregraphError STORAGE_UNAVAILABLE with reason `LOCKED`, `READ_ONLY`, `CORRUPT` or `NEWER_FORMAT`; nothing is overwritten then.
 */
export async function openData(options: DataOptions): Promise<DataRoom> {
  const release = lockFolder(options.dir);
  let storage: Storage;
  try {
    storage = await Storage.open(join(options.dir, DATA_FILE), options.watermarkBytes);
  } catch (error) {
    release();
    throw error;
  }
  const events = await EmbeddedEventLog.open(storage, options.clock);
  const predictions = await EmbeddedPredictionLog.open(storage, options.logger);
  const reader = new ReadThread(join(options.dir, DATA_FILE), options.clock);
  const prune = () => pruneOnce(storage, events, predictions, options.retention);
  const timer = setInterval(() => {
    prune().catch((error) => options.logger.warn({ error: messageOf(error) }, 'Retention could not run.'));
  }, RETENTION_EVERY_MS);
  timer.unref();
  return {
    events,
    predictions,
    history: new EmbeddedPredictionHistory(reader),
    offsets: {
      async get(consumer) {
        const [row] = (await storage.read('SELECT position FROM offsets WHERE consumer = ?', [consumer])) as [number][];
        return row?.[0] ?? 0;
      },
    },
    snapshots: snapshotStore(storage),
    prune,
    backup: (target) => storage.backup(target),
    async close() {
      clearInterval(timer);
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

async function pruneOnce(
  storage: Storage,
  events: EmbeddedEventLog,
  predictions: EmbeddedPredictionLog,
  retention: { readonly events: number; readonly predictions: number },
): Promise<void> {
  if (retention.events === 0 && retention.predictions === 0) return;
  const [[needed]] = (await storage.read(
    'SELECT min(p) FROM (SELECT position p FROM offsets UNION ALL SELECT position FROM replays)',
    [],
  )) as [[number | null]];
  const upToEvent = retention.events === 0 ? 0 : Math.min(events.head() - retention.events, needed ?? 0);
  const upToPrediction = retention.predictions === 0 ? 0 : predictions.head() - retention.predictions;
  for (;;) {
    const write = {
      kind: 'prune',
      events: Math.max(0, upToEvent),
      predictions: Math.max(0, upToPrediction),
      slice: RETENTION_SLICE,
    } as const;
    const deleted = await storage.write(write, 1, true);
    if ((deleted[0] ?? 0) + (deleted[1] ?? 0) === 0) break;
  }
  await events.refresh();
  await predictions.refresh();
}
