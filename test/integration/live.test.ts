import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fill, listen, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

const SCORED = `subscription ($after: Cursor, $filter: TransactionScoredFilter, $delivery: DeliveryInput) {
  transactionScored(after: $after, filter: $filter, delivery: $delivery) {
    __typename
    ... on StreamMessage { cursor }
    ... on TransactionScored { transaction { transactionId } fraud { probability } }
    ... on CaughtUp { replayed }
    ... on Lagged { missed reason }
  }
}`;
// biome-ignore lint/suspicious/noExplicitAny: a message has whatever shape the document gave it
const scored = (message: { data?: any }) => message.data.transactionScored;
const idsOf = (messages: readonly object[]) =>
  messages
    .map(scored)
    .flatMap((one) => (one.__typename === 'TransactionScored' ? [one.transaction.transactionId] : []));

describe('live subscriptions', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  let recorded = 0;
  const record = async (count: number, customerId = 'c1') => {
    const ids = Array.from({ length: count }, () => `t${++recorded}`);
    const { data } = await server.query(RECORD, { transactions: ids.map((id) => payment(id, customerId)) });
    expect(data.recordTransactions.userErrors).toEqual([]);
    return ids;
  };
  const gauge = async (name: string) =>
    Number(new RegExp(`^${name} (\\d+)`, 'm').exec(await (await fetch(`${server.url}/metrics`)).text())![1]);

  beforeAll(async () => {
    server = await startTestServer({ dataDir: folder.path });
    await fill(server);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('share one execution where they want the same of an event, whatever they filter', async () => {
    const client = server.client();
    const same = Array.from({ length: 20 }, () => listen(client, SCORED));
    const filtered = ['c1', 'c2', 'c3'].map((id) => listen(client, SCORED, { filter: { customerIds: [id] } }));
    const other = listen(client, 'subscription { transactionScored { __typename } }');
    await Promise.all([...same, ...filtered, other].map((one) => one.next(1)));
    expect(await gauge('scoregraph_subscriptions_open')).toBe(24);
    expect(await gauge('scoregraph_subscription_renderings')).toBe(2);
    const [id] = await record(1, 'c2');
    for (const one of same) expect(idsOf(await one.next(2))).toEqual([id]);
    expect(idsOf(await filtered[1]!.next(2))).toEqual([id]);
    expect(filtered[0]!.messages).toHaveLength(1);
    await client.dispose();
    await expect.poll(() => gauge('scoregraph_subscriptions_open')).toBe(0);
    expect(await gauge('scoregraph_subscription_renderings')).toBe(0);
  });

  it('resume over a restart of the server: everything once, in order', async () => {
    const before = server.client();
    const first = listen(before, SCORED);
    await first.next(1);
    const early = await record(5);
    const got = await first.next(3); // this client read two of the five
    const after = scored(got[2]!).cursor;
    await before.dispose();
    await server.stop();

    server = await startTestServer({ dataDir: folder.path });
    const client = server.client();
    const resumed = listen(client, SCORED, { after });
    await resumed.next(4);
    const late = await record(2);
    const all = await resumed.next(6);
    expect(idsOf(all)).toEqual([...early.slice(2), ...late]);
    expect(scored(all[3]!)).toMatchObject({ __typename: 'CaughtUp', replayed: 3 });
    await client.dispose();
  });

  it('let a client choose how it is served, within limits', async () => {
    const client = server.client();
    const calm = listen(client, SCORED, { delivery: { maxRate: 20 } });
    await calm.next(1);
    const ids = await record(50);
    await expect.poll(() => idsOf(calm.messages).at(-1)).toBe(ids.at(-1));
    const lagged = calm.messages.map(scored).filter((one) => one.__typename === 'Lagged');
    expect(lagged.every(({ reason }) => reason === 'CONFLATED')).toBe(true);
    const missed = lagged.reduce((sum, one) => sum + one.missed, 0);
    expect(idsOf(calm.messages).length + missed).toBe(50);
    for (const [delivery, sentence] of [
      [{ capacity: 0 }, 'expected a capacity from 1 to 10000, got 0'],
      [{ maxRate: -1 }, 'expected from 0.01 to 1000 messages a second, got -1'],
    ] as const) {
      const [refused] = await listen(client, SCORED, { delivery }).next(1);
      expect(refused!.errors).toMatchObject([{ message: sentence, extensions: { code: 'BAD_USER_INPUT' } }]);
    }
    await client.dispose();
  });

  it('tell an error in one event, and go on', async () => {
    const client = server.client();
    const watching = listen(
      client,
      `subscription { transactionScored { ... on TransactionScored { transaction { transactionId customer {
        segment(model: { version: 99 }) { confidence } } } } } }`,
    );
    await watching.next(1);
    const ids = await record(2);
    const [, one, two] = await watching.next(3);
    expect([one, two].map((message) => scored(message!).transaction.transactionId)).toEqual(ids);
    for (const message of [one, two]) {
      expect(message!.data.transactionScored.transaction.customer.segment).toBeNull();
      expect(message!.errors).toMatchObject([{ path: ['transactionScored', 'transaction', 'customer', 'segment'] }]);
    }
    await client.dispose();
  });
});
