import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import { silentLogger } from '../../../src/core/logger.js';
import type { PredictionRecord } from '../../../src/core/predictions.js';
import { typeCondition } from '../../../src/data/embedded/event-log.js';
import { pageQuery, seriesQuery } from '../../../src/data/embedded/prediction-history.js';
import { DATA_FILE, type DataRoom, openData } from '../../../src/data/open.js';
import type { PredictionSelection } from '../../../src/data/ports.js';
import { temporaryFolder } from '../../support/server.js';

const ROWS = 20_000;
const START = 1_700_000_000_000;
const TURN = { deadline: Number.POSITIVE_INFINITY, signal: undefined };
const ALL: PredictionSelection = {
  models: ['fraud', 'recommendations', 'segmentation'],
  entities: null,
  from: null,
  to: null,
  minScore: null,
  decisions: null,
};

/** Made in an order that is not that of time, many in the same millisecond. */
function made(
  i: number,
): PredictionRecord & { output: { probability?: number; confidence?: number; decision?: string } } {
  const model = i % 7 === 6 ? 'segmentation' : i % 7 === 5 ? 'recommendations' : 'fraud';
  const probability = ((i * 7919) % 1_000) / 1_000;
  return {
    id: `p${i}`,
    model,
    version: 1,
    entity: `c${(i * 31) % 50}`,
    eventId: i % 3 === 0 ? null : `e${i}`,
    eventSeq: i % 3 === 0 ? null : i,
    predictedAt: START + 10 * ((i * 101) % 5_000),
    featuresAsOf: 0,
    featureSet: 'x@1',
    features: Float32Array.of(i),
    defaulted: [],
    output:
      model === 'fraud'
        ? { probability, decision: probability >= 0.9 ? 'DECLINE' : probability >= 0.5 ? 'REVIEW' : 'APPROVE' }
        : model === 'segmentation'
          ? { confidence: 0.75 }
          : {},
  };
}

