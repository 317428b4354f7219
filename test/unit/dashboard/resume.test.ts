import { describe, expect, it } from 'vitest';
import { StreamPosition } from '../../../src/dashboard/state/resume.js';

const caughtUp = (cursor: string, replayed = 0) => ({ __typename: 'CaughtUp', cursor, replayed }) as const;

describe('a position in a stream', () => {
  it('starts from now on, and has nothing to tell about that', () => {
    const position = new StreamPosition();
    position.lost();
    expect([position.cursor, position.phase]).toEqual([null, 'starting']);
    expect(position.mark(caughtUp('a'))).toBeNull();
    expect([position.cursor, position.phase]).toEqual(['a', 'live']);
  });

  it('resumes after the last message that was handled, and tells how many were missed', () => {
    const position = new StreamPosition();
    position.mark(caughtUp('a'));
    position.handled('b');
    position.lost();
    expect([position.cursor, position.phase]).toEqual(['b', 'catching-up']);
    position.handled('c');
    position.handled('d');
    expect([position.cursor, position.phase, position.replayed]).toEqual(['d', 'catching-up', 2]);
    expect(position.mark(caughtUp('d', 2))).toEqual({ kind: 'caught-up', replayed: 2 });
    expect(position.phase).toBe('live');
  });

  it('goes on from where it got to when the connection is lost again before it caught up', () => {
    const position = new StreamPosition();
    position.mark(caughtUp('a'));
    position.lost();
    position.handled('b');
    position.lost();
    expect([position.cursor, position.replayed]).toEqual(['b', 0]);
  });

  it('tells of gaps and goes on behind them', () => {
    const position = new StreamPosition();
    position.mark(caughtUp('a'));
    expect(position.mark({ __typename: 'Lagged', cursor: 'm', missed: 40 })).toEqual({ kind: 'gap', missed: 40 });
    expect(position.mark({ __typename: 'Lagged', cursor: 'n' })).toEqual({ kind: 'gap', missed: null });
    expect(position.cursor).toBe('n');
  });

  it('can begin anew, where the cursor means nothing', () => {
    const position = new StreamPosition();
    position.mark(caughtUp('a'));
    position.forget();
    expect([position.cursor, position.phase]).toEqual([null, 'starting']);
    expect(position.mark(caughtUp('z'))).toBeNull();
  });
});
