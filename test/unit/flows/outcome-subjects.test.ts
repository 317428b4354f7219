import { describe, expect, it } from 'vitest';
import type { CustomerScope } from '../../../src/access/principal.js';
import { systemClock } from '../../../src/core/clock.js';
import type { NewEvent } from '../../../src/core/events.js';
import type { EventLog } from '../../../src/data/ports.js';
import { Ingest } from '../../../src/flows/ingest.js';
import type { JudgedPrediction } from '../../../src/flows/outcome-subjects.js';
import type { OutcomeInput } from '../../../src/flows/validate.js';

const judged = (id: string, own: Partial<JudgedPrediction> = {}): JudgedPrediction => ({
  ...{ id, model: 'fraud', entity: 'c1', eventId: null, eventSeq: null },
  ...own,
});
const PREDICTIONS = [
  judged('of-t1', { eventId: 't1', eventSeq: 7 }),
  judged('beside-t1', { shadowOf: 'of-t1' }),
  judged('asked'),
  judged('beside-asked', { shadowOf: 'asked' }),
  judged('beside-nothing', { shadowOf: 'erased' }),
  judged('segment', { model: 'segmentation' }),
];

/** A flow whose log has one payment, `t1` of `c1` at position 7. */
function setUp({ leftLately = false } = {}) {
  const appended: NewEvent[] = [];
  const asked: string[][] = [];
  const ingest = new Ingest({
    log: {
      append: async (some: readonly NewEvent[]) =>
        some.map((event) => ({ status: 'appended', seq: 100 + appended.push(event), recordedAt: 1 }) as const),
      byIds: async (_type: string, ids: readonly string[]) =>
        ids.map((id) => (id === 't1' ? { id, type: 'payment.recorded', entity: 'c1', seq: 7 } : null)),
    } as unknown as EventLog,
    world: {
      knownCustomer: () => true,
      leaving: () => false,
      knownItem: () => true,
      seen: () => 1_000,
      leftLately: () => leftLately,
      predictions: async (ids) => {
        asked.push([...ids]);
        return ids.map((id) => PREDICTIONS.find((one) => one.id === id) ?? null);
      },
      paymentCurrency: () => 'USD',
    },
    clock: systemClock,
    onAppended: () => {},
  });
  const report = (subject: OutcomeInput['subject'], scope: CustomerScope = 'all') =>
    ingest.reportOutcomes([{ subject, fraud: true, observedAt: 1_700_000_000_000 }], 'api', scope);
  return { ingest, appended, asked, report };
}

describe('what an outcome is about', () => {
  it('is the payment, by whichever of its names it is told: one event id for all of them', async () => {
    const { report, appended } = setUp();
    await report({ transactionId: 't1' });
    await report({ predictionId: 'of-t1' });
    await report({ predictionId: 'beside-t1' });
    expect(new Set(appended.map(({ id }) => id)).size).toBe(1);
    for (const { entity, payload } of appended) {
      expect(entity).toBe('c1');
      expect(payload).toEqual({ transactionId: 't1', position: 7, predictionId: null, fraud: true });
    }
  });

  it('is the prediction where no payment caused it', async () => {
    const { report, appended } = setUp();
    await report({ predictionId: 'asked' });
    await report({ predictionId: 'beside-asked' });
    for (const { payload } of appended)
      expect(payload).toEqual({ transactionId: null, position: null, predictionId: 'asked', fraud: true });
  });

  it('is unknown where what a shadow stood beside is gone, and of another model nothing at all', async () => {
    const { report, appended } = setUp();
    expect((await report({ predictionId: 'beside-nothing' })).errors[0]?.code).toBe('UNKNOWN_PREDICTION');
    expect((await report({ predictionId: 'segment' })).errors[0]).toMatchObject({
      code: 'INVALID',
      message: 'expected a prediction of fraud, got one of segmentation',
    });
    // Who may not see the customer is not told which model it was.
    expect((await report({ predictionId: 'segment' }, new Set(['c2']))).errors[0]?.code).toBe('UNKNOWN_PREDICTION');
    expect((await report({ transactionId: 't1' }, new Set(['c2']))).errors[0]?.code).toBe('UNKNOWN_TRANSACTION');
    expect(appended).toEqual([]);
  });

  it('is not taken of somebody who was erased while it was looked up', async () => {
    const { report, appended } = setUp({ leftLately: true });
    expect((await report({ transactionId: 't1' })).errors[0]?.code).toBe('BEING_ERASED');
    expect(appended).toEqual([]);
  });

  it('is looked up together, each once', async () => {
    const { ingest, asked } = setUp();
    const outcomes = ['asked', 'asked', 'beside-asked', 'x'.repeat(200)].map((predictionId, i) => ({
      ...{ subject: { predictionId }, fraud: false, observedAt: 1_700_000_000_000 + i },
    }));
    const { errors, acceptedCount } = await ingest.reportOutcomes(outcomes, 'api');
    expect([acceptedCount, errors.map(({ index, code }) => [index, code])]).toEqual([3, [[3, 'INVALID']]]);
    expect(asked).toEqual([['asked', 'beside-asked'], ['asked']]);
  });
});
