import { describe, expect, it } from 'vitest';
import { raw } from './raw-clients.js';
import { bodyOf, type StubServer, stubServers } from './stub-graph.js';

describe('HTTP connections', () => {
  const start = stubServers();

  describe('of clients that speak HTTP badly', () => {
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
