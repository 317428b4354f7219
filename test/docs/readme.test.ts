import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { VARIABLES } from '../../src/config/config.js';
import { ERROR_CODES } from '../../src/core/errors.js';
import { silentLogger } from '../../src/core/logger.js';
import { startDemo } from '../../src/demo.js';
import { typeDefinitions } from '../../src/graphql/schema.js';
import { startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1]!.trim());

/** The structure of an answer: keys and kinds, not values. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]));
  return typeof value;
}

describe('the README', () => {
  const readme = read('README.md');
  const folder = temporaryFolder();
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_DEMO: 'on' } });
    // Founded, and then it stands still: with every live interaction somebody's list changes.
    await (await startDemo(server.running, silentLogger))!.stop();
    await vi.waitFor(
      async () => {
        const { data } = await server.query(
          '{ customer(customerId: "sim-0300") { transactions(first: 1) { nodes { transactionId } } } }',
        );
        if (data.customer?.transactions.nodes.length !== 1) throw new Error('the world is not founded yet');
      },
      { timeout: 30_000, interval: 100 },
    );
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('has a first query that gives the answer it shows', async () => {
    const curl = blocks(readme, 'sh').find((block) => block.startsWith('curl'))!;
    const { query } = JSON.parse(/-d '([\s\S]+)'$/.exec(curl)![1]!);
    const shown = JSON.parse(blocks(readme, 'json')[0]!);
    const answer = await server.query(query);
    expect(shape(answer)).toEqual(shape(shown));
    const { segment, recommendations } = shown.data.customer;
    expect(answer.data.customer.recommendations).toEqual(recommendations);
    expect(answer.data.customer.segment.segment).toEqual(segment.segment);
    expect(answer.data.customer.segment.confidence).toBeCloseTo(segment.confidence, 4);
    expect(answer.data.customer.assessTransaction.decision).not.toBe('APPROVE');
  });

  it('shows operations that are valid', () => {
    const schema = buildSchema(typeDefinitions().join('\n'));
    const operations = blocks(readme, 'graphql');
    expect(operations).toHaveLength(1);
    for (const operation of operations) expect(validate(schema, parse(operation))).toEqual([]);
  });

  it('has commands that exist and links that lead somewhere', () => {
    const { scripts } = JSON.parse(read('package.json'));
    for (const [, command] of readme.matchAll(/npm (?:run )?(start|test|[a-z:]+)\b/g))
      expect(Object.keys(scripts)).toContain(command);
    for (const [, link] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g))
      expect(existsSync(join(ROOT, link!)), link).toBe(true);
  });
});

describe('the documents', () => {
  it('name every setting with its default, and no other', () => {
    const documented = new Map(
      [...read('docs/configuration.md').matchAll(/^\| `([A-Z_]+)` \| (?:`([^`]*)`)?/gm)].map((m) => [m[1]!, m[2]]),
    );
    expect([...documented.keys()].sort()).toEqual(Object.keys(VARIABLES).sort());
    for (const [name, schema] of Object.entries(VARIABLES)) {
      const fallback = schema.parse(undefined);
      if (documented.get(name) !== undefined) expect(String(fallback), name).toBe(documented.get(name));
    }
  });
  it('name every error code', () => {
    const text = read('docs/errors.md');
    for (const code of ERROR_CODES) expect(text).toContain(`\`${code}\``);
  });
});
