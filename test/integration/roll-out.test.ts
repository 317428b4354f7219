import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { rollOutServer } from '../support/roll-outs.js';
import { decidingAt, fillWeights, publish } from '../support/versions.js';

const CUSTOMERS = 60;
const MODEL = `model { name policy { kind reason changedBy arms { name version percent } shadow { version percent rows agreement meanDifference failed dropped } }
  rollOut { version status percent step reason arms { arm rows errors p95Ms } } aliases { name version { number } } }`;

const RECORD_ARMS = `mutation ($transactions: [TransactionInput!]!) { recordTransactions(transactions: $transactions) {
  transactions { customer { customerId } fraud { arm modelVersion { number } } } } }`;
interface Scored {
  readonly arm: string | null;
  readonly modelVersion: { readonly number: number };
}

describe('who answers, by policy', () => {
  const world = rollOutServer();
  const { ask } = world;

  const mutate = async (field: string) => {
    const { result } = await ask(`mutation { result: ${field} { ${MODEL} userErrors { code message field } } }`);
    return result;
  };
  const done = async (field: string) => {
    const { model, userErrors } = await mutate(field);
    expect(userErrors).toEqual([]);
    return model;
  };
  const refused = async (field: string) => (await mutate(field)).userErrors[0];
  const fraud = async () => (await ask(`{ ${MODEL.replace('model', 'model(name: "fraud")')} }`)).model;
  /** Pays once for each customer; answers version and arm by customer. */
  const pay = async (): Promise<Map<string, { version: number; arm: string | null }>> => {
    const data = await ask(RECORD_ARMS, { transactions: world.payments() });
    return new Map(
      data.recordTransactions.transactions.map((t: { customer: { customerId: string }; fraud: Scored }) => [
        t.customer.customerId,
        { version: t.fraud.modelVersion.number, arm: t.fraud.arm },
      ]),
    );
  };
  const until = (what: () => Promise<unknown>, is: unknown) =>
    expect.poll(what, { timeout: 15_000, interval: 100 }).toEqual(is);

  // 4 declines everything.
  beforeAll(() =>
    world.begin({
      customers: CUSTOMERS,
      aliases: { champion: 1, challenger: 2 },
      versions: [[2], [4, decidingAt(0)]],
    }),
  );
  afterAll(world.end);

  it('the champion answers everybody, and nobody is in an arm', async () => {
    const seen = await pay();
    expect(seen.size).toBe(CUSTOMERS);
    for (const { version, arm } of seen.values()) expect([version, arm]).toEqual([1, null]);
  });

  it('a canary gets its share, always the same customers, over a restart, and keeps them when it grows', async () => {
    await done('setRoutingPolicy(model: "fraud", policy: { canary: { version: 2, percent: 25 } }, reason: "try 2")');
    const first = await pay();
    const inside = [...first].filter(([, { version }]) => version === 2).map(([customer]) => customer);
    expect(inside.length).toBeGreaterThan(CUSTOMERS * 0.08);
    expect(inside.length).toBeLessThan(CUSTOMERS * 0.45);
    for (const { version, arm } of first.values()) expect(arm).toBe(version === 2 ? 'canary' : 'champion');
    expect(await pay()).toEqual(first);
    await world.restart();
    expect(await pay()).toEqual(first);
    const model = await done(
      'setRoutingPolicy(model: "fraud", policy: { canary: { version: 2, percent: 60 } }, reason: "more")',
    );
    expect(model.policy).toMatchObject({
      kind: 'CANARY',
      reason: 'more',
      arms: [{ name: 'canary', version: 2, percent: 60 }],
    });
    const more = await pay();
    for (const customer of inside) expect(more.get(customer)!.version).toBe(2);
    expect([...more.values()].filter(({ version }) => version === 2).length).toBeGreaterThan(inside.length);
    const metrics = await (await fetch(`${world.server.url}/metrics`)).text();
    expect(metrics).toMatch(/scoregraph_arm_rows_total\{model="fraud",arm="canary"\} \d+/);
  });

  it('who asks for a version by name gets it, side by side', async () => {
    const ask = (model: string) =>
      `assessTransaction(transaction: { merchant: "Stark Inc", category: "grocery_pos", amount: { amount: "12.50", currency: "USD" } }, model: ${model}) { arm modelVersion { number } probability }`;
    const { data, errors } = await world.server.query(
      `{ customer(customerId: "c1") { champion: ${ask('{ alias: "champion" }')} challenger: ${ask('{ alias: "challenger" }')} } }`,
    );
    expect(errors).toBeUndefined();
    expect(data.customer.champion).toMatchObject({ arm: null, modelVersion: { number: 1 } });
    expect(data.customer.challenger).toMatchObject({ arm: null, modelVersion: { number: 2 } });
  });

  it('arms share the customers, and blue-green turns everybody at once', async () => {
    const split = (blue: number) =>
      `setRoutingPolicy(model: "fraud", reason: "r", policy: { split: { arms: [{ name: "blue", version: 1, percent: ${blue} }, { name: "green", version: 2, percent: ${100 - blue} }] } })`;
    await done(split(50));
    expect(new Set([...(await pay()).values()].map(({ arm }) => arm))).toEqual(new Set(['blue', 'green']));
    await done(split(0));
    expect(new Set([...(await pay()).values()].map(({ version }) => version))).toEqual(new Set([2]));
    await done(split(100));
    expect(new Set([...(await pay()).values()].map(({ version }) => version))).toEqual(new Set([1]));
    expect(await mutate('unloadModelVersion(model: "fraud", version: 2)')).toMatchObject({
      userErrors: [{ code: 'PINNED' }],
    });
  });

  it('a shadow is computed, compared and kept, and nobody is answered with it', async () => {
    await done('setRoutingPolicy(model: "fraud", policy: { shadow: { version: 4 } }, reason: "look")');
    const seen = await pay();
    for (const { version, arm } of seen.values()) expect([version, arm]).toEqual([1, null]);
    await until(async () => (await fraud()).policy.shadow.rows, CUSTOMERS);
    const { shadow } = (await fraud()).policy;
    expect(shadow).toMatchObject({
      version: 4,
      percent: 100,
      agreement: 0,
      meanDifference: expect.closeTo(0),
      failed: 0,
      dropped: 0,
    });
    const before = await world.server.query(
      `{ predictions(filter: { model: "fraud" }, first: 100) { nodes { arm modelVersion { number } } } }`,
    );
    expect(before.errors).toBeUndefined();
    for (const node of before.data.predictions.nodes) expect(node.modelVersion.number).not.toBe(4);
    await expect
      .poll(
        async () =>
          (await world.server.running.data.personal.predictions('c1', null, 500)).filter(
            ({ record }) => record.arm === 'shadow',
          ).length,
        { timeout: 5_000 },
      )
      .toBe(1);
  });

  it('refuses what cannot hold, and says why', async () => {
    const set = (policy: string) => refused(`setRoutingPolicy(model: "fraud", policy: ${policy}, reason: "r")`);
    expect(
      await set(
        '{ split: { arms: [{ name: "a", version: 1, percent: 50 }, { name: "b", version: 2, percent: 49 }] } }',
      ),
    ).toMatchObject({
      code: 'POLICY_INVALID',
      message: 'expected percentages that add up to 100, got 99',
    });
    expect(await set('{ canary: { version: 2, percent: 101 } }')).toMatchObject({ code: 'POLICY_INVALID' });
    expect(await set('{ canary: { version: 77, percent: 1 } }')).toMatchObject({ code: 'NOT_FOUND' });
    expect(await set('{ canary: { version: 2, percent: 1, rule: [{ segment: ["nobody"] }] } }')).toMatchObject({
      code: 'SEGMENT_UNKNOWN',
      message: expect.stringMatching(/^expected one of .*, got "nobody"$/),
    });
    expect(await set('{ split: { arms: [{ name: "champion", version: 2, percent: 100 }] } }')).toMatchObject({
      code: 'POLICY_INVALID',
    });
    publish(world.models, 'fraud', 9, { spoil: (folder) => writeFileSync(join(folder, 'model.json'), '{}') });
    await until(async () => (await set('{ canary: { version: 9, percent: 1 } }')).code, 'NOT_AVAILABLE');
    expect(await refused('startRollOut(model: "fraud", version: 2, steps: [5, 1], reason: "r")')).toMatchObject({
      code: 'POLICY_INVALID',
    });
    expect(await refused('startRollOut(model: "fraud", version: 1, reason: "r")')).toMatchObject({
      code: 'POLICY_INVALID',
    });
    expect(await refused('abortRollOut(model: "fraud", reason: "r")')).toMatchObject({ code: 'NO_ROLL_OUT' });
    expect(await refused('setRoutingPolicy(model: "nothing", policy: { champion: true }, reason: "r")')).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect((await fraud()).policy).toMatchObject({ kind: 'SHADOW' });
  });

  it('does one thing to a model at a time, and tells the second one', async () => {
    // The first one's change is on its way to the disk while the others come.
    const { events } = world.server.running.data;
    let written = () => {};
    const writing = vi.spyOn(events, 'append').mockImplementationOnce(async (...args) => {
      await new Promise<void>((resolve) => {
        written = resolve;
      });
      return events.append(...args);
    });
    const canary = (percent: number) =>
      mutate(`setRoutingPolicy(model: "fraud", policy: { canary: { version: 2, percent: ${percent} } }, reason: "r")`);
    const first = canary(10);
    await expect.poll(() => writing.mock.calls.length).toBe(1);
    for (const second of [
      canary(20),
      mutate('startRollOut(model: "fraud", version: 2, reason: "r")'),
      mutate('setModelAlias(model: "fraud", alias: "challenger", version: 2, reason: "r")'),
    ])
      expect((await second).userErrors).toEqual([
        {
          code: 'BUSY',
          message: 'setRoutingPolicy of fraud is under way; see what becomes of it first.',
          field: ['model'],
        },
      ]);
    expect((await fraud()).policy.kind).toBe('SHADOW'); // as it was
    written();
    expect((await first).userErrors).toEqual([]);
    writing.mockRestore();
    expect((await fraud()).policy.arms).toEqual([{ name: 'canary', version: 2, percent: 10 }]);
  });

  it('a broken version is taken back by itself, for a reason that stays', async () => {
    await done('setRoutingPolicy(model: "fraud", policy: { champion: true }, reason: "clean")');
    publish(world.models, 'fraud', 3, { change: (folder) => fillWeights(folder, 0) }); // answers 0.5, whatever it is asked
    await until(async () => (await fraud()).aliases.length, 2);
    const state = async () => world.server.running.inference.registry.version('fraud', 3)?.state;
    await expect.poll(state, { timeout: 15_000 }).toBe('AVAILABLE');
    await done('startRollOut(model: "fraud", version: 3, steps: [50, 100], stepSeconds: 600, reason: "new data")');
    expect(await refused('setRoutingPolicy(model: "fraud", policy: { champion: true }, reason: "r")')).toMatchObject({
      code: 'ROLL_OUT_UNDER_WAY',
    });
    for (let round = 0; round < 10; round++) await pay();
    await until(async () => (await fraud()).rollOut.status, 'ROLLED_BACK');
    const model = await fraud();
    expect(model.policy).toBeNull();
    expect(model.rollOut.reason).toMatch(/^score distribution: PSI \d+\.\d+ against the champion/);
    const events = await world.server.running.data.events.byType('model.policy_changed', {
      limit: 1,
      newestFirst: true,
    });
    expect(events[0]).toMatchObject({ entity: 'fraud', payload: { by: 'system', rollOut: { status: 'ROLLED_BACK' } } });
    await world.restart();
    expect((await fraud()).rollOut).toMatchObject({ status: 'ROLLED_BACK', version: 3 });
  });

  it('pauses, goes on, and makes a good version the champion', async () => {
    const guards = 'guards: { minRows: 5, maxLatencyRatio: 1000, maxPsi: 10 }';
    await done(
      `startRollOut(model: "fraud", version: 2, steps: [50, 100], stepSeconds: 1, ${guards}, reason: "better")`,
    );
    expect((await done('pauseRollOut(model: "fraud", reason: "lunch")')).rollOut).toMatchObject({
      status: 'PAUSED',
      percent: 50,
    });
    await pay();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect((await fraud()).rollOut).toMatchObject({ status: 'PAUSED', percent: 50, reason: 'lunch' });
    expect((await done('resumeRollOut(model: "fraud", reason: "back")')).rollOut.status).toBe('RUNNING');
    await expect
      .poll(
        async () => {
          await pay();
          const { rollOut } = await fraud();
          return rollOut.status;
        },
        { timeout: 20_000, interval: 200 },
      )
      .toBe('COMPLETED');
    const model = await fraud();
    expect(model.policy).toBeNull();
    expect(model.aliases).toContainEqual({ name: 'champion', version: { number: 2 } });
    expect(await refused('abortRollOut(model: "fraud", reason: "r")')).toMatchObject({ code: 'NO_ROLL_OUT' });
  });
});
