import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logOdds } from '../../src/domains/explanation/explanation.js';
import { conceptsOf } from '../../src/features/concepts.js';
import { FRAUD_FEATURES } from '../../src/features/fraud-features.js';
import { ENGINES } from '../support/engines.js';
import { fill, MODELS, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

const EXPLANATION =
  'explanation(top: 3) { baseline score unit rest contributions { name contribution sentence features { name value } item { itemId } } }';
const WHOLE = `query ($id: ID!, $payment: HypotheticalTransactionInput!) {
  customer(customerId: $id) {
    assessTransaction(transaction: $payment) { probability ${EXPLANATION} }
    segment { segment { label } runnerUp { label } confidence margin ${EXPLANATION} }
    recommendations(first: 5) { basis items { score item { itemId } } ${EXPLANATION.replace('top: 3', 'top: 50')} }
  }
}`;
const NIGHTLY = {
  merchant: 'Stark Inc',
  category: 'shopping_net',
  amount: { amount: '990.00', currency: 'USD' },
  occurredAt: '2026-06-02T02:00:00Z',
};
interface Told {
  readonly baseline: number;
  readonly score: number;
  readonly rest: number;
  readonly contributions: readonly { readonly name: string; readonly contribution: number }[];
}
const total = ({ baseline, rest, contributions }: Told) =>
  contributions.reduce((sum, { contribution }) => sum + contribution, baseline + rest);

describe.each(ENGINES)('explanations on %s', (engine) => {
  const folder = temporaryFolder();
  let server: TestServer;
  const rows = (model: string) => server.running.inference.registry.get(model)!.versions[0]!.statistics.rows;
  beforeAll(async () => {
    server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_ENGINE: engine } });
    await fill(server);
    const items = server.running.app.recommendations.items();
    const interactions = [0, 3, 9].map((place, i) => ({
      interactionId: `i${i}`,
      customerId: 'c1',
      itemId: items[place]!.id,
      kind: i === 0 ? 'VIEW' : 'PURCHASE',
      occurredAt: new Date(Date.now() - 86_400_000 * (i + 1)).toISOString(),
      ...(i === 0 ? {} : { unitPrice: { amount: '12.00', currency: 'GBP' } }),
    }));
    await server.query(
      'mutation ($interactions: [InteractionInput!]!) { recordInteractions(interactions: $interactions) { acceptedCount } }',
      { interactions },
    );
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('add up to the score, for all three models', async () => {
    const { data, errors } = await server.query(WHOLE, { id: 'c1', payment: NIGHTLY });
    expect(errors).toBeUndefined();
    const { assessTransaction, segment, recommendations } = data.customer;
    for (const { explanation } of [assessTransaction, segment, recommendations]) {
      expect(total(explanation)).toBeCloseTo(explanation.score, 3);
      const strengths = explanation.contributions.map((c: Told['contributions'][0]) => Math.abs(c.contribution));
      expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
    }
    expect(assessTransaction.explanation).toMatchObject({ unit: 'log-odds of fraud' });
    expect(assessTransaction.explanation.contributions).toHaveLength(3);
    expect(assessTransaction.explanation.score).toBeCloseTo(logOdds(assessTransaction.probability), 3);
    expect(segment.explanation.unit).toBe(`log-odds of ${segment.segment.label} against ${segment.runnerUp.label}`);
    expect(segment.explanation.score).toBeCloseTo(
      Math.log(segment.confidence / (segment.confidence - segment.margin)),
      3,
    );
    expect(recommendations.basis).toBe('PERSONAL');
    const scores = recommendations.items.map((item: { score: number }) => item.score);
    expect(recommendations.explanation.score).toBeCloseTo(
      scores.reduce((a: number, b: number) => a + b),
      4,
    );
    expect(recommendations.explanation.contributions).toHaveLength(3);
    expect(recommendations.explanation.rest).toBeCloseTo(0, 4);
    const items = server.running.app.recommendations.items();
    // What is added for being bought again is in the sums too: own items are on the list.
    const listed = recommendations.items.map(({ item }: { item: { itemId: string } }) => item.itemId);
    for (const place of [3, 9]) expect(listed).toContain(items[place]!.id);
    expect(
      recommendations.explanation.contributions.map((c: { item: { itemId: string } }) => c.item.itemId).sort(),
    ).toEqual([0, 3, 9].map((place) => items[place]!.id).sort());
  });

  it('are computed only when they are selected', async () => {
    const ask =
      'query ($id: ID!, $payment: HypotheticalTransactionInput!) { customer(customerId: $id) { assessTransaction(transaction: $payment) { probability FIELD } } }';
    const variables = { id: 'c2', payment: { ...NIGHTLY, occurredAt: '2026-06-02T03:00:00Z' } };
    const before = rows('fraud');
    await server.query(ask.replace('FIELD', ''), variables);
    expect(rows('fraud') - before).toBe(1);
    await server.query(ask.replace('FIELD', 'explanation { score }'), variables);
    // 2^9 coalitions of concepts; equal rows are computed once.
    expect(rows('fraud') - before).toBeGreaterThan(100);
    expect(rows('fraud') - before).toBeLessThanOrEqual(2 + 2 ** 9);
  });

  it('tell of a recorded payment, by the vector that was logged', async () => {
    const { data } = await server.query(RECORD, { transactions: [payment('e1', 'c3')] });
    expect(data.recordTransactions.acceptedCount).toBe(1);
    const answer = await server.query(
      '{ transaction(transactionId: "e1") { fraud { probability explanation(top: 50) { baseline score rest contributions { name contribution sentence } } } } }',
    );
    const { probability, explanation } = answer.data.transaction.fraud;
    expect(explanation.contributions).toHaveLength(9);
    expect(explanation.rest).toBeCloseTo(0, 6);
    expect(explanation.score).toBeCloseTo(logOdds(probability), 3);
    expect(explanation.contributions.map((c: { sentence: string }) => c.sentence)).toContain(
      'It is the card’s first payment.',
    );
  });

  it('have nothing to say of popular items, and refuse a senseless number', async () => {
    const { data, errors } = await server.query(
      '{ customer(customerId: "c2") { recommendations(first: 2) { basis explanation { score contributions { name } } } segment { confidence explanation(top: 0) { score } } } }',
    );
    expect(data.customer.recommendations).toEqual({
      basis: 'POPULAR_IN_COUNTRY',
      explanation: { score: 0, contributions: [] },
    });
    expect(data.customer.segment.explanation).toBeNull();
    expect(errors).toMatchObject([
      { path: ['customer', 'segment', 'explanation'], extensions: { code: 'BAD_USER_INPUT', field: 'top' } },
    ]);
  });

  it('put first what, taken away, moves the score most', async () => {
    const golden: { inputs: { features: number[] } }[] = JSON.parse(
      readFileSync(join(MODELS, 'fraud', '1', 'golden.json'), 'utf8'),
    );
    const { app, inference } = server.running;
    const context = {
      deadline: app.clock.monotonic() + 60_000,
      priority: 'bulk' as const,
      principal: 't',
      traceId: 't',
    };
    const { info } = inference.registry.get('fraud')!.versions[0]!;
    const scoreOf = async (features: Float32Array<ArrayBuffer>) =>
      logOdds((await inference.predict('fraud', { inputs: { features } }, context)).outputs.probability![0]!);
    let agree = 0;
    for (const { inputs } of golden) {
      const features = Float32Array.from(inputs.features);
      const prediction = { model: 'fraud', version: info!.version, features } as never;
      const { contributions, score } = await app.fraud.explain(prediction, context);
      const typical = await Promise.all(
        conceptsOf(FRAUD_FEATURES).map(async ({ name, features: own }) => {
          const without = features.slice();
          for (const feature of own) {
            const place = FRAUD_FEATURES.features.findIndex((spec) => spec.name === feature);
            without[place] = medians(info!.card.baseline as never, feature);
          }
          return { name, moved: Math.abs(score - (await scoreOf(without))) };
        }),
      );
      const most = typical.sort((a, b) => b.moved - a.moved).slice(0, 3);
      if (most.some(({ name }) => name === contributions[0]!.name)) agree++;
    }
    // Interactions may put another one first: the strongest is among the three whose absence is felt most.
    expect(agree / golden.length).toBeGreaterThanOrEqual(0.9);
  });
});

/** The lower edge of the bin that holds the middle row. */
function medians(baseline: Record<string, { edges: number[]; counts: number[] }>, feature: string): number {
  const { edges, counts } = baseline[feature]!;
  const half = counts.reduce((a, b) => a + b, 0) / 2;
  let seen = 0;
  const bin = counts.findIndex((count) => {
    seen += count;
    return seen > half;
  });
  return edges[bin]!;
}
