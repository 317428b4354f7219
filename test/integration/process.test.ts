import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { graph, startProcess } from '../support/process.js';
import { MODELS, payment, RECORD, temporaryFolder } from '../support/server.js';

/** The bench's clients, and what reads a data file and says whether it is whole. */
const BENCH = resolve(import.meta.dirname, '../bench/lib');

describe('the server process', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  const children: ChildProcess[] = [];
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    folder.remove();
  });
  const up = async (env: Record<string, string> = {}) => {
    const started = await startProcess({ SCOREGRAPH_DATA_DIR: join(folder.path, 'data'), ...env });
    children.push(started.child);
    return started;
  };

  it('ends cleanly on SIGTERM: answers under way finish, sockets close with 1001, exit 0', async () => {
    const { child, url, ended } = await up();
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await new Promise((done) => socket.on('open', done));
    const closed = new Promise<number>((done) => socket.on('close', done));
    // A request whose body has only half arrived when the signal comes is under way.
    const body = JSON.stringify({ query: '{ models { name } }' });
    const asking = request(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': body.length },
    });
    const answered = new Promise<string>((done, fail) => {
      asking.on('error', fail);
      asking.on('response', (response) => {
        let text = '';
        response.on('data', (chunk) => (text += chunk)).on('end', () => done(text));
      });
    });
    asking.write(body.slice(0, 10));
    await expect
      .poll(
        async () => (await (await fetch(`${url}/metrics`)).text()).match(/scoregraph_http_requests_total (\d+)/)![1],
      )
      .toBe('1');
    child.kill('SIGTERM');
    await expect
      .poll(() =>
        fetch(`${url}/v2/health/live`).then(
          (r) => r.status,
          () => 'refused',
        ),
      )
      .toBe('refused');
    asking.end(body.slice(10));
    expect(JSON.parse(await answered).data.models).toHaveLength(3);
    expect(await closed).toBe(1001);
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  it('has every acknowledged payment once, scored once, after kill -9 in mid-ingest, and the features of a clean replay', async () => {
    const { stream } = await import(`${BENCH}/ingest-load.mjs`);
    const { customerLine, paymentLine } = await import(`${BENCH}/event-lines.mjs`);
    const { verifyData } = await import(`${BENCH}/verify-data.mjs`);
    let { child, url, ended } = await up();
    await stream(new URL(url).port, 5, customerLine);
    const start = Date.now() - 3_600_000;
    /** Lines of the stream that were acknowledged: it resumes after them and never sends them again. */
    let streamed = 0;
    await graph(url, 'mutation { upsertCustomers(customers: [{customerId: "c1"}]) { acceptedCount } }');
    const acknowledged = new Set<string>();
    for (let round = 0; round < 4; round++) {
      const writers = Array.from({ length: 4 }, async (_, w) => {
        for (let n = 0; ; n++) {
          const ids = Array.from({ length: 25 }, (_, i) => `r${round}-w${w}-${n}-${i}`);
          const answer = await graph(
            url,
            'mutation ($transactions: [TransactionInput!]!) { recordTransactions(transactions: $transactions) { acceptedCount } }',
            { transactions: ids.map((id) => payment(id, 'c1')) },
          ).catch(() => null);
          if (answer === null) return;
          if (answer.data.recordTransactions.acceptedCount === 25) for (const id of ids) acknowledged.add(id);
        }
      });
      const from = streamed;
      const streaming = stream(new URL(url).port, 1_000_000, (i: number) => paymentLine('s', from + i, 5, start), {
        progress: (n: number) => {
          streamed = from + n;
        },
      }).catch(() => {});
      // Not before both are in the middle of it, however busy the machine is.
      const [before, streamedBefore] = [acknowledged.size, streamed];
      await vi.waitFor(
        () => expect(Math.min(acknowledged.size - before, streamed - streamedBefore)).toBeGreaterThan(0),
        {
          timeout: 20_000,
          interval: 5,
        },
      );
      await new Promise((done) => setTimeout(done, 50 + 100 * round));
      child.kill('SIGKILL');
      await Promise.all([...writers, streaming, ended]);
      ({ child, url, ended } = await up());
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(100);
    for (let i = 0; i < streamed; i++) acknowledged.add(`s-${i}`);
    const { default: Database } = await import('libsql');
    await expect
      .poll(async () => (await (await fetch(`${url}/metrics`)).text()).match(/scoregraph_scorer_offset (\d+)/)![1], {
        timeout: 10_000,
      })
      .toBe((await (await fetch(`${url}/metrics`)).text()).match(/scoregraph_event_log_head (\d+)/)![1]!);
    const db = new Database(join(folder.path, 'data', 'scoregraph.db'), { readonly: true });
    const rows = db
      .prepare(
        'SELECT e.id AS id, count(p.id) AS scores FROM events e LEFT JOIN predictions p ON p.event_seq = e.seq WHERE e.type = 2 GROUP BY e.seq',
      )
      .all() as { id: string; scores: number }[];
    const duplicates = db
      .prepare('SELECT count(*) AS n FROM (SELECT id FROM events GROUP BY id, type HAVING count(*) > 1)')
      .get() as { n: number };
    db.close();
    expect(duplicates.n).toBe(0);
    const found = new Set(rows.map((row) => row.id));
    expect([...acknowledged].filter((id) => !found.has(id))).toEqual([]);
    expect(rows.filter((row) => row.scores !== 1)).toEqual([]);
    expect(
      (await graph(url, RECORD, { transactions: [payment('last', 'c1')] })).data.recordTransactions.transactions[0]
        .fraud.recorded,
    ).toBe(true);
    child.kill('SIGTERM');
    await ended;
    const verified = verifyData(join(folder.path, 'data', 'scoregraph.db'));
    expect(verified.problems).toEqual([]);
    expect(verified.scored).toBe(verified.payments);
    expect(verified.statesCompared).toBe(6);
  }, 120_000);

  it('restores features from snapshot and replay: the next vector is the one that an uninterrupted run computes', async () => {
    const at = Date.now() - 3_600_000;
    const ask =
      '{ customer(customerId: "c1") { assessTransaction(transaction: {merchant: "x", category: "travel", amount: {amount: "75.00", currency: "USD"}, occurredAt: "2026-01-01T12:00:00Z"}) { probability } } }';
    const { child, url, ended } = await up();
    await graph(
      url,
      'mutation { upsertCustomers(customers: [{customerId: "c1", birthDate: "1970-01-01"}]) { acceptedCount } }',
    );
    await graph(url, RECORD, {
      transactions: Array.from({ length: 30 }, (_, i) =>
        payment(`t${i}`, 'c1', { occurredAt: new Date(at + i * 60_000).toISOString() }),
      ),
    });
    const before = (await graph(url, ask)).data;
    child.kill('SIGKILL');
    await ended;
    const second = await up();
    expect((await graph(second.url, ask)).data).toEqual(before);
    second.child.kill('SIGTERM');
    await second.ended;
    const third = await up();
    expect(third.output()).toMatch(/, 0 replayed in \d+ ms/);
    expect((await graph(third.url, ask)).data).toEqual(before);
  }, 120_000);

  it('goes on, and stops in order, when nobody reads what it says any more', async () => {
    const { child, url, ended } = await up();
    child.stdout!.destroy();
    child.stderr!.destroy();
    expect((await graph(url, '{ models { name } }')).data.models).toHaveLength(3);
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  it('says what is wrong in one sentence when it cannot start', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => blocker.on('listening', done));
    const { port } = blocker.address() as { port: number };
    await expect(up({ PORT: String(port) })).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken`);
    blocker.close();
    await expect(up({ PORT: 'http' })).rejects.toThrow(/PORT: expected a whole number from 0 to 65535, got "http"/);
    await expect(up({ HOST: '0.0.0.0' })).rejects.toThrow(/not a loopback address/);
    await expect(up({ SCOREGRAPH_PROT: '1' })).rejects.toThrow(/SCOREGRAPH_PROT: no such setting/);
    const running = await up();
    await expect(up()).rejects.toThrow(/in use by process/);
    running.child.kill('SIGTERM');
    await running.ended;
    writeFileSync(join(folder.path, 'data', 'scoregraph.db'), 'garbage'.repeat(1000));
    rmSync(join(folder.path, 'data', 'scoregraph.db-wal'), { force: true });
    await expect(up()).rejects.toThrow(/damaged or no data file/);
  }, 120_000);

  it('starts with the models that are good and says what is not, and why', async () => {
    const models = join(folder.path, 'models');
    cpSync(MODELS, models, { recursive: true });
    const weights = join(models, 'fraud', '1', 'weights.bin');
    const bytes = readFileSync(weights);
    bytes[100]! ^= 0xff;
    writeFileSync(weights, bytes);
    writeFileSync(join(models, 'segmentation', 'manifest.json'), '{ "name": "segmentation" ');
    const manifest = JSON.parse(readFileSync(join(models, 'recommendations', 'manifest.json'), 'utf8'));
    manifest.outputs[0].shape = [-1, 7];
    writeFileSync(join(models, 'recommendations', 'manifest.json'), JSON.stringify(manifest));
    mkdirSync(join(models, 'not-a-name'));
    const { url, output } = await up({ SCOREGRAPH_MODELS_DIR: models });
    expect(output()).toMatch(/fraud 1 is not served: weights\.bin: expected sha256/);
    expect(output()).toMatch(/problem {2}segmentation: manifest\.json: expected JSON/);
    expect(output()).toMatch(/recommendations 1 is not served: .*scores FP32 \[-1, 7\]/);
    expect(output()).toMatch(/problem {2}not-a-name: expected a folder name that is a GraphQL name/);
    await graph(url, 'mutation { upsertCustomers(customers: [{customerId: "c1"}]) { acceptedCount } }');
    const { data, errors } = await graph(
      url,
      '{ customer(customerId: "c1") { customerId segment { confidence } assessTransaction(transaction: {merchant: "x", category: "travel", amount: {amount: "75.00", currency: "USD"}}) { probability } } }',
    );
    expect(data.customer).toEqual({ customerId: 'c1', segment: null, assessTransaction: null });
    expect(errors.map((e: { extensions: { code: string } }) => e.extensions.code)).toEqual([
      'MODEL_UNAVAILABLE',
      'MODEL_UNAVAILABLE',
    ]);
    const recorded = (await graph(url, RECORD, { transactions: [payment('t1', 'c1')] })).data.recordTransactions;
    expect(recorded).toMatchObject({ acceptedCount: 1, transactions: [{ transactionId: 't1', fraud: null }] });
  });

  it('starts with an empty models folder', async () => {
    const models = join(folder.path, 'none');
    mkdirSync(models);
    const { url, output } = await up({ SCOREGRAPH_MODELS_DIR: models });
    expect(output()).toMatch(/there is no model in/);
    expect((await graph(url, '{ models { name } }')).data.models).toEqual([]);
  });

  it('runs the demo world, marked as simulated, and measures itself against its truth', async () => {
    const { url, output } = await up({ SCOREGRAPH_DEMO: 'on' });
    expect(output()).toMatch(/SIMULATED world of 300 customers/);
    await expect
      .poll(
        async () =>
          (
            await graph(
              url,
              '{ simulation { note transactionsScored fraudTruth { trueNegatives falsePositives } } customer(customerId: "sim-0001") { simulated } }',
            )
          ).data,
        { timeout: 20_000 },
      )
      .toMatchObject({
        simulation: {
          note: expect.stringContaining('simulated'),
          transactionsScored: expect.toSatisfy((n: number) => n > 1_000),
        },
        customer: { simulated: true },
      });
  }, 40_000);
});
