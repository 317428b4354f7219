import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { fill, listen, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

/** Misuse: each gets a clear answer, and the server goes on as if nothing had been. */
describe('misuse', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_ENGINE: 'wasm' } });
    await fill(server);
  });
  afterAll(async () => {
    const { data } = await server.query('{ customer(customerId: "c1") { segment { confidence } } }');
    expect(data.customer.segment.confidence).toBeGreaterThan(0);
    await server.stop();
    folder.remove();
  });

  const send = (
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = { 'content-type': 'application/json' },
    method = 'POST',
  ) => fetch(`${server.url}/graphql`, { method, headers, ...(method === 'GET' ? {} : { body }) });
  const assess = (transaction: string) =>
    server.query(
      `{ customer(customerId: "c1") { assessTransaction(transaction: ${transaction}) { probability defaultedFeatures outOfRangeFeatures } } }`,
    );
  const withAmount = (amount: string, currency = 'USD') =>
    assess(`{merchant: "m", category: "travel", amount: {amount: "${amount}", currency: "${currency}"}}`);

  it('names what is unknown', async () => {
    const { data, errors } = await server.query(
      '{ customer(customerId: "nobody") { id } transaction(transactionId: "none") { id } model(name: "x") { name } prediction(id: "x") { id } }',
    );
    expect(data).toEqual({ customer: null, transaction: null, model: null, prediction: null });
    expect(errors!.map((e) => e.extensions.code)).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND']);
    const many = await server.query('{ customers(customerIds: ["c1", "nobody", "c2"]) { customerId } }');
    expect(many.data.customers).toEqual([{ customerId: 'c1' }, null, { customerId: 'c2' }]);
    expect(many.errors).toMatchObject([{ path: ['customers', 1], extensions: { code: 'NOT_FOUND' } }]);
  });

  it.each(['NaN', 'Infinity', '-1.00', '0', '1e3', '12.345', '', '999999999999999999'])(
    'refuses the amount %j',
    async (amount) => {
      const { errors } = await withAmount(amount);
      expect(errors![0]!.extensions.code).toMatch(/BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED/);
      expect(errors![0]!.message).toMatch(/expected/);
    },
  );

  it('refuses another currency, and says which it takes', async () => {
    expect((await withAmount('10.00', 'EUR')).errors![0]).toMatchObject({
      message: expect.stringContaining('USD'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
    expect((await withAmount('10.00', 'dollars')).errors![0]!.message).toMatch(/ISO 4217/);
  });

  it('answers for categories it does not know, and says that it did not', async () => {
    const { data } = await assess('{merchant: "m", category: "lottery", amount: {amount: "5.00", currency: "USD"}}');
    expect(data.customer.assessTransaction.defaultedFeatures).toContain('category');
    const absurd = await withAmount('999999.00');
    expect(absurd.data.customer.assessTransaction.outOfRangeFeatures).toContain('log_amount');
  });

  it('refuses bad items of a mutation one by one, with their place, and takes the others', async () => {
    const transactions = [
      payment('good-1', 'c1'),
      payment('x'.repeat(10_240), 'c1'),
      payment('bad-customer', 'nobody'),
      payment('bad-amount', 'c1', { amount: { amount: '-3.00', currency: 'USD' } }),
      payment('bad-places', 'c1', { amount: { amount: '3.001', currency: 'USD' } }),
      payment('too-old', 'c1', { occurredAt: '1970-01-01T00:00:00Z' }),
      payment('in-future', 'c1', { occurredAt: '2099-01-01T00:00:00Z' }),
      payment('bad\u0000name', 'c1'),
      payment('no-merchant', 'c1', { merchant: '' }),
      payment('bad-currency', 'c1', { amount: { amount: '3.00', currency: 'GBP' } }),
      payment('good-2', 'c2'),
    ];
    const { data } = await server.query(RECORD, { transactions });
    const { acceptedCount, userErrors, transactions: answered } = data.recordTransactions;
    expect(acceptedCount).toBe(2);
    expect(answered.map((t: unknown) => t !== null)).toEqual([true, ...Array(9).fill(false), true]);
    expect(
      userErrors.map((e: { code: string; field: string[] }) => [e.field[1], e.code, e.field.slice(2).join('.')]),
    ).toEqual([
      ['1', 'INVALID', 'transactionId'],
      ['2', 'UNKNOWN_CUSTOMER', 'customerId'],
      ['3', 'INVALID', 'amount.amount'],
      ['4', 'INVALID', 'amount.amount'],
      ['5', 'TOO_OLD', 'occurredAt'],
      ['6', 'IN_FUTURE', 'occurredAt'],
      ['7', 'INVALID', 'transactionId'],
      ['8', 'INVALID', 'merchant'],
      ['9', 'INVALID', 'amount.currency'],
    ]);
    for (const { message } of userErrors) expect(message.length).toBeLessThan(300);
  });

  it('refuses unknown items and predictions of interactions', async () => {
    const interaction = (id: string, more: object) => ({
      interactionId: id,
      customerId: 'c1',
      itemId: '85123A',
      kind: 'VIEW',
      occurredAt: new Date().toISOString(),
      ...more,
    });
    const { data } = await server.query(
      'mutation ($i: [InteractionInput!]!) { recordInteractions(interactions: $i) { acceptedCount userErrors { code field } } }',
      {
        i: [
          interaction('i1', {}),
          interaction('i2', { itemId: 'nothing' }),
          interaction('i3', { predictionId: 'never' }),
        ],
      },
    );
    expect(data.recordInteractions).toEqual({
      acceptedCount: 1,
      userErrors: [
        { code: 'UNKNOWN_ITEM', field: ['interactions', '1', 'itemId'] },
        { code: 'UNKNOWN_PREDICTION', field: ['interactions', '2', 'predictionId'] },
      ],
    });
  });

  it('bounds lists', async () => {
    const many = (n: number) => JSON.stringify(Array.from({ length: n }, (_, i) => `c${i}`));
    expect((await server.query(`{ customers(customerIds: ${many(501)}) { id } }`)).errors![0]!.message).toMatch(
      /at most 500/,
    );
    expect((await server.query(`{ nodes(ids: ${many(501)}) { id } }`)).errors![0]!.message).toMatch(/at most 500/);
    expect(
      (await server.query('{ customer(customerId: "c1") { recommendations(first: 1000000) { reason } } }')).errors![0]!
        .message,
    ).toMatch(/1 to 100/);
    expect(
      (await server.query(RECORD, { transactions: Array.from({ length: 1001 }, (_, i) => payment(`m${i}`, 'c1')) }))
        .errors![0]!.message,
    ).toMatch(/at most 1000/);
    const huge = await send(
      JSON.stringify({
        query: RECORD,
        variables: { transactions: Array.from({ length: 100_000 }, (_, i) => payment(`h${i}`, 'c1')) },
      }),
    );
    expect(huge.status).toBe(413);
    expect((await huge.json()).errors[0].message).toMatch(/at most 1048576 bytes/);
  });

  it('answers bodies that are no GraphQL request', async () => {
    for (const [body, status] of [
      ['{"query": ', 400],
      ['', 400],
      ['[]', 400],
      ['null', 400],
      ['{"query": 5}', 400],
      ['{"query": "{ nope }"}', 400],
      ['{"query": "{"}', 400],
    ] as const) {
      const response = await send(body);
      expect(response.status, body).toBe(status);
      expect(((await response.json()) as { errors?: { message: string }[] }).errors?.[0]?.message, body).toBeTruthy();
    }
    expect((await send('{ models { name } }', { 'content-type': 'text/plain' })).status).toBe(400);
    expect((await send('{ models { name } }', { 'content-type': 'application/graphql' })).status).toBe(415);
    expect((await send('', {}, 'PATCH')).status).toBe(405);
    expect((await fetch(`${server.url}/nothing`)).status).toBe(404);
    expect((await send('', {}, 'GET')).status).toBe(400);
  });

  it('refuses subscriptions over an HTTP request with a clear sentence', async () => {
    const response = await send(JSON.stringify({ query: 'subscription { transactionScored { __typename } }' }));
    expect(response.status).toBe(406);
    expect((await response.json()).errors[0]).toMatchObject({
      message: expect.stringContaining('WebSocket'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  it('refuses documents that would take for ever', async () => {
    const wide = `{ ${Array.from({ length: 6_000 }, (_, i) => `a${i}: models { name }`).join(' ')} }`;
    expect((await server.query(wide)).errors![0]!.message).toMatch(/token/i);
  });

  it('is not called by another name (DNS rebinding)', async () => {
    const raw = (host: string) =>
      new Promise<string>((done, fail) => {
        const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () =>
          socket.write(`GET /v2/health/live HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
        );
        let text = '';
        socket.on('data', (chunk) => {
          text += chunk;
        });
        socket.on('end', () => done(text));
        socket.on('error', fail);
      });
    expect(await raw('evil.example')).toMatch(/^HTTP\/1.1 421/);
    expect(await raw('localhost')).toMatch(/^HTTP\/1.1 200/);
  });

  it('keeps foreign pages, garbage and greed off its WebSocket', async () => {
    const url = `${server.url.replace('http', 'ws')}/graphql`;
    const closed = (socket: WebSocket) =>
      new Promise<number>((done) => {
        socket.on('close', (code) => done(code));
        socket.on('error', () => {});
      });
    const refused = new WebSocket(url, 'graphql-transport-ws', { origin: 'https://evil.example' });
    expect(await new Promise((done) => refused.on('error', (error) => done(error.message)))).toMatch(/403/);
    for (const garbage of [
      'not json',
      '{"type":"nope"}',
      '{"id":"1","type":"next","payload":{}}', // what only a server says
      '{"id":"1","type":"error","payload":[]}',
      '{"type":"connection_ack"}',
      Buffer.from([1, 2, 3]),
      'x'.repeat(300 * 1024),
    ]) {
      const socket = new WebSocket(url, 'graphql-transport-ws');
      await new Promise((done) => socket.on('open', done));
      socket.send(garbage);
      const code = await closed(socket);
      expect(code, String(garbage).slice(0, 40)).toBeGreaterThanOrEqual(1002);
      expect(code, 'the client’s mistake, not ours').not.toBe(4500);
    }
    const early = new WebSocket(url, 'graphql-transport-ws');
    await new Promise((done) => early.on('open', done));
    early.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: '{ models { name } }' } }));
    expect(await closed(early)).toBe(4401);
    const client = server.client();
    const streams = Array.from({ length: 105 }, () =>
      listen(client, 'subscription { transactionScored { __typename } }'),
    );
    const outcomes = await Promise.all(
      streams.map((s) =>
        s.next(1).then(
          () => 'open',
          (error) => String(error),
        ),
      ),
    );
    expect(outcomes.filter((o) => o === 'open')).toHaveLength(100);
    expect(outcomes.filter((o) => o.includes('at most 100'))).toHaveLength(5);
    await client.dispose();
    await expect.poll(() => server.running.app.streams.scored.live.size).toBe(0);
  });
});
