import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fill, listen, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

const SCORES = `subscription ($customerId: ID!, $first: Int) {
  customerScores(customerId: $customerId, first: $first) {
    changed customer { customerId } transaction { transactionId } fraud { id probability recorded }
    segment { segment { segmentId } } recommendations { items { rank item { itemId } } }
  }
}`;
const STATS = `subscription ($every: Float) {
  liveStats(every: $every) {
    at windowSeconds transactionsPerSecond predictionsPerSecond decisions { approve review decline }
    scoringLatency { p50Ms p99Ms } eventLog { head horizon } scorerBacklog subscribers
    models { model version rowsPerSecond latencyP50Ms latencyP99Ms meanBatchSize queueDepth }
  }
}`;
const STATES = `subscription ($model: String, $after: Cursor) {
  modelStateChanged(model: $model, after: $after) {
    __typename
    ... on CaughtUp { cursor replayed }
    ... on ModelStateChanged { cursor model number state reason at modelVersion { number state } }
  }
}`;

describe('what is live beside the log', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  beforeAll(async () => {
    // Versions go and come by hand here: nobody looks at the folder and calls back what it finds unloaded.
    server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_MODELS_POLL_MS: '0' } });
    await fill(server);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });
  const pay = async (...transactions: object[]) => {
    const answer = await server.query(RECORD, { transactions });
    // Without it nothing would be told, and the test would wait for it until its time is over.
    expect(answer.data?.recordTransactions?.acceptedCount, JSON.stringify(answer.errors)).toBe(transactions.length);
  };
  const buy = (customerId: string, itemId: string, id: string) =>
    server.query(
      'mutation ($i: [InteractionInput!]!) { recordInteractions(interactions: $i) { acceptedCount userErrors { message } } }',
      { i: [{ interactionId: id, customerId, itemId, kind: 'PURCHASE', occurredAt: new Date().toISOString() }] },
    );

  it('follows one customer through all models, and tells only what moved', async () => {
    const client = server.client();
    await pay(payment('t1', 'c1'));
    const stream = listen(client, SCORES, { customerId: 'c1', first: 5 });
    const other = listen(client, SCORES, { customerId: 'c2' });
    const [first] = (await stream.next(1)).map(({ data }) => data.customerScores);
    expect(first).toMatchObject({
      changed: ['FRAUD', 'SEGMENT', 'RECOMMENDATIONS'],
      customer: { customerId: 'c1' },
      transaction: { transactionId: 't1' },
      fraud: { recorded: true },
    });
    expect(first.recommendations.items).toHaveLength(5);
    expect((await other.next(1))[0]!.data.customerScores).toMatchObject({ transaction: null, fraud: null });

    await pay(payment('t2', 'c1', { amount: { amount: '99.00', currency: 'USD' } }));
    const second = (await stream.next(2))[1]!.data.customerScores;
    expect(second).toMatchObject({ changed: ['FRAUD'], transaction: { transactionId: 't2' } });
    expect(second.recommendations).toEqual(first.recommendations);

    await buy('c1', first.recommendations.items[2].item.itemId, 'i1');
    await expect
      .poll(() => stream.messages.slice(2).flatMap(({ data }) => data.customerScores.changed))
      .toContain('RECOMMENDATIONS');
    const last = stream.messages.at(-1)!.data.customerScores;
    expect(last.transaction).toEqual({ transactionId: 't2' });
    expect(other.messages).toHaveLength(1);
    stream.stop();
    other.stop();
    await expect.poll(() => server.running.app.customerScores.watchers).toBe(0);
    await client.dispose();
  });

  it('conflates what is not read in time: the newest payment counts', async () => {
    const stream = server.running.app.customerScores.follow('c3', 3, () => ({
      deadline: Number.POSITIVE_INFINITY,
      priority: 'interactive',
      principal: 'test',
      traceId: 'test',
    }));
    await stream.next();
    for (const id of ['x1', 'x2', 'x3']) await pay(payment(id, 'c3'));
    const { value } = await stream.next();
    expect(value).toMatchObject({ changed: ['FRAUD'], scored: { event: { id: 'x3' } } });
    await stream.return(undefined);
    expect(server.running.app.customerScores.watchers).toBe(0);
  });

  it('tells how the server is doing', async () => {
    const client = server.client();
    const stream = listen(client, STATS, { every: 0.25 });
    await stream.next(1);
    await pay(...Array.from({ length: 20 }, (_, i) => payment(`s${i}`, 'c2')));
    const figures = () => stream.messages.map(({ data }) => data.liveStats);
    await expect
      .poll(() => figures().reduce((sum, f) => sum + f.decisions.approve + f.decisions.review + f.decisions.decline, 0))
      .toBeGreaterThanOrEqual(20);
    const busy = figures().find(({ transactionsPerSecond }) => transactionsPerSecond > 0)!;
    expect(busy.scoringLatency.p50Ms).toBeGreaterThan(0);
    expect(busy.scoringLatency.p99Ms).toBeGreaterThanOrEqual(busy.scoringLatency.p50Ms);
    expect(figures().at(-1)!.subscribers).toBe(1);
    expect(busy.eventLog.horizon).toBe(0);
    const fraud = busy.models.find(({ model }: { model: string }) => model === 'fraud');
    expect(fraud).toMatchObject({ version: 1, queueDepth: 0 });
    expect(fraud.rowsPerSecond).toBeGreaterThan(0);
    expect(fraud.latencyP50Ms).toBeGreaterThan(0);
    expect(figures().at(-1)!.eventLog.head).toBe(server.running.data.events.head());
    await client.dispose();
    await expect.poll(() => server.running.app.liveStats.intervals).toBe(0);
  });

  it('tells what becomes of model versions, also what became of them before', async () => {
    const client = server.client();
    const head = Buffer.from('model-states:0').toString('base64url');
    const past = listen(client, STATES, { model: 'fraud', after: head });
    const live = listen(client, STATES);
    const replay = (await past.next(4)).map(({ data }) => data.modelStateChanged);
    expect(replay.slice(0, 3)).toMatchObject([
      { model: 'fraud', number: 1, state: 'START' },
      { model: 'fraud', number: 1, state: 'LOADING', modelVersion: { state: 'AVAILABLE' } },
      { model: 'fraud', number: 1, state: 'AVAILABLE', reason: null },
    ]);
    const caughtUp = replay.find(({ __typename }) => __typename === 'CaughtUp');
    expect(caughtUp?.replayed ?? 3).toBeGreaterThanOrEqual(2);
    await live.next(1);
    const { registry } = server.running.inference;
    await registry.unload(registry.version('segmentation', 1)!, 'because');
    expect((await live.next(3)).slice(1).map(({ data }) => data.modelStateChanged)).toMatchObject([
      { model: 'segmentation', state: 'UNLOADING', reason: 'because' },
      { model: 'segmentation', state: 'END', reason: 'because' },
    ]);
    await registry.load(registry.version('segmentation', 1)!, { beside: true });
    await live.next(5);
    await client.dispose();
  });

  it('keeps the rest of a customer when one model cannot answer', async () => {
    const client = server.client();
    const { registry } = server.running.inference;
    await registry.unload(registry.version('recommendations', 1)!, 'away');
    const [message] = await listen(client, SCORES, { customerId: 'c2' }).next(1);
    expect(message!.data.customerScores).toMatchObject({ recommendations: null, customer: { customerId: 'c2' } });
    expect(message!.data.customerScores.segment).not.toBeNull();
    expect(message!.errors).toMatchObject([
      { path: ['customerScores', 'recommendations'], extensions: { code: 'MODEL_UNAVAILABLE' } },
    ]);
    await registry.load(registry.version('recommendations', 1)!, { beside: true });
    await client.dispose();
  });

  it('refuses what makes no sense', async () => {
    const client = server.client();
    const refusals: [string, Record<string, unknown>, RegExp][] = [
      [STATS, { every: 0 }, /expected 0.25 to 60 seconds, got 0/],
      [STATS, { every: -1 }, /expected 0.25 to 60 seconds, got -1/],
      [STATS, { every: 1e9 }, /expected 0.25 to 60 seconds/],
      [STATS, { every: 'NaN' }, /Float cannot represent non numeric value: "NaN"/],
      [SCORES, { customerId: 'nobody' }, /no customer "nobody"/],
      [SCORES, { customerId: 'c1', first: 0 }, /from 1 to 100, got 0/],
      [STATES, { model: 'nothing' }, /no model "nothing"/],
      [STATES, { after: Buffer.from('alerts:1').toString('base64url') }, /not of "model-states"/],
      [STATES, { after: Buffer.from('model-states:99999').toString('base64url') }, /beyond the end/],
    ];
    for (const [query, variables, message] of refusals) {
      const [answer] = await listen(client, query, variables).next(1);
      expect(answer!.errors![0]).toMatchObject({
        message: expect.stringMatching(message),
        extensions: { code: expect.stringMatching(/BAD_USER_INPUT|NOT_FOUND/) },
      });
    }
    await client.dispose();
  });
});
