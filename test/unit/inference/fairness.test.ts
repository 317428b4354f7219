import { describe, expect, it } from 'vitest';
import type { ScoregraphError } from '../../../src/core/errors.js';
import { Batcher } from '../../../src/inference/batching/batcher.js';
import { FakePool } from '../../support/fake-pool.js';

/** A queue of 256 rows that a worker takes 80 of in a turn; callers bring so many each turn, one row each in the order given. */
async function overload(callers: Readonly<Record<string, number>>, turns = 100) {
  let now = 0;
  const clock = { now: () => now, monotonic: () => now };
  const pool = new FakePool();
  const batcher = new Batcher(clock, pool.wake);
  pool.source = batcher;
  const lane = batcher.open({
    model: 'm',
    version: 1,
    handle: 1,
    signature: {
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
      outputs: [{ name: 'sum', datatype: 'FP32', shape: [-1, 1] }],
    },
    mixes: false,
    batching: { maxBatchSize: 8, preferredBatchSize: [], maxQueueDelayMicroseconds: 0, maxQueueSize: 256 },
    observer: { batch() {}, failed() {} },
  });
  const answered: Record<string, number> = {};
  const refused: Record<string, number> = {};
  const messages = new Set<string>();
  const count = (counts: Record<string, number>, who: string) => {
    counts[who] = (counts[who] ?? 0) + 1;
  };
  let row = 0;
  for (let turn = 0; turn < turns; turn++) {
    for (let i = 0; i < Math.max(...Object.values(callers)); i++) {
      for (const [principal, rows] of Object.entries(callers)) {
        if (i >= rows) continue;
        const context = { deadline: now + 1_000, priority: 'interactive' as const, principal, traceId: 't' };
        batcher.enqueue(lane, { inputs: { x: Float32Array.of(row++, 0) } }, context).then(
          () => count(answered, principal),
          (error: ScoregraphError) => {
            messages.add(`${error.code} ${error.message.replace(/\d+/g, 'n')}`);
            count(refused, principal);
          },
        );
      }
    }
    for (let i = 0; i < 10; i++) pool.work();
    now += 10;
    await Promise.resolve();
  }
  while (pool.work() > 0);
  await new Promise(setImmediate);
  return {
    answered: (who: string) => answered[who] ?? 0,
    success: (who: string) => (answered[who] ?? 0) / ((answered[who] ?? 0) + (refused[who] ?? 0)),
    messages,
  };
}

describe('a queue under overload', () => {
  it('answers a modest caller while another asks a hundred times as much', async () => {
    const { success, answered, messages } = await overload({ greedy: 500, modest: 5 });
    expect(success('modest')).toBeGreaterThanOrEqual(0.99);
    expect(success('greedy')).toBeLessThan(0.2);
    expect(answered('greedy') / 100).toBeGreaterThan(70); // nothing of the worker's time is lost
    expect([...messages]).toEqual(['QUEUE_FULL m has n rows waiting, n of them yours; try again in n ms.']);
  });

  it('does so with several of them, whoever comes first', async () => {
    for (const callers of [
      { modest: 3, a: 300, b: 300, c: 300 },
      { a: 300, b: 300, modest: 3, c: 300 },
      { a: 300, b: 300, c: 300, modest: 3 },
    ]) {
      const { success, answered } = await overload(callers);
      expect(success('modest')).toBeGreaterThanOrEqual(0.99);
      const shares = ['a', 'b', 'c'].map(answered);
      expect(Math.max(...shares) / Math.min(...shares)).toBeLessThan(1.5);
    }
  });

  it('leaves a caller who is alone nearly all of it', async () => {
    const { answered } = await overload({ alone: 500 });
    expect(answered('alone') / 100).toBeGreaterThan(78);
  });

  it('forgets rows that nobody waits for any more', async () => {
    const { success } = await overload({ alone: 20 });
    expect(success('alone')).toBe(1);
  });
});
