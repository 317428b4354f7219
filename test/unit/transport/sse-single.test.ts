import { describe, expect, it } from 'vitest';
import { openSse, type SseStream } from '../../support/sse.js';
import { type StubServer, stubServers } from './stub-graph.js';

const TOKEN = 'x-graphql-event-stream-token';
const datas = (stream: SseStream) => stream.events.map(({ event, data }) => [event, JSON.parse(data)]);

describe('GraphQL over SSE with one stream for all operations', () => {
  const start = stubServers();
  const reserve = async (server: StubServer) => {
    const response = await fetch(`${server.url}/graphql`, { method: 'PUT' });
    expect([response.status, response.headers.get('content-type')]).toEqual([201, 'text/plain; charset=utf-8']);
    return response.text();
  };
  const connect = (server: StubServer, token: string) =>
    openSse(`${server.url}/graphql`, { headers: { [TOKEN]: token } });
  const operate = (server: StubServer, token: string, operationId: unknown, query: string, more: object = {}) =>
    server.post({ query, extensions: { operationId }, ...more }, { [TOKEN]: token });
  const cancel = (server: StubServer, token: string, operationId: string) =>
    fetch(`${server.url}/graphql?operationId=${operationId}`, { method: 'DELETE', headers: { [TOKEN]: token } });
  const codeOf = async (response: Response) =>
    ((await response.json()) as { errors: { extensions: { code: string } }[] }).errors[0]!.extensions.code;

  it('sends the results of every operation under its id', async () => {
    const server = await start();
    const token = await reserve(server);
    expect(token).toMatch(/^[\w-]{32}$/);
    const stream = await connect(server, token);
    expect((await operate(server, token, 'a', 'subscription { count(to: 2) }')).status).toBe(202);
    await stream.next(3);
    expect((await operate(server, token, 'b', 'mutation { add(n: 3) }')).status).toBe(202);
    await stream.next(5);
    expect(datas(stream)).toEqual([
      ['next', { id: 'a', payload: { data: { count: 1 } } }],
      ['next', { id: 'a', payload: { data: { count: 2 } } }],
      ['complete', { id: 'a' }],
      ['next', { id: 'b', payload: { data: { add: 3 } } }],
      ['complete', { id: 'b' }],
    ]);
    stream.close();
  });

  it('takes the token in the URL, as an EventSource must give it', async () => {
    const server = await start();
    const token = await reserve(server);
    const stream = await openSse(`${server.url}/graphql?token=${token}`);
    expect(stream.status).toBe(200);
    const response = await fetch(`${server.url}/graphql?token=${token}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ hello }', extensions: { operationId: 'a' } }),
    });
    expect(response.status).toBe(202);
    await stream.next(2);
    stream.close();
  });

  it('runs what was asked before the stream came when it comes', async () => {
    const server = await start();
    const token = await reserve(server);
    expect((await operate(server, token, 'a', 'mutation { add(n: 1) }')).status).toBe(202);
    expect((await operate(server, token, 'b', 'subscription { never }')).status).toBe(202);
    expect((await cancel(server, token, 'b')).status).toBe(200);
    expect([server.seen.sum, server.seen.opened]).toEqual([0, 0]);
    const stream = await connect(server, token);
    await stream.next(2);
    expect([server.seen.sum, server.seen.opened]).toEqual([1, 0]);
    stream.close();
  });

  it('ends an operation that is cancelled, and all of them when the stream goes', async () => {
    const server = await start();
    const token = await reserve(server);
    const stream = await connect(server, token);
    for (const id of ['a', 'b', 'c']) await operate(server, token, id, 'subscription { never }');
    await operate(server, token, 'held', '{ held }');
    await expect.poll(() => [server.seen.opened, server.seen.held]).toEqual([3, 1]);
    expect((await cancel(server, token, 'b')).status).toBe(200);
    await stream.next(1);
    expect(datas(stream)).toEqual([['complete', { id: 'b' }]]);
    await expect.poll(() => server.seen.ended).toBe(1);
    expect((await cancel(server, token, 'b')).status).toBe(200); // it may have ended by itself meanwhile
    expect((await operate(server, token, 'b', 'subscription { never }')).status).toBe(202);
    stream.close();
    await expect.poll(() => [server.seen.ended, server.seen.cancelled]).toEqual([4, 1]);
    expect((await operate(server, token, 'd', '{ hello }')).status).toBe(404);
    expect((await connect(server, token)).status).toBe(404);
  });

  it('answers what is wrong with a request where it was asked', async () => {
    const server = await start();
    const token = await reserve(server);
    const stream = await connect(server, token);
    expect((await connect(server, token)).status).toBe(409);
    for (const [query, code] of [
      ['subscription {', 'GRAPHQL_PARSE_FAILED'],
      ['subscription { nope }', 'GRAPHQL_VALIDATION_FAILED'],
    ] as const) {
      const response = await operate(server, token, 'a', query);
      expect([response.status, await codeOf(response)]).toEqual([400, code]);
    }
    for (const id of [undefined, null, '', 7, 'x'.repeat(129)])
      expect((await operate(server, token, id, '{ hello }')).status, String(id)).toBe(400);
    expect((await operate(server, token, 'n', 'subscription { never }')).status).toBe(202);
    expect((await operate(server, token, 'n', '{ hello }')).status).toBe(409);
    expect((await operate(server, 'nobody', 'a', '{ hello }')).status).toBe(404);
    expect((await connect(server, 'nobody')).status).toBe(404);
    expect((await cancel(server, 'nobody', 'a')).status).toBe(404);
    expect((await fetch(`${server.url}/graphql`, { method: 'DELETE', headers: { [TOKEN]: token } })).status).toBe(400);
    expect((await fetch(`${server.url}/graphql`, { method: 'DELETE' })).status).toBe(400);
    expect((await fetch(`${server.url}/graphql`, { headers: { [TOKEN]: token } })).status).toBe(406);
    const evil = { [TOKEN]: token, origin: 'https://evil.example' };
    expect((await openSse(`${server.url}/graphql`, { headers: evil })).status).toBe(403);
    expect(stream.events).toEqual([]);
    stream.close();
  });

  it('tells in the stream why a subscription could not be opened', async () => {
    const server = await start();
    const token = await reserve(server);
    const stream = await connect(server, token);
    await operate(server, token, 'a', 'subscription ($to: Int!) { count(to: $to) }');
    await stream.next(2);
    expect(datas(stream)).toMatchObject([
      ['next', { id: 'a', payload: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] } }],
      ['complete', { id: 'a' }],
    ]);
    stream.close();
  });

  it('bounds reservations in number and time, and operations in number', async () => {
    const streams = { maxReservations: 2, reservationMs: 400, maxOperations: 3 };
    const server = await start({ limits: { streams } });
    const [one, two] = [await reserve(server), await reserve(server)];
    const third = await fetch(`${server.url}/graphql`, { method: 'PUT' });
    expect([third.status, await codeOf(third)]).toEqual([503, 'QUEUE_FULL']);
    const stream = await connect(server, one);
    await operate(server, two, 'late', '{ held }');
    for (const id of ['a', 'b', 'c'])
      expect((await operate(server, one, id, 'subscription { never }')).status).toBe(202);
    const fourth = await operate(server, one, 'd', '{ hello }');
    expect([fourth.status, await codeOf(fourth)]).toEqual([400, 'QUERY_TOO_COSTLY']);
    await expect.poll(async () => (await operate(server, two, 'later', '{ hello }')).status).toBe(404);
    expect(server.seen.held).toBe(0);
    await expect.poll(() => server.seen.opened).toBe(3);
    expect(await reserve(server)).not.toBe(two);
    stream.close();
  });

  it('waits at shutdown for what it answers, and takes nothing more', async () => {
    const server = await start();
    const token = await reserve(server);
    const unused = await reserve(server);
    const stream = await connect(server, token);
    await operate(server, token, 'held', '{ held }');
    await operate(server, token, 'never', 'subscription { never }');
    await expect.poll(() => [server.seen.held, server.seen.opened]).toEqual([1, 1]);
    const closed = server.running.close(60_000);
    server.release();
    expect(await stream.ended).toBe('end');
    expect(datas(stream)).toEqual([
      ['next', { id: 'held', payload: { data: { held: 'released' } } }],
      ['complete', { id: 'held' }],
    ]);
    await closed;
    expect(unused).toBeTruthy();
  });
});
