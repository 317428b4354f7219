import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/access/api-keys.js';
import { signCard } from '../../src/inference/signing.js';
import { keyId } from '../../src/inference/version-passport.js';
import { fill, listen, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';
import { changeManifest, fillWeights, modelFolder, publish } from '../support/versions.js';

const VERSION = `number state sizeBytes memoryBytes sha256 trainedOn metrics { name value }
  signature { state required keyId }
  card { format intendedUse limits trainingData { name rows from to licence url notes } }`;

const changeCard = (folder: string, to: (card: object) => object) => {
  const file = join(folder, 'version.json');
  writeFileSync(file, JSON.stringify(to(JSON.parse(readFileSync(file, 'utf8')))));
};

describe('what the graph tells of a version', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  const versions = async () =>
    (await server.query(`{ model(name: "fraud") { versions { ${VERSION} } } }`)).data.model.versions;
  const done = async (field: string) => {
    const { data, errors } = await server.query(`mutation { result: ${field} { userErrors { code message } } }`);
    expect([errors, data?.result.userErrors]).toEqual([undefined, []]);
  };

  beforeAll(async () => {
    const models = modelFolder(join(folder.path, 'models'), 'fraud');
    // The same files under another card; other files, never loaded; a card that says nothing, or nonsense.
    publish(models, 'fraud', 2, {
      change: (path) => changeCard(path, (card) => ({ ...card, intended_use: 'Trying.' })),
    });
    publish(models, 'fraud', 3, { change: (path) => fillWeights(path, 0.5) });
    publish(models, 'fraud', 4, {
      change: (path) =>
        changeCard(path, (card) => ({
          ...card,
          metrics: { auc: 1 },
          training_data: 'mine',
          limits: 7,
          intended_use: [],
        })),
    });
    publish(models, 'fraud', 5, { spoil: (path) => writeFileSync(join(path, 'version.json'), '{ "version":') });
    changeManifest(models, 'fraud', { version_policy: { specific: { versions: [1, 2] } }, aliases: { champion: 1 } });
    server = await startTestServer({ dataDir: join(folder.path, 'data'), modelsDir: models });
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('its card: what it is for, what it is not, and under which terms its data may be used', async () => {
    const [first] = await versions();
    expect(first.card).toMatchObject({
      format: 'tfjs-layers',
      intendedUse: expect.stringContaining('how likely a card payment is to be fraud'),
      limits: expect.arrayContaining([expect.stringContaining('US dollars')]),
      trainingData: {
        name: 'card-transactions (simulated, Sparkov)',
        rows: 1110824,
        from: '2019-01-01 00:00:58',
        licence: 'output of the MIT-licensed Sparkov generator',
        url: expect.stringContaining('Sparkov'),
        notes: expect.stringContaining('Simulated'),
      },
    });
  });

  it('of versions that were never loaded, too', async () => {
    const third = (await versions())[2];
    expect(third).toMatchObject({ state: 'END', trainedOn: 'card-transactions (simulated, Sparkov)' });
    expect(third.metrics.length).toBeGreaterThan(5);
    expect(third.card.trainingData.licence).toContain('MIT');
  });

  it('its checksum: the same for the same files, whatever the card says of them', async () => {
    const [one, two, three, , five] = await versions();
    expect(one.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(two.sha256).toBe(one.sha256);
    expect(three.sha256).not.toBe(one.sha256);
    expect(five).toMatchObject({ sha256: null, card: null, signature: null });
  });

  it('its size, and what it takes in memory', async () => {
    const [one] = await versions();
    expect(one.sizeBytes).toBeGreaterThan(100_000);
    expect(one.sizeBytes).toBeLessThan(300_000);
    expect(one.memoryBytes).toBe(2 * one.sizeBytes + 1024 * 1024); // one worker here
  });

  it('nothing, where a card says nothing or nonsense', async () => {
    const [, two, , four] = await versions();
    expect(two.card.intendedUse).toBe('Trying.');
    expect(four).toMatchObject({ metrics: [], card: { intendedUse: null, limits: [], trainingData: null } });
  });

  it('that nobody signed it, and that nobody had to', async () => {
    expect((await versions())[0].signature).toEqual({ state: 'UNSIGNED', required: false, keyId: null });
  });

  it('who moved an alias, when and why; and what became of the model, the newest first', async () => {
    await done('setModelAlias(model: "fraud", alias: "champion", version: 2, reason: "fewer false alarms")');
    await done(
      'setRoutingPolicy(model: "fraud", policy: { canary: { version: 1, percent: 5 } }, reason: "just in case")',
    );
    await done('startRollOut(model: "fraud", version: 1, steps: [10, 20], reason: "step by step")');
    await done('abortRollOut(model: "fraud", reason: "enough")');
    await done('rollBackModel(model: "fraud", reason: "more false alarms")');
    const { data } = await server.query(`{ model(name: "fraud") {
      aliases { name changedBy changedAt reason before version { number } }
      history(first: 20) { at kind versions text by reason }
      versions { number history(first: 3) { text } } } }`);
    expect(data.model.aliases).toEqual([
      {
        ...{ name: 'champion', changedBy: 'local', reason: 'more false alarms', before: [], version: { number: 1 } },
        changedAt: expect.stringMatching(/^20/),
      },
    ]);
    const told = data.model.history.map(({ text, by, reason }: Record<string, string>) => [text, by, reason]);
    expect(told.slice(0, 5)).toEqual([
      ['champion: 2 → 1', 'local', 'more false alarms'],
      ['roll-out of 1: aborted', 'local', 'enough'],
      ['roll-out of 1: 10 %', 'local', 'step by step'],
      ['canary: 5 % to 1', 'local', 'just in case'],
      ['champion: 1 → 2', 'local', 'fewer false alarms'],
    ]);
    expect(told.slice(5).map(([text]: string[]) => text)).toEqual(
      expect.arrayContaining(['1 is AVAILABLE', '2 is AVAILABLE']),
    );
    const [, second] = data.model.versions;
    expect(second.history.map(({ text }: { text: string }) => text)).toEqual([
      'champion: 2 → 1',
      'champion: 1 → 2',
      '2 is AVAILABLE',
    ]);
    const refused = await server.query('{ model(name: "fraud") { history(first: 101) { text } } }');
    expect(refused.errors![0]!.message).toContain('100');
  });

  it('who answers, live, and that it is time to ask again', async () => {
    await fill(server, 3);
    await done('setRoutingPolicy(model: "fraud", policy: { canary: { version: 2, percent: 50 } }, reason: "half")');
    const client = server.client();
    const stats = listen(
      client,
      'subscription { liveStats(every: 0.25) { traffic { model changedAt arms { arm version percent rows errors p95Ms } } } }',
    );
    const [first] = await stats.next(1);
    const [{ model, changedAt, arms }] = first!.data.liveStats.traffic;
    expect([model, arms.map(({ arm, version, percent }: never) => [arm, version, percent])]).toEqual([
      'fraud',
      [
        ['canary', 2, 50],
        ['champion', 1, 50],
      ],
    ]);
    await server.query(RECORD, { transactions: ['c1', 'c2', 'c3'].map((c, i) => payment(`t${i}`, c)) });
    const newest = () => stats.messages.at(-1)!.data.liveStats.traffic[0];
    const rows = () => newest().arms.reduce((sum: number, arm: { rows: number }) => sum + arm.rows, 0);
    await expect.poll(rows, { timeout: 5_000 }).toBe(3);
    await done('setRoutingPolicy(model: "fraud", policy: { champion: true }, reason: "enough")');
    await expect.poll(() => newest().changedAt > changedAt, { timeout: 5_000 }).toBe(true);
    expect(newest().arms).toEqual([]);
    stats.stop();
    await client.dispose();
  });
});

describe('a signed version', () => {
  it('says whose key it was, and what is wrong with others', async () => {
    const folder = temporaryFolder();
    const models = modelFolder(join(folder.path, 'models'), 'segmentation');
    const [ours, theirs] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
    const signed = (version: number, { privateKey }: typeof ours) => {
      const place = join(models, 'segmentation', String(version));
      const card = readFileSync(join(place, 'version.json'), 'utf8');
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
      writeFileSync(join(place, 'version.json.sig'), signCard({ model: 'segmentation', version, card }, pem));
    };
    publish(models, 'segmentation', 2);
    publish(models, 'segmentation', 3);
    signed(1, ours);
    signed(2, theirs);
    const keys = join(folder.path, 'publishers.pub');
    writeFileSync(keys, ours.publicKey.export({ type: 'spki', format: 'pem' }));
    const told = async (env: Record<string, string>) => {
      const server = await startTestServer({ dataDir: join(folder.path, 'data'), modelsDir: models, env });
      const { data } = await server.query(`{ model(name: "segmentation") { versions { ${VERSION} } } }`);
      await server.stop();
      return data.model.versions.map(({ signature }: { signature: object }) => signature);
    };
    expect(await told({ SCOREGRAPH_MODEL_PUBLIC_KEY_FILE: keys })).toEqual([
      { state: 'VERIFIED', required: true, keyId: keyId(ours.publicKey) },
      { state: 'INVALID', required: true, keyId: null },
      { state: 'UNSIGNED', required: true, keyId: null },
    ]);
    expect(await told({})).toEqual([
      { state: 'NOT_CHECKED', required: false, keyId: null },
      { state: 'NOT_CHECKED', required: false, keyId: null },
      { state: 'UNSIGNED', required: false, keyId: null },
    ]);
    folder.remove();
  });
});

describe('who asks', () => {
  it('is told who they are, and what they may', async () => {
    const folder = temporaryFolder();
    const file = join(folder.path, 'api-keys.json');
    const make = (roles: never[], customers: string[] | null) =>
      createApiKey(file, { name: 'test', roles, customers, expiresAt: null }, Date.now());
    const operator = make(['operator'] as never, null);
    const bound = make(['scorer'] as never, ['c1']);
    const server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_API_KEYS: 'on' } });
    const ask = (key?: string) =>
      server.query(
        '{ caller { id roles allCustomers } }',
        {},
        key === undefined ? {} : { authorization: `Bearer ${key}` },
      );
    expect((await ask(operator.key)).data.caller).toEqual({
      ...{ id: `key:${operator.kept.prefix}`, roles: ['VIEWER', 'OPERATOR'], allCustomers: true },
    });
    expect((await ask(bound.key)).data.caller).toMatchObject({ roles: ['VIEWER', 'SCORER'], allCustomers: false });
    expect((await ask()).errors![0]!.extensions.code).toBe('UNAUTHENTICATED');
    await server.stop();
    folder.remove();
  });
});
