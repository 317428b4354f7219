import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewEvent } from '../../../src/core/events.js';
import { silentLogger } from '../../../src/core/logger.js';
import type { PredictionRecord } from '../../../src/core/predictions.js';
import { countsQuery } from '../../../src/data/embedded/outcomes.js';
import { MIGRATIONS } from '../../../src/data/embedded/schema.js';
import { type DataRoom, openData } from '../../../src/data/open.js';
import type { ArmOutcomeCounts } from '../../../src/data/outcomes.js';
import type { Retention } from '../../../src/data/retention.js';
import { eraseAtRest } from '../../../src/flows/erasure.js';
import { filesWith } from '../../support/files.js';
import { temporaryFolder } from '../../support/server.js';

const now = Date.UTC(2026, 0, 1);
const clock = { now: () => now, monotonic: () => performance.now() };
const open = (dir: string, retention: Retention = { events: 0, predictions: 0 }) =>
  openData({ dir, clock, logger: silentLogger, watermarkBytes: 0, retention });
const turn = () => ({ deadline: performance.now() + 10_000 });
const counts = (data: DataRoom, from: number | null = null, to: number | null = null) =>
  data.outcomes.counts('fraud', from, to, turn());

const paid = (id: string, entity = 'c1'): NewEvent => ({
  id,
  type: 'payment.recorded',
  schemaVersion: 1,
  entity,
  occurredAt: now,
  source: 'api',
  payload: { merchant: 'm', category: 'travel', amount: { minor: 100, currency: 'USD' } },
});
interface About {
  readonly position?: number;
  readonly transactionId?: string;
  readonly predictionId?: string;
}
const outcome = (about: About, fraud: boolean, observedAt = now, entity = 'c1'): NewEvent => ({
  id: `${about.position ?? about.predictionId}@${observedAt}`,
  type: 'outcome.reported',
  schemaVersion: 1,
  entity,
  occurredAt: observedAt,
  source: 'api',
  payload: {
    transactionId: about.transactionId ?? null,
    position: about.position ?? null,
    predictionId: about.predictionId ?? null,
    fraud,
  },
});
const prediction = (id: string, own: Partial<PredictionRecord> = {}): PredictionRecord => ({
  ...{
    id,
    model: 'fraud',
    version: 1,
    entity: 'c1',
    eventId: null,
    eventSeq: null,
    predictedAt: now,
    featuresAsOf: now,
  },
  ...{ featureSet: 'fraud@1', features: Float32Array.of(1), defaulted: [] },
  ...{ output: { probability: 0.5, decision: 'DECLINE' }, arm: null },
  ...own,
});
const arm = (own: Partial<ArmOutcomeCounts>): ArmOutcomeCounts => ({
  ...{ version: 1, arm: null, truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 },
  ...own,
});
const approves = { probability: 0.1, decision: 'APPROVE' };

