import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';
import { LOCAL_PRINCIPAL, type Principal } from '../../../../src/access/principal.js';
import { Documents, type DocumentsOptions } from '../../../../src/graphql/documents/documents.js';
import { sha256 } from '../../../../src/graphql/documents/manifest.js';
import { TrustedDocuments } from '../../../../src/graphql/documents/trusted.js';
import { checkDocument } from '../../../../src/graphql/pipeline.js';
import { temporaryFolder } from '../../../support/server.js';

const schema = buildSchema('type Query { hello: String }');
const check = (text: string) => {
  const document = checkDocument(schema, text);
  return 'kind' in document ? [] : document.map(({ message }) => message);
};
const HELLO = '{ hello }';
const OTHER = 'query Other { hello }';
const apq = (sha256Hash: unknown, version: unknown = 1) => ({ persistedQuery: { version, sha256Hash } });

describe('what a request says about its document', () => {
  const folders: { remove(): void }[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) folder.remove();
  });
  const trusting = async (manifest: unknown) => {
    const folder = temporaryFolder();
    folders.push(folder);
    const file = join(folder.path, 'documents.json');
    writeFileSync(file, JSON.stringify(manifest));
    const trusted = await TrustedDocuments.open({ files: [file], check });
    trusted.close();
    return trusted;
  };
  const resolve = (documents: Documents, request: object, principal: Principal = LOCAL_PRINCIPAL) => {
    try {
      return documents.resolve(request, principal);
    } catch (error) {
      const { code, extensions } = error as { code?: string; extensions?: { code: string } };
      return code ?? extensions?.code;
    }
  };

  it('is a text, to the letter, unless only trusted documents are answered', () => {
    expect(resolve(new Documents(), { query: HELLO })).toBe(HELLO);
    expect(resolve(new Documents({ onlyTrusted: true }), { query: HELLO })).toBe('FORBIDDEN');
  });

  it.each<[string, object]>([
    ['nothing', {}],
    ['an empty text', { query: '' }],
    ['a number', { query: 7 }],
    ['text and id', { query: HELLO, documentId: 'a' }],
    ['id and hash', { documentId: 'a', extensions: apq('a') }],
    ['an id that is no text', { documentId: { a: 1 } }],
    ['an endless id', { documentId: 'x'.repeat(10_000) }],
    ['another version', { extensions: apq(sha256(HELLO), 2) }],
    ['a hash that is no text', { extensions: apq(['a']) }],
    ['a hash of another text', { query: HELLO, extensions: apq(sha256(OTHER)) }],
    ['a persistedQuery that is a text', { extensions: { persistedQuery: 'yes' } }],
  ])('is refused when it is %s', (_, request) => {
    const documents = new Documents();
    expect(resolve(documents, request)).toBe('BAD_REQUEST');
    expect(documents.registered.size).toBe(0);
  });

  it('is a hash that somebody registered', () => {
    const documents = new Documents();
    const hash = sha256(HELLO);
    expect(resolve(documents, { extensions: apq(hash) })).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect(documents.peek({ query: HELLO, extensions: apq(hash) }, LOCAL_PRINCIPAL)).toBe(HELLO);
    expect(documents.registered.size, 'looking registers nothing').toBe(0);
    expect(resolve(documents, { query: HELLO, extensions: apq(hash) })).toBe(HELLO);
    for (const request of [{ extensions: apq(hash) }, { documentId: `sha256:${hash}` }])
      expect(resolve(documents, request)).toBe(HELLO);
    expect(documents.peek({ extensions: apq('nobody') }, LOCAL_PRINCIPAL)).toBeNull();
  });

  it('is never what objects inherit', () => {
    const documents = new Documents();
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(resolve(documents, { documentId: name })).toBe('PERSISTED_QUERY_NOT_FOUND');
      expect(resolve(documents, { extensions: apq(name) })).toBe('PERSISTED_QUERY_NOT_FOUND');
      expect(resolve(documents, { query: HELLO, extensions: apq(name) })).toBe('BAD_REQUEST');
    }
  });

  it('is told that registering is off', () => {
    const documents = new Documents({ registered: { maxDocuments: 0 } });
    expect(resolve(documents, { extensions: apq(sha256(HELLO)) })).toBe('PERSISTED_QUERY_NOT_SUPPORTED');
    expect(resolve(documents, { query: HELLO, extensions: apq(sha256(HELLO)) })).toBe(HELLO);
    expect(documents.registered.size).toBe(0);
  });

  it('is the id of a trusted document, or its SHA-256, by whichever field', async () => {
    const documents = new Documents({ trusted: await trusting({ '1f2e': HELLO }) });
    for (const id of ['1f2e', sha256(HELLO), `sha256:${sha256(HELLO)}`])
      expect(resolve(documents, { documentId: id }), id).toBe(HELLO);
    for (const hash of ['1f2e', sha256(HELLO)]) expect(resolve(documents, { extensions: apq(hash) }), hash).toBe(HELLO);
    expect(resolve(documents, { documentId: '1f2f' })).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  describe('where only trusted documents are answered', () => {
    const only = async (more: DocumentsOptions = {}) =>
      new Documents({ trusted: await trusting({ a: HELLO }), onlyTrusted: true, ...more });

    it('takes their ids, hashes and texts, and no others', async () => {
      const documents = await only();
      for (const request of [
        { documentId: 'a' },
        { query: HELLO },
        { extensions: apq(sha256(HELLO)) },
        { query: HELLO, extensions: apq(sha256(HELLO)) },
      ])
        expect(resolve(documents, request)).toBe(HELLO);
      expect(resolve(documents, { query: '{hello}' }), 'to the letter').toBe('FORBIDDEN');
      expect(resolve(documents, { query: OTHER, extensions: apq(sha256(OTHER)) })).toBe('FORBIDDEN');
      expect(resolve(documents, { extensions: apq(sha256(OTHER)) })).toBe('PERSISTED_QUERY_NOT_FOUND');
      expect(documents.registered.size).toBe(0);
    });

    it('lets those ask freely who may, and keeps nothing of theirs', async () => {
      const free: Principal = { ...LOCAL_PRINCIPAL, id: 'key:1' };
      const documents = await only({ mayAskFreely: (principal) => principal === free });
      expect(resolve(documents, { query: OTHER }, free)).toBe(OTHER);
      expect(resolve(documents, { query: OTHER, extensions: apq(sha256(OTHER)) }, free)).toBe(OTHER);
      expect(resolve(documents, { extensions: apq(sha256(OTHER)) })).toBe('PERSISTED_QUERY_NOT_FOUND');
      expect(resolve(documents, { query: OTHER })).toBe('FORBIDDEN');
    });
  });
});
