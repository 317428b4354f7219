import { describe, expect, it } from 'vitest';
import { newestOnly } from '../../../src/dashboard/state/newest.js';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('asking only for the newest', () => {
  it('keeps answering while it is asked all the time, one at a time and in order, and ends with the last', async () => {
    const answered: number[] = [];
    let underWay = 0;
    const ask = newestOnly<number>(
      async (asked) => {
        expect(++underWay).toBe(1);
        await sleep(10);
        underWay--;
        answered.push(asked);
      },
      5,
      () => {},
    );
    for (let i = 0; i < 40; i++) {
      ask(i);
      await sleep(3);
    }
    await sleep(60);
    expect(answered[0]).toBe(0);
    expect(answered.at(-1)).toBe(39);
    expect(answered.length).toBeGreaterThan(3);
    expect(answered.length).toBeLessThan(30);
    expect(answered).toEqual([...answered].sort((a, b) => a - b));
  });

  it('goes on after a failure, and tells it', async () => {
    const failures: string[] = [];
    const answered: string[] = [];
    const ask = newestOnly<string>(
      async (asked) => {
        if (asked === 'bad') throw new Error('no');
        answered.push(asked);
      },
      0,
      (error) => failures.push(error.message),
    );
    ask('bad');
    ask('good');
    await sleep(20);
    ask('better');
    await sleep(20);
    expect([failures, answered]).toEqual([['no'], ['good', 'better']]);
  });
});
