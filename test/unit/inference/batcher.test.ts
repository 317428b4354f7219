import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/core/clock.js';
import type { ScoregraphError } from '../../../src/core/errors.js';
import type { RowContext } from '../../../src/core/predictions.js';
import { Batcher } from '../../../src/inference/batching/batcher.js';
import type { Batching, Row } from '../../../src/inference/ports.js';
import { FakePool } from '../../support/fake-pool.js';

const BATCHING: Batching = { maxBatchSize: 8, preferredBatchSize: [], maxQueueDelayMicroseconds: 0, maxQueueSize: 64 };
const SIGNATURE = {
  inputs: [{ name: 'x', datatype: 'FP32' as const, shape: [-1, 2] }],
  outputs: [{ name: 'sum', datatype: 'FP32' as const, shape: [-1, 1] }],
};

function setUp(batching: Partial<Batching> = {}) {
  let now = 0;
  const clock: Clock = { now: () => now, monotonic: () => now };
  const pool = new FakePool();
  const batcher = new Batcher(clock, pool.wake);
  pool.source = batcher;
  const failures = { rows: 0 };
  const lane = batcher.open({
    model: 'm',
    version: 1,
    handle: 1,
    signature: SIGNATURE,
    mixes: false,
    batching: { ...BATCHING, ...batching },
    observer: { batch() {}, failed: (rows) => (failures.rows += rows) },
  });
  const context = (more: Partial<RowContext> = {}): RowContext => ({
    deadline: 1e9,
    priority: 'interactive',
    principal: 'test',
    traceId: 't',
    ...more,
  });
  const ask = (a: number, b = 0, more: Partial<RowContext> = {}) =>
    batcher.enqueue(lane, { inputs: { x: Float32Array.of(a, b) } }, context(more)).then(
      (result) => result.outputs.sum![0]!,
      (error: ScoregraphError) => error.details.reason ?? error.code,
    );
  return { pool, batcher, lane, ask, context, failures, advance: (ms: number) => (now += ms) };
}

