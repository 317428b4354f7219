import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestServer, temporaryFolder } from '../support/server.js';

describe('docs/trusted-documents.md', () => {
  it('shows a manifest and requests that give the answer it shows', async () => {
    const text = readFileSync(resolve(import.meta.dirname, '../../docs/trusted-documents.md'), 'utf8');
    const [manifest, answer] = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map((match) => match[1]!);
    const body = /-d '([^']+)'/.exec(text)![1]!;
    const search = /--data-urlencode '([^']+)'/.exec(text)![1]!;
    const folder = temporaryFolder();
    const file = join(folder.path, 'documents.json');
    writeFileSync(file, manifest!);
    const env = { SCOREGRAPH_TRUSTED_DOCUMENTS: file, SCOREGRAPH_ONLY_TRUSTED: 'on' };
    const server = await startTestServer({ dataDir: join(folder.path, 'data'), env });
    try {
      const url = `${server.url}/graphql`;
      const headers = { 'content-type': 'application/json' };
      const posted = await fetch(url, { method: 'POST', headers, body });
      expect(await posted.json()).toEqual(JSON.parse(answer!));
      const got = await fetch(`${url}?${search}`, { headers: { 'apollo-require-preflight': 'true' } });
      expect(await got.json()).toEqual(JSON.parse(answer!));
    } finally {
      await server.stop();
      folder.remove();
    }
  });
});
