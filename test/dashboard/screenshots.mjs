// The pictures in docs/images, of the simulated world: `npm run screenshots`. Takes some minutes, since the charts show three to five.
// `npm run screenshots -- models` makes those of the page of models alone; `world`, `sign-in` the others.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { inRoot, say } from '../../scripts/lib/common.mjs';
import { launchOptions } from './chromium.mjs';

const IMAGES = inRoot('docs', 'images');
const CHARTS_MS = 185_000;
/** Simulated frauds come by chance: so long an open alert is waited for, then the picture has those that are over. */
const ALERT_MS = 240_000;
const DESKTOP = { viewport: { width: 1440, height: 900 } };

const PARTS = { 'sign-in': signIn, world: () => withServer({ SCOREGRAPH_DEMO: 'on' }, picturesOfTheWorld), models };
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => PARTS[name] === undefined);
if (unknown !== undefined) throw new Error(`expected one of ${Object.keys(PARTS).join(', ')}, got ${unknown}`);

const browser = await chromium.launch(launchOptions());
try {
  mkdirSync(IMAGES, { recursive: true });
  for (const [name, make] of Object.entries(PARTS)) if (wanted.length === 0 || wanted.includes(name)) await make();
} finally {
  await browser.close();
}

async function signIn() {
  await withServer({ SCOREGRAPH_DEMO: 'off', SCOREGRAPH_API_KEYS: 'on' }, async (url) => {
    const page = await open(url, { viewport: { width: 1440, height: 600 }, colorScheme: 'light' });
    await page.locator('.sign-in input').waitFor();
    await take(page, 'dashboard-sign-in');
    await page.context().close();
  });
}

/** The page of models while a second version, the first with lower thresholds, is given more and more customers. */
async function models() {
  const folder = mkdtempSync(join(tmpdir(), 'scoregraph-models-'));
  cpSync(inRoot('models'), folder, { recursive: true });
  cpSync(join(folder, 'fraud', '1'), join(folder, 'fraud', '2'), { recursive: true });
  const change = (file, to) => {
    const path = join(folder, 'fraud', file);
    writeFileSync(path, JSON.stringify(to(JSON.parse(readFileSync(path, 'utf8')))));
  };
  const lower = (thresholds) => ({ ...thresholds, review: thresholds.review / 4 });
  change('2/version.json', (card) => ({ ...card, version: 2, thresholds: lower(card.thresholds) }));
  change('manifest.json', (manifest) => ({ ...manifest, version_policy: { all: {} }, aliases: { champion: 1 } }));
  await withServer({ SCOREGRAPH_DEMO: 'on', SCOREGRAPH_MODELS_DIR: folder }, async (url) => {
    await founded(url);
    const at = `${url}/models#fraud`;
    const light = await open(at, { viewport: { width: 1440, height: 1000 }, colorScheme: 'light' });
    await light.waitForTimeout(60_000);
    await ask(
      url,
      `mutation { startRollOut(model: "fraud", version: 2, steps: [10, 30, 60, 100], stepSeconds: 60, guards: { minRows: 15, maxPsi: 5 },
        reason: "lower thresholds: fewer frauds missed") { userErrors { message } } }`,
    );
    await light.waitForTimeout(100_000);
    await light.locator('.arms button', { hasText: 'Compare' }).click();
    await light.waitForTimeout(70_000);
    await take(light, 'models-light');
  });
  rmSync(folder, { recursive: true, force: true });
}

async function picturesOfTheWorld(url) {
  await founded(url);
  // All open at once, so that one wait fills the charts of all.
  const light = await open(url, { ...DESKTOP, colorScheme: 'light' });
  const dark = await open(url, { ...DESKTOP, colorScheme: 'dark' });
  const phone = await open(url, {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
    colorScheme: 'light',
  });
  say('Filling the charts …');
  await light.waitForTimeout(CHARTS_MS);
  for (const page of [light, dark]) {
    await page.locator('[data-testid=trial-amount]').fill('130');
    await page.locator('[data-testid=trial-amount]').blur();
  }
  const alert = light.locator('.alert.open').first();
  if (!(await appears(alert, ALERT_MS)))
    say(`No alert was open within ${ALERT_MS / 60_000} minutes; going on without.`);
  await light.waitForTimeout(1_500);
  await take(light, 'dashboard-light');
  await take(dark, 'dashboard-dark');
  await take(phone, 'dashboard-phone');
  await explained(light);
  await light.waitForTimeout(500);
  await take(light, 'dashboard-why');
}

/** Opens an explanation; on a machine that is busy one may come too late, and another is asked for. */
async function explained(page) {
  // The strongest there is: an alert, else a payment that was flagged, else any.
  for (const place of ['.alert', 'tr.flagged', 'table.payments tbody tr', '.alert', 'tr.flagged']) {
    const why = page.locator(`${place} button`, { hasText: 'Why' }).first();
    if ((await why.count()) === 0) continue;
    await why.click();
    if (await appears(page.locator('dialog[open] .contributions li').first(), 15_000)) return;
    await page.keyboard.press('Escape');
  }
  throw new Error('expected the explanation of a score, five times none came');
}

/** Runs `act` with a server of its own over an empty folder. */
async function withServer(env, act) {
  const data = mkdtempSync(join(tmpdir(), 'scoregraph-pictures-'));
  const server = spawn(process.execPath, [inRoot('dist', 'main.js')], {
    env: { ...process.env, PORT: '0', SCOREGRAPH_DATA_DIR: data, SCOREGRAPH_LOG_LEVEL: 'error', ...env },
  });
  const exited = new Promise((resolve) => server.on('exit', resolve));
  server.stderr.pipe(process.stderr);
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
    await act(url);
  } finally {
    server.kill('SIGTERM');
    await exited;
    rmSync(data, { recursive: true, force: true });
  }
}

async function open(url, options) {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

async function ask(url, query) {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return (await answer.json()).data;
}

/** The world's past is recorded first; only of its live payments the truth is told. */
async function founded(url) {
  for (;;) {
    const { simulation } = await ask(url, '{ simulation { fraudTruth { trueNegatives } } }');
    if (simulation.fraudTruth.trueNegatives > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function appears(locator, timeout) {
  return locator.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
}

async function take(page, name) {
  const path = join(IMAGES, `${name}.png`);
  await page.screenshot({ path });
  say(`${name}.png ${Math.round(statSync(path).size / 1024)} KB`);
}
