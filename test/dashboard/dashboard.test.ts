import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fill, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';
import { missing, testBrowser } from './browser.js';

/** Looks like fraud to the model, whoever pays it. */
const FRAUD = { category: 'grocery_pos', amount: { amount: '310.00', currency: 'USD' } };

describe.skipIf(missing)('the dashboard over own data', () => {
  const at = testBrowser({ click: 15_000, check: 15_000 });
  const { open, text, until } = at;
  const rows = () => at.page.locator('table.payments tbody tr');
  let folder: ReturnType<typeof temporaryFolder>;
  let server: TestServer;
  beforeEach(async () => {
    folder = temporaryFolder();
    server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_DEMO: 'off' } });
  });
  afterEach(async () => {
    await server.stop();
    folder.remove();
  });
  const record = async (to: TestServer, count: number, more: object = {}) => {
    const transactions = Array.from({ length: count }, (_, i) => payment(`t-${Date.now()}-${i}`, 'c1', more));
    const { data } = await to.query(RECORD, { transactions });
    expect(data.recordTransactions.acceptedCount).toBe(count);
  };

  it('says what to do while nothing is recorded, with a call that works', async () => {
    await open(`${server.url}/`);
    const call = at.page.locator('#payments pre');
    await call.waitFor();
    expect(await text('#payments')).toContain('No payment has come');
    expect(await at.page.locator('.simulated').count()).toBe(0);
    const body = /-d '(.*)'$/s.exec(await call.innerText())![1]!;
    const answer = await server.query(JSON.parse(body).query);
    expect(answer.data.recordTransactions).toEqual({ acceptedCount: 1, userErrors: [] });
    await until(async () => expect(await rows().count()).toBe(1));
    expect(at.watched.errors).toEqual([]);
  });

  it('shows the newest payments from before it was opened, and goes on without a gap or a double', async () => {
    await fill(server);
    await record(server, 60);
    let opened = false;
    const going = (async () => {
      while (!opened) {
        await record(server, 3);
        await new Promise((done) => setTimeout(done, 50)); // a page holds some hundreds: not more than that
      }
    })();
    await open(`${server.url}/`);
    await until(async () => expect(await rows().count()).toBeGreaterThan(49));
    opened = true;
    await going;
    const shown = async () => {
      // Whether there are more is looked for again: the button may have gone meanwhile, and a click would wait for it.
      while ((await at.page.locator('button.more').count()) > 0)
        await at.page
          .locator('button.more')
          .click({ timeout: 500 })
          .catch(() => {});
      const ids = await at.page.locator('table.payments tbody .why .sr-only').allTextContents();
      return ids.map((text) => /t-\S+/.exec(text)![0]);
    };
    const { data } = await server.query('{ transactions(first: 100) { nodes { transactionId } } }');
    const all = data.transactions.nodes.map(({ transactionId }: { transactionId: string }) => transactionId);
    await until(async () => expect((await shown())[0]).toBe(all[0]));
    await record(server, 2);
    await until(async () => expect(new Set((await shown()).slice(2)).has(all[0])).toBe(true));
    const ids = await shown();
    expect(ids.length).toBeGreaterThanOrEqual(52);
    expect(new Set(ids).size).toBe(ids.length);
    const page100 = await server.query('{ transactions(first: 100) { nodes { transactionId } } }');
    const newest = page100.data.transactions.nodes.map(({ transactionId }: { transactionId: string }) => transactionId);
    expect(ids.slice(0, 50)).toEqual(newest.slice(0, 50));
    expect(at.watched.errors).toEqual([]);
  });

  it('raises an alert and lets somebody see to it; the customer moves', async () => {
    await fill(server);
    await open(`${server.url}/`);
    await until(async () => expect(await text('[data-testid=connection]')).toBe('Live'));
    await record(server, 1, FRAUD);
    const alert = at.page.locator('.alert.open');
    await alert.waitFor();
    expect(await alert.innerText()).toMatch(/c1[\s\S]*Decline[\s\S]*\$310\.00/);
    await until(async () => expect(await text('[data-testid=watched]')).toBe('c1'));
    await at.page.locator('.customer-payments tbody tr').waitFor();
    await at.page.locator('#alerts input').fill('called the holder');
    await alert.locator('button', { hasText: 'Acknowledge' }).click();
    await at.page.locator('.alert.acknowledged').waitFor();
    expect(await text('.alert.acknowledged')).toContain('called the holder');
    expect(await at.page.locator('.alert.open').count()).toBe(0);
    await record(server, 1);
    await until(async () => expect(await at.page.locator('.customer-payments tbody tr').count()).toBe(2));
    expect(at.watched.errors).toEqual([]);
  });

  it('keeps the alerts in their place when the first one comes, and when somebody has seen to it', async () => {
    await fill(server);
    await open(`${server.url}/`);
    await until(async () => expect(await text('[data-testid=connection]')).toBe('Live'));
    await until(async () => expect(await text('#alerts')).toContain('No alert stands'));
    const place = async () => (await at.page.locator('#alerts').boundingBox())!;
    const before = await place();
    await record(server, 1, FRAUD);
    await at.page.locator('.alert.open').waitFor();
    expect(await place()).toEqual(before);
    await at.page.locator('.alert.open button', { hasText: 'Acknowledge' }).click();
    await at.page.locator('.alert.acknowledged').waitFor();
    expect(await place()).toEqual(before);
  });

  it('comes back after the server was restarted, with everything it missed', async () => {
    await fill(server);
    await open(`${server.url}/`);
    await until(async () => expect(await text('[data-testid=connection]')).toBe('Live'));
    await record(server, 2);
    await until(async () => expect(await rows().count()).toBe(2));
    const port = new URL(server.url).port;
    await server.stop();
    await until(async () => expect(await text('[data-testid=connection]')).toContain('Connection lost'));
    // While the page cannot reach it, the server is up elsewhere and scores 214 payments.
    const elsewhere = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_DEMO: 'off' } });
    await record(elsewhere, 214);
    await until(async () => {
      const { data } = await elsewhere.query(
        '{ customer(customerId: "c1") { transactions(first: 1) { nodes { fraud { id } } } } }',
      );
      expect(data.customer.transactions.nodes[0].fraud).not.toBeNull();
    });
    await elsewhere.stop();
    server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_DEMO: 'off', PORT: port } });
    await until(async () => expect(await text('[data-testid=notice]')).toBe('Caught up on 214 missed scores'), 20_000);
    expect(await text('[data-testid=connection]')).toContain('Live');
    await until(async () => expect(await text('[data-testid=payments-note]')).toContain('216 since'));
    expect(await at.page.locator('[role=log]').innerText()).toContain('Caught up on 214 missed scores');
  });

  it('begins anew where the server came back with another log', async () => {
    await fill(server);
    await open(`${server.url}/`);
    await until(async () => expect(await text('[data-testid=connection]')).toBe('Live'));
    await record(server, 30);
    await until(async () => expect(await rows().count()).toBe(30));
    const port = new URL(server.url).port;
    await server.stop();
    const other = temporaryFolder();
    try {
      server = await startTestServer({ dataDir: other.path, env: { SCOREGRAPH_DEMO: 'off', PORT: port } });
      await fill(server);
      await until(async () => expect(await text('[data-testid=notice]')).toContain('not in the log any more'), 20_000);
      await until(async () => expect(await text('[data-testid=connection]')).toContain('Live'));
      await record(server, 1);
      await until(async () => expect(await rows().count()).toBe(31));
    } finally {
      await server.stop();
      other.remove();
      server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_DEMO: 'off' } });
    }
  });
});

describe.skipIf(missing)('the dashboard of a locked server', () => {
  const at = testBrowser({ click: 15_000, check: 15_000 });
  const { open, text, until } = at;

  it('works where only trusted documents are answered', async () => {
    const folder = temporaryFolder();
    const server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_ONLY_TRUSTED: 'on' } });
    try {
      await open(`${server.url}/`);
      await until(async () => expect(await at.page.locator('table.models .model-state.available').count()).toBe(3));
      await until(async () => expect(await text('[data-testid=connection]')).toContain('Live'));
      expect(at.watched).toEqual({ errors: [], elsewhere: [] });
      expect(await server.query('{ models { name } }')).toMatchObject({
        errors: [{ extensions: { code: 'FORBIDDEN' } }],
      });
    } finally {
      await server.stop();
      folder.remove();
    }
  });
});
