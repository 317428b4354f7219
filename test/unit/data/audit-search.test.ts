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

  it('finds what was asked about a customer in one minute, of all models and of each, page by page', async () => {
    const log = open();
    const models = Array.from({ length: 1_500 }, (_, m) => `m${m}`);
    const rows: string[] = [];
    for (const entity of ['c1', 'c2'])
      for (const principal of ['ada', 'bob'])
        for (const model of entity === 'c1' ? models : ['m0', 'm7']) {
          ask(log, principal, model, entity, START + rows.length, model === 'm7' ? `id-${rows.length}` : null);
          rows.push(`${principal} ${model} ${entity}`);
        }
    ask(log, 'ada', 'm7', 'c1', START + 30_000, 'id-last');
    audit.now = START + 5 * MINUTE;
    const name = ({ principal, model, entity }: AuditEntry) => `${principal} ${model} ${entity}`;
    const whole = await all(log, {}, { limit: 10_000 });
    expect(whole.map(name).sort()).toEqual([...rows].sort());
    const paged = async (selection: Partial<AuditSelection>, newestFirst: boolean) => {
      const seen: AuditEntry[] = [];
      for (;;) {
        const from = seen.at(-1);
        const beyond = from === undefined ? {} : newestFirst ? { before: from } : { after: from };
        const page = await all(log, selection, { limit: 700, newestFirst, ...beyond });
        seen.push(...page);
        if (page.length < 700) return seen;
      }
    };
    expect(await paged({}, false)).toEqual(whole);
    expect(await paged({}, true)).toEqual([...whole].reverse());
    expect((await paged({ entity: 'c1', principal: 'bob' }, true)).map(name).sort()).toEqual(
      rows.filter((row) => row.startsWith('bob') && row.endsWith('c1')).sort(),
    );
    const sevens = await all(log, { model: 'm7', version: 1 });
    expect(sevens.map(name).sort()).toEqual(['ada m7 c1', 'ada m7 c2', 'bob m7 c1', 'bob m7 c2']);
    expect(sevens.find((entry) => name(entry) === 'ada m7 c1')).toMatchObject({
      ...{ kind: 'QUESTION', count: 2, version: 1, firstPredictionId: 'id-7', lastPredictionId: 'id-last' },
      ...{ at: START, lastAt: START + 30_000 },
    });
    expect(await all(log, { model: 'm7', version: 2 })).toEqual([]);
    expect(await all(log, { model: 'm1499', entity: 'c2' })).toEqual([]);
    expect((await all(log, { model: 'm1499', from: START + 40_000 })).map(name)).toEqual([]);
    expect(await log.forget('c1')).toBe(3_000);
    const left = await all(log, {}, { limit: 10_000 });
    expect(left).toHaveLength(rows.length);
    expect(left.filter(({ entity }) => entity === 'c1')).toEqual([]);
    expect(left.filter(({ erased }) => erased).every((entry) => entry.firstPredictionId === null)).toBe(true);
  });

  it('walks along an index, whatever is asked for', async () => {
    const log = open();
    await log.flush();
    const db = new Database(audit.file);
    const page = { limit: 10, newestFirst: true };
    const plan = (plain: number[] | null, selection: Partial<AuditSelection>) => {
      const callers = plain === null ? null : { plain, packed: [7, 8] };
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
      plan([3], { entity: 'c', model: 'fraud', version: 2 }),
      plan([], { model: 'fraud' }),
    ]) {
      expect(lines.join('\n')).not.toMatch(/SCAN (entries|e)\b(?! USING)/);
    }
    expect(plan(null, { entity: 'c' }).join()).toContain('entries_by_entity (entity=? AND at');
    expect(plan([1], {}).join()).toContain('entries_by_caller (caller=? AND at');
    db.close();
  });
});
