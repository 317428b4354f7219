import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { fetchExchange, subscriptionExchange, createClient as urqlClient } from '@urql/core';
import { EventSource } from 'eventsource';
import { getOperationAST, parse } from 'graphql';
import { createClient as sseClient } from 'graphql-sse';
import { createClient as wsClient } from 'graphql-ws';
import { Network, Observable, type RequestParameters, type Sink } from 'relay-runtime';
import { WebSocket } from 'ws';

// Clients take these two for granted, as browsers have them; of the Nodes that are tested only the newest has both.
const globals = globalThis as { CloseEvent?: unknown; WebSocket?: unknown };
globals.CloseEvent ??= class extends Event {};
globals.WebSocket ??= WebSocket;

/** One result, as its client gives it. */
export interface Result {
  // biome-ignore lint/suspicious/noExplicitAny: a result has whatever shape the document gave it
  readonly data?: any;
  readonly errors?: readonly { message: string; path?: readonly unknown[]; extensions?: Record<string, unknown> }[];
}

/** Whoever hears what a subscription says. */
export interface Listener {
  next(result: Result): void;
  error(error: unknown): void;
  complete(): void;
}

/** Subscribes through one client; answers what stops it and lets go of its connection. */
export type Door = (url: string, query: string, variables: object, listener: Listener) => () => void;

const overWs = (url: string) =>
  wsClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
const overSse = (url: string, singleConnection = false) => sseClient({ url, singleConnection, retryAttempts: 0 });
type Request = { query: string; variables?: object };
/** What graphql-ws and graphql-sse have in common. */
interface Streaming {
  subscribe(request: Request, sink: Listener): () => void;
  dispose(): void | Promise<void>;
}

const direct =
  (make: (url: string) => unknown): Door =>
  (url, query, variables, listener) => {
    const client = make(url) as Streaming;
    client.subscribe({ query, variables }, listener);
    return () => void client.dispose();
  };

/** As every application with Apollo Client must say it: without, its cache drops what it reads through an interface. */
const POSSIBLE_TYPES = {
  StreamMessage: ['TransactionScored', 'CaughtUp', 'Lagged'],
  TransactionScoredMessage: ['TransactionScored', 'CaughtUp', 'Lagged'],
};

const apollo =
  (link: (url: string) => { link: GraphQLWsLink | HttpLink; dispose(): void }): Door =>
  (url, query, variables, listener) => {
    const { link: made, dispose } = link(url);
    const client = new ApolloClient({ link: made, cache: new InMemoryCache({ possibleTypes: POSSIBLE_TYPES }) });
    // The default, `none`, gives a result with any error no data at all.
    const subscription = client.subscribe({ query: gql(query), variables, errorPolicy: 'all' }).subscribe({
      next({ data, error }) {
        const errors =
          (error as { errors?: Result['errors'] } | undefined)?.errors ?? (error && [{ message: error.message }]);
        listener.next({ data, ...(errors === undefined ? {} : { errors }) });
      },
      error: (error) => listener.error(error),
      complete: () => listener.complete(),
    });
    return () => {
      subscription.unsubscribe();
      client.stop();
      dispose();
    };
  };

const urql =
  (make: ((url: string) => unknown) | null): Door =>
  (url, query, variables, listener) => {
    const streaming = make === null ? null : (make(url) as Streaming);
    const client = urqlClient({
      url,
      // Without a client of its own, urql's fetchExchange reads subscriptions as SSE.
      fetchSubscriptions: streaming === null,
      exchanges:
        streaming === null
          ? [fetchExchange]
          : [
              subscriptionExchange({
                forwardSubscription: (request) => ({
                  subscribe: (sink) => ({
                    unsubscribe: streaming.subscribe(
                      { query: request.query!, variables: request.variables as object },
                      sink as Listener,
                    ),
                  }),
                }),
              }),
            ],
      preferGetMethod: false,
    });
    const { unsubscribe } = client.subscription(query, variables).subscribe(({ data, error }) => {
      if (error?.networkError) return listener.error(error.networkError);
      if (data === undefined && error === undefined) return;
      listener.next({ data, ...(error === undefined ? {} : { errors: error.graphQLErrors as Result['errors'] & {} }) });
    });
    return () => {
      unsubscribe();
      void streaming?.dispose();
    };
  };

