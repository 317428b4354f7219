import {
  type ASTNode,
  BREAK,
  type DirectiveNode,
  type DocumentNode,
  type GraphQLField,
  type GraphQLSchema,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Guard } from '../access/guard.js';
import type { Principal } from '../access/principal.js';
import { ScoregraphError } from '../core/errors.js';
import { isRole, type Role } from '../core/roles.js';
import type { Check } from './admission.js';

/** Who may have a field. */
export interface Decision {
  /** Null: whoever may be here at all. */
  readonly role: Role | null;
  /** Only callers that are bound to no customers. */
  readonly ofAll: boolean;
}

/** What an operation asks for, each with the first field that does. */
interface Needs {
  readonly roles: Map<Role, string>;
  ofAll: string | null;
  introspects: boolean;
}

/**
 * Every field's decision, by coordinate (`Customer.segment`): its own `@access`, else its type's.
 * @throws Error naming every field without one: what nobody thought about must not be served.
 */
export function decisionsOf(schema: GraphQLSchema): ReadonlyMap<string, Decision> {
  const decisions = new Map<string, Decision>();
  const undecided: string[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || !(isObjectType(type) || isInterfaceType(type))) continue;
    const ofType = accessOf([type.astNode, ...type.extensionASTNodes]);
    for (const field of Object.values(type.getFields())) {
      const decision = accessOf([field.astNode]) ?? ofType;
      if (decision === null) undecided.push(`${type.name}.${field.name}`);
      else decisions.set(`${type.name}.${field.name}`, decision);
    }
  }
  if (undecided.length > 0) throw new Error(`expected @access on ${undecided.join(', ')}, or on their types`);
  return decisions;
}

/** Checks operations against the decisions in the schema, before anything of them runs: all or nothing. */
export class Authorisation {
  readonly #schema: GraphQLSchema;
  readonly #decisions: ReadonlyMap<string, Decision>;
  readonly #guard: Pick<Guard, 'authorise' | 'mayIntrospect'>;
  /** Parsed documents are cached above, so the document object itself is the key. */
  readonly #known = new WeakMap<DocumentNode, Map<string, Needs>>();

  /** @throws Error when a field of the schema has no decision. */
  constructor(schema: GraphQLSchema, guard: Pick<Guard, 'authorise' | 'mayIntrospect'>) {
    this.#schema = schema;
    this.#decisions = decisionsOf(schema);
    this.#guard = guard;
  }

  /**
   * Lets an operation of a validated document through if this caller may have all of it.
   * @throws ScoregraphError FORBIDDEN naming the first field that they may not have, and what it needs.
   */
  check(document: DocumentNode, operationName: string | null | undefined, principal: Principal): void {
    const needs = this.#needsOf(document, operationName ?? '');
    if (needs.introspects && !this.#guard.mayIntrospect(principal))
      throw new ScoregraphError('FORBIDDEN', 'Introspection is not open to this caller.');
    for (const [role, field] of needs.roles) this.#guard.authorise(principal, role, field);
    if (needs.ofAll !== null && principal.customers !== 'all')
      throw new ScoregraphError('FORBIDDEN', `${needs.ofAll} is about all customers; this caller is bound to some.`);
  }

  #needsOf(document: DocumentNode, operationName: string): Needs {
    let operations = this.#known.get(document);
    if (operations === undefined) {
      operations = new Map();
      this.#known.set(document, operations);
    }
    let needs = operations.get(operationName);
    if (needs === undefined) {
      needs = this.#collect(document, operationName);
      operations.set(operationName, needs);
    }
    return needs;
  }

  /** Goes over the operation and every fragment it reaches, each once. */
  #collect(document: DocumentNode, operationName: string): Needs {
    const needs: Needs = { roles: new Map(), ofAll: null, introspects: false };
    const reached = new Set<string>();
    const waiting: ASTNode[] = document.definitions.filter(
      (one) => one.kind === Kind.OPERATION_DEFINITION && (operationName === '' || one.name?.value === operationName),
    );
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      const types = new TypeInfo(this.#schema);
      visit(
        node,
        visitWithTypeInfo(types, {
          [Kind.FIELD]: () => {
            const parent = types.getParentType();
            const field = types.getFieldDef();
            if (parent == null || field == null) return BREAK;
            this.#note(needs, parent.name, field);
            return undefined;
          },
          [Kind.FRAGMENT_SPREAD]({ name }) {
            if (reached.has(name.value)) return;
            reached.add(name.value);
            for (const one of document.definitions)
              if (one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name.value) waiting.push(one);
          },
        }),
      );
    }
    return needs;
  }

  #note(needs: Needs, type: string, { name }: GraphQLField<unknown, unknown>): void {
    if (name === '__schema' || name === '__type') needs.introspects = true;
    const coordinate = `${type}.${name}`;
    const decision = this.#decisions.get(coordinate);
    if (decision === undefined) return; // `__typename`, or inside of what `__schema` answers
    if (decision.role !== null && !needs.roles.has(decision.role)) needs.roles.set(decision.role, coordinate);
    if (decision.ofAll) needs.ofAll ??= coordinate;
  }
}

/** Whether the caller may have what they ask for, as one of the checks that every operation passes. */
export function authorisationCheck(authorisation: Authorisation): Check {
  return ({ document, operation, context }) => {
    try {
      authorisation.check(document, operation.name?.value, context.call.principal);
      return null;
    } catch (error) {
      if (error instanceof ScoregraphError) return error;
      throw error;
    }
  };
}

/** The first `@access` of these definitions; null without one. */
export function accessOf(
  definitions: readonly ({ readonly directives?: readonly DirectiveNode[] } | null | undefined)[],
): Decision | null {
  const directive = definitions.flatMap((one) => one?.directives ?? []).find(({ name }) => name.value === 'access');
  if (directive === undefined) return null;
  let role: Role | null = null;
  let ofAll = false;
  for (const { name, value } of directive.arguments ?? []) {
    if (name.value === 'role' && value.kind === Kind.ENUM) {
      const word = value.value.toLowerCase();
      if (!isRole(word)) throw new Error(`@access: there is no role ${value.value}`);
      role = word;
    }
    if (name.value === 'ofAll' && value.kind === Kind.BOOLEAN) ofAll = value.value;
  }
  return { role, ofAll };
}

/** Names of the schema that a caller did not use: the end of the messages of graphql-js. */
const SUGGESTION = / Did you mean [\s\S]*\?$/;

/** A message as told to somebody who may not introspect. */
export const withoutSuggestion = (message: string): string => message.replace(SUGGESTION, '');
