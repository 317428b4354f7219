import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/server.js';

// The set-up scripts are plain JavaScript: they run before anything is installed.
const common = await import('../../scripts/lib/common.mjs' as string);
const steps = await import('../../scripts/lib/steps.mjs' as string);
const engine = await import('../../scripts/lib/engine.mjs' as string);
const { SERVER_FLAGS } = await import('../bench/lib/processes.mjs' as string);
const licences = await import('../../scripts/lib/licences.mjs' as string);

describe('the set-up', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('says which Node it needs', () => {
    expect(steps.nodeProblem('20.20.0')).toBeNull();
    expect(steps.nodeProblem('24.1.0')).toBeNull();
    expect(steps.nodeProblem('20.19.9')).toMatch(/needs Node 20\.20 or newer, this is 20\.19\.9/);
    expect(steps.nodeProblem('18.0.0')).not.toBeNull();
  });

  it('installs again when the lock file changed, and only then', () => {
    writeFileSync(join(folder.path, 'package-lock.json'), '{"a":1}');
    expect(steps.isInstalled(folder.path)).toBe(false);
    common.writeJson(join(folder.path, 'node_modules', '.scoregraph-install.json'), {
      lock: '015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862',
    });
    expect(steps.isInstalled(folder.path)).toBe(true);
    writeFileSync(join(folder.path, 'package-lock.json'), '{"a":2}');
    expect(steps.isInstalled(folder.path)).toBe(false);
  });

  it('builds again when the code or the page changed, and only then', () => {
    const file = (...parts: string[]) => {
      const path = join(folder.path, ...parts);
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, '');
      return path;
    };
    for (const name of ['tsconfig.json', 'package-lock.json']) file(name);
    file('src', 'main.ts');
    const kernel = file('src', 'inference', 'runtimes', 'small', 'dense.wat');
    const style = file('src', 'dashboard', 'styles', 'base.css');
    expect(steps.isBuilt(folder.path)).toBe(false);
    steps.markBuilt(folder.path);
    expect(steps.isBuilt(folder.path)).toBe(false); // nothing was made
    file('dist', 'main.js');
    file('dist', 'dashboard', 'index.html');
    expect(steps.isBuilt(folder.path)).toBe(false); // the page would work only where any document is answered
    file('dist', 'dashboard-documents.json');
    expect(steps.isBuilt(folder.path)).toBe(false); // the workers' kernel is not there
    file('dist', 'inference', 'runtimes', 'small', 'dense.wasm');
    expect(steps.isBuilt(folder.path)).toBe(true);
    utimesSync(style, new Date(), new Date(Date.now() + 5_000));
    expect(steps.isBuilt(folder.path)).toBe(false);
    steps.markBuilt(folder.path);
    utimesSync(kernel, new Date(), new Date(Date.now() + 10_000));
    expect(steps.isBuilt(folder.path)).toBe(false);
    steps.markBuilt(folder.path);
    file('src', 'dashboard', 'main.tsx');
    expect(steps.isBuilt(folder.path)).toBe(false);
  });

  it('lets one set-up run at a time, and takes over from one that died', async () => {
    const lock = join(folder.path, 'lock');
    const order: string[] = [];
    const turn = (name: string) =>
      common.withLock(lock, async () => {
        order.push(`${name} in`);
        await new Promise((done) => setTimeout(done, 20));
        order.push(`${name} out`);
      });
    await Promise.all([turn('a'), turn('b')]);
    expect(order).toEqual(['a in', 'a out', 'b in', 'b out']);
    writeFileSync(lock, '999999999');
    await turn('c');
    expect(order.slice(-2)).toEqual(['c in', 'c out']);
  });

  it('tries the ways to the native engine in order and remembers why each failed', async () => {
    const ways = (answers: (string | null | Error)[]) =>
      answers.map((answer, i) => ({
        name: `way${i}`,
        provide: async () => {
          if (answer instanceof Error) throw answer;
          return answer;
        },
      }));
    expect(await engine.provide(ways(['blocked', null]))).toMatchObject({ native: true, source: 'way1' });
    expect(await engine.provide(ways([null, 'never asked']))).toMatchObject({ native: true, source: 'way0' });
    expect(await engine.provide(ways(['blocked', new Error('no compiler')]))).toMatchObject({
      native: false,
      reason: 'way0: blocked; way1: no compiler',
    });
  });

  it('does not try a failed engine again the same day', () => {
    expect(engine.isSettled(null)).toBe(false);
    expect(engine.isSettled({ native: false, at: 1_000 }, 2_000)).toBe(true);
    expect(engine.isSettled({ native: false, at: 1_000 }, 1_000 + 86_400_001)).toBe(false);
  });

  it('notices a cached engine that is incomplete or altered', async () => {
    const file = join(folder.path, 'napi-v8', 'binding.node');
    mkdirSync(join(folder.path, 'napi-v8'));
    writeFileSync(file, 'binding');
    expect(await engine.isWhole(folder.path, true)).toBe(false);
    common.writeJson(join(folder.path, 'manifest.json'), {
      files: { 'napi-v8/binding.node': { size: 7, sha256: await common.sha256(file) } },
    });
    expect(await engine.isWhole(folder.path, true)).toBe(true);
    writeFileSync(file, 'bindinG');
    expect(await engine.isWhole(folder.path, false)).toBe(true);
    expect(await engine.isWhole(folder.path, true)).toBe(false);
    writeFileSync(file, 'short');
    expect(await engine.isWhole(folder.path, false)).toBe(false);
  });

  it('ends npm start in the server itself, so that a signal to npm reaches it', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(scripts.start).toMatch(/&& exec node .*dist\/main\.js$/);
  });

  it("starts the server with the flags that the benches measure, and with fewer of V8's helpers than cores", () => {
    const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const flags = /exec node (.*) dist\/main\.js$/.exec(scripts.start)![1]!;
    const given = spawnSync('sh', ['-c', `printf '%s\\n' ${flags}`], { encoding: 'utf8' }).stdout;
    expect(given.trim().split('\n')).toEqual(SERVER_FLAGS);
    const helpers = Number(/--v8-pool-size=(\d+)$/m.exec(given)?.[1]);
    expect(helpers).toBe(Math.min(4, Math.max(1, availableParallelism() - 1)));
  });
});

describe('the licences of what is installed', () => {
  const root = join(import.meta.dirname, '../..');
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

  it('are each on the list, and written down', () => {
    const packages: { name: string; licence: string }[] = licences.installedPackages(lock);
    expect(packages.length).toBeGreaterThan(100);
    expect(packages.filter(({ licence }) => !licences.isAccepted(licence))).toEqual([]);
    expect(readFileSync(join(root, 'docs/licences.md'), 'utf8')).toBe(licences.licencesPage(lock));
  });
  it('are refused when they ask for more', () => {
    expect(licences.isAccepted('(MIT AND BSD-3-Clause)')).toBe(true);
    expect(licences.isAccepted('GPL-3.0 OR MIT')).toBe(true);
    expect(licences.isAccepted('GPL-3.0 AND MIT')).toBe(false);
    expect(licences.isAccepted('not said')).toBe(false);
  });
});
