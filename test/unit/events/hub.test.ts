import { describe, expect, it } from 'vitest';
import { Hub } from '../../../src/events/hub.js';

describe('Hub', () => {
  it('keeps order, drops the oldest and says how many', async () => {
    const hub = new Hub<number>();
    const slow = hub.subscribe({ capacity: 3 });
    for (let i = 1; i <= 10; i++) hub.publish(i);
    expect((await slow.next()).value).toEqual({ value: 8, missed: 7 });
    expect((await slow.next()).value).toEqual({ value: 9, missed: 0 });
    hub.publish(11);
    expect((await slow.next()).value).toEqual({ value: 10, missed: 0 });
    expect((await slow.next()).value).toEqual({ value: 11, missed: 0 });
  });
  it('conflates by key', async () => {
    const hub = new Hub<{ k: string; v: number }>();
    const reader = hub.subscribe({ conflateBy: (m) => m.k });
    for (const m of [
      { k: 'a', v: 1 },
      { k: 'b', v: 1 },
      { k: 'a', v: 2 },
    ])
      hub.publish(m);
    expect((await reader.next()).value.value).toEqual({ k: 'b', v: 1 });
    expect((await reader.next()).value).toEqual({ value: { k: 'a', v: 2 }, missed: 0 });
  });
  it('ends waiting readers on return and close, and frees them', async () => {
    const hub = new Hub<number>();
    const one = hub.subscribe();
    const two = hub.subscribe();
    const waiting = [one.next(), two.next()];
    await one.return();
    hub.close();
    expect((await Promise.all(waiting)).map((r) => r.done)).toEqual([true, true]);
    expect(hub.size).toBe(0);
    expect((await hub.subscribe().next()).done).toBe(true);
  });
  it('tells a failing filter to its own subscriber only', async () => {
    const hub = new Hub<number>();
    const bad = hub.subscribe({
      filter: () => {
        throw new Error('no');
      },
    });
    const good = hub.subscribe();
    const waiting = bad.next();
    hub.publish(1);
    await expect(waiting).rejects.toThrow('no');
    expect((await good.next()).value.value).toBe(1);
    expect(hub.size).toBe(1);
  });
});