describe('Batcher', () => {
  it('puts what waits into one batch, up to the maximum', async () => {
    const { pool, ask } = setUp();
    const answers = Array.from({ length: 20 }, (_, i) => ask(i));
    while (pool.work() > 0);
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(pool.batches).toEqual([8, 8, 4]);
  });

  it('computes identical rows in flight once', async () => {
    const { pool, ask } = setUp();
    const answers = [ask(1, 2), ask(1, 2), ask(2, 1)];
    pool.work();
    expect(await Promise.all(answers)).toEqual([3, 3, 3]);
    expect(pool.batches).toEqual([2]);
  });

  it('finds the one bad row of a failing batch', async () => {
    const { pool, ask, failures } = setUp();
    const answers = Array.from({ length: 8 }, (_, i) => ask(i));
    while (pool.work({ poison: 5 }) > 0);
    expect(await Promise.all(answers)).toEqual([0, 1, 2, 3, 4, 'ENGINE_REFUSED', 6, 7]);
    expect(failures.rows).toBe(1);
  });

  it('refuses when full and says when to come back', async () => {
    const { ask, pool } = setUp({ maxQueueSize: 3 });
    const answers = [ask(1), ask(2), ask(3), ask(4)];
    expect(await answers[3]).toBe('QUEUE_FULL');
    pool.work();
    expect(await Promise.all(answers.slice(0, 3))).toEqual([1, 2, 3]);
  });

  it('drops late rows before they cost anything, and cancelled ones from the queue', async () => {
    const { ask, pool, lane, advance } = setUp();
    const gone = new AbortController();
    const answers = [ask(1, 0, { deadline: 5 }), ask(2, 0, { signal: gone.signal }), ask(3)];
    expect(lane.queued).toBe(3);
    gone.abort();
    expect(lane.queued).toBe(2);
    advance(10);
    pool.work();
    expect(await Promise.all(answers)).toEqual(['DEADLINE_EXCEEDED', 'CANCELLED', 3]);
    expect(pool.batches).toEqual([1]);
  });

  it('keeps a computation for the others when one of its askers goes away', async () => {
    const { ask, pool } = setUp();
    const gone = new AbortController();
    const answers = [ask(1, 0, { signal: gone.signal }), ask(1)];
    gone.abort();
    pool.work();
    expect(await Promise.all(answers)).toEqual(['CANCELLED', 1]);
  });

  it('runs the other half of a failed batch when nobody waits for the first any more', async () => {
    const { ask, pool } = setUp();
    const gone = new AbortController();
    const answers = [ask(1, 0, { signal: gone.signal }), ask(0)];
    pool.work({ poison: 0 });
    gone.abort();
    pool.work({ poison: 0 });
    expect(await Promise.all(answers)).toEqual(['CANCELLED', 'ENGINE_REFUSED']);
  });

  it('lets interactive rows go first without starving bulk', async () => {
    const { ask, pool } = setUp();
    const bulk = Array.from({ length: 8 }, (_, i) => ask(i, 100, { priority: 'bulk' }));
    const interactive = Array.from({ length: 16 }, (_, i) => ask(i, 200));
    const order: string[] = [];
    bulk.forEach((answer) => void answer.then(() => order.push('b')));
    interactive.forEach((answer) => void answer.then(() => order.push('i')));
    pool.work();
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(order.filter((o) => o === 'i')).toHaveLength(7);
    expect(order.filter((o) => o === 'b')).toHaveLength(1);
    while (pool.work() > 0);
    await Promise.all([...bulk, ...interactive]);
  });

  it('waits for a preferred size, but not longer than the delay', async () => {
    const { ask, pool, advance } = setUp({ preferredBatchSize: [4], maxQueueDelayMicroseconds: 2_000 });
    const first = [ask(1), ask(2)];
    expect(pool.work()).toBe(0);
    const more = [ask(3), ask(4)];
    expect(pool.work()).toBe(1);
    const last = ask(5);
    expect(pool.work()).toBe(0);
    advance(3);
    expect(pool.work()).toBe(1);
    expect(await Promise.all([...first, ...more, last])).toEqual([1, 2, 3, 4, 5]);
    expect(pool.batches).toEqual([4, 1]);
  });

  it('refuses rows that do not fit the signature, naming what is wrong', async () => {
    const { batcher, lane, context } = setUp();
    const bad: [Row['inputs'], RegExp][] = [
      [{}, /expected the input x/],
      [{ x: Float32Array.of(1) }, /expected 2 values, got 1/],
      [{ x: Int32Array.of(1, 2) }, /expected FP32/],
      [{ x: Float32Array.of(1, Number.NaN) }, /x\[1\]: expected a finite number, got NaN/],
    ];
    for (const [inputs, message] of bad)
      await expect(batcher.enqueue(lane, { inputs }, context())).rejects.toThrow(message);
    batcher.close(lane, new Error('closed'));
    await expect(batcher.enqueue(lane, { inputs: {} }, context())).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
    });
  });

  it('settles every row exactly once with its own answer, whatever happens', async () => {
    const action = fc.oneof(
      fc.record({
        kind: fc.constant('ask' as const),
        a: fc.integer({ min: 0, max: 30 }),
        bulk: fc.boolean(),
        life: fc.integer({ min: 1, max: 20 }),
        cancel: fc.boolean(),
      }),
      fc.record({
        kind: fc.constant('work' as const),
        poison: fc.option(fc.integer({ min: 0, max: 30 })),
        die: fc.boolean(),
      }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 8 }) }),
      fc.record({ kind: fc.constant('cancel' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 80 }), async (actions) => {
        const { pool, ask, advance, lane } = setUp({ maxQueueSize: 10 });
        let now = 0;
        let signal = new AbortController();
        const asked: { a: number; answers: unknown[] }[] = [];
        for (const step of actions) {
          if (step.kind === 'ask') {
            const entry = { a: step.a, answers: [] as unknown[] };
            asked.push(entry);
            const more = {
              deadline: now + step.life,
              priority: step.bulk ? ('bulk' as const) : ('interactive' as const),
              ...(step.cancel ? { signal: signal.signal } : {}),
            };
            void ask(step.a, 0, more).then((answer) => entry.answers.push(answer));
          } else if (step.kind === 'work')
            pool.work({ ...(step.poison === null ? {} : { poison: step.poison }), die: step.die });
          else if (step.kind === 'wait') {
            now += step.ms;
            advance(step.ms);
          } else {
            signal.abort();
            signal = new AbortController();
          }
        }
        for (let i = 0; i < 50 && pool.work() > 0; i++);
        await new Promise((resolve) => setImmediate(resolve));
        for (const { a, answers } of asked) {
          expect(answers).toHaveLength(1);
          if (typeof answers[0] === 'number') expect(answers[0]).toBe(a);
          else
            expect(['QUEUE_FULL', 'DEADLINE_EXCEEDED', 'CANCELLED', 'ENGINE_REFUSED', 'MODEL_UNAVAILABLE']).toContain(
              answers[0],
            );
        }
        expect(lane.queued).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  describe('with blocks', () => {
    const block = (...sums: number[]) => ({
      rows: sums.length,
      inputs: { x: Float32Array.from(sums.flatMap((sum) => [sum, 0])) },
    });
    const askBlock = (
      { batcher, lane, context }: ReturnType<typeof setUp>,
      sums: number[],
      more: Partial<RowContext> = {},
    ): Promise<number[] | string> =>
      batcher.enqueueBlock(lane, block(...sums), context(more)).then(
        ({ outputs }) => [...outputs.sum!],
        (error: ScoregraphError) => error.details.reason ?? error.code,
      );

    it('computes each as one batch, in turn with single rows', async () => {
      const all = setUp();
      const answers = [askBlock(all, [1, 2, 2]), askBlock(all, [4, 5])];
      const rows = [all.ask(7), all.ask(8)];
      expect(all.lane.queued).toBe(7);
      while (all.pool.work() > 0);
      expect(await Promise.all(answers)).toEqual([
        [1, 2, 2],
        [4, 5],
      ]);
      expect(await Promise.all(rows)).toEqual([7, 8]);
      expect(all.pool.batches).toEqual([3, 2, 2]);
      expect(all.lane.queued).toBe(0);
    });

    it('fails one as a whole, and says why', async () => {
      const all = setUp({ maxQueueSize: 10 });
      const poisoned = askBlock(all, [1, 5]);
      const good = askBlock(all, [2, 3]);
      while (all.pool.work({ poison: 5 }) > 0);
      expect(await poisoned).toBe('ENGINE_REFUSED');
      expect(await good).toEqual([2, 3]);
      expect(all.failures.rows).toBe(2);
      const dead = askBlock(all, [1]);
      all.pool.work({ die: true });
      expect(await dead).toBe('MODEL_UNAVAILABLE');
    });

    it('refuses what is too large, not finite, of another shape, late, or too much', async () => {
      const all = setUp({ maxQueueSize: 10 });
      expect(await askBlock(all, [1, 2, 3, 4, 5, 6, 7, 8, 9])).toBe('INVALID_FEATURES');
      expect(await askBlock(all, [1, Number.NaN])).toBe('INVALID_FEATURES');
      await expect(
        all.batcher.enqueueBlock(all.lane, { rows: 2, inputs: { x: new Float32Array(3) } }, all.context()),
      ).rejects.toThrow('input x: expected 4 values, got 3');
      const waits = [askBlock(all, [1, 2, 3, 4]), askBlock(all, [1, 2, 3, 4], { deadline: 5 })];
      expect(await askBlock(all, [1, 2, 3])).toBe('QUEUE_FULL');
      all.advance(10);
      while (all.pool.work() > 0);
      expect(await Promise.all(waits)).toEqual([[1, 2, 3, 4], 'DEADLINE_EXCEEDED']);
      const closed = all.batcher.enqueueBlock(all.lane, block(1), all.context());
      all.batcher.close(all.lane, new Error('closed'));
      await expect(closed).rejects.toThrow('closed');
    });
  });
});
