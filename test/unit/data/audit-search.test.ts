import Database from 'libsql';
import { describe, expect, it } from 'vitest';
import { type AuditEntry, type AuditSelection, EVERY_ENTRY } from '../../../src/data/audit.js';
import { pageQuery } from '../../../src/data/embedded/audit/page.js';
import { act, all, auditOfEach, MINUTE, START } from '../../support/audit.js';

describe('a search of the audit log', () => {
  const audit = auditOfEach();
  const { open, ask } = audit;

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
    const db = new Database(audit.file);
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
});
