import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHURN, CHURN_WEIGHTS, dropIn } from '../support/drop-in.js';
import { fill, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

const CUSTOMERS = 60;
const ROWS = 1_000;
const ANSWER = 'arm probability modelVersion { number }';
const MODEL = `model { policy { kind arms { name version percent } shadow { version rows agreement overlap meanDifference failed } }
  rollOut { status reason } aliases { name version { number } } }`;
interface Answered {
  readonly arm: string | null;
  readonly probability: number;
  readonly modelVersion: { readonly number: number };
}
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** All that docs/roll-out.md says of the reference models, on one that the house does not know. */
describe('routing of a dropped-in model', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  let customers: string[];

  beforeAll(async () => {
    const models = join(folder.path, 'models');
    mkdirSync(models);
    const manifest = { ...CHURN, aliases: { champion: 1, challenger: 2 }, version_policy: { all: {} } };
    dropIn(models, manifest);
    const [recency, complaints, tenure, bias] = CHURN_WEIGHTS as [number, number, number, number];
    dropIn(models, manifest, { version: 2, weights: [recency, complaints, tenure, bias + 0.01] }); // nearly the same
    dropIn(models, manifest, { version: 3, weights: [0, 0, 0, 0] }); // 0.5 to everything
    dropIn(models, manifest, { version: 4, weights: [Number.NaN, 0, 0, 0] }); // never gets through its probe
    server = await startTestServer({ dataDir: join(folder.path, 'data'), modelsDir: models });
    customers = await fill(server, CUSTOMERS);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  const mutate = async (field: string) => {
    const { data, errors } = await server.query(
      `mutation { result: ${field} { ${MODEL} userErrors { code message } } }`,
    );
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data.result;
  };
  const set = async (policy: string) => {
    const { model, userErrors } = await mutate(`setRoutingPolicy(model: "churn", policy: ${policy}, reason: "r")`);
    expect(userErrors).toEqual([]);
    return model;
  };
  const ofCustomers = async (): Promise<Answered[]> => {
    const { data, errors } = await server.query(
      `query ($ids: [ID!]!) { customers(customerIds: $ids) { churn { ${ANSWER} } } }`,
      { ids: customers },
    );
    expect(errors).toBeUndefined();
    return data.customers.map(({ churn }: { churn: Answered }) => churn);
  };
  /** Rows that differ in how long somebody has been a customer. */
  const ofRows = async (count = ROWS): Promise<Answered[]> => {
    const inputs = Array.from({ length: count }, (_, i) => ({ logRecency: (i % 60) / 10, tenureMonths: i / 10 }));
    const { data, errors } = await server.query(
      `query ($inputs: [ChurnInput!]!) { predictChurn(inputs: $inputs) { ${ANSWER} } }`,
      { inputs },
    );
    expect(errors).toBeUndefined();
    return data.predictChurn;
  };
  const share = (answers: readonly Answered[], version: number) =>
    answers.filter(({ modelVersion }) => modelVersion.number === version).length / answers.length;
  const model = async () => (await server.query(`{ ${MODEL.replace('model', 'model(name: "churn")')} }`)).data.model;

  it('gives a canary its share of the customers, always the same ones', async () => {
    await set('{ canary: { version: 3, percent: 30 } }');
    const answers = await ofCustomers();
    expect(share(answers, 3)).toBeGreaterThan(0.1);
    expect(share(answers, 3)).toBeLessThan(0.5);
    for (const { arm, modelVersion, probability } of answers) {
      expect(arm).toBe(modelVersion.number === 3 ? 'canary' : 'champion');
      if (arm === 'canary') expect(probability).toBe(0.5);
    }
    expect(await ofCustomers()).toEqual(answers);
  });

  it('gives it its share of the rows that are nobody’s, always the same ones', async () => {
    const answers = await ofRows();
    expect(share(answers, 3)).toBeGreaterThan(0.25);
    expect(share(answers, 3)).toBeLessThan(0.35);
    expect(await ofRows()).toEqual(answers);
    expect((await ofRows(10)).map(({ arm }) => arm)).toEqual(answers.slice(0, 10).map(({ arm }) => arm));
  });

  it('splits between named arms, and turns from blue to green and back at once', async () => {
    const split = (blue: number) =>
      set(
        `{ split: { arms: [{ name: "blue", version: 1, percent: ${blue} }, { name: "green", version: 2, percent: ${100 - blue} }] } }`,
      );
    await split(40);
    for (const answers of [await ofCustomers(), await ofRows()]) {
      expect(new Set(answers.map(({ arm }) => arm))).toEqual(new Set(['blue', 'green']));
      for (const { arm, modelVersion } of answers) expect(modelVersion.number).toBe(arm === 'blue' ? 1 : 2);
    }
    expect(share(await ofRows(), 1)).toBeCloseTo(0.4, 1);
    for (const [blue, version] of [
      [0, 2],
      [100, 1],
      [0, 2],
    ] as const) {
      await split(blue);
      expect(share(await ofCustomers(), version)).toBe(1); // the very next question
      expect(share(await ofRows(), version)).toBe(1);
    }
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/scoregraph_arm_rows_total\{model="churn",arm="green"\} \d+/);
  });

  it('answers champion and challenger side by side to who asks for them by name, whatever the policy says', async () => {
    await set('{ canary: { version: 3, percent: 100 } }');
    const by = (alias: string) => `model: { alias: "${alias}" }`;
    const row = '{ logRecency: 3.5, tenureMonths: 0 }';
    const { data, errors } = await server.query(`{
      customer(customerId: "c1") { champion: churn(${by('champion')}) { ${ANSWER} } challenger: churn(${by('challenger')}) { ${ANSWER} } routed: churn { ${ANSWER} } }
      champion: predictChurn(inputs: [${row}], ${by('champion')}) { ${ANSWER} } challenger: predictChurn(inputs: [${row}], ${by('challenger')}) { ${ANSWER} } }`);
    expect(errors).toBeUndefined();
    expect(data.customer.champion).toMatchObject({ arm: null, modelVersion: { number: 1 } });
    expect(data.customer.challenger).toMatchObject({ arm: null, modelVersion: { number: 2 } });
    expect(data.customer.routed).toMatchObject({ arm: 'canary', modelVersion: { number: 3 } });
    expect(data.champion[0].probability).toBeCloseTo(sigmoid(0.5), 5);
    expect(data.challenger[0].probability).toBeCloseTo(sigmoid(0.51), 5);
  });

  it('shadows: agreement within 1 % of the range, in the graph and as a metric', async () => {
    for (const [version, agreement] of [
      [2, 1],
      [3, 0],
    ] as const) {
      await set(`{ shadow: { version: ${version} } }`);
      for (const { arm, modelVersion } of await ofCustomers()) expect([arm, modelVersion.number]).toEqual([null, 1]);
      await expect.poll(async () => (await model()).policy.shadow.rows, { timeout: 10_000 }).toBe(CUSTOMERS);
      expect((await model()).policy.shadow).toMatchObject({ version, agreement, failed: 0, overlap: null });
    }
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain(`scoregraph_shadow_agreements_total{model="churn",version="2"} ${CUSTOMERS}`);
    expect(metrics).toContain(`scoregraph_shadow_rows_total{model="churn",version="3"} ${CUSTOMERS}`);
    // A share of the rows that are nobody's, too.
    await set('{ shadow: { version: 3, percent: 20 } }');
    await ofRows();
    const rows = async () => (await model()).policy.shadow.rows;
    await expect.poll(rows, { timeout: 10_000 }).toBeGreaterThan(CUSTOMERS + 0.1 * ROWS);
    expect(await rows()).toBeLessThan(CUSTOMERS + 0.3 * ROWS);
  });

  it('is compared and replayed by its numbers', async () => {
    await set('{ champion: true }');
    const compare = async (a: number, b: number) => {
      const { data, errors } = await server.query(
        `{ compareVersions(model: "churn", a: ${a}, b: ${b}, rows: 500) { figures { rows failed agreement meanDifference meanAbsoluteDifference largestDifference ranking { overlap } changes { rows } } } }`,
      );
      expect(errors).toBeUndefined();
      return data.compareVersions.figures;
    };
    const near = await compare(1, 2);
    expect(near).toMatchObject({ rows: 500, failed: 0, agreement: 1, ranking: null, changes: [] });
    expect(near.meanDifference).toBeGreaterThan(0.0001);
    expect(near.largestDifference).toBeLessThan(0.003);
    const far = await compare(1, 3);
    expect(far.agreement).toBeLessThan(0.2);
    expect(far.meanAbsoluteDifference).toBeGreaterThan(0.1);
    const { data } = await server.query(
      `mutation { startReplay(model: "churn", version: 3, from: "${new Date(Date.now() - 600_000).toISOString()}", to: "${new Date(Date.now() + 60_000).toISOString()}") { replay { id } userErrors { message } } }`,
    );
    const state = async () =>
      (
        await server.query(
          `{ replay(id: "${data.startReplay.replay.id}") { status total figures { rows failed agreement } } }`,
        )
      ).data.replay;
    await expect.poll(async () => (await state()).status, { timeout: 20_000 }).toBe('COMPLETED');
    const { total, figures } = await state();
    expect(figures).toMatchObject({ rows: total, failed: 0 });
  });

  it('takes a version back by itself that says something else', async () => {
    expect((await mutate('startRollOut(model: "churn", version: 3, steps: [50], reason: "r")')).userErrors).toEqual([]);
    const status = async () => {
      await ofRows();
      return (await model()).rollOut.status;
    };
    await expect.poll(status, { timeout: 15_000, interval: 200 }).toBe('ROLLED_BACK');
    const { rollOut, policy } = await model();
    expect(rollOut.reason).toMatch(/^score distribution: PSI/);
    expect(policy).toBeNull();
    expect(share(await ofRows(), 1)).toBe(1);
  });

  it('refuses a version that cannot answer, as an alias, an arm or a shadow', async () => {
    const refused = async (field: string) => (await mutate(field)).userErrors;
    for (const field of [
      'setModelAlias(model: "churn", alias: "challenger", version: 4, reason: "r")',
      'setRoutingPolicy(model: "churn", policy: { shadow: { version: 4 } }, reason: "r")',
      'setRoutingPolicy(model: "churn", policy: { canary: { version: 4, percent: 1 } }, reason: "r")',
      'startRollOut(model: "churn", version: 4, reason: "r")',
    ])
      expect(await refused(field)).toMatchObject([{ code: 'NOT_AVAILABLE' }]);
    expect((await model()).aliases).toContainEqual({ name: 'challenger', version: { number: 2 } });
    expect(
      await refused(
        'setRoutingPolicy(model: "churn", policy: { canary: { version: 2, percent: 1, rule: [{ amount: { atLeast: { amount: "1", currency: "USD" } } }] } }, reason: "r")',
      ),
    ).toMatchObject([{ code: 'POLICY_INVALID' }]);
  });
});
