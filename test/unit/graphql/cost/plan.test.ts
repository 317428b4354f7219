import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costMs, modelMs, planOf } from '../../../support/costs.js';

const payment = '{merchant: "m", category: "c", amount: {amount: "1.00", currency: "USD"}}';
const payments = (n: number) => `[${Array.from({ length: n }, () => payment).join(' ')}]`;

describe('what an operation costs', () => {
  it('counts a row for each model whose field is selected', () => {
    expect(modelMs('{ customer(customerId: "c") { customerId } }')).toBe(0);
    expect(modelMs('{ customer(customerId: "c") { segment { confidence } } }')).toBe(10);
    expect(
      modelMs(
        `{ customer(customerId: "c") { segment { confidence } recommendations { reason } assessTransaction(transaction: ${payment}) { decision } } }`,
      ),
    ).toBe(111);
  });

  it('multiplies by the lists on the way', () => {
    expect(modelMs('{ customers(customerIds: ["a" "b" "c"]) { segment { margin } } }')).toBe(30);
    expect(
      modelMs(
        `{ customers(customerIds: ["a" "b"]) { assessTransactions(transactions: ${payments(5)}) { decision } } }`,
      ),
    ).toBe(10);
    expect(modelMs('{ nodes(ids: ["a" "b"]) { ... on Customer { segment { margin } } } }')).toBe(20);
  });

  it('takes pages from first or last, else their default length', () => {
    const page = (args: string) =>
      `{ customer(customerId: "c") { transactions${args} { nodes { fraud(model: {version: 1}) { decision } } edges { node { transactionId } } } } }`;
    expect(modelMs(page('(first: 7)'))).toBe(7);
    expect(modelMs(page('(last: 9)'))).toBe(9);
    expect(modelMs(page(''))).toBe(20);
    expect(modelMs(page('(first: 1000000)'))).toBe(100); // the field refuses more than 100
  });

  it('charges for what was recorded only when another version is asked', () => {
    const of = (args: string) => `{ transaction(transactionId: "t") { fraud${args} { decision } } }`;
    expect(modelMs(of(''))).toBe(0);
    expect(modelMs(of('(model: null)'))).toBe(0);
    expect(modelMs(of('(model: {alias: "champion"})'))).toBe(1);
    expect(modelMs(of('(model: {version: 7})'))).toBe(10);
  });

  it('knows the price of the version that is asked, by variable too', () => {
    const query = 'query ($m: ModelSelector) { customer(customerId: "c") { segment(model: $m) { margin } } }';
    expect(modelMs(query, { m: { version: 7 } })).toBe(100);
    expect(modelMs(query, { m: { version: 1 } })).toBe(10);
    expect(modelMs(query)).toBe(10);
    const inside = 'query ($v: Int!) { customer(customerId: "c") { segment(model: {version: $v}) { margin } } }';
    expect(modelMs(inside, { v: 7 })).toBe(100);
  });

  it('counts what explanations ask of a model', () => {
    expect(modelMs(`{ customer(customerId: "c") { segment { explanation { rest } } } }`)).toBe(90);
  });

  it('charges mutations by their lists', () => {
    const query =
      'mutation ($t: [TransactionInput!]!) { recordTransactions(transactions: $t) { acceptedCount transactions { merchant } } }';
    expect(modelMs(query, { t: Array(50).fill({}) })).toBe(50);
    expect(costMs(query, { t: Array(100).fill({}) })).toBeCloseTo(2 * costMs(query, { t: Array(50).fill({}) }), 1);
  });

  it('takes the dearest type of an interface, not all of them', () => {
    const query = `{ node(id: "x") {
      ... on Customer { segment { margin } }
      ... on Transaction { fraud(model: {version: 1}) { decision } }
      id } }`;
    expect(modelMs(query)).toBe(10);
  });

  it('merges what fragments ask for twice, as execution does', () => {
    expect(
      modelMs(`{ customer(customerId: "c") { ...A ...B } }
      fragment A on Customer { segment { margin } recommendations { reason } }
      fragment B on Customer { segment { confidence } ... on Node { id } ...A }`),
    ).toBe(110);
    expect(modelMs('{ a: customer(customerId: "c") { x: segment { margin } y: segment { margin } } }')).toBe(20);
  });

  it('leaves out what @skip and @include leave out, by literal and by variable', () => {
    const query =
      'query ($no: Boolean! = true) { customer(customerId: "c") { segment @skip(if: $no) { margin } recommendations @include(if: false) { reason } } }';
    expect(modelMs(query)).toBe(0);
    expect(modelMs(query, { no: false })).toBe(10);
    const fragment =
      'query ($yes: Boolean!) { customer(customerId: "c") { ...F @include(if: $yes) segment { margin } } } fragment F on Customer { segment { confidence } recommendations { reason } }';
    expect(modelMs(fragment, { yes: true })).toBe(110);
    expect(modelMs(fragment, { yes: false })).toBe(10);
  });

  it('says which field is the dearest', () => {
    const parts = planOf(
      '{ customers(customerIds: ["a" "b"]) { segment { margin } recommendations { reason } } }',
    ).parts({});
    expect(parts.dearest.field).toBe('Customer.recommendations');
    expect(parts.models).toEqual({
      segmentation: { rows: 2, ms: 20 },
      recommendations: { rows: 2, ms: 200 },
    });
    expect(parts.totalMs).toBeGreaterThan(220);
    expect(parts.otherMs).toBeCloseTo(parts.totalMs - 220, 9);
  });

  it('adds up to the prediction', () => {
    const query = `query ($ids: [ID!]!) { customers(customerIds: $ids) { customerId country transactions(first: 3) { edges { cursor node { merchant } } } segment { segment { label } } } models { versions { number } } }`;
    const variables = { ids: ['a', 'b', 'c'] };
    const parts = planOf(query).parts(variables);
    expect(parts.totalMs).toBeCloseTo(
      parts.otherMs + Object.values(parts.models).reduce((sum, { ms }) => sum + ms, 0),
      9,
    );
    expect(costMs(query, variables)).toBeCloseTo(3 * costMs(query, { ids: ['a'] }) - 2 * costMs(query, { ids: [] }), 9);
  });

  it('takes variables for what they are, whatever they are called', () => {
    const query = 'query ($__proto__: [ID!]!) { customers(customerIds: $__proto__) { segment { margin } } }';
    expect(modelMs(query, JSON.parse('{"__proto__": ["a", "b"]}'))).toBe(20);
    expect(modelMs(query, {})).toBe(5_000); // nothing given: as many as there may be
  });

  it.each([null, 1, 'one', {}, true, [[]]])('does not stumble over %j where a list should be', (odd) => {
    const cost = costMs('query ($ids: [ID!]!) { customers(customerIds: $ids) { customerId } }', { ids: odd });
    expect(cost).toBeGreaterThanOrEqual(0);
    expect(cost).toBeLessThan(2);
  });

  it.each([-5, 'ten', null, 1e99, [], {}])('does not stumble over %j where a number should be', (odd) => {
    const cost = costMs(
      'query ($n: Int!) { customer(customerId: "c") { recommendations(first: $n) { items { rank } } } }',
      { n: odd },
    );
    expect(cost).toBeGreaterThan(99);
    expect(cost).toBeLessThan(102);
  });
});

