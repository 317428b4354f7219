import { type Attack, LONG, many, NO_FIELDS, nested, query } from './attack.js';

const IDS = Array.from({ length: 1_001 }, (_, i) => `c${i}`);
const LOOP = 'transactions(first: 1) { nodes { customer { ';
/** Fragments that double with every line: 2^20 in the end. */
const DOUBLING = (type: string) =>
  `${many(20, (i) => `fragment f${i} on Customer { ${LOOP} a: id ...f${i + 1} } b: customer { ...f${i + 1} } } } }`)} fragment f20 on Customer { ${type} }`;

/** What costs more than anybody may ask for. */
export const COSTS: readonly Attack[] = [
  {
    name: 'a long list, written out',
    operations: query(`{ customers(customerIds: ${JSON.stringify(IDS)}) { id } }`),
    streams: query(
      `subscription { transactionScored(filter: { customerIds: ${JSON.stringify(IDS)} }) { __typename } }`,
    ),
    lines: NO_FIELDS,
    code: 'QUERY_TOO_COSTLY',
    message: /expected at most 1000 items in a list, got 1001/,
    except: LONG,
  },
  {
    name: 'a long list in a variable',
    operations: query('query ($ids: [ID!]!) { customers(customerIds: $ids) { id } }', { ids: IDS }),
    streams: query('subscription ($ids: [ID!]!) { transactionScored(filter: { customerIds: $ids }) { __typename } }', {
      ids: IDS,
    }),
    lines: NO_FIELDS,
    code: 'QUERY_TOO_COSTLY',
    message: /expected at most 1000 items in .*, got 1001/,
    ownWords: ['multipart'],
    except: LONG,
  },
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
