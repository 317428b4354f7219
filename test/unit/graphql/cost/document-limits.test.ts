import { type FragmentDefinitionNode, getIntrospectionQuery, getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { type DocumentLimits, exceeded, longestList, sizeOf } from '../../../../src/graphql/cost/document-limits.js';

const DEFAULTS: DocumentLimits = {
  depth: 16,
  aliases: 100,
  rootFields: 50,
  fields: 2_000,
  directives: 100,
  listSize: 1_000,
};
const size = (text: string) => {
  const document = parse(text);
  return sizeOf(document, getOperationAST(document)!);
};
const refusal = (text: string, limits: Partial<DocumentLimits> = {}) => {
  const document = parse(text);
  return exceeded(document, getOperationAST(document)!, { ...DEFAULTS, ...limits });
};
/** Fragments that each spread the next one `width` times under aliases: width to the power of `count` fields. */
const doubling = (count: number) =>
  Array.from(
    { length: count },
    (_, i) => `fragment F${i} on A { ${i === count - 1 ? 'x' : `...F${i + 1} ...F${i + 1}`} }`,
  ).join(' ');
const bomb = (count: number, width: number) =>
  `{ ...F0 } ${Array.from({ length: count }, (_, i) => {
    const last = i === count - 1;
    const fields = Array.from({ length: width }, (_, k) => `a${k}: x { ${last ? 'y' : `...F${i + 1}`} }`);
    return `fragment F${i} on Query { ${fields.join(' ')} }`;
  }).join(' ')}`;

describe('the size of a document', () => {
  it('counts with fragments put in', () => {
    expect(
      size('{ a b { c ...F ...F } ... on Query { d: a @skip(if: true) } } fragment F on B { e: c f { g } }'),
    ).toEqual({ depth: 3, aliases: 3, rootFields: 3, fields: 10, directives: 1 });
    expect(size('query Q @a @b { a }').directives).toBe(2);
  });

  it('counts root fields through fragments', () => {
    expect(size('{ ...F ...F } fragment F on Query { a b ...G } fragment G on Query { c }').rootFields).toBe(6);
  });

  it('measures what doubles with every line in linear time', () => {
    /** How often it looks into a fragment. */
    const looks = (count: number) => {
      const document = parse(bomb(count, 3));
      let seen = 0;
      for (const definition of document.definitions) {
        const { selectionSet } = definition as FragmentDefinitionNode;
        const get = () => {
          seen++;
          return selectionSet;
        };
        Object.defineProperty(definition, 'selectionSet', { get });
      }
      sizeOf(document, getOperationAST(document)!);
      return seen;
    };
    expect(looks(800)).toBeLessThanOrEqual(4 * looks(200));
    expect(looks(200)).toBeLessThanOrEqual(3 * 201);
    expect(size(bomb(800, 3)).fields).toBe(1e9);
  });

  it('does not follow fragments that contain themselves for ever', () => {
    for (const text of [
      '{ ...A } fragment A on Query { a ...A }',
      '{ ...A } fragment A on Query { a { ...B } } fragment B on A { b ...A }',
    ])
      expect(refusal(text)).not.toBeNull();
  });
});

describe('the limits of a document', () => {
  it('let through what GraphiQL asks at its start', () => {
    const all = {
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    };
    expect(refusal(getIntrospectionQuery(all))).toBeNull();
    expect(refusal(getIntrospectionQuery())).toBeNull();
  });

  it.each([
    ['depth', `{ ${'a { '.repeat(16)}b${' }'.repeat(16)} }`, /at most 16 fields one below the other, got 17/],
    ['aliases', `{ ${Array.from({ length: 101 }, (_, i) => `a${i}: x`).join(' ')} }`, /at most 100 aliases, got 101/],
    ['root fields', `{ ${'x '.repeat(51)} }`, /at most 50 fields of the operation itself, got 51/],
    ['fields', `{ a { ${'x '.repeat(2_000)} } }`, /at most 2000 fields, fragments put in, got 2001/],
    ['directives', `{ a ${'@d '.repeat(101)} }`, /at most 100 directives, got 101/],
    ['lists', `{ a(b: [${'1 '.repeat(1_001)}]) }`, /at most 1000 items in a list, got 1001/],
    [
      'fragment bombs',
      `{ a { ...F0 } } ${doubling(60)}`,
      /at most 2000 fields, fragments put in, got more than can be counted/,
    ],
    ['depth in fragments', bomb(17, 1), /at most 16 fields one below the other/],
  ])('refuse %s', (_what, text, message) => {
    expect(refusal(text)?.message).toMatch(message);
  });

  it('find lists wherever they stand', () => {
    expect(longestList(parse('query ($a: [Int] = [1 2 3]) { a(b: {c: [1 [2 2 2 2 2]]}) }'))).toBe(5);
  });
});
