import {
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
  isListType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import type { Variables } from './argument.js';

/** Looks at a raw value; answers the place and length of a list that is too long, or null. */
type Look = (value: unknown, max: number, place: string) => TooLong | null;
export interface TooLong {
  readonly place: string;
  readonly length: number;
}

/** How deep a value may lie in variables; types that contain themselves are looked at no further. */
const MAX_DEPTH = 16;

/**
 * Finds lists in an operation's variables that are longer than allowed, before they are coerced: coercion costs a thousand times as much.
 * Looks only where the types have lists; null when they have none anywhere.
 */
export function variableLists(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
): ((variables: Variables, max: number) => TooLong | null) | null {
  const looks: { readonly name: string; readonly look: Look }[] = [];
  for (const { variable, type: node } of operation.variableDefinitions ?? []) {
    const type = typeFromAST(schema, node as never) as GraphQLInputType | undefined;
    const look = type && lookInto(type, 0);
    if (look) looks.push({ name: variable.name.value, look });
  }
  if (looks.length === 0) return null;
  return (variables, max) => {
    for (const { name, look } of looks) {
      if (!Object.hasOwn(variables, name)) continue;
      const found = look(variables[name], max, `$${name}`);
      if (found !== null) return found;
    }
    return null;
  };
}

function lookInto(type: GraphQLInputType, depth: number): Look | null {
  const bare = getNullableType(type);
  if (depth > MAX_DEPTH) return null;
  if (isListType(bare)) {
    const inner = lookInto(bare.ofType as GraphQLInputType, depth + 1);
    return (value, max, place) => {
      if (!Array.isArray(value)) return inner === null ? null : inner(value, max, place);
      if (value.length > max) return { place, length: value.length };
      if (inner === null) return null;
      for (let i = 0; i < value.length; i++) {
        const found = inner(value[i], max, `${place}.${i}`);
        if (found !== null) return found;
      }
      return null;
    };
  }
  if (!isInputObjectType(bare)) return null;
  const parts = Object.values(bare.getFields()).flatMap(({ name, type: own }) => {
    const look = lookInto(own, depth + 1);
    return look === null ? [] : [{ name, look }];
  });
  if (parts.length === 0) return null;
  return (value, max, place) => {
    if (typeof value !== 'object' || value === null) return null;
    for (const { name, look } of parts) {
      if (!Object.hasOwn(value, name)) continue;
      const found = look((value as Record<string, unknown>)[name], max, `${place}.${name}`);
      if (found !== null) return found;
    }
    return null;
  };
}
