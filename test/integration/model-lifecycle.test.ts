import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ENGINES } from '../support/engines.js';
import { fill, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';
import { changeManifest, fillWeights, modelFolder, publish } from '../support/versions.js';

const MODEL = `model(name: "segmentation") { aliases { name version { number } } versions { number state reason } }`;
const PAYLOAD = `{ model { aliases { name version { number } } versions { number state reason } } userErrors { code message field } }`;
const ASK = '{ customer(customerId: "c1") { segment { modelVersion { number } } } }';

describe('the life of model versions', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let models: string;
  let server: TestServer;
  const env = { SCOREGRAPH_MODELS_POLL_MS: '100', SCOREGRAPH_ENGINE: 'auto' };
  const start = async (more: Record<string, string> = {}) => {
    server = await startTestServer({ dataDir: join(folder.path, 'data'), modelsDir: models, env: { ...env, ...more } });
  };
  beforeEach(async () => {
    folder = temporaryFolder();
    models = modelFolder(join(folder.path, 'models'), 'segmentation', {
      version_policy: { latest: { num_versions: 1 } },
    });
  });
  afterEach(async () => {
    await server.stop();
    folder.remove();
  });

  const states = async () => {
    const { data } = await server.query(`{ ${MODEL} }`);
    return Object.fromEntries(
      data.model.versions.map((v: { number: number; state: string; reason: string | null }) => [
        v.number,
        v.reason === null ? v.state : `${v.state}: ${v.reason}`,
      ]),
    );
  };
  const champion = async () =>
    (await server.query(`{ ${MODEL} }`)).data.model.aliases.find((a: { name: string }) => a.name === 'champion').version
      .number;
  const answers = async () => {
    const { data, errors } = await server.query(ASK);
    return errors === undefined ? data.customer.segment.modelVersion.number : errors[0]!.message;
  };
  const until = (what: () => Promise<unknown>, is: unknown) =>
    expect.poll(what, { timeout: 15_000, interval: 50 }).toEqual(is);
  const mutate = async (field: string) =>
    Object.values((await server.query(`mutation { ${field} ${PAYLOAD} }`)).data)[0] as {
      model: object | null;
      userErrors: { code: string; message: string }[];
    };

  it('loads a new folder without letting it take over; the alias does that, and back', async () => {
    await start();
    await fill(server);
    expect(await answers()).toBe(1);
    publish(models, 'segmentation', 2);
    await until(states, { 1: 'AVAILABLE', 2: 'AVAILABLE' });
    expect(await answers()).toBe(1);
    const moved = await mutate('setModelAlias(model: "segmentation", alias: "champion", version: 2, reason: "better")');
    expect(moved.userErrors).toEqual([]);
    expect(await answers()).toBe(2);
    await until(states, { 1: 'END: not loaded by the version policy', 2: 'AVAILABLE' });
    expect((await mutate('rollBackModel(model: "segmentation", reason: "worse")')).userErrors).toEqual([]);
    expect(await answers()).toBe(1);
    expect((await mutate('rollBackModel(model: "segmentation", reason: "again")')).userErrors).toMatchObject([
      { code: 'NO_EARLIER_VERSION' },
    ]);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('scoregraph_model_version_state{model="segmentation",version="1",state="AVAILABLE"} 1');
  });

  it('promotes by itself only where the manifest says so, and not back to what was rolled back', async () => {
    changeManifest(models, 'segmentation', { promotion: 'auto' });
    await start();
    publish(models, 'segmentation', 10);
    await until(champion, 10);
    publish(models, 'segmentation', 9); // integers: 9 is older
    await until(async () => (await states())[9], 'END: not loaded by the version policy');
    expect(await champion()).toBe(10);
    expect((await mutate('rollBackModel(model: "segmentation", reason: "worse")')).userErrors).toEqual([]);
    await server.running.inference.lifecycle.refresh();
    await until(async () => (await states())[10], 'AVAILABLE');
    await server.running.inference.lifecycle.refresh();
    expect(await champion()).toBe(1);
    publish(models, 'segmentation', 11);
    await until(champion, 11);
  });

  it('keeps aliases over a restart, and takes them from the manifest the first time only', async () => {
    publish(models, 'segmentation', 2);
    changeManifest(models, 'segmentation', { aliases: { champion: 1 } });
    await start();
    expect(await champion()).toBe(1);
    await mutate('setModelAlias(model: "segmentation", alias: "champion", version: 2, reason: "r")');
    await mutate('setModelAlias(model: "segmentation", alias: "eu-shadow", version: 2, reason: "r")');
    await server.stop();
    publish(models, 'segmentation', 3);
    await start();
    expect(await champion()).toBe(2);
    const { data } = await server.query(`{ ${MODEL} }`);
    expect(data.model.aliases).toContainEqual({ name: 'eu-shadow', version: { number: 2 } });
    expect(await states()).toEqual({ 1: 'END: not loaded by the version policy', 2: 'AVAILABLE', 3: 'AVAILABLE' });
  });

  it('never loads what is half written, and loads it when it is whole', async () => {
    await start();
    const place = join(models, 'segmentation', '2');
    cpSync(join(models, 'segmentation', '1'), place, { recursive: true });
    const card = readFileSync(join(place, 'version.json'), 'utf8').replace(/"version":\s*1/, '"version": 2');
    rmSync(join(place, 'version.json'));
    await until(async () => (await states())[2], 'START: waiting for its version.json');
    const weights = readFileSync(join(place, 'weights.bin'));
    writeFileSync(join(place, 'weights.bin'), weights.subarray(0, 100));
    writeFileSync(join(place, 'version.json'), card);
    await until(async () => /^END: weights.bin: expected sha256/.test((await states())[2]), true);
    writeFileSync(join(place, 'weights.bin'), weights);
    await until(async () => (await states())[2], 'AVAILABLE');
    expect(await champion()).toBe(1);
  });

  it('says why a version is not served, and serves the other on', async () => {
    await start();
    await fill(server);
    const at = (version: number) => async () => (await states())[version] ?? '';
    const broken: [number, Parameters<typeof publish>[3], RegExp][] = [
      [2, { change: (f) => fillWeights(f, Number.NaN) }, /^END: segmentation 2: .*expected finite numbers/],
      [3, { change: (f) => writeFileSync(join(f, 'model.json'), '{"x":1}') }, /^END: .*expected modelTopology/],
      [4, { spoil: (f) => rmSync(join(f, 'weights.bin')) }, /^END: weights.bin: the file is missing/],
      [5, { spoil: (f) => writeFileSync(join(f, 'version.json'), '{') }, /^END: version.json: expected JSON/],
      [
        6,
        {
          change: (f) => {
            const text = readFileSync(join(f, 'model.json'), 'utf8');
            writeFileSync(join(f, 'model.json'), text.replace('"class_name":"Dense"', '"class_name":"PyFunc"'));
          },
        },
        /^END: .*Unknown layer: PyFunc/,
      ],
      [
        7,
        {
          spoil: (f) => {
            renameSync(join(f, 'weights.bin'), join(folder.path, 'elsewhere.bin'));
            symlinkSync(join(folder.path, 'elsewhere.bin'), join(f, 'weights.bin'));
          },
        },
        /^END: .*a link leads out of the models folder/,
      ],
      [
        8,
        {
          spoil: (f) => {
            const card = JSON.parse(readFileSync(join(f, 'version.json'), 'utf8'));
            card.files['../../../../etc/passwd'] = '0'.repeat(64);
            writeFileSync(join(f, 'version.json'), JSON.stringify(card));
          },
        },
        /^END: .*leaves the version's folder/,
      ],
    ];
    changeManifest(models, 'segmentation', { version_policy: { all: {} } });
    for (const [version, options] of broken) publish(models, 'segmentation', version, options);
    for (const [version, , reason] of broken) await expect.poll(at(version), { timeout: 20_000 }).toMatch(reason);
    expect(await answers()).toBe(1);
  });

  it('ends what hangs or takes too much memory while it is tried', async () => {
    await start({ SCOREGRAPH_MODEL_LOAD_MEMORY_MB: '64' });
    expect((await states())[1]).toMatch(/^END: .*expected it to load within 64 MiB; it took/);
    await server.stop();
    await start({ SCOREGRAPH_MODEL_LOAD_TIMEOUT_MS: '100' });
    expect((await states())[1]).toMatch(/^END: .*expected it to load within 100 ms; it did not/);
  });

  it('refuses what makes no sense, with a code', async () => {
    for (const name of ['v1', '01', '-1', '1.5', '1000000000000'])
      mkdirSync(join(models, 'segmentation', name), { recursive: true });
    symlinkSync('/etc', join(models, 'segmentation', '77'));
    for (const name of ['odd', 'huge', 'deep']) {
      mkdirSync(join(models, name));
      const manifest = JSON.parse(readFileSync(join(models, 'segmentation', 'manifest.json'), 'utf8'));
      const text = {
        odd: JSON.stringify({ ...manifest, name, versoin_policy: {} }),
        huge: JSON.stringify({ ...manifest, name, description: 'x'.repeat(2_000_000) }),
        deep: `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      }[name]!;
      writeFileSync(join(models, name, 'manifest.json'), text);
    }
    await start();
    const { data } = await server.query('{ modelProblems { model reason message } }');
    const problems = data.modelProblems.map(
      (p: { model: string; reason: string; message: string }) => `${p.model} ${p.reason} ${p.message.slice(0, 90)}`,
    );
    for (const name of ['v1', '01', '-1', '1.5', '1000000000000'])
      expect(problems).toContain(
        `segmentation VERSION_NAME_INVALID expected a version folder named 1 to 999999999, got "${name}"`,
      );
    expect(problems).toContainEqual(expect.stringContaining('segmentation LINKED 77'));
    expect(problems).toContainEqual(expect.stringMatching(/odd MANIFEST_INVALID .*versoin_policy/));
    expect(problems).toContainEqual(expect.stringMatching(/huge MANIFEST_INVALID .*expected at most 1048576 bytes/));
    expect(problems).toContainEqual(expect.stringContaining('deep MANIFEST_INVALID'));
    const refused: [string, string][] = [
      ['loadModelVersion(model: "nothing", version: 1)', 'NOT_FOUND'],
      ['loadModelVersion(model: "segmentation", version: 2)', 'NOT_FOUND'],
      ['loadModelVersion(model: "../fraud", version: 1)', 'NOT_FOUND'],
      ['unloadModelVersion(model: "segmentation", version: 1)', 'PINNED'],
      ['setModelAlias(model: "segmentation", alias: "champion", version: 9, reason: "")', 'NOT_FOUND'],
      ['setModelAlias(model: "segmentation", alias: "__proto__", version: 1, reason: "")', 'ALIAS_INVALID'],
      ['rollBackModel(model: "segmentation", alias: "challenger", reason: "")', 'ALIAS_NOT_FOUND'],
    ];
    for (const [field, code] of refused)
      expect((await mutate(field)).userErrors, field).toMatchObject([{ code, message: expect.any(String) }]);
    publish(models, 'segmentation', 3, { change: (f) => fillWeights(f, Number.NaN) });
    await until(async () => /^END/.test((await states())[3] ?? ''), true);
    expect(
      (await mutate('setModelAlias(model: "segmentation", alias: "champion", version: 3, reason: "")')).userErrors,
    ).toMatchObject([{ code: 'NOT_AVAILABLE' }]);
    expect((await mutate('loadModelVersion(model: "segmentation", version: 3)')).userErrors).toMatchObject([
      { code: 'LOAD_FAILED' },
    ]);
  });

  it('does one thing at a time to a model, and tells the second', async () => {
    publish(models, 'segmentation', 2);
    publish(models, 'segmentation', 3);
    await start();
    const results = await Promise.all([1, 2].map(() => mutate('loadModelVersion(model: "segmentation", version: 2)')));
    expect(results.map(({ userErrors }) => userErrors[0]?.code ?? 'done').sort()).toEqual(['BUSY', 'done']);
    expect((await states())[2]).toBe('AVAILABLE');
    expect((await mutate('unloadModelVersion(model: "segmentation", version: 2)')).userErrors).toEqual([]);
    await until(async () => (await states())[2], 'END: unloaded by hand');
    expect((await states())[1]).toBe('END: not loaded by the version policy');
  });

  it('serves a named version from memory when its folder is gone, and lets others go', async () => {
    publish(models, 'segmentation', 2);
    await start();
    await fill(server);
    await mutate('setModelAlias(model: "segmentation", alias: "champion", version: 2, reason: "r")');
    publish(models, 'segmentation', 3);
    await until(async () => (await states())[3], 'AVAILABLE');
    expect(await answers()).toBe(2);
    rmSync(join(models, 'segmentation', '2'), { recursive: true });
    rmSync(join(models, 'segmentation', '3'), { recursive: true });
    await until(states, {
      1: expect.stringMatching(/AVAILABLE|END/),
      2: 'AVAILABLE: its folder is gone',
    });
    expect(await answers()).toBe(2);
  });

  it('keeps within its memory: who is not asked leaves, and comes back when asked', async () => {
    for (const version of [2, 3]) publish(models, 'segmentation', version);
    changeManifest(models, 'segmentation', { version_policy: { all: {} }, aliases: { champion: 1, b: 2, c: 3 } });
    await start({ SCOREGRAPH_MODELS_MEMORY_MB: '3' }); // two of about 1.1 MiB
    await fill(server);
    const loaded = async () => Object.values(await states()).filter((state) => state === 'AVAILABLE').length;
    expect(await loaded()).toBe(2);
    const ask = (alias: string) =>
      server.query(
        `{ customer(customerId: "c1") { segment(model: { alias: "${alias}" }) { modelVersion { number } } } }`,
      );
    const answered = async (alias: string) => (await ask(alias)).data.customer.segment?.modelVersion.number ?? null;
    const away = Object.entries(await states()).find(([, state]) => state !== 'AVAILABLE')!;
    expect(away[1]).toMatch(/^END: unloaded to keep within SCOREGRAPH_MODELS_MEMORY_MB/);
    const alias = ['champion', 'b', 'c'][Number(away[0]) - 1]!;
    expect((await ask(alias)).errors).toMatchObject([
      { extensions: { code: 'MODEL_UNAVAILABLE', reason: 'LOADING', retryAfterMs: 1000 } },
    ]);
    await until(() => answered(alias), Number(away[0]));
    await until(loaded, 2);
    for (let round = 0; round < 2; round++)
      for (const [i, name] of ['champion', 'b', 'c'].entries()) await until(() => answered(name), i + 1);
  });

  it.each(ENGINES)(
    'loses nothing over 50 swaps under traffic (%s)',
    async (engine) => {
      for (const version of [2, 3, 4, 5, 6, 7, 8]) publish(models, 'segmentation', version);
      changeManifest(models, 'segmentation', { version_policy: { specific: { versions: [1] } } });
      await start({ SCOREGRAPH_ENGINE: engine });
      await fill(server);
      let loads = 0;
      server.running.inference.registry.onStateChange(({ state }) => {
        if (state === 'LOADING') loads++;
      });
      let over = false;
      const seen = new Set<number>();
      const wrong: unknown[] = [];
      let asked = 0;
      const ask = async () => {
        while (!over) {
          const answer = await server.query(ASK);
          asked++;
          const number = answer.data?.customer?.segment?.modelVersion?.number;
          if (number === undefined) wrong.push(answer);
          else seen.add(number);
        }
      };
      const asking = Promise.all(Array.from({ length: 8 }, ask));
      for (let swap = 0; swap < 50; swap++) {
        const version = (swap % 8) + 1;
        // One that is still taking its leave would only be called back.
        if (swap > 0) await until(async () => /^END/.test((await states())[version]!), true);
        expect((await mutate(`loadModelVersion(model: "segmentation", version: ${version})`)).userErrors).toEqual([]);
        expect(
          (await mutate(`setModelAlias(model: "segmentation", alias: "champion", version: ${version}, reason: "s")`))
            .userErrors,
        ).toEqual([]);
        const before = ((swap + 7) % 8) + 1;
        if (swap > 0)
          expect((await mutate(`unloadModelVersion(model: "segmentation", version: ${before})`)).userErrors).toEqual(
            [],
          );
      }
      over = true;
      await asking;
      expect(wrong).toEqual([]);
      expect([...seen].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      expect(loads).toBeGreaterThanOrEqual(49);
      expect(asked).toBeGreaterThan(100);
    },
    120_000,
  );
});
