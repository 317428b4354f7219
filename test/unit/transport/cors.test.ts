import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StubServer, startStub } from './stub-graph.js';

const OURS = 'https://app.example';
const FOREIGN = 'https://evil.example';
const JSON_TYPE = { 'content-type': 'application/json' };

describe('pages of other origins', () => {
  let server: StubServer;
  beforeAll(async () => {
    server = await startStub();
  });
  afterAll(() => server.running.close(100));
  const ask = (method: string, headers: Record<string, string>, body?: string, path = '/graphql') =>
    fetch(`${server.url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  const corsOf = ({ headers }: Response) =>
    [...headers].filter(([name]) => name.startsWith('access-control')).map(([name, value]) => `${name}: ${value}`);
  const preflight = (origin: string, method = 'POST', headers = 'content-type,authorization') =>
    ask('OPTIONS', {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': headers,
    });

  it('are told what they may do when they ask, if they were allowed', async () => {
    for (const method of ['POST', 'GET', 'PUT', 'DELETE']) {
      const response = await preflight(OURS, method);
      expect([response.status, await response.text()]).toEqual([204, '']);
      expect(response.headers.get('access-control-allow-origin')).toBe(OURS);
      expect(response.headers.get('access-control-allow-credentials')).toBe('true');
      expect(response.headers.get('access-control-allow-methods')!.split(', ')).toContain(method);
      expect(response.headers.get('access-control-max-age')).toBe('600');
      expect(response.headers.get('vary')).toBe('origin');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    }
    const allowed = (await preflight(OURS)).headers.get('access-control-allow-headers')!.split(', ');
    for (const name of ['authorization', 'content-type', 'x-deadline-ms', 'apollo-require-preflight'])
      expect(allowed).toContain(name);
    for (const name of ['x-graphql-event-stream-token', 'last-event-id']) expect(allowed).toContain(name);
    // What a proxy says of a caller is not for pages to say.
    expect(allowed.join()).not.toMatch(/scoregraph|\*/);
  });

  it('may read answers, with what a client needs of the headers', async () => {
    const response = await ask('POST', { ...JSON_TYPE, origin: OURS }, '{"query":"{ hello }"}');
    expect([response.status, await response.json()]).toEqual([200, { data: { hello: 'hello world' } }]);
    expect(corsOf(response)).toEqual([
      'access-control-allow-credentials: true',
      `access-control-allow-origin: ${OURS}`,
      'access-control-expose-headers: retry-after, www-authenticate',
    ]);
    expect(response.headers.get('vary')).toBe('origin');
    const refused = await ask('POST', { 'content-type': 'text/plain', origin: OURS }, 'x');
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([400, OURS]);
  });

  it('may open streams: by GET, by POST, and as one for many operations', async () => {
    const sse = { accept: 'text/event-stream', origin: OURS };
    const search = new URLSearchParams({ query: 'subscription { count(to: 1) }' });
    const got = await ask('GET', sse, undefined, `/graphql?${search}`);
    expect([got.status, got.headers.get('access-control-allow-origin')]).toEqual([200, OURS]);
    expect(await got.text()).toContain('"count":1');
    const posted = await ask('POST', { ...JSON_TYPE, ...sse }, '{"query":"subscription { count(to: 1) }"}');
    expect([posted.status, posted.headers.get('access-control-allow-origin')]).toEqual([200, OURS]);
    expect(posted.headers.get('access-control-allow-credentials')).toBe('true');
    expect(await posted.text()).toContain('"count":1');
    const reserved = await ask('PUT', { origin: OURS });
    expect([reserved.status, reserved.headers.get('access-control-allow-origin')]).toEqual([201, OURS]);
    const token = { 'x-graphql-event-stream-token': await reserved.text() };
    const ended = await ask('DELETE', { ...token, origin: OURS }, undefined, '/graphql?operationId=1');
    expect([ended.status, ended.headers.get('access-control-allow-origin')]).toEqual([200, OURS]);
  });

  it.each([FOREIGN, 'null', 'http://localhost:1', 'https://app.example.evil.example'])(
    'get nothing when they are not ours: %s',
    async (origin) => {
      const asked = await preflight(origin);
      expect([asked.status, corsOf(asked)]).toEqual([403, []]);
      for (const [method, headers, body] of [
        ['POST', JSON_TYPE, '{"query":"mutation { add(n: 1) }"}'],
        ['POST', { 'content-type': 'text/plain' }, '{"query":"mutation { add(n: 1) }"}'],
        ['PUT', {}, undefined],
        ['DELETE', {}, undefined],
        ['GET', {}, undefined],
      ] as const) {
        const response = await ask(method, { ...headers, origin }, body);
        expect([response.status, corsOf(response)], method).toEqual([403, []]);
        expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
      }
      const simple = await ask('GET', { origin }, undefined, '/graphql?query={hello}');
      expect([simple.status, corsOf(simple)]).toEqual([403, []]);
      const stream = await ask('GET', { origin, accept: 'text/event-stream' }, undefined, '/graphql?query={hello}');
      expect([stream.status, corsOf(stream)]).toEqual([403, []]);
      expect(server.seen.sum).toBe(0);
    },
  );

  it('are not met where nothing is for them, and OPTIONS alone says what there is', async () => {
    const health = await ask('GET', { origin: OURS }, undefined, '/v2/health/live');
    expect([health.status, corsOf(health)]).toEqual([200, []]);
    const options = await ask('OPTIONS', {});
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, POST, PUT, DELETE, OPTIONS']);
    expect(corsOf(options)).toEqual([]);
  });
});
