import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NewEvent, StoredEvent } from '../../../src/core/events.js';
import { EmbeddedFeatureStore, replay } from '../../../src/data/feature-store.js';
import type { DataRoom } from '../../../src/data/open.js';
import { type CustomerState, customerReducer } from '../../../src/features/customer-state.js';
import { resumeErasures } from '../../../src/flows/erasure.js';
import { filesWith } from '../../support/files.js';
import { clock, erase, folderOfEach, known, open, paid, prediction, sql, time } from '../../support/personal-data.js';
import { temporaryFolder } from '../../support/server.js';

describe('a customer who is erased', () => {
  const folder = folderOfEach();

  it('leaves tombstones: positions go on, nothing else is told', async () => {
    let data = await open(folder.dir);
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
        data = await open(folder.dir);
      }
      expect([data.events.head(), data.events.horizon()]).toEqual([5, 0]);
      expect([data.predictions.head(), data.predictions.horizon()]).toEqual([3, 0]);
    }
    await data.close();
    expect(sql(folder.dir, 'SELECT * FROM events WHERE type = -1')).toEqual(
      [1, 2, 4].map((seq) => ({
        seq,
        id: String(seq),
        type: -1,
        schema_version: 0,
        entity: '',
        occurred_at: time.now,
        recorded_at: time.now,
        source: 2,
        payload: 'null',
      })),
    );
    expect(sql(folder.dir, 'SELECT * FROM erasures')).toEqual([]);
  });

  it('takes customers only: an item or a model may go by the same name', async () => {
    const data = await open(folder.dir);
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

  it('forgets predictions that were offered and not written yet', async () => {
    const data = await open(folder.dir);
    await data.events.append([known('v')]);
    data.predictions.offer(prediction('offered', 'v'));
    data.predictions.offer(prediction('kept', 'other'));
    await erase(data, 'v');
    await data.close();
    expect(sql(folder.dir, 'SELECT id FROM predictions')).toEqual([{ id: 'kept' }]);
  });

  it('finishes an erasure that was noted and not carried through, with everybody who holds something', async () => {
    let data = await open(folder.dir);
    await data.events.append([known('v'), paid('a', 'v'), known('w')]);
    const request = { entity: 'v', id: 'e', subject: 's', reason: 'r', by: 'b', requestedAt: time.now };
    await data.personal.begin(request);
    await data.close();
    data = await open(folder.dir);
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
    const data = await open(folder.dir);
    const request = { entity: 'v', id: 'e1', subject: 's1', reason: 'r', by: 'b', requestedAt: time.now };
    await data.events.append([known('v')]);
    await data.personal.begin(request);
    await data.personal.begin({ ...request, id: 'not taken' });
    expect(await data.personal.erase('v', time.now, [])).toMatchObject({ events: 1 });
    expect(await data.personal.erase('v', time.now, [])).toMatchObject({ events: 1 }); // the same, told again
    await data.events.append([{ ...known('v'), id: 'again' }, paid('a', 'v')]);
    expect(await erase(data, 'v')).toMatchObject({ events: 2 });
    expect(await data.personal.holds('v')).toBe(false);
    const told = await data.events.byType('customer.erased', { limit: 10, newestFirst: false });
    expect(told.map(({ payload }) => payload)).toMatchObject([{ events: 1 }, { events: 2 }]);
    expect(told[0]!.id).toBe('e1');
    await data.close();
    expect(filesWith(folder.dir, 'again')).toEqual([]);
  });

  it('does not save the state of an entity that is erased while it is being saved', async () => {
    const data = await open(folder.dir);
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
      store.apply([{ ...(paid('late', 'v') as object), seq: 3, recordedAt: time.now } as StoredEvent]);
      expect(store.peek('v')).toBeNull();
    });
    expect((await data.snapshots.load('customer', '', 10)).map(({ key }) => key)).toEqual(['w']);
    store.lift('v');
    store.apply([{ ...(known('v') as object), seq: 4, recordedAt: time.now } as StoredEvent]);
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
});
