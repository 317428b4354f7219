import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StaticFiles } from '../../../src/transport/http/static-files.js';
import { temporaryFolder } from '../../support/server.js';

const SCRIPT = `console.log(${JSON.stringify('x'.repeat(3_000))})`;

describe('the files of a page', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let server: Server;
  let port: number;
  beforeEach(async () => {
    folder = temporaryFolder();
    const files = new StaticFiles(join(folder.path, 'page'));
    server = createServer((asked, response) => {
      if (!files.serve(asked.url!, asked, response)) response.writeHead(404).end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    port = (server.address() as AddressInfo).port;
  });
  afterEach(() => {
    server.close();
    folder.remove();
  });

  function write(page = '<!doctype html><title>page</title>'): void {
    mkdirSync(join(folder.path, 'page', 'assets'), { recursive: true });
    writeFileSync(join(folder.path, 'secret.txt'), 'nobody’s business');
    writeFileSync(join(folder.path, 'page', 'assets', 'main-AB12.js'), SCRIPT);
    writeFileSync(join(folder.path, 'page', 'assets', 'main-AB12.css'), 'a{}');
    writeFileSync(join(folder.path, 'page', 'index.html'), page);
  }

  /** As it is: fetch would tidy the path and unpack the body. */
  function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
    return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
      request({ port, host: '127.0.0.1', path, headers, method }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      })
        .on('error', reject)
        .end();
    });
  }

  it('are pages under their names without the ending, asked for again each time, and read anew with the build', async () => {
    write();
    writeFileSync(join(folder.path, 'page', 'models.html'), '<title>first</title>');
    const page = await get('/models');
    expect([page.status, page.headers['cache-control'], String(page.body)]).toEqual([
      ...[200, 'no-cache', '<title>first</title>'],
    ]);
    expect((await get('/models.html')).status).toBe(404);
    expect((await get('/index')).status).toBe(404);
    writeFileSync(join(folder.path, 'page', 'models.html'), '<title>second</title>');
    utimesSync(join(folder.path, 'page', 'index.html'), new Date(), new Date(Date.now() + 5_000));
    expect(String((await get('/models')).body)).toBe('<title>second</title>');
  });

  it('have their types, and a policy that allows nothing from elsewhere and nothing inline', async () => {
    write();
    const page = await get('/');
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect((await get('/assets/main-AB12.js')).headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect((await get('/assets/main-AB12.css')).headers['content-type']).toBe('text/css; charset=utf-8');
    for (const name of ['x-content-type-options', 'x-frame-options', 'referrer-policy'])
      expect(page.headers[name], name).toBeDefined();
  });

  it('are kept for good where their name has their hash, and the page is asked for again by its ETag', async () => {
    write();
    const page = await get('/');
    expect(page.headers['cache-control']).toBe('no-cache');
    expect(String((await get('/assets/main-AB12.js')).headers['cache-control'])).toMatch(/immutable/);
    const again = await get('/', { 'if-none-match': String(page.headers.etag) });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    expect((await get('/', { 'if-none-match': '"another"' })).status).toBe(200);
  });

  it('are compressed for whoever takes it, where it is worth it', async () => {
    write();
    const script = await get('/assets/main-AB12.js', { 'accept-encoding': 'br, gzip' });
    expect(script.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(script.body).toString()).toBe(SCRIPT);
    expect(script.headers.vary).toBe('accept-encoding');
    for (const refusing of ['identity', 'gzip;q=0'])
      expect((await get('/assets/main-AB12.js', { 'accept-encoding': refusing })).body.toString()).toBe(SCRIPT);
    expect((await get('/assets/main-AB12.css', { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBe(
      undefined,
    );
  });

  it('answer HEAD without a body', async () => {
    write();
    const head = await get('/', {}, 'HEAD');
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect(Number(head.headers['content-length'])).toBeGreaterThan(0);
  });

  it.each([
    '/secret.txt',
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets\\..\\..\\secret.txt',
    '//etc/passwd',
    '/assets/',
    '/assets/__proto__',
  ])('are no way to any other file: %s', async (path) => {
    write();
    await get('/');
    expect((await get(path)).status).toBe(404);
  });

  it('say what to do when the page is not built, and are there once it is', async () => {
    const missing = await get('/');
    expect(missing.status).toBe(503);
    expect(missing.body.toString()).toMatch(/npm start.* builds it/);
    write();
    expect((await get('/assets/main-AB12.js')).status).toBe(200);
    expect((await get('/')).status).toBe(200);
  });

  it('are those of a new build as soon as the page is asked for', async () => {
    write();
    await get('/');
    write('<!doctype html><title>new</title>');
    utimesSync(join(folder.path, 'page', 'index.html'), new Date(), new Date(Date.now() + 5_000));
    expect((await get('/')).body.toString()).toContain('new');
  });
});
