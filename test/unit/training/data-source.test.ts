import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { noProgress } from '../../../src/training/artifacts.js';
import {
  dataSentence,
  type KnownData,
  statedSource,
  trainedOn,
  trainingData,
} from '../../../src/training/data-source.js';
import { readBaskets } from '../../../src/training/retail.js';
import { INVOICES, invoices } from '../../support/retail.js';
import { temporaryFolder } from '../../support/server.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());
let folders = 0;
/** A data folder of invoices, with or without a `source.json`. */
function data(source?: string | object, gzipped = false): string {
  const dir = join(folder.path, `data-${++folders}`);
  const retail = join(dir, 'online-retail');
  mkdirSync(retail, { recursive: true });
  const text = [INVOICES, ...invoices(), ''].join('\n');
  writeFileSync(join(retail, `online_retail.csv${gzipped ? '.gz' : ''}`), gzipped ? gzipSync(text) : text);
  if (source !== undefined)
    writeFileSync(join(retail, 'source.json'), typeof source === 'string' ? source : JSON.stringify(source));
  return dir;
}
const STATED = { name: 'Orders of our shop', licence: 'our own', notes: 'No returns in 2019.' };

describe('where data are from', () => {
  it('is what source.json says, with the hash of the bytes, plain or gzipped', async () => {
    const bytes = [INVOICES, ...invoices(), ''].join('\n');
    const sha256 = { 'online_retail.csv': createHash('sha256').update(bytes).digest('hex') };
    for (const gzipped of [false, true]) {
      const { on } = await readBaskets(data(STATED, gzipped), noProgress);
      expect(on).toEqual({ source: { ...STATED, url: null }, sha256 });
    }
  });

  it('is told to be unknown, and to whoever trains, where nobody says it', async () => {
    const said: string[] = [];
    const dir = data();
    const { on } = await readBaskets(dir, { ...noProgress, say: (line) => said.push(line) });
    expect(on.source).toMatchObject({ name: 'online-retail (source not stated)', licence: null, url: null });
    expect(said.join('\n')).toContain(`${join(dir, 'online-retail', 'source.json')} can say it`);
    expect(dataSentence(on.source, '7 lines')).toBe(
      'online-retail (source not stated): 7 lines. Licence: not stated. Where the data are from, under which licence, and what is peculiar about them was not stated.',
    );
  });

  it('is the known data set where every byte is its own, whatever is stated', () => {
    const known: KnownData = { name: 'Known', licence: 'MIT', url: null, notes: null, sha256: { a: '1', b: '2' } };
    const stated = { ...STATED, url: null };
    expect(trainedOn('x', { a: '1', b: '2' }, stated, known, noProgress).source).toBe(known);
    expect(trainedOn('x', { a: '1', b: '3' }, stated, known, noProgress).source).toBe(stated);
    expect(trainedOn('x', { a: '1' }, null, known, noProgress).source.name).toBe('x (source not stated)');
  });

  it.each<[string, string | object, RegExp]>([
    ['no JSON', '{', /source\.json: expected JSON/],
    ['no licence', { name: 'x' }, /source\.json: licence: .*expected name and licence/],
    ['a name that breaks tables', { name: 'a | b', licence: 'x' }, /source\.json: name: expected one line without \|/],
    ['an empty name', { name: ' ', licence: 'x' }, /source\.json: name: /],
    ['an address that is none', { name: 'x', licence: 'x', url: 'javascript:x' }, /source\.json: url: /],
    ['something else', { name: 'x', licence: 'x', artefacts: 'none' }, /source\.json: top level: .*artefacts/],
  ])('is refused before the data are read when source.json has %s', async (_, source, complaint) => {
    const dir = data(source);
    expect(() => statedSource(join(dir, 'online-retail'))).toThrow(complaint);
    await expect(readBaskets(dir, noProgress)).rejects.toThrow(complaint);
  });

  it('stands in the card of a version, without what was not said', () => {
    const source = { name: 'Orders', licence: null, url: null, notes: null };
    expect(trainingData({ source, sha256: { a: '1' } }, { rows: 3 })).toEqual({
      ...{ name: 'Orders', rows: 3 },
      sha256: { a: '1' },
    });
  });
});
