import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/core/clock.js';
import type { AlertEvent, NewEvent, PaymentRecorded, Stored, StoredEvent } from '../../../src/core/events.js';
import { silentLogger } from '../../../src/core/logger.js';
import { type DataRoom, openData } from '../../../src/data/open.js';
import { AlertBook } from '../../../src/domains/fraud/alert-book.js';
import type { FraudPrediction } from '../../../src/domains/fraud/fraud.js';
import { Hub } from '../../../src/events/hub.js';
import { ALERT_EVENTS } from '../../../src/flows/alert-list.js';
import { FraudAlertWatch } from '../../../src/flows/fraud-alerts.js';
import type { Positioned } from '../../../src/flows/log-stream.js';
import type { ScoredPayment } from '../../../src/flows/scoring.js';
import { fraudPrediction } from '../../support/predictions.js';
import { temporaryFolder } from '../../support/server.js';

const DAY = 86_400_000;
const THRESHOLDS = { review: 0.4, decline: 0.9 };

describe('the fraud alert watch', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let data: DataRoom;
  let watch: FraudAlertWatch;
  let now = 0;
  /** Set to make the log refuse. */
  let refuse = false;
  let retention = { events: 0, predictions: 0 };
  const clock: Clock = { now: () => now, monotonic: () => now };
  const published: Stored<AlertEvent>[] = [];

  const openWatch = async () => {
    let opened: FraudAlertWatch | null = null;
    const append = async (events: readonly NewEvent[]) => {
      if (refuse) throw new Error('the disk is full');
      const results = await data.events.append(events);
      const fresh = results.flatMap((r, i) =>
        r.status === 'appended' ? [{ ...events[i]!, seq: r.seq, recordedAt: r.recordedAt } as StoredEvent] : [],
      );
      opened?.see(fresh);
    };
    const hub = new Hub<Positioned<Stored<AlertEvent>>>();
    hub.publish = ({ value }) => void published.push(value);
    opened = await FraudAlertWatch.open({
      log: data.events,
      predictions: data.predictions,
      snapshots: data.snapshots,
      append,
      fraud: { thresholds: () => THRESHOLDS },
      configured: { raise: null, clear: null },
      quietMs: DAY,
      hub,
      clock,
      logger: silentLogger,
    });
    opened.see(await data.events.read(0, 100_000)); // as the projection does when it has caught up
    watch = opened;
  };
  const openFolder = async () => {
    data = await openData({
      dir: folder.path,
      clock,
      logger: silentLogger,
      watermarkBytes: 0,
      retention,
    });
  };
  /** As the scorer does it: on disk first; `told` false: the process dies before anybody hears of it. */
  const score = async (list: readonly (readonly [string, string, number])[], told = true) => {
    const predictions = list.map(([id, customer, probability]) => fraudPrediction(id, customer, probability));
    const positions = await data.predictions.commit(predictions);
    if (!told) return;
    watch.scored(
      predictions.map((made, i) => ({
        position: positions[i]!,
        value: { event: {} as Stored<PaymentRecorded>, prediction: made } satisfies ScoredPayment,
      })),
    );
  };
  const logged = async () => (await data.events.read(0, 10_000, ALERT_EVENTS)) as Stored<AlertEvent>[];
  const brief = (events: readonly Stored<AlertEvent>[]) =>
    events.map(({ type, payload }) => `${type.slice(6)} ${payload.transactionId}`);
  /** Everything decided is on disk. */
  const quiet = async () => {
    await expect.poll(() => watch.saturated()).toBe(false);
    await watch.acknowledge([], 'test', null);
  };

  beforeEach(async () => {
    folder = temporaryFolder();
    now = 1_700_000_000_000;
    refuse = false;
    retention = { events: 0, predictions: 0 };
    published.length = 0;
    await openFolder();
    await openWatch();
  });
  afterEach(async () => {
    await watch.close();
    await data.close();
    folder.remove();
  });
  /** The process is gone: nothing was saved or finished. */
  const crash = async () => {
    await data.close();
    await watch.close();
    await openFolder();
    await openWatch();
  };

  it('raises once, holds between the thresholds, clears, and raises again', async () => {
    await score([
      ['t1', 'a', 0.95],
      ['t2', 'a', 0.99],
      ['t3', 'a', 0.5],
      ['t4', 'b', 0.89],
    ]);
    await quiet();
    expect(brief(await logged())).toEqual(['raised t1']);
    await score([
      ['t5', 'a', 0.1],
      ['t6', 'a', 0.9],
    ]);
    await quiet();
    expect(brief(await logged())).toEqual(['raised t1', 'cleared t1', 'raised t6']);
    expect(published.map(({ seq }) => seq)).toEqual((await logged()).map(({ seq }) => seq));
  });

  it('says the same as the rule alone, wherever the process dies', async () => {
    const step = fc.record({
      payments: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(0.1, 0.5, 0.95)), { maxLength: 6 }),
      told: fc.boolean(),
      ending: fc.constantFrom('go on', 'save', 'crash', 'crash before it is written'),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
        run++;
        const customers = (name: string) => `${run}-${name}`;
        let n = 0;
        const before = (await logged()).length;
        for (const { payments, told, ending } of steps) {
          const lost = ending.startsWith('crash');
          await score(
            payments.map(([who, p]) => [`${run}-t${n++}`, customers(who), p] as const),
            told || !lost,
          );
          if (ending === 'crash') await quiet();
          if (ending === 'save') await watch.checkpoint();
          if (lost) await crash();
        }
        await quiet();
        const book = new AlertBook(() => ({ raise: THRESHOLDS.decline, clear: THRESHOLDS.review }));
        const expected = (await data.predictions.read('fraud', 0, 100_000))
          .filter(({ record }) => record.eventId!.startsWith(`${run}-`))
          .flatMap(({ record, position }) => book.observe(record as FraudPrediction, position, now) ?? [])
          .map(({ kind, alert }) => `${kind.toLowerCase()} ${alert.transactionId}`);
        expect(brief((await logged()).slice(before))).toEqual(expected);
        const standing = [...watch.list.entries()]
          .map(({ alert }) => alert)
          .filter((a) => a.customerId.startsWith(`${run}-`));
        expect(standing).toEqual([...book.standing()]);
      }),
      { numRuns: 15 },
    );
  }, 30_000);

  it('keeps acknowledgements over a crash, and tells what cannot be acknowledged', async () => {
    await score([
      ['t1', 'a', 1],
      ['t2', 'b', 1],
      ['t3', 'b', 0],
    ]);
    await quiet();
    const [a, b] = (await logged()).filter(({ type }) => type === 'alert.raised').map(({ id }) => id);
    now += 5;
    const results = await watch.acknowledge([a!, 'nobody', b!, a!], 'eve', 'called them');
    expect(results.map(({ result }) => result)).toEqual([
      'ACKNOWLEDGED',
      'NOT_FOUND',
      'ALREADY_CLEARED',
      'ALREADY_ACKNOWLEDGED',
    ]);
    const acknowledged = { at: now, by: 'eve', note: 'called them' };
    expect(results[0]!.alert).toMatchObject({ alertId: a, acknowledged });
    expect(results[2]!.alert?.cleared?.reason).toBe('PAYMENT_BELOW_THRESHOLD');
    await crash();
    expect((await watch.find([a!, 'nobody', b!])).map((alert) => alert?.alertId ?? null)).toEqual([a, null, b]);
    expect(watch.list.get(a!)?.alert.acknowledged).toEqual(acknowledged);
    expect((await watch.acknowledge([a!], 'adam', null))[0]!.result).toBe('ALREADY_ACKNOWLEDGED');
    await score([['t4', 'a', 0]]); // its clearing tells of both
    await quiet();
    expect((await watch.find([a!]))[0]).toMatchObject({ acknowledged, cleared: { reason: 'PAYMENT_BELOW_THRESHOLD' } });
  });

  it('begins with the next payment in a folder that never had alerts, but only once', async () => {
    await watch.close();
    await data.close();
    folder.remove();
    folder = temporaryFolder();
    await openFolder();
    await score([['old', 'a', 1]], false);
    await openWatch();
    await score([['new', 'b', 1]], false); // and the process dies before anybody looked at it
    await crash();
    await quiet();
    expect(brief(await logged())).toEqual(['raised new']);
  });

  it('outlives its own events: what stands is known when retention has taken them', async () => {
    await score([['t1', 'a', 1]]);
    await quiet();
    const [{ id, seq }] = (await logged()) as [Stored<AlertEvent>];
    await data.events.append(
      Array.from({ length: 20 }, (_, i) => ({
        id: `c${i}`,
        type: 'customer.upserted' as const,
        schemaVersion: 1,
        entity: `c${i}`,
        occurredAt: now,
        source: 'api' as const,
        payload: {},
      })),
    );
    await watch.close();
    await data.close();
    retention = { events: 5, predictions: 0 };
    await openFolder();
    await data.prune(); // what was not saved yet is needed still
    expect(data.events.horizon()).toBeLessThan(seq);
    await openWatch();
    await watch.checkpoint();
    await data.prune();
    expect(data.events.horizon()).toBeGreaterThan(seq);
    await crash();
    expect(watch.list.get(id)?.alert.transactionId).toBe('t1');
    expect((await watch.acknowledge([id], 'eve', null))[0]!.result).toBe('ACKNOWLEDGED');
    await score([['t2', 'a', 0]]);
    await quiet();
    expect(brief(await logged())).toEqual(['acknowledged t1', 'cleared t1']);
  });

  it('ends an alert when nothing was paid for the quiet time', async () => {
    await score([['t1', 'a', 1]]);
    await quiet();
    const paid: NewEvent = {
      id: 'later',
      type: 'payment.recorded',
      schemaVersion: 1,
      entity: 'a',
      occurredAt: now,
      source: 'api',
      payload: { merchant: 'm', category: 'travel', amount: { minor: 1, currency: 'USD' } },
    };
    now += DAY - 1;
    await data.events.append([paid]);
    now += 2;
    await watch.sweep();
    expect(watch.list.get((await logged())[0]!.id)).toBeDefined();
    now += DAY;
    await watch.sweep();
    await quiet();
    expect((await logged()).map(({ type, payload }) => [type, payload.cleared?.reason])).toEqual([
      ['alert.raised', undefined],
      ['alert.cleared', 'QUIET'],
    ]);
  });

  it('writes what it decided once the disk takes it again, and refuses acknowledgements until then', async () => {
    await score([['t0', 'z', 1]]);
    await quiet();
    const [{ id }] = (await logged()) as [Stored<AlertEvent>];
    refuse = true;
    await score([
      ['t1', 'a', 1],
      ['t2', 'a', 0],
    ]);
    await expect
      .poll(() => watch.acknowledge([id], 'eve', null).catch((error) => String(error)))
      .toMatch(/disk is full/);
    refuse = false;
    await expect.poll(async () => brief(await logged())).toEqual(['raised t0', 'raised t1', 'cleared t1']);
  });

  it('pages the list by state, both ways', async () => {
    await score(['a', 'b', 'c', 'd', 'e'].map((who, i) => [`t${i}`, who, 1] as const));
    await score([
      ['x1', 'b', 0],
      ['x2', 'd', 0],
    ]);
    await quiet();
    await watch.acknowledge([(await logged())[0]!.id], 'eve', null);
    const all = { after: 0, before: Number.MAX_SAFE_INTEGER, limit: 2, newestFirst: true, passes: () => true };
    const ids = (page: readonly { alert: { transactionId: string } }[]) => page.map(({ alert }) => alert.transactionId);
    const first = await watch.list.page({ ...all, withCleared: true });
    expect(ids(first)).toEqual(['t4', 't3']);
    expect(ids(await watch.list.page({ ...all, withCleared: true, before: first[1]!.seq, limit: 9 }))).toEqual([
      't2',
      't1',
      't0',
    ]);
    expect(
      ids(await watch.list.page({ ...all, withCleared: true, newestFirst: false, passes: (a) => a.cleared !== null })),
    ).toEqual(['t1', 't3']);
    expect(ids(await watch.list.page({ ...all, withCleared: false }))).toEqual(['t4', 't2']);
    expect(
      ids(
        await watch.list.page({
          ...all,
          withCleared: false,
          newestFirst: false,
          passes: (a) => a.acknowledged === null,
        }),
      ),
    ).toEqual(['t2', 't4']);
  });
});
