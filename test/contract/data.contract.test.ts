import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import type { NewEvent } from '../../src/core/events.js';
import { silentLogger } from '../../src/core/logger.js';
import type { PredictionRecord } from '../../src/core/predictions.js';
import { type DataRoom, openData } from '../../src/data/open.js';
import { temporaryFolder } from '../support/server.js';

/** Every adapter of the data ports passes this; today there is the embedded one. */
const ADAPTERS: Record<
  string,
  (dir: string, retention?: { events: number; predictions: number }) => Promise<DataRoom>
> = {
  embedded: (dir, retention = { events: 0, predictions: 0 }) =>
    openData({ dir, clock: systemClock, logger: silentLogger, watermarkBytes: 0, retention }),
};

const paid = (id: string, entity = 'c1', minor = 1250): NewEvent => ({
  id,
  type: 'payment.recorded',
  schemaVersion: 1,
  entity,
  occurredAt: 1_700_000_000_000,
  source: 'api',
  payload: { merchant: 'm', category: 'travel', amount: { minor, currency: 'USD' } },
});
const prediction = (id: string, eventId: string | null = `e-${id}`, eventSeq = 1): PredictionRecord => ({
  id,
  model: 'fraud',
  version: 1,
  entity: 'c1',
  eventId,
  eventSeq,
  predictedAt: 5,
  featuresAsOf: 4,
  featureSet: 'fraud@1',
  features: Float32Array.of(1.5, -2, 0.25),
  defaulted: ['holder_age'],
  output: { probability: 0.25 },
});

