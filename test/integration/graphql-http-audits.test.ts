import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

/** The audits whose GET a browser would send for any page without asking: refused unless they say what a page cannot. */
const PLAIN_GETS = ['5A70', '6A70', 'D6D5'];

describe('GraphQL over HTTP: the audits of graphql-http', () => {
  const data = temporaryFolder();
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ dataDir: data.path });
  });
  afterAll(async () => {
    await server.stop();
    data.remove();
  });

  const url = () => `${server.url}/graphql`;
  /** What docs/errors.md asks of every client: a GET carries a header that no page can add without a preflight. POSTs go as they are. */
  const client: typeof fetch = (input, init) => {
    if ((init?.method ?? 'GET') !== 'GET') return fetch(input, init);
    const headers = new Headers(init?.headers);
    headers.set('apollo-require-preflight', 'true');
    return fetch(input, { ...init, headers });
  };
  const audits = serverAudits({ url, fetchFn: client });

  it('are 61', () => expect(audits).toHaveLength(61));

  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s: %s', async (_, __, audit) => {
    const result = await audit.fn();
    // "notice" and "warn" are failures too: of what a server may do, and of what it should.
    expect(result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`).toBe('ok');
  });

  it('leave only the plain GETs refused when a client says nothing of itself', async () => {
    const refused: string[] = [];
    for (const audit of serverAudits({ url, fetchFn: fetch })) {
      const result = await audit.fn();
      if (result.status === 'ok') continue;
      refused.push(audit.id);
      expect(result.response.status).toBe(400);
    }
    expect(refused.sort()).toEqual(PLAIN_GETS);
  });
});
