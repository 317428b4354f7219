import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fill, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

const RECORD_INTERACTIONS =
  'mutation ($interactions: [InteractionInput!]!) { recordInteractions(interactions: $interactions) { acceptedCount userErrors { message } } }';
const LIST =
  'query ($id: ID!) { customer(customerId: $id) { recommendations(first: 100) { basis reason items { item { itemId } } } } }';

describe('recommendations', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  let items: readonly string[];
  let recorded = 0;
  beforeAll(async () => {
    server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_ENGINE: 'wasm' } });
    await fill(server);
    items = server.running.app.recommendations.items().map(({ id }) => id);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  const buy = async (customerId: string, itemId: string) => {
    const interaction = {
      interactionId: `i${++recorded}`,
      customerId,
      itemId,
      kind: 'PURCHASE',
      occurredAt: new Date().toISOString(),
    };
    const { data } = await server.query(RECORD_INTERACTIONS, { interactions: [interaction] });
    expect(data.recordInteractions).toEqual({ acceptedCount: 1, userErrors: [] });
  };
  const listOf = async (id: string) => {
    const { data } = await server.query(LIST, { id });
    const { basis, reason, items: listed } = data.customer.recommendations;
    return { basis, reason, ids: listed.map((entry: { item: { itemId: string } }) => entry.item.itemId) as string[] };
  };

  it('begin with what is popular, say so, and become personal with the first interaction', async () => {
    const popular = await listOf('c1');
    expect(popular).toMatchObject({ basis: 'POPULAR_IN_COUNTRY', reason: 'Popular with customers in United Kingdom.' });
    await buy('c1', items[700]!);
    const personal = await listOf('c1');
    expect(personal).toMatchObject({ basis: 'PERSONAL', reason: 'Based on your latest interaction.' });
    expect(personal.ids).not.toEqual(popular.ids);
  });

  it('follow an interaction at once: what goes with an item rises when it is bought', async () => {
    const rises: number[] = [];
    for (const [place, other] of [
      [40, 900],
      [310, 77],
      [1_500, 12],
      [2_222, 1_111],
      [2_800, 333],
    ] as const) {
      // What goes with the item: the list of somebody who knows nothing else.
      const [alone, mixed] = [`alone-${place}`, `mixed-${place}`];
      await server.query(
        'mutation ($customers: [CustomerInput!]!) { upsertCustomers(customers: $customers) { acceptedCount } }',
        { customers: [{ customerId: alone }, { customerId: mixed }] },
      );
      await buy(alone, items[place]!);
      const companions = (await listOf(alone)).ids.slice(0, 20);
      const meanRank = async () => {
        const { ids } = await listOf(mixed);
        const ranks = companions.map((id) => (ids.includes(id) ? ids.indexOf(id) : ids.length));
        return ranks.reduce((a, b) => a + b, 0) / ranks.length;
      };
      await buy(mixed, items[other]!);
      const before = await meanRank();
      await buy(mixed, items[place]!);
      rises.push(before - (await meanRank()));
    }
    // How far they rise depends on what else is in the basket; none falls.
    for (const rise of rises) expect(rise).toBeGreaterThan(0);
    expect(rises.reduce((a, b) => a + b) / rises.length).toBeGreaterThan(10);
  });
});
