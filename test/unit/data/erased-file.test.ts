import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../../src/data/embedded/schema.js';
import { filesWith } from '../../support/files.js';
import { erase, folderOfEach, open, paid, prediction, sql, turnedOut } from '../../support/personal-data.js';

describe('the file of a customer who was erased', () => {
  const folder = folderOfEach();

  it('leaves no copy in the file, where pages were split by keys in no order', async () => {
    const data = await open(folder.dir);
    for (let i = 0; i < 30; i++) {
      const events = Array.from({ length: 500 }, (_, k) =>
        k % 10 === 0
          ? paid(`${Math.random().toString(36).slice(2)}VICTIMTX${'-'.repeat(90)}`, 'the-victim', 'MARKER MERCHANT')
          : paid(
              `${Math.random().toString(36).slice(2)}${'-'.repeat(90)}`,
              `c${Math.floor(Math.random() * 5_000)}`,
              'Shop',
            ),
      );
      const stored = await data.events.append(events);
      await data.predictions.commit(
        events.map((e, k) => prediction(Math.random().toString(36).slice(2), e.entity, e.id, stored[k]!.seq)),
      );
      await data.events.append(events.map((e, k) => turnedOut(e, stored[k]!.seq)));
    }
    await data.snapshots.save('customer', [{ key: 'the-victim', seq: 1, body: '{"of":"the-victim"}' }]);
    expect(await erase(data, 'the-victim')).toMatchObject({ events: 3_000, predictions: 1_500 });
    expect(filesWith(folder.dir, 'the-victim', 'MARKER MERCHANT', 'VICTIMTX')).toEqual([]);
    await data.close();
    expect(filesWith(folder.dir, 'the-victim', 'MARKER MERCHANT', 'VICTIMTX')).toEqual([]);
    expect(sql(folder.dir, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });

  it('takes out what a version before this one had deleted and not overwritten', async () => {
    mkdirSync(folder.dir);
    execFileSync(process.execPath, [
      '-e',
      `const D = require('libsql'); const d = new D(process.argv[1]); d.pragma('secure_delete = OFF'); for (const m of JSON.parse(process.argv[2])) d.exec(m); d.exec('PRAGMA user_version = 4');
       const put = d.prepare("INSERT INTO snapshots (kind, key, seq, body) VALUES ('customer', ?, 1, ?) ON CONFLICT DO UPDATE SET body = excluded.body");
       d.exec('BEGIN'); for (let round = 0; round < 3; round++) for (let i = 0; i < 300; i++) put.run('the-victim' + (i === 7 ? '' : i), 'OLD MARKER ' + i + '-'.repeat(round === 1 ? 9000 : 40)); d.exec('COMMIT');
       d.exec("DELETE FROM snapshots WHERE key <> 'the-victim'"); d.close()`,
      join(folder.dir, 'scoregraph.db'),
      JSON.stringify(MIGRATIONS.slice(0, 4)),
    ]);
    expect(filesWith(folder.dir, 'OLD MARKER 8')).toHaveLength(1);
    const data = await open(folder.dir);
    await data.snapshots.save('customer', [{ key: 'other', seq: 1, body: '{"kept":true}' }]);
    expect(await erase(data, 'the-victim')).toMatchObject({ events: 0, predictions: 0 });
    expect(filesWith(folder.dir, 'the-victim', 'OLD MARKER')).toEqual([]);
    expect(await data.snapshots.load('customer', '', 10)).toEqual([{ key: 'other', seq: 1, body: '{"kept":true}' }]);
    await data.close();
    expect(sql(folder.dir, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });

  it('brings format 4 up to date: where retention had come to stays known', async () => {
    mkdirSync(folder.dir);
    execFileSync(process.execPath, [
      '-e',
      `const D = require('libsql'); const d = new D(process.argv[1]); for (const m of JSON.parse(process.argv[2])) d.exec(m); d.exec('PRAGMA user_version = 4');
       for (let i = 1; i <= 9; i++) d.exec("INSERT INTO events (id, type, schema_version, entity, occurred_at, recorded_at, source, payload) VALUES ('e" + i + "', 2, 1, 'c', 1, 1, 0, '{}')");
       d.exec('DELETE FROM events WHERE seq <= 4'); d.close()`,
      join(folder.dir, 'scoregraph.db'),
      JSON.stringify(MIGRATIONS.slice(0, 4)),
    ]);
    const data = await open(folder.dir);
    expect([data.events.head(), data.events.horizon()]).toEqual([9, 4]);
    expect([data.predictions.head(), data.predictions.horizon()]).toEqual([0, 0]);
    expect((await data.events.read(0, 10)).map(({ seq }) => seq)).toEqual([5, 6, 7, 8, 9]);
    await data.close();
  });
});
