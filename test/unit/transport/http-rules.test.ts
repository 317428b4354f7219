import { describe, expect, it } from 'vitest';
import { bodyOf, type StubServer, stubServers } from './stub-graph.js';

const CSRF = { 'apollo-require-preflight': '1' };

function partsOf(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
}

describe('GraphQL over HTTP: who may ask, and with which status', () => {
  const start = stubServers();
  const get = (server: StubServer, search: Record<string, string>, headers: Record<string, string>) =>
    fetch(`${server.url}/graphql?${new URLSearchParams(search)}`, { headers });

  describe('against pages of other sites', () => {
    const MUTATION = '{"query":"mutation { add(n: 1) }"}';
    /** Every POST that a browser sends without asking first. A page cannot add the header that Apollo asks for. */
    const SIMPLE: [string, Record<string, string>, BodyInit][] = [
      ['text', { 'content-type': 'text/plain' }, MUTATION],
      ['text that names JSON', { 'content-type': 'text/plain; application/json' }, MUTATION],
      ['text, oddly written', { 'content-type': 'TEXT/Plain;charset=utf-8' }, MUTATION],
      ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'query=mutation+%7B+add(n:+1)+%7D'],
      ['JSON in a form', { 'content-type': 'application/x-www-form-urlencoded' }, MUTATION],
      ['a form of parts', {}, partsOf({ query: 'mutation { add(n: 1) }' })],
      ['parts by hand', { 'content-type': 'multipart/form-data; boundary=x' }, MUTATION],
      ['bytes without a type', {}, new Blob([MUTATION])],
      ['nothing', {}, ''],
    ];

    it.each(SIMPLE)('refuses a POST of %s, whatever it accepts, and runs nothing', async (_, headers, body) => {
      const server = await start();
      const post = (more: Record<string, string>) =>
        fetch(`${server.url}/graphql`, { method: 'POST', headers: { ...headers, ...more }, body });
      for (const accept of ['*/*', 'application/json', 'text/event-stream', 'application/graphql-response+json']) {
        const named = await post({ accept, origin: 'https://evil.example' });
        expect([named.status, (await bodyOf(named)).errors[0].extensions.code], accept).toEqual([403, 'FORBIDDEN']);
        // Some browsers, and some proxies, keep the Origin to themselves.
        const response = await post({ accept, 'sec-fetch-site': 'cross-site' });
        const { errors } = await bodyOf(response);
        expect([response.status, errors[0].extensions.code], accept).toEqual([400, 'BAD_REQUEST']);
        expect(errors[0].message).toMatch(/Cross-Site Request Forgery/);
      }
      // With the header it is no page, but still no GraphQL request.
      const known = await post(CSRF);
      expect([known.status, (await bodyOf(known)).errors[0].message]).toEqual([
        400,
        expect.stringMatching(/invalid Content-Type/),
      ]);
      expect(server.seen.sum).toBe(0);
    });

    it('refuses a GET that says nothing of itself, and tells no page what another may read', async () => {
      const server = await start();
      const silent: Record<string, string>[] = [
        {},
        { accept: 'application/json' },
        { 'content-type': 'text/plain' },
        { 'please-ask': '1' },
      ];
      for (const headers of silent) {
        const response = await get(server, { query: '{ hello }' }, headers);
        expect([response.status, (await bodyOf(response)).errors[0].message]).toEqual([
          400,
          expect.stringMatching(/Cross-Site Request Forgery/),
        ]);
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
      }
      const outspoken: Record<string, string>[] = [
        CSRF,
        { 'x-apollo-operation-name': 'A' },
        { 'content-type': 'application/json' },
      ];
      for (const headers of outspoken) expect((await get(server, { query: '{ hello }' }, headers)).status).toBe(200);
    });

    it('gives no leave when a browser asks before', async () => {
      const server = await start();
      const asked = await fetch(`${server.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin: 'https://evil.example', 'access-control-request-headers': 'content-type' },
      });
      expect(asked.status).toBe(403);
      expect([...asked.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    });
  });

  describe('the status of a request that does not run', () => {
    const GRAPHQL = 'application/graphql-response+json';
    const FAULTS: [string, object][] = [
      ['does not parse', { query: '{' }],
      ['does not fit the schema', { query: '{ nope }' }],
      ['has variables that do not fit', { query: 'query ($n: String!) { hello(name: $n) }', variables: { n: null } }],
      ['names no operation of its document', { query: '{ hello }', operationName: 'A' }],
    ];

    it.each(FAULTS)('that %s: 200 where application/json was asked for by name, else 400', async (_, operation) => {
      const server = await start();
      const answers: [string, number, string][] = [
        ['application/json', 200, 'application/json'],
        ['text/html, application/json; charset=utf-8', 200, 'application/json'],
        [`application/json, ${GRAPHQL};q=0.9`, 200, 'application/json'],
        [GRAPHQL, 400, GRAPHQL],
        [`${GRAPHQL}, application/json;q=0.9`, 400, GRAPHQL],
        ['*/*', 400, 'application/json'],
        ['application/*', 400, 'application/json'],
      ];
      for (const [accept, status, type] of answers) {
        const response = await server.post(operation, { accept });
        const { data, errors } = await bodyOf(response);
        expect([response.status, response.headers.get('content-type')], accept).toEqual([
          status,
          `${type}; charset=utf-8`,
        ]);
        expect([data, errors.length]).toEqual([undefined, 1]);
      }
      const search = Object.fromEntries(
        Object.entries(operation).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : JSON.stringify(value),
        ]),
      );
      expect((await get(server, search, { ...CSRF, accept: 'application/json' })).status).toBe(200);
      expect((await get(server, search, CSRF)).status).toBe(400);
    });

    it.each<[string, unknown, Record<string, string>, number]>([
      ['no JSON', '{', {}, 400],
      ['no operation', { qeury: '{ hello }' }, {}, 400],
      ['variables that are a list', { query: '{', variables: [] }, {}, 400],
      ['an operationName that is a number', { query: '{', operationName: 7 }, {}, 400],
      ['a batch', [{ query: '{' }], {}, 400],
      ['a bad deadline', { query: '{' }, { 'x-deadline-ms': 'soon' }, 400],
      ['a subscription', { query: 'subscription { never }' }, {}, 406],
    ])('stays what it is for %s, though application/json was asked for', async (_, body, headers, status) => {
      const server = await start();
      const response = await server.post(body, { accept: 'application/json', ...headers });
      expect([response.status, (await bodyOf(response)).errors.length]).toEqual([status, 1]);
    });

    it('stays for what a GET may not do', async () => {
      const server = await start();
      const accept = 'application/json';
      expect((await get(server, { query: 'mutation { add(n: 1) }' }, { ...CSRF, accept })).status).toBe(405);
      expect((await get(server, { query: '{' }, { accept })).status).toBe(400); // no preflight: not even parsed
      expect((await get(server, {}, { ...CSRF, accept })).status).toBe(400);
      expect(server.seen.sum).toBe(0);
    });
  });
});
