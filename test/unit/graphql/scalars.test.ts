import fc from 'fast-check';
import { type GraphQLScalarType, parseValue } from 'graphql';
import { describe, expect, it } from 'vitest';
import { scalars } from '../../../src/graphql/scalars.js';

/** What a scalar makes of a literal as it stands in a document. */
const literal = (scalar: GraphQLScalarType, text: string) => scalar.parseLiteral(parseValue(text), {});

describe('DateTime', () => {
  it.each([
    ['2026-03-01T12:30:00Z', Date.UTC(2026, 2, 1, 12, 30)],
    ['2026-03-01t12:30:00z', Date.UTC(2026, 2, 1, 12, 30)],
    ['2026-03-01T12:30:00.123456789Z', Date.UTC(2026, 2, 1, 12, 30, 0, 123)],
    ['2026-03-01T12:30:00+02:00', Date.UTC(2026, 2, 1, 10, 30)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['0004-02-29T00:00:00Z', Date.parse('0004-02-29T00:00:00Z')],
    ['9999-12-31T23:59:59.999Z', Date.parse('9999-12-31T23:59:59.999Z')],
  ])('takes %s', (text, ms) => {
    expect(scalars.DateTime.parseValue(text)).toBe(ms);
    expect(literal(scalars.DateTime, JSON.stringify(text))).toBe(ms);
  });

  it.each([
    '2026-03-01',
    '2026-03-01 12:30:00Z',
    '2026-03-01T12:30:00',
    '2026-03-01T12:30Z',
    '2026-02-29T00:00:00Z',
    '0099-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T12:60:00Z',
    '2026-03-01T12:30:00+25:00',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+14:00',
    '9999-12-31T23:59:59-01:00',
    '',
  ])('refuses %s', (text) => {
    expect(() => scalars.DateTime.parseValue(text)).toThrow(/^expected an RFC 3339 time such as .* got "/);
  });

  it('writes what it reads, whatever the offset', () => {
    const first = Date.parse('0001-01-02T00:00:00Z');
    const last = Date.parse('9999-12-30T00:00:00Z');
    fc.assert(
      fc.property(fc.integer({ min: first, max: last }), fc.integer({ min: -14 * 60, max: 14 * 60 }), (ms, minutes) => {
        expect(scalars.DateTime.parseValue(scalars.DateTime.serialize(ms))).toBe(ms);
        const local = new Date(ms + minutes * 60_000).toISOString().slice(0, -1);
        const part = (n: number) => String(Math.floor(n)).padStart(2, '0');
        const offset = `${minutes < 0 ? '-' : '+'}${part(Math.abs(minutes) / 60)}:${part(Math.abs(minutes) % 60)}`;
        expect(scalars.DateTime.parseValue(local + offset)).toBe(ms);
      }),
    );
  });
});

describe('the other scalars', () => {
  it('take what they say', () => {
    expect(scalars.Date.parseValue('2024-02-29')).toBe('2024-02-29');
    expect(scalars.Decimal.parseValue('-12.50')).toBe('-12.50');
    expect(scalars.Cursor.parseValue('abc')).toBe('abc');
    expect(scalars.PositiveInt.parseValue(2 ** 31 - 1)).toBe(2 ** 31 - 1);
    expect(literal(scalars.PositiveInt, '7')).toBe(7);
  });

  it.each<[keyof typeof scalars, unknown]>([
    ['Date', '2023-02-29'],
    ['Date', '2023-2-9'],
    ['Decimal', '1e3'],
    ['Decimal', '1234567890123456'],
    ['Decimal', ''],
    ['Decimal', 12.5],
    ['Cursor', ''],
    ['Cursor', 'x'.repeat(257)],
    ['Cursor', null],
    ['PositiveInt', 0],
    ['PositiveInt', 1.5],
    ['PositiveInt', 2 ** 31],
    ['PositiveInt', '1'],
    ['PositiveInt', Number.NaN],
  ])('%s refuses %j', (name, value) => {
    expect(() => (scalars[name] as GraphQLScalarType).parseValue(value)).toThrow(/^expected /);
  });

  it('refuse literals of another kind, and say which came', () => {
    for (const [scalar, text, got] of [
      [scalars.Cursor, '5', '5'],
      [scalars.Decimal, '12.50', '12.50'],
      [scalars.DateTime, '1700000000000', '1700000000000'],
      [scalars.Date, 'true', 'true'],
      [scalars.Cursor, '{ a: [1] }', '{a: [1]}'],
      [scalars.PositiveInt, '"7"', '"7"'],
      [scalars.PositiveInt, '7.0', '7.0'],
    ] as const) {
      expect(() => literal(scalar as GraphQLScalarType, text)).toThrow(
        new RegExp(`^expected .*, got ${got.replace(/[[\]{}]/g, '\\$&')}$`),
      );
    }
    expect(() => literal(scalars.PositiveInt, '-1')).toThrow('expected a whole number from 1 to 2147483647, got -1');
  });
});
