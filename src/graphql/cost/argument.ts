import {
  type FieldNode,
  type GraphQLField,
  type GraphQLInputType,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  type ValueNode,
} from 'graphql';

/** Variables as the caller sent them, not coerced. */
export type Variables = Readonly<Record<string, unknown>>;
export const NO_VARIABLES: Variables = Object.freeze({});

/**
 * Something about an argument of one place in a document: a constant when the document says it, else read from the raw variables of each
 * request. Variables are raw because the cost is wanted before they are coerced, and because what is validated once for a document never
 * saw them: a limit that looks at literals only is passed by writing a variable.
 */
export interface Reading<T> {
  readonly constant: boolean;
  read(variables: Variables): T;
}

/** What stands at a path, before it is measured: nothing, a value of the document, or one that came from outside. */
type Found = { readonly kind: 'ast'; readonly node: ValueNode } | { readonly kind: 'raw'; readonly value: unknown };
const NOTHING: Found = { kind: 'raw', value: undefined };

interface Place {
  readonly constant: boolean;
  /** Whether a list stands there by its type. */
  readonly list: boolean;
  find(variables: Variables): Found;
}

/**
 * The items at a path of a field's arguments: of a list its length (anything else given for a list is a list of one, as coercion has it),
 * of a number the number. Null when nothing is given and there is no default.
 */
export function countAt(
  field: FieldNode,
  definition: GraphQLField<unknown, unknown>,
  path: readonly string[],
  operation: OperationDefinitionNode,
): Reading<number | null> {
  const place = placeOf(field, definition, path, operation);
  const read = (variables: Variables) => countOf(place.find(variables), place.list);
  if (!place.constant) return { constant: false, read };
  const count = read(NO_VARIABLES);
  return { constant: true, read: () => count };
}

/** The value at a path as far as it is a plain one, lists and objects of the document included; undefined when nothing is given. */
export function valueAt(
  field: FieldNode,
  definition: GraphQLField<unknown, unknown>,
  name: string,
  operation: OperationDefinitionNode,
): Reading<unknown> {
  const place = placeOf(field, definition, [name], operation);
  return {
    constant: place.constant,
    read: (variables) => plain(place.find(variables), variables, operation),
  };
}

/** A variable, or its default when the request leaves it out. */
export function variableOf(name: string, operation: OperationDefinitionNode): (variables: Variables) => unknown {
  const fallback = operation.variableDefinitions?.find((one) => one.variable.name.value === name)?.defaultValue;
  return (variables) =>
    Object.hasOwn(variables, name)
      ? variables[name]
      : fallback && plain({ kind: 'ast', node: fallback }, variables, operation);
}

function placeOf(
  field: FieldNode,
  definition: GraphQLField<unknown, unknown>,
  [name, ...path]: readonly string[],
  operation: OperationDefinitionNode,
): Place {
  const argument = definition.args.find((one) => one.name === name);
  if (argument === undefined)
    throw new Error(`${definition.name} has no argument ${name}: see its @cost and @listSize`);
  const given = field.arguments?.find((one) => one.name.value === name)?.value;
  const start: Found = given === undefined ? NOTHING : { kind: 'ast', node: given };
  // Without variables on the way the place is the same for every request.
  let constant = true;
  const look = (variables: Variables): Found => {
    let { type, defaultValue } = argument as { type: GraphQLInputType; defaultValue: unknown };
    let found = resolved(start);
    for (let step = 0; ; step++) {
      if (found.kind === 'raw' && found.value === undefined) found = { kind: 'raw', value: defaultValue };
      const key = path[step];
      if (key === undefined) return found;
      const object = getNullableType(type);
      const next = isInputObjectType(object) ? object.getFields()[key] : undefined;
      if (next === undefined) throw new Error(`${definition.name}: no input field ${key}, see its @cost and @listSize`);
      ({ type, defaultValue } = next);
      found = resolved(child(found, key));
    }
    function resolved(one: Found): Found {
      if (one.kind === 'raw' || one.node.kind !== Kind.VARIABLE) return one;
      constant = false;
      const name = one.node.name.value;
      if (Object.hasOwn(variables, name)) return { kind: 'raw', value: variables[name] };
      const fallback = operation.variableDefinitions?.find((each) => each.variable.name.value === name)?.defaultValue;
      return fallback === undefined ? NOTHING : { kind: 'ast', node: fallback };
    }
  };
  look(NO_VARIABLES);
  return { constant, list: isListType(getNullableType(typeAt(argument.type, path))), find: look };
}

function typeAt(type: GraphQLInputType, path: readonly string[]): GraphQLInputType {
  let here = type;
  for (const key of path) {
    const object = getNullableType(here);
    if (isInputObjectType(object)) here = object.getFields()[key]!.type;
  }
  return here;
}

function child(found: Found, key: string): Found {
  if (found.kind === 'raw') {
    const { value } = found;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return NOTHING;
    return { kind: 'raw', value: (value as Record<string, unknown>)[key] };
  }
  if (found.node.kind !== Kind.OBJECT) return NOTHING;
  const node = found.node.fields.find((one) => one.name.value === key)?.value;
  return node === undefined ? NOTHING : { kind: 'ast', node };
}

function countOf(found: Found, list: boolean): number | null {
  if (found.kind === 'ast') {
    const { node } = found;
    if (node.kind === Kind.NULL) return null;
    if (node.kind === Kind.LIST) return node.values.length;
    return node.kind === Kind.INT && !list ? Number(node.value) : 1;
  }
  const { value } = found;
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.length;
  return typeof value === 'number' && !list ? value : 1;
}

/** A value of the document as plain data; variables in it are read. */
function plain(found: Found, variables: Variables, operation: OperationDefinitionNode): unknown {
  if (found.kind === 'raw') return found.value;
  const { node } = found;
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.LIST:
      return node.values.map((one) => plain({ kind: 'ast', node: one }, variables, operation));
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map(({ name, value }) => [name.value, plain({ kind: 'ast', node: value }, variables, operation)]),
      );
    case Kind.VARIABLE:
      return variableOf(node.name.value, operation)(variables);
  }
}
