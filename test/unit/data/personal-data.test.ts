import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewEvent, StoredEvent } from '../../../src/core/events.js';
import { silentLogger } from '../../../src/core/logger.js';
import type { PredictionRecord } from '../../../src/core/predictions.js';
import { backup, restore } from '../../../src/data/backup.js';
import { MIGRATIONS } from '../../../src/data/embedded/schema.js';
import { EmbeddedFeatureStore, replay } from '../../../src/data/feature-store.js';
import { readDataKey } from '../../../src/data/key.js';
import { type DataRoom, openData } from '../../../src/data/open.js';
import type { Retention } from '../../../src/data/retention.js';
import { type CustomerState, customerReducer } from '../../../src/features/customer-state.js';
import { eraseAtRest, resumeErasures } from '../../../src/flows/erasure.js';
import { filesWith } from '../../support/files.js';
import { temporaryFolder } from '../../support/server.js';

const DAY = 86_400_000;
let now = Date.UTC(2026, 0, 1);
const clock = { now: () => now, monotonic: () => performance.now() };
const open = (dir: string, retention: Retention = { events: 0, predictions: 0 }, key?: string) =>
  openData({ dir, clock, logger: silentLogger, watermarkBytes: 0, retention, key });
const paid = (id: string, entity: string, merchant = 'm'): NewEvent => ({
  id,
  type: 'payment.recorded',
  schemaVersion: 1,
  entity,
  occurredAt: now,
  source: 'api',
  payload: { merchant, category: 'travel', amount: { minor: 100, currency: 'USD' } },
});
const known = (entity: string): NewEvent => ({
  id: `k-${entity}`,
  type: 'customer.upserted',
  schemaVersion: 1,
  entity,
  occurredAt: now,
  source: 'api',
  payload: { country: 'France' },
});
const turnedOut = ({ id, entity }: NewEvent, position: number): NewEvent => ({
  id: `${id}@${now}`,
  type: 'outcome.reported',
  schemaVersion: 1,
  entity,
  occurredAt: now,
  source: 'api',
  payload: { transactionId: id, position, predictionId: null, fraud: true },
});
const prediction = (
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
  predictedAt: now,
  featuresAsOf: now,
  featureSet: 'fraud@1',
  features: Float32Array.of(1, 2, 3),
  defaulted: [],
  output: { probability: 0.5, decision: 'APPROVE' },
});
const erase = (data: DataRoom, customerId: string) =>
  eraseAtRest(data.personal, { customerId, reason: 'asked', by: 'test' }, [], clock);
const sql = (dir: string, statement: string): unknown[] =>
  JSON.parse(
    execFileSync(process.execPath, [
      '-e',
      "const D = require('libsql'); const d = new D(process.argv[1]); console.log(JSON.stringify(d.prepare(process.argv[2]).all())); d.close()",
      join(dir, 'scoregraph.db'),
      statement,
    ]).toString(),
  );

