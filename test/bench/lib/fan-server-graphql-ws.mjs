// graphql-ws as its documentation sets it up: `useServer` on `ws`, graphql-js, an async iterator for each subscriber.
import { createServer } from 'node:http';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { driveFanOut } from './fan-driver.mjs';
import { customerOf, FAN_SDL, scoredPayment } from './fan-payments.mjs';

const topics = Number(process.argv[2]);
const ALL = '';
const subscribers = new Map();
let head = 0;
const cursor = (position) => Buffer.from(`scored:${position}`).toString('base64url');

/** What a PubSub's async iterator does: a queue of values, or of somebody who waits for one. */
function iterator(keys, first) {
  const values = [first];
  let waiting = null;
  const push = (value) => {
    if (waiting === null) values.push(value);
    else {
      waiting({ done: false, value });
      waiting = null;
    }
  };
  for (const key of keys) {
    if (!subscribers.has(key)) subscribers.set(key, new Set());
    subscribers.get(key).add(push);
  }
  return {
    next: () =>
      values.length > 0
        ? Promise.resolve({ done: false, value: values.shift() })
        : new Promise((resolve) => {
            waiting = resolve;
          }),
    return() {
      for (const key of keys) subscribers.get(key).delete(push);
      waiting?.({ done: true, value: undefined });
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const schema = makeExecutableSchema({
  typeDefs: FAN_SDL,
  resolvers: {
    Subscription: {
      transactionScored: {
        subscribe: (_root, { filter }) =>
          iterator(filter?.customerIds ?? [ALL], {
            transactionScored: { __typename: 'CaughtUp', cursor: cursor(head) },
          }),
      },
    },
    TransactionScored: { fraud: ({ prediction }) => prediction, transaction: ({ event }) => event },
    Transaction: {
      transactionId: ({ id }) => id,
      merchant: ({ payload }) => payload.merchant,
      category: ({ payload }) => payload.category,
      amount: ({ payload: { amount } }) => ({
        amount: `${Math.floor(amount.minor / 100)}.${String(amount.minor % 100).padStart(2, '0')}`,
        currency: amount.currency,
      }),
    },
    FraudAssessment: { probability: (p) => p.output.probability, decision: (p) => p.output.decision },
  },
});
const http = createServer();
const server = new WebSocketServer({ server: http, path: '/graphql' });
useServer({ schema }, server);
await new Promise((done) => http.listen(0, '127.0.0.1', done));
await driveFanOut({
  port: http.address().port,
  publish(n) {
    const topic = n % topics;
    const value = {
      transactionScored: {
        __typename: 'TransactionScored',
        cursor: cursor(++head),
        ...scoredPayment(n, topic),
      },
    };
    for (const push of subscribers.get(ALL) ?? []) push(value);
    for (const push of subscribers.get(customerOf(topic)) ?? []) push(value);
  },
});
