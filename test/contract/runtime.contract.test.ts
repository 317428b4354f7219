import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import { silentLogger } from '../../src/core/logger.js';
import { noMetrics } from '../../src/core/metrics.js';
import type { RowContext } from '../../src/core/predictions.js';
import { parseManifest } from '../../src/inference/manifest.js';
import { createEnginePool } from '../../src/inference/pool/pool.js';
import type { Row, VersionSource } from '../../src/inference/ports.js';
import { checkVersion } from '../../src/inference/repository.js';
import { InferenceService } from '../../src/inference/service.js';
import { ENGINES, hasNative } from '../support/engines.js';
import { MODELS, temporaryFolder } from '../support/server.js';

interface Golden {
  readonly inputs: Record<string, number[]>;
  readonly outputs?: Record<string, number[]>;
  readonly top?: { readonly output: string; readonly indices: number[]; readonly scores: number[] };
}
const REFERENCE = ['fraud', 'recommendations', 'segmentation'] as const;
const golden = (model: string): Golden[] => JSON.parse(readFileSync(join(MODELS, model, '1', 'golden.json'), 'utf8'));
const rowOf = (model: string, { inputs, top }: Golden): Row => ({
  inputs: Object.fromEntries(
    Object.entries(inputs).map(([name, values]) => [
      name,
      name === 'items' ? Int32Array.from(values) : Float32Array.from(values),
    ]),
  ),
  ...(model === 'recommendations' ? { topK: { output: 'scores', k: top!.indices.length } } : {}),
});
const context = (): RowContext => ({
  deadline: performance.now() + 20_000,
  priority: 'interactive',
  principal: 'test',
  traceId: 't',
});

/** Both engines, all batch sizes: within 1e-5. */
function expectNear(got: ArrayLike<number>, expected: readonly number[], what: string): void {
  expected.forEach((value, i) => {
    expect(Math.abs(got[i]! - value), what).toBeLessThanOrEqual(1e-5);
  });
}

