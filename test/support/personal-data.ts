import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { NewEvent } from '../../src/core/events.js';
import { silentLogger } from '../../src/core/logger.js';
import type { PredictionRecord } from '../../src/core/predictions.js';
import { type DataRoom, openData } from '../../src/data/open.js';
import type { Retention } from '../../src/data/retention.js';
import { eraseAtRest } from '../../src/flows/erasure.js';
import { temporaryFolder } from './server.js';

/** The time of these tests: it stands still until a test moves it. */
export const time = { now: Date.UTC(2026, 0, 1) };
export const clock = { now: () => time.now, monotonic: () => performance.now() };

/** The data folder of one test, not there yet, in a folder of its own. */
export interface DataFolder {
  /** Where a test may put other files. */
  readonly path: string;
  readonly dir: string;
}
/** Gives each test of a `describe` a folder, and takes it away after it. */
export function folderOfEach(): DataFolder {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());
  return {
    get path() {
      return folder.path;
    },
    get dir() {
      return join(folder.path, 'data');
    },
  };
}

/** A data folder of the tests' own time. */
export const open = (dir: string, retention: Retention = { events: 0, predictions: 0 }, key?: string) =>
  openData({ dir, clock, logger: silentLogger, watermarkBytes: 0, retention, key });
/** A payment. */
export const paid = (id: string, entity: string, merchant = 'm'): NewEvent => ({
  id,
  type: 'payment.recorded',
  schemaVersion: 1,
  entity,
  occurredAt: time.now,
  source: 'api',
  payload: { merchant, category: 'travel', amount: { minor: 100, currency: 'USD' } },
});
/** A customer who becomes known. */
export const known = (entity: string): NewEvent => ({
  id: `k-${entity}`,
  type: 'customer.upserted',
  schemaVersion: 1,
  entity,
  occurredAt: time.now,
  source: 'api',
  payload: { country: 'France' },
});
/** What became of a payment that stands at a position of the log: fraud. */
export const turnedOut = ({ id, entity }: NewEvent, position: number): NewEvent => ({
  id: `${id}@${time.now}`,
  type: 'outcome.reported',
  schemaVersion: 1,
  entity,
  occurredAt: time.now,
  source: 'api',
  payload: { transactionId: id, position, predictionId: null, fraud: true },
});
/** A prediction, of an event or of a query. */
export const prediction = (
  id: string,
  entity: string,
  eventId: string | null = null,
  eventSeq: number | null = null,
): PredictionRecord => ({
  id,
  model: 'fraud',
  version: 1,
  entity,
  eventId,
  eventSeq,
  predictedAt: time.now,
  featuresAsOf: time.now,
  featureSet: 'fraud@1',
  features: Float32Array.of(1, 2, 3),
  defaulted: [],
  output: { probability: 0.5, decision: 'APPROVE' },
});
/** Erases a customer, with nobody else who holds something. */
export const erase = (data: DataRoom, customerId: string) =>
  eraseAtRest(data.personal, { customerId, reason: 'asked', by: 'test' }, [], clock);
/** Rows of the data file as they are, read by a process of its own. */
export const sql = (dir: string, statement: string): unknown[] =>
  JSON.parse(
    execFileSync(process.execPath, [
      '-e',
      "const D = require('libsql'); const d = new D(process.argv[1]); console.log(JSON.stringify(d.prepare(process.argv[2]).all())); d.close()",
      join(dir, 'scoregraph.db'),
      statement,
    ]).toString(),
  );
