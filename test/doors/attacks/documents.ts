import type { Ask } from '../door.js';
import { type Attack, atMost, LONG, line, many, NO_FIELDS, nested, one, query, same } from './attack.js';

/** Documents that are none, or too much. */
export const DOCUMENTS: readonly Attack[] = [
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
];