/** Every engine passes this: today tensorflow and wasm, later remote ones. */
describe.each(ENGINES)('the %s engine', (engine) => {
  const folder = temporaryFolder();
  let service: InferenceService;
  let pool: Awaited<ReturnType<typeof createEnginePool>>;
  beforeAll(async () => {
    pool = await createEnginePool({
      engine,
      workers: 2,
      cacheDir: join(folder.path, 'compiled'),
      logger: silentLogger,
    });
    service = new InferenceService({
      pool,
      modelsDir: MODELS,
      clock: systemClock,
      logger: silentLogger,
      metrics: noMetrics,
    });
    await service.start();
  });
  afterAll(async () => {
    await service.close(1_000);
    folder.remove();
  });

  it('says what it is', () => {
    expect(pool.engine).toMatchObject({ name: engine, reason: `SCOREGRAPH_ENGINE=${engine}` });
    expect(pool.workers.alive()).toBe(2);
    const modes = Object.fromEntries(service.registry.list().map(({ name, versions }) => [name, versions[0]!.mode]));
    const byRow = 'saved-model (compiled), small batches by row';
    const native = { fraud: byRow, recommendations: 'saved-model (compiled)', segmentation: 'saved-model (compiled)' };
    expect(modes).toEqual(
      engine === 'tensorflow' ? native : { fraud: 'wasm', recommendations: 'wasm', segmentation: 'wasm' },
    );
  });

  it.each(REFERENCE)('answers as golden for %s, alone and in batches', async (model) => {
    const rows = golden(model);
    expect(rows.length).toBeGreaterThanOrEqual(20);
    const batched = await Promise.all(rows.map((row) => service.predict(model, rowOf(model, row), context())));
    for (const [i, row] of rows.entries()) {
      const alone = await service.predict(model, rowOf(model, row), context());
      for (const { outputs } of [alone, batched[i]!]) {
        if (row.outputs) {
          for (const [name, values] of Object.entries(row.outputs))
            expectNear(outputs[name]!, values, `${model} row ${i}`);
        } else {
          expectNear(outputs.scores!, row.top!.scores, `${model} row ${i}`);
          expect(Object.keys(outputs).sort()).toEqual(['scores', 'scores:indices']); // repeats are in the scores
          expect(outputs['scores:indices']![0]).toBe(row.top!.indices[0]);
        }
      }
    }
  });

  it('keeps rows apart under concurrency', async () => {
    const rows = golden('fraud');
    const answers = await Promise.all(
      Array.from({ length: 2_000 }, (_, i) =>
        service.predict('fraud', rowOf('fraud', rows[i % rows.length]!), context()),
      ),
    );
    for (const [i, { outputs }] of answers.entries()) {
      expectNear(outputs.probability!, rows[i % rows.length]!.outputs!.probability!, `row ${i}`);
    }
  });

  it('fails a row whose output is not finite, and only that', async () => {
    const [good] = golden('fraud');
    const bad = Float32Array.from(good!.inputs.features!).fill(3e38);
    const [first, second] = await Promise.allSettled([
      service.predict('fraud', { inputs: { features: bad } }, context()),
      service.predict('fraud', rowOf('fraud', good!), context()),
    ]);
    expect(second.status).toBe('fulfilled');
    if (first.status === 'rejected') expect(first.reason).toMatchObject({ code: 'INVALID_FEATURES' });
    else expect(Number.isFinite(first.value.outputs.probability![0])).toBe(true);
  });

  it('replaces a worker that dies, with its models', async () => {
    const [row] = golden('segmentation');
    await Promise.all(pool.threads.map((thread) => thread.kill()));
    await expect
      .poll(
        () =>
          service.predict('segmentation', rowOf('segmentation', row!), context()).then(
            (r) => r.version,
            (e) => e.details.reason,
          ),
        { timeout: 10_000 },
      )
      .toBe(1);
    await expect.poll(() => pool.workers.alive()).toBe(2);
  });

  const source = async (
    model: string,
    change: (folder: string) => void,
    signature?: VersionSource['signature'],
  ): Promise<VersionSource> => {
    const place = join(folder.path, `broken-${Math.random().toString(36).slice(2)}`);
    cpSync(join(MODELS, model), join(place, model), { recursive: true });
    const manifest = parseManifest(readFileSync(join(place, model, 'manifest.json'), 'utf8'));
    const { source } = await checkVersion(place, manifest, 1);
    change(source.folder);
    const { files, ...unhashed } = source; // what is broken is to be found by reading it
    expect(Object.keys(files!).length).toBeGreaterThan(1);
    return {
      ...unhashed,
      model: `${model}-${Math.random().toString(36).slice(2, 8)}`,
      sha256: source.sha256.split('').reverse().join(''),
      ...(signature ? { signature } : {}),
    };
  };
  const refusal = (broken: VersionSource) =>
    pool.load(broken, [1], { beside: false }).then(
      () => null,
      (error) => ({ reason: error.details?.reason, message: error.message as string }),
    );

  it('refuses truncated weights, unreadable topology and another signature, with the reason', async () => {
    expect(
      await refusal(
        await source('fraud', (at) =>
          writeFileSync(join(at, 'weights.bin'), readFileSync(join(at, 'weights.bin')).subarray(0, 100)),
        ),
      ),
    ).toMatchObject({ reason: 'CORRUPT', message: expect.stringMatching(/expected \d+ bytes of weights, found 100/) });
    expect(await refusal(await source('fraud', (at) => writeFileSync(join(at, 'model.json'), '{')))).toMatchObject({
      reason: 'CORRUPT',
    });
    const outputs = [{ name: 'probability', datatype: 'FP32' as const, shape: [-1, 1] }];
    expect(
      await refusal(
        await source('fraud', () => {}, { inputs: [{ name: 'features', datatype: 'FP32', shape: [-1, 7] }], outputs }),
      ),
    ).toMatchObject({ reason: 'SIGNATURE_MISMATCH', message: expect.stringContaining('[-1, 7]') });
    const after = await service.predict('fraud', rowOf('fraud', golden('fraud')[0]!), context());
    expect(after.version).toBe(1);
  });

  it('takes SavedModel folders where it can, and says so where it cannot', async () => {
    const place = join(folder.path, 'saved');
    mkdirSync(place, { recursive: true });
    const compiled =
      spawnSync('find', [hasNative ? join(folder.path, 'compiled') : folder.path, '-name', 'saved_model.pb'], {
        encoding: 'utf8',
      })
        .stdout.trim()
        .split('\n')[0] ?? '';
    const base = await source('segmentation', () => {});
    const answer = await refusal({ ...base, format: 'tf-saved-model', folder: place });
    expect(answer!.reason).toBe(engine === 'wasm' ? 'FORMAT_UNSUPPORTED_BY_ENGINE' : 'CORRUPT');
    if (engine === 'wasm') return;
    expect(compiled).not.toBe('');
    const candidates = spawnSync('find', [join(folder.path, 'compiled'), '-name', 'saved_model.pb'], {
      encoding: 'utf8',
    })
      .stdout.trim()
      .split('\n')
      .map((file) => file.replace(/\/saved_model.pb$/, ''));
    const wider = ({ inputs, outputs }: VersionSource['signature']): VersionSource['signature'] => ({
      inputs,
      outputs: outputs.map((spec) => ({ ...spec, shape: [-1, spec.shape[1]! + 1] })),
    });
    for (const model of REFERENCE) {
      const { signature } = await source(model, () => {});
      const outcomes = (promised: VersionSource['signature']) =>
        Promise.all(
          candidates.map((candidate) =>
            pool
              .load(
                {
                  ...base,
                  model: `${model}-${Math.random().toString(36).slice(2, 8)}`,
                  format: 'tf-saved-model',
                  folder: candidate,
                  signature: promised,
                },
                [1, 3],
                { beside: false },
              )
              .then(
                (loaded) => loaded.mode,
                (error) => error.details?.reason,
              ),
          ),
        );
      expect((await outcomes(signature)).filter((outcome) => outcome === 'saved-model').length).toBeGreaterThanOrEqual(
        1,
      );
      // Its own signature does not say how wide it answers: that is seen when it does.
      const refused = await outcomes(wider(signature));
      expect(refused).not.toContain('saved-model');
      expect(refused).toContain('SIGNATURE_MISMATCH');
    }
  });
});
