import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Hub } from '../../../src/events/hub.js';
import {
  decodeCursor,
  encodeCursor,
  followLog,
  type LogBackedSource,
  type LogReader,
  type Positioned,
  startingPosition,
} from '../../../src/flows/log-stream.js';

function source(horizon = 0) {
  const entries: Positioned<number>[] = [];
  const live = new Hub<Positioned<number>>((entry) => [`${entry.value % 3}`]);
  const log: LogBackedSource<number> = {
    name: 'test',
    live,
    keyOf: String,
    isPersonal: false,
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

/** Notes what it hears; takes a page only when told, if `slow`. */
class Notes implements LogReader<number> {
  readonly heard: (number | string)[] = [];
  #go: (() => void)[] = [];
  constructor(readonly slow = false) {}
  expired(position: number): void {
    this.heard.push(`expired ${position}`);
  }
  async replayed(entries: readonly Positioned<number>[]): Promise<void> {
    for (const { value } of entries) this.heard.push(value);
    if (this.slow) await new Promise<void>((resolve) => this.#go.push(resolve));
  }
  go(): void {
    for (const resolve of this.#go.splice(0)) resolve();
  }
  caughtUp(position: number, count: number): void {
    this.heard.push(`caught up at ${position} after ${count}`);
  }
  live({ value }: Positioned<number>): void {
    this.heard.push(value);
  }
  ended(): void {
    this.heard.push('ended');
  }
  failed(error: unknown): void {
    this.heard.push(`failed: ${(error as Error).message}`);
  }
  get values(): number[] {
    return this.heard.filter((one) => typeof one === 'number');
  }
}
const turn = () => new Promise(setImmediate);

describe('followLog', () => {
  it('has no gap and nothing twice, wherever it begins, whatever comes meanwhile, with and without filter and topics', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(30),
        fc.nat(30),
        fc.array(fc.record({ add: fc.nat(4), turns: fc.nat(2) }), { maxLength: 30 }),
        fc.constantFrom<'all' | 'filter' | 'topics'>('all', 'filter', 'topics'),
        async (before, from, pace, kind) => {
          const { log, add } = source();
          let n = 0;
          for (; n < before; n++) add(n);
          const start = Math.min(from, before);
          const notes = new Notes(true);
          const wants = (value: number) => kind === 'all' || value % 3 === 1;
          const stop = followLog(
            log,
            {
              from: start,
              ...(kind === 'all' ? {} : { filter: wants }),
              ...(kind === 'topics' ? { topics: ['1'] } : {}),
            },
            notes,
          );
          for (const { add: count, turns } of pace) {
            for (let i = 0; i < count; i++) add(n++);
            for (let i = 0; i < turns; i++) await turn();
            notes.go();
          }
          for (let i = 0; i < 5; i++) {
            notes.go();
            await turn();
          }
          const expected = Array.from({ length: n - start }, (_, i) => start + i).filter(wants);
          expect(notes.values).toEqual(expected);
          expect(notes.heard.filter((one) => String(one).startsWith('caught up'))).toHaveLength(1);
          stop();
          add(n);
          expect(notes.values).toEqual(expected);
          expect(log.live.size).toBe(0);
        },
      ),
    );
  });
  it('begins with its place, and tells of each entry before the publisher goes on', () => {
    const { log, add } = source();
    add(0);
    const notes = new Notes();
    followLog(log, { from: startingPosition(log, null) }, notes);
    add(1);
    expect(notes.heard).toEqual(['caught up at 1 after 0', 1]);
  });
  it('tells when retention has taken what was asked for, once, and goes on', async () => {
    const { log, add } = source(10);
    add(1);
    const notes = new Notes();
    followLog(log, { from: startingPosition(log, encodeCursor('test', 3)) }, notes);
    await turn();
    expect(notes.heard).toEqual(['expired 10', 1, 'caught up at 11 after 1']);
  });
  it('ends when its source closes or fails, and hears nothing more', async () => {
    const { log, add } = source();
    const closed = new Notes();
    const failing = new Notes();
    followLog(log, { from: 0 }, closed);
    followLog(
      log,
      {
        from: 0,
        filter: () => {
          throw new Error('no');
        },
      },
      failing,
    );
    add(1);
    log.live.close();
    add(2);
    expect(closed.heard).toEqual(['caught up at 0 after 0', 1, 'ended']);
    expect(failing.heard).toEqual(['caught up at 0 after 0', 'failed: no']);
    const unreadable = new Notes();
    followLog({ ...log, read: () => Promise.reject(new Error('disk')) }, { from: 0 }, unreadable);
    await turn();
    expect(unreadable.heard).toEqual(['failed: disk']);
  });
  it('refuses cursors that are not its own', () => {
    expect(() => decodeCursor('test', encodeCursor('other', 1))).toThrow(/stream "other"/);
    expect(() => decodeCursor('test', 'garbage')).toThrow(/expected a cursor/);
    expect(() => startingPosition(source().log, encodeCursor('test', 5))).toThrow(/beyond the end/);
  });
});
