import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import type { NewEvent, StoredEvent } from '../../../src/core/events.js';
import { silentLogger } from '../../../src/core/logger.js';
import { type DataRoom, openData } from '../../../src/data/open.js';
import { ModelAliases } from '../../../src/flows/model-aliases.js';
import { AliasBook } from '../../../src/inference/aliases.js';
import { temporaryFolder } from '../../support/server.js';

const move = (version: number, alias = 'champion') => ({ model: 'fraud', alias, version, reason: 'because' });

describe('aliases that outlive the server', () => {
  const folder = temporaryFolder();
  let data: DataRoom;
  /** Events that are on disk and were not handed out yet. */
  let appended: StoredEvent[];
  beforeEach(async () => {
    appended = [];
    data = await openData({
      dir: `${folder.path}/${Math.random()}`,
      clock: systemClock,
      logger: silentLogger,
      watermarkBytes: 0,
      retention: { events: 0, predictions: 0 },
    });
  });
  afterEach(async () => {
    await data.close();
    folder.remove();
  });
  const open = (log = data.events) =>
    ModelAliases.open({
      book: new AliasBook(),
      log,
      snapshots: data.snapshots,
      async append(events: readonly NewEvent[]) {
        const results = await data.events.append(events);
        appended.push(...results.map(({ seq, recordedAt }, i) => ({ ...events[i]!, seq, recordedAt }) as StoredEvent));
      },
      clock: systemClock,
      logger: silentLogger,
    });

  it('are as the log left them', async () => {
    const aliases = await open();
    for (const version of [1, 2, 3]) await aliases.move(move(version), 'anna');
    await aliases.move(move(2, 'challenger'), 'system');
    const again = await open();
    expect(again.book.get('fraud', 'champion')).toMatchObject({
      version: 3,
      history: [1, 2],
      highest: 3,
      reason: 'because',
      by: 'anna',
    });
    expect(again.book.aliased('fraud')).toEqual(new Set([3, 2]));
  });

  it('are kept when the events are not', async () => {
    const aliases = await open();
    await aliases.move(move(1), 'system');
    await aliases.move(move(2), 'anna');
    aliases.see(appended);
    await aliases.close();
    const erased = Object.assign(Object.create(data.events), { byType: async () => [] });
    const again = await open(erased);
    expect(again.book.get('fraud', 'champion')).toEqual(aliases.book.get('fraud', 'champion'));
  });

  it('do not go back when the log is handed out behind a newer change', async () => {
    const aliases = await open();
    await aliases.move(move(1), 'system');
    const late = appended.slice();
    await new Promise((done) => setTimeout(done, 5));
    await aliases.move(move(2), 'system');
    aliases.see(late);
    expect(aliases.book.get('fraud', 'champion')?.version).toBe(2);
  });

  it('do not move when the disk does not take it', async () => {
    const aliases = await open();
    await aliases.move(move(1), 'system');
    await data.close();
    await expect(aliases.move(move(2), 'system')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect(aliases.book.get('fraud', 'champion')?.version).toBe(1);
  });

  it('remember twenty moves', async () => {
    const book = new AliasBook();
    for (let version = 1; version <= 50; version++)
      book.set('fraud', 'champion', book.moved(move(version), 'system', version));
    expect(book.get('fraud', 'champion')?.history).toEqual(Array.from({ length: 20 }, (_, i) => i + 30));
  });
});
