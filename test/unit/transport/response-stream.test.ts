import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { LiveSubscription } from '../../../src/graphql/live/frames.js';
import { LIVE_DEFAULTS } from '../../../src/transport/outlet.js';
import { ResponseStream } from '../../../src/transport/response-stream.js';
import { SSE } from '../../../src/transport/sse-format.js';
import { openSse, type SseStream } from '../../support/sse.js';

interface Opened {
  readonly stream: ResponseStream;
  readonly response: ServerResponse;
  readonly client: SseStream;
  readonly closed: Promise<number>;
}

describe('a response that stays open', () => {
  let server: Server | null = null;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  /** A stream and its client, which does not read yet. */
  async function opened(pingMs: number, unreadMs: number): Promise<Opened> {
    let made: (opened: Omit<Opened, 'client'>) => void = () => {};
    const ours = new Promise<Omit<Opened, 'client'>>((resolve) => {
      made = resolve;
    });
    server = createServer((_, response) => {
      let onClose: (at: number) => void = () => {};
      const closed = new Promise<number>((resolve) => {
        onClose = resolve;
      });
      const stream = new ResponseStream(response, {
        type: SSE,
        headers: {},
        live: LIVE_DEFAULTS,
        pingMs,
        unreadMs,
        onClose: () => onClose(performance.now()),
      });
      made({ stream, response, closed });
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const client = await openSse(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    client.pause();
    return { ...(await ours), client };
  }

  const event = `event: next\ndata: "${'x'.repeat(1_000)}"\n\n`;
  /** Writes until the operating system takes no more: a few bytes wait, too few to make the stream wait. */
  async function fill({ stream, response }: Opened): Promise<void> {
    while (response.socket!.writableLength === 0) {
      stream.write(event);
      await new Promise(setImmediate);
    }
    expect(stream.writable).toBe(true);
  }

  it('is cut off when its client stopped reading, however little waits and however quiet it is', async () => {
    const one = await opened(200, 800);
    await fill(one);
    const stalled = performance.now();
    const trickle = setInterval(() => one.stream.writable && one.stream.write(event), 50);
    const after = (await one.closed) - stalled;
    clearInterval(trickle);
    expect(after).toBeGreaterThan(290);
    expect(after).toBeLessThan(1_000);
    expect(one.stream.isOpen).toBe(false);
    one.client.close();
  });

  it('goes on where its subscriptions stood when the client reads again', async () => {
    const one = await opened(100, 5_000);
    await fill(one);
    let flushed = 0;
    one.stream.outlet.add({ flush: () => flushed++ } as unknown as LiveSubscription);
    await expect.poll(() => one.stream.writable).toBe(false);
    expect(flushed).toBe(0);
    one.client.resume();
    await expect.poll(() => flushed).toBe(1);
    expect([one.stream.writable, one.stream.isOpen]).toEqual([true, true]);
    one.client.close();
    await one.closed;
  });

  it('writes nothing after its end', async () => {
    const one = await opened(20, 1_000);
    one.stream.write('data: 1\n\n');
    one.stream.end('data: 2\n\n');
    one.stream.end('data: 3\n\n');
    one.stream.write('data: 4\n\n');
    one.client.resume();
    expect(await one.client.ended).toBe('end');
    expect(one.client.events.map(({ data }) => data)).toEqual(['1', '2']);
    await one.closed;
  });
});
