import { describe, expect, it } from 'vitest';
import { acceptedBy } from '../../../src/transport/accept.js';

describe('what a client takes', () => {
  it.each<[string, string | undefined, boolean, 'sse' | 'multipart' | null]>([
    ['nobody says anything', undefined, true, null],
    ['curl', '*/*', true, null],
    ['EventSource and graphql-sse', 'text/event-stream', false, 'sse'],
    ['urql, a subscription', 'text/event-stream, multipart/mixed', false, 'sse'],
    [
      'urql, a query',
      'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
      true,
      'sse',
    ],
    [
      'Apollo Client',
      'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/graphql-response+json,application/json;q=0.9',
      true,
      'multipart',
    ],
    [
      'Apollo, quoted',
      'multipart/mixed; boundary="graphql"; subscriptionSpec="1.0", application/json',
      true,
      'multipart',
    ],
    ['GraphiQL', 'application/json, multipart/mixed', true, null],
    ['@defer', 'multipart/mixed;deferSpec=20220824,application/json', true, null],
    ['another version', 'multipart/mixed;subscriptionSpec=2.0', false, null],
    ['preferring the later', 'text/event-stream;q=0.5, multipart/mixed;subscriptionSpec=1.0', false, 'multipart'],
    ['refusing one', 'TEXT/EVENT-STREAM;Q=0, multipart/mixed;SubscriptionSpec=1.0;q=0.1, */*;q=0', false, 'multipart'],
    ['nonsense', 'text/event-stream;q=soon,,;;,/', false, null],
  ])('%s', (_, header, json, stream) => expect(acceptedBy(header)).toEqual({ json, stream }));
});
