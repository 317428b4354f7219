import { type Attack, NO_FIELDS, NOT_AT_ROOT, query } from './attack.js';

/** What the schema tells to whom. */
export const SCHEMA: readonly Attack[] = [
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
];
