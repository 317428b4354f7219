import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/access/api-keys.js';
import type { Role } from '../../src/core/roles.js';
import { CHURN, dropIn } from '../support/drop-in.js';
import { fill, listen, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';
import { changeManifest } from '../support/versions.js';

const FIELDS = '{ __type(name: "Query") { fields { name } } }';
const PREDICT = `query ($inputs: [ChurnInput!]!) {
  predictChurn(inputs: $inputs) {
    id probability defaultedFeatures outOfRangeFeatures recorded predictedAt modelVersion { number model { name } }
  }
}`;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe('a model that is dropped in', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let models: string;
  let server: TestServer;
  const start = async (env: Record<string, string> = {}) => {
    server = await startTestServer({
      dataDir: join(folder.path, 'data'),
      modelsDir: models,
      env: { SCOREGRAPH_MODELS_POLL_MS: '100', ...env },
    });
  };
  beforeEach(() => {
    folder = temporaryFolder();
    models = join(folder.path, 'models');
    mkdirSync(models);
  });
  afterEach(async () => {
    await server.stop();
    folder.remove();
  });
  const hasField = async (name: string) =>
    (await server.query(FIELDS)).data.__type.fields.some((field: { name: string }) => field.name === name);
  const until = (what: () => Promise<unknown>, is: unknown) =>
    expect.poll(what, { timeout: 15_000, interval: 50 }).toEqual(is);
  const problems = async () => (await server.query('{ modelProblems { model reason message } }')).data.modelProblems;
  const ask = (inputs: object[]) => server.query(PREDICT, { inputs });

  it('is asked by name, with its features as fields, and answers as every prediction does', async () => {
    dropIn(models);
    await start();
    // More often than the executor needs to compile it.
    for (let i = 0; i < 5; i++) {
      const { data, errors } = await ask([
        { logRecency: 4, openComplaints: 1 },
        { tenureMonths: 24, logRecency: 9 },
      ]);
      expect(errors).toBeUndefined();
      const [first, second] = data.predictChurn;
      expect(first.probability).toBeCloseTo(sigmoid(4 - 3 + 0.5 - 0.5), 5);
      expect(first.defaultedFeatures).toEqual(['tenure_months']);
      expect(first.modelVersion).toEqual({ number: 1, model: { name: 'churn' } });
      expect(second.probability).toBeCloseTo(sigmoid(9 - 3 - 1), 5);
      expect(second.outOfRangeFeatures).toEqual(['log_recency']);
      expect(second.recorded).toBe(true);
    }
  });

  it('is found again by its predictionId, in the history, and as a node', async () => {
    dropIn(models);
    await start();
    const [{ id, probability }] = (await ask([{ logRecency: 4 }])).data.predictChurn;
    const part = '__typename id ... on ChurnPrediction { probability }';
    const query = `query ($id: ID!) { prediction(id: $id) { ${part} } node(id: $id) { ${part} }
      predictions(filter: { model: "churn" }) { nodes { ${part} } } }`;
    const expected = { __typename: 'ChurnPrediction', id, probability };
    for (let i = 0; i < 5; i++)
      await until(async () => (await server.query(query, { id })).data, {
        prediction: expected,
        node: expected,
        predictions: { nodes: [expected] },
      });
  });

  it('has a field on the entity, from stored features', async () => {
    dropIn(models);
    await start();
    await fill(server, 2);
    const recorded = await server.query(`mutation {
      upsertItems(items: [{ itemId: "x", title: "X" }]) { acceptedCount }
      recordInteractions(interactions: [
        { interactionId: "i1", customerId: "c1", itemId: "x", kind: PURCHASE, occurredAt: "${new Date().toISOString()}" }
      ]) { acceptedCount } }`);
    expect(recorded.data.recordInteractions.acceptedCount).toBe(1);
    const { data, errors } = await server.query(
      '{ customers(customerIds: ["c1", "c2"]) { churn { probability defaultedFeatures } again: churn { id } } }',
    );
    expect(errors).toBeUndefined();
    const [bought, not] = data.customers;
    expect(not.churn.defaultedFeatures).toEqual(['log_recency', 'open_complaints', 'tenure_months']);
    expect(not.churn.probability).toBeCloseTo(sigmoid(5.9 - 3 - 0.5), 5);
    expect(bought.churn.defaultedFeatures).toEqual(['open_complaints', 'tenure_months']);
    expect(bought.churn.probability).toBeCloseTo(sigmoid(0 - 3 - 0.5), 3);
  });

  it('appears while the server runs, tells who watches, and disturbs no request under way', async () => {
    await start();
    await fill(server);
    expect(await hasField('predictChurn')).toBe(false);
    const client = server.client();
    const changes = listen(client, 'subscription { schemaChanged { generation models changes sha256 } }');
    expect((await changes.next(1))[0]!.data.schemaChanged).toMatchObject({ generation: 1, models: [], changes: [] });
    let asking = true;
    const failures: unknown[] = [];
    const traffic = (async () => {
      while (asking) {
        const { data, errors } = await server.query('{ customer(customerId: "c1") { customerId } }');
        if (errors !== undefined || data.customer.customerId !== 'c1') failures.push(errors);
      }
    })();
    dropIn(models);
    const [, change] = await changes.next(2);
    expect(change!.data.schemaChanged).toMatchObject({
      generation: 2,
      models: ['churn'],
      changes: ['churn came: Query.predictChurn, Customer.churn'],
    });
    expect(await hasField('predictChurn')).toBe(true);
    expect((await ask([{}])).errors).toBeUndefined();
    asking = false;
    await traffic;
    expect(failures).toEqual([]);
    expect((await server.query('{ schemaVersion { sha256 } }')).data.schemaVersion.sha256).toBe(
      change!.data.schemaChanged.sha256,
    );
    await client.dispose();
  });

  it('may not take away what clients rely on, now or over a restart, until somebody accepts it', async () => {
    dropIn(models);
    await start();
    const [first] = CHURN.inputs;
    const inputs = [{ ...first, shape: [-1, 2], features: first!.features.slice(0, 2) }];
    changeManifest(models, 'churn', { inputs });
    await until(async () => (await problems()).map((p: { reason: string }) => p.reason), ['SCHEMA_BREAKING']);
    expect((await problems())[0].message).toContain('ChurnInput.tenureMonths was removed');
    expect((await ask([{ tenureMonths: 3 }])).errors).toBeUndefined();
    await server.stop();
    await start();
    await until(async () => (await ask([{ tenureMonths: 3 }])).errors, undefined);
    expect((await problems())[0].reason).toBe('SCHEMA_BREAKING');
    const accepted = await server.query(
      'mutation { acceptModelGraph(model: "churn") { schemaVersion { changes } userErrors { message } } }',
    );
    expect(accepted.data.acceptModelGraph.userErrors).toEqual([]);
    expect((await ask([{ tenureMonths: 3 }])).errors![0]!.message).toContain('"tenureMonths" is not defined');
    expect(await problems()).toEqual([]);
  });

  it('keeps its fields when its folder goes, until somebody accepts that', async () => {
    dropIn(models);
    await start();
    rmSync(join(models, 'churn'), { recursive: true });
    await server.stop();
    await start();
    expect((await problems()).map((p: { reason: string }) => p.reason)).toContain('MODEL_GONE');
    const { data, errors } = await ask([{}]);
    expect(data.predictChurn).toEqual([null]);
    expect(errors![0]!.extensions.code).toBe('MODEL_UNAVAILABLE');
    await server.query('mutation { acceptModelGraph(model: "churn") { userErrors { message } } }');
    expect(await hasField('predictChurn')).toBe(false);
    const again = await server.query('mutation { acceptModelGraph(model: "churn") { userErrors { code } } }');
    expect(again.data.acceptModelGraph.userErrors).toEqual([{ code: 'NOT_FOUND' }]);
  });

  it('is refused alone when its names do not fit, and the rest goes on', async () => {
    dropIn(models);
    dropIn(models, { ...CHURN, name: 'leaver', graph: { field: 'churn' } });
    dropIn(models, { ...CHURN, name: 'strange', inputs: [withFeature({ name: 'days since' })] });
    dropIn(models, { ...CHURN, name: 'double', inputs: [withFeature({ name: 'logRecency' })] });
    dropIn(models, { ...CHURN, name: 'unknown', inputs: [withFeature({ stored: 'rfm@1/shoe_size' })] });
    await start();
    expect(Object.fromEntries((await problems()).map((p: Record<string, string>) => [p.model, p.reason]))).toEqual({
      leaver: 'GRAPH_NAME_TAKEN',
      strange: 'GRAPH_NAME_INVALID',
      double: 'GRAPH_NAME_TAKEN',
      unknown: 'FEATURE_UNKNOWN',
    });
    expect((await ask([{}])).errors).toBeUndefined();
  });

  it('says which feature of which row is wrong, and answers the other rows', async () => {
    dropIn(models);
    await start();
    const { data, errors } = await ask([{ logRecency: 1e300 }, { logRecency: 1 }]);
    expect(data.predictChurn[0]).toBeNull();
    expect(data.predictChurn[1].probability).toBeCloseTo(sigmoid(1 - 3 - 0.5), 5);
    expect(errors).toHaveLength(1);
    expect(errors![0]).toMatchObject({
      path: ['predictChurn', 0],
      extensions: { code: 'INVALID_FEATURES', model: 'churn', field: 'log_recency' },
    });
    expect((await ask([])).errors![0]!.message).toBe('expected 1 to 1000 rows, got 0');
  });
});

