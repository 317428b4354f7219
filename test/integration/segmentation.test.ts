import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES } from '../support/engines.js';
import { startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

const BOUGHT =
  'mutation ($customers: [CustomerInput!]!, $interactions: [InteractionInput!]!) { upsertCustomers(customers: $customers) { acceptedCount } recordInteractions(interactions: $interactions) { acceptedCount userErrors { message } } }';
const SEGMENT =
  'query ($id: ID!) { customer(customerId: $id) { segment { segment { segmentId } confidence runnerUp { segmentId } margin defaultedFeatures outOfRangeFeatures explanation(top: 3) { score } } } }';

describe.each(ENGINES)('segments on %s', (engine) => {
  const folder = temporaryFolder();
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_ENGINE: engine } });
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  /** A customer who placed these orders, days ago and GBP each; where they belong now. */
  async function afterOrders(id: string, orders: readonly (readonly [daysAgo: number, pounds: number | null])[]) {
    const interactions = orders.map(([days, pounds], i) => ({
      interactionId: `${id}-${i}`,
      customerId: id,
      itemId: '22423',
      kind: 'PURCHASE',
      orderId: `${id}-${i}`,
      occurredAt: new Date(Date.now() - days * 86_400_000).toISOString(),
      ...(pounds === null ? {} : { unitPrice: { amount: pounds.toFixed(2), currency: 'GBP' } }),
    }));
    const written = await server.query(BOUGHT, { customers: [{ customerId: id }], interactions });
    expect(written.data.recordInteractions).toEqual({ acceptedCount: orders.length, userErrors: [] });
    const { data, errors } = await server.query(SEGMENT, { id });
    expect(errors).toBeUndefined();
    return data.customer.segment;
  }

  // The card has what becomes of such customers: of first purchases below 50 GBP 86 % are in the same segment three months later.
  it.each([
    [12, 'lapsed', 0.85],
    [50, 'lapsed', 0.8],
    [300, 'lapsed', 0.5],
  ])('a first purchase of %d GBP gives a segment, a runner-up and a low confidence', async (pounds, segment, bound) => {
    const answer = await afterOrders(`first-${pounds}`, [[0, pounds]]);
    expect(answer.segment.segmentId).toBe(segment);
    expect(answer.runnerUp.segmentId).toBe('occasional');
    expect(answer.confidence).toBeGreaterThan(0.25);
    expect(answer.confidence).toBeLessThan(bound);
    expect(answer.margin).toBeGreaterThan(0);
    expect(answer.margin).toBeLessThan(answer.confidence);
    expect(answer.defaultedFeatures).toEqual([]);
    expect(answer.outOfRangeFeatures).toEqual([]);
    // The explanation is of the same two numbers.
    const odds = Math.log(answer.confidence / (answer.confidence - answer.margin));
    expect(answer.explanation.score).toBeCloseTo(odds, 3);
  });

  it('more orders make the same place surer', async () => {
    const often = await afterOrders(
      'often',
      Array.from({ length: 15 }, (_, i) => [1 + 20 * i, 500] as const),
    );
    expect(often.segment.segmentId).toBe('champions');
    expect(often.confidence).toBeGreaterThan(0.9);
  });

  it('who never bought, or never told a price, gets an answer from documented defaults that are named', async () => {
    const never = await afterOrders('never', []);
    expect(never.confidence).toBeLessThan(0.9);
    expect(never.defaultedFeatures).toEqual(['log_recency', 'log_frequency', 'log_monetary']);
    const unpriced = await afterOrders('unpriced', [[3, null]]);
    expect(unpriced.defaultedFeatures).toEqual(['log_monetary']);
    expect(unpriced.outOfRangeFeatures).not.toContain('log_recency');
  });
});
