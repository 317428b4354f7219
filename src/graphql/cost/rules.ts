import {
  type GraphQLDirective,
  type GraphQLField,
  type GraphQLSchema,
  getDirectiveValues,
  getNullableType,
  isListType,
} from 'graphql';

/** How long the list is that a field answers, or that fields of its object answer. */
export interface SizeRule {
  /** Length when no slicing argument says it. */
  readonly assumed: number;
  /** Paths into the arguments. */
  readonly slicing: readonly (readonly string[])[];
  /** Fields of the answered object that have this length; empty: the field itself. */
  readonly sized: readonly string[];
  /** More is never answered. */
  readonly maximum: number;
}

/** What the schema says about a field's cost. */
export interface FieldRule {
  readonly model: string | null;
  readonly rows: number;
  readonly selector: string | null;
  readonly when: string | null;
  readonly microseconds: number;
  readonly each: readonly string[] | null;
  readonly size: SizeRule | null;
}

/** What a field costs that says nothing, in microseconds: to be resolved, and its place in the answer. */
export const FIELD_MICROSECONDS = 0.5;
/** Length of a list that says nothing. A test keeps the graph without such. */
export const UNKNOWN_LENGTH = 100;

const PLAIN: FieldRule = {
  model: null,
  rows: 0,
  selector: null,
  when: null,
  microseconds: FIELD_MICROSECONDS,
  each: null,
  size: null,
};

type AnyField = GraphQLField<unknown, unknown>;
const known = new WeakMap<AnyField, FieldRule>();

/** The rule of a field, by its `@cost` and `@listSize` in the schema. */
export function ruleOf(schema: GraphQLSchema, field: AnyField): FieldRule {
  let rule = known.get(field);
  if (rule === undefined) {
    rule = readRule(schema, field);
    known.set(field, rule);
  }
  return rule;
}

function readRule(schema: GraphQLSchema, field: AnyField): FieldRule {
  const cost = valuesOf(schema.getDirective('cost'), field);
  const size = sizeRuleOf(schema, field);
  if (cost === undefined) return size === null ? PLAIN : { ...PLAIN, size };
  const model = text(cost.model);
  return {
    model,
    rows: model === null ? 0 : Number(cost.rows),
    selector: text(cost.selector),
    when: text(cost.when),
    microseconds: Number(cost.microseconds),
    each: typeof cost.each === 'string' ? cost.each.split('.') : null,
    size,
  };
}

function sizeRuleOf(schema: GraphQLSchema, field: AnyField): SizeRule | null {
  const given = valuesOf(schema.getDirective('listSize'), field);
  if (given === undefined) return null;
  const maximum = given.maximum == null ? null : Number(given.maximum);
  return {
    // A bounded list whose arguments say nothing may have all it can have.
    assumed: given.assumedSize != null ? Number(given.assumedSize) : (maximum ?? UNKNOWN_LENGTH),
    slicing: ((given.slicingArguments ?? []) as string[]).map((path) => path.split('.')),
    sized: (given.sizedFields ?? []) as string[],
    maximum: maximum ?? Number.MAX_SAFE_INTEGER,
  };
}

/** Whether a field answers a list. */
export const answersList = (field: AnyField): boolean => isListType(getNullableType(field.type));

const introspection = new WeakMap<GraphQLSchema, Map<string, number>>();

/** Lists of the introspection types, which carry no directives: as long as those of this schema are on average. */
export function introspectionLength(schema: GraphQLSchema, field: string): number {
  let lengths = introspection.get(schema);
  if (lengths === undefined) {
    lengths = lengthsOf(schema);
    introspection.set(schema, lengths);
  }
  return lengths.get(field) ?? 4;
}

function lengthsOf(schema: GraphQLSchema): Map<string, number> {
  const types = Object.values(schema.getTypeMap());
  let fields = 0;
  let enumValues = 0;
  for (const { astNode, extensionASTNodes } of types)
    for (const node of [astNode, ...extensionASTNodes]) {
      if (node && 'fields' in node) fields += node.fields?.length ?? 0;
      if (node && 'values' in node) enumValues += node.values?.length ?? 0;
    }
  const mean = (count: number) => Math.ceil(count / types.length);
  return new Map([
    ['types', types.length],
    ['directives', schema.getDirectives().length],
    ['fields', mean(fields)],
    ['inputFields', mean(fields)],
    ['enumValues', mean(enumValues)],
    ['interfaces', 1],
    ['possibleTypes', 1],
    ['args', 1],
    ['locations', 2],
  ]);
}

function valuesOf(
  directive: GraphQLDirective | null | undefined,
  { astNode }: AnyField,
): Record<string, unknown> | undefined {
  return directive && astNode ? getDirectiveValues(directive, astNode) : undefined;
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