describe('personal data', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let dir: string;
  beforeEach(() => {
    folder = temporaryFolder();
    dir = join(folder.path, 'data');
  });
  afterEach(() => folder.remove());

  it('leaves tombstones: positions go on, nothing else is told', async () => {
    let data = await open(dir);
    await data.events.append([known('v'), paid('a', 'v', 'MARKER'), paid('b', 'other'), paid('c', 'v')]);
    await data.predictions.commit([
      prediction('p1', 'v', 'a', 2),
      prediction('p2', 'other', 'b', 3),
      prediction('p3', 'v', 'c', 4),
    ]);
    const erasure = await erase(data, 'v');
    expect(erasure).toMatchObject({ events: 3, predictions: 2 });
    expect((await data.events.read(0, 10)).map(({ seq, type }) => [seq, type])).toEqual([
      [3, 'payment.recorded'],
      [5, 'customer.erased'],
    ]);
    expect(await data.events.count(0)).toBe(2);
    expect(await erase(data, 'v')).toBeNull();
    // Nothing at the ends of the logs makes them look shorter, now or later.
    for (const again of [false, true]) {
      if (again) {
        await data.close();
        data = await open(dir);
      }
      expect([data.events.head(), data.events.horizon()]).toEqual([5, 0]);
      expect([data.predictions.head(), data.predictions.horizon()]).toEqual([3, 0]);
    }
    await data.close();
    expect(sql(dir, 'SELECT * FROM events WHERE type = -1')).toEqual(
      [1, 2, 4].map((seq) => ({
        seq,
        id: String(seq),
        type: -1,
        schema_version: 0,
        entity: '',
        occurred_at: now,
        recorded_at: now,
        source: 2,
        payload: 'null',
      })),
    );
    expect(sql(dir, 'SELECT * FROM erasures')).toEqual([]);
  });

  it('takes customers only: an item or a model may go by the same name', async () => {
    const data = await open(dir);
    await data.events.append([
      { ...paid('x', 'fraud'), type: 'item.upserted', payload: { title: 't', available: true } } as NewEvent,
      {
        ...paid('y', 'fraud'),
        type: 'model.state_changed',
        payload: { version: 1, state: 'AVAILABLE', reason: null },
      } as NewEvent,
      paid('z', 'fraud'),
    ]);
    await data.snapshots.save('item', [{ key: 'fraud', seq: 1, body: '{}' }]);
    expect(await erase(data, 'fraud')).toMatchObject({ events: 1 });
    expect((await data.events.read(0, 10)).map(({ id }) => id).slice(0, 2)).toEqual(['x', 'y']);
    expect(await data.snapshots.load('item', '', 10)).toHaveLength(1);
    await data.close();
  });

  it('leaves no copy in the file, where pages were split by keys in no order', async () => {
    const data = await open(dir);
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
    expect(filesWith(dir, 'the-victim', 'MARKER MERCHANT', 'VICTIMTX')).toEqual([]);
    await data.close();
    expect(filesWith(dir, 'the-victim', 'MARKER MERCHANT', 'VICTIMTX')).toEqual([]);
    expect(sql(dir, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });

  it('takes out what a version before this one had deleted and not overwritten', async () => {
    mkdirSync(dir);
    execFileSync(process.execPath, [
      '-e',
      `const D = require('libsql'); const d = new D(process.argv[1]); d.pragma('secure_delete = OFF'); for (const m of JSON.parse(process.argv[2])) d.exec(m); d.exec('PRAGMA user_version = 4');
       const put = d.prepare("INSERT INTO snapshots (kind, key, seq, body) VALUES ('customer', ?, 1, ?) ON CONFLICT DO UPDATE SET body = excluded.body");
       d.exec('BEGIN'); for (let round = 0; round < 3; round++) for (let i = 0; i < 300; i++) put.run('the-victim' + (i === 7 ? '' : i), 'OLD MARKER ' + i + '-'.repeat(round === 1 ? 9000 : 40)); d.exec('COMMIT');
       d.exec("DELETE FROM snapshots WHERE key <> 'the-victim'"); d.close()`,
      join(dir, 'scoregraph.db'),
      JSON.stringify(MIGRATIONS.slice(0, 4)),
    ]);
    expect(filesWith(dir, 'OLD MARKER 8')).toHaveLength(1);
    const data = await open(dir);
    await data.snapshots.save('customer', [{ key: 'other', seq: 1, body: '{"kept":true}' }]);
    expect(await erase(data, 'the-victim')).toMatchObject({ events: 0, predictions: 0 });
    expect(filesWith(dir, 'the-victim', 'OLD MARKER')).toEqual([]);
    expect(await data.snapshots.load('customer', '', 10)).toEqual([{ key: 'other', seq: 1, body: '{"kept":true}' }]);
    await data.close();
    expect(sql(dir, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });

  it('forgets predictions that were offered and not written yet', async () => {
    const data = await open(dir);
    await data.events.append([known('v')]);
    data.predictions.offer(prediction('offered', 'v'));
    data.predictions.offer(prediction('kept', 'other'));
    await erase(data, 'v');
    await data.close();
    expect(sql(dir, 'SELECT id FROM predictions')).toEqual([{ id: 'kept' }]);
  });

  it('finishes an erasure that was noted and not carried through, with everybody who holds something', async () => {
    let data = await open(dir);
    await data.events.append([known('v'), paid('a', 'v'), known('w')]);
    const request = { entity: 'v', id: 'e', subject: 's', reason: 'r', by: 'b', requestedAt: now };
    await data.personal.begin(request);
    await data.close();
    data = await open(dir);
    expect(await data.personal.pending()).toEqual([request]);
    // One who fails keeps the note; what was done is not done again.
    const failing = { name: 'x', forget: () => Promise.reject(new Error('not now')) };
    await expect(resumeErasures(data.personal, [failing], clock)).rejects.toThrow('not now');
    const forgotten: string[] = [];
    const eraser = { name: 'y', forget: async (id: string) => void forgotten.push(id) };
    expect(await resumeErasures(data.personal, [eraser], clock)).toBe(1);
    expect(await resumeErasures(data.personal, [eraser], clock)).toBe(0);
    expect(forgotten).toEqual(['v']);
    const left = await data.events.read(0, 10);
    expect(left.map(({ type, entity }) => [type, entity])).toEqual([
      ['customer.upserted', 'w'],
      ['customer.erased', 's'],
    ]);
    await data.close();
  });

  it('takes an id that came again while the files of its erasure were not cleaned yet', async () => {
    const data = await open(dir);
    const request = { entity: 'v', id: 'e1', subject: 's1', reason: 'r', by: 'b', requestedAt: now };
    await data.events.append([known('v')]);
    await data.personal.begin(request);
    await data.personal.begin({ ...request, id: 'not taken' });
    expect(await data.personal.erase('v', now, [])).toMatchObject({ events: 1 });
    expect(await data.personal.erase('v', now, [])).toMatchObject({ events: 1 }); // the same, told again
    await data.events.append([{ ...known('v'), id: 'again' }, paid('a', 'v')]);
    expect(await erase(data, 'v')).toMatchObject({ events: 2 });
    expect(await data.personal.holds('v')).toBe(false);
    const told = await data.events.byType('customer.erased', { limit: 10, newestFirst: false });
    expect(told.map(({ payload }) => payload)).toMatchObject([{ events: 1 }, { events: 2 }]);
    expect(told[0]!.id).toBe('e1');
    await data.close();
    expect(filesWith(dir, 'again')).toEqual([]);
  });

  it('does not save the state of an entity that is erased while it is being saved', async () => {
    const data = await open(dir);
    const { store } = await EmbeddedFeatureStore.open<CustomerState>({
      kind: 'customer',
      reducer: customerReducer,
      snapshots: data.snapshots,
    });
    await data.events.append([known('v'), known('w')]);
    store.apply(await data.events.read(0, 10));
    let isFirst = true;
    await store.checkpoint(2, async () => {
      if (!isFirst) return;
      isFirst = false;
      store.bar('v');
      store.apply([{ ...(paid('late', 'v') as object), seq: 3, recordedAt: now } as StoredEvent]);
      expect(store.peek('v')).toBeNull();
    });
    expect((await data.snapshots.load('customer', '', 10)).map(({ key }) => key)).toEqual(['w']);
    store.lift('v');
    store.apply([{ ...(known('v') as object), seq: 4, recordedAt: now } as StoredEvent]);
    expect(store.peek('v')).toMatchObject({ payments: 0, country: 'France' });
    await data.close();
  });

  it('is, replayed, as if the customer had never been (any log, any customer, any snapshot)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ entity: fc.constantFrom('a', 'b', 'c'), kind: fc.constantFrom('known', 'paid') }), {
          minLength: 1,
          maxLength: 25,
        }),
        fc.constantFrom('a', 'b', 'c'),
        fc.nat(25),
        async (steps, victim, saveAfter) => {
          const place = temporaryFolder();
          const events = steps.map(({ entity, kind }, i) => ({
            ...(kind === 'known' ? known(entity) : paid('', entity)),
            id: `e${i}`,
          }));
          const states = async (data: DataRoom, log: readonly NewEvent[], save: number) => {
            const openStore = () =>
              EmbeddedFeatureStore.open<CustomerState>({
                kind: 'customer',
                reducer: customerReducer,
                snapshots: data.snapshots,
              });
            const first = (await openStore()).store;
            if (log.length > 0) await data.events.append(log);
            first.apply(await data.events.read(0, save));
            await first.checkpoint(save, async () => {});
            if (data === erased) await erase(data, victim);
            const { store, replayFrom } = await openStore();
            await replay(data.events, replayFrom, (page) => store.apply(page));
            return [...store.entities()].sort().map((id) => [id, customerReducer.encode(store.peek(id)!)]);
          };
          const erased = await open(join(place.path, 'erased'));
          const never = await open(join(place.path, 'never'));
          try {
            const found = await states(erased, events, Math.min(saveAfter, events.length));
            expect(found).toEqual(
              await states(
                never,
                events.filter(({ entity }) => entity !== victim),
                0,
              ),
            );
          } finally {
            await erased.close();
            await never.close();
            place.remove();
          }
        },
      ),
      { numRuns: 12 },
    );
  }, 60_000);

  it('brings format 4 up to date: where retention had come to stays known', async () => {
    mkdirSync(dir);
    execFileSync(process.execPath, [
      '-e',
      `const D = require('libsql'); const d = new D(process.argv[1]); for (const m of JSON.parse(process.argv[2])) d.exec(m); d.exec('PRAGMA user_version = 4');
       for (let i = 1; i <= 9; i++) d.exec("INSERT INTO events (id, type, schema_version, entity, occurred_at, recorded_at, source, payload) VALUES ('e" + i + "', 2, 1, 'c', 1, 1, 0, '{}')");
       d.exec('DELETE FROM events WHERE seq <= 4'); d.close()`,
      join(dir, 'scoregraph.db'),
      JSON.stringify(MIGRATIONS.slice(0, 4)),
    ]);
    const data = await open(dir);
    expect([data.events.head(), data.events.horizon()]).toEqual([9, 4]);
    expect([data.predictions.head(), data.predictions.horizon()]).toEqual([0, 0]);
    expect((await data.events.read(0, 10)).map(({ seq }) => seq)).toEqual([5, 6, 7, 8, 9]);
    await data.close();
  });

  describe('retention by age', () => {
    const fill = async (data: DataRoom) => {
      for (let day = 0; day < 10; day++) {
        const events = Array.from({ length: 200 }, (_, i) => paid(`${day}-${i}`, `c${i % 5}`));
        const stored = await data.events.append(events);
        await data.predictions.commit(events.map((e, i) => prediction(`p${e.id}`, e.entity, e.id, stored[i]!.seq)));
        now += DAY;
      }
    };

    it('deletes what was recorded longer ago, once states are saved past it', async () => {
      now = Date.UTC(2026, 0, 1);
      const data = await open(dir, { events: 0, predictions: 0, eventsDays: 4, predictionsDays: 7 });
      await fill(data);
      await data.prune();
      expect(data.events.horizon()).toBe(0); // nothing is saved yet: a replay needs all of it
      expect(data.predictions.horizon()).toBe(3 * 200);
      const { store } = await EmbeddedFeatureStore.open<CustomerState>({
        kind: 'customer',
        reducer: customerReducer,
        snapshots: data.snapshots,
      });
      await replay(data.events, 0, (page) => store.apply(page));
      await store.checkpoint(1_500, async () => {});
      await data.prune();
      expect(data.events.horizon()).toBe(6 * 200);
      await store.checkpoint(2_000, async () => {});
      await data.prune();
      expect([data.events.horizon(), data.events.head()]).toEqual([1_200, 2_000]);
      expect(await data.events.count(0)).toBe(800);
      const again = await EmbeddedFeatureStore.open<CustomerState>({
        kind: 'customer',
        reducer: customerReducer,
        snapshots: data.snapshots,
      });
      await replay(data.events, again.replayFrom, (page) => again.store.apply(page));
      expect(again.store.peek('c1')).toMatchObject({ payments: 400 });
      // Nothing more happens, and yet all of it grows old.
      now += 30 * DAY;
      await data.prune();
      expect([data.events.horizon(), data.events.head(), await data.events.count(0)]).toEqual([2_000, 2_000, 0]);
      await data.close();
      const later = await open(dir);
      expect([later.events.horizon(), later.events.head()]).toEqual([2_000, 2_000]);
      expect((await later.events.append([paid('new', 'c1')]))[0]!.seq).toBe(2_001);
      await later.close();
    });

    it('goes by the time of recording, over tombstones too, and lets writers in between', async () => {
      now = Date.UTC(2026, 0, 1);
      const data = await open(dir, { events: 0, predictions: 0, eventsDays: 2 });
      await fill(data);
      await data.snapshots.save('customer', [], 2_000);
      await erase(data, 'c0');
      const pruning = data.prune();
      const began = performance.now();
      await data.events.append([paid('meanwhile', 'c1')]);
      const waited = performance.now() - began;
      await pruning;
      expect(data.events.horizon()).toBe(8 * 200);
      expect(waited).toBeLessThan(1_000);
      await data.close();
    });
  });

  describe('on the disk', () => {
    it('is for its owner alone', async () => {
      const before = process.umask(0o022);
      try {
        const data = await open(join(dir, 'made'));
        await data.events.append([known('v')]);
        await backup({ data, dir: join(dir, 'made') }, join(folder.path, 'copy.db'), now);
        const modes = readdirSync(join(dir, 'made')).map((name) => [
          name,
          (statSync(join(dir, 'made', name)).mode & 0o777).toString(8),
        ]);
        expect(modes.length).toBeGreaterThanOrEqual(3);
        for (const [name, mode] of modes) expect(mode, name).toBe('600');
        expect((statSync(join(dir, 'made')).mode & 0o777).toString(8)).toBe('700');
        for (const name of ['copy.db', 'copy.db.json'])
          expect(statSync(join(folder.path, name)).mode & 0o777).toBe(0o600);
        await data.close();
        chmodSync(join(dir, 'made', 'scoregraph.db'), 0o644); // as versions before made it
        await (await open(join(dir, 'made'))).close();
        expect(statSync(join(dir, 'made', 'scoregraph.db')).mode & 0o777).toBe(0o600);
      } finally {
        process.umask(before);
      }
    });

    it('is unreadable without the key, where there is one; so is a backup', async () => {
      const key = 'k'.repeat(40);
      const keep = { events: 0, predictions: 0 };
      let data = await open(dir, keep, key);
      await data.events.append([paid('a', 'secret-customer', 'SECRET MERCHANT')]);
      await data.predictions.commit([prediction('p', 'secret-customer', 'a', 1)]);
      expect(filesWith(dir, 'secret-customer', 'SECRET MERCHANT', 'SQLite format 3')).toEqual([]);
      const turn = { deadline: Number.POSITIVE_INFINITY };
      const selection = { models: ['fraud'], entities: null, from: null, to: null, minScore: null, decisions: null };
      expect(await data.history.page(selection, { limit: 5, newestFirst: true }, turn)).toHaveLength(1);
      const copy = join(folder.path, 'copy.db');
      await backup({ data, dir, key }, copy, now);
      expect(readFileSync(copy).includes('SECRET MERCHANT')).toBe(false);
      await data.close();
      for (const wrong of [undefined, 'x'.repeat(40)])
        await expect(open(dir, keep, wrong)).rejects.toMatchObject({
          details: { reason: 'CORRUPT' },
          message: expect.stringContaining('key'),
        });
      await restore(copy, join(folder.path, 'restored'));
      data = await open(join(folder.path, 'restored'), keep, key);
      expect(await data.events.count(0)).toBe(1);
      expect(await erase(data, 'secret-customer')).toMatchObject({ events: 1, predictions: 1 });
      await data.close();
    });

    it('is encrypted later, or with another key, by way of a backup', async () => {
      const keys = [undefined, '1/?&=%# ü'.repeat(5), '2'.repeat(32)];
      let data = await open(dir);
      await data.events.append([paid('a', 'secret-customer')]);
      for (let i = 1; i < keys.length; i++) {
        const copy = join(folder.path, `copy ?#% ${i}.db`);
        await backup({ data, dir, key: keys[i - 1] }, copy, now, keys[i]);
        await data.close();
        expect(readFileSync(copy).includes('secret-customer')).toBe(false);
        await restore(copy, join(folder.path, `moved${i}`));
        data = await open(join(folder.path, `moved${i}`), { events: 0, predictions: 0 }, keys[i]);
        expect(await data.events.count(0)).toBe(1);
      }
      await data.close();
      await expect(open(join(folder.path, 'moved2'), { events: 0, predictions: 0 }, keys[1])).rejects.toThrow(/key/);
    });

    it('takes a key only from a file that holds a good one', () => {
      const file = join(folder.path, 'key');
      expect(readDataKey(null)).toBeUndefined();
      writeFileSync(file, `${'y'.repeat(44)}\n`);
      expect(readDataKey(file)).toBe('y'.repeat(44));
      writeFileSync(file, 'short');
      for (const [path, message] of [
        [file, /at least 32 characters/],
        [join(folder.path, 'none'), /ENOENT/],
      ] as const)
        expect(() => readDataKey(path)).toThrow(message);
    });
  });
});
