import { GraphQLError, GraphQLScalarType, Kind, print, type ValueNode } from 'graphql';
import { quote } from '../core/money.js';

function refuse(expected: string, value: unknown): GraphQLError {
  const came = typeof value === 'string' ? quote(value) : typeof value === 'number' ? String(value) : typeof value;
  return new GraphQLError(`expected ${expected}, got ${came}`, { extensions: { code: 'BAD_USER_INPUT' } });
}

/** The refusal of a literal of the wrong kind: `5` where `"5"` is expected. */
function refuseLiteral(expected: string, node: ValueNode): GraphQLError {
  return new GraphQLError(`expected ${expected}, got ${print(node).slice(0, 60)}`, {
    extensions: { code: 'BAD_USER_INPUT' },
  });
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
    parseLiteral(node: ValueNode) {
      if (node.kind !== Kind.STRING) throw refuseLiteral(expected, node);
      return read(node.value);
    },
  });
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

/** What a DateTime can be written as again: four digits of year. */
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

function parseDateTime(text: string): number | null {
  const match = RFC3339.exec(text);
  // JavaScript takes 24:00:00, RFC 3339 does not; leap seconds JavaScript does not.
  if (match === null || match[4] === '24' || !isDate(Number(match[1]), Number(match[2]), Number(match[3]))) return null;
  const ms = Date.parse(text);
  return ms >= FIRST_MS && ms <= LAST_MS ? ms : null;
}

function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // Date.UTC would take the years 0 to 99 for 1900 to 1999
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

const POSITIVE = 'a whole number from 1 to 2147483647';
const readPositive = (value: unknown): number => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 2 ** 31 - 1) return value;
  throw refuse(POSITIVE, value);
};
const PositiveInt = new GraphQLScalarType<number, number>({
  name: 'PositiveInt',
  serialize: readPositive,
  parseValue: readPositive,
  parseLiteral(node) {
    if (node.kind !== Kind.INT) throw refuseLiteral(POSITIVE, node);
    return readPositive(Number(node.value));
  },
});

/** The scalars of the schema by name. Inside the server a DateTime is milliseconds UTC, the others what they are on the wire. */
export const scalars = { DateTime, Date: DateScalar, Decimal, Cursor, PositiveInt };
