import { join } from 'node:path';
import { UnsecuredJWT } from 'jose';
import Database from 'libsql';
import { revokeApiKey } from '../../src/access/api-keys.js';
import type { Logger } from '../../src/core/logger.js';
import { DATA_FILE } from '../../src/data/open.js';
import { encodeCursor } from '../../src/flows/log-stream.js';
import { guarded } from '../support/guarded.js';
import { payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

/** What only somebody who may see customer c2 may read. */
export const NOT_YOURS = 'Wayne Enterprises';

/** A guarded server, callers of every kind, two customers, and what the server logged. */
export interface World {
  readonly server: TestServer;
  readonly url: string;
  /** What each caller shows. `bound`: scorer, operator and ingester, of customer c1 only. */
  readonly callers: Readonly<Record<Caller, string>>;
  /** Global ids of customer c2, a payment of theirs and its assessment. */
  readonly theirIds: readonly string[];
  /** A cursor of `transactionScored` before everything. */
  readonly beginning: string;
  readonly logged: readonly Readonly<Record<string, unknown>>[];
  /** The data file without one of its tables for as long as `act` takes: a fault that nobody foresaw. */
  without<T>(table: string, act: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}
export type Caller = 'admin' | 'viewer' | 'ingester' | 'bound' | 'forged' | 'revoked' | 'expired' | 'unsigned';

/** A logger whose lines a test can read. */
function listening(): { logger: Logger; logged: Record<string, unknown>[] } {
  const logged: Record<string, unknown>[] = [];
  const take = (fields: object, message: string) => void logged.push({ ...fields, message });
  const logger: Logger = { debug() {}, info() {}, warn: take, error: take, child: () => logger };
  return { logger, logged };
}

export async function createWorld(): Promise<World> {
  const folder = temporaryFolder();
  const { logger, logged } = listening();
  const { keyFile, env, key, token } = guarded(folder.path);
  const gone = key(['admin']);
  const callers = {
    admin: key(['admin']).key,
    viewer: key(['viewer']).key,
    ingester: key(['ingester']).key,
    bound: key(['scorer', 'operator', 'ingester'], ['c1']).key,
    forged: `${gone.key.slice(0, -8)}AAAAAAAA`,
    revoked: gone.key,
    expired: await token(-60),
    unsigned: new UnsecuredJWT({
      roles: ['admin'],
      sub: 'ada',
      iss: 'https://id.example',
      aud: 'scoregraph',
      exp: 4e9,
    }).encode(),
  };
  for (const [caller, secret] of Object.entries(callers)) callers[caller as Caller] = `Bearer ${secret}`;
  const server = await startTestServer({ dataDir: folder.path, logger, env });
  revokeApiKey(keyFile, gone.kept.prefix, Date.now());
  await new Promise((resolve) => setTimeout(resolve, 1_500)); // the server notices within a second
  const as = { authorization: callers.admin };
  const UPSERT = 'mutation { upsertCustomers(customers: [{customerId: "c1"}, {customerId: "c2"}]) { acceptedCount } }';
  await server.query(UPSERT, {}, as);
  await server.query(RECORD, { transactions: [payment('t1', 'c1'), payment('t2', 'c2', { merchant: NOT_YOURS })] }, as);
  const { data } = await server.query(
    '{ customer(customerId: "c2") { id transactions(first: 1) { nodes { id fraud { id } } } } }',
    {},
    as,
  );
  const [paid] = data.customer.transactions.nodes;
  return {
    server,
    url: server.url,
    callers,
    theirIds: [data.customer.id, paid.id, paid.fraud.id],
    beginning: encodeCursor('scored', 0),
    logged,
    async without(table, act) {
      const db = new Database(join(folder.path, DATA_FILE));
      db.exec(`ALTER TABLE ${table} RENAME TO ${table}_away`);
      try {
        return await act();
      } finally {
        db.exec(`ALTER TABLE ${table}_away RENAME TO ${table}`);
        db.close();
      }
    },
    async stop() {
      await server.stop();
      folder.remove();
    },
  };
}
