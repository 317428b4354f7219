import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import type { AlertEvent, Stored } from '../../src/core/events.js';
import { silentLogger } from '../../src/core/logger.js';
import { openData } from '../../src/data/open.js';
import { AlertBook } from '../../src/domains/fraud/alert-book.js';
import type { FraudPrediction } from '../../src/domains/fraud/fraud.js';
import { ALERT_EVENTS } from '../../src/flows/alert-list.js';
import { graph, startProcess } from '../support/process.js';
import { fill, listen, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

const THRESHOLDS = { SCOREGRAPH_ALERT_RAISE_THRESHOLD: '0.5', SCOREGRAPH_ALERT_CLEAR_THRESHOLD: '0.2' };
const yesterday = (hour: number, minute: number) => {
  const day = new Date(Date.now() - 86_400_000);
  day.setUTCHours(hour, minute, 0, 0);
  return day.toISOString();
};
/** Payments whose probability is far above and far below those thresholds, whatever the version. */
const bad = (id: string, customer: string, minute = 30) =>
  payment(id, customer, {
    category: minute % 2 === 0 ? 'shopping_net' : 'misc_net',
    amount: { amount: '980.00', currency: 'USD' },
    occurredAt: yesterday(23, minute),
  });
const good = (id: string, customer: string) => payment(id, customer, { occurredAt: yesterday(12, 0) });

const FIELDS = `alertId state customer { customerId } transaction { transactionId } fraud { probability }
  raiseThreshold clearThreshold raisedAt acknowledgedBy note clearReason`;
const SUBSCRIBE = `subscription ($customerId: ID, $after: Cursor) {
  fraudAlerts(customerId: $customerId, after: $after, delivery: { policy: DROP_OLDEST, capacity: 100 }) {
    __typename
    ... on CaughtUp { cursor replayed }
    ... on FraudAlertChanged { cursor change alert { ${FIELDS} } }
  }
}`;
const ACKNOWLEDGE = `mutation ($ids: [ID!]!, $note: String) {
  acknowledgeFraudAlerts(alertIds: $ids, note: $note) {
    acknowledgedCount alerts { alertId state acknowledgedBy note } userErrors { code field message }
  }
}`;

describe('fraud alerts', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  const start = async () => {
    server = await startTestServer({ dataDir: folder.path, env: THRESHOLDS });
  };
  beforeAll(async () => {
    await start();
    await fill(server);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });
  const record = (...transactions: object[]) => server.query(RECORD, { transactions });

  it('are raised, acknowledged and cleared before one’s eyes, and resumed after a cursor', async () => {
    const client = server.client();
    const all = listen(client, SUBSCRIBE);
    const other = listen(client, SUBSCRIBE, { customerId: 'c2' });
    await Promise.all([all.next(1), other.next(1)]);
    await record(bad('t1', 'c1', 30), bad('t2', 'c1', 32));
    const [, raised] = (await all.next(2)).map(({ data }) => data.fraudAlerts);
    expect(raised).toMatchObject({
      __typename: 'FraudAlertChanged',
      change: 'RAISED',
      alert: { state: 'OPEN', customer: { customerId: 'c1' }, raiseThreshold: 0.5, clearThreshold: 0.2, note: null },
    });
    expect(raised.alert.fraud.probability).toBeGreaterThanOrEqual(0.5);
    const { alertId } = raised.alert;
    const { data } = await server.query(ACKNOWLEDGE, { ids: [alertId, 'nobody', alertId], note: 'called' });
    expect(data.acknowledgeFraudAlerts).toMatchObject({
      acknowledgedCount: 1,
      alerts: [{ alertId, state: 'ACKNOWLEDGED', acknowledgedBy: 'local', note: 'called' }, null, { alertId }],
      userErrors: [
        { code: 'NOT_FOUND', field: ['alertIds', '1'] },
        { code: 'ALREADY_ACKNOWLEDGED', field: ['alertIds', '2'] },
      ],
    });
    await record(good('t3', 'c1'));
    const got = (await all.next(4)).map((message) => message.data.fraudAlerts);
    expect(got.slice(2)).toMatchObject([
      { change: 'ACKNOWLEDGED', alert: { alertId, state: 'ACKNOWLEDGED', note: 'called' } },
      {
        change: 'CLEARED',
        alert: { alertId, state: 'CLEARED', clearReason: 'PAYMENT_BELOW_THRESHOLD', note: 'called' },
      },
    ]);
    const again = (await server.query(ACKNOWLEDGE, { ids: [alertId] })).data.acknowledgeFraudAlerts;
    expect(again).toMatchObject({ acknowledgedCount: 0, userErrors: [{ code: 'ALREADY_CLEARED' }] });

    await record(bad('t4', 'c2'));
    expect((await other.next(2))[1]!.data.fraudAlerts.alert.transaction.transactionId).toBe('t4');
    const resumed = listen(client, SUBSCRIBE, { after: raised.cursor });
    const replay = (await resumed.next(4)).map((message) => message.data.fraudAlerts);
    expect(replay.map(({ change, replayed }) => change ?? replayed)).toEqual(['ACKNOWLEDGED', 'CLEARED', 'RAISED', 3]);
    expect(replay[0]).toEqual(got[2]);
    for (const stream of [all, other, resumed]) stream.stop();
    await client.dispose();
  });

  it('are a list by state, newest first, and are found by their id', async () => {
    await record(bad('t5', 'c3'));
    const list = async (args: string) =>
      (await server.query(`{ fraudAlerts${args} { nodes { id ${FIELDS} } pageInfo { hasNextPage endCursor } } }`)).data
        .fraudAlerts;
    await expect.poll(async () => (await list('')).nodes.length).toBe(3);
    const ids = ({ nodes }: { nodes: { transaction: { transactionId: string } }[] }) =>
      nodes.map(({ transaction }) => transaction.transactionId).join();
    const first = await list('(first: 2)');
    expect([ids(first), first.pageInfo.hasNextPage]).toEqual(['t5,t4', true]);
    expect(ids(await list(`(first: 2, after: "${first.pageInfo.endCursor}")`))).toMatch(/^t1$|^t2$/);
    expect(ids(await list('(states: [OPEN])'))).toBe('t5,t4');
    expect((await list('(states: [CLEARED, ACKNOWLEDGED])')).nodes).toMatchObject([{ state: 'CLEARED' }]);
    const [newest] = first.nodes;
    const { data } = await server.query(
      `query ($id: ID!) { node(id: $id) { ... on FraudAlert { ${FIELDS} } } }`,
      newest,
    );
    expect({ id: newest.id, ...data.node }).toEqual(newest);
  });

  it('stand after a restart: none again, none forgotten', async () => {
    const open = '{ fraudAlerts(states: [OPEN]) { nodes { alertId transaction { transactionId } } } }';
    const before = (await server.query(open)).data;
    await server.stop();
    await start();
    expect((await server.query(open)).data).toEqual(before);
    const client = server.client();
    const stream = listen(client, SUBSCRIBE);
    await stream.next(1);
    await record(bad('t6', 'c3', 34)); // open already
    await record(good('t7', 'c3'));
    expect((await stream.next(2))[1]!.data.fraudAlerts).toMatchObject({
      change: 'CLEARED',
      alert: { transaction: { transactionId: 't5' } },
    });
    await client.dispose();
  });

  it('refuse what makes no sense', async () => {
    const client = server.client();
    const first = async (variables: object) =>
      (await listen(client, SUBSCRIBE, variables as Record<string, unknown>).next(1))[0]!;
    expect((await first({ customerId: 'nobody' })).errors![0]!.extensions.code).toBe('NOT_FOUND');
    const foreign = Buffer.from('scored:1').toString('base64url');
    expect((await first({ after: foreign })).errors![0]!.message).toMatch(/stream "scored", not of "alerts"/);
    expect((await first({ after: 'x' })).errors![0]!.message).toMatch(/expected a cursor/);
    await client.dispose();
    const refusals: [string, object, RegExp][] = [
      [ACKNOWLEDGE, { ids: Array.from({ length: 501 }, (_, i) => `a${i}`) }, /at most 500 alertIds, got 501/],
      [ACKNOWLEDGE, { ids: ['x'.repeat(2_000)] }, /at most 1024 characters/],
      [ACKNOWLEDGE, { ids: [], note: 'x'.repeat(501) }, /at most 500 characters, got 501/],
      ['{ fraudAlerts(first: 0) { nodes { id } } }', {}, /from 1 to 100, got 0/],
      ['{ fraudAlerts(first: 1, last: 1) { nodes { id } } }', {}, /first or last/],
      [`{ fraudAlerts(before: "${foreign}") { nodes { id } } }`, {}, /not of "alert-list"/],
    ];
    for (const [query, variables, message] of refusals) {
      const { errors } = await server.query(query, variables);
      expect(errors![0]).toMatchObject({
        message: expect.stringMatching(message),
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
    expect((await server.query(ACKNOWLEDGE, { ids: [] })).data.acknowledgeFraudAlerts.acknowledgedCount).toBe(0);
  });
});

describe('fraud alerts of a server that is killed', () => {
  it('are those that its payments make, each once', async () => {
    const folder = temporaryFolder();
    const dataDir = join(folder.path, 'data');
    const env = { SCOREGRAPH_DATA_DIR: dataDir, SCOREGRAPH_ENGINE: 'wasm', ...THRESHOLDS };
    const customers = Array.from({ length: 20 }, (_, i) => ({ customerId: `c${i}` }));
    let n = 0;
    for (let life = 0; life < 3; life++) {
      const { child, url, ended } = await startProcess(env);
      await graph(url, 'mutation ($c: [CustomerInput!]!) { upsertCustomers(customers: $c) { acceptedCount } }', {
        c: customers,
      });
      // Batches in flight while the process dies: some are on disk and unscored, some scored and not looked at.
      const sending = Array.from({ length: 10 }, async () => {
        const transactions = Array.from({ length: 40 }, () => {
          const id = `t${n++}`;
          return n % 3 === 0 ? bad(id, `c${n % 20}`, n % 60) : good(id, `c${n % 20}`);
        });
        await graph(
          url,
          'mutation ($t: [TransactionInput!]!) { recordTransactions(transactions: $t) { acceptedCount } }',
          {
            t: transactions,
          },
        ).catch(() => {});
      });
      await Promise.race([Promise.all(sending), new Promise((resolve) => setTimeout(resolve, 60 + 60 * life))]);
      child.kill('SIGKILL');
      await ended;
      await Promise.all(sending);
    }
    const last = await startProcess(env);
    const scored = '{ fraudAlerts(first: 1) { nodes { id } } }';
    await graph(last.url, scored);
    last.child.kill('SIGTERM'); // it finishes what is scored before it ends
    await last.ended;
    const final = await startProcess(env);
    final.child.kill('SIGTERM');
    await final.ended;

    const data = await openData({
      dir: dataDir,
      clock: systemClock,
      logger: silentLogger,
      watermarkBytes: 0,
      retention: { events: 0, predictions: 0 },
    });
    const made = (await data.events.read(0, 100_000, ALERT_EVENTS)) as Stored<AlertEvent>[];
    const book = new AlertBook(() => ({ raise: 0.5, clear: 0.2 }));
    const expected = (await data.predictions.read('fraud', 0, 100_000))
      .flatMap(({ record, position }) => book.observe(record as FraudPrediction, position, 0) ?? [])
      .map(({ kind, alert }) => `${kind} ${alert.alertId}`);
    await data.close();
    folder.remove();
    expect(expected.length).toBeGreaterThan(10);
    expect(made.map(({ type, id }) => `${type.slice(6).toUpperCase()} ${id}`)).toEqual(expected);
  }, 60_000);
});
