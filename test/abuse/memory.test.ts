import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, temporaryFolder } from '../support/server.js';
import { openSse } from '../support/sse.js';

setFlagsFromString('--expose_gc');
const gc = runInNewContext('gc') as () => void;
const heap = () => {
  gc();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

/** As long as documents may be, and none like another: parsed, one is 3 MB. */
const document = (n: number) => `{ ${Array.from({ length: 3_300 }, (_, i) => `a${n}_${i}:__typename`).join(' ')} }`;
const DOCUMENTS = 120;

describe('documents that come once', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_ENGINE: 'wasm' } });
    await server.query('{ models { name } }');
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it.each([
    ['HTTP', (query: string) => server.query(query)],
    [
      'SSE',
      async (query: string) => {
        const stream = await openSse(`${server.url}/graphql`, { body: { query } });
        await stream.ended;
      },
    ],
  ])('are not kept by the hundred: %s', { timeout: 120_000 }, async (_door, ask) => {
    const before = heap();
    for (let i = 0; i < DOCUMENTS; i++) await ask(document(i));
    expect(heap() - before).toBeLessThan(160);
  });
});