describe('the cost of the same question', () => {
  const ids = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 });
  const first = fc.integer({ min: 1, max: 100 });
  const body = (i: string, n: string) =>
    `customers(customerIds: ${i}) { customerId segment { margin } recommendations(first: ${n}) { items { rank item { title } } } }`;

  it('is the same by literal, variable, default and fragment', () => {
    fc.assert(
      fc.property(ids, first, (list, n) => {
        const literal = costMs(`{ ${body(JSON.stringify(list), String(n))} }`);
        const head = '($i: [ID!]!, $n: Int!)';
        const variables = { i: list, n };
        const same = [
          costMs(`query ${head} { ${body('$i', '$n')} }`, variables),
          costMs(`query ($i: [ID!]! = ${JSON.stringify(list)}, $n: Int! = ${n}) { ${body('$i', '$n')} }`),
          costMs(`query ${head} { ...F } fragment F on Query { ${body('$i', '$n')} }`, variables),
          costMs(
            `query ${head} { ... on Query { ${body('$i', '$n')} ...F } } fragment F on Query { ${body('$i', '$n')} }`,
            variables,
          ),
          costMs(
            `query ${head} { customers(customerIds: $i) { ...C } } fragment C on Customer { ...D recommendations(first: $n) { items { rank item { title } } } customerId } fragment D on Customer { segment { margin } }`,
            variables,
          ),
        ];
        for (const cost of same) expect(cost).toBeCloseTo(literal, 9);
      }),
      { numRuns: 60 },
    );
  });

  it('is that of a list of one for what is no list, as coercion has it', () => {
    const query = 'query ($i: [ID!]!) { customers(customerIds: $i) { segment { margin } } }';
    expect(costMs(query, { i: 'a' })).toBe(costMs(query, { i: ['a'] }));
  });

  it('grows with every list', () => {
    const query =
      'query ($i: [ID!]!, $n: Int!, $t: [HypotheticalTransactionInput!]!) { customers(customerIds: $i) { recommendations(first: $n) { items { rank } } assessTransactions(transactions: $t) { decision } } }';
    const plan = planOf(query);
    const size = fc.nat({ max: 60 });
    fc.assert(
      fc.property(size, size, size, size, (i, n, t, more) => {
        const cost = (a: number, b: number, c: number) =>
          plan.predict({ i: Array(a).fill('a'), n: b, t: Array(c).fill({}) });
        const base = cost(i, n, t);
        expect(cost(i + more, n, t)).toBeGreaterThanOrEqual(base);
        expect(cost(i, n + more, t)).toBeGreaterThanOrEqual(base);
        expect(cost(i, n, t + more)).toBeGreaterThanOrEqual(base);
      }),
    );
  });
});
