// The pictures in docs/images, of the simulated world: `npm run screenshots`. Takes some minutes, since the charts show three.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { inRoot, say } from '../../scripts/lib/common.mjs';
import { launchOptions } from './chromium.mjs';

const IMAGES = inRoot('docs', 'images');
const CHARTS_MS = 185_000;
const ALERT_MS = 300_000;

const data = mkdtempSync(join(tmpdir(), 'scoregraph-pictures-'));
const server = spawn(process.execPath, [inRoot('dist', 'main.js')], {
  env: { ...process.env, PORT: '0', SCOREGRAPH_DATA_DIR: data, SCOREGRAPH_DEMO: 'on', SCOREGRAPH_LOG_LEVEL: 'error' },
});
server.stderr.pipe(process.stderr);
let browser;
try {
  const url = await new Promise((resolve, reject) => {
    let output = '';
    server.stdout.on('data', (chunk) => {
      output += chunk;
      const found = /ready at (http:\S+)/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    });
    server.on('exit', () => reject(new Error(`The server did not start: ${output}`)));
  });
  browser = await chromium.launch(launchOptions());
  const open = async (options) => {
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options });
    const page = await context.newPage();
    await page.goto(`${url}/`);
    return page;
  };
  // The world's past is recorded first; only of its live payments the truth is told.
  for (let founded = false; !founded; await new Promise((resolve) => setTimeout(resolve, 500))) {
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ simulation { fraudTruth { trueNegatives } } }' }),
    });
    founded = (await answer.json()).data.simulation.fraudTruth.trueNegatives > 0;
  }
  // All open at once, so that one wait fills the charts of all.
  const desktop = { viewport: { width: 1440, height: 900 } };
  const light = await open({ ...desktop, colorScheme: 'light' });
  const dark = await open({ ...desktop, colorScheme: 'dark' });
  const phone = await open({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
    colorScheme: 'light',
  });
  say('Filling the charts …');
  await light.waitForTimeout(CHARTS_MS);
  await light.locator('.alert.open').first().waitFor({ timeout: ALERT_MS });
  mkdirSync(IMAGES, { recursive: true });
  await light.locator('[data-testid=trial-amount]').fill('130');
  await dark.locator('[data-testid=trial-amount]').fill('130');
  for (const page of [light, dark]) await page.locator('[data-testid=trial-amount]').blur();
  await light.waitForTimeout(1_500);
  await take(light, 'dashboard-light');
  await take(dark, 'dashboard-dark');
  await take(phone, 'dashboard-phone');
  await light.locator('.alert button', { hasText: 'Why' }).first().click();
  await light.locator('dialog[open] .contributions li').first().waitFor();
  await light.waitForTimeout(500);
  await take(light, 'dashboard-why');
} finally {
  await browser?.close();
  server.kill('SIGTERM');
  await new Promise((resolve) => server.on('exit', resolve));
  rmSync(data, { recursive: true, force: true });
}

async function take(page, name) {
  const path = join(IMAGES, `${name}.png`);
  await page.screenshot({ path });
  say(`${name}.png ${Math.round(statSync(path).size / 1024)} KB`);
}
