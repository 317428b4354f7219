import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions, Locator } from 'playwright-core';
import { afterEach, beforeEach, expect } from 'vitest';
import { CHURN, dropIn } from '../support/drop-in.js';
import { fill, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';
import { changeManifest, fillWeights, modelFolder, publish } from '../support/versions.js';
import { type TestBrowser, testBrowser } from './browser.js';

export const DESKTOP = { viewport: { width: 1440, height: 1000 } };

/** The page of models of a server of each test's own. */
export interface ModelsPage extends Omit<TestBrowser, 'open'> {
  readonly server: TestServer;
  /** The test's folder. */
  readonly path: string;
  /** Fraud 1, the champion; 2 with lower thresholds; 3 left out by the policy; 4 answers no number; 5 has lost its weights. */
  start(env?: Record<string, string>): Promise<void>;
  /** A server over a models folder as it is. */
  startOver(models: string, env: Record<string, string>): Promise<void>;
  open(options?: BrowserContextOptions): Promise<void>;
  /** Makes customers, who `pay`. */
  fill(customers: number): Promise<void>;
  /** Every customer pays once. @returns the versions that judged it */
  pay(): Promise<number[]>;
  /** By its `data-testid`. */
  by(id: string): Locator;
  /** Answers the question that is open, with a reason where it wants one. */
  answer(reason: string | null): Promise<void>;
  /** Waits until no question is open. */
  closed(): Promise<void>;
}

/** Gives each test of a `describe` a folder, and stops its server and closes its page after it. */
export function modelsPage(): ModelsPage {
  let folder: ReturnType<typeof temporaryFolder>;
  let server: TestServer;
  let payments = 0;
  let customers: string[];
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    await server.stop();
    folder.remove();
  });
  // After them, so that its page is closed before the server stops.
  const browser = testBrowser({ click: 30_000, check: 20_000 });
  const by = (id: string) => browser.page.locator(`[data-testid=${id}]`);
  const startOver = async (models: string, env: Record<string, string>) => {
    server = await startTestServer({
      dataDir: join(folder.path, 'data'),
      modelsDir: models,
      env: { SCOREGRAPH_MODELS_POLL_MS: '200', ...env },
    });
  };
  return {
    get page() {
      return browser.page;
    },
    get watched() {
      return browser.watched;
    },
    get server() {
      return server;
    },
    get path() {
      return folder.path;
    },
    text: browser.text,
    until: browser.until,
    violations: browser.violations,
    startOver,
    async start(env = {}) {
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
      await startOver(models, { SCOREGRAPH_DEMO: 'off', ...env });
    },
    open: (options = DESKTOP) => browser.open(`${server.url}/models#fraud`, options),
    async fill(count) {
      customers = await fill(server, count);
    },
    async pay() {
      const transactions = customers.map((customer) => payment(`t${++payments}`, customer));
      const { data } = await server.query(RECORD.replace('recorded', 'recorded modelVersion { number }'), {
        transactions,
      });
      return data.recordTransactions.transactions.map(
        ({ fraud }: { fraud: { modelVersion: { number: number } } }) => fraud.modelVersion.number,
      );
    },
    by,
    async answer(reason) {
      if (reason !== null) await by('reason').fill(reason);
      await by('confirm').click();
    },
    closed: () => browser.until(async () => expect(await browser.page.locator('dialog.confirm[open]').count()).toBe(0)),
  };
}
