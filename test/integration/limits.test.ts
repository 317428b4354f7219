import { createClient as sseClient } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, fill, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

type Sent = {
  readonly status: number;
  readonly headers: Headers;
  readonly answer: Answer & { extensions?: { cost?: Record<string, unknown> } };
};
type Ask = (
  query: string,
  variables?: Record<string, unknown>,
  extensions?: object,
) => Promise<Answer & { extensions?: { cost?: Record<string, unknown> } }>;

const SEGMENTS = 'query ($ids: [ID!]!) { customers(customerIds: $ids) { segment { margin } } }';

async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Sent> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, answer: await response.json() };
}

/** The same question through each door. */
function doorsOf(server: TestServer): Record<string, Ask> {
  const once =
    (
      subscribe: (
        payload: never,
        sink: { next(value: unknown): void; error(error: unknown): void; complete(): void },
      ) => void,
    ): Ask =>
    (query, variables = {}, extensions) =>
      new Promise((resolve) => {
        subscribe({ query, variables, extensions } as never, {
          next: (value) => resolve(value as Answer),
          // graphql-ws tells refusals as a list of errors.
          error: (error) => resolve({ errors: error as Answer['errors'] }),
          complete() {},
        });
      });
  return {
    http: async (query, variables, extensions) => (await post(server.url, { query, variables, extensions })).answer,
    ws: (...asked) => {
      const client = server.client();
      return once((payload, sink) => client.subscribe(payload, sink as never))(...asked).finally(() =>
        client.dispose(),
      );
    },
    sse: (...asked) => {
      const client = sseClient({ url: `${server.url}/graphql`, retryAttempts: 0 });
      return once((payload, sink) => client.subscribe(payload, sink as never))(...asked).finally(() =>
        client.dispose(),
      );
    },
  };
}

