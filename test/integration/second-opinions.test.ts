import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestServer, type TestServer, temporaryFolder } from '../support/server.js';
import { changeManifest, modelFolder, publish } from '../support/versions.js';

const RANKING = 'ranking { overlap jaccard rankBiasedOverlap }';
const FIGURES = `figures { rows failed agreement ${RANKING} changes { before after rows } }`;
const CUSTOMERS = 12;
/** Half of them bought, and get a list without what they bought too; one in three has nothing but a country. */
const LISTS = `query ($ids: [ID!]!) { customers(customerIds: $ids) {
  all: recommendations(first: 10) { basis items { item { itemId } } }
  new: recommendations(first: 10, excludePurchased: true) { basis items { item { itemId } } } } }`;

/** The recommender with its vocabulary turned around, weights and all: every item has another number, and every list is the same. */
function turnAround(folder: string): void {
  const rewrite = (file: string, to: (content: unknown) => unknown) =>
    writeFileSync(join(folder, file), JSON.stringify(to(JSON.parse(readFileSync(join(folder, file), 'utf8')))));
  let items = 0;
  rewrite('assets/items.json', (list) => {
    items = (list as unknown[]).length;
    return (list as unknown[]).toReversed();
  });
  rewrite('assets/popularity.json', (popularity) => {
    const { overall, countries } = popularity as { overall: number[]; countries: Record<string, number[]> };
    const turned = (ranking: number[]) => ranking.map((index) => items - 1 - index);
    return {
      overall: turned(overall),
      countries: Object.fromEntries(Object.entries(countries).map(([country, own]) => [country, turned(own)])),
    };
  });
  const { weightsManifest } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
  const weights = new Float32Array(new Uint8Array(readFileSync(join(folder, 'weights.bin'))).buffer);
  let offset = 0;
  for (const { shape } of weightsManifest[0].weights as { shape: [number, number] }[]) {
    const [rows, columns] = shape;
    const table = weights.slice(offset, offset + rows * columns);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        // Embeddings have the padding first; the kernel has an item in each column.
        const [to, at] = rows === items + 1 ? [row === 0 ? 0 : rows - row, column] : [row, columns - 1 - column];
        weights[offset + to * columns + at] = table[row * columns + column]!;
      }
    offset += rows * columns;
  }
  writeFileSync(join(folder, 'weights.bin'), new Uint8Array(weights.buffer));
}

