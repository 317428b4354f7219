import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Pipelining } from '../../../src/transport/pipelining.js';
import { TurnedAway } from '../../../src/transport/turned-away.js';

const work = (ms: number) => {
  for (const end = performance.now() + ms; performance.now() < end; );
};
const turn = () => new Promise(setImmediate);

describe('requests that are turned away', () => {
  const open: { server: Server; sockets: Socket[] }[] = [];
  const told: number[] = [];
  afterEach(() => {
    for (const { server, sockets } of open.splice(0)) {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      server.close();
    }
    told.length = 0;
  });
  const make = (tellMs = 0) =>
    new TurnedAway({ answered: () => {} }, new Pipelining(16), (response) => {
      told.push(Number(response.req.headers['x-n']));
      work(tellMs);
      response.writeHead(503).end('no');
    });
  const ask = (n: number | string, path = '/graphql', more = '') =>
    `POST ${path} HTTP/1.1\r\nHost: a\r\nX-N: ${n}\r\n${more}Content-Length: 2\r\n\r\n{}`;
  /** A real server, and clients of it. */
  async function serve(onRequest: RequestListener, clients: number): Promise<Socket[]> {
    const server = createServer(onRequest).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const sockets = Array.from({ length: clients }, () => connect((server.address() as AddressInfo).port, '127.0.0.1'));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    open.push({ server, sockets });
    return sockets;
  }

  it('are told once each, after the turn in which they came, whoever is gone meanwhile', async () => {
    const away = make();
    const toldAtOnce: number[] = [];
    const sockets = await serve((_request, response) => {
      away.takeWhole(response);
      toldAtOnce.push(told.length);
    }, 40);
    let answers = 0;
    for (const [n, socket] of sockets.entries()) {
      socket.on('data', (data) => {
        expect(String(data)).toMatch(/^HTTP\/1.1 503/);
        answers++;
      });
      socket.write(ask(n));
      if (n % 4 === 0) socket.write('', () => socket.destroy());
    }
    await expect.poll(() => answers).toBe(30);
    await turn();
    expect(new Set(told).size).toBe(told.length);
    expect(toldAtOnce[0]).toBe(0);
  });

  it('do not keep others from getting on: a few milliseconds of a turn, and nobody is forgotten', async () => {
    const away = make(1);
    const sockets = await serve((_request, response) => away.takeWhole(response), 200);
    let turns = 0;
    let ended = false;
    const most: number[] = [];
    const watch = (before: number) => {
      most.push(told.length - before);
      turns++;
      if (!ended) setImmediate(watch, told.length);
    };
    setImmediate(watch, 0);
    for (const [n, socket] of sockets.entries()) socket.write(ask(n));
    await expect.poll(() => told.length, { timeout: 10_000 }).toBe(200);
    ended = true;
    expect(Math.max(...most)).toBeLessThanOrEqual(32); // sixteen between two looks at the clock
    expect([...told].sort((a, b) => a - b)).toEqual(sockets.map((_socket, n) => n));
    expect(turns).toBeGreaterThan(6);
  });

  it('are plain when there is nothing more to look at: an operation of no page, alone on its connection', async () => {
    const away = make();
    const plain: [unknown, boolean][] = [];
    const [socket] = await serve((request, response) => {
      plain.push([request.headers['x-n'], away.isPlain(request)]);
      away.takeWhole(response);
    }, 1);
    socket!.write(ask('first') + ask('behind it'));
    await expect.poll(() => told.length).toBe(2);
    await expect.poll(() => plain.length).toBe(2);
    for (const [path, more] of [
      ['/graphql', ''],
      ['/graphql', 'ORIGIN: https://evil.example\r\n'],
      ['/graphql?x', ''],
      ['/v1/events', ''],
    ] as const) {
      const before = told.length;
      socket!.write(ask('alone', path, more));
      await expect.poll(() => told.length).toBe(before + 1);
      await turn();
    }
    expect(plain.map(([, is]) => is)).toEqual([true, false, true, false, false, false]);
  });
});
