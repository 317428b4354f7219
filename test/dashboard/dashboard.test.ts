import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../src/core/logger.js';
import { type Demo, startDemo } from '../../src/demo.js';
import { fill, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';
import { watchPage } from './browser.js';
import { findChromium, launchOptions } from './chromium.mjs';

const BUILT = resolve(import.meta.dirname, '../../dist/dashboard');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const DESKTOP = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
/** Looks like fraud to the model, whoever pays it. */
const FRAUD = { category: 'grocery_pos', amount: { amount: '310.00', currency: 'USD' } };

// A machine of one's own may have no browser; a machine that decides what lands must have one.
const missing = findChromium() === null && process.env.CI === undefined;
if (missing) process.stderr.write('No Chromium is installed: the tests of the dashboard in a browser are SKIPPED.\n');

describe('the built page', () => {
  it('is small: all its script is at most 200 KB, compressed', () => {
    const scripts = readdirSync(join(BUILT, 'assets')).filter((file) => file.endsWith('.js'));
    expect(scripts.length).toBeGreaterThan(1);
    const bytes = scripts.reduce((sum, file) => sum + gzipSync(readFileSync(join(BUILT, 'assets', file))).length, 0);
    expect(bytes).toBeLessThan(200 * 1024);
  });
  it('names nothing of any other server, and no inline script', () => {
    const page = readFileSync(join(BUILT, 'index.html'), 'utf8');
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
  });
});

describe.skipIf(missing)('the dashboard in a browser', () => {
  let browser: Browser;
  let page: Page;
  let watched: ReturnType<typeof watchPage>;
  beforeAll(async () => {
    browser = await chromium.launch(launchOptions());
  });
  afterAll(async () => {
    await browser?.close();
  });
  afterEach(async () => {
    await page?.context().close();
  });

  async function open(url: string, options: BrowserContextOptions = DESKTOP): Promise<void> {
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    watched = watchPage(page, url);
    await page.goto(`${url}/`);
  }
  const text = (selector: string) => page.locator(selector).first().innerText();
  const rows = () => page.locator('table.payments tbody tr');
  const count = async (selector: string) => Number(/[\d,]+/.exec(await text(selector))?.[0].replaceAll(',', '') ?? 0);
  const until = (check: () => Promise<void>, timeout = 15_000) => vi.waitFor(check, { timeout, interval: 100 });

  /** What axe-core finds that is serious or worse, once nothing moves: something half faded in has not its own colours yet. */
  async function violations(): Promise<string[]> {
    await page.evaluate(
      'Promise.allSettled(document.getAnimations().map(({ finished }) => finished)).then(() => true)',
    );
    await page.evaluate(AXE);
    const found = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
      violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
    };
    return found.violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)} ${nodes[0]!.failureSummary}`);
  }

  it('works where only trusted documents are answered', async () => {
    const folder = temporaryFolder();
    const server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_ONLY_TRUSTED: 'on' } });
    try {
      await open(server.url);
      await until(async () => expect(await page.locator('table.models .model-state.available').count()).toBe(3));
      await until(async () => expect(await text('[data-testid=connection]')).toContain('Live'));
      expect(watched).toEqual({ errors: [], elsewhere: [] });
      expect(await server.query('{ models { name } }')).toMatchObject({
        errors: [{ extensions: { code: 'FORBIDDEN' } }],
      });
    } finally {
      await server.stop();
      folder.remove();
    }
  });

  describe('over the simulated world', () => {
    const folder = temporaryFolder();
    let server: TestServer;
    let demo: Demo | null;
    beforeAll(async () => {
      server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_DEMO: 'on' } });
      demo = await startDemo(server.running, silentLogger);
      // The world's past is recorded first; only of its live payments the truth is told.
      await vi.waitFor(
        async () => {
          const { data } = await server.query('{ simulation { fraudTruth { trueNegatives } } }');
          if (data.simulation.fraudTruth.trueNegatives === 0) throw new Error('the world is not founded yet');
        },
        { timeout: 50_000, interval: 200 },
      );
    });
    afterAll(async () => {
      await demo?.stop();
      await server.stop();
      folder.remove();
    });

    it('shows payments, figures, a customer and models, all moving, and asks nobody else for anything', async () => {
      await open(server.url);
      await until(async () => expect(await rows().count()).toBeGreaterThan(3));
      expect(await text('.simulated')).toBe('Simulated data');
      expect(await text('[data-testid=connection]')).toContain('Live');
      const before = await count('[data-testid=payments-note]');
      await until(async () => expect(await count('[data-testid=payments-note]')).toBeGreaterThan(before));
      await until(async () => expect(await text('.figure-value')).toMatch(/^\d+\.\d$/));
      await until(async () => expect(await text('.segment-label')).not.toBe(''));
      expect(await page.locator('.recommended li').count()).toBe(6);
      expect(await page.locator('table.models .model-state.available').count()).toBe(3);
      const chart = await page.locator('.chart canvas').first().boundingBox();
      expect(chart!.width).toBeGreaterThan(500);
      expect(watched).toEqual({ errors: [], elsewhere: [] });
    });

    it('says on the page of models, too, that all of it is simulated', async () => {
      await open(server.url);
      await page.locator('.pages a', { hasText: 'Models' }).click();
      await until(async () => expect(await text('.simulated')).toBe('Simulated data'));
      await until(async () => expect(await page.locator('.split-stream path').count()).toBe(1));
      expect(watched).toEqual({ errors: [], elsewhere: [] });
    });

    it('keeps everything in its place while values move', async () => {
      await open(server.url);
      await until(async () => expect(await page.locator('.recommended li').count()).toBe(6));
      const places = async () =>
        Promise.all(
          (await page.locator('.panel, .figure').all()).map(async (one) =>
            JSON.stringify([await one.getAttribute('id'), await one.boundingBox()]),
          ),
        );
      await until(async () => expect(await page.locator('.curve polyline').count()).toBe(2));
      await until(async () => expect(await page.locator('#trial .contributions li').count()).toBe(5));
      await until(async () => expect(await text('.figure-value')).toMatch(/^\d+\.\d$/));
      const before = await places();
      await page.waitForTimeout(2_500);
      expect(await places()).toEqual(before);
    });

    it('says why, in a drawer that Escape closes', async () => {
      await open(server.url);
      await until(async () => expect(await rows().count()).toBeGreaterThan(3));
      await rows().nth(1).locator('button', { hasText: 'Why' }).click();
      const drawer = page.locator('dialog[open]');
      await until(async () => expect(await drawer.locator('.contributions li').count()).toBeGreaterThan(3));
      expect(await drawer.innerText()).toMatch(/log-odds of fraud/);
      expect(await violations()).toEqual([]);
      await page.keyboard.press('Escape');
      expect(await drawer.count()).toBe(0);
      expect(await page.evaluate('document.activeElement.textContent')).toContain('Why');
    });

    it('tries a payment: the score follows the amount and the hour as they are dragged', async () => {
      await open(server.url);
      const score = page.locator('[data-testid=trial-score]');
      await until(async () => expect(await score.innerText()).toContain('version 1'));
      await page.locator('[data-testid=trial-amount]').fill('0');
      await until(async () => expect(await score.innerText()).toContain('Approve'));
      const low = await page.locator('#trial .contributions').innerText();
      await page.locator('[data-testid=trial-amount]').fill('135'); // about 310

      await until(async () => expect(await score.innerText()).toMatch(/Review|Decline/));
      expect(await page.locator('#trial .contributions').innerText()).not.toBe(low);
      await page.locator('[data-testid=trial-hour]').fill('3');
      await until(async () => expect(await page.locator('#trial').innerText()).toContain('03:00'));
      await until(async () => expect(await page.locator('.curve polyline').count()).toBe(2));
      // While it is dragged, not only when it is let go.
      const track = (await page.locator('[data-testid=trial-amount]').boundingBox())!;
      const seen = new Set<string>();
      await page.mouse.move(track.x + 10, track.y + track.height / 2);
      await page.mouse.down();
      for (let step = 1; step <= 60; step++) {
        await page.mouse.move(track.x + 10 + ((track.width - 20) * step) / 60, track.y + track.height / 2);
        await page.waitForTimeout(15);
        seen.add(await score.innerText());
      }
      await page.mouse.up();
      expect(seen.size).toBeGreaterThan(3);
      // By keyboard: one step at a time.
      await page.locator('[data-testid=trial-hour]').press('ArrowRight');
      await until(async () => expect(await page.locator('#trial').innerText()).toContain('03:30'));
      expect(watched.errors).toEqual([]);
    });

    it('pauses without losing a payment, and filters what it kept', async () => {
      await open(server.url);
      await until(async () => expect(await rows().count()).toBeGreaterThan(3));
      await page.locator('[data-testid=pause]').click();
      await page.mouse.move(0, 0);
      const first = await rows().first().innerText();
      const shown = await rows().count();
      await until(async () => expect(await count('[data-testid=payments-note]')).toBeGreaterThan(5));
      expect([await rows().first().innerText(), await rows().count()]).toEqual([first, shown]);
      const waiting = await count('[data-testid=payments-note]');
      await page.locator('[data-testid=pause]').click();
      await until(async () => expect(await page.locator('tr.missed').count()).toBeGreaterThanOrEqual(waiting));
      await page.locator('.filter').fill('no such merchant');
      await until(async () => expect(await rows().count()).toBe(0));
      await page.locator('.filter').fill('');
      await until(async () => expect(await rows().count()).toBeGreaterThanOrEqual(shown + waiting));
      await page.locator('.chip', { hasText: 'Approve' }).click();
      await until(async () => expect(await page.locator('.payments .decision.approve').count()).toBe(0));
    });

    it.each([
      ['light', { ...DESKTOP, colorScheme: 'light' }],
      ['dark', { ...DESKTOP, colorScheme: 'dark' }],
      ['a phone', { ...PHONE, colorScheme: 'light' }],
    ] as const)('has nothing serious for axe-core to find: %s', async (_name, options) => {
      await open(server.url, options);
      await until(async () => expect(await page.locator('.recommended li').count()).toBe(6));
      await until(async () => expect(await page.locator('.curve polyline').count()).toBe(2));
      expect(await violations()).toEqual([]);
    });

    it('fits a phone: nothing is wider than the screen, and what is pressed is large enough', async () => {
      await open(server.url, PHONE);
      await until(async () => expect(await rows().count()).toBeGreaterThan(3));
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      for (const button of await page.locator('#payments .panel-head button').all())
        expect((await button.boundingBox())!.height).toBeGreaterThanOrEqual(36);
      await rows().nth(1).locator('button', { hasText: 'Why' }).tap();
      await until(async () => expect(await page.locator('dialog[open] .contributions li').count()).toBeGreaterThan(3));
      expect((await page.locator('dialog[open]').boundingBox())!.width).toBeCloseTo(390);
    });

    it('turns light and dark by hand, and remembers it without a flash', async () => {
      await open(server.url, { ...DESKTOP, colorScheme: 'light' });
      const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
      const light = await ground();
      await page.locator('[data-testid=theme]').click();
      expect(await ground()).toBe(light);
      await page.locator('[data-testid=theme]').click();
      const dark = await ground();
      expect(dark).not.toBe(light);
      await page.reload({ waitUntil: 'commit' });
      await page.waitForSelector('body', { state: 'attached' });
      expect(await ground()).toBe(dark);
    });
  });

  describe('over own data', () => {
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
      await open(server.url);
      const call = page.locator('#payments pre');
      await call.waitFor();
      expect(await text('#payments')).toContain('No payment has come');
      expect(await page.locator('.simulated').count()).toBe(0);
      const body = /-d '(.*)'$/s.exec(await call.innerText())![1]!;
      const answer = await server.query(JSON.parse(body).query);
      expect(answer.data.recordTransactions).toEqual({ acceptedCount: 1, userErrors: [] });
      await until(async () => expect(await rows().count()).toBe(1));
      expect(watched.errors).toEqual([]);
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
      await open(server.url);
      await until(async () => expect(await rows().count()).toBeGreaterThan(49));
      opened = true;
      await going;
      const shown = async () => {
        // Whether there are more is looked for again: the button may have gone meanwhile, and a click would wait for it.
        while ((await page.locator('button.more').count()) > 0)
          await page
            .locator('button.more')
            .click({ timeout: 500 })
            .catch(() => {});
        const ids = await page.locator('table.payments tbody .why .sr-only').allTextContents();
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
      const newest = page100.data.transactions.nodes.map(
        ({ transactionId }: { transactionId: string }) => transactionId,
      );
      expect(ids.slice(0, 50)).toEqual(newest.slice(0, 50));
      expect(watched.errors).toEqual([]);
    });

    it('raises an alert and lets somebody see to it; the customer moves', async () => {
      await fill(server);
      await open(server.url);
      await until(async () => expect(await text('[data-testid=connection]')).toBe('Live'));
      await record(server, 1, FRAUD);
      const alert = page.locator('.alert.open');
      await alert.waitFor();
      expect(await alert.innerText()).toMatch(/c1[\s\S]*Decline[\s\S]*\$310\.00/);
      await until(async () => expect(await text('[data-testid=watched]')).toBe('c1'));
      await page.locator('.customer-payments tbody tr').waitFor();
      await page.locator('#alerts input').fill('called the holder');
      await alert.locator('button', { hasText: 'Acknowledge' }).click();
      await page.locator('.alert.acknowledged').waitFor();
      expect(await text('.alert.acknowledged')).toContain('called the holder');
      expect(await page.locator('.alert.open').count()).toBe(0);
      await record(server, 1);
      await until(async () => expect(await page.locator('.customer-payments tbody tr').count()).toBe(2));
      expect(watched.errors).toEqual([]);
    });

    it('keeps the alerts in their place when the first one comes, and when somebody has seen to it', async () => {
      await fill(server);
      await open(server.url);
      await until(async () => expect(await text('[data-testid=connection]')).toBe('Live'));
      await until(async () => expect(await text('#alerts')).toContain('No alert stands'));
      const place = async () => (await page.locator('#alerts').boundingBox())!;
      const before = await place();
      await record(server, 1, FRAUD);
      await page.locator('.alert.open').waitFor();
      expect(await place()).toEqual(before);
      await page.locator('.alert.open button', { hasText: 'Acknowledge' }).click();
      await page.locator('.alert.acknowledged').waitFor();
      expect(await place()).toEqual(before);
    });

    it('comes back after the server was restarted, with everything it missed', async () => {
      await fill(server);
      await open(server.url);
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
      await until(
        async () => expect(await text('[data-testid=notice]')).toBe('Caught up on 214 missed scores'),
        20_000,
      );
      expect(await text('[data-testid=connection]')).toContain('Live');
      await until(async () => expect(await text('[data-testid=payments-note]')).toContain('216 since'));
      expect(await page.locator('[role=log]').innerText()).toContain('Caught up on 214 missed scores');
    });

    it('begins anew where the server came back with another log', async () => {
      await fill(server);
      await open(server.url);
      await until(async () => expect(await text('[data-testid=connection]')).toBe('Live'));
      await record(server, 30);
      await until(async () => expect(await rows().count()).toBe(30));
      const port = new URL(server.url).port;
      await server.stop();
      const other = temporaryFolder();
      try {
        server = await startTestServer({ dataDir: other.path, env: { SCOREGRAPH_DEMO: 'off', PORT: port } });
        await fill(server);
        await until(
          async () => expect(await text('[data-testid=notice]')).toContain('not in the log any more'),
          20_000,
        );
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
});
