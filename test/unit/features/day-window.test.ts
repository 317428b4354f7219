import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, DayWindow, WINDOW_CAPACITY } from '../../../src/features/day-window.js';

/** The window once more: a plain list of what arrived, looked at as a whole each time. */
class PlainWindow {
  entries: { time: number; minor: number }[] = [];
  newest = 0;
  add(time: number, minor: number): void {
    this.newest = Math.max(this.newest, time);
    if (time > this.newest - DAY_MS) this.entries.push({ time, minor });
    this.entries = this.entries.filter((entry) => entry.time > this.newest - DAY_MS).slice(-WINDOW_CAPACITY);
  }
  at(now: number): { count: number; sum: number } {
    const inside = this.entries.filter((entry) => entry.time > Math.max(now, this.newest) - DAY_MS);
    return { count: inside.length, sum: inside.reduce((sum, entry) => sum + entry.minor, 0) };
  }
}
const answer = (window: DayWindow, now: number) => {
  const out = { count: -1, sum: -1 };
  window.at(now, out);
  return out;
};

/** Steps of the clock, mostly forwards, with late arrivals and long pauses. */
const step = fc.record({
  ahead: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 3 * 3_600_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 * DAY_MS }) },
  ),
  late: fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constantFrom(DAY_MS - 1, DAY_MS, DAY_MS + 1) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 2 * DAY_MS }) },
  ),
  minor: fc.integer({ min: 1, max: 1_000_000_000 }),
  askLater: fc.integer({ min: -DAY_MS, max: 2 * DAY_MS }),
  restart: fc.integer({ min: 0, max: 9 }),
});

describe('the 24-hour window', () => {
  it('equals a plain recomputation, with late payments and restarts in mid-stream', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        let window = new DayWindow();
        const plain = new PlainWindow();
        let clock = Date.UTC(2026, 0, 1);
        for (const { ahead, late, minor, askLater, restart } of steps) {
          clock += ahead;
          window.add(clock - late, minor);
          plain.add(clock - late, minor);
          if (restart === 0) window = DayWindow.from(window.toJSON(), plain.newest);
          expect(answer(window, clock + askLater)).toEqual(plain.at(clock + askLater));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('saturates at its capacity by forgetting what came first, but what has expired before that', () => {
    const start = Date.UTC(2026, 0, 1);
    const window = new DayWindow();
    const plain = new PlainWindow();
    // Every third payment comes 12 hours late, so that expired ones lie behind a younger head when the ring is full.
    for (let i = 0; i < 5_000; i++) {
      const time = start + i * 60_000 - (i % 3 === 0 ? DAY_MS / 2 : 0);
      window.add(time, i + 1);
      plain.add(time, i + 1);
      if (i % 97 === 0 || i > 4_900) expect(answer(window, time), `payment ${i}`).toEqual(plain.at(time));
    }
    for (let i = 0; i < 2 * WINDOW_CAPACITY; i++) window.add(start + 10 * DAY_MS + i, 1);
    expect(answer(window, 0)).toEqual({ count: WINDOW_CAPACITY, sum: WINDOW_CAPACITY });
  });

  it('is asked without being changed', () => {
    const window = new DayWindow();
    window.add(1_000, 5);
    expect(answer(window, 1_000 + DAY_MS)).toEqual({ count: 0, sum: 0 });
    expect(answer(window, 1_000 + DAY_MS - 1)).toEqual({ count: 1, sum: 5 });
    expect(window.toJSON()).toEqual([1_000, 5]);
  });
});
