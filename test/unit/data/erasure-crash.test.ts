import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import { silentLogger } from '../../../src/core/logger.js';
import { openData } from '../../../src/data/open.js';
import { resumeErasures } from '../../../src/flows/erasure.js';
import { filesWith } from '../../support/files.js';
import { temporaryFolder } from '../../support/server.js';

const DIST = resolve(import.meta.dirname, '../../../dist');
const EVENTS = 4_000;
/** Fills a folder, says so, and erases; says each step that is over. */
const CHILD = `
  import { writeSync } from 'node:fs';
  const [dist, dir] = process.argv.slice(2);
  const { openData } = await import(dist + '/data/open.js');
  const { eraseAtRest } = await import(dist + '/flows/erasure.js');
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
  const clock = { now: Date.now, monotonic: () => performance.now() };
  const data = await openData({ dir, clock, logger: log, watermarkBytes: 0, retention: { events: 0, predictions: 0 } });
  for (let i = 0; i < ${EVENTS}; i += 500)
    await data.events.append(Array.from({ length: 500 }, (_, k) => ({ id: 'tx-' + (i + k), type: 'payment.recorded', schemaVersion: 1, entity: k % 2 ? 'the-victim' : 'other', occurredAt: 1, source: 'api', payload: { merchant: k % 2 ? 'VICTIM MARKER' : 'm', category: 'x', amount: { minor: 1, currency: 'USD' } } })));
  writeSync(1, 'FILLED\\n');
  const erasers = [{ name: 'slow', async forget() { writeSync(1, 'ERASED\\n'); await new Promise((done) => setTimeout(done, 30)); } }];
  await eraseAtRest(data.personal, { customerId: 'the-victim', reason: 'r', by: 'b' }, erasers, clock);
  writeSync(1, 'DONE\\n');
  await new Promise(() => setTimeout(() => {}, 60_000));
`;

describe('an erasure that is killed', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let dir: string;
  beforeEach(() => {
    folder = temporaryFolder();
    dir = join(folder.path, 'data');
  });
  afterEach(() => folder.remove());

  /** Kills the child so long after it said a word; answers all it said. */
  const killAfter = (word: string, ms: number): Promise<string> =>
    new Promise((done) => {
      const script = join(folder.path, 'child.mjs');
      writeFileSync(script, CHILD);
      const child = spawn(process.execPath, [script, DIST, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      let isKilled = false;
      child.stdout.on('data', (chunk) => {
        said += chunk;
        if (!said.includes(word) || isKilled) return;
        isKilled = true;
        setTimeout(() => child.kill('SIGKILL'), ms);
      });
      child.on('exit', () => done(said));
    });

  it.each([
    ['FILLED', 0],
    ['FILLED', 3],
    ['FILLED', 8],
    ['FILLED', 15],
    ['FILLED', 30],
    ['FILLED', 60],
    ['ERASED', 0],
    ['ERASED', 20],
    ['ERASED', 35],
    ['DONE', 0],
  ])('%s + %i ms: all is there, or it is finished at the next start', async (word, ms) => {
    const said = await killAfter(word, ms);
    expect(said).toContain(word);
    const data = await openData({
      dir,
      clock: systemClock,
      logger: silentLogger,
      watermarkBytes: 0,
      retention: { events: 0, predictions: 0 },
    });
    try {
      const resumed = await resumeErasures(data.personal, [], systemClock);
      const left = await data.personal.events('the-victim', 0, EVENTS);
      const told = await data.events.byType('customer.erased', { limit: 10, newestFirst: true });
      if (said.includes('DONE')) expect(resumed).toBe(0);
      if (said.includes('ERASED')) expect(told).toHaveLength(1);
      expect([
        [EVENTS / 2, 0],
        [0, 1],
      ]).toContainEqual([left.length, told.length]);
      if (told.length > 0) {
        expect(told[0]!.payload).toMatchObject({ events: EVENTS / 2 });
        expect(filesWith(dir, 'the-victim', 'VICTIM MARKER')).toEqual([]);
      }
      expect(await data.personal.events('other', 0, EVENTS)).toHaveLength(EVENTS / 2);
    } finally {
      await data.close();
    }
  });
});