describe('outcomes, joined with predictions', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let dir: string;
  let data: DataRoom;
  beforeEach(async () => {
    folder = temporaryFolder();
    dir = join(folder.path, 'data');
    data = await open(dir);
  });
  afterEach(async () => {
    await data.close();
    folder.remove();
  });
  const pay = async (id: string, entity?: string) => (await data.events.append([paid(id, entity)]))[0]!.seq;
  const restart = async (retention?: Retention) => {
    await data.close();
    data = await open(dir, retention);
  };

  it('counts what was flagged against what turned out, by version and arm', async () => {
    const seqs = await Promise.all(['t1', 't2', 't3', 't4', 't5'].map((id) => pay(id)));
    const born = (i: number, own: Partial<PredictionRecord>) =>
      prediction(`p${i}`, { eventId: `t${i + 1}`, eventSeq: seqs[i]!, ...own });
    await data.predictions.commit([
      born(0, { arm: 'champion' }),
      born(1, { arm: 'champion', output: approves }),
      born(2, { arm: 'canary', version: 2, output: { probability: 0.3, decision: 'REVIEW' } }),
      born(3, { arm: 'canary', version: 2, output: approves }),
      born(4, {}), // nobody says what became of it
    ]);
    await data.events.append([
      outcome({ position: seqs[0]! }, true),
      outcome({ position: seqs[1]! }, true),
      outcome({ position: seqs[2]! }, false),
      outcome({ position: seqs[3]! }, false),
    ]);
    const expected = [
      arm({ version: 2, arm: 'canary', falsePositives: 1, trueNegatives: 1 }),
      arm({ arm: 'champion', truePositives: 1, falseNegatives: 1 }),
    ];
    expect(await counts(data)).toEqual(expected);
    await restart();
    expect(await counts(data)).toEqual(expected);
    expect((await data.predictions.byIds(['p0', 'p2', 'p4'])).map((p) => p?.outcome)).toEqual([true, false, undefined]);
    expect(await counts(data, now + 1)).toEqual([]);
    expect(await counts(data, null, now)).toEqual([]);
    expect(await data.outcomes.counts('segmentation', null, null, turn())).toEqual([]);
  });

  it('reaches what was computed beside the answer', async () => {
    const seq = await pay('t1');
    await data.predictions.commit([prediction('p1', { eventId: 't1', eventSeq: seq })]);
    data.predictions.offer(prediction('s1', { version: 2, arm: 'shadow', shadowOf: 'p1', output: approves }));
    data.predictions.offer(prediction('q1'));
    data.predictions.offer(prediction('s2', { version: 2, arm: 'shadow', shadowOf: 'q1', output: approves }));
    await restart();
    await data.events.append([outcome({ position: seq }, true), outcome({ predictionId: 'q1' }, false)]);
    expect(await counts(data)).toEqual([
      arm({ version: 2, arm: 'shadow', falseNegatives: 1, trueNegatives: 1 }),
      arm({ truePositives: 1, falsePositives: 1 }),
    ]);
    // One that comes later than the outcome of what it stands beside.
    data.predictions.offer(prediction('s3', { version: 3, arm: 'shadow', shadowOf: 'p1' }));
    data.predictions.offer(prediction('s4', { version: 3, arm: 'shadow', shadowOf: 'q1' }));
    await restart();
    expect((await counts(data))[0]).toEqual(arm({ version: 3, arm: 'shadow', truePositives: 1, falsePositives: 1 }));
  });

  it('holds what was observed last, whatever was told last', async () => {
    const seq = await pay('t1');
    await data.predictions.commit([prediction('p1', { eventId: 't1', eventSeq: seq })]);
    await data.events.append([outcome({ position: seq }, true, now + 5)]);
    await data.events.append([outcome({ position: seq }, false, now + 3)]);
    expect(await data.outcomes.of([{ position: seq }])).toMatchObject([{ fraud: true, observedAt: now + 5 }]);
    expect(await counts(data)).toEqual([arm({ truePositives: 1 })]);
    await data.events.append([outcome({ position: seq }, false, now + 9)]);
    expect(await data.outcomes.of([{ position: seq }, { predictionId: 'p1' }])).toMatchObject([{ fraud: false }, null]);
    expect(await counts(data)).toEqual([arm({ falsePositives: 1 })]);
  });

  it('lets go of outcomes with the events that told them', async () => {
    const seq = await pay('t1');
    await data.predictions.commit([prediction('p1', { eventId: 't1', eventSeq: seq })], { name: 'all', offset: 100 });
    data.predictions.offer(prediction('s1', { arm: 'shadow', shadowOf: 'p1' }));
    await data.events.append([outcome({ position: seq }, true)]);
    await pay('t2');
    await restart({ events: 1, predictions: 0 });
    expect(await counts(data)).toHaveLength(2);
    await data.prune();
    expect(await data.outcomes.of([{ position: seq }])).toEqual([null]);
    expect(await counts(data)).toEqual([]);
    expect((await data.predictions.byIds(['p1', 's1'])).map((p) => p?.outcome)).toEqual([undefined, undefined]);
  });

  it('is erased with the customer', async () => {
    const [mine, other] = [await pay('t-of-mallory', 'mallory'), await pay('t2', 'c2')];
    await data.predictions.commit([
      prediction('p1', { entity: 'mallory', eventId: 't-of-mallory', eventSeq: mine }),
      prediction('p2', { entity: 'c2', eventId: 't2', eventSeq: other }),
    ]);
    const about = { position: mine, transactionId: 't-of-mallory' };
    await data.events.append([outcome(about, true, now, 'mallory'), outcome({ position: other }, false, now, 'c2')]);
    await eraseAtRest(data.personal, { customerId: 'mallory', reason: 'asked', by: 'test' }, [], clock);
    expect(await data.outcomes.of([{ position: mine }, { position: other }])).toEqual([null, expect.anything()]);
    expect(await counts(data)).toEqual([arm({ falsePositives: 1 })]);
    await data.close();
    expect(filesWith(dir, 'mallory')).toEqual([]);
    data = await open(dir);
  });

  it('comes to the same in whatever order outcomes, predictions and restarts come, and however often', async () => {
    const PAYMENTS = 4;
    type Step = {
      readonly what: 'prediction' | 'shadow' | 'outcome' | 'restart';
      readonly i: number;
      readonly at: number;
      readonly fraud: boolean;
    };
    const step: fc.Arbitrary<Step> = fc.record({
      what: fc.constantFrom('prediction', 'shadow', 'outcome', 'outcome', 'restart'),
      i: fc.nat(PAYMENTS * 2 - 1), // the second half are questions without a payment
      at: fc.nat(3),
      fraud: fc.boolean(),
    });
    let world = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        await data.close();
        dir = join(folder.path, `world-${++world}`);
        mkdirSync(dir);
        data = await open(dir);
        const seqs: number[] = [];
        for (let i = 0; i < PAYMENTS; i++) seqs.push(await pay(`t${i}`));
        const told = new Map<number, Map<number, boolean>>();
        const made = new Set<string>();
        for (const { what, i, at, fraud } of [...steps, { what: 'restart', i: 0, at: 0, fraud: false } as Step]) {
          const born = i < PAYMENTS ? { eventId: `t${i}`, eventSeq: seqs[i]! } : {};
          if (what === 'restart') await restart();
          else if (what === 'outcome') {
            const about = i < PAYMENTS ? { position: seqs[i]! } : { predictionId: `p${i}` };
            const [result] = await data.events.append([outcome(about, fraud, now + at)]);
            const known = told.get(i) ?? new Map<number, boolean>();
            told.set(i, known);
            expect(result!.status).toBe(
              !known.has(at) ? 'appended' : known.get(at) === fraud ? 'repeated' : 'conflict',
            );
            if (!known.has(at)) known.set(at, fraud);
          } else if (what === 'prediction') {
            made.add(`p${i}`);
            await data.predictions.commit([prediction(`p${i}`, born)]); // again: it is left as it is
          } else if (!made.has(`s${i}`)) {
            made.add(`s${i}`);
            data.predictions.offer(prediction(`s${i}`, { version: 2, arm: 'shadow', shadowOf: `p${i}` }));
          }
        }
        const truth = (i: number) => [...(told.get(i) ?? [])].sort(([a], [b]) => b - a)[0]?.[1];
        const ids = Array.from({ length: PAYMENTS * 2 }, (_, i) => i).filter((i) => made.has(`p${i}`));
        const records = await data.predictions.byIds(ids.map((i) => `p${i}`));
        expect(records.map((p) => p?.outcome)).toEqual(ids.map(truth));
        // A shadow finds the outcome by way of the prediction that it stands beside.
        const beside = ids.filter((i) => made.has(`s${i}`));
        const shadows = await data.predictions.byIds(beside.map((i) => `s${i}`));
        expect(shadows.map((p) => p?.outcome)).toEqual(beside.map(truth));
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it('counts by an index of those predictions alone', async () => {
    const { sql, args } = countsQuery('fraud', now, null);
    await data.close();
    const plan = execFileSync(process.execPath, [
      '-e',
      "const D = require('libsql'); const d = new D(process.argv[1]); console.log(JSON.stringify(d.prepare('EXPLAIN QUERY PLAN ' + process.argv[2]).all(...JSON.parse(process.argv[3]))))",
      ...[join(dir, 'scoregraph.db'), sql, JSON.stringify(args)],
    ]).toString();
    expect(plan).toContain('COVERING INDEX predictions_with_outcomes (model=? AND predicted_at>? AND predicted_at<?)');
    data = await open(dir);
  });

  it('brings a file of format 7 up to date', async () => {
    await data.close();
    dir = join(folder.path, 'old');
    mkdirSync(dir);
    execFileSync(process.execPath, [
      '-e',
      `const D = require('libsql'); const d = new D(process.argv[1]); for (const m of JSON.parse(process.argv[2])) d.exec(m); d.exec('PRAGMA user_version = 7');
       d.exec("INSERT INTO events (id, type, schema_version, entity, occurred_at, recorded_at, source, payload) VALUES ('t1', 2, 1, 'c1', 1, 1, 0, '{}')");
       d.exec("INSERT INTO predictions (id, model, version, entity, event_id, event_seq, predicted_at, features_as_of, feature_set, features, defaulted, output, arm) VALUES ('p1', 'fraud', 1, 'c1', 't1', 1, 5, 1, 'fraud@1', x'00000000', '[]', '{\\"probability\\":0.9,\\"decision\\":\\"DECLINE\\"}', NULL)"); d.close()`,
      ...[join(dir, 'scoregraph.db'), JSON.stringify(MIGRATIONS.slice(0, 7))],
    ]);
    data = await open(dir);
    expect(await counts(data)).toEqual([]);
    await data.events.append([outcome({ position: 1 }, true)]);
    expect(await counts(data)).toEqual([arm({ truePositives: 1 })]);
  });
});
