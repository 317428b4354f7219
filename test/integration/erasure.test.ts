import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { subjectOf } from '../../src/flows/erasure.js';
import { filesWith } from '../support/files.js';
import { listen, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

const UPSERT =
  'mutation ($customers: [CustomerInput!]!) { upsertCustomers(customers: $customers) { acceptedCount userErrors { code } } }';
const INTERACT = `mutation ($interactions: [InteractionInput!]!) {
  recordInteractions(interactions: $interactions) { acceptedCount userErrors { code message } }
}`;
const ERASE = `mutation ($customerId: ID!, $reason: String!) {
  eraseCustomer(customerId: $customerId, reason: $reason) {
    erasure { erasureId subject salt erasedAt events predictions } userErrors { code field message }
  }
}`;
const RECORDS = `query ($customerId: ID!, $first: Int, $after: Cursor) {
  customerRecords(customerId: $customerId, first: $first, after: $after) {
    edges { cursor node { kind content } } nodes { kind } pageInfo { hasNextPage endCursor }
  }
}`;
const SCORED = `subscription ($after: Cursor, $filter: TransactionScoredFilter) {
  transactionScored(after: $after, filter: $filter) {
    __typename ... on StreamMessage { cursor } ... on TransactionScored { transaction { transactionId } } ... on Lagged { reason }
  }
}`;
const VICTIM = 'victim-4711 ü';
const MARKER = 'Unmistakable Merchant 0815';

describe('erasing a customer', () => {
  const folder = temporaryFolder();
  const dataDir = join(folder.path, 'data');
  const env = {
    SCOREGRAPH_ENGINE: 'wasm',
    SCOREGRAPH_ALERT_RAISE_THRESHOLD: '0',
    SCOREGRAPH_ALERT_CLEAR_THRESHOLD: '0',
  };
  let server: TestServer;
  let itemId: string;
  beforeAll(async () => {
    server = await startTestServer({ dataDir, env });
    itemId = server.running.app.recommendations.items()[0]!.id;
    await upsert(VICTIM, 'other');
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });
  const upsert = (...ids: string[]) =>
    server.query(UPSERT, {
      customers: ids.map((customerId) => ({ customerId, country: 'France', birthDate: '1980-05-17' })),
    });
  const pay = async (ids: readonly string[], customerId: string, merchant = MARKER) => {
    const { data } = await server.query(RECORD, {
      transactions: ids.map((id) => payment(id, customerId, { merchant })),
    });
    expect(data.recordTransactions.userErrors).toEqual([]);
    return data.recordTransactions.transactions;
  };
  const erase = async (customerId: string, reason = 'asked for it') =>
    (await server.query(ERASE, { customerId, reason })).data.eraseCustomer;

  let cursor: string;
  let predictionId: string;
  it('shows everything that is held, page by page', async () => {
    const client = server.client();
    const stream = listen(client, SCORED);
    cursor = (await stream.next(1))[0]!.data.transactionScored.cursor;
    const paid = await pay(['victim-tx-1', 'victim-tx-2'], VICTIM);
    predictionId = paid[0].fraud.id;
    await pay(['other-tx-1'], 'other', 'Elsewhere');
    const interaction = {
      interactionId: 'victim-int-1',
      customerId: VICTIM,
      itemId,
      kind: 'PURCHASE',
      occurredAt: new Date().toISOString(),
      predictionId,
    };
    expect((await server.query(INTERACT, { interactions: [interaction] })).data.recordInteractions.acceptedCount).toBe(
      1,
    );
    await server.query(
      `{ customer(customerId: "${VICTIM}") { segment { segment { key } } recommendations { items { rank } } } }`,
    );
    await stream.next(4);
    await client.dispose();

    const all: { kind: string; content: string }[] = [];
    let after: string | null = null;
    do {
      const { data, errors } = await server.query(RECORDS, { customerId: VICTIM, first: 2, after });
      expect(errors).toBeUndefined();
      all.push(...data.customerRecords.edges.map(({ node }: { node: (typeof all)[number] }) => node));
      after = data.customerRecords.pageInfo.hasNextPage ? data.customerRecords.pageInfo.endCursor : null;
    } while (after !== null);
    const contents = all.map(({ content }) => JSON.parse(content));
    expect(contents[0]).toMatchObject({ customerId: VICTIM, state: { country: 'France', payments: 2 } });
    expect(contents.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['customer.upserted', 'payment.recorded', 'interaction.recorded', 'alert.raised']),
    );
    expect(contents.find(({ id }) => id === 'victim-tx-1').payload.merchant).toBe(MARKER);
    const fraud = contents.find((content) => content.predictionId === predictionId);
    expect(fraud).toMatchObject({ model: 'fraud', entity: VICTIM, eventId: 'victim-tx-1' });
    expect(Object.keys(fraud.features)).toContain('log_amount');
    const positions = all.flatMap(({ kind, content }) => (kind === 'EVENT' ? [JSON.parse(content).position] : []));
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    const { errors } = await server.query(RECORDS, { customerId: VICTIM, after: 'nonsense' });
    expect(errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('refuses what makes no sense, and erases nothing then', async () => {
    expect(await erase('nobody')).toMatchObject({
      erasure: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['customerId'] }],
    });
    expect((await erase(VICTIM, '')).userErrors).toMatchObject([{ code: 'INVALID', field: ['reason'] }]);
    expect((await erase(VICTIM, `letter of ${VICTIM}`)).userErrors).toMatchObject([
      { code: 'INVALID', field: ['reason'] },
    ]);
    expect((await server.query(RECORDS, { customerId: 'nobody' })).errors![0]!.extensions.code).toBe('NOT_FOUND');
    expect(
      (await server.query('query ($id: ID!) { customer(customerId: $id) { customerId } }', { id: VICTIM })).errors,
    ).toBeUndefined();
  });

  it('leaves nothing: not in the graph, not in memory, not in any file', async () => {
    await server.running.checkpoint(); // features and alerts are in the file too
    expect(filesWith(dataDir, VICTIM, MARKER, 'victim-tx-1').length).toBeGreaterThan(0);
    const client = server.client();
    const watching = listen(client, 'subscription ($id: ID!) { customerScores(customerId: $id) { changed } }', {
      id: VICTIM,
    });
    await watching.next(1);
    const head = server.running.data.events.head();

    const { erasure, userErrors } = await erase(VICTIM);
    expect(userErrors).toEqual([]);
    expect(erasure.events).toBeGreaterThanOrEqual(5);
    expect(erasure.predictions).toBeGreaterThanOrEqual(2);
    expect(erasure.subject).toBe(subjectOf(VICTIM, erasure.salt));
    expect(filesWith(dataDir, VICTIM, MARKER, 'victim-tx-1', 'victim-tx-2', 'victim-int-1', predictionId)).toEqual([]);
    await expect(watching.next(100)).rejects.toThrow(/ended/);
    await client.dispose();

    const { errors } = await server.query('query ($id: ID!) { customer(customerId: $id) { customerId } }', {
      id: VICTIM,
    });
    expect(errors![0]!.extensions.code).toBe('NOT_FOUND');
    const { data } = await server.query(
      `query ($id: ID!, $ids: [ID!]!) {
        transaction(transactionId: "victim-tx-1") { transactionId }
        node(id: $id) { id }
        predictions(filter: { customerIds: $ids }) { nodes { id } }
        fraudAlerts { nodes { customer { customerId } transaction { transactionId } } }
      }`,
      { id: predictionId, ids: [VICTIM] },
    );
    expect(data.transaction).toBeNull();
    expect(data.node).toBeNull();
    expect(data.predictions.nodes).toEqual([]);
    expect(data.fraudAlerts.nodes).toEqual([
      { customer: { customerId: 'other' }, transaction: { transactionId: 'other-tx-1' } },
    ]);
    expect(JSON.stringify([...server.running.app.alerts.list.entries()])).not.toContain(VICTIM);
    // The log tells of it, without saying who it was.
    const [told] = await server.running.data.events.byType('customer.erased', { limit: 1, newestFirst: true });
    expect(told).toMatchObject({
      id: erasure.erasureId,
      entity: erasure.subject,
      payload: { reason: 'asked for it', events: erasure.events },
    });
    expect(told!.seq).toBeGreaterThan(head);
  });

  it('lets streams go on: who resumes from before it skips what is gone', async () => {
    const client = server.client();
    const messages = await listen(client, SCORED, { after: cursor }).next(2);
    expect(messages.map(({ data }) => data.transactionScored)).toMatchObject([
      { __typename: 'TransactionScored', transaction: { transactionId: 'other-tx-1' } },
      { __typename: 'CaughtUp' },
    ]);
    await client.dispose();
  });

  it('takes the id again as another customer, and its transactions as new', async () => {
    const { data } = await server.query(RECORD, { transactions: [payment('victim-tx-1', VICTIM)] });
    expect(data.recordTransactions.userErrors).toMatchObject([{ code: 'UNKNOWN_CUSTOMER' }]);
    expect((await erase(VICTIM)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await upsert(VICTIM)).data.upsertCustomers.userErrors).toEqual([]);
    const [again] = await pay(['victim-tx-1'], VICTIM, 'Another');
    expect(again.fraud.id).not.toBe(predictionId);
    expect(server.running.app.customers.peek(VICTIM)).toMatchObject({ payments: 1 });
  });

  it('keeps it gone over a restart', async () => {
    expect((await erase(VICTIM)).erasure).not.toBeNull();
    await server.stop();
    expect(filesWith(dataDir, VICTIM, MARKER)).toEqual([]);
    server = await startTestServer({ dataDir, env });
    expect(server.running.app.customers.peek(VICTIM)).toBeNull();
    expect(server.running.app.customers.peek('other')).toMatchObject({ payments: 1 });
    const client = server.client();
    const messages = await listen(client, SCORED, { after: cursor }).next(2);
    expect(messages[0]!.data.transactionScored.transaction.transactionId).toBe('other-tx-1');
    await client.dispose();
  });

  it('finishes at the start what was noted and interrupted', async () => {
    await upsert('noted');
    await pay(['noted-tx'], 'noted');
    await server.running.checkpoint();
    await server.running.data.personal.begin({
      entity: 'noted',
      id: 'n',
      subject: 's',
      reason: 'r',
      by: 'b',
      requestedAt: 1,
    });
    await server.stop();
    server = await startTestServer({ dataDir, env });
    expect(server.running.app.customers.peek('noted')).toBeNull();
    expect(filesWith(dataDir, 'noted-tx', MARKER)).toEqual([]);
    expect(JSON.stringify([...server.running.app.alerts.list.entries()])).not.toContain('noted-tx');
  });

  it.each(['', "x'; DROP TABLE events; --", '%', '*', 'a\u0000b', 'ß'.repeat(128), 'fraud'])(
    'takes odd ids as they are: %j',
    async (id) => {
      const known = (await upsert(id)).data.upsertCustomers.acceptedCount === 1;
      const { erasure, userErrors } = await erase(id, 'why not');
      if (known) expect(erasure).toMatchObject({ events: 1 });
      else expect(userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
      expect(server.running.app.customers.peek('other')).toMatchObject({ payments: 1 });
      expect(
        await server.running.data.events.byType('model.state_changed', { limit: 1, newestFirst: true }),
      ).toHaveLength(1);
    },
  );

  it('erases once, however many ask at once', async () => {
    await upsert('twin');
    const all = await Promise.all([erase('twin'), erase('twin'), erase('twin'), erase('other-than-any')]);
    expect(all.filter(({ erasure }) => erasure !== null)).toHaveLength(1);
    expect(all.flatMap(({ userErrors }) => userErrors)).toHaveLength(3);
  });

  it('is not undone by payments that are under way, nor does it touch those of others', async () => {
    await upsert('busy-customer', 'neighbour');
    let round = 0;
    let stop = false;
    const accepted = new Map<string, number>();
    const flood = async (worker: number) => {
      while (!stop) {
        const n = round++;
        const transactions = ['busy-customer', 'neighbour'].flatMap((id) =>
          Array.from({ length: 20 }, (_, i) => payment(`${id}-${worker}-${n}-${i}`, id, { merchant: `Busy ${id}` })),
        );
        const { data } = await server.query(RECORD.replace('fraud { id probability decision recorded }', ''), {
          transactions,
        });
        for (const { code } of data.recordTransactions.userErrors) accepted.set(code, (accepted.get(code) ?? 0) + 1);
      }
    };
    const workers = [flood(0), flood(1), flood(2), flood(3)];
    await new Promise((resolve) => setTimeout(resolve, 400));
    const checkpoint = server.running.checkpoint();
    const { erasure } = await erase('busy-customer');
    await new Promise((resolve) => setTimeout(resolve, 200));
    stop = true;
    await Promise.all(workers);
    await checkpoint;
    await server.running.app.scorer.settled(server.running.data.events.head(), 10_000);
    await server.running.checkpoint();
    expect(erasure.events).toBeGreaterThan(20);
    expect([...accepted.keys()].filter((code) => code !== 'UNKNOWN_CUSTOMER' && code !== 'BEING_ERASED')).toEqual([]);
    expect(server.running.app.customers.peek('busy-customer')).toBeNull();
    expect(await server.running.data.personal.holds('busy-customer')).toBe(false);
    expect(filesWith(dataDir, 'Busy busy-customer')).toEqual([]);
    const paid = server.running.app.customers.peek('neighbour')!.payments;
    expect(paid).toBeGreaterThan(20);
    expect(await server.running.data.personal.predictions('neighbour', null, 100_000)).toHaveLength(paid);
  });
});
