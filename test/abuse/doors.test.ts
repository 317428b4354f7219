import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServerLimits, ServerOptions } from '../../src/transport/server.js';
import { temporaryFolder } from '../support/server.js';
import { raw } from '../unit/transport/raw-clients.js';
import { type StubServer, startStub } from '../unit/transport/stub-graph.js';

const rest = (ms: number) => new Promise((done) => setTimeout(done, ms));
const CLOSE = 'Host: localhost\r\nConnection: close\r\n';
const posted = (body: string, head = 'Host: localhost\r\n') =>
  `POST /graphql HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const query = (text: string) => posted(JSON.stringify({ query: text }));

/** Misuse of the doors, on bare connections: each is answered or ended, and the server goes on as if nothing had been. */
describe('misuse of the doors', () => {
  let server: StubServer;
  const start = async (limits: Partial<ServerLimits> = {}, options: Partial<ServerOptions> = {}) => {
    server = await startStub({ limits, ...options });
    return server;
  };
  afterEach(async () => {
    const response = await server.post({ query: '{ hello }' });
    expect(await response.json()).toEqual({ data: { hello: 'hello world' } });
    expect(server.seen.sum).toBe(0); // nothing of what was misused ever ran
    server.release();
    await server.running.close(100);
  });
  /** What the server says to these bytes, until it closes the connection. */
  const said = async (bytes: string) => {
    const { socket, text, closed } = await raw(server.port, bytes);
    await closed;
    socket.destroy();
    return text();
  };
  const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
  const statuses = (answer: string) => Array.from(answer.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => Number(status));

  it('headers that come a byte at a time, many at once', async () => {
    await start({ headersMs: 200 });
    const slow = await Promise.all(
      Array.from({ length: 50 }, () => raw(server.port, 'POST /graphql HTTP/1.1\r\nHost: localhost\r\n')),
    );
    const dripping = setInterval(() => {
      for (const { socket } of slow) if (socket.writable) socket.write('X');
    }, 20);
    await Promise.all(slow.map(({ closed }) => closed));
    clearInterval(dripping);
    for (const { text, socket } of slow) {
      expect(statusOf(text())).toBe(408);
      socket.destroy();
    }
  });

  it.each([
    ['of known length', 'Content-Length: 60000\r\n\r\n{', 'x'],
    ['in chunks without end', 'Transfer-Encoding: chunked\r\n\r\n', '1\r\n \r\n'],
  ])('a body that comes a byte at a time, %s', async (_, head, drop) => {
    await start({ requestMs: 200 });
    const { socket, text, closed } = await raw(
      server.port,
      `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${head}`,
    );
    const dripping = setInterval(() => socket.writable && socket.write(drop), 20);
    await closed;
    clearInterval(dripping);
    socket.destroy();
    expect(statusOf(text())).toBe(408);
  });

  it('a body in chunks that grows without end', async () => {
    await start({ requestMs: 300 });
    const head =
      'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked';
    const { socket, text, closed } = await raw(server.port, `${head}\r\n\r\n`);
    const chunk = `4000\r\n${' '.repeat(0x4000)}\r\n`;
    const pouring = setInterval(() => socket.writable && socket.write(chunk), 1);
    await closed;
    clearInterval(pouring);
    socket.destroy();
    expect(statusOf(text())).toBe(413);
  });

  it.each([
    ['one huge header', `GET / HTTP/1.1\r\n${CLOSE}X: ${'y'.repeat(20_000)}\r\n\r\n`],
    ['many headers', `GET / HTTP/1.1\r\n${CLOSE}${'X-A: y\r\n'.repeat(5_000)}\r\n`],
    ['a huge URL', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${CLOSE}\r\n`],
    ['a huge query in the URL', `GET /graphql?query=${'a'.repeat(20_000)} HTTP/1.1\r\n${CLOSE}\r\n`],
  ])('%s', async (_, bytes) => {
    await start();
    expect(statusOf(await said(bytes))).toBe(431);
  });

  it('many requests on one connection before the first is answered', async () => {
    await start();
    const { socket, text } = await raw(server.port, query('{ held }').repeat(300));
    await expect.poll(() => server.seen.held).toBe(16);
    await rest(100);
    expect(server.seen.held).toBe(16); // one connection takes no more places
    expect((await server.post({ query: '{ hello }' })).status).toBe(200);
    server.release();
    await expect.poll(() => statuses(text()).length, { timeout: 10_000 }).toBe(300);
    expect(statuses(text()).filter((status) => status === 200).length).toBe(16);
    expect(text()).toContain('Too many requests are under way on this connection.');
    expect(statuses(text()).filter((status) => status === 503).length).toBe(284);
    socket.destroy();
  });

  it('large answers, asked for on one connection and never read', async () => {
    await start({ unreadMs: 2_000 });
    global.gc?.();
    const before = process.memoryUsage().rss;
    const { socket } = await raw(server.port, query('{ big(kib: 1024) }').repeat(400));
    socket.pause();
    let most = 0;
    for (let n = 0; n < 15; n++) {
      await rest(100);
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    socket.destroy();
    expect(most).toBeLessThan(200 * 2 ** 20); // of 400 MiB asked for
  });

  it('a compressed body, which may be a bomb', async () => {
    await start();
    for (const encoding of ['gzip', 'br', 'deflate', 'zstd', 'gzip, gzip']) {
      const head = `${CLOSE}Content-Encoding: ${encoding}\r\n`;
      const answer = await said(posted('{"query":"mutation { add(n: 1) }"}', head));
      expect([statusOf(answer), answer], encoding).toEqual([415, expect.stringContaining('not compressed')]);
    }
  });

  const SMUGGLED = query('mutation { add(n: 1) }');
  it.each([
    ['a length beside chunks', `Content-Length: ${SMUGGLED.length + 5}\r\nTransfer-Encoding: chunked`],
    ['chunks beside a length', 'Transfer-Encoding: chunked\r\nContent-Length: 5'],
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 0'],
    ['a list of lengths', 'Content-Length: 5, 0'],
    ['a length with a sign', 'Content-Length: +5'],
    ['another encoding', 'Transfer-Encoding: xchunked'],
    ['chunks before another encoding', 'Transfer-Encoding: chunked, identity'],
    ['chunks twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked, cow'],
    ['a blank before the colon', 'Transfer-Encoding : chunked'],
    ['a folded header', 'X: y\r\n Transfer-Encoding: chunked'],
    ['a name with a line feed', 'X\nTransfer-Encoding: chunked'],
  ])('a second request smuggled behind %s', async (_, head) => {
    await start({ requestMs: 300 });
    const answer = await said(
      `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${head}\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    );
    expect(statusOf(answer)).toBe(400);
    expect(statuses(answer).length).toBe(1);
  });

  it.each([
    [
      'an upgrade to something else',
      `GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
      400,
    ],
    [
      'an upgrade at another path',
      `GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      404,
    ],
    ['CONNECT', 'CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n', 405],
    ['TRACE', `TRACE / HTTP/1.1\r\n${CLOSE}Cookie: secret\r\n\r\n`, 405],
    ['TRACE of the graph', `TRACE /graphql HTTP/1.1\r\n${CLOSE}Cookie: secret\r\n\r\n`, 405],
    ['no HTTP/1.1', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['HTTP/1.0 without a name', 'GET / HTTP/1.0\r\n\r\n', 421],
    ['the name of somebody else', 'GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n', 421],
    ['somebody else in the URL', `GET http://evil.example/metrics HTTP/1.1\r\n${CLOSE}\r\n`, 421],
    ['somebody else before an @', `GET http://localhost@evil.example/ HTTP/1.1\r\n${CLOSE}\r\n`, 421],
    ['a URL of another kind', `GET ftp://localhost/ HTTP/1.1\r\n${CLOSE}\r\n`, 400],
    ['OPTIONS of everything', `OPTIONS * HTTP/1.1\r\n${CLOSE}\r\n`, 400],
    [
      'an expectation that is none',
      `POST /graphql HTTP/1.1\r\n${CLOSE}Expect: a miracle\r\nContent-Length: 0\r\n\r\n`,
      417,
    ],
    ['half a percent sign', `GET /%zz%/%c0%af HTTP/1.1\r\n${CLOSE}\r\n`, 404],
    [
      'half a percent sign in a query',
      `GET /graphql?query=%zz%e2%28 HTTP/1.1\r\n${CLOSE}Apollo-Require-Preflight: 1\r\n\r\n`,
      400,
    ],
    ['a byte that is no text', `GET /graphql?query={hello}\u0000 HTTP/1.1\r\n${CLOSE}\r\n`, 400],
  ])('%s', async (_, bytes, status) => {
    await start();
    const answer = await said(bytes);
    expect(statusOf(answer)).toBe(status);
    expect(answer).not.toContain('secret');
  });

  it('a client that waits for a word before its body, and one whose body would be too long', async () => {
    await start();
    const body = '{"query":"{ hello }"}';
    const head = (length: number) =>
      `POST /graphql HTTP/1.1\r\n${CLOSE}Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;
    const patient = await raw(server.port, head(body.length));
    await expect.poll(patient.text).toMatch(/^HTTP\/1\.1 100/);
    patient.socket.write(body);
    await patient.closed;
    expect(statuses(patient.text())).toEqual([100, 200]);
    patient.socket.destroy();
    expect(statuses(await said(head(10_000_000)))).toContain(413);
  });

  it('a whole address in place of a path, as proxies send it', async () => {
    await start();
    const live = await said(
      `GET http://localhost/v2/health/live HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
    );
    expect([statusOf(live), live]).toEqual([200, expect.stringContaining('{"live":true}')]);
    const body = '{"query":"{ hello }"}';
    const asked = await said(posted(body, CLOSE).replace('/graphql', `http://127.0.0.1:${server.port}/graphql`));
    expect(asked).toContain('hello world');
  });

  it('paths that lead out of the page’s folder', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder.path, 'page', 'assets'), { recursive: true });
    writeFileSync(join(folder.path, 'page', 'index.html'), '<!doctype html><title>page</title>');
    writeFileSync(join(folder.path, 'secret.txt'), 'secret');
    await start({}, { pageDir: join(folder.path, 'page') });
    expect(await said(`GET / HTTP/1.1\r\n${CLOSE}\r\n`)).toContain('<title>page</title>');
    for (const path of [
      '/../secret.txt',
      '/assets/../../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/..%5csecret.txt',
      '/..\\secret.txt',
      '//../secret.txt',
      '/./../secret.txt',
      `${folder.path}/secret.txt`,
      '/assets',
      '/%00',
    ]) {
      const answer = await said(`GET ${path} HTTP/1.1\r\n${CLOSE}\r\n`);
      expect(statusOf(answer), path).toBe(404);
      expect(answer).not.toMatch(/\r\n\r\nsecret/);
    }
    folder.remove();
  });
});
