import type { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { type Account, Budgets } from '../../../../src/access/budgets.js';
import { systemClock } from '../../../../src/core/clock.js';
import { Hub } from '../../../../src/events/hub.js';
import { encodeCursor, type LogBackedSource, type Positioned } from '../../../../src/flows/log-stream.js';
import { OutboxBudget } from '../../../../src/graphql/live/budget.js';
import { type DeliveryInput, deliveryOf } from '../../../../src/graphql/live/delivery.js';
import type { Frame, ResultSink } from '../../../../src/graphql/live/frames.js';
import { LogSubscriber } from '../../../../src/graphql/live/log-subscriber.js';
import { type Render, Rendering } from '../../../../src/graphql/live/rendering.js';
import { SharedState } from '../../../../src/graphql/live/shared-state.js';
import { LogSubscription } from '../../../../src/graphql/live/sources.js';
import { Toll } from '../../../../src/graphql/live/toll.js';

const turn = () => new Promise(setImmediate);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A client that reads when the test says so. */
class Client implements ResultSink {
  readonly budget = new OutboxBudget(10_000, 1_000_000);
  // biome-ignore lint/suspicious/noExplicitAny: whatever the test's stream sends
  readonly got: any[] = [];
  over: readonly GraphQLError[] | true | null = null;
  reads = true;
  /** Results it takes before it stops reading. */
  appetite = Number.POSITIVE_INFINITY;
  writable(): boolean {
    return this.reads && this.appetite > 0;
  }
  send(frame: Frame): void {
    this.appetite--;
    this.got.push(JSON.parse(String(frame.json)).s ?? JSON.parse(String(frame.json)));
  }
  end(errors?: readonly GraphQLError[]): void {
    this.over = errors ?? true;
  }
  /** What came, briefly: numbers for entries, words for the rest. */
  get heard(): (number | string)[] {
    return this.got.map((one) =>
      one.__typename === 'Entry' ? one.n : `${one.__typename} ${one.missed ?? one.replayed} ${one.reason ?? ''}`.trim(),
    );
  }
}

function world(render?: Render) {
  const entries: Positioned<number>[] = [];
  const live = new Hub<Positioned<number>>();
  const source: LogBackedSource<number> = {
    name: 'test',
    live,
    keyOf: (n) => String(n % 2),
    isPersonal: false,
    read: async (after, limit) => entries.filter(({ position }) => position > after).slice(0, limit),
    head: () => entries.length,
    horizon: () => 0,
  };
  let executions = 0;
  const rendered: Render =
    render ??
    ((root, cursor) => {
      executions++;
      return { json: Buffer.from(JSON.stringify(root)), cursor };
    });
  const describe = (from: number, delivery: DeliveryInput = {}, filter?: (n: number) => boolean) =>
    new LogSubscription<number>({
      field: 's',
      type: 'Entry',
      source,
      from,
      delivery: deliveryOf(delivery),
      filter,
      present: (n) => ({ n }),
    });
  const rendering = new Rendering(describe(0), rendered);
  const toll = new Toll(10);
  let open = 0;
  return {
    live,
    executions: () => executions,
    open: () => open,
    add(...values: number[]) {
      for (const value of values) {
        entries.push({ position: entries.length + 1, value });
        live.publish(entries.at(-1)!);
      }
    },
    toll,
    join(
      client: Client,
      from: number,
      delivery?: DeliveryInput,
      filter?: (n: number) => boolean,
      account: Account | null = null,
    ) {
      open++;
      toll.sharers++;
      const room = {
        rendering,
        toll,
        present: (errors: readonly unknown[]) => errors as GraphQLError[],
        onEnd: () => open--,
      };
      const subscriber = new LogSubscriber(describe(from, delivery, filter), room, account);
      subscriber.start(client);
      return subscriber;
    },
  };
}

describe('a log-backed subscription', () => {
  it('executes each entry once for everybody, whatever their filters', () => {
    const { add, join, executions } = world();
    const clients = Array.from({ length: 10 }, () => new Client());
    for (const [i, client] of clients.entries()) join(client, 0, {}, i < 5 ? undefined : (n) => n % 2 === 0);
    expect(executions()).toBe(1); // the notice, which all share
    add(1, 2, 3, 4);
    expect(executions()).toBe(5);
    expect(clients[0]!.heard).toEqual(['CaughtUp 0', 1, 2, 3, 4]);
    expect(clients[9]!.heard).toEqual(['CaughtUp 0', 2, 4]);
  });
  it('resumes after a cursor, with nothing between replay and live', async () => {
    const { add, join } = world();
    add(1, 2, 3);
    const client = new Client();
    join(client, 1);
    add(4);
    await turn();
    add(5);
    expect(client.heard).toEqual([2, 3, 4, 'CaughtUp 3', 5]);
    expect(client.got[0].cursor).toBe(encodeCursor('test', 2));
  });
  it('waits with a replay for a client that does not read', async () => {
    const { add, join } = world();
    add(...Array.from({ length: 1_200 }, (_, i) => i));
    const client = new Client();
    client.appetite = 5;
    const subscriber = join(client, 0, { capacity: 2 });
    await pause(5);
    expect(client.heard).toEqual([0, 1, 2, 3, 4]);
    client.appetite = Number.POSITIVE_INFINITY;
    subscriber.flush();
    await expect.poll(() => client.got.length).toBe(1_201);
    expect(client.heard.at(-1)).toBe('CaughtUp 1200');
  });
  it('drops the oldest for a slow client and says how many, where they are missing', () => {
    const { add, join } = world();
    const client = new Client();
    const subscriber = join(client, 0, { capacity: 2 });
    client.reads = false;
    add(1, 2, 3, 4, 5);
    client.reads = true;
    subscriber.flush();
    add(6);
    expect(client.heard).toEqual(['CaughtUp 0', 'Lagged 3 SLOW_CONSUMER', 4, 5, 6]);
    expect(client.got[1].cursor).toBe(encodeCursor('test', 3));
    expect(client.budget.messages).toBe(0);
  });
  it('conflates for a slow client that asked for it, and one that asked for few messages', async () => {
    const { add, join } = world();
    const slow = new Client();
    const calm = new Client();
    const subscriber = join(slow, 0, { policy: 'CONFLATE' });
    join(calm, 0, { maxRate: 50 });
    slow.reads = false;
    add(1, 2, 3, 4, 5, 6);
    slow.reads = true;
    subscriber.flush();
    expect(slow.heard).toEqual(['CaughtUp 0', 'Lagged 4 CONFLATED', 5, 6]);
    expect(calm.heard).toEqual(['CaughtUp 0', 1]);
    await expect.poll(() => calm.heard).toEqual(['CaughtUp 0', 1, 'Lagged 3 CONFLATED', 5, 6]);
  });
  it('gives up a slow client that asked for it', () => {
    const { add, join, open } = world();
    const client = new Client();
    join(client, 0, { policy: 'DISCONNECT', capacity: 2 });
    client.reads = false;
    add(1, 2, 3);
    expect(client.over).toMatchObject([{ code: 'QUEUE_FULL', details: { reason: 'SLOW_CONSUMER' } }]);
    expect(open()).toBe(0);
    expect(client.budget.messages).toBe(0);
    add(4);
    expect(client.heard).toEqual(['CaughtUp 0']);
  });
  it('keeps the order however long each execution takes', async () => {
    const waits: (() => void)[] = [];
    const { add, join } = world((root, cursor) => {
      const frame = { json: Buffer.from(JSON.stringify(root)), cursor };
      if (JSON.stringify(root).includes('CaughtUp')) return frame;
      return new Promise((resolve) => waits.push(() => resolve(frame)));
    });
    const client = new Client();
    join(client, 0);
    add(...Array.from({ length: 100 }, (_, i) => i));
    expect(waits).toHaveLength(64); // the others wait
    for (let i = 0; i < 100; i++) {
      waits.splice(Math.floor(waits.length / 2), 1)[0]!();
      await turn();
    }
    expect(client.heard).toEqual(['CaughtUp 0', ...Array.from({ length: 100 }, (_, i) => i)]);
  });
  it('counts entries that wait for their execution in vain', async () => {
    const waits: (() => void)[] = [];
    const { add, join } = world((root, cursor) => {
      const frame = { json: Buffer.from(JSON.stringify(root)), cursor };
      if (!JSON.stringify(root).includes('Entry')) return frame;
      return new Promise((resolve) => waits.push(() => resolve(frame)));
    });
    const client = new Client();
    join(client, 0, { capacity: 5_000 });
    add(...Array.from({ length: 3_000 }, (_, i) => i));
    while (waits.length > 0) {
      for (const go of waits.splice(0)) go();
      await turn();
    }
    const numbers = client.heard.filter((one) => typeof one === 'number');
    const missed = client.got
      .filter(({ __typename: type }) => type === 'Lagged')
      .reduce((sum, { missed: n }) => sum + n, 0);
    expect(numbers.length + missed).toBe(3_000);
    expect(missed).toBe(3_000 - 2_048);
    expect(numbers).toEqual([...numbers].sort((a, b) => Number(a) - Number(b)));
  });
  it('ends with its source, and is silent once it was stopped', () => {
    const { add, join, live, open } = world();
    const [ended, stopped] = [new Client(), new Client()];
    join(ended, 0);
    join(stopped, 0).stop();
    add(1);
    live.close();
    expect(ended.heard).toEqual(['CaughtUp 0', 1]);
    expect(ended.over).toBe(true);
    expect(stopped.heard).toEqual(['CaughtUp 0']);
    expect(stopped.over).toBeNull();
    expect(open()).toBe(0);
  });
});

describe('a state subscription', () => {
  function state() {
    const values = new Hub<number>();
    const source = values.subscribe({ conflateBy: () => '' });
    let executions = 0;
    let over = false;
    const iterator: AsyncIterator<unknown> = {
      async next() {
        const { done, value } = await source.next();
        return done ? { done: true, value: undefined } : { done: false, value: value.value };
      },
      return: () => source.return() as Promise<never>,
    };
    const shared = new SharedState({
      field: 's',
      source: iterator,
      render: (root, cursor) => {
        executions++;
        return { json: Buffer.from(JSON.stringify(root)), cursor };
      },
      present: (errors) => errors as GraphQLError[],
      toll: new Toll(1),
      onEnd: () => {
        over = true;
      },
    });
    return { values, shared, executions: () => executions, over: () => over };
  }
  it('shows the latest at once, executes once for all, and ends when the last has left', async () => {
    const { values, shared, executions, over } = state();
    const [first, late, slow] = [new Client(), new Client(), new Client()];
    const one = shared.join(() => {}, null);
    one.start(first);
    values.publish(1);
    await turn();
    const two = shared.join(() => {}, null);
    two.start(late);
    expect(late.got).toEqual([1]);
    const three = shared.join(() => {}, null);
    slow.reads = false;
    three.start(slow);
    for (const n of [2, 3, 4]) {
      values.publish(n);
      await turn();
    }
    expect(first.got).toEqual([1, 2, 3, 4]);
    expect(executions()).toBe(4);
    slow.reads = true;
    three.flush();
    expect(slow.got).toEqual([4]);
    one.stop();
    two.stop();
    expect(over()).toBe(false);
    three.stop();
    three.stop();
    expect(over()).toBe(true);
    expect(values.size).toBe(0);
  });
  it('ends for all with its source', async () => {
    const { values, shared } = state();
    const client = new Client();
    shared.join(() => {}, null).start(client);
    values.close();
    await turn();
    expect(client.over).toBe(true);
  });
});

describe('a subscriber with a budget', () => {
  const account = (burstMs: number, msPerSecond = 100) =>
    new Budgets({ clock: systemClock, msPerSecond, burstMs }).accountOf({ id: 'a' } as never)!;

  it('pays its share of each event, and the delivery', () => {
    const { add, join } = world();
    const accounts = Array.from({ length: 10 }, () => account(1_000, 1));
    for (const own of accounts) join(new Client(), 0, {}, undefined, own);
    add(...Array.from({ length: 50 }, (_, i) => i));
    // 10 ms an event, shared by ten.
    for (const own of accounts) expect(own.remaining()).toBeCloseTo(1_000 - 50 * 1.002, 0);
  });

  it('waits with an empty one: messages go by its delivery policy, and go on when something is back', async () => {
    const { add, join } = world();
    const [free, poor] = [new Client(), new Client()];
    join(free, 0);
    join(poor, 0, { capacity: 3 }, undefined, account(12, 100));
    add(...Array.from({ length: 20 }, (_, i) => i));
    expect(free.heard.filter((one) => typeof one === 'number')).toHaveLength(20);
    expect(poor.heard.filter((one) => typeof one === 'number')).toEqual([0, 1, 2]);
    await expect.poll(() => poor.heard.at(-1), { timeout: 2_000 }).toBe(19);
    expect(poor.heard.join()).toContain('SLOW_CONSUMER');
    expect(poor.heard.filter((one) => typeof one === 'number').slice(-3)).toEqual([17, 18, 19]);
  });

  it('is slowed while it catches up, and loses nothing', async () => {
    const { add, join } = world();
    add(...Array.from({ length: 200 }, (_, i) => i));
    const client = new Client();
    const started = performance.now();
    join(client, 0, {}, undefined, account(100, 20_000));
    await expect
      .poll(() => client.heard.filter((one) => typeof one === 'number').length, { timeout: 5_000, interval: 10 })
      .toBe(200);
    // 200 events of 10 ms, 20 s of model time a second: about 0.1 s.
    expect(performance.now() - started).toBeGreaterThan(60);
  });
});
