import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { quote } from '../core/money.js';

function refuse(expected: string, value: unknown): GraphQLError {
  const came = typeof value === 'string' ? quote(value) : typeof value === 'number' ? String(value) : typeof value;
  return new GraphQLError(`expected ${expected}, got ${came}`, { extensions: { code: 'BAD_USER_INPUT' } });
}

/** A scalar that is a string on the wire. */
function textScalar<T>(
  name: string,
  expected: string,
  parse: (text: string) => T | null,
  serialize: (value: unknown) => string,
): GraphQLScalarType<T, string> {
  const read = (value: unknown): T => {
    const parsed = typeof value === 'string' ? parse(value) : null;
    if (parsed === null) throw refuse(expected, value);
    return parsed;
  };
  return new GraphQLScalarType<T, string>({
    name,
    serialize,
    parseValue: read,
    parseLiteral: (node: ValueNode) => read(node.kind === Kind.STRING ? node.value : node.kind),
  });
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

function parseDateTime(text: string): number | null {
  const match = RFC3339.exec(text);
  if (match === null || !isDate(Number(match[1]), Number(match[2]), Number(match[3]))) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return year >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function parseDate(text: string): string | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  return match !== null && isDate(Number(match[1]), Number(match[2]), Number(match[3])) ? text : null;
}

const DateTime = textScalar('DateTime', 'an RFC 3339 time such as "2026-03-01T12:30:00Z"', parseDateTime, (value) =>
  new Date(value as number).toISOString(),
);
const DateScalar = textScalar('Date', 'a date such as "2026-03-01"', parseDate, String);
const Decimal = textScalar(
  'Decimal',
  'a decimal in a string such as "12.50"',
  (text) => (/^-?\d{1,15}(\.\d{1,12})?$/.test(text) ? text : null),
  String,
);
const Cursor = textScalar(
  'Cursor',
  'a cursor of at most 256 characters',
  (text) => (text.length > 0 && text.length <= 256 ? text : null),
  String,
);

const readPositive = (value: unknown): number => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 2 ** 31 - 1) return value;
  throw refuse('a whole number from 1 to 2147483647', value);
};
const PositiveInt = new GraphQLScalarType<number, number>({
  name: 'PositiveInt',
  serialize: readPositive,
  parseValue: readPositive,
  parseLiteral: (node) => readPositive(node.kind === Kind.INT ? Number(node.value) : node.kind),
});

/** The scalars of the schema by name. Inside the server a DateTime is milliseconds UTC, the others what they are on the wire. */
export const scalars = { DateTime, Date: DateScalar, Decimal, Cursor, PositiveInt };
