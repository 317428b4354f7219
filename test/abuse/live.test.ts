import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { encodeCursor } from '../../src/flows/log-stream.js';
import type { ScoredPayment } from '../../src/flows/scoring.js';
import { fill, listen, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

const SCORED = `subscription ($after: Cursor, $filter: TransactionScoredFilter) {
  transactionScored(after: $after, filter: $filter) {
    __typename
    ... on TransactionScored { transaction { transactionId merchant amount { amount } } }
    ... on Lagged { missed reason }
  }
}`;

/** Misuse of sockets: each gets a clear answer or a close code, and whoever watches beside them sees nothing of it. */
describe('misuse of live subscriptions', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  let recorded = 0;
  beforeAll(async () => {
    server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_ENGINE: 'wasm' } });
    await fill(server);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  const record = async () => {
    const id = `abuse-${++recorded}`;
    const { data } = await server.query(RECORD, { transactions: [payment(id, 'c1')] });
    expect(data.recordTransactions.userErrors).toEqual([]);
    return id;
  };
  /** Somebody who behaves, beside what `act` does: gets the next payment all the same. */
  const beside = async (act: () => Promise<unknown>) => {
    const client = server.client();
    const witness = listen(client, SCORED);
    await witness.next(1);
    await act();
    const id = await record();
    const [, next] = await witness.next(2);
    expect(next!.data.transactionScored.transaction.transactionId).toBe(id);
    await client.dispose();
  };
  /** A socket by hand. */
  const open = async (introduce = true) => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    // biome-ignore lint/suspicious/noExplicitAny: a frame has whatever shape it has
    const frames: any[] = [];
    socket.on('message', (data) => frames.push(JSON.parse(String(data))));
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    socket.on('error', () => {});
    await new Promise((resolve) => socket.on('open', resolve));
    const say = (message: object) => socket.send(JSON.stringify(message));
    const subscribe = (id: string, query = SCORED) => say({ id, type: 'subscribe', payload: { query } });
    if (introduce) {
      say({ type: 'connection_init' });
      await expect.poll(() => frames.length).toBe(1);
    }
    return { socket, frames, closed, say, subscribe };
  };

  it('takes a hundred subscriptions on one socket and refuses nine hundred', async () => {
    await beside(async () => {
      const { socket, frames, subscribe } = await open();
      for (let i = 0; i < 1_000; i++) subscribe(String(i));
      await expect.poll(() => frames.length, { timeout: 10_000 }).toBe(1_001);
      const refused = frames.filter(({ type }) => type === 'error');
      expect(frames.filter(({ type }) => type === 'next')).toHaveLength(100);
      expect(refused).toHaveLength(900);
      expect(refused[0].payload[0]).toMatchObject({
        message: expect.stringContaining('at most 100 open operations'),
        extensions: { code: 'QUERY_TOO_COSTLY' },
      });
      socket.terminate();
      await expect.poll(() => server.running.app.streams.scored.live.size).toBe(1);
    });
  });

  it.each<[string, number, (client: Awaited<ReturnType<typeof open>>) => unknown, boolean]>([
    ['text that is no JSON', 4400, ({ socket }) => socket.send('{"type":'), true],
    ['JSON that is no message', 4400, ({ socket }) => socket.send('[1, 2]'), true],
    ['null', 4400, ({ socket }) => socket.send('null'), true],
    ['a binary frame', 4400, ({ socket }) => socket.send(Buffer.from([0, 255, 1, 254])), true],
    ['a frame of 300 KiB', 1009, ({ socket }) => socket.send('x'.repeat(300 * 1024)), true],
    ['a subscription before its introduction', 4401, ({ subscribe }) => subscribe('1'), false],
    ['two introductions', 4429, ({ say }) => say({ type: 'connection_init' }), true],
    ['one id twice', 4409, ({ subscribe }) => ['1', '1'].map((id) => subscribe(id)), true],
  ])('closes who sends %s (%i)', async (_what, code, act, introduce) => {
    await beside(async () => {
      const client = await open(introduce);
      act(client);
      expect(await client.closed).toBe(code);
    });
  });

  it('refuses cursors that are none, of another stream, or from the future', async () => {
    const client = server.client();
    for (const [after, sentence] of [
      ['nonsense', 'expected a cursor that this stream issued'],
      [encodeCursor('segments', 0), 'this is a cursor of the stream "segments", not of "scored"'],
      [encodeCursor('scored', 999_999), 'this cursor lies beyond the end of the log'],
    ]) {
      const [answer] = await listen(client, SCORED, { after }).next(1);
      expect(answer!.errors).toMatchObject([
        { message: expect.stringContaining(sentence!), extensions: { code: 'BAD_USER_INPUT', field: 'after' } },
      ]);
    }
    await client.dispose();
  });

  it('is silent for a filter that matches nothing', async () => {
    const client = server.client();
    const nobody = listen(client, SCORED, { filter: { customerIds: ['nobody'] } });
    const impossible = listen(client, SCORED, { filter: { customerIds: [] } });
    await Promise.all([nobody.next(1), impossible.next(1)]);
    await beside(async () => {});
    expect([nobody.messages.length, impossible.messages.length]).toEqual([1, 1]);
    await client.dispose();
  });

  it('tells whom a failing log concerns, in public words, and nobody else', async () => {
    await beside(async () => {
      const client = server.client();
      const reading = vi
        .spyOn(server.running.app.predictions, 'read')
        .mockRejectedValue(new Error('disk sdb1 is gone'));
      const resumed = listen(client, SCORED, { after: encodeCursor('scored', 0) });
      const failure = await resumed.next(1).catch((error) => error);
      expect(String(failure)).toContain('INTERNAL_SERVER_ERROR');
      expect(String(failure)).not.toContain('sdb1');
      reading.mockRestore();
      const again = listen(client, SCORED, { after: encodeCursor('scored', 0) });
      expect((await again.next(1))[0]!.data.transactionScored.__typename).toBe('TransactionScored');
      await client.dispose();
    });
  });

  describe('with payments published by hand', () => {
    const { publish } = byHand(() => server);

    it('tells an event that cannot be shown as an error, and goes on', async () => {
      const client = server.client();
      const watching = listen(client, SCORED);
      await watching.next(1);
      publish('good-1');
      publish('broken', { amount: null });
      publish('good-2');
      const [, one, broken, two] = await watching.next(4);
      expect(one!.data.transactionScored.transaction.transactionId).toBe('good-1');
      expect(broken!.errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
      expect(two!.data.transactionScored.transaction.transactionId).toBe('good-2');
      await client.dispose();
    });

    it('bounds what clients that do not read cost, tells them exactly what they missed, and spares the others', async () => {
      const EVENTS = 8_000;
      const merchant = 'm'.repeat(1_500); // some 12 MB for each: more than the operating system keeps
      const readers = await Promise.all(Array.from({ length: 10 }, () => open()));
      const sleepers = await Promise.all(Array.from({ length: 10 }, () => open()));
      for (const { subscribe } of [...readers, ...sleepers]) subscribe('s');
      await expect.poll(() => [...readers, ...sleepers].every(({ frames }) => frames.length === 2)).toBe(true);
      for (const { frames } of readers) frames.length = 0;
      for (const { frames } of sleepers) frames.length = 0;
      for (const { socket } of sleepers) socket.pause();
      const seen = readers.map(({ socket }) => counting(socket));
      const before = heap();
      for (let published = 0; published < EVENTS; ) {
        for (let i = 0; i < 50; i++) publish(`e${published++}`, { merchant });
        while (seen.some(({ count }) => count < published - 500)) await new Promise(setImmediate);
      }
      await expect.poll(() => seen.every(({ count }) => count === EVENTS), { timeout: 10_000 }).toBe(true);
      expect(seen.flatMap(({ disorder }) => disorder)).toEqual([]);
      expect(heap() - before).toBeLessThan(48 * 2 ** 20);

      for (const { socket } of sleepers) socket.resume();
      const told = ({ frames }: (typeof sleepers)[number]) => {
        const messages = frames.map(({ payload }) => payload.data.transactionScored);
        const missed = messages.reduce((sum, { missed: n }) => sum + (n ?? 0), 0);
        const got = messages.filter(({ __typename: type }) => type === 'TransactionScored').length;
        return { missed, all: got + missed };
      };
      await expect
        .poll(() => sleepers.map((one) => told(one).all), { timeout: 10_000 })
        .toEqual(sleepers.map(() => EVENTS));
      for (const one of sleepers) {
        expect(told(one).missed).toBeGreaterThan(0);
        expect(one.frames.at(-1).payload.data.transactionScored.transaction.transactionId).toBe(`e${EVENTS - 1}`);
      }
      for (const { socket } of [...readers, ...sleepers]) socket.terminate();
    }, 60_000);
  });
});

/** Publishes scored payments where the scorer does, without an engine in between. */
function byHand(server: () => TestServer) {
  let position = 0;
  return {
    publish(id: string, payload: object = {}): void {
      const { streams } = server().running.app;
      position = Math.max(position, streams.scored.head()) + 1;
      const event = {
        id,
        entity: 'c1',
        payload: { merchant: 'm', category: 'travel', amount: { minor: 100, currency: 'USD' }, ...payload },
      };
      const value = { event, prediction: { output: { probability: 0.5, decision: 'REVIEW' } } };
      streams.scored.live.publish({ position, value: value as unknown as ScoredPayment });
    },
  };
}

/** Counts a reader's payments without keeping them, and notes those that are out of order. */
function counting(socket: WebSocket) {
  const seen = { count: 0, disorder: [] as string[] };
  socket.removeAllListeners('message');
  socket.on('message', (data: Buffer) => {
    if (!data.includes(`"transactionId":"e${seen.count}"`)) seen.disorder.push(data.toString('utf8', 0, 200));
    seen.count++;
  });
  return seen;
}

/** Bytes that are in use, after a collection. */
function heap(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
