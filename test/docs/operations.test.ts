import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fill, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

const root = join(import.meta.dirname, '../..');
const rules = readFileSync(join(root, 'deploy/alerts.yml'), 'utf8');
const folder = temporaryFolder();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ dataDir: folder.path });
  await fill(server, 1);
  await server.query(RECORD, { transactions: [payment('t1', 'c1')] });
  await server.query('{ model(name: "none") { name } }'); // errors are counted from the first on
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

it('alert rules ask for metrics that there are', async () => {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const asked = new Set([...rules.matchAll(/scoregraph_[a-z_]+/g)].map(([name]) => name));
  expect(asked.size).toBeGreaterThan(8);
  const there = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]!));
  for (const name of asked) expect([...there], name).toContain(name.replace(/_bucket$/, ''));
});
it('the runbook says what to do about each alert, and nothing about others', () => {
  const alerts = [...rules.matchAll(/alert: (\w+)/g)].map((match) => match[1]!);
  const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
  const explained = [...page.matchAll(/`(Scoregraph\w+)`/g)].map((match) => match[1]!);
  expect(new Set(explained)).toEqual(new Set(alerts));
});