describe('limits', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  let doors: Record<string, Ask>;
  beforeAll(async () => {
    server = await startTestServer({
      dataDir: folder.path,
      env: {
        SCOREGRAPH_ENGINE: 'wasm',
        SCOREGRAPH_RATE_LIMIT_MS_PER_SECOND: '1000',
        SCOREGRAPH_RATE_LIMIT_BURST_MS: '2000',
        SCOREGRAPH_MAX_OPERATION_COST_MS: '500',
      },
    });
    await fill(server);
    doors = doorsOf(server);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  const aliases = `{ ${Array.from({ length: 101 }, (_, i) => `a${i}: engine { name }`).join(' ')} }`;
  const deep = `{ model(name: "fraud") { versions { ${'model { versions { '.repeat(8)}number${' } }'.repeat(8)} } } }`;
  const bomb = `{ models { ...F0 } } ${Array.from({ length: 30 }, (_, i) =>
    i === 29 ? 'fragment F29 on Model { name }' : `fragment F${i} on Model { ...F${i + 1} ...F${i + 1} }`,
  ).join(' ')}`;
  const cycle = '{ models { ...A } } fragment A on Model { name versions { model { ...A } } }';
  const payments = `query ($ids: [ID!]!, $t: [HypotheticalTransactionInput!]!) {
    customers(customerIds: $ids) { assessTransactions(transactions: $t) { decision } } }`;

  it.each(['http', 'ws', 'sse'])('holds the same at %s', async (name) => {
    const ask = doors[name]!;
    const codeOf = async (query: string, variables: Record<string, unknown> = {}) => {
      const { data, errors } = await ask(query, variables);
      expect(data ?? null).toBeNull();
      return [errors![0]!.extensions.code, errors![0]!.message] as const;
    };
    expect(await codeOf(aliases)).toEqual(['QUERY_TOO_COSTLY', 'expected at most 100 aliases, got 101.']);
    expect(await codeOf(deep)).toEqual(['QUERY_TOO_COSTLY', expect.stringContaining('one below the other')]);
    expect(await codeOf(bomb)).toEqual(['QUERY_TOO_COSTLY', expect.stringContaining('fragments put in')]);
    expect((await codeOf(cycle))[0]).toBe('GRAPHQL_VALIDATION_FAILED');
    const list = Array(1_001).fill('c1');
    expect(await codeOf(SEGMENTS, { ids: list })).toEqual([
      'QUERY_TOO_COSTLY',
      'expected at most 1000 items in $ids, got 1001.',
    ]);
    expect((await codeOf(SEGMENTS.replace('($ids: [ID!]!)', '').replace('$ids', JSON.stringify(list))))[0]).toBe(
      'QUERY_TOO_COSTLY',
    );
    const one = { merchant: 'm', category: 'c', amount: { amount: '1.00', currency: 'USD' } };
    const [code, message] = await codeOf(payments, { ids: Array(500).fill('c1'), t: Array(1_000).fill(one) });
    expect(code).toBe('QUERY_TOO_COSTLY');
    expect(message).toMatch(/at most 500 ms of model time.*Customer\.assessTransactions is/);
    expect((await codeOf(SEGMENTS, JSON.parse('{"ids": {"__proto__": ["c1"]}}')))[0]).toBe('BAD_USER_INPUT');
  });

  it.each(['http', 'ws', 'sse'])('shows the cost to who asks at %s', async (name) => {
    const { data, extensions } = await doors[name]!(SEGMENTS, { ids: ['c1', 'c2', 'c3'] }, { cost: true });
    expect(data.customers).toHaveLength(3);
    expect(extensions!.cost).toMatchObject({
      ms: expect.any(Number),
      limitMs: 2_000,
      remainingMs: expect.any(Number),
      models: { segmentation: { rows: 3, ms: expect.any(Number) } },
      dearestField: expect.any(String),
    });
    expect((await doors[name]!(SEGMENTS, { ids: ['c1'] })).extensions).toBeUndefined();
  });

  it('shows it for a header too', async () => {
    const { answer } = await post(server.url, { query: '{ engine { name } }' }, { 'x-cost': '1' });
    expect(answer.extensions!.cost).toMatchObject({ models: {}, ms: expect.any(Number) });
  });

  it('tells what a row costs, and what is left', async () => {
    const { data } = await server.query(
      '{ rateLimit { limit perSecond cost remaining used resetAt } model(name: "segmentation") { versions { state rowMicroseconds } } customer(customerId: "c1") { segment { margin } } }',
    );
    const { limit, perSecond, cost, remaining, used } = data.rateLimit;
    expect([limit, perSecond]).toEqual([2_000, 1_000]);
    expect(cost).toBeGreaterThan(0);
    expect(used).toBeCloseTo(limit - remaining, 3);
    expect(remaining).toBeLessThanOrEqual(limit);
    for (const { rowMicroseconds } of data.model.versions) expect(rowMicroseconds).toBeGreaterThan(0);
  });

  it('measures the price of a row', async () => {
    const price = async () =>
      (await server.query('{ model(name: "segmentation") { versions { rowMicroseconds } } }')).data.model.versions[0]
        .rowMicroseconds;
    await expect
      .poll(
        async () => {
          await server.query(SEGMENTS, { ids: ['c1', 'c2'] });
          return price();
        },
        { timeout: 5_000, interval: 300 },
      )
      .not.toBe(50);
  });

  it('charges nothing for what did not run', async () => {
    const { data } = await server.query('{ rateLimit { used } }');
    for (let i = 0; i < 20; i++) await server.query(SEGMENTS, { ids: 7 * i, more: {} });
    for (let i = 0; i < 20; i++)
      await server.query(
        'query ($t: [HypotheticalTransactionInput!]!) { customer(customerId: "c1") { assessTransactions(transactions: $t) { decision } } }',
        { t: Array(500).fill({}) },
      );
    const after = await server.query('{ rateLimit { used } }');
    expect(after.data.rateLimit.used).toBeLessThan(data.rateLimit.used + 5);
  });

  it.each(['http', 'ws', 'sse'])('refuses several operations in one request at %s', async (name) => {
    const batch = [{ query: '{ engine { name } }' }, { query: '{ engine { name } }' }];
    if (name === 'ws') {
      const { WebSocket } = await import('ws');
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      const closed = new Promise<number>((resolve) => socket.on('close', resolve));
      socket.on('open', () => socket.send('{"type":"connection_init"}'));
      socket.on('message', (data) => {
        if (String(data).includes('connection_ack'))
          socket.send(JSON.stringify([{ id: '1', type: 'subscribe', payload: batch[0] }]));
      });
      expect(await closed).toBe(4400);
      return;
    }
    const { status, answer } = await post(server.url, batch, name === 'sse' ? { accept: 'text/event-stream' } : {});
    expect(status).toBe(400);
    expect(answer.errors![0]!.extensions.code).toBe('BAD_REQUEST');
  });

  it('lets GraphiQL look at the schema', async () => {
    const { getIntrospectionQuery } = await import('graphql');
    const { data, errors } = await server.query(
      getIntrospectionQuery({ descriptions: true, oneOf: true, inputValueDeprecation: true }),
    );
    expect(errors).toBeUndefined();
    expect(data.__schema.types.length).toBeGreaterThan(50);
  });
});

describe('a budget', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  let doors: Record<string, Ask>;
  beforeAll(async () => {
    server = await startTestServer({
      dataDir: folder.path,
      env: {
        SCOREGRAPH_ENGINE: 'wasm',
        SCOREGRAPH_RATE_LIMIT_MS_PER_SECOND: '2',
        SCOREGRAPH_RATE_LIMIT_BURST_MS: '20',
      },
    });
    await fill(server);
    doors = doorsOf(server);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  const spendAll = async () => {
    for (let i = 0; i < 1_000; i++) {
      const { status, headers, answer } = await post(server.url, {
        query: SEGMENTS,
        variables: { ids: Array(20).fill('c1') },
      });
      if (status === 429) return { headers, answer };
    }
    throw new Error('the budget has no end');
  };

  it('that is empty is told with the time to come back, at every door', async () => {
    const { headers, answer } = await spendAll();
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(answer.errors![0]).toMatchObject({
      message: expect.stringContaining('try again in'),
      extensions: {
        code: 'RATE_LIMITED',
        cost: expect.any(Number),
        remaining: expect.any(Number),
        retryAfterMs: expect.any(Number),
      },
    });
    for (const name of ['ws', 'sse']) {
      await spendAll();
      const { errors } = await doors[name]!(SEGMENTS, { ids: Array(150).fill('c1') });
      expect(errors![0]!.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    }
    const refused = (await spendAll()).answer.errors![0]!;
    await new Promise((resolve) => setTimeout(resolve, refused.extensions.retryAfterMs as number));
    const { status } = await post(server.url, { query: '{ engine { name } }' });
    expect(status).toBe(200);
  });

  it('is what lines of events are paid from: they wait, and are not refused', async () => {
    const send = async (from: number) => {
      const body = Array.from({ length: 60 }, (_, i) => `{"type":"customer","customerId":"line${from + i}"}\n`).join(
        '',
      );
      const headers = { 'content-type': 'application/x-ndjson' };
      const response = await fetch(`${server.url}/v1/events`, { method: 'POST', headers, body });
      expect(await response.text()).toContain('"accepted":60');
    };
    await spendAll();
    await send(0);
    expect((await post(server.url, { query: '{ engine { name } }' })).status).toBe(429);
    const started = performance.now();
    await send(60);
    // 60 lines of 0.04 ms and more were spent ahead, and 2 ms come back a second.
    expect(performance.now() - started).toBeGreaterThan(800);
  });
});
