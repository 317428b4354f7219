import { describe, expect, it } from 'vitest';
import { openSse, type SseStream } from '../../support/sse.js';
import { raw } from './raw-clients.js';
import { bodyOf, type StubServer, stubServers } from './stub-graph.js';

const endpoint = (server: StubServer, search: Record<string, string> = {}) =>
  `${server.url}/graphql?${new URLSearchParams(search)}`;
const datas = (stream: SseStream) => stream.events.map(({ data }) => (data === '' ? '' : JSON.parse(data)));
const openStreams = async (server: StubServer) => {
  const text = await (await fetch(`${server.url}/metrics`, { headers: { connection: 'close' } })).text();
  return Number(/scoregraph_streams_open (\d+)/.exec(text)![1]);
};

describe('GraphQL over SSE', () => {
  const start = stubServers();

  describe('with a stream for each operation', () => {
    it('streams a subscription, by POST and by GET', async () => {
      const server = await start();
      const query = 'subscription Count($to: Int!) { count(to: $to) } query Other { hello }';
      for (const stream of [
        await openSse(endpoint(server), { body: { query, operationName: 'Count', variables: { to: 3 } } }),
        await openSse(endpoint(server, { query, operationName: 'Count', variables: '{"to":3}' })),
      ]) {
        expect(stream.status).toBe(200);
        expect(stream.headers).toMatchObject({
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-cache, no-transform',
          'x-accel-buffering': 'no',
          'x-content-type-options': 'nosniff',
        });
        expect(await stream.ended).toBe('end');
        expect(stream.text()).toBe(
          ':\n\n' +
            [1, 2, 3].map((n) => `event: next\ndata: {"data":{"count":${n}}}\n\n`).join('') +
            'event: complete\nid: complete\ndata:\n\n',
        );
      }
      await expect.poll(() => openStreams(server)).toBe(0);
      expect(server.seen.ended).toBe(2);
    });

    it('answers a query or a mutation with one event, unless the client takes JSON', async () => {
      const server = await start();
      const hello = await openSse(endpoint(server, { query: '{ hello }' }));
      const add = await openSse(endpoint(server), { body: { query: 'mutation { add(n: 2) }' } });
      await Promise.all([hello.ended, add.ended]);
      expect(datas(hello)).toEqual([{ data: { hello: 'hello world' } }, '']);
      expect(datas(add)).toEqual([{ data: { add: 2 } }, '']);
      const accept = 'application/graphql-response+json, application/json, text/event-stream, multipart/mixed';
      const json = await server.post({ query: '{ hello }' }, { accept });
      expect(json.headers.get('content-type')).toMatch(/^application\/graphql-response\+json/);
      const streamed = await openSse(endpoint(server), {
        body: { query: 'subscription { count(to: 1) }' },
        headers: { accept },
      });
      expect(streamed.headers['content-type']).toMatch(/event-stream/);
    });

    it('tells in the stream what is wrong with an operation', async () => {
      const server = await start();
      for (const [body, headers, code, message] of [
        [{ query: 'subscription {' }, {}, 'GRAPHQL_PARSE_FAILED', /Syntax Error/],
        [{ query: 'subscription { nope }' }, {}, 'GRAPHQL_VALIDATION_FAILED', /nope/],
        [{ query: 'subscription A { never }', operationName: 'B' }, {}, 'OPERATION_RESOLUTION_FAILURE', /"B"/],
        [{ query: 'subscription ($to: Int!) { count(to: $to) }' }, {}, 'BAD_USER_INPUT', /\$to/],
        [{ query: 'subscription { never }' }, { 'x-deadline-ms': 'soon' }, 'BAD_USER_INPUT', /x-deadline-ms/],
      ] as const) {
        const stream = await openSse(endpoint(server), { body, headers });
        await stream.ended;
        const [{ errors }, last] = datas(stream);
        expect([stream.status, errors[0].extensions.code, last]).toEqual([200, code, '']);
        expect(errors[0].message).toMatch(message);
        expect(stream.events[1]).toMatchObject({ event: 'complete', id: 'complete' });
      }
      expect(server.seen.opened).toBe(0);
    });

    it('refuses what is no operation', async () => {
      const server = await start();
      for (const [search, message] of [
        [{}, /"query"/],
        [{ query: '{ hello }', variables: '{' }, /"variables".*JSON.*"{"/],
        [{ query: '{ hello }', variables: '[]' }, /"variables".*object/],
        [{ query: '{ hello }', extensions: '7' }, /"extensions".*object/],
      ] as const) {
        const response = await fetch(endpoint(server, search), { headers: { accept: 'text/event-stream' } });
        expect(response.status).toBe(400);
        expect((await bodyOf(response)).errors[0].message).toMatch(message);
      }
      const twice = `${server.url}/graphql?query={hello}&query={hello}`;
      expect((await fetch(twice, { headers: { accept: 'text/event-stream' } })).status).toBe(400);
      for (const body of ['{"query":', '[]', '{"query":7}', '{"query":"{ hello }","operationName":7}'])
        expect((await server.post(body, { accept: 'text/event-stream' })).status, body).toBe(400);
      const text = await server.post('{"query":"{ hello }"}', {
        accept: 'text/event-stream',
        'content-type': 'text/plain',
      });
      expect(text.status).toBe(400);
    });

    it('ends the subscription when the client goes', async () => {
      const server = await start();
      const streams = await Promise.all(
        [1, 2, 3].map(() => openSse(endpoint(server, { query: 'subscription { never }' }))),
      );
      await expect.poll(() => server.seen.opened).toBe(3);
      expect(await openStreams(server)).toBe(3);
      for (const stream of streams) stream.close();
      await expect.poll(() => server.seen.ended).toBe(3);
      expect(await openStreams(server)).toBe(0);
      const held = await openSse(endpoint(server, { query: '{ held }' }));
      await expect.poll(() => server.seen.held).toBe(1);
      held.close();
      await expect.poll(() => server.seen.cancelled).toBe(1);
    });

    it('goes on after a cursor only where there are cursors, and stops an EventSource that has everything', async () => {
      const server = await start();
      const url = endpoint(server, { query: 'subscription { count(to: 1) }' });
      const resumed = await openSse(url, { headers: { 'last-event-id': 'garbage' } });
      await resumed.ended;
      expect(datas(resumed)[0].errors[0]).toMatchObject({
        message: expect.stringContaining('no cursors'),
        extensions: { code: 'BAD_USER_INPUT' },
      });
      const done = await fetch(url, { headers: { accept: 'text/event-stream', 'last-event-id': 'complete' } });
      expect(done.status).toBe(204);
    });
  });

  describe('against other sites’ pages', () => {
    const subscription = { query: 'subscription { never }' };
    const status = async (server: StubServer, headers: Record<string, string>, search = subscription) => {
      const stream = await openSse(endpoint(server, search), { headers });
      stream.close();
      return [stream.status, stream.headers['access-control-allow-origin']];
    };

    it('opens streams for pages of this server and those allowed, and for who is no browser', async () => {
      const server = await start();
      expect(await status(server, {})).toEqual([200, undefined]);
      expect(await status(server, { 'sec-fetch-site': 'same-origin' })).toEqual([200, undefined]);
      expect(await status(server, { origin: server.url, 'sec-fetch-site': 'same-origin' })).toEqual([200, server.url]);
      const origin = 'https://app.example';
      expect(await status(server, { origin, 'sec-fetch-site': 'cross-site' })).toEqual([200, origin]);
    });

    it('opens none for others, whether they name themselves or not', async () => {
      const server = await start();
      for (const headers of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: 'http://localhost:8080', 'sec-fetch-site': 'same-site' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
      ] as Record<string, string>[]) {
        expect(await status(server, headers), JSON.stringify(headers)).toEqual([403, undefined]);
        expect(await status(server, headers, { query: '{ hello }' })).toEqual([403, undefined]);
      }
      expect(server.seen.opened).toBe(0);
    });

    it('never runs a mutation by GET, nor a query without a preflight as JSON', async () => {
      const server = await start();
      const mutation = await fetch(endpoint(server, { query: 'mutation { add(n: 1) }' }), {
        headers: { accept: 'text/event-stream' },
      });
      expect([mutation.status, mutation.headers.get('allow')]).toEqual([405, 'POST']);
      expect((await fetch(endpoint(server, { query: 'mutation { add(n: 1) }' }))).status).toBe(400);
      expect((await fetch(endpoint(server, { query: '{ hello }' }))).status).toBe(400);
      const plain = await fetch(endpoint(server, subscription), { headers: { 'apollo-require-preflight': '1' } });
      expect([plain.status, (await bodyOf(plain)).errors[0].message]).toEqual([
        406,
        expect.stringContaining('text/event-stream'),
      ]);
      expect(server.seen.sum).toBe(0);
    });
  });

  describe('within its limits', () => {
    it('opens so many streams and no more, and they leave room for requests', async () => {
      const server = await start({ limits: { streams: { maxStreams: 200 }, maxRequests: 4 } });
      const url = endpoint(server, { query: 'subscription { never }' });
      const streams: SseStream[] = [];
      for (let n = 0; n < 20; n++) streams.push(...(await Promise.all(Array.from({ length: 50 }, () => openSse(url)))));
      expect(await openStreams(server)).toBe(200);
      const refused = await openSse(url);
      await refused.ended;
      expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
      expect(JSON.parse(refused.text()).errors[0].extensions.code).toBe('QUEUE_FULL');
      expect((await server.post({ query: '{ hello }' })).status).toBe(200);
      for (const stream of streams) stream.close();
      await expect.poll(() => openStreams(server)).toBe(0);
      expect(server.seen.ended).toBe(200);
      expect((await openSse(url)).status).toBe(200);
    });

    it('charges nothing for a stream that could not be opened', async () => {
      const server = await start({ limits: { streams: { maxStreams: 1 } } });
      const url = endpoint(server, { query: 'subscription { never }' });
      const open = await openSse(url);
      expect(server.seen.charged).toBe(1);
      expect((await openSse(url)).status).toBe(503); // too many
      open.close();
      await expect.poll(() => openStreams(server)).toBe(0);
      const resumed = await openSse(url, { headers: { 'last-event-id': 'of a stream with cursors' } });
      await resumed.ended;
      expect(resumed.text()).toContain('BAD_USER_INPUT');
      await (await openSse(endpoint(server, { query: 'mutation { add(n: 1) }' }))).ended; // by GET
      expect(server.seen.charged).toBe(1);
    });

    it('opens one stream on a connection', async () => {
      const server = await start({ limits: { streams: { pingMs: 50 } } });
      const one =
        'GET /graphql?query=subscription{never} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n';
      const { socket } = await raw(server.port, one.repeat(50));
      await expect.poll(() => server.seen.opened).toBe(1);
      await new Promise((done) => setTimeout(done, 50));
      expect(server.seen.opened).toBe(1);
      socket.destroy();
      await expect.poll(() => server.seen.ended).toBe(1);
    });

    it('says that it lives, and outlives the time that a request may take', async () => {
      const server = await start({ limits: { streams: { pingMs: 40 }, requestMs: 80, headersMs: 80, idleMs: 80 } });
      const stream = await openSse(endpoint(server), { body: { query: 'subscription { never }' } });
      await expect.poll(() => stream.text().length).toBeGreaterThan(10 * ':\n\n'.length);
      expect(stream.text()).toMatch(/^(:\n\n)+$/);
      stream.close();
    });

    it('cuts off who does not read, and keeps little for him until then', async () => {
      const server = await start({ limits: { unreadMs: 300 } });
      const stream = await openSse(endpoint(server, { query: 'subscription { flood(kib: 64) }' }));
      stream.pause();
      await expect.poll(() => server.seen.ended).toBe(1);
      const mib = server.seen.flooded / 16;
      expect(mib).toBeLessThan(16); // what two operating systems' buffers took
      expect(await openStreams(server)).toBe(0);
      stream.close();
    });

    it('lets who reads slowly have everything', async () => {
      const server = await start({ limits: { unreadMs: 1_500, streams: { pingMs: 50 } } });
      const stream = await openSse(endpoint(server, { query: '{ big(kib: 6144) }' }));
      for (let n = 0; n < 40; n++) {
        stream.pause();
        await new Promise((done) => setTimeout(done, 60));
        stream.resume();
        await new Promise(setImmediate);
      }
      await stream.next(2);
      expect(stream.events[0]!.data.length).toBeGreaterThan(6_144 * 1024);
    });
  });

  describe('at shutdown', () => {
    it('ends subscriptions without calling them complete, queries when they are answered', async () => {
      const server = await start();
      const subscription = await openSse(endpoint(server, { query: 'subscription { never }' }));
      const query = await openSse(endpoint(server, { query: '{ held }' }));
      await expect.poll(() => server.seen.held).toBe(1);
      const closed = server.running.close(60_000);
      expect(await subscription.ended).toBe('end');
      expect(subscription.text()).toBe(':\n\n');
      server.release();
      expect(await query.ended).toBe('end');
      expect(datas(query)).toEqual([{ data: { held: 'released' } }, '']);
      await closed;
      expect(server.seen.ended).toBe(1);
    });

    it('does not wait for who does not read', async () => {
      const server = await start();
      const stream = await openSse(endpoint(server, { query: 'subscription { flood(kib: 64) }' }));
      stream.pause();
      await expect.poll(() => server.seen.flooded).toBeGreaterThan(10);
      const before = performance.now();
      await server.running.close(300);
      expect(performance.now() - before).toBeLessThan(2_000);
      stream.close();
    });
  });
});