const relay =
  (make: (url: string) => unknown): Door =>
  (url, query, variables, listener) => {
    const client = make(url) as Streaming;
    const network = Network.create(
      () => Promise.reject(new Error('this test only subscribes')),
      (request, given) =>
        Observable.create((sink: Sink<object>) =>
          client.subscribe({ query: request.text!, variables: given }, sink as Listener),
        ),
    );
    const request: RequestParameters = {
      id: null,
      cacheID: 'test',
      text: query,
      name: 'Test',
      operationKind: 'subscription',
      metadata: {},
    };
    const subscription = network.execute(request, variables, {}).subscribe(listener as Partial<Sink<object>>);
    return () => {
      subscription.unsubscribe();
      void client.dispose();
    };
  };

/** An EventSource comes again by itself, with the id of the last event it got. */
const eventSource: Door = (url, query, variables, listener) => {
  const source = new EventSource(`${url}?${new URLSearchParams({ query, variables: JSON.stringify(variables) })}`);
  source.addEventListener('next', ({ data }) => listener.next(JSON.parse(data)));
  source.addEventListener('complete', () => {
    source.close();
    listener.complete();
  });
  return () => source.close();
};

const graphiql: Door = (url, query, variables, listener) => {
  const client = overWs(url);
  const fetcher = createGraphiQLFetcher({ url, fetch, wsClient: client as never });
  void (async () => {
    const documentAST = parse(query);
    const operationName = getOperationAST(documentAST)?.name?.value as string;
    const results = (await fetcher({ query, variables, operationName }, { documentAST })) as AsyncIterable<Result>;
    for await (const result of results) listener.next(result);
    listener.complete();
  })().catch((error) => listener.error(error));
  return () => void client.dispose();
};

/** Every client that the graph is to serve as it is, through every door. */
export const DOORS: Readonly<Record<string, Door>> = {
  'graphql-ws': direct(overWs),
  'graphql-sse, a stream each': direct(overSse),
  'graphql-sse, one stream': direct((url) => overSse(url, true)),
  EventSource: eventSource,
  'Apollo Client over WebSocket': apollo((url) => {
    const client = overWs(url);
    return { link: new GraphQLWsLink(client), dispose: () => void client.dispose() };
  }),
  'Apollo Client, multipart': apollo((url) => ({ link: new HttpLink({ uri: url }), dispose() {} })),
  'urql over WebSocket': urql(overWs),
  'urql over graphql-sse': urql(overSse),
  'urql alone': urql(null),
  'Relay over WebSocket': relay(overWs),
  'Relay over graphql-sse': relay(overSse),
  'GraphiQL’s fetcher': graphiql,
};

export interface Listening {
  readonly results: Result[];
  /** How it ended; null as long as it did not. */
  readonly ended: () => { error: unknown } | 'complete' | null;
  /** Resolves when so many results came; rejects when it ended before. */
  next(count: number): Promise<Result[]>;
  stop(): void;
}

/** Subscribes through a door and keeps what comes. */
export function listenAt(door: Door, url: string, query: string, variables: object = {}): Listening {
  const results: Result[] = [];
  let ended: { error: unknown } | 'complete' | null = null;
  let wake: () => void = () => {};
  const end = (how: typeof ended) => {
    ended ??= how;
    wake();
  };
  const stop = door(url, query, variables, {
    next(result) {
      results.push(result);
      wake();
    },
    error: (error) => end({ error }),
    complete: () => end('complete'),
  });
  return {
    results,
    ended: () => ended,
    stop,
    async next(count) {
      while (results.length < count) {
        if (ended !== null) throw new Error(`it ended after ${results.length} of ${count}: ${JSON.stringify(ended)}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return results.slice(0, count);
    },
  };
}