describe('a dropped-in model on a guarded server', () => {
  const folder = temporaryFolder();
  const keyFile = join(folder.path, 'api-keys.json');
  const models = join(folder.path, 'models');
  const key = (roles: Role[], customers: string[] | null = null) =>
    createApiKey(keyFile, { name: 'test', roles, customers, expiresAt: null }, Date.now()).key;
  const keys = {
    viewer: key(['viewer']),
    operator: key(['operator']),
    ingester: key(['ingester']),
    scorer: key(['scorer']),
    bound: key(['scorer'], ['c1']),
  };
  const as = (who: keyof typeof keys) => ({ authorization: `Bearer ${keys[who]}` });
  let server: TestServer;
  beforeAll(async () => {
    dropIn(models);
    server = await startTestServer({
      dataDir: folder.path,
      modelsDir: models,
      env: { SCOREGRAPH_API_KEYS: 'on', SCOREGRAPH_INTROSPECTION: 'operator' },
    });
    await server.query(
      'mutation { upsertCustomers(customers: [{customerId: "c1"}, {customerId: "c2"}]) { acceptedCount } }',
      {},
      as('ingester'),
    );
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('is for scorers, and of an entity for those who may see it', async () => {
    const asked =
      '{ customers(customerIds: ["c1", "c2"]) { churn { probability } } predictChurn(inputs: [{}]) { id } }';
    const bound = await server.query(asked, {}, as('bound'));
    expect(bound.data.customers[0].churn.probability).toBeGreaterThan(0);
    expect(bound.data.customers[1]).toBeNull();
    expect(bound.errors!.map(({ extensions }) => extensions.code)).toEqual(['NOT_FOUND']);
    const { id } = bound.data.predictChurn[0];
    const viewer = await server.query(asked, {}, as('viewer'));
    expect(viewer.errors![0]!.extensions.code).toBe('FORBIDDEN');
    // What nobody in particular was asked about is nobody's in particular: only who sees everybody finds it.
    const find = `{ node(id: "${id}") { id } }`;
    await expect.poll(async () => (await server.query(find, {}, as('viewer'))).data.node).toEqual({ id });
    expect((await server.query(find, {}, as('bound'))).data.node).toBeNull();
    const accept = 'mutation { acceptModelGraph(model: "churn") { schemaVersion { sha256 } } }';
    expect((await server.query(accept, {}, as('scorer'))).errors![0]!.extensions.code).toBe('FORBIDDEN');
  });

  it('stands in the schema that who may introspect can download', async () => {
    const get = (headers: Record<string, string>) => fetch(`${server.url}/graphql/schema.graphql`, { headers });
    expect((await get({})).status).toBe(401);
    expect((await get(as('viewer'))).status).toBe(403);
    const answer = await get(as('operator'));
    expect(answer.headers.get('content-type')).toBe('application/graphql; charset=utf-8');
    const text = await answer.text();
    expect(buildSchema(text).getType('ChurnPrediction')).toBeDefined();
    expect(text).toContain('predictChurn');
  });
});

/** The churn model's input with its last feature changed. */
const withFeature = (change: object) => {
  const [input] = CHURN.inputs;
  return { ...input, features: [...input!.features.slice(0, 2), { ...input!.features[2], ...change }] };
};