describe.each(Object.entries(ADAPTERS))('the %s data room', (_name, open) => {
  let folder: ReturnType<typeof temporaryFolder>;
  let data: DataRoom;
  beforeEach(async () => {
    folder = temporaryFolder();
    data = await open(folder.path);
  });
  afterEach(async () => {
    await data.close();
    folder.remove();
  });
  const reopen = async () => {
    await data.close();
    data = await open(folder.path);
  };

  it('keeps events in order, as they were, over a restart', async () => {
    const results = await data.events.append([paid('a'), paid('b', 'c2'), paid('c')]);
    expect(results.map((r) => r.status)).toEqual(['appended', 'appended', 'appended']);
    await reopen();
    const read = await data.events.read(0, 10);
    expect(read.map((e) => e.id)).toEqual(['a', 'b', 'c']);
    expect(read[0]).toMatchObject({ ...paid('a'), seq: results[0]!.seq, recordedAt: results[0]!.recordedAt });
    expect(data.events.head()).toBe(results[2]!.seq);
    expect((await data.events.read(read[0]!.seq, 1)).map((e) => e.id)).toEqual(['b']);
    expect(await data.events.count(read[0]!.seq)).toBe(2);
  });

  it('records an id once: in one call, in concurrent calls, later, and tells other content', async () => {
    const [first, repeated, conflict] = await data.events.append([paid('a'), paid('a'), paid('a', 'c1', 999)]);
    expect([first!.status, repeated!.status, conflict!.status]).toEqual(['appended', 'repeated', 'conflict']);
    expect(repeated).toMatchObject({ seq: first!.seq, recordedAt: first!.recordedAt });
    const concurrent = (await Promise.all(Array.from({ length: 20 }, () => data.events.append([paid('x')])))).flat();
    expect(concurrent.filter((r) => r.status === 'appended')).toHaveLength(1);
    expect(new Set(concurrent.map((r) => r.seq)).size).toBe(1);
    expect(await data.events.count(0)).toBe(2);
  });

  it('keeps any text as it came, alone or beside a repeated one, and knows it again', async () => {
    const texts = ['Käse 🧀', '"quoted" \\ back/slash', '\u2028\u00a0', '{"x":[1]}', "it's", '12.50', 'null', '日本'];
    const events = texts.map((text): NewEvent => {
      const one = paid(text, text);
      return { ...one, payload: { ...one.payload, merchant: text } } as NewEvent;
    });
    await data.events.append(events);
    expect((await data.events.append([...events, paid('new')])).map((r) => r.status)).toEqual([
      ...texts.map(() => 'repeated'),
      'appended',
    ]);
    expect(await data.events.read(0, 100)).toMatchObject([...events, paid('new')]);
    expect(data.events.head()).toBe(texts.length + 1); // what was there before takes no position
    const records = texts.map((text) => ({ ...prediction(text), entity: text, output: { label: text } }));
    const positions = await data.predictions.commit(records);
    const odd = { ...prediction('odd', null), eventSeq: null, features: Float32Array.of(7), defaulted: [] };
    expect(await data.predictions.commit([odd, ...records])).toEqual([positions[texts.length - 1]! + 1, ...positions]);
    expect(await data.predictions.byIds([...texts, 'odd'])).toEqual([...records, odd]);
  });

  it('finds by id, and pages an entity both ways', async () => {
    await data.events.append(['a', 'b', 'c', 'd'].map((id) => paid(id, id === 'b' ? 'c2' : 'c1')));
    expect((await data.events.byIds('payment.recorded', ['d', 'nope', 'a'])).map((e) => e?.id ?? null)).toEqual([
      'd',
      null,
      'a',
    ]);
    const newest = await data.events.byEntity('c1', 'payment.recorded', { limit: 2, newestFirst: true });
    expect(newest.map((e) => e.id)).toEqual(['d', 'c']);
    const older = await data.events.byEntity('c1', 'payment.recorded', {
      limit: 9,
      newestFirst: true,
      before: newest[1]!.seq,
    });
    expect(older.map((e) => e.id)).toEqual(['a']);
    const up = await data.events.byEntity('c1', 'payment.recorded', {
      limit: 9,
      newestFirst: false,
      after: older[0]!.seq,
    });
    expect(up.map((e) => e.id)).toEqual(['c', 'd']);
  });

  it('pages the events of one type, and those of several entities merged', async () => {
    const whose = Array.from({ length: 240 }, (_, i) => `c${(i * 7) % 120}`); // more than one statement takes
    await data.events.append(whose.map((customer, i) => paid(`p${i}`, customer)));
    const ids = (events: { id: string }[]) => events.map(({ id }) => Number(id.slice(1)));
    const newest = await data.events.byType('payment.recorded', { limit: 3, newestFirst: true });
    expect(ids(newest)).toEqual([239, 238, 237]);
    const { seq } = newest[2]!;
    expect(ids(await data.events.byType('payment.recorded', { limit: 2, newestFirst: true, before: seq }))).toEqual([
      236, 235,
    ]);
    for (const count of [0, 1, 119, 120]) {
      const entities = Array.from({ length: count }, (_, i) => `c${i}`);
      const theirs = whose.flatMap((customer, i) => (entities.includes(customer) ? [i] : []));
      const page = (more: object) =>
        data.events.byEntities(entities, 'payment.recorded', { limit: 7, newestFirst: true, ...more });
      expect(ids(await page({}))).toEqual(theirs.toReversed().slice(0, 7));
      expect(ids(await page({ newestFirst: false }))).toEqual(theirs.slice(0, 7));
      expect(ids(await page({ before: seq }))).toEqual(
        theirs
          .toReversed()
          .filter((i) => i < 237)
          .slice(0, 7),
      );
      expect(ids(await page({ newestFirst: false, after: seq }))).toEqual(theirs.filter((i) => i > 237));
    }
  });

  it('commits predictions and offset together, once per id', async () => {
    await data.events.append([paid('e-p1')]);
    const positions = await data.predictions.commit([prediction('p1'), prediction('p2', 'e-p2', 2)], {
      name: 'scorer',
      offset: 7,
    });
    expect(await data.predictions.commit([prediction('p1')], { name: 'scorer', offset: 5 })).toEqual([positions[0]]);
    expect(await data.offsets.get('scorer')).toBe(7);
    expect(await data.offsets.get('nobody')).toBe(0);
    await reopen();
    const [found, missing] = await data.predictions.byIds(['p2', 'p3']);
    expect(found).toEqual(prediction('p2', 'e-p2', 2));
    expect(missing).toBeNull();
    expect((await data.predictions.byEvents('fraud', ['e-p1', 'x'])).map((p) => p?.id ?? null)).toEqual(['p1', null]);
    expect((await data.predictions.read('fraud', positions[0]!, 10)).map((p) => p.record.id)).toEqual(['p2']);
    expect(data.predictions.head()).toBe(positions[1]);
  });

  it('keeps what queries offered, and shows it at once', async () => {
    expect(data.predictions.offer(prediction('q', null))).toBe(true);
    expect((await data.predictions.byIds(['q']))[0]).toEqual(prediction('q', null));
    await reopen();
    expect((await data.predictions.byIds(['q']))[0]).toEqual(prediction('q', null));
    expect(await data.predictions.read('fraud', 0, 10)).toEqual([]);
  });

  it('keeps snapshots', async () => {
    await data.snapshots.save('customer', [
      { key: 'b', seq: 2, body: '{"x":1}' },
      { key: 'a', seq: 1, body: '{}' },
    ]);
    await data.snapshots.save('customer', [{ key: 'b', seq: 5, body: '{"x":2}' }], 4);
    await reopen();
    expect(await data.snapshots.load('customer', '', 10)).toEqual([
      { key: 'a', seq: 1, body: '{}' },
      { key: 'b', seq: 5, body: '{"x":2}' },
    ]);
    expect(await data.snapshots.replayFrom('customer')).toBe(4);
    expect(await data.snapshots.replayFrom('item')).toBe(0);
  });

  it('forgets by retention, but never what a consumer still needs', async () => {
    await data.events.append(Array.from({ length: 30 }, (_, i) => paid(`r${i}`)));
    await data.predictions.commit([], { name: 'scorer', offset: 12 });
    await data.close();
    data = await open(folder.path, { events: 5, predictions: 0 });
    await data.prune();
    expect(data.events.horizon()).toBe(12);
    expect((await data.events.read(0, 100)).length).toBe(18);
  });

  it('writes a backup that opens', async () => {
    await data.events.append([paid('a')]);
    const target = temporaryFolder();
    await data.backup(`${target.path}/scoregraph.db`);
    const copy = await open(target.path);
    expect((await copy.events.read(0, 10)).map((e) => e.id)).toEqual(['a']);
    await copy.close();
    target.remove();
  });
});
