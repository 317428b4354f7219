import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/server.js';

const ROOT = resolve(import.meta.dirname, '../..');
/** Figures are each run's own; that the canary finds none, and the champion all, is not. */
const shape = (text: string) =>
  text
    .trim()
    .replace(/over \d+ outcomes/g, 'over some outcomes')
    .replace(/\d+ outcomes/g, 'some outcomes')
    .replace(/\(\d\.\d+ to \d\.\d+\)/g, '(interval)');

it('docs/outcomes.md shows what its script says', { timeout: 120_000 }, async () => {
  const page = readFileSync(join(ROOT, 'docs/outcomes.md'), 'utf8');
  const script = page.match(/```js\n([\s\S]*?)```/)![1]!;
  const shown = page.match(/Its output[\s\S]*?```\n([\s\S]*?)```/)![1]!;
  const folder = temporaryFolder();
  const file = join(folder.path, 'outcomes.mjs');
  writeFileSync(file, script);
  const child = spawn(process.execPath, [file], { cwd: ROOT, env: { ...process.env, SCOREGRAPH_LOG_LEVEL: 'error' } });
  let said = '';
  let failure = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  child.stderr.on('data', (chunk) => {
    failure += chunk;
  });
  const code = await new Promise((done) => child.on('exit', done));
  folder.remove();
  expect({ code, failure }).toMatchObject({ code: 0 });
  expect(shape(said)).toBe(shape(shown));
});
