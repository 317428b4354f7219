import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { startTestServer, type TestServer, temporaryFolder } from '../support/server.js';
import { fillWeights, modelFolder, publish } from '../support/versions.js';

/** What a command says, and how it ends. */
async function run(...args: string[]): Promise<{ said: string[]; error: string | null; code: unknown }> {
  const said: string[] = [];
  process.exitCode = undefined;
  const error = await createProgram((line) => said.push(line))
    .parseAsync(['models', ...args], { from: 'user' })
    .then(
      () => null,
      (thrown) => (thrown as Error).message,
    );
  const code = process.exitCode;
  process.exitCode = undefined;
  return { said, error, code };
}

describe('scoregraph models', () => {
  const folder = temporaryFolder();
  const models = modelFolder(join(folder.path, 'models'));
  let server: TestServer;
  beforeAll(async () => {
    publish(models, 'segmentation', 2);
    publish(models, 'segmentation', 3, { change: (f) => fillWeights(f, Number.NaN) });
    server = await startTestServer({ dataDir: join(folder.path, 'data'), modelsDir: models });
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });
  const at = () => ['--url', server.url];

  it('shows and moves versions of a running server', async () => {
    expect((await run('list', ...at())).said).toEqual([
      'segmentation',
      expect.stringMatching(/^ {7}1 {2}AVAILABLE/), // in place of 3, which does not load
      expect.stringMatching(/^ {7}2 {2}AVAILABLE {2}champion · /),
      expect.stringMatching(/^ {7}3 {2}END .*expected finite numbers/),
    ]);
    expect((await run('load', 'segmentation', '1', ...at())).code).toBeUndefined();
    const moved = await run('alias', 'segmentation', 'champion', '1', '--reason', 'older and wiser', ...at());
    expect(moved.said).toContainEqual(expect.stringMatching(/^ {7}1 {2}AVAILABLE {2}champion/));
    const back = await run('rollback', 'segmentation', '--reason', 'not wiser', ...at());
    expect(back.said).toContainEqual(expect.stringMatching(/^ {7}2 {2}AVAILABLE {2}champion/));
    const refused = await run('unload', 'segmentation', '2', ...at());
    expect(refused).toMatchObject({
      code: 1,
      said: [expect.stringMatching(/^PINNED: /), ...Array(3).fill(expect.any(String))],
    });
    expect((await run('describe', 'segmentation', ...at())).said.join('\n')).toMatch(/trained on/);
  });

  it('says what is wrong', async () => {
    expect((await run('list', '--url', 'http://127.0.0.1:9')).error).toMatch(/no server answers at/);
    expect((await run('describe', 'nothing', ...at())).error).toMatch(/There is no model/);
    expect((await run('check', join(models, 'segmentation'))).error).toMatch(/expected the folder of a version/);
    expect((await run('check', join(models, 'segmentation', '3'))).error).toMatch(/expected finite numbers/);
    expect((await run('check', join(models, 'segmentation', '9'))).error).toMatch(/version.json/);
  });

  it('checks a folder without a server', async () => {
    expect((await run('check', join(models, 'segmentation', '1'))).said).toEqual([
      'files    4 as version.json says',
      expect.stringMatching(/^loads .*finite numbers/),
    ]);
  });
});

describe('signed versions', () => {
  const folder = temporaryFolder();
  const models = modelFolder(join(folder.path, 'models'));
  const keyFile = (name: string) => join(folder.path, name);
  let server: TestServer | null = null;
  beforeAll(() => {
    for (const who of ['ours', 'theirs']) {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      writeFileSync(keyFile(`${who}.pub`), publicKey.export({ type: 'spki', format: 'pem' }));
      writeFileSync(keyFile(`${who}.key`), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    }
  });
  afterEach(async () => {
    await server?.stop();
    server = null;
  });
  afterAll(() => folder.remove());

  it('are the only ones that load where keys are given', async () => {
    for (const version of [2, 3, 4, 5]) publish(models, 'segmentation', version);
    const place = (version: number) => join(models, 'segmentation', String(version));
    const sign = (version: number, who: string) => run('sign', place(version), '--key', keyFile(`${who}.key`));
    expect((await sign(1, 'ours')).said).toEqual([`Written: ${join(place(1), 'version.json.sig')}`]);
    await sign(2, 'theirs');
    await sign(3, 'ours');
    const card = join(place(3), 'version.json');
    writeFileSync(card, `${readFileSync(card, 'utf8')} `);
    writeFileSync(join(place(4), 'version.json.sig'), readFileSync(join(place(1), 'version.json.sig')));
    const manifest = join(models, 'segmentation', 'manifest.json');
    writeFileSync(
      manifest,
      JSON.stringify({ ...JSON.parse(readFileSync(manifest, 'utf8')), version_policy: { all: {} } }),
    );
    server = await startTestServer({
      dataDir: join(folder.path, 'data'),
      modelsDir: models,
      env: { SCOREGRAPH_MODEL_PUBLIC_KEY_FILE: keyFile('ours.pub') },
    });
    const { data } = await server.query('{ model(name: "segmentation") { versions { number state reason } } }');
    const stranger = 'expected a signature by a known key over this version.json of segmentation';
    expect(data.model.versions).toEqual([
      { number: 1, state: 'AVAILABLE', reason: null },
      ...[2, 3, 4].map((n) => ({ number: n, state: 'END', reason: `version.json.sig: ${stranger} ${n}` })),
      { number: 5, state: 'END', reason: expect.stringContaining('unsigned versions are refused here') },
    ]);
  });

  it('need keys that are keys', async () => {
    const start = (file: string) =>
      startTestServer({
        dataDir: join(folder.path, 'other'),
        modelsDir: models,
        env: { SCOREGRAPH_MODEL_PUBLIC_KEY_FILE: file },
      });
    await expect(start(keyFile('ours.key'))).rejects.toThrow(/expected an Ed25519 public key in PEM/);
    await expect(start(keyFile('none'))).rejects.toThrow(/expected a file with public keys/);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' });
    writeFileSync(keyFile('rsa.pub'), rsa);
    await expect(start(keyFile('rsa.pub'))).rejects.toThrow(/expected an Ed25519 public key, got rsa/);
  });
});
