import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtFile } from '../../../src/core/built-file.js';
import { silentLogger } from '../../../src/core/logger.js';
import { Courtesy, ownThread } from '../../../src/inference/pool/courtesy.js';
import { createEnginePool } from '../../../src/inference/pool/pool.js';
import { checkVersion, scanModels } from '../../../src/inference/repository.js';
import { dropIn } from '../../support/drop-in.js';
import { temporaryFolder } from '../../support/server.js';

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
/** Where a thread is that stepped back; the suite itself may be run at a low priority. */
const behind = (usual: number) => Math.min(19, usual + 10);

describe.runIf(isRoot)('a thread that may come forward again', () => {
  it('steps back, once, and comes forward to where it was', () => {
    const thread = ownThread()!;
    const usual = getPriority(thread);
    const courtesy = new Courtesy(thread);
    courtesy.comeForward();
    expect(getPriority(thread)).toBe(usual);
    courtesy.stepBack();
    courtesy.stepBack();
    expect(getPriority(thread)).toBe(behind(usual));
    expect(courtesy.usual).toBe(usual);
    courtesy.comeForward();
    expect(getPriority(thread)).toBe(usual);
    expect(courtesy.usual).toBeNull();
    const known = new Courtesy(thread, usual - 1); // somebody else let it step back
    known.stepBack();
    expect(getPriority(thread)).toBe(usual);
    known.comeForward();
    expect(getPriority(thread)).toBe(usual - 1);
    new Courtesy(thread, usual).comeForward();
  });

  it('is the spare of a pool, and not the one that serves', { timeout: 60_000 }, async () => {
    const folder = temporaryFolder();
    dropIn(folder.path);
    const { manifest } = (await scanModels(folder.path)).models[0]!;
    const { source } = await checkVersion(folder.path, manifest, 1);
    const usual = getPriority();
    const niceOfThreads = () =>
      readdirSync('/proc/self/task').map((thread) =>
        Number(
          readFileSync(join('/proc/self/task', thread, 'stat'), 'utf8')
            .split(') ')[1]!
            .split(' ')[16],
        ),
      );
    const pool = await createEnginePool({ engine: 'wasm', workers: 1, cacheDir: null, logger: silentLogger });
    try {
      expect(niceOfThreads().filter((nice) => nice === behind(usual))).toHaveLength(0);
      for (const version of [1, 2, 3]) {
        await pool.load({ ...source, version }, [1], { beside: true });
        expect(niceOfThreads().filter((nice) => nice === behind(usual))).toHaveLength(1);
      }
      expect(pool.workers.alive()).toBe(1);
    } finally {
      await pool.close(0);
    }
  });
});

describe('a thread that could not come forward again', () => {
  it.runIf(isRoot)('stays where it is', () => {
    const code = `${readFileSync(builtFile(new URL('../../../src/inference/pool/x.ts', import.meta.url).href, 'courtesy.js'), 'utf8')}
      const courtesy = new Courtesy(ownThread());
      courtesy.stepBack();
      console.log(getPriority(ownThread()), courtesy.usual);`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      ...{ uid: 65_534, cwd: '/', encoding: 'utf8', env: {} },
    });
    expect(stdout).toBe(`${getPriority()} null\n`);
  });

  it('stays where it is, where the system does not number threads or this one has ended', () => {
    for (const thread of [null, 4_194_303]) {
      const courtesy = new Courtesy(thread);
      courtesy.stepBack();
      expect(courtesy.usual).toBeNull();
      courtesy.comeForward();
    }
  });
});
