import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { bodyOf, startStub, stubServers } from './stub-graph.js';

describe('the paths beside the graph', () => {
  const start = stubServers();

  it('tells health, with reasons, and GraphiQL without a CDN', async () => {
    const reasons: string[] = [];
    const server = await start({
      health: { readiness: () => ({ notReady: reasons, degraded: ['segmentation: gone'] }), modelReady: () => null },
    });
    const ready = async () => {
      const response = await fetch(`${server.url}/v2/health/ready`);
      return [response.status, await response.json()];
    };
    expect(await ready()).toEqual([200, { ready: true, notReady: [], degraded: ['segmentation: gone'] }]);
    reasons.push('no engine worker is running');
    expect(await ready()).toMatchObject([503, { ready: false, notReady: ['no engine worker is running'] }]);
    expect(await (await fetch(`${server.url}/v2/health/live`)).json()).toEqual({ live: true });
    const head = await fetch(`${server.url}/v2/health/live`, { method: 'HEAD' });
    expect([head.status, await head.text(), head.headers.get('cache-control')]).toEqual([200, '', 'no-store']);
    const page = await (await fetch(`${server.url}/graphiql`)).text();
    expect(page).toContain('"subscriptionsProtocol":"WS"');
    expect(page).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)="(?:https?:)?\/\//);
  });

  it('answers 404, 405 and 421 as JSON, all with the security headers', async () => {
    const server = await start();
    const none = await fetch(`${server.url}/nothing${'x'.repeat(500)}?q=1`);
    const { errors } = await bodyOf(none);
    expect([none.status, errors[0].extensions.code]).toEqual([404, 'NOT_FOUND']);
    expect(errors[0].message.length).toBeLessThan(150);
    const method = await fetch(`${server.url}/metrics`, { method: 'POST' });
    expect([method.status, method.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const patch = await fetch(`${server.url}/graphql`, { method: 'PATCH', body: '{}' });
    expect([patch.status, patch.headers.get('allow')]).toEqual([405, 'GET, POST, PUT, DELETE']);
    const root = await fetch(server.url); // this one has no page
    expect([root.status, (await bodyOf(root)).errors[0].extensions.code]).toEqual([503, 'NOT_FOUND']);
    const page = await fetch(`${server.url}/graphiql`);
    const good = await fetch(`${server.url}/graphql?query={hello}`, { headers: { 'apollo-require-preflight': '1' } });
    expect(good.status).toBe(200);
    for (const response of [none, method, patch, root, page, good]) {
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('x-frame-options')).toBe('DENY');
      expect(response.headers.get('referrer-policy')).toBe('no-referrer');
      expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(response.headers.get('cache-control')).toMatch(/^no-(store|cache)$/);
      expect(response.headers.get('strict-transport-security')).toBeNull(); // this one has no TLS
      expect(response.headers.get('x-powered-by')).toBeNull();
    }
  });

  it('lets GraphiQL run its own script, named by hash, and no other', async () => {
    const server = await start();
    const page = await fetch(`${server.url}/graphiql`);
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[A-Za-z0-9+/]{43}='; worker-src blob:; /);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy.replace("style-src 'unsafe-inline'", '')).not.toMatch(/unsafe|https?:|\*/);
    expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(page.headers.get('content-encoding')).toBe('gzip');
    const etag = page.headers.get('etag')!;
    const again = await fetch(`${server.url}/graphiql`, { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it('names host and port when the port is taken', async () => {
    const squatter = createServer();
    await new Promise<void>((done) => squatter.listen(0, '127.0.0.1', done));
    const { port } = squatter.address() as { port: number };
    await expect(startStub({ port })).rejects.toThrow(new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is taken`));
    await expect(startStub({ host: '192.0.2.1' })).rejects.toThrow(/Cannot listen on 192\.0\.2\.1:0: /);
    squatter.close();
  });
});
