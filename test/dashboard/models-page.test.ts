import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApiKey } from '../../src/access/api-keys.js';
import type { Role } from '../../src/core/roles.js';
import { CHURN, dropIn } from '../support/drop-in.js';
import { fill, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';
import { changeManifest, fillWeights, modelFolder, publish } from '../support/versions.js';
import { watchPage } from './browser.js';
import { findChromium, launchOptions } from './chromium.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const DESKTOP = { viewport: { width: 1440, height: 1000 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const CUSTOMERS = 60;

const missing = findChromium() === null && process.env.CI === undefined;

// Each of them starts a server of its own, loads versions and asks a browser: on a busy machine that takes its time.
describe.skipIf(missing)('the page of models', { timeout: 90_000 }, () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  let watched: ReturnType<typeof watchPage>;
  let payments = 0;
  let customers: string[];

  beforeAll(async () => {
    browser = await chromium.launch(launchOptions());
  });
  afterAll(async () => {
    await browser?.close();
  });
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    await page?.context().close();
    await server.stop();
    folder.remove();
  });

  /** Fraud 1, the champion; 2 with lower thresholds; 3 left out by the policy; 4 answers no number; 5 has lost its weights. */
  async function start(env: Record<string, string> = {}): Promise<void> {
    const models = modelFolder(join(folder.path, 'models'), 'fraud');
    publish(models, 'fraud', 2, {
      change(path) {
        const file = join(path, 'version.json');
        const card = JSON.parse(readFileSync(file, 'utf8'));
        const thresholds = { ...card.thresholds, review: card.thresholds.review / 4 };
        writeFileSync(file, JSON.stringify({ ...card, thresholds, intended_use: 'Trying lower thresholds.' }));
      },
    });
    publish(models, 'fraud', 3);
    publish(models, 'fraud', 4, { change: (path) => fillWeights(path, Number.NaN) });
    publish(models, 'fraud', 5, { spoil: (path) => writeFileSync(join(path, 'weights.bin'), 'gone') });
    changeManifest(models, 'fraud', {
      ...{ aliases: { champion: 1, challenger: 2 }, version_policy: { specific: { versions: [1, 2, 5] } } },
    });
    dropIn(models, CHURN);
    server = await startTestServer({
      dataDir: join(folder.path, 'data'),
      modelsDir: models,
      env: { SCOREGRAPH_DEMO: 'off', SCOREGRAPH_MODELS_POLL_MS: '200', ...env },
    });
  }
  async function open(options: BrowserContextOptions = DESKTOP): Promise<void> {
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options });
    page = await context.newPage();
    page.setDefaultTimeout(30_000);
    watched = watchPage(page, server.url);
    await page.goto(`${server.url}/models#fraud`);
  }
  const text = (selector: string) => page.locator(selector).first().innerText();
  const by = (id: string) => page.locator(`[data-testid=${id}]`);
  const until = (check: () => Promise<void>, timeout = 20_000) => vi.waitFor(check, { timeout, interval: 100 });
  const pay = async (headers: Record<string, string> = {}): Promise<number[]> => {
    const transactions = customers.map((customer) => payment(`t${++payments}`, customer));
    const { data } = await server.query(
      RECORD.replace('recorded', 'recorded modelVersion { number }'),
      { transactions },
      headers,
    );
    return data.recordTransactions.transactions.map(
      ({ fraud }: { fraud: { modelVersion: { number: number } } }) => fraud.modelVersion.number,
    );
  };
  /** Answers the question that is open, with a reason where it wants one. */
  async function answer(reason: string | null): Promise<void> {
    if (reason !== null) await by('reason').fill(reason);
    await by('confirm').click();
  }
  const closed = () => until(async () => expect(await page.locator('dialog.confirm[open]').count()).toBe(0));
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

  it('shows every model, its versions with state and reason, and why they may be trusted', async () => {
    await start();
    await open();
    await until(async () => expect(await by('version-1').innerText()).toMatch(/champion\s*● available/));
    expect(await page.locator('.model-list li').allInnerTexts()).toEqual([
      expect.stringContaining('churn'),
      expect.stringContaining('fraud'),
    ]);
    const one = by('version-1');
    expect(await one.innerText()).toMatch(/Files\s+\d+\.\d KB/);
    expect(await one.innerText()).toMatch(/SHA-256 [0-9a-f]{12}…/);
    expect(await one.innerText()).toContain('not signed, and need not be');
    expect(await one.innerText()).toContain('MIT-licensed');
    expect(await by('version-3').innerText()).toContain('not loaded by the version policy');
    expect(await by('version-5').innerText()).toContain('weights.bin: expected sha256');
    // By keyboard, as everything here.
    await one.locator('summary').focus();
    await page.keyboard.press('Enter');
    await until(async () => expect(await one.innerText()).toContain('how likely a card payment is to be fraud'));
    expect(await one.innerText()).toMatch(/rocAuc\s+0\.99/);
    expect(await by('version-2').locator('summary').count()).toBe(1);
    expect(await text('[data-testid=alias-champion]')).toMatch(/champion is version 1[\s\S]*system/);
    expect(await text('#history')).toContain('1 is AVAILABLE');
    // A model dropped in is a model like any other.
    await page.locator('.model-list a', { hasText: 'churn' }).click();
    await until(async () => expect(await text('#model-title')).toBe('churn'));
    await until(async () => expect(await text('#versions')).toContain('models/churn/2'));
    expect(page.url()).toMatch(/#churn$/);
    expect(await violations()).toEqual([]);
    expect(watched).toEqual({ errors: [], elsewhere: [] });
  });

  it('promotes by button: the champion answers by the new version; and rolls back', async () => {
    await start();
    customers = await fill(server, 3);
    await open();
    await by('promote-2').click();
    expect(await by('confirm').isDisabled()).toBe(true);
    await answer('fewer false alarms');
    await closed();
    await until(async () => expect(await by('version-2').locator('.tag.champion').count()).toBe(1));
    expect(new Set(await pay())).toEqual(new Set([2]));
    expect(await text('[data-testid=alias-champion]')).toMatch(/version 2[\s\S]*local[\s\S]*fewer false alarms/);
    expect(await text('#history')).toMatch(/champion: 1 → 2\s+local: fewer false alarms/);
    expect(await page.locator('[role=log]').innerText()).toContain('fraud 2 is the champion');
    await by('roll-back-champion').click();
    await answer('more false alarms');
    await closed();
    await until(async () => expect(await text('[data-testid=alias-champion]')).toContain('is version 1'));
    expect(new Set(await pay())).toEqual(new Set([1]));
    expect(await by('roll-back-champion').isDisabled()).toBe(true);
    expect(watched.errors).toEqual([]);
  });

  it('shifts traffic on the slider, and the picture of the split moves', async () => {
    await start();
    customers = await fill(server, CUSTOMERS);
    await open();
    await until(async () =>
      expect(await text('[data-testid=policy]')).toBe('The champion (version 1) answers everybody.'),
    );
    await until(async () => expect(await by('apply').isEnabled()).toBe(true));
    // Versions that cannot answer are not offered.
    expect(await page.locator('#shift select option').allInnerTexts()).toEqual(['1, the champion', '2']);
    const drag = page.locator('[data-testid=percent]');
    await drag.fill('50');
    await drag.press('ArrowRight');
    expect(await text('.shift-words')).toBe(
      'Version 2 answers 51 % of the customers, the champion (version 1) the rest.',
    );
    await by('apply').click();
    await answer('half of them');
    await closed();
    await until(async () => expect(await text('[data-testid=policy]')).toContain('Version 2 answers 51 %'));
    const numbers = await pay();
    const share = numbers.filter((number) => number === 2).length / numbers.length;
    expect(share).toBeGreaterThan(0.2);
    const parts = () => by('split-part');
    await until(async () => expect(await parts().count()).toBe(2));
    const widths = await Promise.all((await parts().all()).map(async (part) => (await part.boundingBox())!.width));
    const [ofOne, ofTwo] = widths;
    expect(ofTwo! / (ofOne! + ofTwo!)).toBeCloseTo(share, 1);
    expect(await text('.arms tbody')).toMatch(/canary\s+2\s+51 %/);
    // The stream is drawn, and goes on by itself.
    const drawn = () => page.locator('.split-stream path').first().getAttribute('d');
    await pay();
    await until(async () => expect((await drawn())!.length).toBeGreaterThan(10));
    const before = await drawn();
    await until(async () => expect(await drawn()).not.toBe(before));
    // Somebody else ends it: it shows without a reload.
    const { data } = await server.query(
      'mutation { setRoutingPolicy(model: "fraud", policy: { champion: true }, reason: "enough") { userErrors { message } } }',
    );
    expect(data.setRoutingPolicy.userErrors).toEqual([]);
    await until(async () => expect(await text('[data-testid=policy]')).toContain('answers everybody'), 4_000);
    expect(watched.errors).toEqual([]);
  });

  it('shows what a shadow says, and what two versions say of the same payments', async () => {
    await start();
    customers = await fill(server, CUSTOMERS);
    await open();
    await until(async () => expect(await by('apply').isEnabled()).toBe(true));
    await page.locator('#shift .chip', { hasText: 'Shadow' }).click();
    await page.locator('[data-testid=percent]').fill('100');
    await by('apply').click();
    await answer('what would 2 say?');
    await closed();
    expect(new Set(await pay())).toEqual(new Set([1]));
    await until(async () => expect(await text('.shadow-facts')).toMatch(/60 rows\s+Agrees with the champion\s+\d+/));
    await server.query(
      '{ transactions(first: 20) { nodes { fraud { decision } b: fraud(model: { version: 2 }) { decision } } } }',
    );
    const sideBySide = '.shadow-facts[aria-label="What versions 1 and 2 say side by side"]';
    await until(async () => expect(await text(sideBySide)).toMatch(/20 rows\s+Agree\s+\d+ %\s+Scores differ by\s+0/));
    await page.locator('#shift .chip', { hasText: 'Canary' }).click();
    await page.locator('[data-testid=percent]').fill('10');
    await by('apply').click();
    await answer('a few');
    await closed();
    await page.locator('.arms button', { hasText: 'Compare' }).click();
    await until(async () => expect(await text('.arms tbody tr')).toMatch(/\d+ %[\s\S]*Again/));
    expect(watched.errors).toEqual([]);
  });

  it('rolls out step by step: starts, pauses, resumes, aborts', async () => {
    await start();
    customers = await fill(server, 3);
    await open();
    await until(async () => expect(await by('start-roll-out').isEnabled()).toBe(true));
    await page.locator('.roll-out-form input[type=text]').fill('10, 5');
    expect(await by('start-roll-out').isDisabled()).toBe(true);
    expect(await text('#roll-out')).toContain('percentages that grow');
    await page.locator('.roll-out-form input[type=text]').fill('10, 50, 100');
    await by('start-roll-out').click();
    expect(await text('dialog.confirm[open]')).toContain('Version 2 gets 10, 50, 100 % of the customers');
    await answer('lower thresholds');
    await closed();
    await until(async () => expect(await text('[data-testid=roll-out]')).toMatch(/Version 2 goes on at 10 %/));
    const filled = () => page.locator('.step-bar span').first().getAttribute('style');
    const begun = [await filled(), await text('[data-testid=roll-out]')];
    await until(async () => expect([await filled(), await text('[data-testid=roll-out]')]).not.toEqual(begun));
    expect(await page.locator('.steps li').count()).toBe(3);
    expect(await text('.guards')).toMatch(/Answers\s+0\s+at least 200/);
    // Who answers is the roll-out's business now.
    expect(await by('apply').isDisabled()).toBe(true);
    expect(await by('apply').getAttribute('title')).toContain('abort it first');
    for (const [button, state] of [
      ['Pause', 'is paused'],
      ['Resume', 'goes on'],
      ['Abort', 'was aborted'],
    ] as const) {
      await page.locator('#roll-out button', { hasText: button }).click();
      await answer(`${button}: a test`);
      await closed();
      await until(async () => expect(await text('[data-testid=roll-out]')).toContain(state));
    }
    expect(await text('#roll-out')).toContain('Abort: a test');
    expect(await by('apply').isEnabled()).toBe(true);
    expect(watched.errors).toEqual([]);
  });

  it('says why something was refused, and loads and unloads what it may', async () => {
    await start();
    await open();
    const four = by('version-4');
    await four.locator('button', { hasText: 'Load' }).click();
    await answer(null);
    await until(async () =>
      expect(await text('[data-testid=refused]')).toMatch(/fraud 4 could not be loaded: .*finite/),
    );
    await page.keyboard.press('Escape');
    await closed();
    await until(async () => expect(await four.innerText()).toMatch(/✕ end[\s\S]*finite/));
    const three = by('version-3');
    await three.locator('button', { hasText: 'Load' }).click();
    await answer(null);
    await closed();
    await until(async () => expect(await three.innerText()).toContain('● available'));
    await three.locator('button', { hasText: 'Unload' }).click();
    await answer(null);
    await closed();
    await until(async () => expect(await three.innerText()).toMatch(/unloading|✕ end/));
    // A champion is not unloaded, and the button says so.
    const unload = by('version-1').locator('button', { hasText: 'Unload' });
    expect([await unload.isDisabled(), await unload.getAttribute('title')]).toEqual([
      ...[true, 'It is champion: let that mean another version first.'],
    ]);
    expect(watched.errors).toEqual([]);
  });

  it('keeps its place while values move', async () => {
    await start();
    customers = await fill(server, 20);
    await open();
    await until(async () => expect(await by('version-1').innerText()).toContain('available'));
    await until(async () => expect(await text('#history')).toContain('1 is AVAILABLE'));
    await until(async () => expect(await text('.version-facts')).not.toMatch(/Rows in all\s+–/));
    const places = async () =>
      Promise.all(
        (await page.locator('.panel, .version').all()).map(async (one) => JSON.stringify(await one.boundingBox())),
      );
    const before = await places();
    for (let i = 0; i < 3; i++) {
      await pay();
      await page.waitForTimeout(700);
    }
    expect(await places()).toEqual(before);
  });

  it.each([
    ['light', { ...DESKTOP, colorScheme: 'light' }],
    ['dark', { ...DESKTOP, colorScheme: 'dark' }],
    ['a phone', { ...PHONE, colorScheme: 'light' }],
  ] as const)(
    'has nothing serious for axe-core to find, and nothing wider than the screen: %s',
    async (_name, options) => {
      await start();
      customers = await fill(server, CUSTOMERS);
      await server.query(
        'mutation { setRoutingPolicy(model: "fraud", policy: { canary: { version: 2, percent: 50 } }, reason: "half") { userErrors { message } } }',
      );
      await open(options);
      await until(async () => expect(await by('version-1').innerText()).toContain('available'));
      await until(async () => expect(await page.locator('.arms tbody tr').count()).toBe(2));
      await pay();
      await until(async () => expect(await by('split-part').count()).toBe(2));
      await by('version-1').locator('summary').click();
      expect(await violations()).toEqual([]);
      const width = options.viewport.width;
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      await by('promote-2').click();
      expect(await violations()).toEqual([]);
      const dialog = (await page.locator('dialog.confirm').boundingBox())!;
      expect(dialog.x + dialog.width).toBeLessThanOrEqual(width);
      await page.keyboard.press('Escape');
      expect(await page.evaluate('document.activeElement.textContent')).toContain('Make champion');
    },
  );

  it('works where only trusted documents are answered, and teaches where there is no model', async () => {
    const models = join(folder.path, 'none');
    const { mkdirSync } = await import('node:fs');
    mkdirSync(models);
    server = await startTestServer({
      dataDir: join(folder.path, 'data'),
      modelsDir: models,
      env: { SCOREGRAPH_ONLY_TRUSTED: 'on', SCOREGRAPH_MODELS_POLL_MS: '200' },
    });
    await open();
    await until(async () => expect(await text('main')).toContain('There is no model yet'));
    dropIn(models, CHURN);
    await until(async () => expect(await text('#model-title')).toBe('churn'));
    await until(async () => expect(await by('version-1').innerText()).toContain('● available'));
    expect(watched).toEqual({ errors: [], elsewhere: [] });
  });

  it('lets a viewer look, and says what needs more of a role', async () => {
    const key = (roles: Role[], bound: string[] | null = null) =>
      createApiKey(
        join(folder.path, 'data', 'api-keys.json'),
        { name: 'test', roles, customers: bound, expiresAt: null },
        Date.now(),
      ).key;
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(folder.path, 'data'));
    const [viewer, admin] = [key(['viewer']), key(['admin'])];
    await start({ SCOREGRAPH_API_KEYS: 'on' });
    const signed = async (token: string) => {
      await open();
      await page.locator('.sign-in input').fill(token);
      await page.locator('.sign-in button[type=submit]').click();
      await until(async () => expect(await by('version-1').innerText()).toContain('● available'));
    };
    await signed(viewer);
    await until(async () => expect(await text('[data-testid=role]')).toContain('needs the role operator'));
    await until(async () => expect(await text('.version-facts')).not.toMatch(/Rows in all\s+–/));
    const buttons = page.locator('.version-actions button, #shift button.primary, #roll-out button, .alias button');
    for (const button of await buttons.all()) {
      expect(await button.isDisabled()).toBe(true);
      expect(await button.getAttribute('title')).toContain('needs the role operator');
    }
    expect(await buttons.count()).toBeGreaterThan(10);
    expect(await violations()).toEqual([]);
    await page.context().close();
    await signed(admin);
    await until(async () => expect(await by('promote-2').isEnabled()).toBe(true));
    expect(await by('role').count()).toBe(0);
    // There and back, signed in as before.
    await page.locator('.pages a', { hasText: 'Scores' }).click();
    await page.locator('#models a', { hasText: 'Versions, roll-outs' }).click();
    await until(async () => expect(await page.locator('.version').count()).toBeGreaterThan(0));
    expect(watched.errors.filter((error) => !error.includes('401'))).toEqual([]);
  });
});
