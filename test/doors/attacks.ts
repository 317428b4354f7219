import { randomUUID } from 'node:crypto';
import { VARIABLES } from '../../src/config/config.js';
import { payment, RECORD } from '../support/server.js';
import type { Ask, Door, Outcome } from './door.js';
import { type Caller, NOT_YOURS, type World } from './world.js';

/** What a door is asked, or why there is nothing to ask it. */
type Asked = ((world: World) => Ask) | string;

export interface Attack {
  readonly name: string;
  /** Who attacks; absent: a viewer, who brings lines as an ingester. Null: somebody who shows nothing. */
  readonly by?: Caller | null;
  /** What it is at each kind of door. */
  readonly operations: Asked;
  readonly streams: Asked;
  readonly lines: Asked;
  /** Doors of these kinds that it cannot come through all the same, and why. */
  readonly except?: Readonly<Record<string, string>>;
  /** The refusal; absent: `holds` says it all. */
  readonly code?: string;
  readonly message?: RegExp;
  /** Where the protocol speaks of this in words of its own. Elsewhere all doors must use the same. */
  readonly ownWords?: readonly string[];
  /** Sent so often; what comes again runs compiled. */
  readonly times?: number;
  /** Table of the data file that is missing meanwhile. */
  readonly without?: { readonly operations: string; readonly lines: string };
  readonly holds?: (outcome: Outcome, world: World, door: Door) => void | Promise<void>;
}

/** Whether this server has limits on documents and on what an operation costs. */
const LIMITED = 'SCOREGRAPH_MAX_DEPTH' in VARIABLES;

const LONG = { 'HTTP GET': 'a URL has room for 16 KiB', 'SSE by GET (EventSource)': 'a URL has room for 16 KiB' };
const NO_FIELDS = 'lines are events: they select nothing';
const NOT_AT_ROOT = 'subscriptions have no such root field';
const SCORED = '... on TransactionScored { transaction { transactionId merchant } fraud { id } }';
const line = (transactionId: string, customerId: string, more: object = {}) =>
  JSON.stringify({ type: 'transaction', ...payment(transactionId, customerId, more) });
const MODELS: Ask = { query: '{ models { name } }' };
const WATCH: Ask = { query: 'subscription { transactionScored { __typename } }' };

/** The same question whoever asks: what is refused before it is looked at. */
const whoever = { operations: () => MODELS, streams: () => WATCH, lines: () => ({ lines: line(randomUUID(), 'c1') }) };
const query = (text: string, variables?: object) => () => ({ query: text, ...(variables && { variables }) });
const many = (count: number, of: (i: number) => string, between = ' ') =>
  Array.from({ length: count }, (_, i) => of(i)).join(between);
const nested = (depth: number, open: string, inner: string, close: string) =>
  open.repeat(depth) + inner + close.repeat(depth);

const IDS = Array.from({ length: 1_001 }, (_, i) => `c${i}`);
const LOOP = 'transactions(first: 1) { nodes { customer { ';
/** Fragments that double with every line: 2^20 in the end. */
const DOUBLING = (type: string) =>
  `${many(20, (i) => `fragment f${i} on Customer { ${LOOP} a: id ...f${i + 1} } b: customer { ...f${i + 1} } } } }`)} fragment f20 on Customer { ${type} }`;

