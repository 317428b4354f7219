import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { fetchExchange, createClient as urqlClient } from '@urql/core';
import { EventSource } from 'eventsource';
import { getIntrospectionQuery, parse } from 'graphql';
import { createClient as sseClient } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOORS, listenAt } from '../support/doors.js';
import { fill, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

const CUSTOMER = `query ($customerId: ID!) { customer(customerId: $customerId) { customerId country } }`;
/** One field fails: there is no version 99. */
const PARTLY = `query { customer(customerId: "c1") { customerId segment(model: { version: 99 }) { confidence } } }`;

describe('queries and mutations of unmodified clients', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  let url = '';
  beforeAll(async () => {
    server = await startTestServer({ dataDir: folder.path });
    url = `${server.url}/graphql`;
    await fill(server);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });
  const apollo = (link = new HttpLink({ uri: url })) => new ApolloClient({ link, cache: new InMemoryCache() });

  describe('Apollo Client 4', () => {
    it('asks and changes, by POST and by GET', async () => {
      for (const client of [apollo(), apollo(new HttpLink({ uri: url, useGETForQueries: true }))]) {
        const { data } = await client.query({ query: gql(CUSTOMER), variables: { customerId: 'c2' } });
        expect(data).toMatchObject({ customer: { customerId: 'c2' } });
        client.stop();
      }
      const { data } = await apollo().mutate({
        mutation: gql(RECORD),
        variables: { transactions: [payment('a1', 'c1')] },
      });
      expect(data).toMatchObject({ recordTransactions: { acceptedCount: 1 } });
    });

    it('drops what one failed field left over, unless errorPolicy is "all"', async () => {
      const client = apollo();
      await expect(client.query({ query: gql(PARTLY) })).rejects.toBeInstanceOf(CombinedGraphQLErrors);
      const { data, error } = await client.query({ query: gql(PARTLY), errorPolicy: 'all', fetchPolicy: 'no-cache' });
      expect(data).toMatchObject({ customer: { customerId: 'c1', segment: null } });
      expect((error as CombinedGraphQLErrors).errors).toMatchObject([{ path: ['customer', 'segment'] }]);
    });

    it('drops a message with a failed field in the same way', async () => {
      const document = gql(`subscription { transactionScored { __typename ... on TransactionScored {
        transaction { transactionId customer { customerId segment(model: { version: 99 }) { confidence } } } } } }`);
      const seen: Record<string, unknown[]> = { none: [], all: [] };
      const subscriptions = (['none', 'all'] as const).map((errorPolicy) =>
        apollo()
          .subscribe({ query: document, errorPolicy, fetchPolicy: 'no-cache' })
          .subscribe({
            next: ({ data, error }) => seen[errorPolicy]!.push({ data, failed: error !== undefined }),
          }),
      );
      await expect.poll(() => [seen.none!.length, seen.all!.length]).toEqual([1, 1]);
      await server.query(RECORD, { transactions: [payment('a2', 'c1')] });
      await expect.poll(() => [seen.none!.length, seen.all!.length]).toEqual([2, 2]);
      expect(seen.none![1]).toEqual({ data: undefined, failed: true });
      expect(seen.all![1]).toMatchObject({
        data: {
          transactionScored: { transaction: { transactionId: 'a2', customer: { customerId: 'c1', segment: null } } },
        },
        failed: true,
      });
      for (const subscription of subscriptions) subscription.unsubscribe();
      await expect.poll(streams).toBe(0);
    });
  });

  it('urql, which names every media type there is', async () => {
    const client = urqlClient({ url, exchanges: [fetchExchange], preferGetMethod: false });
    const good = await client.query(CUSTOMER, { customerId: 'c1' }).toPromise();
    expect(good.data).toMatchObject({ customer: { customerId: 'c1' } });
    const partly = await client.query(PARTLY, {}).toPromise();
    expect(partly.data).toMatchObject({ customer: { customerId: 'c1', segment: null } });
    expect(partly.error!.graphQLErrors).toMatchObject([{ path: ['customer', 'segment'] }]);
    const changed = await client.mutation(RECORD, { transactions: [payment('u1', 'c1')] }).toPromise();
    expect(changed.data).toMatchObject({ recordTransactions: { acceptedCount: 1 } });
  });

  it.each([false, true])('graphql-sse, with one stream for all: %s', async (singleConnection) => {
    const client = sseClient({ url, singleConnection, retryAttempts: 0 });
    const ask = async (query: string, variables: Record<string, unknown> = {}) => {
      const results = [];
      for await (const result of client.iterate({ query, variables })) results.push(result);
      return results;
    };
    const [one, two] = await Promise.all([ask(CUSTOMER, { customerId: 'c1' }), ask(CUSTOMER, { customerId: 'c2' })]);
    expect([one, two]).toMatchObject([
      [{ data: { customer: { customerId: 'c1' } } }],
      [{ data: { customer: { customerId: 'c2' } } }],
    ]);
    const partly = await ask(PARTLY);
    expect(partly).toMatchObject([
      { data: { customer: { segment: null } }, errors: [{ path: ['customer', 'segment'] }] },
    ]);
    const changed = await ask(RECORD, { transactions: [payment(`s${singleConnection}`, 'c1')] });
    expect(changed).toMatchObject([{ data: { recordTransactions: { acceptedCount: 1 } } }]);
    client.dispose();
  });

  it('graphql-sse, many subscriptions over one connection', async () => {
    const client = sseClient({ url, singleConnection: true, retryAttempts: 0 });
    const seen = new Map<string, string[]>();
    const stops = ['c1', 'c2', 'c3'].map((customerId) => {
      seen.set(customerId, []);
      return client.subscribe<Record<string, { __typename: string; transaction?: { transactionId: string } }>>(
        {
          query: `subscription ($id: ID!) { transactionScored(filter: { customerIds: [$id] }) {
            __typename ... on TransactionScored { transaction { transactionId } } } }`,
          variables: { id: customerId },
        },
        {
          next: ({ data }) =>
            seen.get(customerId)!.push(data!.transactionScored!.transaction?.transactionId ?? 'CaughtUp'),
          error: () => {},
          complete: () => {},
        },
      );
    });
    await expect.poll(() => [...seen.values()].map((list) => list.length)).toEqual([1, 1, 1]);
    expect(await streams()).toBe(1);
    await server.query(RECORD, { transactions: ['c1', 'c2', 'c3'].map((id) => payment(`m-${id}`, id)) });
    await expect.poll(() => [...seen.values()]).toEqual(['c1', 'c2', 'c3'].map((id) => ['CaughtUp', `m-${id}`]));
    stops[1]!();
    await expect.poll(async () => gauge('scoregraph_subscriptions_open')).toBe(2);
    await server.query(RECORD, { transactions: ['c1', 'c2', 'c3'].map((id) => payment(`n-${id}`, id)) });
    await expect.poll(() => [seen.get('c1')!.length, seen.get('c3')!.length]).toEqual([3, 3]);
    expect(seen.get('c2')).toHaveLength(2);
    stops[0]!();
    stops[2]!();
    await expect.poll(streams).toBe(0);
    client.dispose();
  });

  it('EventSource, for a query too: it is told when to stop coming again', async () => {
    let requests = 0;
    const source = new EventSource(
      `${url}?${new URLSearchParams({ query: '{ customer(customerId: "c1") { customerId } }' })}`,
      {
        fetch: (input, init) => {
          requests++;
          return fetch(input, init);
        },
      },
    );
    const results: unknown[] = [];
    source.addEventListener('next', ({ data }) => results.push(JSON.parse(data)));
    await expect.poll(() => source.readyState, { timeout: 10_000 }).toBe(EventSource.CLOSED); // nobody called close()
    expect(results).toEqual([{ data: { customer: { customerId: 'c1' } } }]);
    expect(requests).toBe(2);
  });

  it('GraphiQL’s fetcher: introspection, a query, a mutation', async () => {
    const fetcher = createGraphiQLFetcher({ url, fetch });
    const ask = async (query: string, operationName?: string, variables?: object) => {
      const params = { query, variables, operationName: operationName as string };
      const answer = await fetcher(params, { documentAST: parse(query) });
      if (!(Symbol.asyncIterator in (answer as object))) return answer;
      const all: unknown[] = [];
      for await (const one of answer as AsyncIterable<unknown>) all.push(one);
      return all[0];
    };
    expect(await ask(getIntrospectionQuery(), 'IntrospectionQuery')).toMatchObject({
      data: { __schema: { queryType: { name: 'Query' } } },
    });
    expect(await ask(CUSTOMER, undefined, { customerId: 'c1' })).toMatchObject({
      data: { customer: { customerId: 'c1' } },
    });
    expect(await ask(RECORD, undefined, { transactions: [payment('g1', 'c1')] })).toMatchObject({
      data: { recordTransactions: { acceptedCount: 1 } },
    });
  });

  it('a subscription asked for as one document is told where to go', async () => {
    const query = 'subscription { transactionScored { __typename } }';
    for (const request of [
      fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) }),
      fetch(`${url}?${new URLSearchParams({ query })}`, { headers: { 'apollo-require-preflight': '1' } }),
    ]) {
      const response = await request;
      expect(response.status).toBe(406);
      const { errors, data } = (await response.json()) as { errors: { message: string }[]; data?: unknown };
      expect(errors[0]!.message).toMatch(/text\/event-stream.*multipart\/mixed;subscriptionSpec=1\.0.*WebSocket/);
      expect(data).toBeUndefined();
    }
    const one = listenAt(DOORS['urql alone']!, url, query);
    await one.next(1);
    one.stop();
  });

  const gauge = async (name: string) =>
    Number(new RegExp(`^${name} (\\d+)`, 'm').exec(await (await fetch(`${server.url}/metrics`)).text())![1]);
  const streams = () => gauge('scoregraph_streams_open');
});
