import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { act, all, auditOfEach, MINUTE, refuse, START, sum } from '../../support/audit.js';

describe('the audit log', () => {
  const audit = auditOfEach();
  const { open, ask } = audit;

  it('counts the questions of a minute, with the predictions that are kept', async () => {
    const log = open();
    ask(log, 'ada', 'fraud', 'c1', START + 10);
    ask(log, 'ada', 'fraud', 'c1', START + 20, 'first');
    await log.flush();
    ask(log, 'ada', 'fraud', 'c1', START + 30, 'last');
    ask(log, 'ada', 'fraud', 'c1', START + 40);
    ask(log, 'ada', 'fraud', 'Zoë Ünï 客', START + 50);
    ask(log, 'ada', 'fraud', 'c1', START + MINUTE);
    const entries = await all(log);
    expect(entries).toMatchObject([
      {
        at: START + 10,
        lastAt: START + 40,
        count: 4,
        entity: 'c1',
        firstPredictionId: 'first',
        lastPredictionId: 'last',
      },
      { at: START + 50, count: 1, entity: 'Zoë Ünï 客', firstPredictionId: null },
      { at: START + MINUTE, count: 1, entity: 'c1', lastPredictionId: null },
    ]);
    expect(entries[0]).toMatchObject({
      kind: 'QUESTION',
      principal: 'ada',
      door: 'http',
      model: 'fraud',
      version: 1,
      outcome: 'OK',
      erased: false,
    });
  });

  it('takes no note of what the server asks by itself', async () => {
    const log = open();
    log.asked({ principal: 'scorer' }, 'QUESTION', 'fraud', 1, 'c1', START, null);
    expect(await all(log)).toEqual([]);
  });

  it('keeps a row for each action, and counts refusals by the minute', async () => {
    const log = open();
    act(log, 'eraseCustomer', { erased: true, detail: { items: 1 }, remote: '10.0.0.1' });
    act(log, 'eraseCustomer', { entity: 'c2', outcome: 'NOT_FOUND' });
    for (let i = 0; i < 5; i++) refuse(log);
    await log.flush();
    for (let i = 0; i < 2; i++) refuse(log);
    refuse(log, null, '10.0.0.2');
    refuse(log, 'ada');
    const entries = await all(log);
    expect(entries).toMatchObject([
      {
        kind: 'ACTION',
        operation: 'eraseCustomer',
        erased: true,
        entity: null,
        remote: '10.0.0.1',
        detail: { items: 1 },
      },
      { kind: 'ACTION', entity: 'c2', outcome: 'NOT_FOUND', detail: null },
      { kind: 'REFUSAL', count: 7, principal: null, remote: '10.0.0.1', outcome: 'FORBIDDEN', traceId: 't1' },
      { kind: 'REFUSAL', count: 1, remote: '10.0.0.2' },
      { kind: 'REFUSAL', count: 1, principal: 'ada' },
    ]);
  });

  it('holds as many questions as were asked, however they come and are flushed', async () => {
    const log = open();
    await log.flush();
    let asked = 0;
    const question = fc.record({
      principal: fc.constantFrom('a', 'b', 'ü'),
      model: fc.constantFrom('fraud', 'segmentation'),
      entity: fc.oneof(fc.constantFrom('c1', 'c2'), fc.string({ unit: 'binary', minLength: 1, maxLength: 20 })),
      at: fc.integer({ min: 0, max: 5 * MINUTE }),
      id: fc.option(fc.string({ maxLength: 40 })),
    });
    const steps = fc.array(
      fc.oneof({ weight: 30, arbitrary: question }, { weight: 1, arbitrary: fc.constant('flush') }),
      {
        maxLength: 300,
      },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        for (const step of list) {
          if (typeof step === 'string') await log.flush();
          else {
            ask(log, step.principal, step.model, step.entity, START + step.at, step.id);
            asked++;
          }
        }
        expect(sum(await all(log, {}, { limit: 1_000_000 }))).toBe(asked);
      }),
      { numRuns: 30 },
    );
  });

  it('takes far more questions at once than fit on a tape, and loses none that it does not count', async () => {
    const log = open();
    const asked = 500_000;
    for (let i = 0; i < asked; i++) ask(log, `p${i % 3}`, 'fraud', `customer-${i % 50}`);
    const entries = await all(log);
    expect(sum(entries)).toBe(asked);
    expect(entries.filter(({ kind }) => kind === 'LOSS').map(({ operation }) => operation)).toEqual(['questions']);
    const { count } = entries.find(({ kind }) => kind === 'LOSS')!;
    expect(await audit.metrics.text()).toContain(`scoregraph_audit_lost_total{kind="questions"} ${count}`);
    act(log, 'later');
    expect((await all(log)).filter(({ kind }) => kind === 'LOSS')).toHaveLength(1);
  });

  it('bounds actions and refusals that wait, and says how many were too many', async () => {
    const log = open();
    for (let i = 0; i < 10_005; i++) act(log, 'op');
    for (let i = 0; i < 1_007; i++) refuse(log, `p${i}`);
    const losses = await all(log, { kinds: ['LOSS'] });
    expect(losses.map(({ operation, count }) => [operation, count])).toEqual([
      ['actions', 5],
      ['refusals', 7],
    ]);
  });

  it('goes on where it was after a restart', async () => {
    const log = open();
    ask(log, 'ada', 'fraud', 'c1');
    await log.close();
    const again = open();
    ask(again, 'ada', 'fraud', 'c1');
    const entries = await all(again);
    expect(sum(entries)).toBe(2);
    expect(entries).toHaveLength(2); // the running minute is not looked for on disk
  });
});
