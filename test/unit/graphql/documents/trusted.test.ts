import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Logger, silentLogger } from '../../../../src/core/logger.js';
import { readManifest, sha256 } from '../../../../src/graphql/documents/manifest.js';
import { TrustedDocuments } from '../../../../src/graphql/documents/trusted.js';
import { checkDocument } from '../../../../src/graphql/pipeline.js';
import { temporaryFolder } from '../../../support/server.js';

const schema = buildSchema('type Query { hello: String }');
const check = (text: string) => {
  const document = checkDocument(schema, text);
  return 'kind' in document ? [] : document.map(({ message }) => message);
};

/** A busy machine may look late. */
const PATIENT = { timeout: 10_000 };

describe('a manifest', () => {
  const read = (value: unknown) => readManifest(JSON.stringify(value));

  it('is what codegen and Relay write, or what Apollo writes', () => {
    expect(read({ ab12: '{ hello }' }).entries).toEqual([{ id: 'ab12', text: '{ hello }' }]);
    const operation = { id: 'ab12', name: 'A', type: 'query', body: '{ hello }' };
    const apollo = { format: 'apollo-persisted-query-manifest', version: 1, operations: [operation] };
    expect(read(apollo)).toEqual({ entries: [{ id: 'ab12', text: '{ hello }' }], problems: [] });
  });

  it.each<[string, string, RegExp]>([
    ['no JSON', '{', /expected JSON/],
    ['a list', '[]', /expected a manifest/],
    ['a text', '"a"', /expected a manifest/],
    ['another format', '{"format":"mine"}', /apollo-persisted-query-manifest/],
    ['a later version', '{"format":"apollo-persisted-query-manifest","version":2,"operations":[]}', /"version": 1/],
  ])('is not %s', (_, json, message) => {
    expect(() => readManifest(json)).toThrow(message);
  });

  it('may have entries that are not trusted, each named', () => {
    const { entries, problems } = read({
      [sha256('{ hello }')]: '{ hello } ',
      'sha256:beef': '{ hello }',
      empty: '',
      number: 7,
      ['x'.repeat(300)]: '{ hello }',
      [`sha256:${sha256('{ hello }')}`]: '{ hello }',
    });
    expect(entries).toEqual([{ id: `sha256:${sha256('{ hello }')}`, text: '{ hello }' }]);
    expect(problems).toHaveLength(5);
    expect(problems[0]).toMatch(/^"[0-9a-f]{64}": its id is not the SHA-256 of its text$/);
  });

  it('may name documents as objects name what they inherit', () => {
    expect(readManifest('{"__proto__":"{ hello }"}').entries).toEqual([{ id: '__proto__', text: '{ hello }' }]);
  });
});

describe('trusted documents', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file = '';
  const open: TrustedDocuments[] = [];
  const write = (value: unknown, path = file) => {
    writeFileSync(`${path}.new`, typeof value === 'string' ? value : JSON.stringify(value));
    renameSync(`${path}.new`, path);
  };
  const start = async (files: readonly string[] = [file], more: { ownFile?: string; logger?: Logger } = {}) => {
    const trusted = await TrustedDocuments.open({ files, check, lookMs: 20, ...more });
    open.push(trusted);
    return trusted;
  };
  beforeEach(() => {
    folder = temporaryFolder();
    file = join(folder.path, 'documents.json');
  });
  afterEach(() => {
    for (const trusted of open.splice(0)) trusted.close();
    folder.remove();
  });

  it('must be readable at the start', async () => {
    await expect(start()).rejects.toThrow(/documents\.json cannot be read: ENOENT/);
    write('[]');
    await expect(start()).rejects.toThrow(/documents\.json cannot be read: expected a manifest/);
  });

  it('are those of all files, the server’s own page’s among them when it is built', async () => {
    const second = join(folder.path, 'ios.json');
    write({ a: '{ hello }' });
    write({ b: 'query B { hello }', a: '{ hello }' }, second);
    const trusted = await start([file, second], { ownFile: join(folder.path, 'not built.json') });
    expect([trusted.size, trusted.byId('a'), trusted.byId('b')]).toEqual([2, '{ hello }', 'query B { hello }']);
    expect(trusted.problems).toEqual([]);
  });

  it('that do not fit the schema, or share an id, are named; the others are served', async () => {
    const second = join(folder.path, 'ios.json');
    write({ old: '{ goodbye }', broken: '{', fine: '{ hello }' });
    write({ fine: 'query Another { hello }' }, second);
    const trusted = await start([file, second]);
    expect(trusted.byId('fine')).toBe('{ hello }');
    expect(trusted.byId('old'), 'who asks for it learns what is wrong with it').toBe('{ goodbye }');
    expect(trusted.problems).toEqual([
      expect.stringMatching(/documents\.json: "old": Cannot query field "goodbye"/),
      expect.stringMatching(/documents\.json: "broken": Syntax Error/),
      expect.stringMatching(/ios\.json: "fine": another document has this id/),
    ]);
  });

  it('are read again when their file changes; one that cannot be read changes nothing', async () => {
    const lines: string[] = [];
    const logger: Logger = { ...silentLogger, error: (_, message) => void lines.push(message) };
    write({ a: '{ hello }' });
    const trusted = await start([file], { logger });
    // At once: no moment between reading and looking may be missed.
    write({ b: 'query B { hello }' });
    await expect.poll(() => trusted.byId('b'), PATIENT).toBe('query B { hello }');
    expect(trusted.byId('a'), 'what a manifest no longer names is trusted no longer').toBeUndefined();
    expect(trusted.has('{ hello }')).toBe(false);
    write('half a manifes');
    await expect.poll(() => lines, PATIENT).toEqual(['The trusted documents stay as they were.']);
    rmSync(file);
    await expect.poll(() => lines.length, PATIENT).toBe(2);
    expect(trusted.byId('b')).toBe('query B { hello }');
    write({ c: 'query C { hello }' });
    await expect.poll(() => trusted.byId('c'), PATIENT).toBe('query C { hello }');
  });
});
