import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { revokeApiKey } from '../../src/access/api-keys.js';
import { readConfig } from '../../src/config/config.js';
import type { Logger } from '../../src/core/logger.js';
import { guarded, SECRET } from '../support/guarded.js';
import { payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

describe('a guarded server', () => {
  const folder = temporaryFolder();
  const { keyFile, env, key, token } = guarded(folder.path);
  let server: TestServer;
  /** Everything that was logged, at every level. */
  const logged: string[] = [];
  const write = (fields: object, message: string) => void logged.push(JSON.stringify(fields), message);
  const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
  const keys = {
    admin: key(['admin']),
    viewer: key(['viewer']),
    ingester: key(['ingester']),
    bound: key(['scorer', 'operator', 'ingester'], ['c1']),
  };
  const as = ({ key }: { key: string }) => ({ authorization: `Bearer ${key}` });

  beforeAll(async () => {
    server = await startTestServer({
      dataDir: folder.path,
      logger,
      env: { ...env, SCOREGRAPH_JWT_CLOCK_SKEW_SECONDS: '0' },
    });
    const { data } = await server.query(
      'mutation { upsertCustomers(customers: [{customerId: "c1"}, {customerId: "c2"}]) { acceptedCount } }',
      {},
      as(keys.admin),
    );
    expect(data.upsertCustomers.acceptedCount).toBe(2);
    const paid = await server.query(
      RECORD,
      { transactions: [payment('t1', 'c1'), payment('t2', 'c2')] },
      as(keys.admin),
    );
    expect(paid.data.recordTransactions.acceptedCount).toBe(2);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('may be bound to any address, which an open one may not', () => {
    expect(() => readConfig({ HOST: '0.0.0.0' })).toThrow(/SCOREGRAPH_API_KEYS=on/);
    expect(readConfig({ HOST: '0.0.0.0', SCOREGRAPH_API_KEYS: 'on' }).host).toBe('0.0.0.0');
  });

  it('asks everybody who they are, and tells nobody else anything', async () => {
    const shown: Record<string, string>[] = [
      {},
      { authorization: 'Bearer sg_00000000_x' },
      { authorization: 'Basic YTpi' },
    ];
    for (const headers of shown) {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{"query":"{ nothingLikeThis }"}',
      });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(await response.json()).toEqual({
        errors: [{ message: expect.any(String), extensions: { code: 'UNAUTHENTICATED' } }],
      });
    }
    expect((await server.query('{ models { name } }', {}, { authorization: `Bearer ${await token(60)}` })).errors).toBe(
      undefined,
    );
    expect((await fetch(`${server.url}/v2/health/ready`)).status).toBe(200);
    expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
    expect((await fetch(`${server.url}/metrics`, { headers: as(keys.viewer) })).status).toBe(403);
    expect((await fetch(`${server.url}/metrics`, { headers: as(keys.admin) })).status).toBe(200);
  });

  it('lets a caller do what their role says', async () => {
    const refused = async (who: { key: string }, query: string, variables = {}) =>
      (await server.query(query, variables, as(who))).errors?.[0]?.extensions.code;
    const record = { transactions: [payment('t3', 'c2')] };
    expect(await refused(keys.viewer, RECORD, record)).toBe('FORBIDDEN');
    expect(await refused(keys.viewer, '{ customer(customerId: "c1") { segment { id } } }')).toBe('FORBIDDEN');
    expect(await refused(keys.viewer, '{ customer(customerId: "c1") { customerId } }')).toBeUndefined();
    expect(await refused(keys.ingester, '{ customer(customerId: "c1") { customerId } }')).toBe('FORBIDDEN');
    const line = JSON.stringify({ type: 'transaction', ...payment('t4', 'c1') });
    const post = (who: { key: string }) =>
      fetch(`${server.url}/v1/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson', ...as(who) },
        body: line,
      });
    expect((await post(keys.viewer)).status).toBe(403);
    expect(await (await post(keys.ingester)).text()).toMatch(/"accepted":1/);
  });

  it('tells its schema to whom it may', async () => {
    const query = '{ __schema { queryType { name } } }';
    expect((await server.query(query, {}, as(keys.viewer))).errors).toMatchObject([
      { message: 'Introspection is not open to this caller.', extensions: { code: 'FORBIDDEN' } },
    ]);
    expect((await server.query(query, {}, as(keys.bound))).data).toEqual({
      __schema: { queryType: { name: 'Query' } },
    });
    const wrong = '{ custommer(customerId: "c1") { id } }';
    expect((await server.query(wrong, {}, as(keys.viewer))).errors![0]!.message).toBe(
      'Cannot query field "custommer" on type "Query".',
    );
    expect((await server.query(wrong, {}, as(keys.admin))).errors![0]!.message).toMatch(/Did you mean "customer"/);
  });

  describe('to a caller bound to one customer', () => {
    const ask = (query: string, variables = {}) => server.query(query, variables, as(keys.bound));

    it('says of another exactly what it says of nobody', async () => {
      const of = async (customerId: string) =>
        (await ask('query ($id: ID!) { customer(customerId: $id) { id } customers(customerIds: [$id]) { id } }', {
          id: customerId,
        })) as object;
      expect(JSON.stringify(await of('c2')).replaceAll('c2', 'c9')).toBe(JSON.stringify(await of('c9')));
      expect((await ask('{ transaction(transactionId: "t2") { id } }')).errors![0]!.extensions.code).toBe('NOT_FOUND');
      expect((await ask('{ transaction(transactionId: "t1") { transactionId } }')).data.transaction.transactionId).toBe(
        't1',
      );
      const everybody = await server.query(
        '{ customer(customerId: "c2") { id transactions(first: 1) { nodes { id fraud { id } } } } }',
        {},
        as(keys.admin),
      );
      const { id, transactions } = everybody.data.customer;
      const ids = [id, transactions.nodes[0].id, transactions.nodes[0].fraud.id];
      expect((await ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids })).data.nodes).toEqual([
        null,
        null,
        null,
      ]);
    });
    it('counts and lists only theirs', async () => {
      const { data } = await ask(
        `{ predictions(filter: { model: "fraud" }, first: 100) { nodes { ... on FraudAssessment { id } } }
           asked: predictions(filter: { customerIds: ["c2"] }) { nodes { id } }
           predictionSeries(from: "2020-01-01T00:00:00Z", to: "2090-01-01T00:00:00Z", bucketSeconds: 2678400) { count } }`,
      );
      const all = await server.query(
        '{ predictions(filter: { customerIds: ["c1"] }, first: 100) { nodes { id } } }',
        {},
        as(keys.admin),
      );
      expect(data.asked.nodes).toEqual([]);
      expect(data.predictions.nodes.length).toBe(all.data.predictions.nodes.length);
      const counted = data.predictionSeries.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
      expect(counted).toBe(all.data.predictions.nodes.length);
    });
    it('takes events of theirs only', async () => {
      const { data } = await ask(RECORD, { transactions: [payment('t5', 'c1'), payment('t6', 'c2')] });
      expect(data.recordTransactions).toMatchObject({
        acceptedCount: 1,
        userErrors: [{ code: 'UNKNOWN_CUSTOMER', field: ['transactions', '1', 'customerId'] }],
      });
      expect(
        (await ask('mutation { upsertCustomers(customers: [{customerId: "c7"}]) { userErrors { code } } }')).data,
      ).toEqual({ upsertCustomers: { userErrors: [{ code: 'UNKNOWN_CUSTOMER' }] } });
    });
  });

  describe('over a WebSocket', () => {
    /** Opens a socket, introduces itself, and answers its close code and what came. */
    function open(payload: object | undefined, ...messages: object[]) {
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      const came: { type: string; id?: string; payload?: never }[] = [];
      socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
      socket.on('message', (text) => {
        const message = JSON.parse(String(text));
        came.push(message);
        if (message.type === 'connection_ack') for (const one of messages) socket.send(JSON.stringify(one));
      });
      const closed = new Promise<{ code: number; reason: string }>((resolve) =>
        socket.on('close', (code, reason) => resolve({ code, reason: String(reason) })),
      );
      return { socket, came, closed };
    }
    const watch = (query: string) => ({ id: '1', type: 'subscribe', payload: { query } });

    it('ends who cannot say who they are with 4401', async () => {
      expect(await open(undefined).closed).toMatchObject({ code: 4401, reason: /expected credentials/ });
      expect(await open({ authorization: 'Bearer sg_00000000_x' }).closed).toMatchObject({ code: 4401 });
      expect(await open({ authorization: 7 }).closed).toMatchObject({ code: 4401 });
    });
    it('refuses operations as HTTP does', async () => {
      const { came, socket } = open(
        { authorization: `Bearer ${keys.viewer.key}` },
        watch('{ __schema { __typename } }'),
      );
      await expect
        .poll(() => came.find(({ type }) => type === 'error'))
        .toMatchObject({
          payload: [{ message: 'Introspection is not open to this caller.', extensions: { code: 'FORBIDDEN' } }],
        });
      socket.close();
    });
    it('shows a bound caller only theirs', async () => {
      const query = 'subscription { transactionScored { ... on TransactionScored { transaction { transactionId } } } }';
      const mine = open({ authorization: `Bearer ${keys.bound.key}` }, watch(query));
      const all = open({ authorization: `Bearer ${keys.admin.key}` }, watch(query));
      const seen = ({ came }: typeof mine) =>
        came.flatMap(({ payload }) => {
          const { data } = (payload ?? {}) as { data?: { transactionScored?: { transaction?: object } } };
          return data?.transactionScored?.transaction === undefined ? [] : [data.transactionScored.transaction];
        });
      for (const one of [mine, all]) await expect.poll(() => one.came.some(({ type }) => type === 'next')).toBe(true);
      await server.query(RECORD, { transactions: [payment('w2', 'c2'), payment('w1', 'c1')] }, as(keys.admin));
      await expect.poll(() => seen(all).length).toBe(2);
      await expect.poll(() => seen(mine)).toEqual([{ transactionId: 'w1' }]);
      mine.socket.close();
      all.socket.close();
    });
    it('ends with the token, with 4403 so that the client comes again with another', async () => {
      const stream = watch('subscription { transactionScored { __typename } }');
      const { came, closed } = open({ authorization: `Bearer ${await token(2)}` }, stream);
      const begun = Date.now();
      expect(await closed).toEqual({ code: 4403, reason: 'the token has expired' });
      expect(Date.now() - begun).toBeLessThan(4_000);
      expect(came.some(({ type }) => type === 'next')).toBe(true);
    });
    it('ends within two seconds when the key is revoked', async () => {
      const { key: secret, kept } = key(['viewer']);
      await new Promise((resolve) => setTimeout(resolve, 1_200)); // the server knows a new key within a second
      const { came, closed } = open({ authorization: `Bearer ${secret}` });
      await expect.poll(() => came.length).toBe(1);
      revokeApiKey(keyFile, kept.prefix, Date.now());
      expect(await closed).toEqual({ code: 4403, reason: 'the API key was revoked' });
    });
  });

  it('never logs what callers show', async () => {
    const shown = `${await token(60)}`;
    for (const secret of [shown, `${shown}x`, keys.admin.key, 'sg_00000000_notakeyatall0000000000000000000'])
      await server.query('{ models { name } broken }', {}, { authorization: `Bearer ${secret}` });
    const all = logged.join('\n');
    expect(all).not.toContain(keys.admin.key.slice(12));
    expect(all).not.toContain(shown.slice(-20));
    expect(all).not.toMatch(/notakeyatall|Bearer ey|Bearer sg/);
    expect(all).not.toContain(SECRET);
  });

  it('ends a stream over HTTP with the token, saying so', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${await token(2)}`,
      },
      body: JSON.stringify({ query: 'subscription { transactionScored { __typename } }' }),
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/"UNAUTHENTICATED"[\s\S]*event: complete/);
  });
});
