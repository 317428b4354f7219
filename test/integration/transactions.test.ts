import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/access/api-keys.js';
import type { Role } from '../../src/core/roles.js';
import { payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

interface Page {
  readonly nodes: readonly {
    readonly transactionId: string;
    readonly fraud: { readonly probability: number } | null;
  }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const PAGE = `query ($filter: TransactionFilter, $first: Int, $after: Cursor, $last: Int, $before: Cursor) {
  transactions(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    nodes { transactionId fraud { probability } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

describe('the payments of all', () => {
  const folder = temporaryFolder();
  const keyFile = join(folder.path, 'api-keys.json');
  const key = (roles: Role[], customers: string[] | null = null) =>
    createApiKey(keyFile, { name: 'test', roles, customers, expiresAt: null }, Date.now()).key;
  const keys = {
    admin: key(['admin']),
    viewer: key(['viewer']),
    ingester: key(['ingester']),
    bound: key(['viewer'], ['c1', 'c3']),
    /** Bound to more customers than one statement names. */
    many: key(['viewer'], [...Array.from({ length: 250 }, (_, i) => `nobody-${i}`), 'c2']),
  };
  let server: TestServer;
  const ask = (variables: object = {}, who = keys.viewer) =>
    server.query(PAGE, variables, { authorization: `Bearer ${who}` });
  const page = async (variables: object = {}, who = keys.viewer): Promise<Page> => {
    const { data, errors } = await ask(variables, who);
    expect(errors).toBeUndefined();
    return data.transactions;
  };
  const idsOf = ({ nodes }: Page) => nodes.map(({ transactionId }) => transactionId);
  let recorded = 0;
  /** Payments of c1, c2 and c3 in turn: `t1`, `t2`, … */
  const record = async (count: number) => {
    const transactions = Array.from({ length: count }, () => payment(`t${++recorded}`, `c${((recorded - 1) % 3) + 1}`));
    const { data } = await server.query(RECORD, { transactions }, { authorization: `Bearer ${keys.admin}` });
    expect(data.recordTransactions.acceptedCount).toBe(count);
  };

  beforeAll(async () => {
    server = await startTestServer({
      dataDir: folder.path,
      env: { SCOREGRAPH_API_KEYS: 'on', SCOREGRAPH_RATE_LIMIT_MS_PER_SECOND: '0' },
    });
    await server.query(
      'mutation { upsertCustomers(customers: [{customerId: "c1"}, {customerId: "c2"}, {customerId: "c3"}]) { acceptedCount } }',
      {},
      { authorization: `Bearer ${keys.admin}` },
    );
    await record(9);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('come newest first, with the score that was given on arrival', async () => {
    const { nodes, pageInfo } = await page({ first: 4 });
    expect(nodes.map(({ transactionId }) => transactionId)).toEqual(['t9', 't8', 't7', 't6']);
    for (const { fraud } of nodes) expect(fraud?.probability).toBeGreaterThan(0);
    expect(pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const rest = await page({ first: 100, after: pageInfo.endCursor });
    expect(idsOf(rest)).toEqual(['t5', 't4', 't3', 't2', 't1']);
    expect(rest.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect(idsOf(await page({ last: 2 }))).toEqual(['t2', 't1']);
    expect(idsOf(await page({ last: 2, before: rest.pageInfo.startCursor }))).toEqual(['t7', 't6']);
  });

  it('can be those of some customers', async () => {
    expect(idsOf(await page({ filter: { customerIds: ['c3', 'c1', 'c3', 'nobody'] }, first: 3 }))).toEqual([
      't9',
      't7',
      't6',
    ]);
    expect(idsOf(await page({ filter: { customerIds: [] } }))).toEqual([]);
  });

  it('are those of the caller’s own customers only', async () => {
    expect(idsOf(await page({}, keys.bound))).toEqual(['t9', 't7', 't6', 't4', 't3', 't1']);
    expect(idsOf(await page({ filter: { customerIds: ['c2', 'c3'] } }, keys.bound))).toEqual(['t9', 't6', 't3']);
    expect(idsOf(await page({}, keys.many))).toEqual(['t8', 't5', 't2']);
    const { pageInfo } = await page({ first: 1 }, keys.bound);
    expect(idsOf(await page({ after: pageInfo.endCursor, first: 2 }, keys.bound))).toEqual(['t7', 't6']);
    expect((await ask({}, keys.ingester)).errors).toMatchObject([
      { message: 'Query.transactions needs the role viewer.', extensions: { code: 'FORBIDDEN' } },
    ]);
  });

  it('refuses what it cannot mean, saying what it expected', async () => {
    const refusals: [object, RegExp][] = [
      [{ first: 101 }, /whole number from 1 to 100, got 101/],
      [{ first: 0 }, /whole number from 1 to 100, got 0/],
      [{ first: 1, last: 1 }, /first or last, got both/],
      [{ after: 'nonsense' }, /expected a cursor/],
      [{ filter: { customerIds: Array.from({ length: 101 }, (_, i) => `c${i}`) } }, /at most 100 filter.customerIds/],
    ];
    for (const [variables, message] of refusals) {
      const { errors } = await ask(variables);
      expect(errors?.[0]).toMatchObject({ message: expect.stringMatching(message) });
    }
    const { data } = await server.query(
      '{ customer(customerId: "c1") { transactions(first: 1) { pageInfo { endCursor } } } }',
      {},
      { authorization: `Bearer ${keys.admin}` },
    );
    const { errors } = await ask({ after: data.customer.transactions.pageInfo.endCursor });
    expect(errors?.[0]?.message).toMatch(/cursor of the stream "transactions", not of "all-transactions"/);
  });

  it('are each met once by who pages on while more come, and by who comes back for the newer ones', async () => {
    const before = recorded;
    const met: string[] = [];
    let after: string | null = null;
    let newest: string | null = null;
    for (let more = true; more; ) {
      const asked: Promise<Page> = page({ first: 2, after });
      await record(5);
      const { nodes, pageInfo } = await asked;
      met.push(...nodes.map(({ transactionId }) => transactionId));
      newest ??= pageInfo.startCursor;
      after = pageInfo.endCursor;
      more = pageInfo.hasNextPage;
    }
    // The first page may have seen some of the five that were recorded beside it; below its newest there is no gap and no double.
    const first = Number(met[0]!.slice(1));
    expect(first).toBeGreaterThanOrEqual(before);
    expect(met).toEqual(Array.from({ length: first }, (_, i) => `t${first - i}`));
    const newer: string[] = [];
    for (let cursor = newest; cursor !== null; ) {
      const { nodes, pageInfo }: Page = await page({ last: 100, before: cursor });
      newer.unshift(...nodes.map(({ transactionId }) => transactionId));
      cursor = pageInfo.hasPreviousPage ? pageInfo.startCursor : null;
    }
    expect(newer).toEqual(Array.from({ length: recorded - first }, (_, i) => `t${recorded - i}`));
  });
});
