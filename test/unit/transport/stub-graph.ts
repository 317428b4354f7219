import { makeExecutableSchema } from '@graphql-tools/schema';
import { afterEach } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import { badInput } from '../../../src/core/errors.js';
import { silentLogger } from '../../../src/core/logger.js';
import { Admission, type Check } from '../../../src/graphql/admission.js';
import { Authorisation, authorisationCheck } from '../../../src/graphql/authorisation.js';
import type { GraphContext } from '../../../src/graphql/context.js';
import type { Charge } from '../../../src/graphql/cost/charge.js';
import { Documents } from '../../../src/graphql/documents/documents.js';
import { ErrorPresenter } from '../../../src/graphql/errors.js';
import { GraphPipeline } from '../../../src/graphql/pipeline.js';
import { SchemaHost } from '../../../src/graphql/schema-host.js';
import { PrometheusMetrics } from '../../../src/transport/metrics.js';
import { type RunningServer, type ServerOptions, startServer } from '../../../src/transport/server.js';
import { openGuard } from '../../support/guard.js';

const SDL = `
  directive @access on OBJECT
  type Query @access {
    hello(name: String! = "world"): String!
    "Milliseconds left."
    deadline: Float!
    "Answers when the test calls release(); fails when its operation is cancelled."
    held: String
    big(kib: Int!): String!
    refused: String
    broken: String
  }
  type Mutation @access { add(n: Int!): Int! }
  type Subscription @access {
    count(to: Int!): Int!
    "Nothing, until it is ended."
    never: Int!
    "Texts of so many KiB without end."
    flood(kib: Int!): String!
  }
`;

/** A real pipeline and a real Apollo over a few fields that a test can hold, flood and break. */
export interface StubServer {
  readonly running: RunningServer;
  readonly metrics: PrometheusMetrics;
  readonly url: string;
  readonly port: number;
  /** What is under way, and what was called. */
  readonly seen: {
    held: number;
    cancelled: number;
    opened: number;
    ended: number;
    sum: number;
    flooded: number;
    /** Charges of operations that were admitted, less those given back. */
    charged: number;
  };
  /** Lets every held field answer. */
  release(): void;
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** The JSON of an answer. */
// biome-ignore lint/suspicious/noExplicitAny: an answer has whatever shape the query gave it
export const bodyOf = (response: Response) => response.json() as Promise<any>;

/** Starts stubs that are released and closed after each test. To be called in a `describe`. */
export function stubServers(): (options?: Partial<ServerOptions>) => Promise<StubServer> {
  const open: StubServer[] = [];
  afterEach(async () => {
    for (const server of open.splice(0)) {
      server.release();
      await server.running.close(100);
    }
  });
  return async (options = {}) => {
    const server = await startStub(options);
    open.push(server);
    return server;
  };
}

export async function startStub({
  documents = new Documents(),
  ...options
}: Partial<ServerOptions> & { documents?: Documents } = {}): Promise<StubServer> {
  const seen = { held: 0, cancelled: 0, opened: 0, ended: 0, sum: 0, flooded: 0, charged: 0 };
  let release: () => void = () => {};
  let released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const held = (_: unknown, __: unknown, { row }: GraphContext) => {
    seen.held++;
    let waiting = true;
    return new Promise<string>((resolve, reject) => {
      void released.then(() => resolve('released'));
      row.signal?.addEventListener('abort', () => {
        if (waiting) seen.cancelled++;
        reject(badInput('cancelled'));
      });
    }).finally(() => {
      waiting = false;
      seen.held--;
    });
  };
  const charging: Check = ({ context }) => {
    seen.charged++;
    context.charge = { giveBack: () => seen.charged--, eventMs: 0, account: null } as unknown as Charge;
    return null;
  };
  const until = ({ row }: GraphContext) =>
    new Promise<void>((resolve) => row.signal?.addEventListener('abort', () => resolve()));
  const stream = (produce: (context: GraphContext, args: { to: number; kib: number }) => AsyncGenerator<unknown>) => ({
    resolve: (value: unknown) => value,
    async *subscribe(_: unknown, args: { to: number; kib: number }, context: GraphContext) {
      seen.opened++;
      try {
        yield* produce(context, args);
      } finally {
        seen.ended++;
      }
    },
  });
  const schema = makeExecutableSchema({
    typeDefs: SDL,
    resolvers: {
      Query: {
        hello: (_: unknown, { name }: { name: string }) => `hello ${name}`,
        deadline: (_: unknown, __: unknown, { row }: GraphContext) => row.deadline - systemClock.monotonic(),
        held,
        big: (_: unknown, { kib }: { kib: number }) => 'x'.repeat(kib * 1024),
        refused: () => {
          throw badInput('expected something else', 'refused');
        },
        broken: () => {
          throw new Error('the password is 1234');
        },
      },
      Mutation: {
        add: (_: unknown, { n }: { n: number }) => {
          seen.sum += n;
          return seen.sum;
        },
      },
      Subscription: {
        count: stream(async function* (_, { to }) {
          for (let n = 1; n <= to; n++) yield n;
        }),
        never: stream(async function* (context) {
          yield* [] as number[];
          await until(context);
        }),
        flood: stream(async function* (context, { kib }) {
          while (!context.row.signal?.aborted) {
            seen.flooded++;
            yield 'x'.repeat(kib * 1024);
            await new Promise(setImmediate);
          }
        }),
      },
    },
  });
  const metrics = new PrometheusMetrics();
  const presenter = new ErrorPresenter(silentLogger, metrics);
  const guard = openGuard();
  const maxTokens = 10_000;
  const host = await SchemaHost.start(schema, {
    admission: (served) => new Admission([authorisationCheck(new Authorisation(served, guard)), charging]),
    presenter,
    maxTokens,
    logger: silentLogger,
  });
  const { apollo } = host;
  const pipeline = new GraphPipeline({ host, app: {} as never, guard, presenter, maxTokens, documents });
  const running = await startServer({
    host: '127.0.0.1',
    port: 0,
    apollo,
    pipeline,
    guard,
    metrics,
    logger: silentLogger,
    maxBodyBytes: 64 * 1024,
    allowedHosts: ['graph.example'],
    allowedOrigins: ['https://app.example'],
    pageDir: '/nowhere',
    health: { readiness: () => ({ notReady: [], degraded: [] }), modelReady: () => null },
    beforeScrape: () => {},
    ...options,
  });
  return {
    running,
    metrics,
    url: running.url,
    port: Number(new URL(running.url).port),
    seen,
    release() {
      release();
      released = new Promise((resolve) => {
        release = resolve;
      });
    },
    post: (body, headers = {}) =>
      fetch(`${running.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}
