import { getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { Budgets } from '../../../../src/access/budgets.js';
import { LOCAL_PRINCIPAL } from '../../../../src/access/principal.js';
import { Admission } from '../../../../src/graphql/admission.js';
import type { Charge } from '../../../../src/graphql/cost/charge.js';
import { costCheck } from '../../../../src/graphql/cost/cost-check.js';
import { graph, PRICES } from '../../../support/costs.js';

const LIMITS = { depth: 16, aliases: 100, rootFields: 50, fields: 2_000, directives: 100, listSize: 1_000 };
const MANY = 'query ($ids: [ID!]!) { customers(customerIds: $ids) { segment { margin } } }';

function setUp({ msPerSecond = 100 as number | null, burstMs = 500, maxOperationMs = 1_000 } = {}) {
  let now = 0;
  const clock = { monotonic: () => now };
  const budgets = new Budgets({ clock, msPerSecond, burstMs });
  const admission = new Admission([
    costCheck({ schema: graph, limits: LIMITS, prices: PRICES, budgets, maxOperationMs }),
  ]);
  const documents = new Map<string, ReturnType<typeof parse>>();
  const ask = (query: string, variables: Record<string, unknown> = {}, id = 'somebody') => {
    const document = documents.get(query) ?? parse(query);
    documents.set(query, document);
    const principal = id === 'local' ? LOCAL_PRINCIPAL : { id };
    const context = { call: { principal }, charge: null as Charge | null };
    const operation = getOperationAST(document)!;
    const refusal = admission.admit({ document, operation, variables, context: context as never });
    return { refusal, charge: context.charge };
  };
  return { ask, budgets, advance: (ms: number) => (now += ms) };
}
const ids = (n: number) => ({ ids: Array.from({ length: n }, (_, i) => `c${i}`) });

describe('admission by cost', () => {
  it('charges by the variables of the request, not by the document', () => {
    const { ask } = setUp();
    expect(ask(MANY, ids(1)).charge?.ms).toBeCloseTo(10, 0);
    expect(ask(MANY, ids(20)).charge?.ms).toBeCloseTo(200, 0);
  });

  it('refuses what is too much for one operation, and says what makes it so', () => {
    const { ask } = setUp({ burstMs: 10_000 });
    const { refusal, charge } = ask(MANY, ids(101));
    expect(refusal).toMatchObject({
      code: 'QUERY_TOO_COSTLY',
      message: expect.stringMatching(
        /at most 1000 ms of model time, this one takes 1010\.\d+; Customer\.segment is 1010/,
      ),
      details: { cost: expect.closeTo(1_010, 0), limit: 1_000, field: 'Customer.segment' },
    });
    expect(charge).toBeNull();
  });

  it('refuses when the budget is empty, until enough has come back', () => {
    const { ask, advance } = setUp();
    expect(ask(MANY, ids(40)).refusal).toBeNull();
    const { refusal } = ask(MANY, ids(20));
    expect(refusal).toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterMs: expect.any(Number) } });
    const { retryAfterMs } = refusal!.details;
    expect(retryAfterMs).toBeGreaterThan(900);
    advance(retryAfterMs! - 10);
    expect(ask(MANY, ids(20)).refusal?.code).toBe('RATE_LIMITED');
    advance(10);
    expect(ask(MANY, ids(20)).refusal).toBeNull();
  });

  it('says at once that an operation will never fit into the budget', () => {
    const { ask } = setUp();
    expect(ask(MANY, ids(60)).refusal).toMatchObject({ code: 'QUERY_TOO_COSTLY', details: { limit: 500 } });
  });

  it('keeps callers apart', () => {
    const { ask } = setUp();
    ask(MANY, ids(45), 'greedy');
    expect(ask(MANY, ids(45), 'greedy').refusal?.code).toBe('RATE_LIMITED');
    expect(ask(MANY, ids(45), 'modest').refusal).toBeNull();
  });

  it('gives back what was not used', () => {
    const { ask } = setUp();
    const { charge } = ask(MANY, ids(45));
    charge!.giveBack();
    expect(ask(MANY, ids(45)).refusal).toBeNull();
  });

  it('leaves the local caller alone until a limit is set', () => {
    const free = setUp({ msPerSecond: null });
    for (let i = 0; i < 20; i++) expect(free.ask(MANY, ids(90), 'local').refusal).toBeNull();
    const limited = setUp({ msPerSecond: 100 });
    limited.ask(MANY, ids(45), 'local');
    expect(limited.ask(MANY, ids(45), 'local').refusal?.code).toBe('RATE_LIMITED');
    const off = setUp({ msPerSecond: 0 });
    for (let i = 0; i < 20; i++) expect(off.ask(MANY, ids(90)).refusal).toBeNull();
  });

  it('refuses long lists in variables before anything looks into them', () => {
    const { ask } = setUp();
    const million = { ids: Array(1_000_000).fill('c') };
    ask(MANY, ids(1));
    const started = performance.now();
    const { refusal } = ask(MANY, million);
    expect(performance.now() - started).toBeLessThan(5);
    expect(refusal).toMatchObject({
      code: 'QUERY_TOO_COSTLY',
      message: 'expected at most 1000 items in $ids, got 1000000.',
      details: { field: '$ids' },
    });
    const filter = 'query ($f: PredictionFilter) { predictions(filter: $f) { pageInfo { hasNextPage } } }';
    expect(ask(filter, { f: { customerIds: Array(1_001).fill('c') } }).refusal?.message).toContain('$f.customerIds');
  });

  it('takes microseconds once a document is known', () => {
    const { ask } = setUp({ msPerSecond: 0 });
    const variables = ids(10);
    for (let i = 0; i < 2_000; i++) ask(MANY, variables);
    const started = performance.now();
    for (let i = 0; i < 10_000; i++) ask(MANY, variables);
    expect((performance.now() - started) / 10_000).toBeLessThan(0.05);
  });
});
