import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHURN, CHURN_WEIGHTS, dropIn } from '../support/drop-in.js';
import { fill, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';
import { decidingAt, fillWeights, modelFolder, publish } from '../support/versions.js';

const CUSTOMERS = 40;
const ROWS = 300;
const BOTH = { aliases: { champion: 1, challenger: 2 }, version_policy: { all: {} } };
const CHALLENGER = 'model: { alias: "challenger" }';

/** Every model there is with versions that are all AVAILABLE, asked through the graph as clients do. */
describe('two versions that one query asks', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  let customers: string[];

  beforeAll(async () => {
    const models = join(folder.path, 'models');
    for (const model of ['fraud', 'segmentation', 'recommendations']) modelFolder(models, model, BOTH);
    publish(models, 'segmentation', 2);
    publish(models, 'segmentation', 3, { change: (path) => fillWeights(path, 0) }); // the same to everybody
    publish(models, 'fraud', 2, decidingAt(0, 1)); // reviews everything
    // Takes another item for each: its vectors are in numbers of its own.
    publish(models, 'recommendations', 2, {
      change(path) {
        const file = join(path, 'assets/items.json');
        writeFileSync(file, JSON.stringify((JSON.parse(readFileSync(file, 'utf8')) as unknown[]).toReversed()));
      },
    });
    const [recency, complaints, tenure, bias] = CHURN_WEIGHTS as [number, number, number, number];
    const manifest = { ...CHURN, ...BOTH };
    dropIn(models, manifest);
    dropIn(models, manifest, { version: 2, weights: [recency, complaints, tenure, bias + 0.01] }); // nearly the same
    dropIn(models, manifest, { version: 3, weights: [0, 0, 0, 0] }); // 0.5 to everything
    server = await startTestServer({ dataDir: join(folder.path, 'data'), modelsDir: models });
    customers = await fill(server, CUSTOMERS);
    const items = server.running.app.recommendations.items();
    const interactions = customers.flatMap((customerId, c) =>
      Array.from({ length: 4 }, (_, i) => ({
        ...{ interactionId: `${customerId}-${i}`, customerId, itemId: items[(c * 131 + i * 17) % items.length]!.id },
        ...{ kind: 'PURCHASE', unitPrice: { amount: `${3 + c}.50`, currency: 'GBP' } },
        ...{ occurredAt: new Date(Date.now() - (i + 1) * 1_000) }, // a moment ago, so that milliseconds count
      })),
    );
    const { recordInteractions } = await ask(
      'mutation ($interactions: [InteractionInput!]!) { recordInteractions(interactions: $interactions) { acceptedCount userErrors { message } } }',
      { interactions },
    );
    expect(recordInteractions.acceptedCount).toBe(interactions.length);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  const ask = async (query: string, variables: object = {}) => {
    const { data, errors } = await server.query(query, variables);
    expect(errors).toBeUndefined();
    return data;
  };
  const ofCustomers = (fields: string) =>
    ask(`query ($ids: [ID!]!) { customers(customerIds: $ids) { ${fields} } }`, { ids: customers });
  const counted = async (model: string) =>
    (await ask(`{ model(name: "${model}") { sideBySide { versions rows agreement meanDifference overlap } } }`)).model
      .sideBySide;
  const metrics = async (model: string) =>
    (await (await fetch(`${server.url}/metrics`)).text())
      .split('\n')
      .filter((line) => line.startsWith('scoregraph_side_by_side_') && line.includes(`model="${model}"`));

  it('are compared about each customer', async () => {
    await ofCustomers('segment { segment { id } }');
    await ofCustomers(`segment(${CHALLENGER}) { segment { id } }`);
    expect(await counted('segmentation')).toEqual([]); // two operations
    expect(await metrics('segmentation')).toEqual([]);
    await ofCustomers(`segment { segment { id } } b: segment(${CHALLENGER}) { segment { id } }`);
    const same = { versions: [1, 2], rows: CUSTOMERS, agreement: 1, overlap: null };
    expect(await counted('segmentation')).toEqual([{ ...same, meanDifference: expect.closeTo(0, 5) }]);
    const three = await ofCustomers(
      `segment { segment { id } } b: segment(${CHALLENGER}) { segment { id } } c: segment(model: { version: 3 }) { segment { id } }`,
    );
    const agreeing = three.customers.filter(
      ({ segment, c }: { segment: object; c: object }) => JSON.stringify(segment) === JSON.stringify(c),
    ).length;
    expect(await counted('segmentation')).toMatchObject([
      { ...same, rows: 2 * CUSTOMERS },
      { versions: [1, 3], rows: CUSTOMERS, agreement: agreeing / CUSTOMERS },
      { versions: [2, 3], rows: CUSTOMERS, agreement: agreeing / CUSTOMERS },
    ]);
    expect(await metrics('segmentation')).toContain(
      `scoregraph_side_by_side_agreements_total{model="segmentation",version="1",other="2"} ${2 * CUSTOMERS}`,
    );
  });

  it('are compared about rows that were told, and about stored ones', async () => {
    const inputs = Array.from({ length: ROWS }, (_, i) => ({ logRecency: (i % 60) / 10, tenureMonths: i / 10 }));
    const predict = (fields: string) => ask(`query ($inputs: [ChurnInput!]!) { ${fields} }`, { inputs });
    await predict('predictChurn(inputs: $inputs) { probability }');
    await predict(`predictChurn(inputs: $inputs, ${CHALLENGER}) { probability }`);
    expect(await counted('churn')).toEqual([]);
    const data = await predict(
      `a: predictChurn(inputs: $inputs) { probability } b: predictChurn(inputs: $inputs, model: { version: 3 }) { probability }`,
    );
    const near = data.a.filter(({ probability }: { probability: number }) => Math.abs(probability - 0.5) <= 0.01);
    const rows = { versions: [1, 3], rows: ROWS, agreement: expect.closeTo(near.length / ROWS), overlap: null };
    expect(await counted('churn')).toMatchObject([rows]);
    await ofCustomers(`churn { probability } b: churn(${CHALLENGER}) { probability }`);
    const [near2, far] = await counted('churn');
    expect(near2).toMatchObject({ versions: [1, 2], rows: CUSTOMERS, agreement: 1 });
    expect(near2.meanDifference).toBeGreaterThan(0.0001);
    expect(near2.meanDifference).toBeLessThan(0.003);
    expect(far).toMatchObject(rows);
    expect(await metrics('churn')).toEqual(
      expect.arrayContaining([
        `scoregraph_side_by_side_rows_total{model="churn",version="1",other="2"} ${CUSTOMERS}`,
        `scoregraph_side_by_side_agreements_total{model="churn",version="1",other="3"} ${near.length}`,
      ]),
    );
  });

  it('are compared about payments: as they came, and as they are only thought of', async () => {
    const transactions = customers.map((customerId, i) => payment(`t${i}`, customerId));
    await ask(RECORD, { transactions });
    const list = `transactions(first: ${CUSTOMERS}) { nodes {`;
    await ask(`{ ${list} fraud { decision } } } }`);
    expect(await counted('fraud')).toEqual([]);
    const { transactions: page } = await ask(`{ ${list} fraud { decision } b: fraud(${CHALLENGER}) { decision } } } }`);
    const approved = page.nodes.filter(({ fraud }: { fraud: { decision: string } }) => fraud.decision === 'APPROVE');
    expect(approved.length).toBeGreaterThan(0);
    const pair = { versions: [1, 2], agreement: 1 - approved.length / CUSTOMERS, meanDifference: expect.closeTo(0, 5) };
    expect(await counted('fraud')).toMatchObject([{ ...pair, rows: CUSTOMERS }]);
    const thought = (amount: number) =>
      `transaction: { merchant: "m", category: "travel", amount: { amount: "${amount}", currency: "USD" } }`;
    await ofCustomers(`a: assessTransaction(${thought(90)}) { decision }
      b: assessTransaction(${thought(90)}, ${CHALLENGER}) { decision }
      c: assessTransaction(${thought(91)}, ${CHALLENGER}) { decision }`);
    expect((await counted('fraud'))[0].rows).toBe(2 * CUSTOMERS);
  });

  it('are compared about lists of the same length, whatever they call the items', async () => {
    const list = (first: number, more = '') => `recommendations(first: ${first} ${more}) { items { item { itemId } } }`;
    await ofCustomers(`${list(5)} b: ${list(6, CHALLENGER)}`);
    expect(await counted('recommendations')).toEqual([]);
    const { customers: answers } = await ofCustomers(`${list(10)} b: ${list(10, CHALLENGER)}`);
    const [{ rows, agreement, overlap }] = await counted('recommendations');
    expect(rows).toBe(CUSTOMERS);
    interface List {
      readonly items: readonly { readonly item: { readonly itemId: string } }[];
    }
    const alike = answers.map(({ recommendations: a, b }: { recommendations: List; b: List }) => {
      const others = new Set(b.items.map(({ item }) => item.itemId));
      return {
        first: a.items[0]?.item.itemId === b.items[0]?.item.itemId ? 1 : 0,
        both: a.items.filter(({ item }) => others.has(item.itemId)).length / 10,
      };
    }) as { first: number; both: number }[];
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(agreement).toBeCloseTo(mean(alike.map(({ first }) => first)), 9);
    expect(overlap).toBeCloseTo(mean(alike.map(({ both }) => both)), 9);
    expect(overlap).toBeLessThan(0.5);
  });

  it('take what was counted along when one of them leaves', async () => {
    const { unloadModelVersion } = await ask(
      'mutation { unloadModelVersion(model: "churn", version: 3) { userErrors { message } } }',
    );
    expect(unloadModelVersion.userErrors).toEqual([]);
    const versions = async () => (await counted('churn')).map(({ versions }: { versions: number[] }) => versions);
    await expect.poll(versions, { timeout: 10_000 }).toEqual([[1, 2]]);
    expect((await metrics('churn')).filter((line) => line.includes('"3"'))).toEqual([]);
  });
});
