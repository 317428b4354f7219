import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/server.js';

const ROOT = resolve(import.meta.dirname, '../..');
/** Figures are each run's own; what was asked for is not. */
const shape = (text: string) =>
  text
    .trim()
    .replace(/^1 against 2:.*$/m, '1 against 2')
    .replace(/^[^>\n].*$/gm, (line) => line.replace(/\d+(\.\d+)?/g, '#'));

it('docs/roll-out.md shows what its script says', { timeout: 240_000 }, async () => {
  const page = readFileSync(join(ROOT, 'docs/roll-out.md'), 'utf8');
  const script = page.match(/```js\n([\s\S]*?)```/)![1]!;
  const shown = page.match(/Its output[\s\S]*?```\n([\s\S]*?)```/)![1]!;
  const folder = temporaryFolder();
  const file = join(folder.path, 'roll-out.mjs');
  writeFileSync(file, script);
  const child = spawn(process.execPath, [file], { cwd: ROOT, env: { ...process.env, SCOREGRAPH_LOG_LEVEL: 'error' } });
  let said = '';
  let failure = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  child.stderr.on('data', (chunk) => (failure += chunk));
  const code = await new Promise((done) => child.on('exit', done));
  rmSync(folder.path, { recursive: true, force: true });
  expect({ code, failure }).toMatchObject({ code: 0 });
  expect(shape(said)).toBe(shape(shown));
  expect(said).toContain('champion: 2\n');
  expect(said).toContain('; 0 of the first went back\n');
  const [, flagged, frauds] = said.match(/^challenger: flags (\d+) of (\d+) frauds/m)!;
  expect(Number(flagged) / Number(frauds)).toBeGreaterThan(0.8); // it was trained, and learnt something
});
