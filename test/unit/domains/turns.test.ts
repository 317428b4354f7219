import { describe, expect, it } from 'vitest';
import { Turns } from '../../../src/domains/explanation/turns.js';

describe('Turns', () => {
  it('runs a few at a time in the order they came, also after failures, and refuses when too many wait', async () => {
    const turns = new Turns();
    const started: number[] = [];
    const ends: ((failed?: Error) => void)[] = [];
    const ask = (n: number) =>
      turns.take(() => {
        started.push(n);
        return new Promise<number>((resolve, reject) => {
          ends[n] = (failed) => (failed ? reject(failed) : resolve(n));
        });
      });
    const asked = Array.from({ length: 1_004 }, (_, n) => ask(n).catch((error: Error) => error.message));
    await expect(ask(9_999)).rejects.toMatchObject({ code: 'QUEUE_FULL', details: { retryAfterMs: 1_000 } });
    expect(started).toEqual([0, 1, 2, 3]);
    ends[2]!();
    expect(await asked[2]).toBe(2);
    await expect.poll(() => started).toEqual([0, 1, 2, 3, 4]);
    ends[0]!(new Error('no'));
    expect(await asked[0]).toBe('no');
    await expect.poll(() => started.length).toBe(6);
    for (let n = 0; n < asked.length; n++) {
      await expect.poll(() => ends[n] !== undefined).toBe(true);
      ends[n]!();
    }
    await Promise.all(asked);
    expect(started).toEqual(Array.from({ length: 1_004 }, (_, n) => n));
    const last = ask(1_004);
    await expect.poll(() => started.length).toBe(1_005);
    ends[1_004]!();
    expect(await last).toBe(1_004);
  });
});
