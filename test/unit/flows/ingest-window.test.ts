import { describe, expect, it } from 'vitest';
import { IngestWindow } from '../../../src/flows/ingest-window.js';

/** A scorer that the test moves. `settled` waits for its offset, or for `giveUp()`. */
function scoring() {
  let waiting: { seq: number; resolve: () => void }[] = [];
  const state = { head: 0, offset: 0, asked: [] as number[] };
  return {
    state,
    head: () => state.head,
    settled(seq: number, timeoutMs: number): Promise<void> {
      state.asked.push(timeoutMs);
      if (seq <= state.offset) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ seq, resolve }));
    },
    reach(offset: number) {
      state.offset = offset;
      for (const { seq, resolve } of waiting) if (seq <= offset) resolve();
    },
    giveUp() {
      for (const { resolve } of waiting.splice(0)) resolve();
      waiting = [];
    },
  };
}
const isOpen = async (promise: Promise<void>) =>
  (await Promise.race([promise.then(() => 'in'), new Promise((done) => setTimeout(() => done('waits'), 10))])) === 'in';

describe('IngestWindow', () => {
  it('lets in what there is room for, in the order of asking', async () => {
    const window = new IngestWindow(scoring());
    expect(await isOpen(window.enter(8_000))).toBe(true);
    const large = window.enter(1_000);
    const small = window.enter(1);
    expect([await isOpen(large), await isOpen(small)]).toEqual([false, false]);
    window.leave(3_000);
    expect([await isOpen(large), await isOpen(small)]).toEqual([true, true]);
  });

  it('lets in more than it holds when nothing else is on its way', async () => {
    const window = new IngestWindow(scoring());
    expect(await isOpen(window.enter(100_000))).toBe(true);
    const next = window.enter(1);
    expect(await isOpen(next)).toBe(false);
    window.leave(100_000);
    expect(await isOpen(next)).toBe(true);
  });

  it('holds who comes while scoring is far behind, but not for ever', async () => {
    const scorer = scoring();
    const window = new IngestWindow(scorer);
    scorer.state.head = 20_000;
    const held = window.enter(1);
    expect(await isOpen(held)).toBe(false);
    scorer.reach(11_807); // 8,193 behind
    expect(await isOpen(held)).toBe(false);
    scorer.reach(11_808);
    expect(await isOpen(held)).toBe(true);
    scorer.state.head = 30_000;
    const stuck = window.enter(1);
    expect(await isOpen(stuck)).toBe(false);
    scorer.giveUp();
    expect(await isOpen(stuck)).toBe(true);
    expect(Math.max(...scorer.state.asked)).toBeLessThanOrEqual(1_000);
  });
});
