import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/access/api-keys.js';
import type { Role } from '../../src/core/roles.js';
import { CHURN, dropIn } from '../support/drop-in.js';
import { missing, PHONE } from './browser.js';
import { DESKTOP, modelsPage } from './models-page.js';

const CUSTOMERS = 60;

// Each of them starts a server of its own, loads versions and asks a browser: on a busy machine that takes its time.
describe.skipIf(missing)('the page of models', { timeout: 90_000 }, () => {
  const at = modelsPage();
  const { by, fill, open, pay, start, text, until, violations } = at;

  it('shows every model, its versions with state and reason, and why they may be trusted', async () => {
    await start();
    await open();
    await until(async () => expect(await by('version-1').innerText()).toMatch(/champion\s*● available/));
    expect(await at.page.locator('.model-list li').allInnerTexts()).toEqual([
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
    await at.page.keyboard.press('Enter');
    await until(async () => expect(await one.innerText()).toContain('how likely a card payment is to be fraud'));
    expect(await one.innerText()).toMatch(/rocAuc\s+0\.99/);
    expect(await by('version-2').locator('summary').count()).toBe(1);
    expect(await text('[data-testid=alias-champion]')).toMatch(/champion is version 1[\s\S]*system/);
    expect(await text('#history')).toContain('1 is AVAILABLE');
    // A model dropped in is a model like any other.
    await at.page.locator('.model-list a', { hasText: 'churn' }).click();
    await until(async () => expect(await text('#model-title')).toBe('churn'));
    await until(async () => expect(await text('#versions')).toContain('models/churn/2'));
    expect(at.page.url()).toMatch(/#churn$/);
    expect(await violations()).toEqual([]);
    expect(at.watched).toEqual({ errors: [], elsewhere: [] });
  });

  it('keeps its place while values move', async () => {
    await start();
    await fill(20);
    await open();
    await until(async () => expect(await by('version-1').innerText()).toContain('available'));
    await until(async () => expect(await text('#history')).toContain('1 is AVAILABLE'));
    await until(async () => expect(await text('.version-facts')).not.toMatch(/Rows in all\s+–/));
    const places = async () =>
      Promise.all(
        (await at.page.locator('.panel, .version').all()).map(async (one) => JSON.stringify(await one.boundingBox())),
      );
    const before = await places();
    for (let i = 0; i < 3; i++) {
      await pay();
      await at.page.waitForTimeout(700);
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
      await fill(CUSTOMERS);
      await at.server.query(
        'mutation { setRoutingPolicy(model: "fraud", policy: { canary: { version: 2, percent: 50 } }, reason: "half") { userErrors { message } } }',
      );
      await open(options);
      await until(async () => expect(await by('version-1').innerText()).toContain('available'));
      await until(async () => expect(await at.page.locator('.arms tbody tr').count()).toBe(2));
      await pay();
      await until(async () => expect(await by('split-part').count()).toBe(2));
      await by('version-1').locator('summary').click();
      expect(await violations()).toEqual([]);
      const width = options.viewport.width;
      expect(await at.page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      await by('promote-2').click();
      expect(await violations()).toEqual([]);
      const dialog = (await at.page.locator('dialog.confirm').boundingBox())!;
      expect(dialog.x + dialog.width).toBeLessThanOrEqual(width);
      await at.page.keyboard.press('Escape');
      expect(await at.page.evaluate('document.activeElement.textContent')).toContain('Make champion');
    },
  );

  it('works where only trusted documents are answered, and teaches where there is no model', async () => {
    const models = join(at.path, 'none');
    mkdirSync(models);
    await at.startOver(models, { SCOREGRAPH_ONLY_TRUSTED: 'on' });
    await open();
    await until(async () => expect(await text('main')).toContain('There is no model yet'));
    dropIn(models, CHURN);
    await until(async () => expect(await text('#model-title')).toBe('churn'));
    await until(async () => expect(await by('version-1').innerText()).toContain('● available'));
    expect(at.watched).toEqual({ errors: [], elsewhere: [] });
  });

  it('lets a viewer look, and says what needs more of a role', async () => {
    const key = (roles: Role[], bound: string[] | null = null) =>
      createApiKey(
        join(at.path, 'data', 'api-keys.json'),
        { name: 'test', roles, customers: bound, expiresAt: null },
        Date.now(),
      ).key;
    mkdirSync(join(at.path, 'data'));
    const [viewer, admin] = [key(['viewer']), key(['admin'])];
    await start({ SCOREGRAPH_API_KEYS: 'on' });
    const signed = async (token: string) => {
      await open();
      await at.page.locator('.sign-in input').fill(token);
      await at.page.locator('.sign-in button[type=submit]').click();
      await until(async () => expect(await by('version-1').innerText()).toContain('● available'));
    };
    await signed(viewer);
    await until(async () => expect(await text('[data-testid=role]')).toContain('needs the role operator'));
    await until(async () => expect(await text('.version-facts')).not.toMatch(/Rows in all\s+–/));
    const buttons = at.page.locator('.version-actions button, #shift button.primary, #roll-out button, .alias button');
    for (const button of await buttons.all()) {
      expect(await button.isDisabled()).toBe(true);
      expect(await button.getAttribute('title')).toContain('needs the role operator');
    }
    expect(await buttons.count()).toBeGreaterThan(10);
    expect(await violations()).toEqual([]);
    await at.page.context().close();
    await signed(admin);
    await until(async () => expect(await by('promote-2').isEnabled()).toBe(true));
    expect(await by('role').count()).toBe(0);
    // There and back, signed in as before.
    await at.page.locator('.pages a', { hasText: 'Scores' }).click();
    await at.page.locator('#models a', { hasText: 'Versions, roll-outs' }).click();
    await until(async () => expect(await at.page.locator('.version').count()).toBeGreaterThan(0));
    expect(at.watched.errors.filter((error) => !error.includes('401'))).toEqual([]);
  });
});
