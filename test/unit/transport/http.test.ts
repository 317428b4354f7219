import { request } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServerOptions } from '../../../src/transport/server.js';
import { raw, type StubServer, startStub } from './stub-graph.js';

const CSRF = { 'apollo-require-preflight': '1' };
// biome-ignore lint/suspicious/noExplicitAny: an answer has whatever shape the query gave it
const bodyOf = (response: Response) => response.json() as Promise<any>;

describe('GraphQL over HTTP', () => {
  const open: StubServer[] = [];
  const start = async (options: Partial<ServerOptions> = {}) => {
    const server = await startStub(options);
    open.push(server);
    return server;
  };
  afterEach(async () => {
    for (const server of open.splice(0)) {
      server.release();
      await server.running.close(100);
    }
  });
  const get = (server: StubServer, search: Record<string, string>, headers: Record<string, string> = CSRF) =>
    fetch(`${server.url}/graphql?${new URLSearchParams(search)}`, { headers });

  it('answers POST', async () => {
    const server = await start();
    const response = await server.post({
      query: 'query A { a: hello } query B($name: String!) { hello(name: $name) }',
      operationName: 'B',
      variables: { name: 'Ünï ☃' },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await bodyOf(response)).toEqual({ data: { hello: 'hello Ünï ☃' } });
    const negotiated = await server.post({ query: '{ hello }' }, { accept: 'application/graphql-response+json' });
    expect(negotiated.headers.get('content-type')).toMatch(/^application\/graphql-response\+json/);
  });

  it('answers GET, of queries only', async () => {
    const server = await start();
    const good = await get(server, {
      query: 'query ($name: String!) { hello(name: $name) }',
      variables: '{"name":"a & b"}',
    });
    expect([good.status, await bodyOf(good)]).toEqual([200, { data: { hello: 'hello a & b' } }]);
    const mutation = await get(server, { query: 'mutation { add(n: 1) }' });
    expect([mutation.status, mutation.headers.get('allow')]).toEqual([405, 'POST']);
    expect(server.seen.sum).toBe(0);
    expect((await get(server, { query: '{ hello }', variables: '{' })).status).toBe(400);
    expect((await get(server, { query: '{ hello }', variables: '[]' })).status).toBe(400);
    expect((await get(server, { query: '' })).status).toBe(400);
    const twice = await fetch(`${server.url}/graphql?query={hello}&query={hello}`, { headers: CSRF });
    expect((await bodyOf(twice)).errors[0].message).toMatch(/once/);
    expect((await get(server, { query: '{ hello }' }, { ...CSRF, 'content-type': 'text/plain' })).status).toBe(415);
  });

  it.each<[string, string, number, RegExp]>([
    ['nothing', '', 400, /JSON/],
    ['half a JSON', '{"query": ', 400, /JSON/],
    ['text', 'hello', 400, /JSON/],
    ['null', 'null', 400, /JSON object/],
    ['a number', '7', 400, /JSON object/],
    ['an empty object', '{}', 400, /"query".*"documentId"/],
    ['a batch', '[{"query":"{ hello }"}]', 400, /batching/],
    ['an empty batch', '[]', 400, /batching/],
    ['no query', '{"operationName":"A"}', 400, /"query".*"documentId"/],
    ['a query that is no string', '{"query":{"a":1}}', 400, /"query" to be a text/],
    ['variables as a string', '{"query":"{ hello }","variables":"{}"}', 400, /variables/],
    ['variables as a list', '{"query":"{ hello }","variables":[]}', 400, /variables/],
    ['extensions as a string', '{"query":"{ hello }","extensions":"{}"}', 400, /extensions/],
    ['operationName as a number', '{"query":"{ hello }","operationName":7}', 400, /operationName/],
    ['a syntax error', '{"query":"{"}', 400, /Syntax Error/],
    ['an unknown field', '{"query":"{ nope }"}', 400, /nope/],
    ['a variable that does not fit', '{"query":"query ($n: String!) { hello(name: $n) }"}', 400, /\$n/],
    ['an unknown operation', '{"query":"query A { hello }","operationName":"B"}', 400, /"B"/],
    ['an unknown one of several', '{"query":"query A { hello } query C { hello }","operationName":"B"}', 400, /"B"/],
    ['none of several operations', '{"query":"query A { hello } query B { hello }"}', 400, /operation name/],
    ['a document without operations', '{"query":"fragment F on Query { hello }"}', 400, /./],
    ['a subscription', '{"query":"subscription { never }"}', 406, /text\/event-stream.*multipart.*WebSocket/],
  ])('answers %s with a GraphQL error', async (_, body, status, message) => {
    const server = await start();
    const response = await server.post(body);
    const { errors, data } = await bodyOf(response);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(errors[0].message).toMatch(message);
    expect(errors[0].extensions.code).toMatch(/^[A-Z_]+$/);
    expect(errors[0].extensions.code).not.toBe('INTERNAL_SERVER_ERROR');
    expect(data ?? null).toBeNull();
    expect(server.seen.opened).toBe(0);
  });

  it('runs nothing under the name of an operation that is not there', async () => {
    const server = await start();
    const mutation = 'mutation A { add(n: 5) }';
    const posted = await server.post({ query: mutation, operationName: 'B' });
    const got = await fetch(`${server.url}/graphql?query=${encodeURIComponent(mutation)}&operationName=B`, {
      headers: { 'apollo-require-preflight': 'yes' },
    });
    for (const response of [posted, got]) {
      expect(response.status).toBe(400);
      expect((await bodyOf(response)).errors[0].extensions.code).toBe('OPERATION_RESOLUTION_FAILURE');
    }
    expect(server.seen.sum).toBe(0);
    expect((await bodyOf(await server.post({ query: mutation, operationName: 'A' }))).data).toEqual({ add: 5 });
  });

  it('answers partly: known errors with their code, bugs masked', async () => {
    const server = await start();
    const response = await server.post({ query: '{ refused broken hello }' });
    const { data, errors } = await bodyOf(response);
    expect(response.status).toBe(200);
    expect(data).toEqual({ refused: null, broken: null, hello: 'hello world' });
    expect(errors).toMatchObject([
      { message: 'expected something else', path: ['refused'], extensions: { code: 'BAD_USER_INPUT' } },
      { path: ['broken'], extensions: { code: 'INTERNAL_SERVER_ERROR', errorId: expect.any(String) } },
    ]);
    expect(JSON.stringify(errors)).not.toMatch(/password|stack/);
  });

  it('reads JSON in UTF-8, uncompressed, and says so otherwise', async () => {
    const server = await start();
    const good = '{"query":"{ hello }"}';
    for (const type of [
      'application/json; charset=utf-8',
      'application/json;charset="UTF-8"',
      'APPLICATION/JSON',
      'application/graphql+json',
    ])
      expect((await server.post(good, { 'content-type': type })).status, type).toBe(200);
    for (const type of ['application/json; charset=utf-16', 'application/jsonp', 'application/json-patch', 'x'])
      expect((await server.post(good, { 'content-type': type })).status, type).toBe(415);
    const gzip = await server.post(good, { 'content-encoding': 'gzip' });
    expect([gzip.status, (await bodyOf(gzip)).errors[0].message]).toEqual([415, expect.stringContaining('gzip')]);
    const latin1 = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"query":"{ hello(name: \\"\u00fc\\") }"}', 'latin1'),
    });
    expect([latin1.status, (await bodyOf(latin1)).errors[0].message]).toEqual([400, expect.stringContaining('UTF-8')]);
  });

  it('takes bodies up to its limit, told or untold', async () => {
    const server = await start({ maxBodyBytes: 1024 });
    const exact = JSON.stringify({ query: '{ hello }', x: '' });
    const sized = (n: number) => JSON.stringify({ query: '{ hello }', x: 'x'.repeat(n - exact.length) });
    const chunked = (body: string) =>
      new Promise<{ status: number; text: string }>((done, fail) => {
        const asking = request(
          `${server.url}/graphql`,
          { method: 'POST', headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' } },
          (response) => {
            let text = '';
            response.on('data', (chunk) => {
              text += chunk;
            });
            response.on('end', () => done({ status: response.statusCode!, text }));
          },
        );
        asking.on('error', fail);
        asking.end(body);
      });
    expect((await server.post(sized(1024))).status).toBe(200);
    expect((await chunked(sized(1024))).status).toBe(200);
    for (const size of [1025, 3_000_000]) {
      const told = await server.post(sized(size));
      expect([told.status, (await bodyOf(told)).errors[0].message]).toEqual([
        413,
        'expected a body of at most 1024 bytes',
      ]);
      const untold = await chunked(sized(size));
      expect([untold.status, JSON.parse(untold.text).errors[0].extensions.code]).toEqual([413, 'BAD_REQUEST']);
    }
    expect((await server.post({ query: '{ hello }' })).status).toBe(200);
  });

  it('takes a deadline, and says what is wrong with a bad one', async () => {
    const server = await start();
    const left = async (header: string) =>
      (await bodyOf(await server.post({ query: '{ deadline }' }, { 'x-deadline-ms': header }))).data.deadline;
    for (const [header, most] of [
      ['2000', 2_000],
      ['007', 7],
      ['999999999', 60_000],
    ] as const) {
      const ms = await left(header);
      expect(ms).toBeLessThanOrEqual(most);
      expect(ms).toBeGreaterThan(most - 2_000);
    }
    for (const header of ['0', '-5', '1.5', '1e3', 'soon', '', '5, 6', '9'.repeat(200)]) {
      const response = await server.post({ query: 'mutation { add(n: 1) }' }, { 'x-deadline-ms': header });
      const { errors } = await bodyOf(response);
      expect([response.status, errors[0].extensions], header).toEqual([
        400,
        { code: 'BAD_USER_INPUT', field: 'x-deadline-ms' },
      ]);
      expect(errors[0].message).toMatch(/^x-deadline-ms: expected a whole number .* got "/);
      expect(errors[0].message.length).toBeLessThan(150);
    }
    expect(server.seen.sum).toBe(0);
  });

  it('cancels what a client waited for when it goes', async () => {
    const server = await start();
    const gone = new AbortController();
    const asking = fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ held }"}',
      signal: gone.signal,
    }).catch((error) => error.name);
    await expect.poll(() => server.seen.held).toBe(1);
    gone.abort();
    expect(await asking).toBe('AbortError');
    await expect.poll(() => [server.seen.cancelled, server.seen.held]).toEqual([1, 0]);
  });

  it('keeps a connection for the next request, and its cancelling to itself', async () => {
    const server = await start();
    const body = '{"query":"{ hello }"}';
    const one = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const { socket, text } = await raw(server.port, one.repeat(20)); // pipelined
    await expect.poll(() => text().match(/"hello world"/g)?.length).toBe(20);
    socket.destroy();
    expect(server.seen.cancelled).toBe(0);
  });

  it('bounds the requests under way, and stays observable', async () => {
    const server = await start({ limits: { maxRequests: 2 } });
    const held = [1, 2].map(() => server.post({ query: '{ held }' }));
    await expect.poll(() => server.seen.held).toBe(2);
    const third = await server.post({ query: '{ hello }' });
    expect([third.status, third.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await bodyOf(third)).errors[0].extensions.code).toBe('QUEUE_FULL');
    expect((await fetch(`${server.url}/v2/health/ready`)).status).toBe(200);
    expect((await fetch(`${server.url}/metrics`)).status).toBe(200);
    server.release();
    for (const answer of held) expect((await bodyOf(await answer)).data).toEqual({ held: 'released' });
    expect((await server.post({ query: '{ hello }' })).status).toBe(200);
  });

  it('cuts off who does not read an answer, and lets who reads slowly have it', async () => {
    const server = await start({ limits: { unreadMs: 400 } });
    const body = '{"query":"{ big(kib: 16384) }"}';
    const one = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const stalled = await raw(server.port, one);
    stalled.socket.pause();
    const connections = async () => {
      const text = await (await fetch(`${server.url}/metrics`, { headers: { connection: 'close' } })).text();
      return Number(/scoregraph_connections_open (\d+)/.exec(text)![1]);
    };
    await expect.poll(connections).toBe(2);
    await expect.poll(connections).toBe(1);
    stalled.socket.destroy();
    const slow = await raw(server.port, one);
    for (let n = 0; n < 16; n++) {
      slow.socket.pause();
      await new Promise((done) => setTimeout(done, 50));
      slow.socket.resume();
      await new Promise(setImmediate);
    }
    await expect.poll(() => slow.text().length).toBeGreaterThan(16_384 * 1024);
    slow.socket.destroy();
  });

  describe('against clients that speak HTTP badly', () => {
    const answer = async (server: StubServer, text: string) => {
      const connection = await raw(server.port, text);
      await connection.closed;
      connection.socket.destroy();
      return connection.text();
    };

    it.each<[string, string, RegExp]>([
      ['garbage', '\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n', /^HTTP\/1\.1 400/],
      ['no Host', 'GET /v2/health/live HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400/],
      [
        'two lengths',
        'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n',
        /^HTTP\/1\.1 400/,
      ],
      [
        'a length and chunks',
        'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
        /^HTTP\/1\.1 400/,
      ],
      [
        'a bad chunk',
        'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
        /^HTTP\/1\.1 400/,
      ],
      [
        'headers without end',
        `GET / HTTP/1.1\r\nHost: localhost\r\n${'X-Long: y\r\n'.repeat(3000)}`,
        /^HTTP\/1\.1 431/,
      ],
      ['HTTP/1.0 under another name', 'GET /v2/health/live HTTP/1.0\r\nHost: evil.example\r\n\r\n', /^HTTP\/1\.1 421/],
      ['HTTP/1.0 without a name', 'GET /v2/health/live HTTP/1.0\r\n\r\n', /^HTTP\/1\.1 421/],
      [
        'another upgrade',
        'GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
        /^HTTP\/1\.1 400/,
      ],
      [
        'a WebSocket of version 1',
        'GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 1\r\n\r\n',
        /^HTTP\/1\.1 400/,
      ],
    ])('answers %s', async (_, text, expected) => {
      const server = await start();
      expect(await answer(server, text)).toMatch(expected);
      expect((await server.post({ query: '{ hello }' })).status).toBe(200);
    });

    it('does not wait for headers or bodies for ever', async () => {
      const server = await start({ limits: { headersMs: 60, requestMs: 120 } });
      expect(await answer(server, 'GET / HTTP/1.1\r\nHost: local')).toMatch(/^HTTP\/1\.1 408/);
      const half =
        'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{';
      expect(await answer(server, half)).toMatch(/^HTTP\/1\.1 4(00|08)/);
      const tooLong = half.replace('99', '99999999');
      expect(await answer(server, tooLong)).toMatch(/^HTTP\/1\.1 413/); // and the connection ends, though the body never does
      expect(server.seen.sum).toBe(0);
    });

    it('lets go of a request that breaks off', async () => {
      const server = await start();
      for (let n = 0; n < 20; n++) {
        const { socket } = await raw(
          server.port,
          'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
        );
        socket.resetAndDestroy();
      }
      await server.running.close(60_000); // resolves at once: nothing is under way
    });
  });

  describe('its other paths', () => {
    it('tells health, with reasons, and GraphiQL without a CDN', async () => {
      const reasons: string[] = [];
      const server = await start({
        health: { readiness: () => ({ notReady: reasons, degraded: ['segmentation: gone'] }), modelReady: () => null },
      });
      const ready = async () => {
        const response = await fetch(`${server.url}/v2/health/ready`);
        return [response.status, await response.json()];
      };
      expect(await ready()).toEqual([200, { ready: true, notReady: [], degraded: ['segmentation: gone'] }]);
      reasons.push('no engine worker is running');
      expect(await ready()).toMatchObject([503, { ready: false, notReady: ['no engine worker is running'] }]);
      expect(await (await fetch(`${server.url}/v2/health/live`)).json()).toEqual({ live: true });
      const head = await fetch(`${server.url}/v2/health/live`, { method: 'HEAD' });
      expect([head.status, await head.text(), head.headers.get('cache-control')]).toEqual([200, '', 'no-store']);
      const page = await (await fetch(`${server.url}/graphiql`)).text();
      expect(page).toContain('"subscriptionsProtocol":"WS"');
      expect(page).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)="(?:https?:)?\/\//);
    });

    it('answers 404, 405 and 421 as JSON, all with the security headers', async () => {
      const server = await start();
      const none = await fetch(`${server.url}/nothing${'x'.repeat(500)}?q=1`);
      const { errors } = await bodyOf(none);
      expect([none.status, errors[0].extensions.code]).toEqual([404, 'NOT_FOUND']);
      expect(errors[0].message.length).toBeLessThan(150);
      const method = await fetch(`${server.url}/metrics`, { method: 'POST' });
      expect([method.status, method.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      const patch = await fetch(`${server.url}/graphql`, { method: 'PATCH', body: '{}' });
      expect([patch.status, patch.headers.get('allow')]).toEqual([405, 'GET, POST, PUT, DELETE']);
      const root = await fetch(server.url); // this one has no page
      expect([root.status, (await bodyOf(root)).errors[0].extensions.code]).toEqual([503, 'NOT_FOUND']);
      const page = await fetch(`${server.url}/graphiql`);
      const good = await fetch(`${server.url}/graphql?query={hello}`, { headers: { 'apollo-require-preflight': '1' } });
      expect(good.status).toBe(200);
      for (const response of [none, method, patch, root, page, good]) {
        expect(response.headers.get('x-content-type-options')).toBe('nosniff');
        expect(response.headers.get('x-frame-options')).toBe('DENY');
        expect(response.headers.get('referrer-policy')).toBe('no-referrer');
        expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin');
        expect(response.headers.get('cache-control')).toMatch(/^no-(store|cache)$/);
        expect(response.headers.get('strict-transport-security')).toBeNull(); // this one has no TLS
        expect(response.headers.get('x-powered-by')).toBeNull();
      }
    });

    it('lets GraphiQL run its own script, named by hash, and no other', async () => {
      const server = await start();
      const page = await fetch(`${server.url}/graphiql`);
      const policy = page.headers.get('content-security-policy')!;
      expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[A-Za-z0-9+/]{43}='; worker-src blob:; /);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy.replace("style-src 'unsafe-inline'", '')).not.toMatch(/unsafe|https?:|\*/);
      expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(page.headers.get('content-encoding')).toBe('gzip');
      const etag = page.headers.get('etag')!;
      const again = await fetch(`${server.url}/graphiql`, { headers: { 'if-none-match': etag } });
      expect([again.status, await again.text()]).toEqual([304, '']);
    });

    it('names host and port when the port is taken', async () => {
      const squatter = createServer();
      await new Promise<void>((done) => squatter.listen(0, '127.0.0.1', done));
      const { port } = squatter.address() as { port: number };
      await expect(startStub({ port })).rejects.toThrow(new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is taken`));
      await expect(startStub({ host: '192.0.2.1' })).rejects.toThrow(/Cannot listen on 192\.0\.2\.1:0: /);
      squatter.close();
    });
  });

  describe('at shutdown', () => {
    it('finishes answers under way, closes their connections after them, and takes no new ones', async () => {
      const server = await start();
      const idle = await raw(server.port, 'GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await expect.poll(idle.text).toMatch(/live/);
      const asking = server.post({ query: '{ held }' });
      await expect.poll(() => server.seen.held).toBe(1);
      let over = false;
      const closed = server.running.close(60_000).then(() => {
        over = true;
      });
      await idle.closed; // an idle connection does not hold it up
      idle.socket.destroy();
      await expect(server.post({ query: '{ hello }' })).rejects.toThrow();
      expect(over).toBe(false);
      server.release();
      const answer = await asking;
      expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
      expect((await bodyOf(answer)).data).toEqual({ held: 'released' });
      await closed;
      expect(server.seen.cancelled).toBe(0);
    });

    it('gives up on what takes longer than its grace', async () => {
      const server = await start();
      const asking = server.post({ query: '{ held }' }).then(
        () => 'answered',
        () => 'cut off',
      );
      await expect.poll(() => server.seen.held).toBe(1);
      await server.running.close(50);
      expect(await asking).toBe('cut off');
      await expect.poll(() => server.seen.cancelled).toBe(1);
    });

    it('can be asked twice', async () => {
      const server = await start();
      await Promise.all([server.running.close(100), server.running.close(100)]);
      await server.running.close(100);
    });
  });
});
