import fc from 'fast-check';
import { isEnumType, isInputObjectType, isListType, isNonNullType, isScalarType } from 'graphql';

/** Ids that mean something to the server under test, among those that mean nothing. */
const ids = fc.constantFrom('c1', 'c2', 'c3', 't1', 't2', 'nobody', '', '85123A', 'Q3VzdG9tZXI6YzE', 'x'.repeat(129));
const scalars = {
  ID: ids,
  String: fc.oneof(fc.constantFrom('travel', 'grocery_pos', 'USD', 'fraud', 'm'), fc.string({ maxLength: 20 })),
  Int: fc.oneof(fc.integer({ min: 0, max: 120 }), fc.integer()),
  Float: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ noNaN: true, noDefaultInfinity: true })),
  Boolean: fc.boolean(),
  DateTime: fc.constantFrom(
    '2026-03-01T12:30:00Z',
    '2020-01-01T00:00:00+02:00',
    '1999-12-31T23:59:59Z',
    '2026-02-30T00:00:00Z',
  ),
  Date: fc.constantFrom('1980-05-17', '2026-13-01'),
  Decimal: fc.constantFrom('12.50', '0.01', '-1', '1e3', '999999999999.99', 'NaN'),
  Cursor: fc.constantFrom('c2NvcmVkOjA', 'c2NvcmVkOjk5OTk5OTk5', 'nonsense', ''),
  PositiveInt: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
};

const nested = (depth, open, inner, close) => JSON.parse(open.repeat(depth) + inner + close.repeat(depth));
/** A number that JSON may hold and JavaScript may not: written into the text in place of this. */
export const ENDLESS = '@@1e999@@';

/** What nobody means well with. */
export const hostile = fc.oneof(
  fc.constantFrom(
    ENDLESS,
    'NaN',
    'Infinity',
    2 ** 53,
    -(2 ** 63),
    1e308,
    5e-324,
    -0,
    '\ud800',
    'a\u0000b',
    '\u202e',
    '__proto__',
    'constructor',
    null,
    true,
    [],
    {},
  ),
  fc.constant('y'.repeat(20_000)),
  fc.constant(nested(300, '[', '1', ']')),
  fc.constant(nested(300, '{"a":', '1', '}')),
  fc.constant(JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')),
  fc.constant(Array.from({ length: 1_200 }, (_, i) => `c${i}`)),
  fc.jsonValue(),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

/** A value of an input type for a variable: mostly of the right kind, sometimes of another, sometimes hostile. */
export function inputOf(g, type, depth = 0) {
  const chance = g(fc.nat, { max: 99 });
  if (chance < 6) return g(() => hostile);
  if (isNonNullType(type)) return inputOf(g, type.ofType, depth);
  if (chance < 9) return null;
  if (isListType(type)) {
    const length = g(fc.nat, { max: depth > 2 ? 1 : 3 });
    return Array.from({ length }, () => inputOf(g, type.ofType, depth + 1));
  }
  if (isInputObjectType(type)) {
    const value = {};
    for (const field of Object.values(type.getFields()))
      if (depth < 4 && (isNonNullType(field.type) ? chance < 97 : g(fc.boolean)))
        value[field.name] = inputOf(g, field.type, depth + 1);
    if (g(fc.nat, { max: 30 }) === 0) value[g(() => fc.string({ maxLength: 10 }))] = 1;
    return value;
  }
  if (isEnumType(type)) return g(() => fc.constantFrom(...type.getValues().map(({ name }) => name), 'NONE_SUCH'));
  return g(() => (isScalarType(type) ? (scalars[type.name] ?? fc.jsonValue()) : fc.jsonValue()));
}

/** A value as it stands in a document. */
export function literalOf(value, type) {
  const named = isNonNullType(type) ? type.ofType : type;
  if (value === ENDLESS) return '1e999';
  if (value === null || value === undefined) return 'null';
  if (isEnumType(named) && typeof value === 'string' && /^[A-Z_]+$/.test(value)) return value;
  if (Array.isArray(value))
    return `[${value.map((one) => literalOf(one, isListType(named) ? named.ofType : named)).join(' ')}]`;
  if (typeof value === 'object') {
    const fields = isInputObjectType(named) ? named.getFields() : {};
    const pairs = Object.entries(value).filter(([name]) => /^[_A-Za-z]\w*$/.test(name));
    return `{${pairs.map(([name, one]) => `${name}: ${literalOf(one, Object.hasOwn(fields, name) ? fields[name].type : named)}`).join(' ')}}`;
  }
  return JSON.stringify(value);
}

/** JSON with numbers in it that JavaScript cannot hold. */
export const jsonOf = (value) => JSON.stringify(value).replaceAll(`"${ENDLESS}"`, '1e999');