describe('recorded predictions by time', () => {
  const folder = temporaryFolder();
  let data: DataRoom;
  const rows = Array.from({ length: ROWS }, (_, i) => made(i));
  const passes = (s: PredictionSelection) => (p: (typeof rows)[number]) =>
    s.models.includes(p.model) &&
    (s.entities === null || s.entities.includes(p.entity)) &&
    (s.from === null || p.predictedAt >= s.from) &&
    (s.to === null || p.predictedAt < s.to) &&
    (s.minScore === null || (p.output.probability ?? p.output.confidence ?? -1) >= s.minScore) &&
    (s.decisions === null || s.decisions.includes(p.output.decision ?? ''));
  beforeAll(async () => {
    data = await openData({
      dir: folder.path,
      clock: systemClock,
      logger: silentLogger,
      watermarkBytes: 0,
      retention: { events: 0, predictions: 0 },
    });
    for (let i = 0; i < ROWS; i += 5_000) await data.predictions.commit(rows.slice(i, i + 5_000));
  });
  afterAll(async () => {
    await data.close();
    folder.remove();
  });

  const selection = fc.record({
    models: fc.subarray(['fraud', 'recommendations', 'segmentation'], { minLength: 1 }),
    entities: fc.option(
      fc.uniqueArray(
        fc.integer({ min: 0, max: 55 }).map((n) => `c${n}`),
        { minLength: 1, maxLength: 6 },
      ),
    ),
    from: fc.option(fc.integer({ min: START - 5, max: START + 50_000 })),
    to: fc.option(fc.integer({ min: START, max: START + 50_010 })),
    minScore: fc.option(fc.constantFrom(0, 0.5, 0.95, 0.999)),
    decisions: fc.option(fc.subarray(['APPROVE', 'REVIEW', 'DECLINE'], { minLength: 1 })),
  });

  it('are those that pass, in order of time, page by page, both ways', async () => {
    await fc.assert(
      fc.asyncProperty(selection, fc.boolean(), fc.integer({ min: 1, max: 100 }), async (s, newestFirst, limit) => {
        const expected = rows
          .map((record, i) => ({ position: i + 1, record }))
          .filter(({ record }) => passes(s)(record))
          .sort((a, b) => a.record.predictedAt - b.record.predictedAt || a.position - b.position);
        if (newestFirst) expected.reverse();
        let bound = {};
        for (let page = 0; page < 3; page++) {
          const got = await data.history.page(s, { limit, newestFirst, ...bound }, TURN);
          expect(got.map(({ position }) => position)).toEqual(
            expected.slice(page * limit, (page + 1) * limit).map(({ position }) => position),
          );
          const last = got.at(-1);
          if (last === undefined) break;
          const key = { predictedAt: last.record.predictedAt, position: last.position };
          bound = newestFirst ? { before: key } : { after: key };
        }
      }),
      { numRuns: 60 },
    );
  }, 30_000);

  it('come whole', async () => {
    const [first] = await data.history.page(ALL, { limit: 1, newestFirst: true }, TURN);
    expect(first!.record).toEqual(rows[first!.position - 1]);
  });

  it('add up in buckets', async () => {
    await fc.assert(
      fc.asyncProperty(selection, fc.integer({ min: 100, max: 60_000 }), async (s, bucketMs) => {
        const range = { from: s.from ?? START, to: s.to ?? START + 50_000 };
        if (range.from >= range.to || (range.to - range.from) / bucketMs > 1_000) return;
        const series = await data.history.series({ ...s, ...range }, bucketMs, TURN);
        expect(series).toHaveLength(Math.ceil((range.to - range.from) / bucketMs));
        const inside = rows.filter(passes({ ...s, ...range }));
        expect(series.reduce((sum, { count }) => sum + count, 0)).toBe(inside.length);
        series.forEach((bucket, i) => {
          if (i > 20) return;
          const own = inside.filter(
            (p) => p.predictedAt >= bucket.start && p.predictedAt < Math.min(bucket.start + bucketMs, range.to),
          );
          const scores = own.flatMap(({ output }) => output.probability ?? output.confidence ?? []);
          expect(bucket.count).toBe(own.length);
          if (scores.length === 0) expect(bucket.meanScore).toBeNull();
          else expect(bucket.meanScore).toBeCloseTo(scores.reduce((a, b) => a + b, 0) / scores.length, 9);
          expect(bucket.decisions).toEqual({
            approve: own.filter(({ output }) => output.decision === 'APPROVE').length,
            review: own.filter(({ output }) => output.decision === 'REVIEW').length,
            decline: own.filter(({ output }) => output.decision === 'DECLINE').length,
          });
        });
      }),
      { numRuns: 30 },
    );
  }, 30_000);

  /** How SQLite would run statements. */
  const plansOf = (questions: readonly { sql: string; args: readonly (string | number)[] }[]): string[] => {
    const script = `const D = require('libsql'); const d = new D(process.argv[1]);
      for (const { sql, args } of JSON.parse(process.argv[2]))
        console.log(d.prepare('EXPLAIN QUERY PLAN ' + sql).all(...args).map((row) => row.detail).join(' | '));`;
    const file = join(folder.path, DATA_FILE);
    const said = execFileSync(process.execPath, ['-e', script, file, JSON.stringify(questions)], { encoding: 'utf8' });
    return said.trim().split('\n');
  };

  it('leave rare events to an index of their own: a resume does not walk the whole log', () => {
    const read = (...types: Parameters<typeof typeCondition>[0] & {}) => ({
      sql: `SELECT seq, payload FROM events WHERE seq > ?${typeCondition(types)} ORDER BY seq LIMIT ?`,
      args: [5, 500],
    });
    const plans = plansOf([
      read('segment.changed'),
      read('alert.raised', 'alert.acknowledged', 'alert.cleared'),
      read('model.state_changed'),
      read('payment.recorded', 'alert.raised'),
    ]);
    for (const plan of plans.slice(0, 3)) expect(plan).toBe('SEARCH events USING INDEX events_of_rare_types (seq>?)');
    expect(plans[3]).toMatch(/PRIMARY KEY/);
  });

  it('are found by index: nothing is scanned, whatever is asked', () => {
    const page = { limit: 21, newestFirst: true, before: { predictedAt: START + 9, position: 5 } };
    const range = { from: START, to: START + 1_000 };
    const questions = [
      pageQuery(ALL, page),
      pageQuery({ ...ALL, minScore: 0.9, decisions: ['DECLINE'] }, page),
      pageQuery({ ...ALL, entities: ['c1', 'c2'] }, { ...page, newestFirst: false }),
      seriesQuery({ ...ALL, ...range }, 1_000),
      seriesQuery({ ...ALL, ...range, entities: ['c1'] }, 1_000),
    ];
    const plans = plansOf(questions);
    expect(plans).toHaveLength(questions.length);
    for (const plan of plans) expect(plan).not.toMatch(/SCAN predictions/);
    expect(plans[0]).toMatch(/COVERING INDEX predictions_by_time \(model=\? AND predicted_at[<>]\?/);
    expect(plans[1]).toMatch(/INDEX predictions_by_time \(model=\? AND predicted_at[<>]\?/);
    expect(plans[2]).toMatch(/INDEX predictions_by_entity \(entity=\? AND predicted_at[<>]\?/);
    expect(plans[3]).toMatch(/INDEX predictions_by_time \(model=\? AND predicted_at>\? AND predicted_at<\?/);
    expect(plans[4]).toMatch(/INDEX predictions_by_entity \(entity=\? AND predicted_at>\? AND predicted_at<\?/);
  });

  it('are not read for who is late, went away, or came as one of too many', async () => {
    const ask = (turn: object) => data.history.page(ALL, { limit: 100, newestFirst: true }, { ...TURN, ...turn });
    await expect(ask({ deadline: systemClock.monotonic() - 1 })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await expect(ask({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
    const answers = await Promise.allSettled(Array.from({ length: 300 }, () => ask({})));
    const refused = answers.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ code: 'QUEUE_FULL', details: { retryAfterMs: 500 } });
    expect(await ask({})).toHaveLength(100);
  });
});
