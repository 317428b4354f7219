import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graph, startProcess } from '../support/process.js';
import { fill, listen, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

const ENTRIES = `query ($filter: AuditFilter, $first: Int, $after: Cursor, $last: Int, $before: Cursor) {
  auditEntries(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    nodes { kind firstAt lastAt count principal door operation customerId erased model version outcome firstPredictionId traceId remoteAddress details { name value } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;
const COMBINED =
  '{ customer(customerId: "c1") { segment { confidence } recommendations(first: 3) { items { rank } } assessTransaction(transaction: {merchant: "m", category: "travel", amount: {amount: "9.99", currency: "USD"}}) { probability } } }';

interface Entry {
  readonly kind: string;
  readonly count: number;
  readonly principal: string | null;
  readonly door: string | null;
  readonly operation: string | null;
  readonly customerId: string | null;
  readonly model: string | null;
  readonly version: number | null;
  readonly outcome: string;
  readonly traceId: string | null;
  readonly details: readonly { name: string; value: string }[];
}

describe('the audit', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_ENGINE: 'wasm' } });
    await fill(server);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });
  const entries = async (filter: object = {}): Promise<Entry[]> => {
    const { data, errors } = await server.query(ENTRIES, { filter, first: 100 });
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data.auditEntries.nodes;
  };

  it('says who asked which model about whom, by which door', async () => {
    for (let i = 0; i < 3; i++) await server.query(COMBINED);
    const client = server.client();
    await listen(client, COMBINED).next(1);
    const about = await entries({ customerId: 'c1', kinds: ['QUESTION'] });
    const counts = new Map<string, number>();
    for (const { door, model, version, count, principal, outcome } of about) {
      expect({ principal, outcome, version: typeof version }).toEqual({
        principal: 'local',
        outcome: 'OK',
        version: 'number',
      });
      counts.set(`${door} ${model}`, (counts.get(`${door} ${model}`) ?? 0) + count);
    }
    expect(Object.fromEntries(counts)).toEqual({
      'http fraud': 3,
      'http recommendations': 3,
      'http segmentation': 3,
      'ws fraud': 1,
      'ws recommendations': 1,
      'ws segmentation': 1,
    });
    expect(await entries({ customerId: 'c2', kinds: ['QUESTION'] })).toEqual([]);
    expect((await entries({ model: 'fraud', door: 'ws' })).map(({ customerId }) => customerId)).toEqual(['c1']);
    await client.dispose();
  });

  it('says who was shown predictions that were recorded, and who watches what', async () => {
    const client = server.client();
    const scored = listen(
      client,
      'subscription { transactionScored(filter: {customerIds: ["c2"], minProbability: 0}) { ... on TransactionScored { fraud { id } transaction { customer { segment { confidence } } } } } }',
    );
    await expect.poll(async () => (await entries({ operation: 'transactionScored' })).length).toBe(1);
    await server.query(RECORD, { transactions: [payment('t1', 'c2')] });
    const id = (await scored.next(2))[1]!.data.transactionScored.fraud.id;
    const read = async () =>
      (await entries({ customerId: 'c2', kinds: ['READING'] })).reduce((sum, e) => sum + e.count, 0);
    const before = await read(); // the answer of the mutation shows the score
    expect(before).toBe(1);
    await server.query(`{ prediction(id: "${id}") { id } }`);
    await server.query('{ predictions(filter: {model: "fraud", customerIds: ["c2"]}) { nodes { id } } }');
    await server.query('{ customer(customerId: "c2") { transactions { nodes { fraud { probability } } } } }');
    expect((await read()) - before).toBe(3);
    expect(await entries({ operation: 'transactionScored' })).toMatchObject([
      {
        kind: 'ACTION',
        door: 'ws',
        customerId: 'c2',
        outcome: 'OK',
        details: [{ name: 'minProbability', value: '0' }],
      },
    ]);
    // What an event of the subscription asked is nobody's question.
    expect(await entries({ customerId: 'c2', kinds: ['QUESTION'] })).toEqual([]);
    await client.dispose();
  });

  it('has an entry for each mutation and stream of events, whatever came of it', async () => {
    await server.query(RECORD, {
      transactions: [payment('t2', 'c3', { amount: { amount: '-1.00', currency: 'USD' } })],
    });
    await server.query('mutation { acknowledgeFraudAlerts(alertIds: ["nonsense"]) { acknowledgedCount } }');
    const tooMany = Array.from({ length: 1_001 }, (_, i) => payment(`x${i}`, 'c3'));
    await server.query(RECORD, { transactions: tooMany });
    await fetch(`${server.url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: '{"type":"nonsense"}\n',
    });
    await expect.poll(async () => (await entries({ door: 'ndjson' })).length).toBe(1);
    const done = await entries({ kinds: ['ACTION'] });
    const of = (operation: string) => done.filter((entry) => entry.operation === operation);
    expect(of('upsertCustomers')).toMatchObject([
      { customerId: null, outcome: 'OK', details: [{ name: 'customers', value: '3' }] },
    ]);
    expect(of('recordTransactions').slice(0, 1)).toMatchObject([
      { outcome: 'OK', customerId: 'c3', details: [{ value: '1' }, { name: 'userErrors', value: '1' }] },
    ]);
    // More than one call may bring: it was not let in.
    expect(await entries({ kinds: ['REFUSAL'], operation: 'recordTransactions' })).toMatchObject([
      { outcome: 'QUERY_TOO_COSTLY', count: 1 },
    ]);
    expect(of('acknowledgeFraudAlerts')).toHaveLength(1);
    expect(of('POST /v1/events')).toMatchObject([
      { remoteAddress: '127.0.0.1', outcome: 'OK', details: [{}, {}, { name: 'refused', value: '1' }] },
    ]);
    expect(new Set(done.map(({ traceId }) => traceId)).size).toBe(done.length);
    expect(of('auditEntries').length).toBeGreaterThan(0);
  });

  it('does not name whom the server does not know', async () => {
    const client = server.client();
    const watch = listen(client, 'subscription { segmentChanged(customerId: "stranger") { __typename } }');
    expect((await watch.next(1))[0]).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    expect(await entries({ customerId: 'stranger' })).toEqual([]);
    expect(await entries({ operation: 'segmentChanged' })).toMatchObject([{ outcome: 'NOT_FOUND', customerId: null }]);
    await client.dispose();
  });

  it('is paged like every list', async () => {
    const page = async (args: object) => (await server.query(ENTRIES, args)).data.auditEntries;
    const filter = { principal: 'local', to: new Date().toISOString() };
    const whole = (await page({ filter, first: 100 })).nodes;
    expect(whole.length).toBeGreaterThan(8);
    const first = await page({ filter, first: 3 });
    const next = await page({ filter, first: 3, after: first.pageInfo.endCursor });
    const back = await page({ filter, last: 3, before: next.pageInfo.startCursor });
    expect([...first.nodes, ...next.nodes]).toEqual(whole.slice(0, 6));
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect(back.nodes).toEqual(first.nodes);
  });

  it.each([
    ['a page of nothing', { first: 0 }, 'first'],
    ['a huge page', { first: 2_000_000_000 }, 'first'],
    ['both ends', { first: 1, last: 1 }, 'last'],
    ['nonsense for a cursor', { after: 'nonsense' }, 'after'],
    ['a cursor of another list', { after: Buffer.from('predictions:1:1').toString('base64url') }, 'after'],
    ['a cursor of a stream', { before: Buffer.from('transactions:17').toString('base64url') }, 'before'],
    ['a version without its model', { filter: { version: 1 } }, 'filter.version'],
    [
      'a range that ends before it begins',
      { filter: { from: '2026-03-02T00:00:00Z', to: '2026-03-01T00:00:00Z' } },
      'filter.from',
    ],
    ['a name longer than there may be', { filter: { principal: 'p'.repeat(1_025) } }, 'filter.principal'],
    ['an empty name', { filter: { operation: '' } }, 'filter.operation'],
  ])('refuses %s', async (_what, args, field) => {
    const { errors } = await server.query(ENTRIES, args);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field } }]);
  });

  it('takes a filter for what it says, and nothing else', async () => {
    for (const text of ["' OR 1=1 --", 'c1\u0000', '%', 'nobody'])
      expect(await entries({ customerId: text })).toEqual([]);
    expect(await entries({ kinds: [] })).toEqual([]);
    expect(await entries({ from: '9999-01-01T00:00:00Z' })).toEqual([]);
    expect(await entries({ to: '0001-01-02T00:00:00Z' })).toEqual([]);
  });
});

