import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { raw } from './raw-clients.js';
import { bodyOf, type StubServer, stubServers } from './stub-graph.js';

const CSRF = { 'apollo-require-preflight': '1' };

describe('GraphQL over HTTP', () => {
  const start = stubServers();
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
});
