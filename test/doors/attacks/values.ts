import { randomUUID } from 'node:crypto';
import { payment, RECORD } from '../../support/server.js';
import { type Attack, atMost, hostileKeys, line, one, query, SCORED, same } from './attack.js';

const THEIR_OUTCOME = { subject: { transactionId: 't2' }, fraud: true, observedAt: '2026-03-01T12:00:00Z' };

/** Values nobody means well with, other people's things, and what goes wrong inside. */
export const VALUES: readonly Attack[] = [
  {
    name: '`__proto__` among the variables',
    operations: () => hostileKeys('query ($f: PredictionFilter) { predictions(filter: $f) { nodes { __typename } } }'),
    streams: () =>
      hostileKeys('subscription ($f: TransactionScoredFilter) { transactionScored(filter: $f) { __typename } }'),
    lines: () => ({ lines: line(randomUUID(), 'c1').replace('{', '{"__proto__":{"polluted":1},') }),
    times: 4,
    holds({ errors }, _world, { takes }) {
      same(errors[0]?.code, takes === 'lines' ? 'INVALID' : 'BAD_USER_INPUT');
      same(({} as { polluted?: unknown }).polluted, undefined);
    },
    ownWords: ['multipart', 'JSON lines'],
  },
  {
    name: 'half a character, a null byte, an endless id',
    operations: query(
      'query ($a: ID!, $b: ID!, $c: ID!) { a: customer(customerId: $a) { id } b: customer(customerId: $b) { id } c: customer(customerId: $c) { id } }',
      {
        a: 'x\ud800',
        b: 'c1\u0000',
        c: 'y'.repeat(3_000),
      },
    ),
    streams: query(
      'subscription ($a: String!) { transactionScored(filter: { categories: [$a] }, after: "\u0000") { __typename } }',
      { a: 'x\ud800' },
    ),
    lines: () => ({ lines: line('bad\u0000name', 'c1') }),
    holds({ errors, data }, _world, { takes }) {
      if (takes === 'operations') same(JSON.stringify(data), '{"a":null,"b":null,"c":null}');
      one(errors.slice(0, 1), ['NOT_FOUND', 'BAD_USER_INPUT', 'INVALID']);
      for (const { message } of errors) atMost(message.length, 300);
    },
    ownWords: ['multipart', 'JSON lines'],
  },
  // Other people's.
  {
    name: 'another customer by their key',
    by: 'bound',
    operations: query('{ customer(customerId: "c2") { id country } }'),
    streams: query('subscription { customerScores(customerId: "c2") { customer { id } transaction { merchant } } }'),
    lines: () => ({ lines: line(randomUUID(), 'c2') }),
    holds({ errors, data }, _world, { takes }) {
      same(errors[0]?.code, takes === 'lines' ? 'UNKNOWN_CUSTOMER' : 'NOT_FOUND');
      same(
        takes === 'lines' ? data.accepted : (data?.customer ?? data?.customerScores ?? null),
        takes === 'lines' ? 0 : null,
      );
    },
    ownWords: ['JSON lines'],
  },
  {
    name: 'another customer’s things by their ids',
    by: 'bound',
    operations: ({ theirIds: ids }) => ({
      query:
        'query ($ids: [ID!]!) { nodes(ids: $ids) { id } transaction(transactionId: "t2") { merchant } predictions(filter: { customerIds: ["c2"] }) { nodes { ... on FraudAssessment { id } } } }',
      variables: { ids },
    }),
    streams: ({ beginning }) => ({
      query: `subscription ($after: Cursor) { transactionScored(after: $after, filter: { customerIds: ["c2"] }) { __typename ${SCORED} } }`,
      variables: { after: beginning },
    }),
    lines: 'lines only bring events, they read nothing',
    holds({ data, text }, { theirIds }, { takes }) {
      if (takes === 'streams') same(data.transactionScored.__typename, 'CaughtUp');
      else same(JSON.stringify([data.nodes, data.transaction, data.predictions.nodes]), '[[null,null,null],null,[]]');
      for (const id of theirIds) same(text.includes(id), false);
    },
    ownWords: ['multipart'],
  },
  {
    name: 'an id again with other content',
    by: 'bound',
    operations: () => ({
      query: RECORD,
      variables: { transactions: [payment('t2', 'c1', { amount: { amount: '99.00', currency: 'USD' } })] },
    }),
    streams: 'subscriptions record nothing',
    lines: () => ({ lines: line('t2', 'c1', { amount: { amount: '99.00', currency: 'USD' } }) }),
    holds({ errors, data, status }, _world, { name, takes }) {
      if (name.includes('GET')) return same(status, 405);
      const refusals = takes === 'lines' ? errors : data.recordTransactions.userErrors;
      same(refusals[0]?.code, 'DUPLICATE_WITH_OTHER_CONTENT');
    },
    ownWords: ['JSON lines', 'HTTP GET', 'SSE by GET (EventSource)'],
  },
  {
    name: 'the outcome of another customer’s payment',
    by: 'bound',
    operations: query(
      'mutation ($o: [OutcomeInput!]!) { reportOutcomes(outcomes: $o) { acceptedCount userErrors { code message } } }',
      { o: [THEIR_OUTCOME] },
    ),
    streams: 'subscriptions record nothing',
    lines: () => ({ lines: JSON.stringify({ type: 'outcome', ...THEIR_OUTCOME }) }),
    holds({ errors, data, status }, _world, { name, takes }) {
      if (name.includes('GET')) return same(status, 405);
      const [refusal] = takes === 'lines' ? errors : data.reportOutcomes.userErrors;
      same(refusal?.code, 'UNKNOWN_TRANSACTION');
      same(refusal?.message, 'no recorded payment has this id');
    },
    ownWords: ['JSON lines', 'HTTP GET', 'SSE by GET (EventSource)'],
  },
  // What goes wrong inside.
  {
    name: 'a fault inside (a table of the data file is gone)',
    by: 'admin',
    operations: query('{ predictions(first: 1) { nodes { __typename } } }'),
    streams: ({ beginning }) => ({
      query: `subscription ($after: Cursor) { transactionScored(after: $after) { ${SCORED} } }`,
      variables: { after: beginning },
    }),
    lines: () => ({ lines: line(randomUUID(), 'c1') }),
    without: { operations: 'predictions', lines: 'events' },
    code: 'INTERNAL_SERVER_ERROR',
    message: /^Internal server error \([0-9a-f-]{36}\)\.$/,
    holds({ errors }, { logged }) {
      const { errorId } = errors[0]!.extensions;
      const entry = logged.find((one) => one.errorId === errorId);
      if (entry === undefined) throw new Error(`expected the log to have ${errorId}`);
      if (!/no such table/.test(String(entry.error)))
        throw new Error(`expected the log to say why, got ${entry.error}`);
    },
  },
];
