import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import { silentLogger } from '../../../src/core/logger.js';
import { ModelAliases } from '../../../src/flows/model-aliases.js';
import { AliasBook } from '../../../src/inference/aliases.js';
import { roomOfEach } from '../../support/data-room.js';

const move = (version: number, alias = 'champion') => ({ model: 'fraud', alias, version, reason: 'because' });

describe('aliases that outlive the server', () => {
  const room = roomOfEach();
  const open = (log = room.data.events) =>
    ModelAliases.open({
      book: new AliasBook(),
      log,
      snapshots: room.data.snapshots,
      append: room.append,
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
    aliases.see(room.appended);
    await aliases.close();
    const again = await open(room.withoutEvents());
    expect(again.book.get('fraud', 'champion')).toEqual(aliases.book.get('fraud', 'champion'));
  });

  it('do not go back when the log is handed out behind a newer change', async () => {
    const aliases = await open();
    await aliases.move(move(1), 'system');
    const late = room.appended.slice();
    await new Promise((done) => setTimeout(done, 5));
    await aliases.move(move(2), 'system');
    aliases.see(late);
    expect(aliases.book.get('fraud', 'champion')?.version).toBe(2);
  });

  it('do not move when the disk does not take it', async () => {
    const aliases = await open();
    await aliases.move(move(1), 'system');
    await room.data.close();
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
