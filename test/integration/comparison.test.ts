import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fill, listen, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';
import { changeManifest, decidingAt, modelFolder, publish } from '../support/versions.js';

const FIGURES =
  'figures { rows agreement failed meanDifference meanAbsoluteDifference largestDifference psi changes { before after rows } outcomes { first { ...o } second { ...o } } }';
const OUTCOMES =
  'fragment o on OutcomeFigures { outcomes truePositives falsePositives trueNegatives falseNegatives recall { value low high } }';
const REPLAY = `id model version status reason total done ${FIGURES}`;

describe('what another version would say', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  beforeAll(async () => {
    const models = modelFolder(join(folder.path, 'models'), 'fraud');
    publish(models, 'fraud', 2, decidingAt(0)); // declines everything: the same network with other thresholds
    changeManifest(models, 'fraud', { aliases: { champion: 1 }, version_policy: { all: {} } });
    server = await startTestServer({ dataDir: join(folder.path, 'data'), modelsDir: models });
    const customers = await fill(server, 10);
    for (let i = 0; i < 6; i++)
      await server.query(RECORD, {
        transactions: Array.from({ length: 100 }, (_, n) => payment(`t${i}-${n}`, customers[n % 10]!)),
      });
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  const compareVersions = (more: string) =>
    server.query(`{ compareVersions(${more}) { a { number } b { number } p95MsOfA p95MsOfB ${FIGURES} } } ${OUTCOMES}`);
  const start = async (more = '') =>
    (
      await server.query(
        `mutation { startReplay(model: "fraud", version: 2, from: "2020-01-01T00:00:00Z", to: "2020-12-31T00:00:00Z" ${more}) { replay { ${REPLAY} } userErrors { code message field } } } ${OUTCOMES}`,
      )
    ).data.startReplay;
  const range = `from: "${new Date(Date.now() - 3_600_000).toISOString()}", to: "${new Date(Date.now() + 3_600_000).toISOString()}"`;
  const startNow = async (version = 2, model = 'fraud') =>
    (
      await server.query(
        `mutation { startReplay(model: "${model}", version: ${version}, ${range}) { replay { ${REPLAY} } userErrors { code message field } } } ${OUTCOMES}`,
      )
    ).data.startReplay;

  it('is compared over the rows that were logged', async () => {
    const { data, errors } = await compareVersions('model: "fraud", a: 1, b: 2, rows: 200');
    expect(errors).toBeUndefined();
    const { figures } = data.compareVersions;
    expect(figures).toMatchObject({ rows: 200, agreement: 0, failed: 0 });
    expect(figures.largestDifference).toBeCloseTo(0, 5); // the same network
    expect(figures.changes).toEqual([{ before: 'APPROVE', after: 'DECLINE', rows: 200 }]);
    expect(data.compareVersions.p95MsOfA).toBeGreaterThan(0);
    const same = await compareVersions('model: "fraud", a: 1, b: 1, rows: 50');
    expect(same.data.compareVersions.figures).toMatchObject({
      rows: 50,
      agreement: 1,
      meanAbsoluteDifference: 0,
      changes: [],
    });
  });

  it('is compared with what payments turned out to be, where that is known', async () => {
    const rows = 'model: "fraud", a: 1, b: 2, rows: 200';
    expect((await compareVersions(rows)).data.compareVersions.figures.outcomes).toBeNull();
    const outcomes = Array.from({ length: 40 }, (_, i) => ({
      ...{ subject: { transactionId: `t5-${i}` }, fraud: i < 10, observedAt: new Date().toISOString() },
    }));
    await server.query('mutation ($o: [OutcomeInput!]!) { reportOutcomes(outcomes: $o) { acceptedCount } }', {
      o: outcomes,
    });
    const of40 = { outcomes: 40, truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
    const known = {
      first: {
        ...of40,
        trueNegatives: 30,
        falseNegatives: 10,
        recall: { value: 0, low: 0, high: expect.closeTo(0.278, 2) },
      },
      second: {
        ...of40,
        truePositives: 10,
        falsePositives: 30,
        recall: { value: 1, low: expect.closeTo(0.722, 2), high: 1 },
      },
    };
    expect((await compareVersions(rows)).data.compareVersions.figures.outcomes).toEqual(known);
    const { replay } = await startNow(1);
    const replayed = async () =>
      (await server.query(`{ replay(id: "${replay.id}") { ${REPLAY} } } ${OUTCOMES}`)).data.replay;
    await expect.poll(async () => (await replayed()).status, { timeout: 15_000 }).toBe('COMPLETED');
    expect((await replayed()).figures.outcomes).toEqual({ first: known.first, second: known.first });
  });

  it('refuses what cannot be compared', async () => {
    for (const [more, message] of [
      ['model: "fraud", a: 1, b: 7', /no version 7/],
      ['model: "nothing", a: 1, b: 2', /no such model/],
      ['model: "fraud", a: 1, b: 2, rows: 1001', /1,?000/],
    ] as const) {
      const { errors } = await compareVersions(more);
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
      expect(errors?.[0]?.message).toMatch(message);
    }
  });

  it('is asked in the background, watched until it is over', async () => {
    const { replay, userErrors } = await startNow();
    expect(userErrors).toEqual([]);
    expect(replay).toMatchObject({ status: 'RUNNING', version: 2, done: 0 });
    const client = server.client();
    const watching = listen(client, `subscription ($id: ID!) { replayProgress(id: $id) { ${REPLAY} } } ${OUTCOMES}`, {
      id: replay.id,
    });
    await expect
      .poll(() => watching.messages.at(-1)?.data?.replayProgress?.status, { timeout: 15_000 })
      .toBe('COMPLETED');
    const last = watching.messages.at(-1)!.data.replayProgress;
    expect(last).toMatchObject({ total: 600, done: 600, reason: null });
    expect(last.figures).toMatchObject({ rows: 600, agreement: 0, failed: 0 });
    const { data } = await server.query(`{ replay(id: "${replay.id}") { ${REPLAY} } } ${OUTCOMES}`);
    expect(data.replay).toEqual(last);
    expect(server.running.data.predictions.head()).toBe(600); // nothing was recorded
    await client.dispose();
  });

  it('can be ended, and says of a time without predictions that there were none', async () => {
    // A busy machine may be through with it before it is told to end: it waits at its first row.
    const { rescoring } = server.running.app;
    const again = rescoring.again.bind(rescoring);
    let goOn: () => void = () => {};
    const told = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const held = vi.spyOn(rescoring, 'again').mockImplementation(async (...row) => {
      await told;
      return again(...row);
    });
    const { replay } = await startNow();
    const cancelled = (
      await server.query(`mutation { cancelReplay(id: "${replay.id}") { replay { status done } userErrors { code } } }`)
    ).data.cancelReplay;
    expect(cancelled).toMatchObject({ replay: { status: 'CANCELLED' }, userErrors: [] });
    goOn();
    held.mockRestore();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { data } = await server.query(`{ replay(id: "${replay.id}") { status done } }`);
    expect(data.replay.status).toBe('CANCELLED');
    const empty = (await start()).replay;
    await expect
      .poll(async () => (await server.query(`{ replay(id: "${empty.id}") { status } }`)).data.replay.status)
      .toBe('COMPLETED');
  });

  it('refuses what cannot be replayed', async () => {
    expect((await startNow(7)).userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['version'] }]);
    expect((await startNow(1, 'nothing')).userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['model'] }]);
    const answer = await server.query(
      `mutation { startReplay(model: "fraud", version: 2, from: "2020-01-02T00:00:00Z", to: "2020-01-01T00:00:00Z") { userErrors { code } } cancelReplay(id: "nothing") { userErrors { code } } }`,
    );
    expect(answer.data).toEqual({
      startReplay: { userErrors: [{ code: 'RANGE_INVALID' }] },
      cancelReplay: { userErrors: [{ code: 'NOT_FOUND' }] },
    });
    const { errors } = await server.query('{ replay(id: "nothing") { id } }');
    expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });
});
