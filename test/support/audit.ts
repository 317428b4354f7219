import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Clock } from '../../src/core/clock.js';
import { type Logger, silentLogger } from '../../src/core/logger.js';
import { type AuditEntry, type AuditPage, type AuditSelection, EVERY_ENTRY } from '../../src/data/audit.js';
import { EmbeddedAuditLog } from '../../src/data/embedded/audit/audit-log.js';
import { PrometheusMetrics } from '../../src/transport/metrics.js';
import { temporaryFolder } from './server.js';

export const MINUTE = 60_000;
/** When each test begins. */
export const START = Date.UTC(2026, 2, 1, 12);
const TURN = { deadline: Number.POSITIVE_INFINITY };

/** Where a log is opened, and how. */
export interface AuditOptions {
  /** Default: `file` of the bench. */
  readonly file?: string;
  readonly key?: string;
  /** Days that entries are kept; 0: for ever. */
  readonly days?: number;
  readonly logger?: Logger;
}

/** Audit logs of one test, in a folder of its own, at a time that it sets. */
export interface AuditBench {
  now: number;
  readonly clock: Clock;
  readonly path: string;
  readonly file: string;
  /** Of the log that was opened last. */
  readonly metrics: PrometheusMetrics;
  /** Opens a log; it is closed after the test. */
  open(options?: AuditOptions): EmbeddedAuditLog;
  /** Somebody asks a model about somebody; now unless told. */
  ask(log: EmbeddedAuditLog, principal: string, model: string, entity: string, at?: number, id?: string | null): void;
}

/** Gives each test of a `describe` a folder, and closes the logs after it. */
export function auditOfEach(): AuditBench {
  let folder: ReturnType<typeof temporaryFolder>;
  let metrics: PrometheusMetrics;
  const opened: EmbeddedAuditLog[] = [];
  const bench: AuditBench = {
    now: START,
    clock: { now: () => bench.now, monotonic: () => performance.now() },
    get path() {
      return folder.path;
    },
    get file() {
      return join(folder.path, 'audit.db');
    },
    get metrics() {
      return metrics;
    },
    open({ file = bench.file, key, days = 0, logger = silentLogger } = {}) {
      metrics = new PrometheusMetrics();
      const log = new EmbeddedAuditLog({ file, key, clock: bench.clock, logger, metrics, days });
      opened.push(log);
      return log;
    },
    ask: (log, principal, model, entity, at = bench.now, id = null) =>
      log.asked({ principal, door: 'http' }, 'QUESTION', model, 1, entity, at, id),
  };
  beforeEach(() => {
    folder = temporaryFolder();
    bench.now = START;
  });
  afterEach(async () => {
    for (const log of opened.splice(0)) await log.close();
    folder.remove();
  });
  return bench;
}

/** Entries of a log, the oldest first unless told. */
export const all = (log: EmbeddedAuditLog, selection: Partial<AuditSelection> = {}, page: Partial<AuditPage> = {}) =>
  log.page({ ...EVERY_ENTRY, ...selection }, { limit: 1_000, newestFirst: false, ...page }, TURN);
/** Somebody does something. */
export const act = (log: EmbeddedAuditLog, operation: string, more: object = {}) =>
  log.acted({ principal: 'p', door: 'http', operation, outcome: 'OK', traceId: 't', ...more });
/** Somebody is refused. */
export const refuse = (log: EmbeddedAuditLog, principal: string | null = null, remote = '10.0.0.1') =>
  log.refused({ principal, door: 'http', operation: 'customer', outcome: 'FORBIDDEN', remote, traceId: 't1' });
/** How often what the entries tell happened. */
export const sum = (entries: readonly AuditEntry[]) => entries.reduce((total, { count }) => total + count, 0);
