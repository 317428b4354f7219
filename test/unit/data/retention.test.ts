import { describe, expect, it } from 'vitest';
import { EmbeddedFeatureStore, replay } from '../../../src/data/feature-store.js';
import type { DataRoom } from '../../../src/data/open.js';
import { type CustomerState, customerReducer } from '../../../src/features/customer-state.js';
import { erase, folderOfEach, open, paid, prediction, time } from '../../support/personal-data.js';

const DAY = 86_400_000;

describe('retention by age', () => {
  const folder = folderOfEach();
  const fill = async (data: DataRoom) => {
    for (let day = 0; day < 10; day++) {
      const events = Array.from({ length: 200 }, (_, i) => paid(`${day}-${i}`, `c${i % 5}`));
      const stored = await data.events.append(events);
      await data.predictions.commit(events.map((e, i) => prediction(`p${e.id}`, e.entity, e.id, stored[i]!.seq)));
      time.now += DAY;
    }
  };

  it('deletes what was recorded longer ago, once states are saved past it', async () => {
    time.now = Date.UTC(2026, 0, 1);
    const data = await open(folder.dir, { events: 0, predictions: 0, eventsDays: 4, predictionsDays: 7 });
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
    time.now += 30 * DAY;
    await data.prune();
    expect([data.events.horizon(), data.events.head(), await data.events.count(0)]).toEqual([2_000, 2_000, 0]);
    await data.close();
    const later = await open(folder.dir);
    expect([later.events.horizon(), later.events.head()]).toEqual([2_000, 2_000]);
    expect((await later.events.append([paid('new', 'c1')]))[0]!.seq).toBe(2_001);
    await later.close();
  });

  it('goes by the time of recording, over tombstones too, and lets writers in between', async () => {
    time.now = Date.UTC(2026, 0, 1);
    const data = await open(folder.dir, { events: 0, predictions: 0, eventsDays: 2 });
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
