import { makeExecutableSchema } from '@graphql-tools/schema';
import { isInterfaceType, isIntrospectionType, isObjectType, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { LOCAL_PRINCIPAL, type Principal, withIncluded } from '../../../src/access/principal.js';
import type { Role } from '../../../src/core/roles.js';
import { Authorisation, decisionsOf, withoutSuggestion } from '../../../src/graphql/authorisation.js';
import { buildGraph } from '../../../src/graphql/schema.js';
import { openGuard } from '../../support/guard.js';

const schema = buildGraph();
const caller = (roles: Role[], customers: Principal['customers'] = 'all'): Principal => ({
  id: 'key:00000000',
  roles: withIncluded(roles),
  customers,
  expiresAt: null,
});

describe('the decisions in the schema', () => {
  it('are there for every field', () => {
    const decisions = decisionsOf(schema);
    let fields = 0;
    for (const type of Object.values(schema.getTypeMap())) {
      if (isIntrospectionType(type) || !(isObjectType(type) || isInterfaceType(type))) continue;
      for (const name of Object.keys(type.getFields())) {
        fields++;
        expect(decisions.has(`${type.name}.${name}`), `${type.name}.${name}`).toBe(true);
      }
    }
    expect(fields).toBeGreaterThan(200);
  });
  it('are made field by field where operations begin', () => {
    for (const type of [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!])
      for (const { name, astNode } of Object.values(type.getFields()))
        expect(
          astNode?.directives?.map((one) => one.name.value),
          name,
        ).toContain('access');
  });
  it('give nobody through an interface what its types do not', () => {
    const decisions = decisionsOf(schema);
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isInterfaceType(type)) continue;
      for (const one of schema.getPossibleTypes(type))
        for (const name of Object.keys(type.getFields()))
          expect(decisions.get(`${type.name}.${name}`), `${type.name}.${name}`).toEqual(
            decisions.get(`${one.name}.${name}`),
          );
    }
  });
  it('let no mutation through for somebody who only reads', () => {
    const decisions = decisionsOf(schema);
    for (const name of Object.keys(schema.getMutationType()!.getFields()))
      expect(['ingester', 'operator', 'admin'], name).toContain(decisions.get(`Mutation.${name}`)!.role);
  });
  it('are in the descriptions that introspection shows', () => {
    expect(schema.getMutationType()!.getFields().upsertItems!.description).toMatch(
      /Role: INGESTER, bound to no customers\.$/,
    );
  });
  it('must be there: a schema without one is refused by name', () => {
    const open = makeExecutableSchema({
      typeDefs:
        'directive @access(role: String) on FIELD_DEFINITION | OBJECT type Query { a: Int @access b: T } type T { c: Int }',
    });
    expect(() => new Authorisation(open, openGuard())).toThrow('expected @access on Query.b, T.c, or on their types');
  });
});

describe('an operation', () => {
  const authorisation = new Authorisation(schema, openGuard());
  const check = (query: string, principal: Principal, name?: string) =>
    authorisation.check(parse(query), name, principal);
  const COMBINED =
    '{ customer(customerId: "c1") { country ...scores } } fragment scores on Customer { segment { id } }';

  it('passes for who may have all of it', () => {
    expect(() => check(COMBINED, LOCAL_PRINCIPAL)).not.toThrow();
    expect(() => check(COMBINED, caller(['scorer']))).not.toThrow();
    expect(() => check('{ models { name } }', caller(['operator']))).not.toThrow();
    expect(() => check('{ __typename }', caller([]))).not.toThrow();
  });
  it('is refused as a whole for one field, in a fragment too, naming it', () => {
    expect(() => check(COMBINED, caller(['viewer']))).toThrow('Customer.segment needs the role scorer.');
    expect(() => check('{ models { name } }', caller([]))).toThrow('Query.models needs the role viewer.');
    expect(() => check('{ node(id: "x") { ... on Customer { recommendations { id } } } }', caller(['viewer']))).toThrow(
      'Customer.recommendations needs the role scorer.',
    );
    expect(() => check('mutation { upsertItems(items: []) { acceptedCount } }', caller(['operator']))).toThrow(
      'Mutation.upsertItems needs the role ingester.',
    );
  });
  it('is judged alone: the document’s others do not count', () => {
    const both = 'query A { models { name } } query B { customer(customerId: "c") { segment { id } } }';
    expect(() => check(both, caller(['viewer']), 'A')).not.toThrow();
    expect(() => check(both, caller(['viewer']), 'B')).toThrow(/needs the role scorer/);
  });
  it('about all customers is not for who is bound to some', () => {
    const bound = caller(['admin'], new Set(['c1']));
    expect(() => check('subscription { liveStats { at } }', bound)).toThrow(
      'Subscription.liveStats is about all customers; this caller is bound to some.',
    );
    expect(() => check('{ models { versions { statistics { rows } } } }', bound)).toThrow(/ModelVersion\.statistics/);
    expect(() => check('{ models { versions { number } } }', bound)).not.toThrow();
  });
  it('visits a fragment once, however often it is spread', () => {
    const bomb = Array.from({ length: 40 }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`).join(
      ' ',
    );
    expect(() =>
      check(`{ ...f0 } ${bomb} fragment f40 on Query { simulation { customers } }`, caller(['viewer'], new Set())),
    ).toThrow(/Query\.simulation is about all customers/);
  });
});

it('keeps names of the schema from who may not introspect', () => {
  expect(withoutSuggestion('Cannot query field "x" on type "Query". Did you mean "a", "b", or "c"?')).toBe(
    'Cannot query field "x" on type "Query".',
  );
  expect(withoutSuggestion('expected a whole number')).toBe('expected a whole number');
});
