import { afterEach, describe, expect, it } from 'vitest';
import { noMetrics } from '../../../src/core/metrics.js';
import { LoadShedder } from '../../../src/transport/load-shedder.js';
import type { ServerOptions } from '../../../src/transport/server.js';
import { handClient } from './raw-clients.js';
import { type StubServer, startStub } from './stub-graph.js';

const LOOKED = 130;
const rest = (ms: number) => new Promise((done) => setTimeout(done, ms));
/** Keeps the thread from everything else. */
const work = (ms: number) => {
  for (const end = performance.now() + ms; performance.now() < end; );
};
/** Busy for `ms`, but lets timers come; `turn` runs in between. */
async function busy(ms: number, turn: () => void = () => {}): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end; ) {
    work(5);
    turn();
    await new Promise(setImmediate);
  }
}

describe('the load shedder', () => {
  let queueMs = 0;
  let streams = 0;
  const made: LoadShedder[] = [];
  const make = (max = 4_096, targetMs = 50) => {
    const shedder = new LoadShedder({
      max,
      targetMs,
      streams: () => streams,
      queueMs: () => queueMs,
      metrics: noMetrics,
    });
    made.push(shedder);
    return shedder;
  };
  afterEach(() => {
    for (const shedder of made.splice(0)) shedder.close();
    queueMs = 0;
    streams = 0;
  });
  const enter = (shedder: LoadShedder, count: number) => Array.from({ length: count }, () => shedder.enter());

  it('takes everybody up to its bound', () => {
    const shedder = make(10);
    const since = enter(shedder, 10);
    expect(shedder.refuses()).toBe(true);
    shedder.leave(since[0]!);
    expect(shedder.refuses()).toBe(false);
    streams = 3; // three of them became streams
    expect(shedder.underWay).toBe(6);
  });

  it('lets a burst pass that the server gets through in time', async () => {
    const shedder = make();
    const since = enter(shedder, 1_000);
    await busy(LOOKED, () => {
      shedder.leave(since.pop()!); // a thousand wait, but who comes is answered
      shedder.leave(shedder.enter());
    });
    expect([shedder.limit, shedder.refuses()]).toEqual([4_096, false]);
  });

  it('sheds what cannot be done in time once nobody is answered quickly, and stops when nobody is refused', async () => {
    const shedder = make(4_096, 50);
    const waiting = enter(shedder, 2_000);
    await rest(60);
    // About 10 operations each 5 ms, all of which waited too long.
    await busy(300, () => {
      for (let n = 0; n < 10; n++) {
        shedder.leave(waiting.shift()!);
        waiting.push(shedder.enter());
      }
      shedder.refuses();
    });
    expect(shedder.limit).toBeLessThan(1_000);
    expect(shedder.limit).toBeGreaterThanOrEqual(64);
    expect(shedder.refuses()).toBe(true);
    for (const since of waiting.splice(0)) shedder.leave(since);
    expect(shedder.refuses()).toBe(false);
    const limits = [shedder.limit];
    await expect.poll(() => limits.push(shedder.limit) && shedder.limit, { timeout: 10_000, interval: 20 }).toBe(4_096);
    expect(limits.some((limit) => limit > limits[0]! && limit < 4_096)).toBe(true); // step by step
  });

  it('notices an overload in the middle of one long turn of the event loop', () => {
    const shedder = make();
    enter(shedder, 300);
    work(250);
    enter(shedder, 1);
    expect([shedder.limit, shedder.refuses()]).toEqual([256, true]);
  });

  it('takes everybody again once the thread has rest, also while some who came all at once are refused', async () => {
    const shedder = make();
    const since = enter(shedder, 300);
    work(250); // a pause of the machine, say
    since.push(...enter(shedder, 1));
    expect([shedder.limit, shedder.refuses()]).toEqual([256, true]);
    await expect.poll(() => !shedder.refuses() && shedder.limit, { timeout: 5_000, interval: 20 }).toBe(4_096);
    for (const one of since) shedder.leave(one);
  });

  it('does not shed because something else is slow while the server rests', async () => {
    const shedder = make();
    const since = enter(shedder, 500);
    await rest(3 * LOOKED);
    expect(shedder.limit).toBe(4_096);
    queueMs = 100; // but when rows wait that long for an engine, it does
    await expect.poll(() => (shedder.refuses() ? shedder.limit : null), { timeout: 5_000 }).toBe(64);
    for (const one of since) shedder.leave(one);
  });

  it('never holds few operations for an overload, however long they take', async () => {
    const shedder = make();
    const since = enter(shedder, 256);
    await busy(2 * LOOKED);
    expect(shedder.refuses()).toBe(false);
    for (const one of since) shedder.leave(one);
  });

  describe('at the doors', () => {
    let server: StubServer | null = null;
    const start = async (options: Partial<ServerOptions> = {}) => {
      server = await startStub({ limits: { maxRequests: 1 }, ...options });
      return server;
    };
    afterEach(async () => {
      server?.release();
      await server?.running.close(100);
    });
    const OVERLOADED = { code: 'QUEUE_FULL', reason: 'OVERLOADED', retryAfterMs: 1_000 };

    it('counts what sockets run, and refuses theirs and others', async () => {
      const { port, post, seen, release } = await start();
      const client = await handClient(port);
      client.send({ id: 'a', type: 'subscribe', payload: { query: '{ held }' } });
      await expect.poll(() => seen.held).toBe(1);
      const refused = await post({ query: 'mutation { add(n: 1) }' });
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
      expect(await refused.json()).toMatchObject({ errors: [{ extensions: OVERLOADED }] });
      client.send({ id: 'b', type: 'subscribe', payload: { query: 'mutation { add(n: 1) }' } });
      const { type, payload } = await client.frame(({ id }) => id === 'b');
      expect([type, payload[0].extensions]).toEqual(['error', OVERLOADED]);
      release();
      expect((await client.frame(({ id }) => id === 'a')).payload.data).toEqual({ held: 'released' });
      await expect.poll(async () => (await post({ query: '{ hello }' })).status).toBe(200);
      expect(seen.sum).toBe(0);
      client.socket.close();
    });

    it('counts what streams run, and not that they are open', async () => {
      const { url, post, seen, release } = await start();
      const sse = { accept: 'text/event-stream', 'content-type': 'application/json' };
      const open = (query: string) =>
        fetch(`${url}/graphql`, { method: 'POST', headers: sse, body: JSON.stringify({ query }) });
      const idle = await open('subscription { never }');
      expect((await post({ query: '{ hello }' })).status).toBe(200); // an open stream takes no place
      const held = await open('{ held }');
      await expect.poll(() => seen.held).toBe(1);
      expect((await post({ query: '{ hello }' })).status).toBe(503);
      expect((await open('subscription { never }')).status).toBe(503);
      release();
      expect(await held.text()).toContain('released');
      await expect.poll(async () => (await post({ query: '{ hello }' })).status).toBe(200);
      await idle.body!.cancel();
    });
  });
});
