import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer, type BaseContext } from '@apollo/server';
import { defineIntegrationTestSuite } from '@apollo/server-integration-testsuite';
import { LOCAL_PRINCIPAL } from '../../src/access/principal.js';
import { GraphqlHttp, type GraphqlHttpOptions } from '../../src/transport/http/graphql-http.js';

/** Apollo's own tests of whoever puts it behind HTTP: over our handler, on real sockets. Each case brings an Apollo Server of its own. */
defineIntegrationTestSuite(
  async (config, options) => {
    const apollo = new ApolloServer<BaseContext>(config);
    const contextOf = options?.context ?? (async () => ({}));
    const door = new GraphqlHttp({
      apollo: apollo as unknown as GraphqlHttpOptions['apollo'],
      // The suite's documents are no subscriptions, and belong to schemas that our pipeline does not have.
      pipeline: { context: () => contextOf(), operationType: () => null } as unknown as GraphqlHttpOptions['pipeline'],
      identifier: { identify: async () => LOCAL_PRINCIPAL, whenOver: () => () => {} },
      allowedHosts: [],
      allowedOrigins: [],
      maxBodyBytes: 1024 * 1024,
      unreadMs: 30_000,
      streams: {},
    });
    const http = createServer((request, response) => void door.request(request, response));
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    await apollo.start();
    return {
      server: apollo,
      url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
      extraCleanup: async () => {
        http.closeAllConnections();
        await new Promise((resolve) => http.close(resolve));
      },
    };
  },
  { serverIsStartedInBackground: false },
);
