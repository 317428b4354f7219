import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseManifest } from '../../../src/inference/manifest.js';
import { Prober } from '../../../src/inference/probe/probe.js';
import { checkVersion } from '../../../src/inference/repository.js';
import { probeRows } from '../../../src/inference/runtimes/warm-up.js';
import { hasNative } from '../../support/engines.js';
import { MODELS } from '../../support/server.js';

const manifest = parseManifest(readFileSync(join(MODELS, 'segmentation', 'manifest.json'), 'utf8'));

describe('trying a version in a process of its own', () => {
  let prober: Prober;
  afterEach(() => prober.close());
  const start = async () => {
    prober = new Prober({
      engine: hasNative ? 'tensorflow' : 'wasm',
      engineVersion: '1',
      cacheDir: null,
      timeoutMs: 30_000,
      memoryMb: 2_048,
    });
    const { source } = await checkVersion(MODELS, manifest, 1);
    return () => prober.probe(source, [1], probeRows(manifest));
  };
  const children = () =>
    execFileSync('ps', ['--ppid', String(process.pid), '-o', 'pid=,args='], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes('probe/child.js'))
      .map((line) => Number.parseInt(line, 10));

  it('answers how it runs, one after the other in one process', async () => {
    const probe = await start();
    const modes = await Promise.all([probe(), probe(), probe()]);
    expect(new Set(modes.map(({ mode }) => mode)).size).toBe(1);
    expect(children().length).toBe(1);
    await expect.poll(children).toEqual([]); // it lingers a little, then ends
  });

  it.each(['SIGKILL', 'SIGSEGV', 'SIGABRT'] as const)('survives its %s, and says so', async (signal) => {
    const probe = await start();
    const tried = probe().then(
      () => null,
      (error) => error,
    );
    await expect.poll(() => children().length).toBe(1);
    process.kill(children()[0]!, signal);
    expect(await tried).toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      details: { reason: 'LOAD_CRASHED', model: 'segmentation', version: 1 },
      message: expect.stringContaining(signal),
    });
    expect((await probe()).mode).toMatch(/compiled|wasm/); // the next has a process of its own
  });
});
