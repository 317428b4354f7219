import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { EarlierLooks } from '../../../src/inference/earlier-looks.js';
import { scanModels } from '../../../src/inference/repository.js';
import { CHURN } from '../../support/drop-in.js';
import { temporaryFolder } from '../../support/server.js';

const folders: ReturnType<typeof temporaryFolder>[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

/** A folder of so many models, `m0` …, each with a version 1 of two files. */
function modelsFolder(count: number): string {
  const folder = temporaryFolder();
  folders.push(folder);
  for (let m = 0; m < count; m++) {
    const version = join(folder.path, `m${m}`, '1');
    mkdirSync(version, { recursive: true });
    writeFileSync(join(folder.path, `m${m}`, 'manifest.json'), JSON.stringify({ ...CHURN, name: `m${m}` }));
    writeFileSync(join(version, 'version.json'), '{}');
    writeFileSync(join(version, 'weights.bin'), 'first');
  }
  return folder.path;
}
const looksOf = async (modelsDir: string, earlier: EarlierLooks) =>
  new Map(
    (await scanModels(modelsDir, earlier)).models.map(({ manifest, versions }) => [
      manifest.name,
      versions.map(({ number, fingerprint }) => `${number} ${fingerprint}`).join(),
    ]),
  );

describe('looking at the models folder again', () => {
  it('sees at once what came, went or was renamed, of however many models', async () => {
    const modelsDir = modelsFolder(40);
    const earlier = new EarlierLooks();
    await scanModels(modelsDir, earlier);
    const before = await looksOf(modelsDir, earlier);
    expect(before.size).toBe(40);
    cpSync(join(modelsDir, 'm7', '1'), join(modelsDir, 'm7', '2'), { recursive: true });
    rmSync(join(modelsDir, 'm8'), { recursive: true });
    cpSync(join(modelsDir, 'm9'), join(modelsDir, 'n9'), { recursive: true });
    const { models, problems } = await scanModels(modelsDir, earlier);
    const numbers = new Map(models.map(({ manifest, versions }) => [manifest.name, versions.map((v) => v.number)]));
    expect(numbers.get('m7')).toEqual([1, 2]);
    expect(numbers.has('m8')).toBe(false);
    expect(problems).toMatchObject([{ model: 'n9', reason: 'MANIFEST_INVALID' }]); // it is called m9
  });

  it('sees in turn what was written in place: of few models at once, of many within as many looks as they take', async () => {
    for (const [count, within] of [
      [16, 1],
      [40, 3],
    ] as const) {
      const modelsDir = modelsFolder(count);
      const earlier = new EarlierLooks();
      let seen = await looksOf(modelsDir, earlier);
      for (const name of ['m0', 'm3', `m${count - 1}`]) {
        writeFileSync(join(modelsDir, name, '1', 'weights.bin'), `another of ${name}`);
        let looks = 0;
        for (let changed = false; !changed; looks++) {
          const now = await looksOf(modelsDir, earlier);
          changed = now.get(name) !== seen.get(name);
          seen = now;
          expect(looks).toBeLessThan(within);
        }
      }
    }
  });

  it('looks each time at what is unfinished', async () => {
    const modelsDir = modelsFolder(40);
    rmSync(join(modelsDir, 'm5', '1', 'version.json'));
    const earlier = new EarlierLooks();
    const complete = async () =>
      (await scanModels(modelsDir, earlier)).models.find(({ manifest }) => manifest.name === 'm5')!.versions[0]!
        .complete;
    expect([await complete(), await complete()]).toEqual([false, false]);
    writeFileSync(join(modelsDir, 'm5', '1', 'version.json'), '{}');
    expect(await complete()).toBe(true);
  });
});
