import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Hub } from '../../../src/events/hub.js';
import {
  decodeCursor,
  encodeCursor,
  follow,
  type LogBackedSource,
  type Positioned,
} from '../../../src/flows/log-stream.js';

function source(horizon = 0) {
  const entries: Positioned<number>[] = [];
  const live = new Hub<Positioned<number>>();
  const log: LogBackedSource<number> = {
    name: 'test',
    live,
    read: async (after, limit) => entries.filter((e) => e.position > after).slice(0, limit),
    head: () => entries.at(-1)?.position ?? 0,
    horizon: () => horizon,
  };
  const add = (value: number) => {
    const entry = { position: (entries.at(-1)?.position ?? horizon) + 1, value };
    entries.push(entry);
    live.publish(entry);
  };
  return { log, add };
}

describe('follow', () => {
  it('has no gap and nothing twice, wherever it resumes and whatever comes meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(30), fc.nat(30), fc.array(fc.nat(4), { maxLength: 40 }), async (before, from, pace) => {
        const { log, add } = source();
        let n = 0;
        for (; n < before; n++) add(n);
        const start = Math.min(from, before);
        const stream = follow(log, { after: encodeCursor('test', start) });
        const got: number[] = [];
        for (const count of pace) {
          for (let i = 0; i < count; i++) add(n++);
          if (got.length < n - start) {
            const { value } = await stream.next();
            if (value?.kind === 'event') got.push(value.value);
          }
        }
        while (got.length < n - start) {
          const { value } = await stream.next();
          if (value?.kind === 'event') got.push(value.value);
          else expect(value?.kind).toBe('caughtUp');
        }
        expect(got).toEqual(Array.from({ length: n - start }, (_, i) => start + i));
        await stream.return(undefined);
      }),
    );
  });
  it('says at once where it is, how many it replayed, and what a slow reader missed', async () => {
    const { log, add } = source();
    add(0);
    const stream = follow(log, { capacity: 2 });
    expect((await stream.next()).value).toEqual({ kind: 'caughtUp', cursor: encodeCursor('test', 1), replayed: 0 });
    for (let i = 1; i <= 5; i++) add(i);
    expect((await stream.next()).value).toMatchObject({ kind: 'lagged', missed: 3, reason: 'SLOW_CONSUMER' });
    expect((await stream.next()).value).toMatchObject({ kind: 'event', value: 4 });
    await stream.return(undefined);
    expect(log.live.size).toBe(0);
  });
  it('tells when retention has taken what was asked for', async () => {
    const { log, add } = source(10);
    add(1);
    const stream = follow(log, { after: encodeCursor('test', 3) });
    expect((await stream.next()).value).toMatchObject({ kind: 'lagged', missed: null, reason: 'RETENTION' });
    expect((await stream.next()).value).toMatchObject({ kind: 'event', value: 1 });
    await stream.return(undefined);
  });
  it('refuses cursors that are not its own', async () => {
    expect(() => decodeCursor('test', encodeCursor('other', 1))).toThrow(/stream "other"/);
    expect(() => decodeCursor('test', 'garbage')).toThrow(/expected a cursor/);
    await expect(follow(source().log, { after: encodeCursor('test', 5) }).next()).rejects.toThrow(/beyond the end/);
  });
});
