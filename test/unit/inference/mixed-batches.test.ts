import { describe, expect, it } from 'vitest';
import { ScoregraphError } from '../../../src/core/errors.js';
import { Batcher } from '../../../src/inference/batching/batcher.js';
import type { Lane } from '../../../src/inference/batching/lane.js';
import type { Row, Signature } from '../../../src/inference/ports.js';
import { FakePool } from '../../support/fake-pool.js';

const signatureOf = (width: number): Signature => ({
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, width] }],
  outputs: [{ name: 'sum', datatype: 'FP32', shape: [-1, 1] }],
});

/** A batcher with the models that `widths` names, and what each of them was told of its batches. */
function setUp(widths: Readonly<Record<string, number>>, { mixes = true, maxBatchSize = 8 } = {}) {
  const pool = new FakePool();
  const batcher = new Batcher({ now: () => 0, monotonic: () => 0 }, pool.wake);
  pool.source = batcher;
  const lanes: Record<string, Lane> = {};
  const told: Record<string, { rows: number; batches: number; micros: number; failed: number }> = {};
  for (const [handle, [model, width]] of Object.entries(widths).entries()) {
    const own = { rows: 0, batches: 0, micros: 0, failed: 0 };
    told[model] = own;
    lanes[model] = batcher.open({
      ...{ model, version: 1, handle, signature: signatureOf(width), mixes },
      batching: { maxBatchSize, preferredBatchSize: [], maxQueueDelayMicroseconds: 0, maxQueueSize: 10_000 },
      observer: {
        batch(rows, _, seconds) {
          own.rows += rows;
          own.batches++;
          own.micros += 1e6 * seconds;
        },
        failed(rows) {
          own.failed += rows;
        },
      },
    });
  }
  const ask = (model: string, value: number, topK?: Row['topK']) => {
    const x = new Float32Array(widths[model]!);
    x[0] = value;
    const row: Row = topK === undefined ? { inputs: { x } } : { inputs: { x }, topK };
    const context = { deadline: 1e9, priority: 'interactive' as const, principal: 'test', traceId: 't' };
    return batcher.enqueue(lanes[model]!, row, context).then(
      ({ model: by, outputs }) => `${by} ${outputs.sum![0]}`,
      (error: ScoregraphError) => `${error.details.model} ${error.details.reason ?? error.code}`,
    );
  };
  return { pool, batcher, lanes, ask, told };
}

describe('rows of versions that mix', () => {
  it('share a batch, and each gets the answer about itself', async () => {
    const { pool, ask, told } = setUp({ a: 2, b: 2, c: 2 });
    const answers = [ask('a', 1), ask('b', 1), ask('c', 3), ask('a', 4)];
    pool.work();
    expect(await Promise.all(answers)).toEqual(['a 1', 'b 1', 'c 3', 'a 4']);
    expect(pool.batches).toEqual([4]);
    expect(told.a).toEqual({ rows: 2, batches: 1, micros: 5, failed: 0 }); // a half of the ten that the batch took
    expect(told.b).toEqual({ rows: 1, batches: 1, micros: 2.5, failed: 0 });
  });

  it('do not where signatures differ, or a version did not say so', async () => {
    const other = setUp({ a: 2, b: 3 });
    const apart = setUp({ a: 2, b: 2 }, { mixes: false });
    for (const { pool, ask } of [other, apart]) {
      const answers = [ask('a', 1), ask('b', 2)];
      pool.work();
      expect(await Promise.all(answers)).toEqual(['a 1', 'b 2']);
      expect(pool.batches).toEqual([1, 1]);
    }
  });

  it('do not where they ask for the best of an output', async () => {
    const { pool, ask } = setUp({ a: 2, b: 2 });
    const topK = { output: 'sum', k: 1 };
    const answers = [ask('a', 1), ask('b', 2, topK), ask('a', 3, topK)];
    while (pool.work() > 0);
    expect(await Promise.all(answers)).toEqual(['a 1', 'b 2', 'a 3']);
    expect(pool.batches).toEqual([1, 1, 1]);
  });

  it('do not wait behind those of a model that is asked much', async () => {
    const { pool, ask } = setUp({ busy: 2, calm: 2 });
    const flood = Array.from({ length: 1_000 }, (_, i) => ask('busy', i));
    let calm = '';
    void ask('calm', 7).then((answer) => {
      calm = answer;
    });
    pool.work();
    await new Promise(setImmediate);
    expect(calm).toBe('calm 7');
    while (pool.work() > 0);
    expect(await Promise.all(flood)).toHaveLength(1_000);
  });

  it('fail alone: what shared a batch with them is computed again', async () => {
    const { pool, ask, told } = setUp({ a: 2, b: 2, c: 2 });
    const answers = [ask('a', 1), ask('a', 2), ask('b', 5), ask('b', 6), ask('c', 3)];
    while (pool.work({ poison: 5 }) > 0);
    expect(await Promise.all(answers)).toEqual(['a 1', 'a 2', 'b ENGINE_REFUSED', 'b 6', 'c 3']);
    expect([told.a, told.b, told.c].map((own) => own?.failed)).toEqual([0, 1, 0]);
  });

  it('are all told, each by its own name, when the worker ends', async () => {
    const { pool, ask } = setUp({ a: 2, b: 2 });
    const answers = [ask('a', 1), ask('b', 2)];
    pool.work({ die: true });
    expect(await Promise.all(answers)).toEqual(['a MODEL_UNAVAILABLE', 'b MODEL_UNAVAILABLE']);
  });

  it('are forgotten with their queue: who is asked for work does not hear of it again', async () => {
    const { pool, batcher, lanes, ask } = setUp({ a: 2, b: 2 });
    const answers = [ask('a', 1), ask('a', 2), ask('b', 5)];
    const [job] = batcher.take(() => true);
    batcher.close(lanes.a!, new ScoregraphError('MODEL_UNAVAILABLE', 'It was unloaded.', { model: 'a' }));
    job!.failed(new Error('a row is poisoned'));
    const asked: number[] = [];
    const again = batcher.take((handle) => asked.push(handle) > 0);
    expect(again.map(({ parts }) => parts.map(({ handle, rows }) => ({ handle, rows })))).toEqual([
      [{ handle: 1, rows: 1 }],
    ]);
    expect(asked).toEqual([1]);
    again[0]!.failed(new Error('a row is poisoned'));
    expect(pool.work()).toBe(0);
    expect(await Promise.all(answers)).toEqual(['a MODEL_UNAVAILABLE', 'a MODEL_UNAVAILABLE', 'b ENGINE_REFUSED']);
  });

  it('fill no batch beyond what one answer should wait for', async () => {
    const names = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`m${i}`, 2]));
    const { pool, ask } = setUp(names, { maxBatchSize: 100 });
    const answers = Object.keys(names).flatMap((name) => Array.from({ length: 100 }, (_, i) => ask(name, i)));
    while (pool.work() > 0);
    expect(new Set(await Promise.all(answers)).size).toBe(3_000);
    expect(pool.batches).toEqual([1_000, 1_000, 1_000]);
  });
});
