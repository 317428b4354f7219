import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import { silentLogger } from '../../src/core/logger.js';
import { noMetrics } from '../../src/core/metrics.js';
import { createEnginePool } from '../../src/inference/pool/pool.js';
import { InferenceService } from '../../src/inference/service.js';
import { CHURN, dropIn } from '../support/drop-in.js';
import { ENGINES } from '../support/engines.js';
import { temporaryFolder } from '../support/server.js';

const MODELS = 40;
/** Weights of its own, and of some the bias in vain: model m says sigmoid(a / 8 - b / 4 + m / 20 - 1). */
const weightsOf = (m: number) => [1 / 8, -1 / 4, 0, m / 20 - 1];
const answerOf = (m: number, [a, b]: readonly number[]) => 1 / (1 + Math.exp(-(a! / 8 - b! / 4 + m / 20 - 1)));

describe.each(ENGINES)('many models that ride together, on %s', (engine) => {
  const folder = temporaryFolder();
  let service: InferenceService;
  beforeAll(async () => {
    const modelsDir = join(folder.path, 'models');
    for (let m = 0; m < MODELS; m++) dropIn(modelsDir, { ...CHURN, name: `m${m}` }, { weights: weightsOf(m) });
    const cacheDir = join(folder.path, 'compiled');
    const pool = await createEnginePool({ engine, workers: 1, cacheDir, logger: silentLogger });
    service = new InferenceService({
      ...{ pool, modelsDir, clock: systemClock, logger: silentLogger, metrics: noMetrics },
    });
    await service.start();
  }, 120_000);
  afterAll(() => service.close(1_000));

  it('are computed by row where the engine lets them', () => {
    const modes = new Set(service.registry.list().map(({ versions }) => versions[0]!.mode));
    expect(modes).toEqual(new Set([engine === 'wasm' ? 'wasm' : 'saved-model (compiled), small batches by row']));
  });

  it('are each answered by their own weights, in batches of one row and of many', { timeout: 60_000 }, async () => {
    const context = {
      deadline: performance.now() + 50_000,
      priority: 'interactive' as const,
      ...{ principal: 'test', traceId: 't' },
    };
    for (const rows of [1, 2, 9]) {
      const asked = Array.from({ length: MODELS * rows }, (_, i) => ({ m: i % MODELS, row: [i % 7, i % 5, i % 3] }));
      const answers = await Promise.all(
        asked.map(({ m, row }) => service.predict(`m${m}`, { inputs: { features: Float32Array.from(row) } }, context)),
      );
      answers.forEach(({ model, outputs }, i) => {
        const { m, row } = asked[i]!;
        expect(model).toBe(`m${m}`);
        expect(Math.abs(outputs.probability![0]! - answerOf(m, row))).toBeLessThanOrEqual(1e-5);
      });
    }
  });
});
