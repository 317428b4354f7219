import fc from 'fast-check';
import { buildSchema, type ExecutionResult, execute, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { Executor, isCompilable } from '../../../src/graphql/executor.js';
import { scalars } from '../../../src/graphql/scalars.js';
import { buildGraph } from '../../../src/graphql/schema.js';

const argumentsOf = (result: ExecutionResult): unknown => JSON.parse(result.data!.echo as string);

describe('compiled execution', () => {
  it('coerces variables as graphql-js does, over the input types of the graph', async () => {
    const schema = buildSchema(`
      scalar DateTime scalar Decimal scalar PositiveInt scalar Cursor
      enum Kind { VIEW BASKET PURCHASE }
      input Money { amount: Decimal! currency: String! }
      input In { id: ID! kind: Kind! at: DateTime! n: PositiveInt = 1 price: Money text: String list: [ID!] flag: Boolean = true ratio: Float }
      type Query { echo(in: In, ins: [In!], first: Int! = 10, after: Cursor): String }
    `);
    for (const [name, scalar] of Object.entries(scalars))
      Object.assign(schema.getType(name) ?? {}, {
        parseValue: scalar.parseValue,
        parseLiteral: scalar.parseLiteral,
        serialize: scalar.serialize,
      });
    schema.getQueryType()!.getFields().echo!.resolve = (_root, args) => JSON.stringify(args);
    const document = parse(
      'query ($in: In, $ins: [In!], $first: Int, $after: Cursor) { echo(in: $in, ins: $ins, first: $first, after: $after) }',
    );
    const executor = new Executor(schema);
    const odd = fc.oneof(
      fc.constant(null),
      fc.integer(),
      fc.double(),
      fc.string({ maxLength: 5 }),
      fc.boolean(),
      fc.constant([]),
      fc.constant({}),
    );
    const mostly = <T>(good: fc.Arbitrary<T>) =>
      fc.oneof({ weight: 6, arbitrary: good as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: odd });
    const input = fc.record(
      {
        id: mostly(fc.oneof(fc.string({ maxLength: 4 }), fc.integer())),
        kind: mostly(fc.constantFrom('VIEW', 'BASKET', 'PURCHASE')),
        at: mostly(fc.constantFrom('2026-03-01T12:30:00Z', '2026-02-30T00:00:00Z')),
        n: mostly(fc.integer({ min: 1, max: 9 })),
        price: mostly(fc.record({ amount: mostly(fc.constant('1.50')), currency: mostly(fc.constant('USD')) })),
        text: mostly(fc.string({ maxLength: 3 })),
        list: mostly(fc.array(fc.string({ maxLength: 2 }), { maxLength: 2 })),
        flag: mostly(fc.boolean()),
        ratio: mostly(fc.double({ noNaN: true, noDefaultInfinity: true })),
      },
      { requiredKeys: ['id', 'kind', 'at'] },
    );
    const variables = fc.record(
      {
        in: mostly(input),
        ins: mostly(fc.array(input, { maxLength: 2 })),
        first: mostly(fc.integer({ min: 0, max: 100 })),
        after: mostly(fc.constant('abc')),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(variables, async (given) => {
        for (let i = 0; i < 3; i++) await executor.execute({ document, context: {}, variables: {} }); // seen often enough to be compiled
        const compiled = await executor.execute({ document, context: {}, variables: given as Record<string, unknown> });
        const interpreted = await execute({ schema, document, variableValues: given as Record<string, unknown> });
        expect(compiled.errors === undefined).toBe(interpreted.errors === undefined);
        if (interpreted.errors === undefined) expect(argumentsOf(compiled)).toEqual(argumentsOf(interpreted));
      }),
      { numRuns: 400 },
    );
  });

  it('leaves what the compiler coerces wrongly to graphql-js', () => {
    const schema = buildGraph();
    expect(isCompilable(schema, parse('query ($m: ModelSelector) { segments(model: $m) { label } }'))).toBe(false);
    expect(
      isCompilable(schema, parse('mutation ($i: [ItemInput!]!) { upsertItems(items: $i) { acceptedCount } }')),
    ).toBe(false);
    expect(isCompilable(schema, parse('query ($id: ID!) { customer(customerId: $id) { id } }'))).toBe(true);
    expect(
      isCompilable(schema, parse(`{ ${Array.from({ length: 200 }, (_, i) => `a${i}: models { name }`).join(' ')} }`)),
    ).toBe(false);
  });
});