/** Without limits on documents there is nothing yet that refuses these. */
const costs: readonly Attack[] = [
  {
    name: 'a long list, written out',
    operations: query(`{ customers(customerIds: ${JSON.stringify(IDS)}) { id } }`),
    streams: query(
      `subscription { transactionScored(filter: { customerIds: ${JSON.stringify(IDS)} }) { __typename } }`,
    ),
    lines: NO_FIELDS,
    code: LIMITED ? 'QUERY_TOO_COSTLY' : 'BAD_USER_INPUT',
    message: /expected at most (1000 items in a list|500 (filter\.)?customerIds), got 1001/,
    ...(LIMITED ? {} : { ownWords: ['multipart'] }),
    except: LONG,
  },
  {
    name: 'a long list in a variable',
    operations: query('query ($ids: [ID!]!) { customers(customerIds: $ids) { id } }', { ids: IDS }),
    streams: query('subscription ($ids: [ID!]!) { transactionScored(filter: { customerIds: $ids }) { __typename } }', {
      ids: IDS,
    }),
    lines: NO_FIELDS,
    code: LIMITED ? 'QUERY_TOO_COSTLY' : 'BAD_USER_INPUT',
    message: /expected at most (1000 items in|500 (filter\.)?customerIds)/,
    ownWords: ['multipart'],
    except: LONG,
  },
];
const limitedCosts: readonly Attack[] = [
  {
    name: 'fields multiplied by fragments',
    operations: query(`{ customer(customerId: "c1") { ...f0 } } ${DOUBLING('id')}`),
    streams: query(
      `subscription { segmentChanged { ... on SegmentChanged { customer { ...f0 } } } } ${DOUBLING('id')}`,
    ),
    lines: NO_FIELDS,
    code: 'QUERY_TOO_COSTLY',
    ownWords: ['multipart'],
  },
  {
    name: 'fields multiplied by aliases',
    operations: query(`{ ${many(101, (i) => `a${i}: engine { name }`)} }`),
    streams: query(`subscription { transactionScored { ${many(101, (i) => `a${i}: __typename`)} } }`),
    lines: NO_FIELDS,
    code: 'QUERY_TOO_COSTLY',
    message: /aliases|fields of the operation itself/,
    ownWords: ['multipart'],
  },
  {
    name: 'deep nesting',
    operations: query(`{ customer(customerId: "c1") { ${nested(12, LOOP, 'id', ' } } }')} } }`),
    streams: query(
      `subscription { segmentChanged { ... on SegmentChanged { customer { ${nested(12, LOOP, 'id', ' } } }')} } } } }`,
    ),
    lines: NO_FIELDS,
    code: 'QUERY_TOO_COSTLY',
    message: /one below the other/,
    ownWords: ['multipart'],
  },
];

