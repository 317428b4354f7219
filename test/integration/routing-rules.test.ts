import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { payment, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';
import { changeManifest, modelFolder, publish } from '../support/versions.js';

const RULE = `rule { segment customers country category
  feature { name atLeast below } amount { atLeast { amount currency } below { amount currency } } }`;
const MODEL = `model { policy { kind ${RULE} shadow { version rows } } rollOut { status ${RULE} } }`;
const RECORD = `mutation ($transactions: [TransactionInput!]!) { recordTransactions(transactions: $transactions) {
  transactions { transactionId customer { customerId } fraud { arm modelVersion { number } } } } }`;
const CUSTOMERS = 40;
/** Enough to be scored as a block, and too few. */
const TOGETHER = 40;
const FEW = 4;
const DAY = 86_400_000;

describe('rules of policies', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  let models: string;
  let payments = 0;

  const start = async () => {
    server = await startTestServer({ dataDir: join(folder.path, 'data'), modelsDir: models });
  };
  const mutate = async (field: string, variables: object = {}, told = '') => {
    const { data, errors } = await server.query(
      `mutation ${told} { result: ${field} { ${MODEL} userErrors { code message field } } }`,
      variables,
    );
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data.result;
  };
  const canary = async (rule: string, model = 'fraud') => {
    const { model: now, userErrors } = await mutate(
      `setRoutingPolicy(model: "${model}", policy: { canary: { version: 2, percent: 100, rule: ${rule} } }, reason: "r")`,
    );
    expect(userErrors).toEqual([]);
    return now.policy;
  };
  /** Records payments, and answers by id whether version 2 judged each. */
  const pay = async (list: readonly { customer: string; category?: string; amount?: string }[]) => {
    const transactions = list.map(({ customer, category = 'home', amount = '20.00' }) =>
      payment(`t${++payments}`, customer, { category, amount: { amount, currency: 'USD' } }),
    );
    const { data, errors } = await server.query(RECORD, { transactions });
    expect(errors).toBeUndefined();
    return data.recordTransactions.transactions.map(
      ({ fraud }: { fraud: { arm: string | null; modelVersion: { number: number } } }) => {
        expect(fraud.arm).toBe(fraud.modelVersion.number === 2 ? 'canary' : null);
        return fraud.modelVersion.number === 2;
      },
    ) as boolean[];
  };

  beforeAll(async () => {
    models = modelFolder(join(folder.path, 'models'), 'fraud');
    modelFolder(models, 'segmentation');
    modelFolder(models, 'recommendations');
    for (const model of ['fraud', 'segmentation', 'recommendations']) {
      publish(models, model, 2);
      changeManifest(models, model, { aliases: { champion: 1 }, version_policy: { all: {} } });
    }
    await start();
    const customers = Array.from({ length: CUSTOMERS }, (_, i) => ({
      customerId: `c${i}`,
      country: i % 4 === 0 ? 'Spain' : 'Germany',
    }));
    await server.query(
      'mutation ($customers: [CustomerInput!]!) { upsertCustomers(customers: $customers) { acceptedCount } }',
      { customers },
    );
    // Those of even number bought something 120 days ago, the others never.
    const { data } = await server.query(
      `mutation ($list: [InteractionInput!]!) { upsertItems(items: [{ itemId: "x", title: "X" }]) { acceptedCount }
        recordInteractions(interactions: $list) { acceptedCount } }`,
      {
        list: customers
          .filter((_, i) => i % 2 === 0)
          .map(({ customerId }) => ({
            ...{ interactionId: `i-${customerId}`, customerId, itemId: 'x', kind: 'PURCHASE', quantity: 1 },
            occurredAt: new Date(Date.now() - 120 * DAY).toISOString(),
          })),
      },
    );
    expect(data.recordInteractions.acceptedCount).toBe(CUSTOMERS / 2);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('look at the customer, in blocks and one by one, and over a restart', async () => {
    const policy = await canary(
      '[{ country: ["Spain", "Peru"] }, { feature: { name: "customer@1/recency_days", atLeast: 90 } }]',
    );
    const none = { segment: null, customers: null, country: null, category: null, feature: null, amount: null };
    expect(policy.rule).toEqual([
      { ...none, country: ['Spain', 'Peru'] },
      { ...none, feature: { name: 'customer@1/recency_days', atLeast: 90, below: null } },
    ]);
    const list = Array.from({ length: TOGETHER }, (_, i) => ({ customer: `c${i}` }));
    const expected = list.map((_, i) => i % 4 === 0);
    expect(await pay(list)).toEqual(expected);
    expect(await pay(list.slice(0, FEW))).toEqual(expected.slice(0, FEW));
    await server.stop();
    await start();
    expect(await pay(list)).toEqual(expected);
    const { data } = await server.query(`{ ${MODEL.replace('model', 'model(name: "fraud")')} }`);
    expect(data.model.policy).toEqual({ ...policy });
  });

  it('look at the payment', async () => {
    await canary(
      '[{ category: ["travel"] }, { amount: { atLeast: { amount: "500.00", currency: "USD" }, below: { amount: "1000", currency: "USD" } } }]',
    );
    const list = Array.from({ length: TOGETHER }, (_, i) => ({
      customer: 'c1',
      category: i % 2 === 0 ? 'travel' : 'home',
      amount: ['499.99', '500.00', '999.99', '1000.00'][i % 4]!,
    }));
    const expected = list.map(
      ({ category, amount }) => category === 'travel' && (amount === '500.00' || amount === '999.99'),
    );
    expect(expected).toContain(true);
    expect(await pay(list)).toEqual(expected);
    expect(await pay(list.slice(0, FEW))).toEqual(expected.slice(0, FEW));
    const assess = (amount: string) =>
      `assessTransaction(transaction: { merchant: "m", category: "travel", amount: { amount: "${amount}", currency: "USD" } }) { arm modelVersion { number } }`;
    const { data } = await server.query(
      `{ customer(customerId: "c1") { small: ${assess('5.00')} large: ${assess('600.00')} } }`,
    );
    expect(data.customer.small.modelVersion.number).toBe(1);
    expect(data.customer.large).toEqual({ arm: 'canary', modelVersion: { number: 2 } });
  });

  it('take customers by name, and keep no name on disk', async () => {
    const policy = await canary('[{ customer: ["c3", "c5"] }]');
    expect(policy.rule).toMatchObject([{ customers: 2 }]);
    expect(await pay(['c3', 'c4', 'c5'].map((customer) => ({ customer })))).toEqual([true, false, true]);
    const [event] = await server.running.data.events.byType('model.policy_changed', { limit: 1, newestFirst: true });
    expect(JSON.stringify(event!.payload)).not.toContain('c3');
  });

  it('take the segment that was noted last', async () => {
    await server.query('{ customers(customerIds: ["c0", "c1"]) { segment { id } } }');
    const noted = () => server.running.app.customers.peek('c0')?.segment ?? null;
    await expect.poll(noted, { timeout: 5_000 }).not.toBeNull();
    const id = noted();
    await canary(`[{ segment: ["${id}"] }]`);
    const seen = await pay(['c0', 'c2'].map((customer) => ({ customer })));
    expect(seen).toEqual([true, false]); // the other one's was never asked for
  });

  it('hold for every model, for splits, shadows and roll-outs', async () => {
    for (const [model, field] of [
      ['segmentation', 'segment { arm modelVersion { number } }'],
      ['recommendations', 'recommendations(first: 3) { arm modelVersion { number } }'],
    ] as const) {
      await canary('[{ country: ["Spain"] }]', model);
      const { data, errors } = await server.query(`{ customers(customerIds: ["c0", "c1"]) { of: ${field} } }`);
      expect(errors).toBeUndefined();
      expect(data.customers.map(({ of }: { of: unknown }) => of)).toEqual([
        { arm: 'canary', modelVersion: { number: 2 } },
        { arm: null, modelVersion: { number: 1 } },
      ]);
    }
    const arms = 'arms: [{ name: "a", version: 1, percent: 0 }, { name: "b", version: 2, percent: 100 }]';
    const policies = {
      split: `{ split: { ${arms}, rule: [{ country: ["Spain"] }] } }`,
      shadow: '{ shadow: { version: 2, rule: [{ category: ["travel"] }] } }',
    };
    const set = async (policy: string) => {
      const told = await mutate(`setRoutingPolicy(model: "fraud", policy: ${policy}, reason: "r")`);
      expect(told.userErrors).toEqual([]);
    };
    await set(policies.split);
    const split = await server.query(RECORD, {
      transactions: [payment('s1', 'c0'), payment('s2', 'c1')],
    });
    expect(
      split.data.recordTransactions.transactions.map(({ fraud }: { fraud: { arm: string } }) => fraud.arm),
    ).toEqual(['b', null]);
    await set(policies.shadow);
    await pay(Array.from({ length: TOGETHER }, (_, i) => ({ customer: 'c1', category: i < 10 ? 'travel' : 'home' })));
    const rows = async () =>
      (await server.query('{ model(name: "fraud") { policy { shadow { rows } } } }')).data.model.policy.shadow.rows;
    await expect.poll(rows, { timeout: 5_000 }).toBe(10);
    const { model, userErrors } = await mutate(
      'startRollOut(model: "fraud", version: 2, steps: [50], rule: [{ country: ["Spain"] }], reason: "r")',
    );
    expect(userErrors).toEqual([]);
    expect(model).toMatchObject({
      policy: { rule: [{ country: ['Spain'] }] },
      rollOut: { status: 'RUNNING', rule: [{ country: ['Spain'] }] },
    });
    await mutate('abortRollOut(model: "fraud", reason: "r")');
  });

  it('are refused where they ask what cannot be known, with what can', async () => {
    const refused = async (rule: string, model = 'fraud') => {
      const policy = `{ canary: { version: 2, percent: 1, rule: ${rule} } }`;
      const [error] = (await mutate(`setRoutingPolicy(model: "${model}", policy: ${policy}, reason: "r")`)).userErrors;
      return error;
    };
    expect(await refused('[{ category: ["yachts"] }]')).toMatchObject({
      code: 'CATEGORY_UNKNOWN',
      message: expect.stringMatching(/^expected one of entertainment, .*travel, got "yachts"$/),
    });
    expect(await refused('[{ feature: { name: "recency", atLeast: 90 } }]')).toMatchObject({
      code: 'FEATURE_UNKNOWN',
      message: expect.stringMatching(/customer@1\/recency_days/),
    });
    expect(await refused('[{ category: ["travel"] }]', 'segmentation')).toMatchObject({ code: 'POLICY_INVALID' });
    const told = await mutate(
      'startRollOut(model: "fraud", version: 2, steps: [50], rule: [{ segment: ["nobody"] }], reason: "r")',
    );
    expect(told.userErrors).toMatchObject([{ code: 'SEGMENT_UNKNOWN', field: ['rule'] }]);
    const version = await mutate('startRollOut(model: "fraud", version: 77, reason: "r")');
    expect(version.userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['version'] }]);
  });

  it('are refused where they are none, however often they come', async () => {
    // More often than the executor needs to compile the document, which then does not look at @oneOf.
    const document = `mutation ($rule: [RoutingConditionInput!]!) { setRoutingPolicy(model: "fraud",
      policy: { canary: { version: 2, percent: 1, rule: $rule } }, reason: "r") { userErrors { code } } }`;
    for (let i = 0; i < 6; i++) {
      for (const condition of [{ segment: ['a'], country: ['b'] }, {}, { segment: null }]) {
        const { errors } = await server.query(document, { rule: [condition] });
        expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
      }
      const { errors } = await server.query(document, {
        rule: [{ amount: { atLeast: { amount: 'much', currency: 'USD' } } }],
      });
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
  });
});
