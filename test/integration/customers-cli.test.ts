import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fill, MODELS, payment, RECORD, startTestServer, temporaryFolder } from '../support/server.js';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');

describe('scoregraph customers', () => {
  const folder = temporaryFolder();
  const dataDir = join(folder.path, 'data');
  afterAll(() => folder.remove());
  const run = (...args: string[]): Promise<{ code: number | null; out: string; err: string }> =>
    new Promise((done) => {
      const child = spawn(process.execPath, [CLI, 'customers', ...args], {
        env: { ...process.env, PORT: '0', SCOREGRAPH_DATA_DIR: dataDir, SCOREGRAPH_MODELS_DIR: MODELS },
      });
      let out = '';
      let err = '';
      child.stdout.on('data', (chunk) => {
        out += chunk;
      });
      child.stderr.on('data', (chunk) => {
        err += chunk;
      });
      child.on('exit', (code) => done({ code, out, err }));
    });
  const linesOf = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('exports and erases through the running server, and the same from the folder of a stopped one', async () => {
    const server = await startTestServer({ dataDir, env: { SCOREGRAPH_ENGINE: 'wasm' } });
    let live: { out: string };
    try {
      await fill(server);
      // More than a page.
      for (let i = 0; i < 3; i++) {
        const transactions = Array.from({ length: 200 }, (_, k) => payment(`t${i}-${k}`, 'c1'));
        expect((await server.query(RECORD, { transactions })).errors).toBeUndefined();
      }
      await server.query(RECORD, { transactions: [payment('t-c2', 'c2'), payment('t-c3', 'c3')] });
      expect(await run('export', 'c1')).toMatchObject({ code: 1, err: expect.stringContaining('--url') });
      const url = `${server.url}/graphql`;
      live = await run('export', 'c1', '--url', url);
      expect(live).toMatchObject({ code: 0, err: '' });
      expect(await run('export', 'nobody', '--url', url)).toMatchObject({
        code: 1,
        err: expect.stringContaining('nobody'),
      });
      expect(await run('erase', 'c2', '--reason', 'about c2', '--url', url)).toMatchObject({ code: 1 });
      const erased = await run('erase', 'c2', '--reason', 'asked', '--url', url);
      expect(erased).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^Erased: 2 events, 1 predictions\. Erasure .* salt [0-9a-f]{32}\n$/),
      });
      expect(server.running.app.customers.peek('c2')).toBeNull();
      expect(await run('erase', 'c3', '--reason', 'asked', '--url', 'http://127.0.0.1:9')).toMatchObject({
        code: 1,
        err: expect.stringContaining('--url'),
      });
    } finally {
      await server.stop();
    }
    const lines = linesOf(live.out);
    expect(lines.map(({ record }) => record).filter((kind, i, all) => kind !== all[i - 1])).toEqual([
      'customer',
      'event',
      'prediction',
    ]);
    expect(lines.filter(({ type }) => type === 'payment.recorded')).toHaveLength(600);
    expect(lines.filter(({ record }) => record === 'prediction')).toHaveLength(600);
    expect(lines[0].state).toMatchObject({ payments: 600 });

    const file = join(folder.path, 'c1.ndjson');
    expect(await run('export', 'c1', file)).toMatchObject({ code: 0, out: `${file}: ${lines.length} records\n` });
    expect(linesOf(readFileSync(file, 'utf8'))).toEqual(lines);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await run('export', 'c1', file)).toMatchObject({ code: 1, err: expect.stringContaining('EEXIST') });
    expect(await run('erase', 'c3')).toMatchObject({ code: 1, err: expect.stringContaining('--reason') });
    expect(await run('erase', 'c3', '--reason', 'asked')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Erased: 2 events'),
    });
    expect(await run('erase', 'c3', '--reason', 'asked')).toMatchObject({
      code: 1,
      err: expect.stringContaining('c3'),
    });

    const again = await startTestServer({ dataDir, env: { SCOREGRAPH_ENGINE: 'wasm' } });
    try {
      const { customers } = again.running.app;
      expect(['c1', 'c2', 'c3'].map((id) => customers.peek(id) !== null)).toEqual([true, false, false]);
    } finally {
      await again.stop();
    }
  }, 60_000);
});
