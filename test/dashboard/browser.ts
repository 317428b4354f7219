import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { findChromium, launchOptions } from './chromium.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const DESKTOP = { viewport: { width: 1440, height: 900 } };
export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

/** A machine of one's own may have no browser; a machine that decides what lands must have one. */
export const missing = findChromium() === null && process.env.CI === undefined;
if (missing) process.stderr.write('No Chromium is installed: the tests of the dashboard in a browser are SKIPPED.\n');

/** What went wrong in a page, and what it asked of anybody else than `origin`. */
export interface Watched {
  readonly errors: string[];
  readonly elsewhere: string[];
}
/** Watches a page from now on. */
export function watchPage(page: Page, origin: string): Watched {
  const errors: string[] = [];
  const elsewhere: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) elsewhere.push(request.url());
  });
  return { errors, elsewhere };
}

/** What axe-core finds that is serious or worse, once nothing moves: something half faded in has not its own colours yet. */
export async function violationsIn(page: Page): Promise<string[]> {
  await page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished)).then(() => true)');
  await page.evaluate(AXE);
  const found = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
  };
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)} ${nodes[0]!.failureSummary}`);
}

/** A browser for all tests of a `describe`, and a page for each. */
export interface TestBrowser {
  /** The page that was opened last, and what was seen of it. */
  readonly page: Page;
  readonly watched: Watched;
  open(url: string, options?: BrowserContextOptions): Promise<void>;
  /** What the first element says. */
  text(selector: string): Promise<string>;
  /** Waits until a check holds. */
  until(check: () => Promise<void>, timeout?: number): Promise<void>;
  violations(): Promise<string[]>;
}

/**
 * Starts a browser before the tests of a `describe`, closes the page after each and the browser after all.
 * @param patience ms that a click or a check waits at most
 */
export function testBrowser(patience: { readonly click: number; readonly check: number }): TestBrowser {
  let browser: Browser;
  let page: Page;
  let watched: Watched;
  beforeAll(async () => {
    browser = await chromium.launch(launchOptions());
  });
  afterAll(async () => {
    await browser?.close();
  });
  afterEach(async () => {
    await page?.context().close();
  });
  return {
    get page() {
      return page;
    },
    get watched() {
      return watched;
    },
    async open(url, options = DESKTOP) {
      const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options });
      page = await context.newPage();
      page.setDefaultTimeout(patience.click);
      watched = watchPage(page, new URL(url).origin);
      await page.goto(url);
    },
    text: (selector) => page.locator(selector).first().innerText(),
    until: (check, timeout = patience.check) => vi.waitFor(check, { timeout, interval: 100 }),
    violations: () => violationsIn(page),
  };
}
