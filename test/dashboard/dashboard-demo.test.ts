import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../src/core/logger.js';
import { type Demo, startDemo } from '../../src/demo.js';
import { startTestServer, type TestServer, temporaryFolder } from '../support/server.js';
import { DESKTOP, missing, PHONE, testBrowser } from './browser.js';

describe.skipIf(missing)('the dashboard over the simulated world', () => {
  const at = testBrowser({ click: 15_000, check: 15_000 });
  const { open, text, until, violations } = at;
  const rows = () => at.page.locator('table.payments tbody tr');
  const count = async (selector: string) => Number(/[\d,]+/.exec(await text(selector))?.[0].replaceAll(',', '') ?? 0);
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
    await open(`${server.url}/`);
    await until(async () => expect(await rows().count()).toBeGreaterThan(3));
    expect(await text('.simulated')).toBe('Simulated data');
    expect(await text('[data-testid=connection]')).toContain('Live');
    const before = await count('[data-testid=payments-note]');
    await until(async () => expect(await count('[data-testid=payments-note]')).toBeGreaterThan(before));
    await until(async () => expect(await text('.figure-value')).toMatch(/^\d+\.\d$/));
    await until(async () => expect(await text('.segment-label')).not.toBe(''));
    expect(await at.page.locator('.recommended li').count()).toBe(6);
    expect(await at.page.locator('table.models .model-state.available').count()).toBe(3);
    const chart = await at.page.locator('.chart canvas').first().boundingBox();
    expect(chart!.width).toBeGreaterThan(500);
    expect(at.watched).toEqual({ errors: [], elsewhere: [] });
  });

  it('says on the page of models, too, that all of it is simulated', async () => {
    await open(`${server.url}/`);
    await at.page.locator('.pages a', { hasText: 'Models' }).click();
    await until(async () => expect(await text('.simulated')).toBe('Simulated data'));
    await until(async () => expect(await at.page.locator('.split-stream path').count()).toBe(1));
    expect(at.watched).toEqual({ errors: [], elsewhere: [] });
  });

  it('keeps everything in its place while values move', async () => {
    await open(`${server.url}/`);
    await until(async () => expect(await at.page.locator('.recommended li').count()).toBe(6));
    const places = async () =>
      Promise.all(
        (await at.page.locator('.panel, .figure').all()).map(async (one) =>
          JSON.stringify([await one.getAttribute('id'), await one.boundingBox()]),
        ),
      );
    await until(async () => expect(await at.page.locator('.curve polyline').count()).toBe(2));
    await until(async () => expect(await at.page.locator('#trial .contributions li').count()).toBe(5));
    await until(async () => expect(await text('.figure-value')).toMatch(/^\d+\.\d$/));
    const before = await places();
    await at.page.waitForTimeout(2_500);
    expect(await places()).toEqual(before);
  });

  it('says why, in a drawer that Escape closes', async () => {
    await open(`${server.url}/`);
    await until(async () => expect(await rows().count()).toBeGreaterThan(3));
    await rows().nth(1).locator('button', { hasText: 'Why' }).click();
    const drawer = at.page.locator('dialog[open]');
    await until(async () => expect(await drawer.locator('.contributions li').count()).toBeGreaterThan(3));
    expect(await drawer.innerText()).toMatch(/log-odds of fraud/);
    expect(await violations()).toEqual([]);
    await at.page.keyboard.press('Escape');
    expect(await drawer.count()).toBe(0);
    expect(await at.page.evaluate('document.activeElement.textContent')).toContain('Why');
  });

  it('tries a payment: the score follows the amount and the hour as they are dragged', async () => {
    await open(`${server.url}/`);
    const score = at.page.locator('[data-testid=trial-score]');
    await until(async () => expect(await score.innerText()).toContain('version 1'));
    await at.page.locator('[data-testid=trial-amount]').fill('0');
    await until(async () => expect(await score.innerText()).toContain('Approve'));
    const low = await at.page.locator('#trial .contributions').innerText();
    await at.page.locator('[data-testid=trial-amount]').fill('135'); // about 310

    await until(async () => expect(await score.innerText()).toMatch(/Review|Decline/));
    expect(await at.page.locator('#trial .contributions').innerText()).not.toBe(low);
    await at.page.locator('[data-testid=trial-hour]').fill('3');
    await until(async () => expect(await at.page.locator('#trial').innerText()).toContain('03:00'));
    await until(async () => expect(await at.page.locator('.curve polyline').count()).toBe(2));
    // While it is dragged, not only when it is let go.
    const track = (await at.page.locator('[data-testid=trial-amount]').boundingBox())!;
    const seen = new Set<string>();
    await at.page.mouse.move(track.x + 10, track.y + track.height / 2);
    await at.page.mouse.down();
    for (let step = 1; step <= 60; step++) {
      await at.page.mouse.move(track.x + 10 + ((track.width - 20) * step) / 60, track.y + track.height / 2);
      await at.page.waitForTimeout(15);
      seen.add(await score.innerText());
    }
    await at.page.mouse.up();
    expect(seen.size).toBeGreaterThan(3);
    // By keyboard: one step at a time.
    await at.page.locator('[data-testid=trial-hour]').press('ArrowRight');
    await until(async () => expect(await at.page.locator('#trial').innerText()).toContain('03:30'));
    expect(at.watched.errors).toEqual([]);
  });

  it('pauses without losing a payment, and filters what it kept', async () => {
    await open(`${server.url}/`);
    await until(async () => expect(await rows().count()).toBeGreaterThan(3));
    await at.page.locator('[data-testid=pause]').click();
    await at.page.mouse.move(0, 0);
    const first = await rows().first().innerText();
    const shown = await rows().count();
    await until(async () => expect(await count('[data-testid=payments-note]')).toBeGreaterThan(5));
    expect([await rows().first().innerText(), await rows().count()]).toEqual([first, shown]);
    const waiting = await count('[data-testid=payments-note]');
    await at.page.locator('[data-testid=pause]').click();
    await until(async () => expect(await at.page.locator('tr.missed').count()).toBeGreaterThanOrEqual(waiting));
    await at.page.locator('.filter').fill('no such merchant');
    await until(async () => expect(await rows().count()).toBe(0));
    await at.page.locator('.filter').fill('');
    await until(async () => expect(await rows().count()).toBeGreaterThanOrEqual(shown + waiting));
    await at.page.locator('.chip', { hasText: 'Approve' }).click();
    await until(async () => expect(await at.page.locator('.payments .decision.approve').count()).toBe(0));
  });

  it.each([
    ['light', { ...DESKTOP, colorScheme: 'light' }],
    ['dark', { ...DESKTOP, colorScheme: 'dark' }],
    ['a phone', { ...PHONE, colorScheme: 'light' }],
  ] as const)('has nothing serious for axe-core to find: %s', async (_name, options) => {
    await open(`${server.url}/`, options);
    await until(async () => expect(await at.page.locator('.recommended li').count()).toBe(6));
    await until(async () => expect(await at.page.locator('.curve polyline').count()).toBe(2));
    expect(await violations()).toEqual([]);
  });

  it('fits a phone: nothing is wider than the screen, and what is pressed is large enough', async () => {
    await open(`${server.url}/`, PHONE);
    await until(async () => expect(await rows().count()).toBeGreaterThan(3));
    expect(await at.page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    for (const button of await at.page.locator('#payments .panel-head button').all())
      expect((await button.boundingBox())!.height).toBeGreaterThanOrEqual(36);
    await rows().nth(1).locator('button', { hasText: 'Why' }).tap();
    await until(async () => expect(await at.page.locator('dialog[open] .contributions li').count()).toBeGreaterThan(3));
    expect((await at.page.locator('dialog[open]').boundingBox())!.width).toBeCloseTo(390);
  });

  it('turns light and dark by hand, and remembers it without a flash', async () => {
    await open(`${server.url}/`, { ...DESKTOP, colorScheme: 'light' });
    const ground = () => at.page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await at.page.locator('[data-testid=theme]').click();
    expect(await ground()).toBe(light);
    await at.page.locator('[data-testid=theme]').click();
    const dark = await ground();
    expect(dark).not.toBe(light);
    await at.page.reload({ waitUntil: 'commit' });
    await at.page.waitForSelector('body', { state: 'attached' });
    expect(await ground()).toBe(dark);
  });
});