describe('the audit of a server that is killed', () => {
  it('has everything but the last second, and is read from the command line beside the next server', async () => {
    const folder = temporaryFolder();
    const env = { SCOREGRAPH_DATA_DIR: folder.path, SCOREGRAPH_ENGINE: 'wasm' };
    let { child, url, ended } = await startProcess(env);
    try {
      await graph(url, 'mutation { upsertCustomers(customers: [{customerId: "c1"}]) { acceptedCount } }');
      /** When each question was answered. */
      const answered: number[] = [];
      const asking = (async () => {
        for (;;) {
          const answer = await graph(url, '{ customer(customerId: "c1") { segment { confidence } } }').catch(
            () => null,
          );
          if (answer === null) return;
          answered.push(Date.now());
        }
      })();
      await new Promise((done) => setTimeout(done, 3_000));
      const killedAt = Date.now();
      child.kill('SIGKILL');
      await Promise.all([ended, asking]);
      ({ child, url, ended } = await startProcess(env));
      const { data } = await graph(url, ENTRIES, { filter: { customerId: 'c1', kinds: ['QUESTION'] }, first: 100 });
      const counted = data.auditEntries.nodes.reduce((sum: number, { count }: Entry) => sum + count, 0);
      expect(counted).toBeGreaterThanOrEqual(answered.filter((at) => at < killedAt - 1_500).length);
      expect(counted).toBeGreaterThan(0);
      expect(counted).toBeLessThanOrEqual(answered.length + 1);

      const cli = resolve(import.meta.dirname, '../../dist/cli.js');
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [cli, 'audit', '--customer', 'c1', '--kind', 'question', '--since', '2026-01-01'],
        { env: { ...process.env, ...env } },
      );
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(lines.reduce((sum: number, { count }: Entry) => sum + count, 0)).toBe(counted);
      expect(lines[0]).toMatchObject({
        kind: 'QUESTION',
        customerId: 'c1',
        model: 'segmentation',
        principal: 'local',
        door: 'http',
      });
    } finally {
      child.kill('SIGKILL');
      await ended;
      folder.remove();
    }
  }, 120_000);

  it('does not keep the server from answering when its file cannot be written', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder.path, 'audit.db'));
    const server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_ENGINE: 'wasm' } });
    try {
      await fill(server);
      expect((await server.query(COMBINED)).data.customer.segment.confidence).toBeGreaterThan(0);
      const { errors } = await server.query(ENTRIES);
      expect(errors).toMatchObject([{ extensions: { code: 'STORAGE_UNAVAILABLE' } }]);
      expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('scoregraph_audit_writable 0');
    } finally {
      await server.stop();
      folder.remove();
    }
  });
});
