import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '../../../src/core/clock.js';
import { silentLogger } from '../../../src/core/logger.js';
import { type AuditEntry, type AuditPage, type AuditSelection, EVERY_ENTRY } from '../../../src/data/audit.js';
import { EmbeddedAuditLog } from '../../../src/data/embedded/audit/audit-log.js';
import { pageQuery } from '../../../src/data/embedded/audit/page.js';
import { readAudit } from '../../../src/data/open-audit.js';
import { PrometheusMetrics } from '../../../src/transport/metrics.js';
import { temporaryFolder } from '../../support/server.js';

const MINUTE = 60_000;
const START = Date.UTC(2026, 2, 1, 12);
const TURN = { deadline: Number.POSITIVE_INFINITY };

describe('the audit log', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  let now: number;
  let metrics: PrometheusMetrics;
  const clock: Clock = { now: () => now, monotonic: () => performance.now() };
  const opened: EmbeddedAuditLog[] = [];
  const open = (days = 0, logger = silentLogger) => {
    metrics = new PrometheusMetrics();
    const log = new EmbeddedAuditLog({ file, clock, logger, metrics, days });
    opened.push(log);
    return log;
  };
  const all = (log: EmbeddedAuditLog, selection: Partial<AuditSelection> = {}, page: Partial<AuditPage> = {}) =>
    log.page({ ...EVERY_ENTRY, ...selection }, { limit: 1_000, newestFirst: false, ...page }, TURN);
  const ask = (
    log: EmbeddedAuditLog,
    principal: string,
    model: string,
    entity: string,
    at = now,
    id: string | null = null,
  ) => log.asked({ principal, door: 'http' }, 'QUESTION', model, 1, entity, at, id);
  const act = (log: EmbeddedAuditLog, operation: string, more: object = {}) =>
    log.acted({ principal: 'p', door: 'http', operation, outcome: 'OK', traceId: 't', ...more });
  const refuse = (log: EmbeddedAuditLog, principal: string | null = null, remote = '10.0.0.1') =>
    log.refused({ principal, door: 'http', operation: 'customer', outcome: 'FORBIDDEN', remote, traceId: 't1' });
  const sum = (entries: readonly AuditEntry[]) => entries.reduce((total, { count }) => total + count, 0);

  beforeEach(() => {
    folder = temporaryFolder();
    file = join(folder.path, 'audit.db');
    now = START;
  });
  afterEach(async () => {
    for (const log of opened.splice(0)) await log.close();
    folder.remove();
  });

  it('counts the questions of a minute, with the predictions that are kept', async () => {
    const log = open();
    ask(log, 'ada', 'fraud', 'c1', START + 10);
    ask(log, 'ada', 'fraud', 'c1', START + 20, 'first');
    await log.flush();
    ask(log, 'ada', 'fraud', 'c1', START + 30, 'last');
    ask(log, 'ada', 'fraud', 'c1', START + 40);
    ask(log, 'ada', 'fraud', 'Zoë Ünï 客', START + 50);
    ask(log, 'ada', 'fraud', 'c1', START + MINUTE);
    const entries = await all(log);
    expect(entries).toMatchObject([
      {
        at: START + 10,
        lastAt: START + 40,
        count: 4,
        entity: 'c1',
        firstPredictionId: 'first',
        lastPredictionId: 'last',
      },
      { at: START + 50, count: 1, entity: 'Zoë Ünï 客', firstPredictionId: null },
      { at: START + MINUTE, count: 1, entity: 'c1', lastPredictionId: null },
    ]);
    expect(entries[0]).toMatchObject({
      kind: 'QUESTION',
      principal: 'ada',
      door: 'http',
      model: 'fraud',
      version: 1,
      outcome: 'OK',
      erased: false,
    });
  });

  it('takes no note of what the server asks by itself', async () => {
    const log = open();
    log.asked({ principal: 'scorer' }, 'QUESTION', 'fraud', 1, 'c1', now, null);
    expect(await all(log)).toEqual([]);
  });

  it('keeps a row for each action, and counts refusals by the minute', async () => {
    const log = open();
    act(log, 'eraseCustomer', { erased: true, detail: { items: 1 }, remote: '10.0.0.1' });
    act(log, 'eraseCustomer', { entity: 'c2', outcome: 'NOT_FOUND' });
    for (let i = 0; i < 5; i++) refuse(log);
    await log.flush();
    for (let i = 0; i < 2; i++) refuse(log);
    refuse(log, null, '10.0.0.2');
    refuse(log, 'ada');
    const entries = await all(log);
    expect(entries).toMatchObject([
      {
        kind: 'ACTION',
        operation: 'eraseCustomer',
        erased: true,
        entity: null,
        remote: '10.0.0.1',
        detail: { items: 1 },
      },
      { kind: 'ACTION', entity: 'c2', outcome: 'NOT_FOUND', detail: null },
      { kind: 'REFUSAL', count: 7, principal: null, remote: '10.0.0.1', outcome: 'FORBIDDEN', traceId: 't1' },
      { kind: 'REFUSAL', count: 1, remote: '10.0.0.2' },
      { kind: 'REFUSAL', count: 1, principal: 'ada' },
    ]);
  });

  it('finds entries by each condition, and by all together', async () => {
    const log = open();
    ask(log, 'ada', 'fraud', 'c1', START);
    ask(log, 'bob', 'fraud', 'c1', START + 5 * MINUTE);
    ask(log, 'ada', 'segmentation', 'c2', START + 10 * MINUTE);
    log.asked({ principal: 'ada', door: 'ws' }, 'READING', 'fraud', 2, 'c2', START + 15 * MINUTE, null);
    act(log, 'upsertCustomers');
    const found = async (selection: Partial<AuditSelection>) =>
      (await all(log, selection)).map(({ principal, model, entity }) => `${principal} ${model} ${entity}`);
    expect(await found({ entity: 'c1' })).toEqual(['ada fraud c1', 'bob fraud c1']);
    expect(await found({ entity: 'c1', principal: 'bob' })).toEqual(['bob fraud c1']);
    expect(await found({ principal: 'ada', model: 'fraud' })).toEqual(['ada fraud c1', 'ada fraud c2']);
    expect(await found({ model: 'fraud', version: 2 })).toEqual(['ada fraud c2']);
    expect(await found({ kinds: ['READING', 'ACTION'] })).toEqual(['p null null', 'ada fraud c2']);
    expect(await found({ kinds: [] })).toEqual([]);
    expect(await found({ door: 'ws' })).toEqual(['ada fraud c2']);
    expect(await found({ operation: 'upsertCustomers' })).toEqual(['p null null']);
    expect(await found({ outcome: 'FORBIDDEN' })).toEqual([]);
    expect(await found({ from: START + MINUTE, to: START + 15 * MINUTE })).toEqual([
      'bob fraud c1',
      'ada segmentation c2',
    ]);
    expect(await found({ principal: 'nobody' })).toEqual([]);
    expect(await found({ entity: "c1' OR 1=1 --" })).toEqual([]);
  });

  it('counts an entry in that began before `from` and went on after it', async () => {
    const log = open();
    ask(log, 'ada', 'fraud', 'c1', START);
    ask(log, 'ada', 'fraud', 'c1', START + 30_000);
    expect(await all(log, { from: START + 20_000 })).toHaveLength(1);
    expect(await all(log, { from: START + 40_000 })).toHaveLength(0);
  });

  it('pages both ways, over entries of the same millisecond too', async () => {
    const log = open();
    for (let i = 0; i < 25; i++) act(log, `op${i}`);
    const names = (entries: readonly AuditEntry[]) => entries.map(({ operation }) => operation);
    const seen: (string | null)[] = [];
    let before: AuditEntry | undefined;
    for (;;) {
      const page = await all(log, {}, { limit: 10, newestFirst: true, ...(before && { before }) });
      seen.push(...names(page));
      if (page.length < 10) break;
      before = page.at(-1)!;
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => `op${24 - i}`));
    expect(names(await all(log, { principal: 'p' }, { limit: 2, after: before! }))).toEqual(['op6', 'op7']);
  });

  it('walks along an index, whatever is asked for', async () => {
    const log = open();
    await log.flush();
    const db = new Database(file);
    const page = { limit: 10, newestFirst: true };
    const plan = (callers: number[] | null, selection: Partial<AuditSelection>) => {
      const { sql, args } = pageQuery(callers, { ...EVERY_ENTRY, ...selection }, page);
      return (db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...(args as [])) as { detail: string }[]).map(
        (r) => r.detail,
      );
    };
    for (const lines of [
      plan(null, {}),
      plan([1, 2], {}),
      plan(
        Array.from({ length: 100 }, (_, i) => i),
        {},
      ),
      plan(null, { entity: 'c' }),
      plan([3], { entity: 'c', from: 5, to: 7 }),
    ]) {
      expect(lines.join('\n')).not.toMatch(/SCAN (entries|e)\b(?! USING)/);
    }
    expect(plan(null, { entity: 'c' }).join()).toContain('entries_by_entity (entity=? AND at');
    expect(plan([1], {}).join()).toContain('entries_by_caller (caller=? AND at');
    db.close();
  });

  it('holds as many questions as were asked, however they come and are flushed', async () => {
    const log = open();
    await log.flush();
    let asked = 0;
    const question = fc.record({
      principal: fc.constantFrom('a', 'b', 'ü'),
      model: fc.constantFrom('fraud', 'segmentation'),
      entity: fc.oneof(fc.constantFrom('c1', 'c2'), fc.string({ unit: 'binary', minLength: 1, maxLength: 20 })),
      at: fc.integer({ min: 0, max: 5 * MINUTE }),
      id: fc.option(fc.string({ maxLength: 40 })),
    });
    const steps = fc.array(
      fc.oneof({ weight: 30, arbitrary: question }, { weight: 1, arbitrary: fc.constant('flush') }),
      {
        maxLength: 300,
      },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        for (const step of list) {
          if (typeof step === 'string') await log.flush();
          else {
            ask(log, step.principal, step.model, step.entity, START + step.at, step.id);
            asked++;
          }
        }
        expect(sum(await all(log, {}, { limit: 1_000_000 }))).toBe(asked);
      }),
      { numRuns: 30 },
    );
  });

  it('takes far more questions at once than fit on a tape, and loses none that it does not count', async () => {
    const log = open();
    const asked = 500_000;
    for (let i = 0; i < asked; i++) ask(log, `p${i % 3}`, 'fraud', `customer-${i % 50}`);
    const entries = await all(log);
    expect(sum(entries)).toBe(asked);
    expect(entries.filter(({ kind }) => kind === 'LOSS').map(({ operation }) => operation)).toEqual(['questions']);
    const { count } = entries.find(({ kind }) => kind === 'LOSS')!;
    expect(await metrics.text()).toContain(`scoregraph_audit_lost_total{kind="questions"} ${count}`);
    act(log, 'later');
    expect((await all(log)).filter(({ kind }) => kind === 'LOSS')).toHaveLength(1);
  });

  it('bounds actions and refusals that wait, and says how many were too many', async () => {
    const log = open();
    for (let i = 0; i < 10_005; i++) act(log, 'op');
    for (let i = 0; i < 1_007; i++) refuse(log, `p${i}`);
    const losses = await all(log, { kinds: ['LOSS'] });
    expect(losses.map(({ operation, count }) => [operation, count])).toEqual([
      ['actions', 5],
      ['refusals', 7],
    ]);
  });

  it('goes on when its file cannot be had, says so, and writes what waited once it can', async () => {
    mkdirSync(file);
    const error = vi.fn();
    const log = open(0, { ...silentLogger, error });
    act(log, 'first');
    ask(log, 'ada', 'fraud', 'c1');
    expect(await log.flush()).toBe(false);
    expect(await log.flush()).toBe(false);
    expect(error).toHaveBeenCalledTimes(1);
    expect(error.mock.calls[0]![1]).toContain('cannot be written');
    expect(await metrics.text()).toContain('scoregraph_audit_writable 0');
    await expect(log.forget('c1')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    for (let i = 0; i < 10_000; i++) act(log, 'more');
    rmdirSync(file);
    await vi.waitFor(async () => expect(await log.flush()).toBe(true), { timeout: 15_000, interval: 500 });
    expect(await metrics.text()).toContain('scoregraph_audit_writable 1');
    const entries = await all(log, {}, { limit: 20_000 });
    expect(sum(entries.filter(({ kind }) => kind === 'QUESTION'))).toBe(1);
    expect(sum(entries)).toBe(10_002);
    expect(existsSync(file)).toBe(true);
  });

  it('keeps what a full disk does not take, and writes it when there is space', async ({ skip }) => {
    const disk = join(folder.path, 'disk');
    mkdirSync(disk);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status !== 0)
      return skip('needs to mount a small disk (root)');
    try {
      file = join(disk, 'audit.db');
      const log = open();
      let asked = 0;
      for (let written = true; written && asked < 100_000; ) {
        for (let i = 0; i < 1_000; i++) ask(log, 'ada', 'fraud', `customer-with-a-long-name-${asked++}`);
        written = await log.flush();
      }
      expect(await log.flush()).toBe(false);
      expect(await metrics.text()).toContain('scoregraph_audit_writable 0');
      ask(log, 'ada', 'fraud', 'c1');
      spawnSync('mount', ['-o', 'remount,size=64m', disk]);
      const entries = await all(log, {}, { limit: 200_000 });
      expect(sum(entries)).toBe(asked + 1);
      expect(entries.filter(({ kind }) => kind === 'LOSS')).toEqual([]);
      await log.close();
    } finally {
      spawnSync('umount', ['-l', disk]);
    }
  });

  it('leaves a file alone that is none of its own, or of a later format', async () => {
    const text = 'this is not a database, and nobody may overwrite it. '.repeat(100);
    writeFileSync(file, text);
    const log = open();
    expect(await log.flush()).toBe(false);
    await log.close();
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('forgets a customer for good: that somebody asked stays, the name is nowhere in the file', async () => {
    const log = open();
    const name = 'customer-who-wants-to-be-forgotten';
    for (let i = 0; i < 10; i++) ask(log, 'ada', 'fraud', name, START + i * MINUTE, 'prediction-of-them');
    ask(log, 'ada', 'fraud', 'c2', START);
    act(log, 'watch', { entity: name });
    expect(await log.forget(name)).toBe(11);
    expect(await log.forget(name)).toBe(0);
    const entries = await all(log);
    expect(entries).toHaveLength(12);
    expect(entries.filter(({ erased }) => erased)).toHaveLength(11);
    expect(entries.map(({ entity }) => entity).filter((entity) => entity !== null)).toEqual(['c2']);
    expect(await all(log, { entity: name })).toEqual([]);
    for (const part of ['', '-wal']) {
      const bytes = existsSync(file + part) ? readFileSync(file + part) : Buffer.alloc(0);
      expect(bytes.includes(name), part).toBe(false);
      expect(bytes.includes('prediction-of-them'), part).toBe(false);
    }
    // What is asked of a namesake is not added to the entries of who was forgotten.
    ask(log, 'ada', 'fraud', name, START + 9 * MINUTE);
    expect(await all(log, { entity: name })).toMatchObject([{ count: 1, erased: false }]);
  });

  it('deletes what is older than its days, and nothing else', async () => {
    const log = open(30);
    for (let day = 0; day < 60; day++) ask(log, `p${day}`, 'fraud', 'c1', START + day * 24 * 60 * MINUTE);
    for (let i = 0; i < 5_000; i++) ask(log, 'old', 'fraud', `c${i}`, START);
    await log.flush();
    now = START + 59.5 * 24 * 60 * MINUTE;
    await log.sweep();
    const kept = await all(log);
    expect(kept.map(({ principal }) => principal)).toEqual(Array.from({ length: 30 }, (_, i) => `p${30 + i}`));
    const db = new Database(file);
    expect(db.prepare('SELECT count(*) AS n FROM callers').all()).toEqual([{ n: 30 }]);
    db.close();
    ask(log, 'old', 'fraud', 'c1', now); // whose number was forgotten with them
    expect((await all(log)).at(-1)).toMatchObject({ principal: 'old', count: 1 });
  });

  it('is for its owner’s eyes only, and is read by another process as it is', async () => {
    const log = open();
    ask(log, 'ada', 'fraud', 'c1');
    const noted = await all(log);
    for (const part of ['', '-wal', '-shm']) expect(statSync(file + part).mode & 0o777, part).toBe(0o600);
    const read: AuditEntry[] = [];
    for await (const entry of readAudit(folder.path, EVERY_ENTRY, clock)) read.push(entry);
    expect(read).toEqual(noted);
    await expect(readAudit(join(folder.path, 'none'), EVERY_ENTRY, clock).next()).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  it('with a key is read by nobody without it', async () => {
    const key = 'a passphrase of more than thirty-two characters';
    const log = new EmbeddedAuditLog({
      file,
      key,
      clock,
      logger: silentLogger,
      metrics: new PrometheusMetrics(),
      days: 0,
    });
    opened.push(log);
    ask(log, 'ada-of-the-helpdesk', 'fraud', 'c1');
    const noted = await all(log);
    expect(noted).toMatchObject([{ principal: 'ada-of-the-helpdesk' }]);
    for (const part of ['', '-wal']) {
      const bytes = existsSync(file + part) ? readFileSync(file + part) : Buffer.alloc(0);
      expect(bytes.includes('ada-of-the-helpdesk') || bytes.includes('SQLite format'), part).toBe(false);
    }
    const read: AuditEntry[] = [];
    for await (const entry of readAudit(folder.path, EVERY_ENTRY, clock, key)) read.push(entry);
    expect(read).toEqual(noted);
    await expect(readAudit(folder.path, EVERY_ENTRY, clock).next()).rejects.toThrow();
  });

  it('goes on where it was after a restart', async () => {
    const log = open();
    ask(log, 'ada', 'fraud', 'c1');
    await log.close();
    const again = open();
    ask(again, 'ada', 'fraud', 'c1');
    const entries = await all(again);
    expect(sum(entries)).toBe(2);
    expect(entries).toHaveLength(2); // the running minute is not looked for on disk
  });
});
