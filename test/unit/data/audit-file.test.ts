import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../../src/core/logger.js';
import { type AuditEntry, EVERY_ENTRY } from '../../../src/data/audit.js';
import { AUDIT_MIGRATIONS } from '../../../src/data/embedded/audit/schema.js';
import { readAudit } from '../../../src/data/open-audit.js';
import { act, all, auditOfEach, MINUTE, refuse, START, sum } from '../../support/audit.js';

describe('the file of the audit log', () => {
  const audit = auditOfEach();
  const { open, ask } = audit;

  it('goes on when its file cannot be had, says so, and writes what waited once it can', async () => {
    mkdirSync(audit.file);
    const error = vi.fn();
    const log = open({ logger: { ...silentLogger, error } });
    act(log, 'first');
    ask(log, 'ada', 'fraud', 'c1');
    expect(await log.flush()).toBe(false);
    expect(await log.flush()).toBe(false);
    expect(error).toHaveBeenCalledTimes(1);
    expect(error.mock.calls[0]![1]).toContain('cannot be written');
    expect(await audit.metrics.text()).toContain('scoregraph_audit_writable 0');
    await expect(log.forget('c1')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    for (let i = 0; i < 10_000; i++) act(log, 'more');
    rmdirSync(audit.file);
    await vi.waitFor(async () => expect(await log.flush()).toBe(true), { timeout: 15_000, interval: 500 });
    expect(await audit.metrics.text()).toContain('scoregraph_audit_writable 1');
    const entries = await all(log, {}, { limit: 20_000 });
    expect(sum(entries.filter(({ kind }) => kind === 'QUESTION'))).toBe(1);
    expect(sum(entries)).toBe(10_002);
    expect(existsSync(audit.file)).toBe(true);
  });

  it('holds what was asked a second ago when its server is killed, in the first second of a minute too', async () => {
    const log = open();
    for (let minute = 0; minute < 3; minute++) {
      audit.now = START + minute * MINUTE;
      for (const model of ['fraud', 'segmentation']) ask(log, 'ada', model, 'c1');
      expect(await log.flush()).toBe(true);
    }
    const file = join(audit.path, 'as-it-was.db');
    for (const end of ['', '-wal']) copyFileSync(`${audit.file}${end}`, `${file}${end}`);
    audit.now = START + 10 * MINUTE;
    const entries = await all(open({ file }));
    expect(entries.map(({ model, at }) => [model, (at - START) / MINUTE])).toEqual(
      [0, 1, 2].flatMap((minute) => ['fraud', 'segmentation'].map((model) => [model, minute])),
    );
  });

  it('adds to the entries of a minute that was read, while the next one begins', async () => {
    const log = open();
    for (let i = 0; i < 20; i++) ask(log, 'ada', 'fraud', `c${i}`, START + 1_000);
    expect(await all(log)).toHaveLength(20);
    for (let i = 0; i < 20; i++) for (const at of [59_000, 60_000]) ask(log, 'ada', 'fraud', `c${i}`, START + at);
    const entries = await all(log);
    expect(entries.map(({ count }) => count)).toEqual([...Array(20).fill(2), ...Array(20).fill(1)]);
  });

  it('puts questions together in a minute in which somebody was refused, as in any other', async () => {
    const log = open();
    for (const model of ['fraud', 'segmentation']) ask(log, 'ada', model, 'c1');
    refuse(log);
    await log.flush();
    audit.now = START + 2 * MINUTE;
    expect(await all(log)).toHaveLength(3);
    const db = new Database(audit.file);
    expect(db.prepare('SELECT count FROM entries ORDER BY count').all()).toEqual([{ count: 1 }, { count: 2 }]);
    db.close();
  });

  it('is read, and gone on with, where it was written before rows held several models', async () => {
    const before = new Database(audit.file);
    before.exec(AUDIT_MIGRATIONS[0]!);
    before.exec('PRAGMA user_version = 1');
    before.exec(`INSERT INTO callers VALUES (1, 0, 'ada', 'http', '', 'fraud', 2, 'OK');
      INSERT INTO entries (at, last_at, count, caller, entity, erased, first_prediction) VALUES (${START}, ${START + 5}, 7, 1, 'c1', 0, 'id-1')`);
    before.close();
    const found = async () => {
      const entries: AuditEntry[] = [];
      for await (const entry of readAudit(audit.path, { ...EVERY_ENTRY, model: 'fraud' }, audit.clock))
        entries.push(entry);
      return entries.map(({ at, count, model, version, firstPredictionId }) => [
        at,
        count,
        model,
        version,
        firstPredictionId,
      ]);
    };
    const old = [START, 7, 'fraud', 2, 'id-1'];
    expect(await found()).toEqual([old]);
    const log = open();
    for (const model of ['fraud', 'segmentation']) ask(log, 'ada', model, 'c1', START + MINUTE);
    audit.now = START + 5 * MINUTE;
    expect(await all(log)).toHaveLength(3);
    expect(await found()).toEqual([old, [START + MINUTE, 1, 'fraud', 1, null]]);
  });

  it('keeps what a full disk does not take, and writes it when there is space', async ({ skip }) => {
    const disk = join(audit.path, 'disk');
    mkdirSync(disk);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status !== 0)
      return skip('needs to mount a small disk (root)');
    try {
      const log = open({ file: join(disk, 'audit.db') });
      let asked = 0;
      for (let written = true; written && asked < 100_000; ) {
        for (let i = 0; i < 1_000; i++) ask(log, 'ada', 'fraud', `customer-with-a-long-name-${asked++}`);
        written = await log.flush();
      }
      expect(await log.flush()).toBe(false);
      expect(await audit.metrics.text()).toContain('scoregraph_audit_writable 0');
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
    writeFileSync(audit.file, text);
    const log = open();
    expect(await log.flush()).toBe(false);
    await log.close();
    expect(readFileSync(audit.file, 'utf8')).toBe(text);
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
      const bytes = existsSync(audit.file + part) ? readFileSync(audit.file + part) : Buffer.alloc(0);
      expect(bytes.includes(name), part).toBe(false);
      expect(bytes.includes('prediction-of-them'), part).toBe(false);
    }
    // What is asked of a namesake is not added to the entries of who was forgotten.
    ask(log, 'ada', 'fraud', name, START + 9 * MINUTE);
    expect(await all(log, { entity: name })).toMatchObject([{ count: 1, erased: false }]);
  });

  it('deletes what is older than its days, and nothing else', async () => {
    const log = open({ days: 30 });
    for (let day = 0; day < 60; day++) ask(log, `p${day}`, 'fraud', 'c1', START + day * 24 * 60 * MINUTE);
    for (let i = 0; i < 5_000; i++) ask(log, 'old', 'fraud', `c${i}`, START);
    await log.flush();
    audit.now = START + 59.5 * 24 * 60 * MINUTE;
    await log.sweep();
    const kept = await all(log);
    expect(kept.map(({ principal }) => principal)).toEqual(Array.from({ length: 30 }, (_, i) => `p${30 + i}`));
    const db = new Database(audit.file);
    expect(db.prepare('SELECT count(*) AS n FROM callers').all()).toEqual([{ n: 30 }]);
    db.close();
    ask(log, 'old', 'fraud', 'c1', audit.now); // whose number was forgotten with them
    expect((await all(log)).at(-1)).toMatchObject({ principal: 'old', count: 1 });
  });

  it('is for its owner’s eyes only, and is read by another process as it is', async () => {
    const log = open();
    ask(log, 'ada', 'fraud', 'c1');
    const noted = await all(log);
    for (const part of ['', '-wal', '-shm']) expect(statSync(audit.file + part).mode & 0o777, part).toBe(0o600);
    const read: AuditEntry[] = [];
    for await (const entry of readAudit(audit.path, EVERY_ENTRY, audit.clock)) read.push(entry);
    expect(read).toEqual(noted);
    await expect(readAudit(join(audit.path, 'none'), EVERY_ENTRY, audit.clock).next()).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  it('with a key is read by nobody without it', async () => {
    const key = 'a passphrase of more than thirty-two characters';
    const log = open({ key });
    ask(log, 'ada-of-the-helpdesk', 'fraud', 'c1');
    const noted = await all(log);
    expect(noted).toMatchObject([{ principal: 'ada-of-the-helpdesk' }]);
    for (const part of ['', '-wal']) {
      const bytes = existsSync(audit.file + part) ? readFileSync(audit.file + part) : Buffer.alloc(0);
      expect(bytes.includes('ada-of-the-helpdesk') || bytes.includes('SQLite format'), part).toBe(false);
    }
    const read: AuditEntry[] = [];
    for await (const entry of readAudit(audit.path, EVERY_ENTRY, audit.clock, key)) read.push(entry);
    expect(read).toEqual(noted);
    await expect(readAudit(audit.path, EVERY_ENTRY, audit.clock).next()).rejects.toThrow();
  });
});
