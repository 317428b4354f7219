import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApiKey, revokeApiKey } from '../../src/access/api-keys.js';
import type { Role } from '../../src/core/roles.js';
import { payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';
import { missing, violationsIn } from './browser.js';
import { launchOptions } from './chromium.mjs';

/** Looks like fraud to the model, whoever pays it. */
const FRAUD = { category: 'grocery_pos', amount: { amount: '310.00', currency: 'USD' } };

describe.skipIf(missing)('the dashboard of a guarded server', () => {
  const folder = temporaryFolder();
  const keyFile = join(folder.path, 'api-keys.json');
  const key = (roles: Role[], customers: string[] | null = null) =>
    createApiKey(keyFile, { name: 'test', roles, customers, expiresAt: null }, Date.now());
  const keys = {
    admin: key(['admin']),
    viewer: key(['viewer']),
    bound: key(['scorer', 'operator'], ['c1']),
    passing: key(['admin']),
    next: key(['admin']),
  };
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  let errors: string[] = [];
  let recorded = 0;
  const record = async (customers: readonly string[], more: object = {}) => {
    const transactions = customers.map((customerId) => payment(`t${++recorded}`, customerId, more));
    const { data } = await server.query(RECORD, { transactions }, { authorization: `Bearer ${keys.admin.key}` });
    expect(data.recordTransactions.acceptedCount).toBe(customers.length);
  };

  beforeAll(async () => {
    server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_API_KEYS: 'on' } });
    await server.query(
      'mutation { upsertCustomers(customers: [{customerId: "c1", country: "France"}, {customerId: "c2"}]) { acceptedCount } }',
      {},
      { authorization: `Bearer ${keys.admin.key}` },
    );
    await record(['c1', 'c2', 'c1']);
    await record(['c1'], FRAUD);
    browser = await chromium.launch(launchOptions());
  });
  afterAll(async () => {
    await browser?.close();
    await server.stop();
    folder.remove();
  });
  afterEach(async () => {
    await page.context().close();
  });

  async function open(url = server.url): Promise<void> {
    const context = await browser.newContext({
      locale: 'en-GB',
      timezoneId: 'UTC',
      viewport: { width: 1440, height: 700 },
    });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${url}/`);
  }
  async function signIn(token: string): Promise<void> {
    await page.locator('.sign-in input').fill(token);
    await page.locator('.sign-in button[type=submit]').click();
  }
  async function openAs({ key: token }: { key: string }): Promise<void> {
    await open();
    await signIn(token);
    await until(async () => expect(await text('[data-testid=connection]')).toBe('Live'));
  }
  const text = (selector: string) => page.locator(selector).first().innerText();
  const rows = () => page.locator('table.payments tbody tr');
  const until = (check: () => Promise<void>, timeout = 15_000) => vi.waitFor(check, { timeout, interval: 100 });
  const violations = () => violationsIn(page);

  it('asks for a token, says that a wrong one is wrong, and shows everything with the right one', async () => {
    await open();
    await page.locator('.sign-in').waitFor();
    expect(await page.locator('#payments').isVisible()).toBe(false);
    expect(await text('[data-testid=connection]')).toBe('Not signed in');
    expect(await violations()).toEqual([]);
    await signIn('sg_00000000_wrong');
    await until(async () => expect(await text('.sign-in [role=alert]')).toContain('does not take this token'));
    await signIn('two words');
    await until(async () => expect(await text('.sign-in [role=alert]')).toContain('one word'));
    expect(await page.evaluate('sessionStorage.getItem("scoregraph-token")')).toBeNull();
    expect(await violations()).toEqual([]);

    await signIn(` ${keys.admin.key} `);
    await until(async () => expect(await text('[data-testid=connection]')).toBe('Live'));
    await until(async () => expect(await rows().count()).toBe(recorded));
    await until(async () => expect(await page.locator('table.models .model-state.available').count()).toBe(3));
    await until(async () => expect(await text('.figure-value')).toMatch(/^\d+\.\d$/));
    await page.locator('.alert.open').waitFor();
    await until(async () => expect(await text('.segment-label')).not.toBe(''));
    await until(async () => expect(await text('[data-testid=trial-score]')).toContain('version 1'));
    expect(await page.locator('.hint.problem').count()).toBe(0);

    await page.reload();
    await until(async () => expect(await rows().count()).toBe(recorded));
    await page.locator('button', { hasText: 'Sign out' }).click();
    await page.locator('.sign-in').waitFor();
    expect(await page.content()).not.toContain('Stark Inc');
    expect(errors).toEqual([]);
  });

  it('asks again when the token is revoked, and goes on where it was without losing anything', async () => {
    await openAs(keys.passing);
    await until(async () => expect(await rows().count()).toBe(recorded));
    const before = recorded;
    await record(['c1', 'c2']);
    await until(async () => expect(await rows().count()).toBe(recorded));
    await page.locator('.filter').fill('c2');
    await until(async () => expect(await rows().count()).toBe(2));
    await page.locator('#alerts input').fill('half a note');
    await page.evaluate('window.scrollTo(0, 260)');

    revokeApiKey(keyFile, keys.passing.kept.prefix, Date.now());
    await page.locator('.sign-in').waitFor();
    expect(await text('.sign-in')).toContain('goes on where it was');
    expect(await page.locator('#payments').isVisible()).toBe(false);
    await record(['c2', 'c1', 'c2']);
    await signIn(keys.next.key);
    await until(async () => expect(await text('[data-testid=notice]')).toBe('Caught up on 3 missed scores'));
    await until(async () => expect(await rows().count()).toBe(4));
    expect(await page.locator('#alerts input').inputValue()).toBe('half a note');
    expect(await page.evaluate('window.scrollY')).toBe(260);
    expect(await text('[data-testid=payments-note]')).toContain(`${recorded - before} since`);
    await page.locator('.filter').fill('');
    await until(async () => expect(await rows().count()).toBe(recorded));
    expect(errors).toEqual([]);
  });

  it('tells a viewer in a sentence what needs more of a role, and shows the rest', async () => {
    await openAs(keys.viewer);
    await until(async () => expect(await rows().count()).toBe(recorded));
    await until(async () => expect(await text('#trial')).toContain('Trying a payment needs the role scorer'));
    await until(async () =>
      expect(await text('#customer')).toContain('What the models say of a customer needs the role scorer'),
    );
    await until(async () => expect(await text('.figure-value')).toMatch(/^\d+\.\d$/));
    const paid = page.locator('.customer-payments tbody tr');
    await until(async () => expect(await paid.count()).toBeGreaterThan(0));
    await until(async () => expect(await page.locator('table.models .model-state.available').count()).toBe(3));
    // What they may watch moves on.
    const [watched] = [await text('[data-testid=watched]')];
    const before = await paid.count();
    await record([watched]);
    await until(async () => expect(await rows().count()).toBe(recorded));
    await until(async () => expect(await paid.count()).toBe(Math.min(8, before + 1)));
    await record(['c2'], FRAUD);
    await page.locator('.alert.open button', { hasText: 'Acknowledge' }).click();
    await until(async () => expect(await text('#alerts')).toContain('Acknowledging an alert needs the role operator'));
    expect(await page.locator('#alerts button', { hasText: 'Acknowledge' }).count()).toBe(0);
    await rows().first().locator('button', { hasText: 'Why' }).click();
    await until(async () => expect(await page.locator('dialog[open] .contributions li').count()).toBeGreaterThan(3));
    await page.keyboard.press('Escape');
    expect(await page.locator('.hint.problem').count()).toBe(0);
    expect(await violations()).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('shows a caller who is bound to customers theirs, and says what is about all', async () => {
    await openAs(keys.bound);
    const theirs = async () => (await rows().allInnerTexts()).map((row) => /\bc\d\b/.exec(row)?.[0]);
    await until(async () => expect((await theirs()).length).toBeGreaterThan(2));
    await record(['c2', 'c1']);
    const count = (await theirs()).length;
    await until(async () => expect((await theirs()).length).toBeGreaterThanOrEqual(count));
    expect(new Set(await theirs())).toEqual(new Set(['c1']));
    await until(async () => expect(await text('.figures')).toContain('This line of figures is about all customers'));
    await until(async () => expect(await page.locator('table.models .model-state.available').count()).toBe(3));
    await until(async () =>
      expect(await text('#models')).toContain('What each version has done is about all customers'),
    );
    await until(async () => expect(await text('.segment-label')).not.toBe(''));
    await until(async () => expect(await text('[data-testid=trial-score]')).toContain('version 1'));
    expect(await page.locator('.hint.problem').count()).toBe(0);
    expect(await violations()).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('waits kindly where the caller’s share of the server is used up, and then shows everything', async () => {
    const own = temporaryFolder();
    const { key: token } = createApiKey(
      join(own.path, 'api-keys.json'),
      { name: 'test', roles: ['admin'], customers: null, expiresAt: null },
      Date.now(),
    );
    const poor = await startTestServer({
      dataDir: own.path,
      env: {
        SCOREGRAPH_API_KEYS: 'on',
        SCOREGRAPH_RATE_LIMIT_MS_PER_SECOND: '5',
        SCOREGRAPH_RATE_LIMIT_BURST_MS: '200',
      },
    });
    try {
      await open(poor.url);
      // Somebody with the same token has just spent what there was.
      const spend =
        'query ($ids: [ID!]!) { customers(customerIds: $ids) { transactions(first: 20) { nodes { id } } } }';
      for (const count of [500, 300, 100, 30, 10, 3, 1])
        for (let limited = false; !limited; ) {
          const ids = Array.from({ length: count }, (_, i) => `nobody-${i}`);
          const { errors: refused } = await poor.query(spend, { ids }, { authorization: `Bearer ${token}` });
          limited = /RATE_LIMITED|QUERY_TOO_COSTLY/.test(String(refused?.[0]?.extensions.code));
        }
      await signIn(token);
      await until(async () => expect(await text('[data-testid=connection]')).toMatch(/used up, asking again in/));
      await until(
        async () => expect(await page.locator('table.models .model-state.available').count()).toBe(3),
        30_000,
      );
      await until(async () => expect(await text('[data-testid=connection]')).toBe('Live'), 30_000);
      expect(await page.locator('.hint.problem').count()).toBe(0);
      expect(errors).toEqual([]);
    } finally {
      await poor.stop();
      own.remove();
    }
  }, 60_000);
});
