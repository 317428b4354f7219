import { afterEach, describe, expect, it } from 'vitest';
import { noMetrics } from '../../../src/core/metrics.js';
import { Admission } from '../../../src/transport/admission.js';
import type { ServerOptions } from '../../../src/transport/server.js';
import { handClient, type StubServer, startStub } from './stub-graph.js';

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

describe('admission', () => {
  let queueMs = 0;
  let streams = 0;
  const made: Admission[] = [];
  const make = (max = 4_096, targetMs = 50) => {
    const admission = new Admission({
      max,
      targetMs,
      streams: () => streams,
      queueMs: () => queueMs,
      metrics: noMetrics,
    });
    made.push(admission);
    return admission;
  };
  afterEach(() => {
    for (const admission of made.splice(0)) admission.close();
    queueMs = 0;
    streams = 0;
  });
  const enter = (admission: Admission, count: number) => Array.from({ length: count }, () => admission.enter());

  it('takes everybody up to its bound', () => {
    const admission = make(10);
    const since = enter(admission, 10);
    expect(admission.refuses()).toBe(true);
    admission.leave(since[0]!);
    expect(admission.refuses()).toBe(false);
    streams = 3; // three of them became streams
    expect(admission.underWay).toBe(6);
  });

  it('lets a burst pass that the server gets through in time', async () => {
    const admission = make();
    const since = enter(admission, 1_000);
    await busy(LOOKED, () => {
      admission.leave(since.pop()!); // a thousand wait, but who comes is answered
      admission.leave(admission.enter());
    });
    expect([admission.limit, admission.refuses()]).toEqual([4_096, false]);
  });

  it('sheds what cannot be done in time once nobody is answered quickly, and stops when nobody is refused', async () => {
    const admission = make(4_096, 50);
    const waiting = enter(admission, 2_000);
    await rest(60);
    // About 10 operations each 5 ms, all of which waited too long.
    await busy(300, () => {
      for (let n = 0; n < 10; n++) {
        admission.leave(waiting.shift()!);
        waiting.push(admission.enter());
      }
      admission.refuses();
    });
    expect(admission.limit).toBeLessThan(1_000);
    expect(admission.limit).toBeGreaterThanOrEqual(256);
    expect(admission.refuses()).toBe(true);
    for (const since of waiting.splice(0)) admission.leave(since);
    expect(admission.refuses()).toBe(false);
    await rest(3 * LOOKED);
    expect(admission.limit).toBe(4_096);
  });

  it('notices an overload in the middle of one long turn of the event loop', () => {
    const admission = make();
    enter(admission, 300);
    work(250);
    enter(admission, 1);
    expect([admission.limit, admission.refuses()]).toEqual([256, true]);
  });

  it('does not shed because something else is slow while the server rests', async () => {
    const admission = make();
    const since = enter(admission, 500);
    await rest(3 * LOOKED);
    expect(admission.limit).toBe(4_096);
    queueMs = 100; // but when rows wait that long for an engine, it does
    await expect.poll(() => (admission.refuses() ? admission.limit : null), { timeout: 5_000 }).toBe(256);
    for (const one of since) admission.leave(one);
  });

  it('never holds few operations for an overload, however long they take', async () => {
    const admission = make();
    const since = enter(admission, 256);
    await busy(2 * LOOKED);
    expect(admission.refuses()).toBe(false);
    for (const one of since) admission.leave(one);
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