/** What is done to every door. A new attack is one entry; the doors find it by themselves. */
export const ATTACKS: readonly Attack[] = [
  // Who calls.
  { name: 'no credentials', by: null, ...whoever, code: 'UNAUTHENTICATED', message: /^expected credentials/ },
  {
    name: 'a forged key',
    by: 'forged',
    ...whoever,
    code: 'UNAUTHENTICATED',
    message: /^the API key is not known, revoked or expired$/,
  },
  {
    name: 'a revoked key',
    by: 'revoked',
    ...whoever,
    code: 'UNAUTHENTICATED',
    message: /^the API key is not known, revoked or expired$/,
  },
  { name: 'an expired token', by: 'expired', ...whoever, code: 'UNAUTHENTICATED', message: /^the token has expired$/ },
  {
    name: 'a token nobody signed',
    by: 'unsigned',
    ...whoever,
    code: 'UNAUTHENTICATED',
    message: /^the token is signed in a way/,
  },
  {
    name: 'a page of somebody else’s (foreign Origin)',
    by: 'admin',
    operations: () => ({ ...MODELS, origin: 'https://evil.example' }),
    streams: () => ({ ...WATCH, origin: 'https://evil.example' }),
    lines: () => ({ lines: line(randomUUID(), 'c1'), origin: 'https://evil.example' }),
    code: 'FORBIDDEN',
    message: /SCOREGRAPH_ALLOWED_ORIGINS/,
  },
  // What the schema tells.
  {
    name: 'introspection',
    operations: query('{ __schema { types { name } } }'),
    streams: NOT_AT_ROOT,
    lines: NO_FIELDS,
    code: 'FORBIDDEN',
    message: /^Introspection is not open to this caller\.$/,
  },
  {
    name: 'introspection by way of a fragment and an alias',
    operations: query(
      '{ ...f } fragment f on Query { models { name } harmless: __type(name: "Query") { fields { name } } }',
    ),
    streams: NOT_AT_ROOT,
    lines: NO_FIELDS,
    code: 'FORBIDDEN',
    message: /^Introspection is not open to this caller\.$/,
  },
  {
    name: 'introspection by misspelling a field',
    operations: query('{ custommer(customerId: "c1") { id } }'),
    streams: query('subscription { transactionScorred { __typename } }'),
    lines: NO_FIELDS,
    code: 'GRAPHQL_VALIDATION_FAILED',
    message: /^Cannot query field "\w+" on type "\w+"\.$/,
    ownWords: ['multipart'],
  },
  {
    name: 'introspection by misspelling a value',
    operations: query(
      'query ($d: [FraudDecision!]) { predictions(filter: { decisions: $d }) { nodes { __typename } } }',
      { d: ['APPROV'] },
    ),
    streams: query('subscription ($f: TransactionScoredFilter) { transactionScored(filter: $f) { __typename } }', {
      f: { customerId: [] },
    }),
    lines: NO_FIELDS,
    code: 'BAD_USER_INPUT',
    message: /^Variable "\$\w" got invalid value .*\.$/,
    times: 4,
    ownWords: ['multipart'],
  },
  // What a role may.
  {
    name: 'a field of another role',
    by: 'viewer',
    operations: query('{ customer(customerId: "c1") { segment { id } } }'),
    streams: query('subscription { customerScores(customerId: "c1") { segment { id } } }'),
    lines: () => ({ lines: line(randomUUID(), 'c1') }),
    code: 'FORBIDDEN',
    message: /needs the role (scorer|ingester)\.$/,
    ownWords: ['multipart', 'JSON lines'],
  },
  ...costs,
  ...(LIMITED ? limitedCosts : []),
  // Documents.
  {
    name: 'no GraphQL',
    operations: query('{ models { name '),
    streams: query('subscription { transactionScored { __typename '),
    lines: () => ({ lines: '{"type":' }),
    holds: ({ errors }, _world, { takes }) =>
      same(errors[0]?.code, takes === 'lines' ? 'INVALID' : 'GRAPHQL_PARSE_FAILED'),
    ownWords: ['multipart', 'JSON lines'],
  },
  {
    name: 'more tokens than anybody needs',
    operations: query(`{ ${many(6_000, (i) => `a${i}: models { name }`)} }`),
    streams: query(`subscription { transactionScored { ${many(6_000, (i) => `a${i}: __typename`)} } }`),
    lines: NO_FIELDS,
    code: 'GRAPHQL_PARSE_FAILED',
    message: /10000 tokens/,
    except: LONG,
  },
  {
    name: 'nesting deeper than the stack',
    operations: query(`{ customer(customerId: ${nested(4_900, '[', '', ']')}) { id } }`),
    streams: query(`subscription { customerScores(customerId: ${nested(4_900, '[', '', ']')}) { __typename } }`),
    lines: () => ({ lines: `{"type":"transaction","amount":${nested(20_000, '[', '', ']')}}` }),
    holds: ({ errors }, _world, { takes }) =>
      same(errors[0]?.code, takes === 'lines' ? 'INVALID' : 'GRAPHQL_PARSE_FAILED'),
    ownWords: ['JSON lines'],
    except: LONG,
  },
  {
    name: 'nesting in a variable',
    operations: (): Ask => ({
      raw: `{"query":"query ($ids: [ID!]!) { nodes(ids: $ids) { id } }","extensions":{"operationId":"deep"},"variables":{"ids":${nested(5_000, '[', '', ']')}}}`,
    }),
    streams: (): Ask => ({
      raw: `{"query":"subscription ($f: TransactionScoredFilter) { transactionScored(filter: $f) { __typename } }","variables":{"f":${nested(5_000, '{"customerIds":', '1', '}')}}}`,
    }),
    lines: 'see "nesting deeper than the stack"',
    holds: ({ errors }) => one(errors, ['BAD_USER_INPUT', 'BAD_REQUEST']),
    ownWords: ['multipart'],
    except: LONG,
  },
  {
    name: 'fragments in a circle',
    operations: query('{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }'),
    streams: query('subscription { ...a } fragment a on Subscription { ...b } fragment b on Subscription { ...a }'),
    lines: NO_FIELDS,
    code: 'GRAPHQL_VALIDATION_FAILED',
    message: /^Cannot spread fragment "a" within itself via "b"\.$/,
  },
  {
    name: 'a directive that validation itself trips over',
    operations: query('subscription { transactionScored @skip(if: "x") { __typename } }'),
    streams: query('subscription { transactionScored @skip(if: "x") { __typename } }'),
    lines: NO_FIELDS,
    code: 'GRAPHQL_VALIDATION_FAILED',
    message: /Argument "if" has invalid value "x"/,
  },
  {
    name: 'a hundred mistakes at once',
    operations: query(`{ ${many(150, (i) => `x${i}`)} }`),
    streams: query(`subscription { transactionScored { ${many(150, (i) => `x${i}`)} } }`),
    lines: NO_FIELDS,
    code: 'GRAPHQL_VALIDATION_FAILED',
    ownWords: ['multipart'],
    holds: ({ errors }) => atMost(errors.length, 101),
  },
  {
    name: 'an operation that is not there',
    operations: () => ({ query: 'query A { models { name } } query B { models { name } }', operationName: 'C' }),
    streams: () => ({ query: 'subscription A { transactionScored { __typename } }', operationName: 'C' }),
    lines: NO_FIELDS,
    code: 'OPERATION_RESOLUTION_FAILURE',
  },
  {
    name: 'several operations and none chosen',
    operations: query('query A { models { name } } query B { models { name } }'),
    streams: query(
      'subscription A { transactionScored { __typename } } subscription B { transactionScored { __typename } }',
    ),
    lines: NO_FIELDS,
    code: 'OPERATION_RESOLUTION_FAILURE',
  },
  {
    name: 'a batch of operations in one request',
    operations: () => ({ raw: `[${many(1_000, () => '{"query":"{ models { name } }"}', ',')}]` }),
    streams: () => ({ raw: `[${many(1_000, () => '{"query":"{ models { name } }"}', ',')}]` }),
    lines: 'lines are a batch by design: how many are on their way is bounded (docs/ingest.md)',
    except: { 'HTTP GET': 'a URL carries one operation', 'SSE by GET (EventSource)': 'a URL carries one operation' },
    holds: ({ errors, closeCode }) =>
      closeCode === null ? same(errors[0]?.code, 'BAD_REQUEST') : same(closeCode, 4400),
    ownWords: ['WebSocket'],
  },
  {
    name: 'more bytes than allowed',
    operations: () => ({ query: `{ models { name } } # ${'x'.repeat(2 * 1024 * 1024)}` }),
    streams: () => ({ query: `subscription { transactionScored { __typename } } # ${'x'.repeat(2 * 1024 * 1024)}` }),
    lines: () => ({ lines: line('x'.repeat(100_000), 'c1') }),
    holds({ status, closeCode, errors }, _world, { name, takes }) {
      if (takes === 'lines') same(errors[0]?.code, 'INVALID');
      else if (name === 'WebSocket') same(closeCode, 1009);
      else same(status, name.includes('GET') ? 431 : 413);
    },
    ownWords: ['WebSocket', 'HTTP GET', 'SSE by GET (EventSource)', 'JSON lines'],
  },
  // Values.
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

/** As JSON makes them: keys of their own, which an object literal would not have. */
function hostileKeys(text: string): Ask {
  const input = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
  return { query: text, variables: JSON.parse(`{"f":${input},"__proto__":{"polluted":1}}`) };
}

function same(got: unknown, expected: unknown): void {
  if (got !== expected) throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
}
function one(errors: Outcome['errors'], codes: readonly string[]): void {
  const [first] = errors;
  if (first === undefined || !codes.includes(first.code))
    throw new Error(`expected one of ${codes.join(', ')}, got ${JSON.stringify(first)}`);
}
function atMost(got: number, most: number): void {
  if (got > most) throw new Error(`expected at most ${most}, got ${got}`);
}

/** What no answer to anybody may have in it. */
export const LEAKS: readonly RegExp[] = [
  /\bat [^"]{0,80}:\d+:\d+/, // a stack
  /node_modules|\.[cm]?[jt]s:\d/,
  /\/(?:work|tmp|home|root|usr|var)\//,
  /SQLITE|no such table|\bSELECT\b|\bINSERT INTO\b/,
  /Did you mean/,
  new RegExp(NOT_YOURS),
];
