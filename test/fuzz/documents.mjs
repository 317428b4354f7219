import fc from 'fast-check';
import { getNamedType, isAbstractType, isCompositeType, isNonNullType } from 'graphql';
import { inputOf, jsonOf, literalOf } from './values.mjs';

/** Fields below each other, at most. */
const MAX_DEPTH = 6;

/**
 * Operations over the schema, with variables: valid ones, ones whose values are wrong or hostile, and a quarter whose text was tampered with.
 * Each is `{ body, kind }`, the body as JSON.
 */
export const operations = (schema, kinds = ['query', 'query', 'query', 'query', 'mutation', 'subscription']) =>
  fc.gen().map((g) => {
    const made = new Writing(g, schema).operation(g(() => fc.constantFrom(...kinds)));
    if (g(fc.nat, { max: 3 }) === 0) made.query = tampered(g, made.query);
    if (g(fc.nat, { max: 40 }) === 0)
      made.operationName = g(() => fc.constantFrom('Q', 'none', '', 5, null, '__proto__'));
    let body = jsonOf(made);
    if (g(fc.nat, { max: 40 }) === 0) body = tampered(g, body);
    return body;
  });

/** A text with something taken out, put in or doubled. */
export function tampered(g, text) {
  const at = g(fc.nat, { max: text.length });
  const length = g(fc.nat, { max: 12 });
  const put = g(() =>
    fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '(',
        ')',
        '"',
        '...',
        '@',
        '$',
        '!',
        '\\',
        '"""',
        '[',
        ']',
        ':',
        '#',
        '\u0000',
        '\ufeff',
        '\ud800',
        '&',
        '{{{{',
        '... on Customer {',
      ),
      fc.string({ maxLength: 8 }),
      fc.constant(text.slice(at, at + length * 20)),
    ),
  );
  return text.slice(0, at) + put + text.slice(at + length);
}

class Writing {
  #g;
  #schema;
  #variables = {};
  #declared = [];
  #fragments = [];

  constructor(g, schema) {
    this.#g = g;
    this.#schema = schema;
  }

  operation(kind) {
    const root = { query: 'getQueryType', mutation: 'getMutationType', subscription: 'getSubscriptionType' }[kind];
    const fields = this.#selection(this.#schema[root](), 0, kind === 'subscription' ? 1 : 3);
    const declared = this.#declared.length === 0 ? '' : `(${this.#declared.join(' ')})`;
    return { query: [`${kind} Q${declared} ${fields}`, ...this.#fragments].join('\n'), variables: this.#variables };
  }

  #chance(max) {
    return this.#g(fc.nat, { max }) === 0;
  }

  #selection(type, depth, most = 4) {
    if (isAbstractType(type)) {
      const possible = this.#schema.getPossibleTypes(type);
      const some = this.#g(() => fc.subarray([...possible], { maxLength: 2 }));
      return `{ __typename ${some.map((one) => `... on ${one.name} ${this.#selection(one, depth, 2)}`).join(' ')} }`;
    }
    const fields = Object.values(type.getFields()).filter(
      // Once somebody is erased, whatever follows asks about nobody.
      (field) => field.name !== 'eraseCustomer' && (depth < MAX_DEPTH || !isCompositeType(getNamedType(field.type))),
    );
    if (fields.length === 0) return '{ __typename }';
    const chosen = this.#g(() => fc.subarray(fields, { minLength: 1, maxLength: Math.min(most, fields.length) }));
    const written = chosen.map((field) => this.#field(field, depth)).join(' ');
    if (depth === 0 || !this.#chance(6)) return `{ ${written} }`;
    const name = `F${this.#fragments.length}`;
    const circle = this.#chance(20) ? ` ...${name}` : '';
    this.#fragments.push(`fragment ${name} on ${type.name} { ${written}${circle} }`);
    return `{ ...${name} ${this.#chance(3) ? `...${name}` : '__typename'} }`;
  }

  #field(field, depth) {
    const alias = this.#chance(5)
      ? `${this.#g(() => fc.constantFrom('a', 'b', 'id', '__proto__', 'constructor'))}: `
      : '';
    const args = field.args
      .filter(({ type }) => isNonNullType(type) || this.#chance(2))
      .map((arg) => this.#argument(arg));
    const directive = this.#chance(15)
      ? ` @${this.#g(() => fc.constantFrom('include(if: true)', 'skip(if: false)', 'skip(if: "x")', 'nope', 'access'))}`
      : '';
    const below = getNamedType(field.type);
    const selection = isCompositeType(below) ? ` ${this.#selection(below, depth + 1)}` : '';
    return `${alias}${field.name}${args.length === 0 ? '' : `(${args.join(', ')})`}${directive}${selection}`;
  }

  #argument({ name, type }) {
    const value = inputOf(this.#g, type);
    if (this.#chance(1)) return `${name}: ${literalOf(value, type)}`;
    const variable = `v${this.#declared.length}`;
    this.#declared.push(`$${variable}: ${type}`);
    if (!this.#chance(25)) this.#variables[variable] = value;
    return `${name}: $${variable}`;
  }
}
