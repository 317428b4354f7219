import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES } from '../support/engines.js';
import { fill, listen, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

const COMBINED = `query ($id: ID!) {
  customer(customerId: $id) {
    segment { segment { segmentId label } confidence margin }
    recommendations(first: 5) { basis items { rank score item { itemId title } } }
    assessTransaction(transaction: {merchant: "Stark Inc", category: "grocery_pos", amount: {amount: "310.00", currency: "USD"}}) {
      id probability decision recorded modelVersion { number model { name } }
    }
  }
}`;

describe.each(ENGINES)('the graph on %s', (engine) => {
  const folder = temporaryFolder();
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_ENGINE: engine } });
    await fill(server);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  const rows = (model: string) => server.running.inference.registry.get(model)!.versions[0]!.statistics.rows;

  it('answers one query from three models', async () => {
    const { data, errors } = await server.query(COMBINED, { id: 'c1' });
    expect(errors).toBeUndefined();
    const { segment, recommendations, assessTransaction } = data.customer;
    expect(segment.confidence).toBeGreaterThan(0.2);
    expect(recommendations).toMatchObject({ basis: 'POPULAR_IN_COUNTRY' });
    expect(recommendations.items).toHaveLength(5);
    expect(assessTransaction.probability).toBeGreaterThanOrEqual(0);
    expect(assessTransaction.modelVersion).toEqual({ number: 1, model: { name: 'fraud' } });
  });

  it('makes a customer of nothing but customers', async () => {
    await server.query(
      'mutation { upsertItems(items: [{itemId: "not-a-customer", title: "LAMP"}]) { acceptedCount } }',
    );
    for (const id of ['not-a-customer', 'fraud']) {
      const { data, errors } = await server.query('query ($id: ID!) { customer(customerId: $id) { simulated } }', {
        id,
      });
      expect([data.customer, errors![0]!.extensions.code]).toEqual([null, 'NOT_FOUND']);
    }
  });

  it('runs only the models that are selected', async () => {
    const before = {
      fraud: rows('fraud'),
      recommendations: rows('recommendations'),
      segmentation: rows('segmentation'),
    };
    await server.query('{ customer(customerId: "c2") { segment { confidence } } }');
    expect(rows('segmentation')).toBeGreaterThan(before.segmentation);
    expect(rows('fraud')).toBe(before.fraud);
    expect(rows('recommendations')).toBe(before.recommendations);
  });

  it('answers the same compiled (a repeated document) as interpreted', async () => {
    const query =
      '{ customer(customerId: "c2") { customerId country birthDate segment { segment { label } confidence } } nobody: customer(customerId: "x") { id } }';
    const answers = [];
    for (let i = 0; i < 6; i++) answers.push(await server.query(query));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]!.errors).toHaveLength(1);
    expect(answers[0]!.errors![0]).toMatchObject({ path: ['nobody'], extensions: { code: 'NOT_FOUND' } });
  });

  it('changes recommendations with an interaction, without retraining', async () => {
    const list = async () =>
      (
        await server.query(
          '{ customer(customerId: "c3") { recommendations(first: 10) { basis items { item { itemId } } } } }',
        )
      ).data.customer.recommendations;
    const before = await list();
    const itemId = before.items[3].item.itemId;
    const { data } = await server.query(
      'mutation ($i: [InteractionInput!]!) { recordInteractions(interactions: $i) { acceptedCount userErrors { message } } }',
      {
        i: [
          {
            interactionId: 'i1',
            customerId: 'c3',
            itemId,
            kind: 'PURCHASE',
            occurredAt: new Date().toISOString(),
            unitPrice: { amount: '2.10', currency: 'GBP' },
          },
        ],
      },
    );
    expect(data.recordInteractions).toEqual({ acceptedCount: 1, userErrors: [] });
    const after = await list();
    expect(after.basis).toBe('PERSONAL');
    expect(after.items).not.toEqual(before.items);
    const without = await server.query(
      '{ customer(customerId: "c3") { recommendations(first: 100, excludePurchased: true) { items { item { itemId } } } } }',
    );
    const ids = without.data.customer.recommendations.items.map((i: { item: { itemId: string } }) => i.item.itemId);
    expect(ids).toHaveLength(100);
    expect(ids).not.toContain(itemId);
  });

  it('never recommends what was withdrawn', async () => {
    const top = async () =>
      (
        await server.query(
          '{ customer(customerId: "c1") { recommendations(first: 1) { items { item { itemId title } } } } }',
        )
      ).data.customer.recommendations.items[0].item;
    const { itemId, title } = await top();
    await server.query('mutation ($items: [ItemInput!]!) { upsertItems(items: $items) { acceptedCount } }', {
      items: [{ itemId, title, available: false }],
    });
    expect((await top()).itemId).not.toBe(itemId);
    await server.query('mutation ($items: [ItemInput!]!) { upsertItems(items: $items) { acceptedCount } }', {
      items: [{ itemId, title, available: true }],
    });
    expect((await top()).itemId).toBe(itemId);
  });

  it('records payments once, scores each once, and tells a conflict', async () => {
    const one = payment('t1', 'c1');
    const first = (await server.query(RECORD, { transactions: [one] })).data.recordTransactions;
    expect(first.userErrors).toEqual([]);
    expect(first.transactions[0].fraud.recorded).toBe(true);
    const again = (await server.query(RECORD, { transactions: [one] })).data.recordTransactions;
    expect(again.transactions[0]).toEqual(first.transactions[0]);
    const other = (
      await server.query(RECORD, { transactions: [{ ...one, merchant: 'Somebody else' }, payment('t2', 'c1')] })
    ).data.recordTransactions;
    expect(other.acceptedCount).toBe(1);
    expect(other.transactions[0]).toBeNull();
    expect(other.userErrors).toMatchObject([
      { code: 'DUPLICATE_WITH_OTHER_CONTENT', field: ['transactions', '0', 'transactionId'] },
    ]);
    const { prediction, node } = (
      await server.query(
        'query ($id: ID!) { prediction(id: $id) { id recorded ... on FraudAssessment { probability } } node(id: $id) { __typename id } }',
        { id: first.transactions[0].fraud.id },
      )
    ).data;
    expect(prediction).toEqual({
      id: first.transactions[0].fraud.id,
      recorded: true,
      probability: first.transactions[0].fraud.probability,
    });
    expect(node).toEqual({ __typename: 'FraudAssessment', id: prediction.id });
  });

  it('lets another version judge the vector logged on arrival', async () => {
    await server.query(RECORD, { transactions: [payment('t-vector', 'c2')] });
    await server.query(RECORD, { transactions: [payment('t-later', 'c2')] });
    const { data } = await server.query(
      '{ transaction(transactionId: "t-vector") { customer { customerId } arrival: fraud { probability } again: fraud(model: {version: 1}) { probability } } }',
    );
    expect(data.transaction.customer.customerId).toBe('c2');
    expect(data.transaction.again.probability).toBeCloseTo(data.transaction.arrival.probability, 6);
  });

  it('pages payments both ways', async () => {
    const ids = Array.from({ length: 7 }, (_, i) => `page-${i}`);
    await server.query('mutation { upsertCustomers(customers: [{customerId: "pages"}]) { acceptedCount } }');
    await server.query(RECORD, { transactions: ids.map((id) => payment(id, 'pages')) });
    const page = async (args: string) =>
      (
        await server.query(
          `{ customer(customerId: "pages") { transactions(${args}) { nodes { transactionId } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
        )
      ).data.customer.transactions;
    const names = (p: { nodes: { transactionId: string }[] }) => p.nodes.map((n) => n.transactionId);
    const first = await page('first: 3');
    expect(names(first)).toEqual(['page-6', 'page-5', 'page-4']);
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const second = await page(`first: 10, after: "${first.pageInfo.endCursor}"`);
    expect(names(second)).toEqual(['page-3', 'page-2', 'page-1', 'page-0']);
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const back = await page(`last: 2, before: "${second.pageInfo.startCursor}"`);
    expect(names(back)).toEqual(['page-5', 'page-4']);
  });

  it('finds everything again by its global id', async () => {
    const { data } = await server.query(
      '{ customer(customerId: "c1") { id } segments { id } models { id name versions { id number state metrics { name value dataset } statistics { rows } } inputs { name shape features { name minimum } } } }',
    );
    const ids = [
      data.customer.id,
      data.segments[0].id,
      data.models[0].id,
      data.models[0].versions[0].id,
      'nonsense',
      'Zm9vOmJhcg',
    ];
    const { data: found } = await server.query('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', { ids });
    expect(found.nodes.map((n: { __typename: string } | null) => n?.__typename ?? null)).toEqual([
      'Customer',
      'Segment',
      'Model',
      'ModelVersion',
      null,
      null,
    ]);
    expect(found.nodes.slice(0, 4).map((n: { id: string }) => n.id)).toEqual(ids.slice(0, 4));
    expect(data.models.map((m: { name: string }) => m.name).sort()).toEqual([
      'fraud',
      'recommendations',
      'segmentation',
    ]);
    expect(data.models.every((m: { versions: { state: string }[] }) => m.versions[0]!.state === 'AVAILABLE')).toBe(
      true,
    );
  });

  it('streams scored payments with cursors, filtered, and resumes without a gap', async () => {
    const client = server.client();
    const SCORED = `subscription ($after: Cursor, $filter: TransactionScoredFilter) {
      transactionScored(after: $after, filter: $filter) {
        __typename
        ... on TransactionScored { cursor transaction { transactionId customer { customerId } } fraud { probability decision } }
        ... on CaughtUp { cursor replayed }
        ... on Lagged { cursor missed reason }
      }
    }`;
    const all = listen(client, SCORED);
    const filtered = listen(client, SCORED, { filter: { customerIds: ['c2'] } });
    expect((await all.next(1))[0]!.data.transactionScored).toMatchObject({ __typename: 'CaughtUp', replayed: 0 });
    await filtered.next(1);
    await server.query(RECORD, { transactions: [payment('s1', 'c1'), payment('s2', 'c2'), payment('s3', 'c3')] });
    const got = (await all.next(4)).slice(1).map((m) => m.data.transactionScored);
    expect(got.map((m) => m.transaction.transactionId)).toEqual(['s1', 's2', 's3']);
    expect((await filtered.next(2))[1]!.data.transactionScored.transaction.customer.customerId).toBe('c2');
    all.stop();
    filtered.stop();
    await server.query(RECORD, { transactions: [payment('s4', 'c1')] });
    const resumed = listen(client, SCORED, { after: got[0]!.cursor });
    const replay = (await resumed.next(4)).map((m) => m.data.transactionScored);
    expect(replay.map((m) => m.transaction?.transactionId ?? m.__typename)).toEqual(['s2', 's3', 's4', 'CaughtUp']);
    expect(replay[3].replayed).toBe(3);
    const foreign = listen(client, 'subscription ($after: Cursor) { segmentChanged(after: $after) { __typename } }', {
      after: got[0]!.cursor,
    });
    expect((await foreign.next(1))[0]!.errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', field: 'after' } },
    ]);
    await client.dispose();
  });

  it('tells changed segments and lists', async () => {
    const client = server.client();
    await server.query('mutation { upsertCustomers(customers: [{customerId: "mover"}]) { acceptedCount } }');
    const segments = listen(
      client,
      'subscription { segmentChanged(customerId: "mover") { __typename ... on SegmentChanged { previous { segmentId } current { segment { segmentId } confidence } customer { customerId } } } }',
    );
    const lists = listen(
      client,
      'subscription { recommendationsChanged(customerId: "mover", first: 3) { basis items { item { itemId } } } }',
    );
    const first = (await segments.next(2))[1]!.data.segmentChanged;
    expect(first).toMatchObject({ __typename: 'SegmentChanged', previous: null, customer: { customerId: 'mover' } });
    expect((await lists.next(1))[0]!.data.recommendationsChanged.basis).toBe('POPULAR');
    const items = (
      await server.query(
        '{ customer(customerId: "mover") { recommendations(first: 12) { items { item { itemId } } } } }',
      )
    ).data.customer.recommendations.items;
    await server.query(
      'mutation ($i: [InteractionInput!]!) { recordInteractions(interactions: $i) { acceptedCount userErrors { message } } }',
      {
        i: items.map((r: { item: { itemId: string } }, n: number) => ({
          interactionId: `m${n}`,
          customerId: 'mover',
          itemId: r.item.itemId,
          kind: 'PURCHASE',
          quantity: 60,
          orderId: `order-${n}`,
          occurredAt: new Date(Date.now() - (12 - n) * 60_000).toISOString(),
          unitPrice: { amount: '9.95', currency: 'GBP' },
        })),
      },
    );
    const second = (await segments.next(3))[2]!.data.segmentChanged;
    expect(second.previous.segmentId).toBe(first.current.segment.segmentId);
    expect(second.current.segment.segmentId).toBe('champions');
    expect((await lists.next(2))[1]!.data.recommendationsChanged.basis).toBe('PERSONAL');
    await client.dispose();
    await expect.poll(() => server.running.app.streams.scored.live.size).toBe(0);
  });

  it('survives the death of its only worker', async () => {
    const [worker] = server.running.engineThreads;
    const restarted = worker!.kill();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        server.query('{ customer(customerId: "c1") { customerId segment { confidence } } }'),
      ),
    );
    await restarted;
    for (const { data, errors } of answers) {
      expect(data.customer.customerId).toBe('c1');
      if (errors) expect(errors[0]!.extensions).toMatchObject({ code: 'MODEL_UNAVAILABLE', reason: 'WORKER_EXITED' });
      else expect(data.customer.segment.confidence).toBeGreaterThan(0);
    }
    const after = await server.query(
      '{ engine { workersAlive } customer(customerId: "c1") { segment { confidence } } }',
    );
    expect(after.errors).toBeUndefined();
  });

  it('serves health, metrics and GraphiQL without a CDN', async () => {
    expect(await (await fetch(`${server.url}/v2/health/ready`)).json()).toEqual({
      ready: true,
      notReady: [],
      degraded: [],
    });
    expect((await fetch(`${server.url}/v2/health/live`)).status).toBe(200);
    const fraud = await fetch(`${server.url}/v2/models/fraud/ready`);
    expect(await fraud.json()).toEqual({ name: 'fraud', ready: true, reason: null });
    expect((await fetch(`${server.url}/v2/models/nothing/ready`)).status).toBe(404);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/scoregraph_model_rows_total\{model="fraud",version="1"\} [1-9]/);
    expect(metrics).toMatch(/scoregraph_workers_alive 1/);
    expect(metrics).toMatch(/scoregraph_graphql_errors_total\{code="NOT_FOUND"\} [1-9]/);
    const page = await (await fetch(`${server.url}/graphiql`)).text();
    expect(page).toContain('graphiql');
    expect(page).not.toMatch(/<(script|link)[^>]+(src|href)="https?:/);
  });

  it('holds deadlines', async () => {
    const late = await server.query(
      '{ customer(customerId: "c1") { customerId segment { confidence } } }',
      {},
      { 'x-deadline-ms': '1' },
    );
    if (late.errors) expect(late.errors[0]!.extensions.code).toBe('DEADLINE_EXCEEDED');
    const bad = await server.query('{ models { name } }', {}, { 'x-deadline-ms': 'soon' });
    expect(bad.errors![0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  });
});
