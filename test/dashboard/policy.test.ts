import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificate } from '../support/certificate.js';
import { fill, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';
import { missing, watchPage } from './browser.js';
import { launchOptions } from './chromium.mjs';

/** Keeps what the policy of a page stopped. */
const NOTE_VIOLATIONS =
  'window.stopped = []; addEventListener("securitypolicyviolation", (e) => stopped.push(e.effectiveDirective + " " + e.blockedURI));';

describe.skipIf(missing)('what the pages may do, in a browser', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    const { cert, key } = certificate('localhost');
    writeFileSync(join(folder.path, 'cert.pem'), cert);
    writeFileSync(join(folder.path, 'key.pem'), key);
    server = await startTestServer({
      dataDir: join(folder.path, 'data'),
      env: {
        SCOREGRAPH_ENGINE: 'wasm',
        SCOREGRAPH_DEMO: 'off',
        SCOREGRAPH_TLS_CERT: join(folder.path, 'cert.pem'),
        SCOREGRAPH_TLS_KEY: join(folder.path, 'key.pem'),
      },
    });
    browser = await chromium.launch(launchOptions());
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    folder.remove();
  });

  /** Over HTTPS, so that what a page does over a WebSocket it does over TLS. */
  async function open(path: string): Promise<{ page: Page; errors: readonly string[]; elsewhere: readonly string[] }> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.addInitScript(NOTE_VIOLATIONS);
    const watched = watchPage(page, server.url);
    page.setDefaultTimeout(15_000);
    await page.goto(`${server.url}${path}`);
    return { page, ...watched };
  }
  const stopped = (page: Page) => page.evaluate('stopped') as Promise<string[]>;
  /** What a hole in the page would let somebody do. */
  const injected = (page: Page) =>
    page.evaluate(`(async () => {
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.head.append(script);
      document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.injected = true">');
      // Later: what a driver evaluates itself is free to evaluate.
      setTimeout(() => { try { new Function('window.injected = true')(); } catch {} });
      const answered = await fetch('https://elsewhere.example/').then(() => true, () => false);
      await new Promise((done) => setTimeout(done, 200));
      return { injected: window.injected === true, answered };
    })()`);

  it('GraphiQL: its editor, its workers, a query and a subscription; nothing is stopped, and nothing else runs', async () => {
    await fill({ ...server, query: viaPage } as TestServer, 1);
    const { page, errors, elsewhere } = await open('/graphiql');
    for (const [query, answered] of [
      ['{ customer(customerId: "c1") { customerId } }', '"c1"'],
      ['subscription { liveStats { windowSeconds } }', '"windowSeconds"'],
    ] as const) {
      await page.goto(`${server.url}/graphiql?${new URLSearchParams({ query })}`);
      await page.locator('.graphiql-query-editor .view-line').first().waitFor();
      await page.locator('.graphiql-execute-button').click();
      await page.locator('.graphiql-response').getByText(answered).first().waitFor();
    }
    expect(await stopped(page)).toEqual([]);
    expect(errors).toEqual([]);
    // The workers of its editor are texts of its own.
    expect(elsewhere.filter((url) => !url.startsWith(`blob:${server.url}`))).toEqual([]);
    expect(elsewhere.length).toBeGreaterThan(0);
    expect(await injected(page)).toEqual({ injected: false, answered: false });
    expect((await stopped(page)).map((text) => text.split(' ')[0])).toEqual(
      expect.arrayContaining(['script-src-elem', 'script-src-attr', 'script-src', 'connect-src']),
    );
    await page.context().close();
  });

  it('the dashboard: live over TLS, nothing is stopped, and nothing else runs', async () => {
    const { page, errors, elsewhere } = await open('/');
    await page.locator('header').getByText('Live', { exact: true }).first().waitFor();
    expect(await stopped(page)).toEqual([]);
    expect(errors).toEqual([]);
    expect(elsewhere).toEqual([]);
    expect(await injected(page)).toEqual({ injected: false, answered: false });
    await page.context().close();
  });

  /** The server's certificate is one that only the browser was told to take. */
  async function viaPage(query: string, variables?: object) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const answer = await context.request.post(`${server.url}/graphql`, { data: { query, variables } });
    const json = await answer.json();
    await context.close();
    return json;
  }
});
