import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backup, restore } from '../../../src/data/backup.js';
import { readDataKey } from '../../../src/data/key.js';
import { filesWith } from '../../support/files.js';
import { erase, folderOfEach, known, open, paid, prediction, time } from '../../support/personal-data.js';

describe('personal data on the disk', () => {
  const folder = folderOfEach();

  it('is for its owner alone', async () => {
    const before = process.umask(0o022);
    try {
      const data = await open(join(folder.dir, 'made'));
      await data.events.append([known('v')]);
      await backup({ data, dir: join(folder.dir, 'made') }, join(folder.path, 'copy.db'), time.now);
      const modes = readdirSync(join(folder.dir, 'made')).map((name) => [
        name,
        (statSync(join(folder.dir, 'made', name)).mode & 0o777).toString(8),
      ]);
      expect(modes.length).toBeGreaterThanOrEqual(3);
      for (const [name, mode] of modes) expect(mode, name).toBe('600');
      expect((statSync(join(folder.dir, 'made')).mode & 0o777).toString(8)).toBe('700');
      for (const name of ['copy.db', 'copy.db.json'])
        expect(statSync(join(folder.path, name)).mode & 0o777).toBe(0o600);
      await data.close();
      chmodSync(join(folder.dir, 'made', 'scoregraph.db'), 0o644); // as versions before made it
      await (await open(join(folder.dir, 'made'))).close();
      expect(statSync(join(folder.dir, 'made', 'scoregraph.db')).mode & 0o777).toBe(0o600);
    } finally {
      process.umask(before);
    }
  });

  it('is unreadable without the key, where there is one; so is a backup', async () => {
    const key = 'k'.repeat(40);
    const keep = { events: 0, predictions: 0 };
    let data = await open(folder.dir, keep, key);
    await data.events.append([paid('a', 'secret-customer', 'SECRET MERCHANT')]);
    await data.predictions.commit([prediction('p', 'secret-customer', 'a', 1)]);
    expect(filesWith(folder.dir, 'secret-customer', 'SECRET MERCHANT', 'SQLite format 3')).toEqual([]);
    const turn = { deadline: Number.POSITIVE_INFINITY };
    const selection = { models: ['fraud'], entities: null, from: null, to: null, minScore: null, decisions: null };
    expect(await data.history.page(selection, { limit: 5, newestFirst: true }, turn)).toHaveLength(1);
    const copy = join(folder.path, 'copy.db');
    await backup({ data, dir: folder.dir, key }, copy, time.now);
    expect(readFileSync(copy).includes('SECRET MERCHANT')).toBe(false);
    await data.close();
    for (const wrong of [undefined, 'x'.repeat(40)])
      await expect(open(folder.dir, keep, wrong)).rejects.toMatchObject({
        details: { reason: 'CORRUPT' },
        message: expect.stringContaining('key'),
      });
    await restore(copy, join(folder.path, 'restored'));
    data = await open(join(folder.path, 'restored'), keep, key);
    expect(await data.events.count(0)).toBe(1);
    expect(await erase(data, 'secret-customer')).toMatchObject({ events: 1, predictions: 1 });
    await data.close();
  });

  it('is encrypted later, or with another key, by way of a backup', async () => {
    const keys = [undefined, '1/?&=%# ü'.repeat(5), '2'.repeat(32)];
    let data = await open(folder.dir);
    await data.events.append([paid('a', 'secret-customer')]);
    for (let i = 1; i < keys.length; i++) {
      const copy = join(folder.path, `copy ?#% ${i}.db`);
      await backup({ data, dir: folder.dir, key: keys[i - 1] }, copy, time.now, keys[i]);
      await data.close();
      expect(readFileSync(copy).includes('secret-customer')).toBe(false);
      await restore(copy, join(folder.path, `moved${i}`));
      data = await open(join(folder.path, `moved${i}`), { events: 0, predictions: 0 }, keys[i]);
      expect(await data.events.count(0)).toBe(1);
    }
    await data.close();
    await expect(open(join(folder.path, 'moved2'), { events: 0, predictions: 0 }, keys[1])).rejects.toThrow(/key/);
  });

  it('takes a key only from a file that holds a good one', () => {
    const file = join(folder.path, 'key');
    expect(readDataKey(null)).toBeUndefined();
    writeFileSync(file, `${'y'.repeat(44)}\n`);
    expect(readDataKey(file)).toBe('y'.repeat(44));
    writeFileSync(file, 'short');
    for (const [path, message] of [
      [file, /at least 32 characters/],
      [join(folder.path, 'none'), /ENOENT/],
    ] as const)
      expect(() => readDataKey(path)).toThrow(message);
  });
});
