import { rmSync, writeFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Logger } from '../../../src/core/logger.js';
import type { ServerOptions } from '../../../src/transport/server.js';
import { certificate } from '../../support/certificate.js';
import { temporaryFolder } from '../../support/server.js';
import { raw } from './raw-clients.js';
import { type StubServer, startStub } from './stub-graph.js';

interface Said {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

/** Asks over HTTPS, believing `ca` alone. */
function ask(port: number, ca: string, path: string, body?: string): Promise<Said> {
  return new Promise((resolve, reject) => {
    const asking = request(
      {
        host: '127.0.0.1',
        port,
        path,
        ca,
        agent: false,
        method: body === undefined ? 'GET' : 'POST',
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
      },
    );
    asking.on('error', reject);
    asking.end(body);
  });
}

describe('TLS', () => {
  const one = certificate('one');
  const two = certificate('two');
  let folder: ReturnType<typeof temporaryFolder>;
  let server: StubServer | null = null;
  const said: string[] = [];
  const note = (_: object, message: string) => said.push(message);
  const logger = { debug() {}, info: note, warn: note, error: note, child: () => logger } as unknown as Logger;
  const certFile = () => join(folder.path, 'cert.pem');
  const keyFile = () => join(folder.path, 'key.pem');
  const write = ({ cert, key }: { cert: string; key: string }) => {
    writeFileSync(certFile(), cert);
    writeFileSync(keyFile(), key);
  };
  const start = async (options: Partial<ServerOptions> = {}) => {
    server = await startStub({ tls: { certFile: certFile(), keyFile: keyFile(), lookMs: 20 }, logger, ...options });
    return server;
  };
  beforeEach(() => {
    folder = temporaryFolder();
    said.length = 0;
    write(one);
  });
  afterEach(async () => {
    await server?.running.close(100);
    server = null;
    folder.remove();
  });

  it('carries queries and sockets on the same port, and browsers are told to stay with it', async () => {
    const { port, url } = await start();
    expect(url).toBe(`https://127.0.0.1:${port}`);
    const answer = await ask(port, one.cert, '/graphql', '{"query":"{ hello }"}');
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { data: { hello: 'hello world' } }]);
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    const metrics = await ask(port, one.cert, '/metrics');
    const expires = Number(/^scoregraph_tls_certificate_expires_seconds (\S+)/m.exec(metrics.text)![1]);
    expect(Math.abs(expires - (Date.now() / 1000 + 2 * 86_400))).toBeLessThan(60);
    const socket = new WebSocket(`wss://localhost:${port}/graphql`, ['graphql-transport-ws'], { ca: one.cert });
    const first = new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('open', () => socket.send('{"type":"connection_init"}'));
      socket.on('message', (data) => resolve(String(data)));
    });
    expect(await first).toContain('connection_ack');
    socket.close();
  });

  it('takes a renewed pair without a restart, and connections that stand go on', async () => {
    const { port } = await start();
    const kept = tlsConnect({ host: '127.0.0.1', port, ca: one.cert });
    let text = '';
    kept.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
    });
    await new Promise<void>((resolve) => kept.once('secureConnect', () => resolve()));
    write(two);
    await expect.poll(() => said).toContain('A new TLS certificate is in use.');
    expect((await ask(port, two.cert, '/v2/health/live')).status).toBe(200);
    await expect(ask(port, one.cert, '/v2/health/live')).rejects.toThrow(/self-signed|certificate/);
    kept.write('GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await expect.poll(() => text).toContain('{"live":true}');
    kept.destroy();
  });

  it.each<[string, () => void]>([
    ['broken', () => writeFileSync(certFile(), 'nothing of the kind')],
    ['of another key', () => writeFileSync(keyFile(), two.key)],
    ['gone', () => rmSync(certFile())],
  ])('stays with the old pair while the new one is %s, says so once, and takes the next good one', async (_, spoil) => {
    const { port } = await start();
    spoil();
    await expect.poll(() => said).toEqual(['The new TLS certificate cannot be used; the old one stays.']);
    await new Promise((done) => setTimeout(done, 150));
    expect(said.length).toBe(1);
    expect((await ask(port, one.cert, '/v2/health/live')).status).toBe(200);
    write(two);
    await expect.poll(() => said).toContain('A new TLS certificate is in use.');
    expect((await ask(port, two.cert, '/v2/health/live')).status).toBe(200);
  });

  it.each<[string, () => void, RegExp]>([
    ['no certificate file', () => rmSync(certFile()), /^The TLS certificate could not be read: ENOENT.*cert\.pem/],
    ['no key file', () => rmSync(keyFile()), /^The TLS key could not be read: ENOENT.*key\.pem/],
    ['no certificate in it', () => writeFileSync(certFile(), 'x'), /cert\.pem: expected a certificate in PEM/],
    [
      'no key in it',
      () => writeFileSync(keyFile(), 'x'),
      /key\.pem: expected a private key in PEM without a passphrase/,
    ],
    [
      'a key of another',
      () => writeFileSync(keyFile(), two.key),
      /key\.pem does not belong to the certificate in .*cert/,
    ],
  ])('does not start with %s, and says why', async (_, spoil, message) => {
    spoil();
    await expect(start()).rejects.toThrow(message);
  });

  it('warns of a certificate that has expired', async () => {
    write(certificate('old', { days: -1 }));
    await start();
    expect(said).toEqual(['The TLS certificate has expired: clients will refuse it.']);
  });

  it('gives nothing to who speaks no TLS, or does not finish its handshake', async () => {
    const { port } = await start({ limits: { headersMs: 100 } });
    const plain = new Promise((resolve) => {
      plainRequest({ port, host: '127.0.0.1', path: '/v2/health/live' }, resolve).on('error', resolve).end();
    });
    expect(await plain).toBeInstanceOf(Error);
    const silent = await raw(port, '');
    await silent.closed;
    silent.socket.destroy();
    expect((await ask(port, one.cert, '/v2/health/live')).status).toBe(200);
  });
});
