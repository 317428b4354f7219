import { describe, expect, it } from 'vitest';
import { missing } from './browser.js';
import { modelsPage } from './models-page.js';

const CUSTOMERS = 60;

// Each of them starts a server of its own, loads versions and asks a browser: on a busy machine that takes its time.
describe.skipIf(missing)('what operators do on the page of models', { timeout: 90_000 }, () => {
  const at = modelsPage();
  const { answer, by, closed, fill, open, pay, start, text, until } = at;

  it('promotes by button: the champion answers by the new version; and rolls back', async () => {
    await start();
    await fill(3);
    await open();
    await by('promote-2').click();
    expect(await by('confirm').isDisabled()).toBe(true);
    await answer('fewer false alarms');
    await closed();
    await until(async () => expect(await by('version-2').locator('.tag.champion').count()).toBe(1));
    expect(new Set(await pay())).toEqual(new Set([2]));
    expect(await text('[data-testid=alias-champion]')).toMatch(/version 2[\s\S]*local[\s\S]*fewer false alarms/);
    expect(await text('#history')).toMatch(/champion: 1 → 2\s+local: fewer false alarms/);
    expect(await at.page.locator('[role=log]').innerText()).toContain('fraud 2 is the champion');
    await by('roll-back-champion').click();
    await answer('more false alarms');
    await closed();
    await until(async () => expect(await text('[data-testid=alias-champion]')).toContain('is version 1'));
    expect(new Set(await pay())).toEqual(new Set([1]));
    expect(await by('roll-back-champion').isDisabled()).toBe(true);
    expect(at.watched.errors).toEqual([]);
  });

  it('shifts traffic on the slider, and the picture of the split moves', async () => {
    await start();
    await fill(CUSTOMERS);
    await open();
    await until(async () =>
      expect(await text('[data-testid=policy]')).toBe('The champion (version 1) answers everybody.'),
    );
    await until(async () => expect(await by('apply').isEnabled()).toBe(true));
    // Versions that cannot answer are not offered.
    expect(await at.page.locator('#shift select option').allInnerTexts()).toEqual(['1, the champion', '2']);
    const drag = at.page.locator('[data-testid=percent]');
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
    const drawn = () => at.page.locator('.split-stream path').first().getAttribute('d');
    await pay();
    await until(async () => expect((await drawn())!.length).toBeGreaterThan(10));
    const before = await drawn();
    await until(async () => expect(await drawn()).not.toBe(before));
    // Somebody else ends it: it shows without a reload.
    const { data } = await at.server.query(
      'mutation { setRoutingPolicy(model: "fraud", policy: { champion: true }, reason: "enough") { userErrors { message } } }',
    );
    expect(data.setRoutingPolicy.userErrors).toEqual([]);
    await until(async () => expect(await text('[data-testid=policy]')).toContain('answers everybody'), 4_000);
    expect(at.watched.errors).toEqual([]);
  });

  it('shows what a shadow says, and what two versions say of the same payments', async () => {
    await start();
    await fill(CUSTOMERS);
    await open();
    await until(async () => expect(await by('apply').isEnabled()).toBe(true));
    await at.page.locator('#shift .chip', { hasText: 'Shadow' }).click();
    await at.page.locator('[data-testid=percent]').fill('100');
    await by('apply').click();
    await answer('what would 2 say?');
    await closed();
    expect(new Set(await pay())).toEqual(new Set([1]));
    await until(async () => expect(await text('.shadow-facts')).toMatch(/60 rows\s+Agrees with the champion\s+\d+/));
    await at.server.query(
      '{ transactions(first: 20) { nodes { fraud { decision } b: fraud(model: { version: 2 }) { decision } } } }',
    );
    const sideBySide = '.shadow-facts[aria-label="What versions 1 and 2 say side by side"]';
    await until(async () => expect(await text(sideBySide)).toMatch(/20 rows\s+Agree\s+\d+ %\s+Scores differ by\s+0/));
    await at.page.locator('#shift .chip', { hasText: 'Canary' }).click();
    await at.page.locator('[data-testid=percent]').fill('10');
    await by('apply').click();
    await answer('a few');
    await closed();
    await at.page.locator('.arms button', { hasText: 'Compare' }).click();
    await until(async () => expect(await text('.arms tbody tr')).toMatch(/\d+ %[\s\S]*Again/));
    expect(at.watched.errors).toEqual([]);
  });

  it('rolls out step by step: starts, pauses, resumes, aborts', async () => {
    await start();
    await fill(3);
    await open();
    await until(async () => expect(await by('start-roll-out').isEnabled()).toBe(true));
    await at.page.locator('.roll-out-form input[type=text]').fill('10, 5');
    expect(await by('start-roll-out').isDisabled()).toBe(true);
    expect(await text('#roll-out')).toContain('percentages that grow');
    await at.page.locator('.roll-out-form input[type=text]').fill('10, 50, 100');
    await by('start-roll-out').click();
    expect(await text('dialog.confirm[open]')).toContain('Version 2 gets 10, 50, 100 % of the customers');
    await answer('lower thresholds');
    await closed();
    await until(async () => expect(await text('[data-testid=roll-out]')).toMatch(/Version 2 goes on at 10 %/));
    const filled = () => at.page.locator('.step-bar span').first().getAttribute('style');
    const begun = [await filled(), await text('[data-testid=roll-out]')];
    await until(async () => expect([await filled(), await text('[data-testid=roll-out]')]).not.toEqual(begun));
    expect(await at.page.locator('.steps li').count()).toBe(3);
    expect(await text('.guards')).toMatch(/Answers\s+0\s+at least 200/);
    // Who answers is the roll-out's business now.
    expect(await by('apply').isDisabled()).toBe(true);
    expect(await by('apply').getAttribute('title')).toContain('abort it first');
    for (const [button, state] of [
      ['Pause', 'is paused'],
      ['Resume', 'goes on'],
      ['Abort', 'was aborted'],
    ] as const) {
      await at.page.locator('#roll-out button', { hasText: button }).click();
      await answer(`${button}: a test`);
      await closed();
      await until(async () => expect(await text('[data-testid=roll-out]')).toContain(state));
    }
    expect(await text('#roll-out')).toContain('Abort: a test');
    expect(await by('apply').isEnabled()).toBe(true);
    expect(at.watched.errors).toEqual([]);
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
    await at.page.keyboard.press('Escape');
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
    expect(at.watched.errors).toEqual([]);
  });
});
