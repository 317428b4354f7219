import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { createPersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { generate } from '@graphql-codegen/cli';
import { fetchExchange, subscriptionExchange, createClient as urqlClient } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { getIntrospectionQuery, print } from 'graphql';
import { createClient as wsClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import * as page from '../../src/dashboard/__generated__/graphql.js';
import { sha256 } from '../../src/graphql/documents/manifest.js';
import { startupLines } from '../../src/startup-lines.js';
import { fill, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

const SCHEMA = resolve(import.meta.dirname, '../../schema/*.graphql');
const CUSTOMER = `query Customer($customerId: ID!) { customer(customerId: $customerId) { ...Place } } fragment Place on Customer { country }`;
const MODELS = 'query Names { models { name } }';
const FOUND = { customer: { country: 'United Kingdom' } };

/** What codegen's client preset writes for an application with these documents. */
async function clientPreset(hashAlgorithm: 'sha1' | 'sha256'): Promise<string> {
  const files = await generate(
    {
      schema: SCHEMA,
      silent: true,
      generates: {
        'app/': {
          documents: [CUSTOMER, MODELS],
          preset: 'client',
          presetConfig: { persistedDocuments: { hashAlgorithm } },
        },
      },
    },
    false,
  );
  return files.find(({ filename }: { filename: string }) => filename === 'app/persisted-documents.json').content;
}

/** The id of an operation in a manifest. */
function idOf(manifest: string, operation: string): string {
  const entries = Object.entries(JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, string>);
  return entries.find(([, text]) => text.includes(`query ${operation}`))![0];
}

/** Everything a fetch sent and got. */
function watchedFetch() {
  const seen: { method: string; url: string; body: string; status: number; text: string }[] = [];
  const watched: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const { method = 'GET', body } = init ?? {};
    const text = await response.clone().text();
    seen.push({ method, url: String(input), body: String(body ?? ''), status: response.status, text });
    return response;
  };
  return { seen, watched };
}

describe('a server that answers trusted documents only', () => {
  const folder = temporaryFolder();
  const file = join(folder.path, 'persisted-documents.json');
  const file1 = join(folder.path, 'sha1.json');
  let server: TestServer;
  let url = '';
  beforeAll(async () => {
    writeFileSync(file, await clientPreset('sha256'));
    writeFileSync(file1, await clientPreset('sha1'));
    const data = join(folder.path, 'data');
    const first = await startTestServer({ dataDir: data });
    await fill(first);
    await first.stop();
    const env = { SCOREGRAPH_TRUSTED_DOCUMENTS: `${file},${file1}`, SCOREGRAPH_ONLY_TRUSTED: 'on' };
    server = await startTestServer({ dataDir: data, env });
    url = `${server.url}/graphql`;
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });
  const post = async (body: object) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, ...((await response.json()) as { data?: unknown; errors?: unknown[] }) };
  };

  it('serves an application that was built with codegen’s client preset', async () => {
    for (const manifest of [file, file1]) {
      const documentId = idOf(manifest, 'Customer');
      expect(await post({ documentId, variables: { customerId: 'c1' } })).toEqual({ status: 200, data: FOUND });
    }
  });

  it('serves its own page', async () => {
    const { trusted } = server.running.documents;
    const documents = Object.entries(page).filter(([name]) => name.endsWith('Document'));
    expect(documents.length).toBeGreaterThan(8);
    for (const [name, document] of documents) expect(trusted.has(String(document)), name).toBe(true);
    expect(trusted.problems).toEqual([]);
    expect(await post({ query: String(page.ModelsDocument) })).toMatchObject({
      status: 200,
      data: { models: [{}, {}, {}] },
    });
  });

  it('tells a person at GraphiQL what to do', async () => {
    const fetcher = createGraphiQLFetcher({ url, fetch });
    const query = getIntrospectionQuery();
    const answer = await fetcher({ query, operationName: 'IntrospectionQuery' });
    expect(answer).toMatchObject({
      errors: [
        {
          message: expect.stringMatching(/SCOREGRAPH_ONLY_TRUSTED/),
          extensions: { code: 'FORBIDDEN', reason: 'DOCUMENT_NOT_TRUSTED' },
        },
      ],
    });
  });

  it('serves Apollo Client, which sends hashes of a manifest', async () => {
    const hash = idOf(file, 'Names');
    const { seen, watched } = watchedFetch();
    const link = createPersistedQueryLink({ generateHash: () => hash }).concat(
      new HttpLink({ uri: url, fetch: watched }),
    );
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    const { data } = await client.query({ query: gql(MODELS) });
    expect(data).toMatchObject({ models: [{ name: 'fraud' }, {}, {}] });
    expect(seen).toHaveLength(1);
    expect(seen[0]!.body).not.toMatch(/Names \{/);
    client.stop();
  });

  it('says so when it starts', async () => {
    const lines = startupLines(server.running, null, 1).join('\n');
    expect(lines).toMatch(/trusted {2}\d+ documents, nothing else is answered/);
  });
});

describe('clients that register their documents', () => {
  const folder = temporaryFolder();
  let on: TestServer;
  let off: TestServer;
  beforeAll(async () => {
    on = await startTestServer({ dataDir: join(folder.path, 'on') });
    off = await startTestServer({ dataDir: join(folder.path, 'off'), env: { SCOREGRAPH_REGISTERED_DOCUMENTS: '0' } });
    await fill(on);
    await fill(off);
  });
  afterAll(async () => {
    await Promise.all([on.stop(), off.stop()]);
    folder.remove();
  });
  const hashing = (useGETForHashedQueries: boolean) =>
    createPersistedQueryLink({ generateHash: (document) => sha256(print(document)), useGETForHashedQueries });
  const ask = { query: gql(CUSTOMER), variables: { customerId: 'c1' }, fetchPolicy: 'no-cache' } as const;

  it.each([false, true])('Apollo Client registers, then sends hashes; by GET: %s', async (byGet) => {
    const { seen, watched } = watchedFetch();
    const link = hashing(byGet).concat(new HttpLink({ uri: `${on.url}/graphql`, fetch: watched }));
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    for (let i = 0; i < 3; i++) expect((await client.query(ask)).data).toMatchObject(FOUND);
    const texts = seen.map(({ url, body }) => /fragment/.test(`${url}${body}`));
    // The second client finds what the first registered.
    expect(texts).toEqual(byGet ? [false, false, false] : [false, true, false, false]);
    expect(seen.map(({ method }) => method)).toEqual(texts.map(() => (byGet ? 'GET' : 'POST')));
    client.stop();
  });

  it('Apollo Client goes on with texts where registering is off', async () => {
    const { seen, watched } = watchedFetch();
    const link = hashing(true).concat(new HttpLink({ uri: `${off.url}/graphql`, fetch: watched }));
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    for (let i = 0; i < 2; i++) expect((await client.query(ask)).data).toMatchObject(FOUND);
    expect(seen[0]!.text).toMatch(/"PERSISTED_QUERY_NOT_SUPPORTED"/);
    expect(seen.slice(1).every(({ body }) => /fragment/.test(body) && !/persistedQuery/.test(body))).toBe(true);
    client.stop();
  });

  it.each<[string, boolean]>([
    ['by POST', false],
    ['by GET', true],
  ])('urql registers, then sends hashes %s', async (_, preferGetForPersistedQueries) => {
    for (const server of [on, off]) {
      const { seen, watched } = watchedFetch();
      const client = urqlClient({
        url: `${server.url}/graphql`,
        fetch: watched,
        // By GET, urql sends nothing that would make a browser ask first: the server wants a header that does.
        fetchOptions: { headers: { 'apollo-require-preflight': 'true' } },
        preferGetMethod: false,
        requestPolicy: 'network-only',
        exchanges: [persistedExchange({ preferGetForPersistedQueries }), fetchExchange],
      });
      const query = `query U${preferGetForPersistedQueries} { customer(customerId: "c1") { country } }`;
      for (let i = 0; i < 3; i++) expect((await client.query(query, {}).toPromise()).data).toMatchObject(FOUND);
      expect(seen[0]!.text).toMatch(server === on ? /PersistedQueryNotFound/ : /PersistedQueryNotSupported/);
      expect(seen).toHaveLength(4);
      if (server === on) expect(/country/.test(seen[3]!.url + seen[3]!.body), 'a hash alone').toBe(false);
    }
  });

  it('urql subscribes by hash over a WebSocket', async () => {
    const socket = wsClient({
      url: `${on.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const texts: string[] = [];
    const client = urqlClient({
      url: `${on.url}/graphql`,
      preferGetMethod: false,
      exchanges: [
        persistedExchange({ enableForSubscriptions: true }),
        subscriptionExchange({
          forwardSubscription: (request) => ({
            subscribe(sink) {
              const { query = '', ...more } = request; // urql has no text where it has a hash; graphql-ws wants one
              texts.push(query);
              return { unsubscribe: socket.subscribe({ query, ...more } as never, sink as never) };
            },
          }),
        }),
      ],
    });
    const results: object[] = [];
    const { unsubscribe } = client
      .subscription(
        'subscription { recommendationsChanged(customerId: "c1", first: 2) { items { item { itemId } } } }',
        {},
      )
      .subscribe(({ data, error }) => results.push(data ?? { error: error!.message }));
    await expect.poll(() => results.length).toBeGreaterThan(0);
    expect(results[0]).toMatchObject({ recommendationsChanged: { items: expect.any(Array) } });
    expect(texts).toEqual(['', expect.stringMatching(/recommendationsChanged/)]);
    unsubscribe();
    await socket.dispose();
  });
});

it('a server does not start on a manifest that it cannot read, and says which', async () => {
  const folder = temporaryFolder();
  const env = { SCOREGRAPH_TRUSTED_DOCUMENTS: join(folder.path, 'missing.json') };
  await expect(startTestServer({ dataDir: join(folder.path, 'data'), env })).rejects.toThrow(
    /missing\.json cannot be read/,
  );
  folder.remove();
});
