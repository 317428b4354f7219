import { describe, expect, it } from 'vitest';
import { handClient, raw, upgradeRequest } from './raw-clients.js';
import { stubServers } from './stub-graph.js';

describe('GraphQL over WebSocket', () => {
  const start = stubServers();
  const subscribe = (id: string, query: string, more: object = {}) => ({
    id,
    type: 'subscribe',
    payload: { query, ...more },
  });
  const of = (id: string, type?: string) => (frame: { id?: string; type: string }) =>
    frame.id === id && (type === undefined || frame.type === type);

  it('answers queries, mutations and subscriptions, in the order of the protocol', async () => {
    const { port } = await start();
    const client = await handClient(port);
    client.send(subscribe('q', '{ hello(name: "you") }'));
    expect(await client.frame(of('q'))).toEqual({
      id: 'q',
      type: 'next',
      payload: { data: { hello: 'hello you' } },
    });
    expect(await client.frame(of('q'))).toEqual({ id: 'q', type: 'complete' });
    client.send(subscribe('m', 'mutation ($n: Int!) { add(n: $n) }', { variables: { n: 3 } }));
    expect((await client.frame(of('m', 'next'))).payload).toEqual({ data: { add: 3 } });
    client.send(subscribe('s', 'subscription { count(to: 3) }'));
    for (const n of [1, 2, 3])
      expect(await client.frame(of('s'))).toEqual({ id: 's', type: 'next', payload: { data: { count: n } } });
    expect(await client.frame(of('s'))).toEqual({ id: 's', type: 'complete' });
    client.send({ type: 'ping', payload: { n: 1 } });
    expect(await client.frame(({ type }) => type === 'pong')).toEqual({ type: 'pong', payload: { n: 1 } });
    client.socket.close();
  });

  it('tells errors as HTTP does: known ones with their code, bugs masked', async () => {
    const { port } = await start();
    const client = await handClient(port);
    client.send(subscribe('1', '{ refused broken hello }'));
    const { payload } = await client.frame(of('1', 'next'));
    expect(payload.data).toEqual({ refused: null, broken: null, hello: 'hello world' });
    expect(payload.errors).toMatchObject([
      { path: ['refused'], extensions: { code: 'BAD_USER_INPUT', field: 'refused' } },
      { path: ['broken'], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
    ]);
    expect(JSON.stringify(payload)).not.toContain('password');
    client.send(subscribe('2', '{ nope }'));
    expect((await client.frame(of('2', 'error'))).payload[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    client.send(subscribe('3', '{'));
    expect((await client.frame(of('3', 'error'))).payload[0].extensions.code).toBe('GRAPHQL_PARSE_FAILED');
    client.send(subscribe('4', 'query A { hello } query B { hello }'));
    expect((await client.frame(of('4', 'error'))).payload[0].message).toMatch(/operation name/);
    client.socket.close();
  });

  it('takes a deadline with each operation', async () => {
    const { port } = await start();
    const client = await handClient(port);
    client.send(subscribe('1', '{ deadline }', { extensions: { deadlineMs: 2_000 } }));
    const left = (await client.frame(of('1', 'next'))).payload.data.deadline;
    expect(left).toBeLessThanOrEqual(2_000);
    expect(left).toBeGreaterThan(0);
    for (const [n, deadlineMs] of [-1, 0, 1.5, 'soon', Number.NaN, {}].entries()) {
      client.send(subscribe(`bad${n}`, '{ deadline }', { extensions: { deadlineMs } }));
      expect((await client.frame(of(`bad${n}`, 'error'))).payload[0]).toMatchObject({
        message: expect.stringContaining('deadlineMs'),
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
    client.socket.close();
  });

  it('closes with the codes of the protocol', async () => {
    const { port } = await start();
    const closes = async (act: (client: Awaited<ReturnType<typeof handClient>>) => void, options = {}) => {
      const client = await handClient(port, options);
      act(client);
      return (await client.closed).code;
    };
    expect(await closes((c) => c.socket.send('not json'))).toBe(4400);
    expect(await closes((c) => c.socket.send('{"type":"nope"}'))).toBe(4400);
    expect(await closes((c) => c.socket.send(Buffer.from([0xff, 0x00])))).toBe(4400);
    expect(await closes((c) => c.send(subscribe('1', '{ hello }')), { init: false })).toBe(4401);
    expect(await closes((c) => c.send({ type: 'connection_init' }))).toBe(4429);
    expect(
      await closes((c) => {
        c.send(subscribe('1', 'subscription { never }'));
        c.send(subscribe('1', 'subscription { never }'));
      }),
    ).toBe(4409);
    expect(await closes(() => {}, { init: false, protocols: [] })).toBe(4406);
    expect(await closes((c) => c.send(subscribe('1', `{ hello } #${'x'.repeat(300 * 1024)}`)))).toBe(1009);
  });

  it('chooses its protocol among those offered', async () => {
    const { port } = await start();
    const client = await handClient(port, { protocols: ['soap', 'graphql-transport-ws'] });
    expect(client.socket.protocol).toBe('graphql-transport-ws');
    client.socket.close();
  });

  it('closes who does not introduce himself in time', async () => {
    const { port } = await start({ limits: { ws: { initMs: 50 } } });
    expect((await (await handClient(port, { init: false })).closed).code).toBe(4408);
  });

  it('bounds the operations of a socket, and takes another when one ends', async () => {
    const { port, seen } = await start({ limits: { ws: { maxOperations: 3 } } });
    const client = await handClient(port);
    for (const id of ['1', '2', '3', '4']) client.send(subscribe(id, 'subscription { never }'));
    expect((await client.frame(of('4', 'error'))).payload[0]).toMatchObject({
      message: expect.stringContaining('at most 3'),
      extensions: { code: 'QUERY_TOO_COSTLY' },
    });
    expect(seen.opened).toBe(3);
    client.send({ id: '2', type: 'complete' });
    await expect.poll(() => seen.ended).toBe(1);
    client.send(subscribe('5', '{ hello }'));
    expect((await client.frame(of('5'))).type).toBe('next');
    client.socket.close();
  });

  it('bounds the sockets', async () => {
    const { port } = await start({ limits: { ws: { maxSockets: 1 } } });
    const client = await handClient(port);
    const second = await raw(port, upgradeRequest());
    await second.closed;
    expect(second.text()).toMatch(/^HTTP\/1.1 503 [\s\S]*Retry-After: \d+/);
    second.socket.destroy();
    client.socket.close();
    await client.closed;
    await expect.poll(async () => (await handClient(port).catch(() => null)) !== null).toBe(true);
  });

  it('ends what a client left behind: streams when it goes, a query when it completes it', async () => {
    const { port, seen } = await start();
    const client = await handClient(port);
    client.send(subscribe('1', 'subscription { never }'));
    client.send(subscribe('2', 'subscription { flood(kib: 1) }'));
    client.send(subscribe('3', '{ held }'));
    client.send(subscribe('4', '{ held }'));
    await expect.poll(() => [seen.opened, seen.held]).toEqual([2, 2]);
    client.send({ id: '3', type: 'complete' });
    await expect.poll(() => [seen.cancelled, seen.held]).toEqual([1, 1]);
    client.send(subscribe('5', '{ hello }'));
    await client.frame(of('5', 'complete'));
    expect(client.frames.filter(({ id }) => id === '3')).toEqual([]);
    client.socket.terminate();
    await expect.poll(() => [seen.ended, seen.cancelled, seen.held]).toEqual([2, 2, 0]);
  });

  it('cuts off a client that does not read the answers it asked for', async () => {
    const { port } = await start({ limits: { ws: { maxBuffered: 256 * 1024 } } });
    const client = await handClient(port);
    client.socket.pause();
    for (let n = 0; n < 60; n++) client.send(subscribe(String(n), '{ big(kib: 512) }'));
    await new Promise((resolve) => setTimeout(resolve, 500));
    client.socket.resume();
    expect((await client.closed).code).toBe(1013);
  });

  it('reads a stream only as fast as its client does', async () => {
    const { port, seen } = await start();
    const client = await handClient(port);
    client.send(subscribe('1', 'subscription { flood(kib: 512) }'));
    client.socket.pause();
    let before = -1;
    await expect
      .poll(
        () => {
          const same = seen.flooded === before;
          before = seen.flooded;
          return same && seen.flooded > 0;
        },
        { interval: 200, timeout: 10_000 },
      )
      .toBe(true);
    expect(seen.flooded).toBeLessThan(60); // what the operating system's buffers take, and one
    client.socket.resume();
    await expect.poll(() => seen.flooded, { timeout: 10_000 }).toBeGreaterThan(before);
    client.send({ id: '1', type: 'complete' });
    await expect.poll(() => seen.ended).toBe(1);
    client.socket.close();
  });

  it('bounds what a client may say in a second, and the length of an id', async () => {
    const { port } = await start({ limits: { ws: { maxMessagesPerSecond: 10 } } });
    const talker = await handClient(port);
    for (let n = 0; n < 101; n++) talker.send({ type: 'ping' });
    expect(await talker.closed).toEqual({ code: 4429, reason: 'Too many messages' });
    const client = await handClient(port);
    const id = 'x'.repeat(129);
    client.send(subscribe(id, '{ hello }'));
    expect((await client.frame(of(id, 'error'))).payload[0].message).toMatch(/at most 128/);
    client.socket.close();
  });

  it('cuts off a client that asks for pongs and does not read them', async () => {
    const { port, running, metrics } = await start({ limits: { ws: { maxBuffered: 64 * 1024 } } });
    const client = await handClient(port);
    client.socket.pause();
    const ping = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(200_000) } });
    for (let n = 0; n < 100; n++) client.socket.send(ping);
    const sockets = async () => {
      await fetch(`${running.url}/metrics`);
      return /scoregraph_sockets_open (\d+)/.exec(await metrics.text())![1];
    };
    await expect.poll(sockets, { timeout: 10_000 }).toBe('0');
    client.socket.terminate();
  });

  it('notices a peer that is not there any more', async () => {
    const { port, seen } = await start({ limits: { ws: { pingMs: 60 } } });
    const client = await handClient(port);
    client.send(subscribe('1', 'subscription { never }'));
    await expect.poll(() => seen.opened).toBe(1);
    client.socket.pause(); // answers no ping
    await expect.poll(() => seen.ended).toBe(1);
    client.socket.terminate();
  });

  it('leaves a living peer alone', async () => {
    const { port } = await start({ limits: { ws: { pingMs: 24 } } });
    const client = await handClient(port);
    let pings = 0;
    client.socket.on('ping', () => pings++);
    await expect.poll(() => pings).toBeGreaterThanOrEqual(5);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    client.socket.close();
  });

  describe('at shutdown', () => {
    it('closes with 1001 at once where nothing is under way', async () => {
      const { port, running, seen } = await start();
      const client = await handClient(port);
      client.send(subscribe('1', 'subscription { never }'));
      await expect.poll(() => seen.opened).toBe(1);
      await running.close(60_000);
      expect((await client.closed).code).toBe(1001);
      expect(seen.ended).toBe(1);
    });

    it('lets a query finish, and takes no other', async () => {
      const { port, running, release, seen } = await start();
      const client = await handClient(port);
      client.send(subscribe('1', '{ held }'));
      await expect.poll(() => seen.held).toBe(1);
      const closed = running.close(60_000);
      client.send(subscribe('2', '{ hello }'));
      expect((await client.frame(of('2', 'error'))).payload[0].extensions).toMatchObject({
        code: 'MODEL_UNAVAILABLE',
        reason: 'SHUTTING_DOWN',
      });
      release();
      expect((await client.frame(of('1', 'next'))).payload).toEqual({ data: { held: 'released' } });
      expect((await client.closed).code).toBe(1001);
      await closed;
    });

    it('does not wait for a query longer than its grace', async () => {
      const { port, running, seen } = await start();
      const client = await handClient(port);
      client.send(subscribe('1', '{ held }'));
      await expect.poll(() => seen.held).toBe(1);
      await running.close(50);
      expect((await client.closed).code).toBe(1001);
      await expect.poll(() => seen.cancelled).toBe(1);
    });

    it('does not wait for a peer that never answers its close', async () => {
      const { port, running } = await start();
      const dead = await raw(port, upgradeRequest());
      await expect.poll(() => dead.text()).toMatch(/^HTTP\/1.1 101/);
      await running.close(50);
      dead.socket.destroy();
    });

    it('does not wait for a peer whose upgrade was refused', async () => {
      const { port, running } = await start();
      const refused = await raw(port, upgradeRequest({ origin: 'https://evil.example' }));
      await refused.closed;
      expect(refused.text()).toMatch(/^HTTP\/1.1 403/);
      await running.close(50);
      refused.socket.destroy();
    });
  });

  it('checks path, host and origin before it upgrades', async () => {
    const { port } = await start();
    const answer = async (more: Parameters<typeof upgradeRequest>[0]) => {
      const { socket, text } = await raw(port, upgradeRequest(more));
      await expect.poll(text).toMatch(/\r\n/);
      socket.destroy();
      return Number(text().split(' ')[1]);
    };
    expect(await answer({ path: '/elsewhere' })).toBe(404);
    expect(await answer({ host: 'evil.example' })).toBe(421);
    expect(await answer({ origin: 'https://evil.example' })).toBe(403);
    expect(await answer({ origin: 'null' })).toBe(403);
    expect(await answer({ origin: 'https://app.example' })).toBe(101);
    expect(await answer({ host: `localhost:${port}`, origin: `http://127.0.0.1:${port}` })).toBe(101);
    expect(await answer({ host: `localhost:${port}`, origin: 'http://localhost:1' })).toBe(403);
    expect(await answer({ host: 'graph.example' })).toBe(101);
    expect(await answer({})).toBe(101);
  });
});
