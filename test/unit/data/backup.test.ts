import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import { silentLogger } from '../../../src/core/logger.js';
import { EVERY_ENTRY } from '../../../src/data/audit.js';
import { backup, restore } from '../../../src/data/backup.js';
import { openData } from '../../../src/data/open.js';
import { openAudit, readAudit } from '../../../src/data/open-audit.js';
import { PrometheusMetrics } from '../../../src/transport/metrics.js';
import { filesWith } from '../../support/files.js';
import { temporaryFolder } from '../../support/server.js';

const KEY = 'k'.repeat(40);
const OTHER_KEY = 'o'.repeat(40);

describe('a backup', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let dir: string;
  let copy: string;
  beforeEach(() => {
    folder = temporaryFolder();
    dir = join(folder.path, 'data');
    copy = join(folder.path, 'copies', 'copy.db');
  });
  afterEach(() => folder.remove());

  /** A stopped server's folder with an event and, unless told, an entry of the audit; and its backup. */
  async function back(key?: string, copyKey?: string, hasAudit = true): Promise<void> {
    const options = { dir, clock: systemClock, logger: silentLogger, key };
    const data = await openData({ ...options, watermarkBytes: 0, retention: { events: 0, predictions: 0 } });
    if (hasAudit) {
      const audit = openAudit({ ...options, metrics: new PrometheusMetrics(), days: 0 });
      audit.acted({ principal: 'ada', door: 'http', operation: 'eraseCustomer', outcome: 'OK', traceId: 't' });
      await audit.close();
    }
    await backup({ data, dir, key }, copy, 1_000, copyKey).finally(() => data.close());
  }
  async function principals(of: string, key?: string): Promise<(string | null)[]> {
    const found: (string | null)[] = [];
    for await (const { principal } of readAudit(of, EVERY_ENTRY, systemClock, key)) found.push(principal);
    return found;
  }

  it.each([
    ['as it is', undefined, undefined],
    ['encrypted as it is', KEY, undefined],
    ['encrypted for the first time', undefined, KEY],
    ['with another key', KEY, OTHER_KEY],
  ])('has the audit too, %s', async (_how, key, copyKey) => {
    await back(key, copyKey);
    const target = join(folder.path, 'restored');
    await restore(copy, target);
    expect(await principals(target, copyKey ?? key)).toEqual(['ada']);
    if ((copyKey ?? key) !== undefined) expect(filesWith(join(folder.path, 'copies'), 'eraseCustomer')).toEqual([]);
  });

  it('of a folder without an audit, or of a server that made none, is one without it', async () => {
    await back(undefined, undefined, false);
    expect(existsSync(`${copy}.audit`)).toBe(false);
    await restore(copy, join(folder.path, 'restored'));
    await expect(principals(join(folder.path, 'restored'))).rejects.toThrow('there is no audit');
  });

  it.each([
    ['missing', (file: string) => rmSync(file), /copy\.db\.audit: this part of the backup is missing/],
    ['altered', (file: string) => appendFileSync(file, 'x'), /copy\.db\.audit: expected sha256 .* was altered/],
  ])('whose audit is %s is not restored, and nothing of it', async (_how, harm, message) => {
    await back();
    harm(`${copy}.audit`);
    const target = join(folder.path, 'restored');
    await expect(restore(copy, target)).rejects.toThrow(message);
    expect(existsSync(join(target, 'scoregraph.db'))).toBe(false);
  });

  it('overwrites nothing: no copy of before, no audit that is there', async () => {
    await back();
    const before = readFileSync(`${copy}.audit`);
    rmSync(copy);
    await expect(back()).rejects.toThrow(/copy\.db\.audit exists; a backup never overwrites/);
    expect(readFileSync(`${copy}.audit`).equals(before)).toBe(true);
    rmSync(`${copy}.audit`);
    await back();
    rmSync(join(dir, 'scoregraph.db'));
    await expect(restore(copy, dir)).rejects.toThrow(/audit\.db exists; move it away/);
    expect(existsSync(join(dir, 'scoregraph.db'))).toBe(false);
  });
});
