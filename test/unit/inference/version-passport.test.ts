import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashOfFiles, VersionPassports } from '../../../src/inference/version-passport.js';
import { temporaryFolder } from '../../support/server.js';
import { modelFolder } from '../../support/versions.js';

describe('the passport of a version', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let card: string;
  beforeEach(() => {
    folder = temporaryFolder();
    modelFolder(folder.path, 'segmentation');
    card = join(folder.path, 'segmentation', '1', 'version.json');
  });
  afterEach(() => folder.remove());

  const version = (state: 'AVAILABLE' | 'END', look: string, tried: string | null) => ({
    ...{ model: 'segmentation', number: 1, state, tried },
    folder: { number: 1, fingerprint: look, complete: true, bytes: 1 },
  });
  const rename = (name: string) => {
    const text = JSON.parse(readFileSync(card, 'utf8'));
    writeFileSync(card, JSON.stringify({ ...text, training_data: { name } }));
  };
  const nameIn = async (passports: VersionPassports, of: ReturnType<typeof version>) =>
    ((await passports.of(of))?.card.training_data as { name: string } | undefined)?.name ?? null;

  it('is read once for each look of the folder, and again when it looks otherwise', async () => {
    const passports = new VersionPassports(folder.path, null);
    expect(await nameIn(passports, version('END', 'a', null))).toBe('Online Retail (UCI)');
    rename('other');
    expect(await nameIn(passports, version('END', 'a', null))).toBe('Online Retail (UCI)');
    expect(await nameIn(passports, version('END', 'b', null))).toBe('other');
  });

  it('of one that serves is of the files it was loaded from, never of those that lie there now', async () => {
    const passports = new VersionPassports(folder.path, null);
    expect(await nameIn(passports, version('AVAILABLE', 'a', 'a'))).toBe('Online Retail (UCI)');
    rename('slipped in');
    expect(await nameIn(passports, version('AVAILABLE', 'b', 'a'))).toBe('Online Retail (UCI)');
    const late = new VersionPassports(folder.path, null);
    expect(await nameIn(late, version('AVAILABLE', 'b', 'a'))).toBeNull();
  });

  it('is none where version.json is missing, too long or no card', async () => {
    const passports = new VersionPassports(folder.path, null);
    writeFileSync(card, '{}');
    expect(await passports.of(version('END', 'a', null))).toBeNull();
    writeFileSync(card, ' '.repeat(4 * 1024 * 1024 + 1));
    expect(await passports.of(version('END', 'b', null))).toBeNull();
    expect(await passports.of({ ...version('END', 'c', null), number: 7 })).toBeNull();
  });

  it('has a checksum that goes by names and hashes, in whatever order they are listed', () => {
    const [a, b] = ['0'.repeat(64), '1'.repeat(64)];
    expect(hashOfFiles({ x: a, y: b })).toBe(hashOfFiles({ y: b, x: a }));
    expect(hashOfFiles({ x: a, y: b })).not.toBe(hashOfFiles({ x: b, y: a }));
    expect(hashOfFiles({ x: a })).not.toBe(hashOfFiles({ z: a }));
  });
});
