import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { DOORS, type Door, type Listener, type Listening, listenAt, type Result } from '../support/doors.js';
import { fill, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';
import { openSse } from '../support/sse.js';

const SCORED = `subscription Scored($after: Cursor, $filter: TransactionScoredFilter) {
  transactionScored(after: $after, filter: $filter) {
    __typename
    ... on StreamMessage { cursor }
    ... on TransactionScored { transaction { transactionId } fraud { probability decision } }
    ... on CaughtUp { replayed }
    ... on Lagged { missed reason }
  }
}`;
const STATE = `subscription { recommendationsChanged(customerId: "c1", first: 2) { items { item { itemId } } } }`;

/** A message without what Apollo Client adds to the document. */
const told = ({ data, errors }: Result) => {
  const { __typename, cursor, transaction, fraud, replayed } = data.transactionScored;
  return JSON.stringify([
    __typename,
    cursor,
    transaction?.transactionId,
    fraud?.probability,
    fraud?.decision,
    replayed,
    errors,
  ]);
};
const idsOf = (results: readonly Result[]) =>
  results.flatMap(({ data }) => data.transactionScored.transaction?.transactionId ?? []);

describe('live doors', () => {
  const folder = temporaryFolder();
  const listening: Listening[] = [];
  let server: TestServer;
  let recorded = 0;
  const start = async (port = 0) => {
    server = await startTestServer({ dataDir: folder.path, env: { PORT: String(port) } });
  };
  const record = async (count: number, customerId = 'c1') => {
    const ids = Array.from({ length: count }, () => `t${++recorded}`);
    const { data } = await server.query(RECORD, { transactions: ids.map((id) => payment(id, customerId)) });
    expect(data.recordTransactions.userErrors).toEqual([]);
    return ids;
  };
  const at = (name: string, query = SCORED, variables: object = {}) => {
    const one = listenAt(DOORS[name]!, `${server.url}/graphql`, query, variables);
    listening.push(one);
    return one;
  };
  const gauge = async (name: string) =>
    Number(new RegExp(`^${name} (\\d+)`, 'm').exec(await (await fetch(`${server.url}/metrics`)).text())![1]);
  beforeAll(async () => {
    await start();
    await fill(server);
  });
  afterEach(async () => {
    for (const one of listening.splice(0)) one.stop();
    await expect.poll(() => gauge('scoregraph_subscriptions_open')).toBe(0);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('say the same in the same order, and cost one execution', async () => {
    const names = Object.keys(DOORS);
    const all = names.map((name) => at(name));
    await Promise.all(all.map((one) => one.next(1)));
    expect(await gauge('scoregraph_subscriptions_open')).toBe(names.length);
    // One for the document as it is, one as Apollo Client writes it (with more __typename), one as urql prints it.
    expect(await gauge('scoregraph_subscription_renderings')).toBe(3);
    const ids: string[] = [];
    for (let n = 0; n < 20; n++) ids.push(...(await record(5, `c${(n % 3) + 1}`)));
    const wanted = (await all[0]!.next(101)).map(told);
    expect(idsOf(all[0]!.results)).toEqual(ids);
    for (const [i, one] of all.entries()) expect((await one.next(101)).map(told), names[i]!).toEqual(wanted);
  });

  it.each(Object.keys(DOORS))('resume after a cursor: %s', async (name) => {
    const first = at(name);
    const [begin] = await first.next(1);
    const ids = await record(6);
    const read = await first.next(3);
    first.stop();
    const { cursor } = read[2]!.data.transactionScored;
    expect(cursor).not.toBe(begin!.data.transactionScored.cursor);
    const resumed = at(name, SCORED, { after: cursor });
    const replayed = await resumed.next(5);
    expect(idsOf(replayed)).toEqual(ids.slice(2));
    expect(replayed[4]!.data.transactionScored).toMatchObject({ __typename: 'CaughtUp', replayed: 4 });
    const late = await record(2);
    expect(idsOf(await resumed.next(7))).toEqual([...ids.slice(2), ...late]);
  });

  it.each(Object.keys(DOORS))('send the latest state first: %s', async (name) => {
    const [result] = await at(name, STATE).next(1);
    expect(result!.data.recommendationsChanged.items).toHaveLength(2);
  });

  it.each(Object.keys(DOORS))('tell an error in one event with its data, and go on: %s', async (name) => {
    const watching = at(
      name,
      `subscription { transactionScored { __typename ... on TransactionScored { transaction { transactionId customer {
        customerId segment(model: { version: 99 }) { confidence } } } } } }`,
    );
    await watching.next(1);
    const ids = await record(2);
    const [, ...results] = await watching.next(3);
    expect(idsOf(results)).toEqual(ids);
    for (const { data, errors } of results) {
      expect(data.transactionScored.transaction.customer.segment).toBeNull();
      expect(errors).toMatchObject([{ path: ['transactionScored', 'transaction', 'customer', 'segment'] }]);
    }
  });

  it.each(Object.keys(DOORS))('say why a subscription is refused: %s', async (name) => {
    for (const [query, variables, sentence] of [
      [SCORED, { after: 'garbage' }, /expected a cursor that this stream issued/],
      ['subscription { nope }', {}, /nope/],
    ] as const) {
      if (name === 'GraphiQL’s fetcher' && query !== SCORED) continue; // rejects a promise of its own besides; its editor validates
      const refused = at(name, query, variables);
      await expect.poll(() => refused.results.length + (refused.ended() === null ? 0 : 1)).toBeGreaterThan(0);
      const said = `${JSON.stringify(refused.results)} ${textOf(refused.ended())}`;
      // A client that only looks at the status line keeps the sentence to itself.
      if (name === 'graphql-sse, one stream' && sentence.test('nope')) expect(said).toMatch(/400/);
      else expect(said).toMatch(sentence);
      expect(idsOf(refused.results.filter(({ data }) => data?.transactionScored))).toEqual([]);
    }
  });

  describe('Last-Event-ID', () => {
    const open = (lastEventId: string | null, query = SCORED, variables: object = {}) =>
      openSse(`${server.url}/graphql?${new URLSearchParams({ query, variables: JSON.stringify(variables) })}`, {
        headers: lastEventId === null ? {} : { 'last-event-id': lastEventId },
      });

    it('takes the place of `after`, exactly', async () => {
      const first = await open(null);
      const [begin] = await first.next(1);
      const ids = await record(4);
      const events = await first.next(5);
      first.close();
      expect(new Set(events.map(({ id }) => id)).size).toBe(5);
      for (const [i, { id }] of events.entries()) {
        const resumed = await open(id, SCORED, { after: begin!.id });
        const missing = await resumed.next(5 - i);
        const results = missing.map(({ data }) => JSON.parse(data));
        expect(idsOf(results)).toEqual(ids.slice(i));
        expect(results.at(-1).data.transactionScored).toMatchObject({ __typename: 'CaughtUp', replayed: 4 - i });
        resumed.close();
      }
    });

    it('is refused with a sentence when it is not of this stream', async () => {
      const beyond = Buffer.from('scored:999999999').toString('base64url');
      const other = Buffer.from('segments:1').toString('base64url');
      for (const [id, sentence] of [
        ['garbage', /expected a cursor that this stream issued/],
        ['%00%0A', /expected a cursor that this stream issued/],
        ['x'.repeat(8_000), /expected a cursor that this stream issued/],
        [Buffer.from('scored:-1').toString('base64url'), /expected a cursor that this stream issued/],
        [other, /cursor of the stream "segments", not of "scored"/],
        [beyond, /beyond the end of the log/],
      ] as const) {
        const stream = await open(id);
        expect(await stream.ended).toBe('end');
        const [error, complete] = stream.events;
        expect(JSON.parse(error!.data).errors).toMatchObject([
          { message: expect.stringMatching(sentence), extensions: { code: 'BAD_USER_INPUT' } },
        ]);
        // An EventSource keeps this id, so what it asks next is answered with 204 and it stops.
        expect(complete).toMatchObject({ event: 'complete', id: 'complete' });
      }
      const state = await open(begin(), STATE);
      await state.ended;
      expect(JSON.parse(state.events[0]!.data).errors[0].message).toMatch(/no cursors/);
    });
    const begin = () => Buffer.from('scored:0').toString('base64url');
  });

  it('a client that does not read is told what it missed when it does, or given up, as it asked', async () => {
    const query = `subscription ($delivery: DeliveryInput) { transactionScored(delivery: $delivery) { __typename
      ... on Lagged { missed reason } ... on TransactionScored { transaction { transactionId merchant } } } }`;
    const open = async (policy: string) => {
      const body = { query, variables: { delivery: { policy, capacity: 10 } } };
      const stream = await openSse(`${server.url}/graphql`, { body });
      await stream.next(1);
      stream.pause();
      return stream;
    };
    const [lagging, leaving] = [await open('DROP_OLDEST'), await open('DISCONNECT')];
    const merchant = 'm'.repeat(100);
    const recordMany = async () => {
      const ids = Array.from({ length: 500 }, () => `t${++recorded}`);
      await server.query(RECORD, { transactions: ids.map((id) => payment(id, 'c1', { merchant })) });
    };
    // Until the buffers between are full and the stream that asked for it is given up.
    while ((await gauge('scoregraph_subscriptions_open')) === 2) await recordMany();
    leaving.resume();
    expect(await leaving.ended).toBe('end');
    expect(JSON.parse(leaving.events.at(-2)!.data).errors).toMatchObject([
      { extensions: { code: 'QUEUE_FULL', reason: 'SLOW_CONSUMER' } },
    ]);
    expect(leaving.events.at(-1)).toMatchObject({ event: 'complete', id: null }); // it may come again with its cursor
    lagging.resume();
    const last = `t${recorded}`;
    await expect.poll(() => lagging.text().includes(`"${last}"`), { timeout: 5_000 }).toBe(true);
    const messages = lagging.events.map(({ data }) => JSON.parse(data).data.transactionScored);
    const missed = messages.reduce((sum, { missed = 0 }) => sum + missed, 0);
    const got = messages.filter(({ __typename }) => __typename === 'TransactionScored').length;
    const [firstId] = messages.flatMap(({ transaction }) => transaction?.transactionId ?? []);
    expect(missed).toBeGreaterThan(0);
    expect(missed + got).toBe(recorded - Number(firstId.slice(1)) + 1);
    lagging.close();
  });

  describe('over a restart of the server', () => {
    /** Applications that keep the last cursor in the variables of their request resume wherever their client asks again. */
    const keeping =
      (make: (url: string) => { subscribe: (request: never, sink: never) => () => void; dispose(): void }): Door =>
      (url, query, variables, listener) => {
        const client = make(url);
        const request = { query, variables: { ...variables } as { after?: string } };
        const sink: Listener = {
          ...listener,
          next(result) {
            request.variables.after = result.data.transactionScored.cursor;
            listener.next(result);
          },
        };
        client.subscribe(request as never, sink as never);
        return () => client.dispose();
      };
    const wait = () => new Promise<void>((done) => setTimeout(done, 100));
    const retrying = { retryAttempts: 100, retryWait: wait, retry: wait };
    const sse = (url: string, singleConnection: boolean) =>
      createSseClient({ url, ...retrying, singleConnection }) as never;

    it.each<[string, Door]>([
      ['EventSource, which brings back the id of the last event', DOORS.EventSource!],
      [
        'graphql-ws',
        keeping((url) =>
          createWsClient({
            url: url.replace('http', 'ws'),
            webSocketImpl: WebSocket,
            shouldRetry: () => true,
            ...retrying,
          }),
        ),
      ],
      ['graphql-sse, a stream each', keeping((url) => sse(url, false))],
      ['graphql-sse, one stream', keeping((url) => sse(url, true))],
    ])('%s goes on by itself: nothing is missing, nothing comes twice', async (_, door) => {
      const watching = listenAt(door, `${server.url}/graphql`, SCORED);
      listening.push(watching);
      await watching.next(1);
      const early = await record(3);
      await watching.next(4);
      const port = Number(new URL(server.url).port);
      await server.stop();
      expect(watching.ended()).toBeNull();
      await start(port);
      const late = await record(3);
      await watching.next(8);
      const kinds = watching.results.map(({ data }) => data.transactionScored.__typename);
      expect(kinds.filter((kind) => kind === 'CaughtUp')).toHaveLength(2);
      expect(idsOf(watching.results)).toEqual([...early, ...late]);
    });

    it('Apollo Client over multipart is told, and may come again with its cursor', async () => {
      const watching = at('Apollo Client, multipart');
      const plain = at('graphql-ws');
      await Promise.all([watching.next(1), plain.next(1)]);
      const port = Number(new URL(server.url).port);
      await server.stop();
      await expect.poll(() => watching.ended()).not.toBeNull();
      expect(`${JSON.stringify(watching.results)} ${textOf(watching.ended())}`).toMatch(/shutting down/);
      expect(textOf(plain.ended())).toMatch(/1001/);
      await start(port);
    });
  });
});

const textOf = (ended: { error: unknown } | string | null): string => {
  if (ended === null || typeof ended === 'string') return String(ended);
  const { error } = ended;
  if (typeof error === 'object' && error !== null && 'code' in error) return `${error.code}`;
  return error instanceof Error ? `${error.message} ${JSON.stringify(error)}` : JSON.stringify(error);
};
