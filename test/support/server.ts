import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { compose, type Running } from '../../src/compose.js';
import { readConfig } from '../../src/config/config.js';
import type { Clock } from '../../src/core/clock.js';
import { type Logger, silentLogger } from '../../src/core/logger.js';

export const MODELS = resolve(import.meta.dirname, '../../models');

/** A folder that is gone after the test. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'scoregraph-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: an answer has whatever shape the query gave it
  readonly data?: any;
  readonly errors?: readonly {
    message: string;
    path?: readonly (string | number)[];
    extensions: Record<string, unknown>;
  }[];
}

/** A whole server on a port of its own, over a folder of its own. */
export interface TestServer {
  readonly running: Running;
  readonly url: string;
  query(query: string, variables?: object, headers?: Record<string, string>): Promise<Answer>;
  client(): Client;
  /** Stops the server; the data folder stays. */
  stop(): Promise<void>;
}

export interface TestServerOptions {
  readonly dataDir: string;
  readonly modelsDir?: string;
  readonly env?: Record<string, string>;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

export async function startTestServer({
  dataDir,
  modelsDir = MODELS,
  env = {},
  clock,
  logger,
}: TestServerOptions): Promise<TestServer> {
  const config = readConfig({
    PORT: '0',
    SCOREGRAPH_DATA_DIR: dataDir,
    SCOREGRAPH_MODELS_DIR: modelsDir,
    SCOREGRAPH_WORKERS: '1',
    ...env,
  });
  const running = await compose(config, logger ?? silentLogger, clock);
  const { url } = running.server;
  return {
    running,
    url,
    async query(query, variables, headers = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as Answer;
    },
    client: () =>
      createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 }),
    stop: () => running.close(),
  };
}

/** Customers, and what they paid and bought, through the graph's own door. */
export async function fill(server: TestServer, customers = 3): Promise<string[]> {
  const ids = Array.from({ length: customers }, (_, i) => `c${i + 1}`);
  const answer = await server.query(
    'mutation ($customers: [CustomerInput!]!) { upsertCustomers(customers: $customers) { acceptedCount userErrors { message } } }',
    {
      customers: ids.map((customerId) => ({ customerId, country: 'United Kingdom', birthDate: '1980-05-17' })),
    },
  );
  if (answer.data?.upsertCustomers?.acceptedCount !== customers) throw new Error(JSON.stringify(answer));
  return ids;
}

/** A payment input, now unless told. */
export function payment(transactionId: string, customerId: string, more: object = {}): object {
  return {
    transactionId,
    customerId,
    merchant: 'Stark Inc',
    category: 'grocery_pos',
    amount: { amount: '12.50', currency: 'USD' },
    occurredAt: new Date().toISOString(),
    ...more,
  };
}

export const RECORD = `mutation ($transactions: [TransactionInput!]!) {
  recordTransactions(transactions: $transactions) {
    acceptedCount durableThrough
    transactions { transactionId amount { amount currency } fraud { id probability decision recorded } }
    userErrors { code field message }
  }
}`;

/** Collects what a subscription sends. `next(n)` resolves when n messages are there. */
export function listen(client: Client, query: string, variables: Record<string, unknown> = {}) {
  const messages: Answer[] = [];
  let wake: () => void = () => {};
  let failure: unknown = null;
  let ended = false;
  const stop = client.subscribe(
    { query, variables },
    {
      next: (message) => {
        messages.push(message as Answer);
        wake();
      },
      error: (error) => {
        failure = error;
        wake();
      },
      complete: () => {
        ended = true;
        wake();
      },
    },
  );
  return {
    messages,
    stop,
    async next(count: number): Promise<Answer[]> {
      while (messages.length < count) {
        if (failure !== null) throw failure instanceof Error ? failure : new Error(JSON.stringify(failure));
        if (ended) throw new Error(`the stream ended after ${messages.length} of ${count} messages`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return messages.slice(0, count);
    },
  };
}
