import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Documents } from '../../src/graphql/documents/documents.js';
import { sha256 } from '../../src/graphql/documents/manifest.js';
import { TrustedDocuments } from '../../src/graphql/documents/trusted.js';
import { DOCUMENT_DOORS, type DocumentDoor } from '../support/document-doors.js';
import { temporaryFolder } from '../support/server.js';
import { type StubServer, startStub } from '../unit/transport/stub-graph.js';

const apq = (sha256Hash: unknown) => ({ persistedQuery: { version: 1, sha256Hash } });
const DOORS = Object.entries(DOCUMENT_DOORS);
/** A text of the door's that nobody sent before. */
let times = 0;
const fresh = (door: DocumentDoor) => door.document.replace('Door', `Door${++times}`);

describe('documents, at every door', () => {
  const folder = temporaryFolder();
  const file = join(folder.path, 'documents.json');
  let trusted: TrustedDocuments;
  let open: StubServer;
  let only: StubServer;
  let unregistered: StubServer;
  beforeAll(async () => {
    const texts = [...new Set(DOORS.map(([, { document }]) => document))];
    writeFileSync(file, JSON.stringify(Object.fromEntries(texts.map((text) => [`id-${text.length}`, text]))));
    trusted = await TrustedDocuments.open({ files: [file], check: () => [] });
    open = await startStub({ documents: new Documents({ trusted }) });
    only = await startStub({ documents: new Documents({ trusted, onlyTrusted: true }) });
    unregistered = await startStub({ documents: new Documents({ registered: { maxDocuments: 0 } }) });
  });
  afterAll(async () => {
    trusted.close();
    for (const { running } of [open, only, unregistered]) await running.close(1_000);
    folder.remove();
  });
  const at = (server: StubServer, door: DocumentDoor, naming: object) => door.ask(`${server.url}/graphql`, naming);
  const refusalOf = async (server: StubServer, door: DocumentDoor, naming: object) => {
    const { data, errors } = await at(server, door, naming);
    expect(data ?? null).toBeNull();
    expect(errors).toHaveLength(1);
    return { code: errors![0]!.extensions.code, message: errors![0]!.message, reason: errors![0]!.extensions.reason };
  };

  describe.each(DOORS)('%s', (_, door) => {
    const { document, data } = door;
    const id = `id-${document.length}`;

    it('answers a text', async () => {
      expect(await at(open, door, { query: fresh(door) })).toEqual({ data });
    });

    it('answers a trusted document by its id, its SHA-256, and as a hash alone', async () => {
      for (const server of [open, only])
        for (const naming of [
          { documentId: id },
          { documentId: `sha256:${sha256(document)}` },
          { extensions: apq(sha256(document)) },
        ])
          expect(await at(server, door, naming)).toEqual({ data });
    });

    it('says that it has no such document', async () => {
      for (const documentId of ['nobody', `sha256:${sha256('nobody')}`, '__proto__'])
        expect(await refusalOf(open, door, { documentId })).toMatchObject({
          code: 'PERSISTED_QUERY_NOT_FOUND',
          message: `no document of this server has the documentId "${documentId}"`,
        });
      for (const hash of [sha256('nobody'), '__proto__'])
        expect(await refusalOf(open, door, { extensions: apq(hash) })).toMatchObject({
          code: 'PERSISTED_QUERY_NOT_FOUND',
          message: 'PersistedQueryNotFound',
        });
    });

    it('registers a text with its hash, and answers the hash from then on', async () => {
      const query = fresh(door);
      const extensions = apq(sha256(query));
      expect(await refusalOf(open, door, { extensions })).toMatchObject({ message: 'PersistedQueryNotFound' });
      expect(await at(open, door, { query, extensions })).toEqual({ data });
      expect(await at(open, door, { extensions })).toEqual({ data });
      expect(await at(open, door, { documentId: `sha256:${sha256(query)}` })).toEqual({ data });
      expect(await at(open, door, { query, extensions }), 'a text that is known').toEqual({ data });
    });

    it('does not register a text under another’s hash', async () => {
      const query = fresh(door);
      const extensions = apq(sha256(fresh(door)));
      expect(await refusalOf(open, door, { query, extensions })).toMatchObject({
        code: 'BAD_REQUEST',
        message: 'provided sha does not match query',
      });
      expect(await refusalOf(open, door, { extensions })).toMatchObject({ code: 'PERSISTED_QUERY_NOT_FOUND' });
    });

    it('refuses a document that is named twice, or not at all', async () => {
      for (const naming of [
        { query: document, documentId: id },
        { documentId: id, extensions: apq(sha256(document)) },
        { extensions: {} },
      ])
        expect(await refusalOf(open, door, naming)).toMatchObject({ code: 'BAD_REQUEST', message: /expected "/ });
    });

    it('says that registering is off, and still answers what brings its text', async () => {
      const query = fresh(door);
      const extensions = apq(sha256(query));
      expect(await refusalOf(unregistered, door, { extensions })).toMatchObject({
        code: 'PERSISTED_QUERY_NOT_SUPPORTED',
        message: 'PersistedQueryNotSupported',
      });
      expect(await at(unregistered, door, { query, extensions })).toEqual({ data });
    });

    it('answers nothing else where only trusted documents are answered', async () => {
      expect(await at(only, door, { query: document })).toEqual({ data });
      const query = fresh(door);
      for (const naming of [
        { query },
        { query, extensions: apq(sha256(query)) },
        { query: '{ __schema { __typename } }' },
      ])
        expect(await refusalOf(only, door, naming)).toEqual({
          code: 'FORBIDDEN',
          reason: 'DOCUMENT_NOT_TRUSTED',
          message: expect.stringMatching(/trusted documents only.*documentId.*docs\/trusted-documents\.md/),
        });
      expect(await refusalOf(only, door, { extensions: apq(sha256(query)) })).toMatchObject({
        message: 'PersistedQueryNotFound',
      });
    });
  });

  it('shares what was registered among the doors', async () => {
    const query = 'query Shared { hello }';
    const extensions = apq(sha256(query));
    await at(open, DOCUMENT_DOORS.WebSocket!, { query, extensions });
    for (const [, door] of DOORS.filter(([name]) => name !== 'multipart'))
      expect(await at(open, door, { extensions })).toEqual({ data: { hello: 'hello world' } });
  });

  describe('over HTTP', () => {
    const get = (server: StubServer, search: Record<string, string>, headers: Record<string, string> = {}) =>
      fetch(`${server.url}/graphql?${new URLSearchParams(search)}`, { headers });
    const CSRF = { 'apollo-require-preflight': 'true' };

    it('another site’s page neither asks by hash nor registers', async () => {
      const query = 'query Csrf { hello }';
      const extensions = JSON.stringify(apq(sha256(query)));
      const searches: Record<string, string>[] = [{ query, extensions }, { extensions }, { documentId: 'id-20' }];
      for (const search of searches) {
        const response = await get(open, search);
        expect(response.status).toBe(400);
        expect(await response.text()).toMatch(/CSRF/);
      }
      const { errors } = (await (await get(open, { extensions }, CSRF)).json()) as { errors: { message: string }[] };
      expect(errors[0]!.message).toBe('PersistedQueryNotFound');
    });

    it('a mutation needs POST, by whatever name', async () => {
      const query = 'mutation Add { add(n: 1) }';
      const extensions = apq(sha256(query));
      expect((await (await open.post({ query, extensions })).json()) as object).toEqual({ data: { add: 1 } });
      expect((await get(open, { extensions: JSON.stringify(extensions) }, CSRF)).status).toBe(405);
      const sse = { accept: 'text/event-stream' };
      expect((await get(open, { extensions: JSON.stringify(extensions) }, sse)).status).toBe(405);
      expect(open.seen.sum).toBe(1);
    });

    it.each<[string, object, number]>([
      ['an unknown hash, as Apollo’s clients expect it', { extensions: apq(sha256('?')) }, 200],
      ['an unknown id', { documentId: 'nobody' }, 400],
      ['a hash of another text', { query: '{ hello }', extensions: apq(sha256('?')) }, 400],
    ])('the status of %s', async (_, body, status) => {
      const response = await open.post(body);
      expect(response.status).toBe(status);
      if (status === 200) expect(response.headers.get('cache-control')).toBe('private, no-cache, must-revalidate');
    });

    it('the status of a document that is not trusted', async () => {
      expect((await only.post({ query: '{ hello }' })).status).toBe(403);
      expect((await get(only, { query: '{ hello }' }, CSRF)).status).toBe(403);
    });

    it('a subscription by its hash is told which doors take one', async () => {
      const query = DOCUMENT_DOORS.multipart!.document;
      const response = await open.post({ documentId: `sha256:${sha256(query)}` });
      expect([response.status, await response.text()]).toEqual([406, expect.stringMatching(/text\/event-stream/)]);
      const byGet = await get(open, { documentId: `id-${query.length}` }, CSRF);
      expect([byGet.status, await byGet.text()]).toEqual([406, expect.stringMatching(/text\/event-stream/)]);
    });

    it('variables and operationName go with a document that is named', async () => {
      const query = 'query A($name: String!) { hello(name: $name) } query B { hello }';
      const extensions = apq(sha256(query));
      await open.post({ query, operationName: 'B', extensions });
      const body = { operationName: 'A', variables: { name: 'you' }, extensions };
      expect(await (await open.post(body)).json()).toEqual({ data: { hello: 'hello you' } });
      const search = { operationName: 'A', variables: '{"name":"you"}', extensions: JSON.stringify(extensions) };
      expect(await (await get(open, search, CSRF)).json()).toEqual({ data: { hello: 'hello you' } });
    });
  });

  describe('under abuse', () => {
    const servers: StubServer[] = [];
    afterEach(async () => {
      for (const { running } of servers.splice(0)) await running.close(1_000);
    });
    const start = async (documents: Documents, maxBodyBytes = 64 * 1024) => {
      const server = await startStub({ documents, maxBodyBytes });
      servers.push(server);
      return server;
    };

    it('answers a document of 10 MB where bodies may be so large, and does not keep it', async () => {
      const documents = new Documents();
      const server = await start(documents, 16 * 1024 * 1024);
      const query = `{ hello } #${'x'.repeat(10_000_000)}`;
      const extensions = apq(sha256(query));
      expect(await (await server.post({ query, extensions })).json()).toEqual({ data: { hello: 'hello world' } });
      expect([documents.registered.size, documents.registered.bytes]).toEqual([0, 0]);
      const { errors } = (await (await server.post({ extensions })).json()) as { errors: { message: string }[] };
      expect(errors[0]!.message).toBe('PersistedQueryNotFound');
      expect((await (await start(new Documents())).post({ query, extensions })).status).toBe(413);
    });

    it('keeps so many and no more, and goes on answering', async () => {
      const documents = new Documents({ registered: { maxDocuments: 50 } });
      const server = await start(documents);
      for (let i = 0; i < 6; i++) {
        const queries = Array.from({ length: 25 }, (_, j) => `query Q${i}x${j} { hello }`);
        const answers = await Promise.all(
          queries.map((query) => server.post({ query, extensions: apq(sha256(query)) })),
        );
        expect(answers.every(({ ok }) => ok)).toBe(true);
        await Promise.all(answers.map((answer) => answer.text()));
      }
      expect(documents.registered.size).toBe(50);
    });
  });
});