describe('recommendations, as another version makes them', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  let items: readonly string[];
  const ids = Array.from({ length: CUSTOMERS }, (_, i) => `c${i}`);

  beforeAll(async () => {
    const models = modelFolder(join(folder.path, 'models'), 'recommendations');
    publish(models, 'recommendations', 2, { change: turnAround });
    // 3 does not know a third of the items, and takes another for each of the rest.
    publish(models, 'recommendations', 3, {
      change(path) {
        const file = join(path, 'assets/items.json');
        const list = JSON.parse(readFileSync(file, 'utf8')) as { id: string }[];
        writeFileSync(
          file,
          JSON.stringify(list.toReversed().map((item, i) => (i % 3 ? item : { ...item, id: `x${i}` }))),
        );
      },
    });
    changeManifest(models, 'recommendations', {
      ...{ aliases: { champion: 1 }, version_policy: { all: {} }, prediction_log: 'all' },
    });
    server = await startTestServer({ dataDir: join(folder.path, 'data'), modelsDir: models });
    items = server.running.app.recommendations.items().map(({ id }) => id);
    const interactions = ids.flatMap((customerId, c) =>
      c % 3 === 2
        ? []
        : Array.from({ length: 8 }, (_, i) => ({
            ...{ interactionId: `${customerId}-${i}`, customerId, itemId: items[(c * 131 + i * 17) % items.length]! },
            ...{ kind: i % 2 === 0 ? 'PURCHASE' : 'VIEW', occurredAt: new Date(Date.now() - (9 - i) * 1_000) },
          })),
    );
    const { data } = await server.query(
      `mutation ($customers: [CustomerInput!]!, $interactions: [InteractionInput!]!) {
        upsertCustomers(customers: $customers) { acceptedCount }
        recordInteractions(interactions: $interactions) { acceptedCount } }`,
      { customers: ids.map((customerId) => ({ customerId, country: 'Germany' })), interactions },
    );
    expect(data.recordInteractions.acceptedCount).toBe(interactions.length);
    const { errors } = await server.query(LISTS, { ids });
    expect(errors).toBeUndefined();
    const logged = async () =>
      (await server.query('{ predictions(filter: { model: "recommendations" }, first: 100) { nodes { id } } }')).data
        .predictions.nodes.length;
    await vi.waitFor(async () => expect(await logged()).toBe(2 * CUSTOMERS), { timeout: 5_000 });
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  const compare = async (a: number, b: number) => {
    const query = `{ compareVersions(model: "recommendations", a: ${a}, b: ${b}, rows: 100) { ${FIGURES} } }`;
    const { data, errors } = await server.query(query);
    expect(errors).toBeUndefined();
    return data.compareVersions.figures;
  };
  const replay = async (version: number) => {
    const range = `from: "${new Date(Date.now() - 60_000).toISOString()}", to: "${new Date(Date.now() + 60_000).toISOString()}"`;
    const { data } = await server.query(
      `mutation { startReplay(model: "recommendations", version: ${version}, ${range}) { replay { id } userErrors { message } } }`,
    );
    expect(data.startReplay.userErrors).toEqual([]);
    const state = async () =>
      (await server.query(`{ replay(id: "${data.startReplay.replay.id}") { status ${FIGURES} } }`)).data.replay;
    await expect.poll(async () => (await state()).status, { timeout: 10_000 }).toBe('COMPLETED');
    return (await state()).figures;
  };
  const same = { overlap: 1, jaccard: 1, rankBiasedOverlap: expect.closeTo(1) };

  it('are the ones that were logged, when the version is asked that made them', async () => {
    expect(await replay(1)).toMatchObject({ rows: 2 * CUSTOMERS, failed: 0, agreement: 1, ranking: same, changes: [] });
  });

  it('are read by the vocabulary they were logged with, what was left out then is left out again', async () => {
    for (const figures of [await replay(2), await compare(1, 2), await compare(2, 1)]) {
      expect(figures).toMatchObject({ rows: 2 * CUSTOMERS, failed: 0, agreement: 1 });
      for (const measure of Object.values(figures.ranking)) expect(measure).toBeGreaterThan(0.99);
    }
  });

  it('tell how far two versions are apart', async () => {
    const { ranking, agreement, failed } = await compare(1, 3);
    expect(failed).toBe(0);
    expect(agreement).toBeLessThan(0.5);
    expect(ranking.overlap).toBeLessThan(0.5);
    expect(ranking.jaccard).toBeLessThanOrEqual(ranking.overlap);
    const replayed = await replay(3);
    expect(replayed.agreement).toBe(agreement);
    expect(replayed.ranking.overlap).toBeCloseTo(ranking.overlap, 9);
  });

  it('are made beside the champion’s by a shadow, from what it knows of the customer', async () => {
    const set = async (policy: string) => {
      const { data } = await server.query(
        `mutation { setRoutingPolicy(model: "recommendations", policy: ${policy}, reason: "look") { userErrors { message } } }`,
      );
      expect(data.setRoutingPolicy.userErrors).toEqual([]);
    };
    const shadow = async () =>
      (
        await server.query(
          '{ model(name: "recommendations") { policy { shadow { rows agreement overlap failed dropped } } } }',
        )
      ).data.model.policy.shadow;
    const rows = 2 * CUSTOMERS;
    await set('{ shadow: { version: 2 } }');
    const champions = await server.query(LISTS, { ids });
    await expect.poll(async () => (await shadow()).rows, { timeout: 10_000 }).toBe(rows);
    expect(await shadow()).toEqual({ rows, agreement: 1, overlap: expect.closeTo(1, 2), failed: 0, dropped: 0 });
    // What is kept of it is in its own numbers.
    const kept = () => server.running.data.personal.predictions('c0', null, 100);
    const ofShadow = async () => (await kept()).filter(({ record }) => record.arm === 'shadow');
    await expect.poll(async () => (await ofShadow()).length, { timeout: 5_000 }).toBe(2);
    const [[own], [first]] = [await ofShadow(), await kept()];
    expect(own!.record).toMatchObject({ version: 2, model: 'recommendations' });
    expect(own!.record.features[0]).toBe(items.length + 1 - first!.record.features[0]!);
    await set('{ shadow: { version: 3 } }');
    expect((await server.query(LISTS, { ids })).data).toEqual(champions.data); // nobody is answered with it
    await expect.poll(async () => (await shadow()).rows, { timeout: 10_000 }).toBe(rows);
    expect((await shadow()).overlap).toBeLessThan(0.5);
  });

  it('cannot be asked for again when their vocabulary is gone', async () => {
    await server.query(
      'mutation { setRoutingPolicy(model: "recommendations", policy: { champion: true }, reason: "r") { userErrors { message } } }',
    );
    const { data } = await server.query(
      `mutation { setModelAlias(model: "recommendations", alias: "champion", version: 2, reason: "r") { userErrors { message } }
        unloadModelVersion(model: "recommendations", version: 1) { userErrors { message } } }`,
    );
    expect(data.unloadModelVersion.userErrors).toEqual([]);
    const state = () => server.running.inference.registry.version('recommendations', 1)?.state;
    await expect.poll(state, { timeout: 10_000 }).toBe('END');
    const figures = await compare(2, 3);
    // What was logged before the shadows, and beside each of them.
    expect(figures).toMatchObject({ rows: 0, failed: 3 * 2 * CUSTOMERS, ranking: null });
  });
});
