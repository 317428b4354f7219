import { describe, expect, it } from 'vitest';
import { areas, rateLine, SplitWindow } from '../../../src/dashboard/state/split-window.js';

const START = Date.parse('2026-11-21T12:00:00Z');
const at = (second: number) => START + second * 1_000;
const arms = (champion: number, canary: number, errors = 0) => [
  { arm: 'canary', version: 2, rows: canary, errors },
  { arm: 'champion', version: 1, rows: champion, errors: 0 },
];
const told = (window: SplitWindow, now: number, seconds = 60) =>
  window.shares('fraud', now, seconds).map(({ arm, rows, errors, share }) => [arm, rows, errors, share]);

describe('the window of who answered', () => {
  it('counts what comes after the first word, by version', () => {
    const window = new SplitWindow();
    window.counted(at(0), 'fraud', 'a', arms(1_000, 500));
    window.counted(at(2), 'fraud', 'a', arms(1_075, 525, 1));
    expect(told(window, at(2))).toEqual([
      ['champion', 75, 0, 0.75],
      ['canary', 25, 1, 0.25],
    ]);
    expect(told(window, at(200))).toEqual([
      ['champion', 0, 0, null],
      ['canary', 0, 0, null],
    ]);
  });

  it('goes on through counters that begin anew, after a change or without one', () => {
    const window = new SplitWindow();
    window.counted(at(0), 'fraud', 'a', arms(100, 100));
    window.counted(at(1), 'fraud', 'b', arms(7, 3)); // another policy: more rows than before would prove nothing
    window.counted(at(2), 'fraud', 'b', arms(2, 1)); // the server began anew
    expect(told(window, at(2)).map(([arm, rows]) => [arm, rows])).toEqual([
      ['champion', 9],
      ['canary', 4],
    ]);
  });

  it('takes a change whose counters have passed the old ones for a change', () => {
    const window = new SplitWindow();
    window.counted(at(0), 'fraud', 'a', arms(10, 10));
    window.counted(at(1), 'fraud', 'b', arms(50, 50));
    expect(told(window, at(1)).map(([, rows]) => rows)).toEqual([50, 50]);
  });

  it('shows who answers without a policy, and keeps what was before', () => {
    const window = new SplitWindow();
    window.counted(at(0), 'fraud', 'a', arms(0, 0));
    window.counted(at(1), 'fraud', 'a', arms(5, 5));
    window.answered(at(3), 'fraud', 'b', [{ arm: 'champion', version: 1, rows: 10, errors: 0 }]);
    expect(told(window, at(3)).map(([arm, rows]) => [arm, rows])).toEqual([
      ['champion', 15],
      ['canary', 5],
    ]);
  });

  it('is bounded: five minutes, and no arm of before', () => {
    const window = new SplitWindow();
    window.answered(at(0), 'fraud', null, [{ arm: 'canary', version: 2, rows: 1, errors: 0 }]);
    for (let second = 0; second < 4_000; second++)
      window.answered(at(second), 'fraud', null, [{ arm: 'champion', version: 1, rows: 1, errors: 0 }]);
    expect(window.stream('fraud', at(4_000)).length).toBe(150);
    expect(window.arms('fraud').map(({ arm }) => arm)).toEqual(['champion']);
    for (let i = 0; i < 300; i++) window.answered(at(0), `m${i}`, null, []);
    expect(window.stream('fraud', at(4_000))).toEqual([]);
    expect(window.shares('unknown', at(0), 60)).toEqual([]);
  });

  it('draws areas that fill the picture where somebody answered, and nothing elsewhere', () => {
    const half = new Map([
      ['a', 0.25],
      ['b', 0.75],
    ]);
    const paths = areas(
      [
        { age: 1, shares: half },
        { age: 0.5, shares: new Map([['b', 1]]) },
        { age: 0.4, shares: null },
        { age: 0, shares: half }, // alone: no area
      ],
      ['a', 'b'],
    );
    expect(paths.get('a')).toBe('M0,100L50,100L50,100L0,75Z');
    expect(paths.get('b')).toBe('M0,75L50,100L50,0L0,0Z');
    expect(areas([], ['a']).get('a')).toBe('');
  });

  it('draws the line of all rows', () => {
    expect(
      rateLine(
        [
          { age: 1, rate: 0 },
          { age: 0, rate: 10 },
        ],
        10,
      ),
    ).toBe('M0,97L100,3');
  });
});
