import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  typeFromAST,
} from 'graphql';
import { countAt, type Variables, valueAt, variableOf } from './argument.js';
import { type Branch, type CostNode, CostPlan, type Prices, type RowCost, type Times } from './plan.js';
import {
  answersList,
  FIELD_MICROSECONDS,
  type FieldRule,
  introspectionLength,
  ruleOf,
  type SizeRule,
  UNKNOWN_LENGTH,
} from './rules.js';

/** Conditions of `@skip` and `@include` by variable that must hold, from the outermost in. */
type Conditions = readonly ((variables: Variables) => boolean)[];
/** One appearance of a field, or of what is selected below it. */
interface Appearance<N> {
  readonly node: N;
  readonly conditions: Conditions;
}
type AnyField = GraphQLField<unknown, unknown>;

/**
 * Makes the plan of a validated operation within the limits (they bound what fragments grow to). Fields are merged as execution merges
 * them: what fragments ask for twice is computed once, and costs once.
 */
export function compilePlan(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  prices: Prices,
): CostPlan {
  const compiler = new Compiler(schema, document, operation, prices);
  return new CostPlan(compiler.root(), prices);
}

class Compiler {
  readonly #schema: GraphQLSchema;
  readonly #operation: OperationDefinitionNode;
  readonly #prices: Prices;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();

  constructor(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, prices: Prices) {
    this.#schema = schema;
    this.#operation = operation;
    this.#prices = prices;
    for (const definition of document.definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition);
  }

  root(): CostNode {
    const type = this.#schema.getRootType(this.#operation.operation)!;
    const { ms, children } = this.#object(
      type,
      [{ node: this.#operation.selectionSet, conditions: [] }],
      new Map<string, Times>(),
    );
    return {
      coordinate: type.name,
      ms,
      ownMs: 0,
      rows: null,
      each: null,
      size: null,
      present: null,
      children,
      branches: [],
    };
  }

  /** What a selection on an object costs: the constant part, and the places that are more. */
  #object(
    type: GraphQLObjectType,
    selections: readonly Appearance<SelectionSetNode>[],
    sized: ReadonlyMap<string, Times>,
  ): Branch {
    let ms = 0;
    const children: CostNode[] = [];
    for (const appearances of this.#collect(type, selections).values()) {
      const node = this.#field(type, appearances, sized);
      if (isConstant(node)) {
        const own = node.ownMs * (node.each?.read({}) ?? 1);
        ms += (own + node.ms - node.ownMs) * (node.size?.read({}) ?? 1);
      } else children.push(node);
    }
    return { ms, children };
  }

  #field(
    parent: GraphQLObjectType,
    appearances: readonly Appearance<FieldNode>[],
    sized: ReadonlyMap<string, Times>,
  ): CostNode {
    const { node } = appearances[0]!;
    const name = node.name.value;
    const definition = this.#definition(parent, name);
    const coordinate = `${parent.name}.${name}`;
    const present = anyOf(appearances);
    if (definition === null) return leaf(coordinate, present);
    const rule = ruleOf(this.#schema, definition);
    const ownMs = rule.microseconds / 1_000;
    const isSized = rule.size !== null && rule.size.sized.length > 0;
    const length = rule.size === null ? null : this.#length(node, definition, rule.size);
    const below = new Map<string, Times>();
    if (isSized) for (const field of rule.size!.sized) below.set(field, length!);
    const inner = this.#below(getNamedType(definition.type), appearances, below);
    const size = answersList(definition) ? (sized.get(name) ?? (isSized ? null : length)) : null;
    return {
      coordinate,
      ms: ownMs + inner.ms,
      ownMs,
      rows: this.#rows(node, definition, rule),
      each: rule.each === null ? null : this.#each(node, definition, rule.each),
      size: answersList(definition) ? (size ?? this.#unsaid(parent, name)) : null,
      present,
      children: inner.children,
      branches: inner.branches,
    };
  }

  #below(
    type: unknown,
    appearances: readonly Appearance<FieldNode>[],
    sized: ReadonlyMap<string, Times>,
  ): Branch & { readonly branches: readonly Branch[] } {
    const selections = appearances.flatMap(({ node, conditions }) =>
      node.selectionSet === undefined
        ? []
        : // What appears once is there whenever its field is.
          [{ node: node.selectionSet, conditions: appearances.length === 1 ? [] : conditions }],
    );
    if (selections.length === 0 || !isCompositeType(type)) return { ms: 0, children: [], branches: [] };
    if (isObjectType(type)) return { ...this.#object(type, selections, sized), branches: [] };
    const branches = this.#schema.getPossibleTypes(type).map((one) => this.#object(one, selections, sized));
    const ms = Math.max(0, ...branches.filter(({ children }) => children.length === 0).map((branch) => branch.ms));
    const dynamic = branches.filter(({ children }) => children.length > 0);
    if (dynamic.length === 0) return { ms, children: [], branches: [] };
    return { ms: 0, children: [], branches: [{ ms, children: [] }, ...dynamic] };
  }

  /** The fields selected on an object, by the name they answer to. */
  #collect(
    type: GraphQLObjectType,
    selections: readonly Appearance<SelectionSetNode>[],
  ): Map<string, Appearance<FieldNode>[]> {
    const fields = new Map<string, Appearance<FieldNode>[]>();
    const spread = new Set<string>();
    const add = (set: SelectionSetNode, outer: Conditions): void => {
      for (const selection of set.selections) {
        const conditions = this.#conditions(selection.directives, outer);
        if (conditions === null) continue;
        if (selection.kind === Kind.FIELD) {
          const key = selection.alias?.value ?? selection.name.value;
          const same = fields.get(key);
          if (same === undefined) fields.set(key, [{ node: selection, conditions }]);
          else same.push({ node: selection, conditions });
          continue;
        }
        let inner: SelectionSetNode;
        let on = selection.kind === Kind.INLINE_FRAGMENT ? selection.typeCondition : undefined;
        if (selection.kind === Kind.FRAGMENT_SPREAD) {
          const { value } = selection.name;
          const fragment = this.#fragments.get(value);
          if (fragment === undefined || spread.has(value)) continue;
          if (conditions.length === 0) spread.add(value);
          on = fragment.typeCondition;
          inner = fragment.selectionSet;
        } else inner = selection.selectionSet;
        const condition = on && (typeFromAST(this.#schema, on) as GraphQLCompositeType | undefined);
        const applies =
          condition === undefined ||
          condition === type ||
          (isAbstractType(condition) && this.#schema.isSubType(condition, type));
        if (applies) add(inner, conditions);
      }
    };
    for (const { node, conditions } of selections) add(node, conditions);
    return fields;
  }

  /** The conditions of a selection, `outer` among them; null when it is never there. */
  #conditions(directives: readonly DirectiveNode[] | undefined, outer: Conditions): Conditions | null {
    let all = outer;
    for (const { name, arguments: given } of directives ?? []) {
      const wanted = name.value === 'include' ? true : name.value === 'skip' ? false : null;
      const value = given?.find((one) => one.name.value === 'if')?.value;
      if (wanted === null || value === undefined) continue;
      if (value.kind === Kind.BOOLEAN) {
        if (value.value !== wanted) return null;
      } else if (value.kind === Kind.VARIABLE) {
        const read = variableOf(value.name.value, this.#operation);
        // What is no boolean never gets as far as running.
        all = [...all, (variables) => read(variables) === wanted];
      }
    }
    return all;
  }

  #rows(node: FieldNode, definition: AnyField, { model, rows, selector, when }: FieldRule): RowCost | null {
    if (model === null) return null;
    const reading = (name: string | null) => (name === null ? null : valueAt(node, definition, name, this.#operation));
    return { model, rows, price: this.#prices.of(model), selector: reading(selector), when: reading(when) };
  }

  #each(node: FieldNode, definition: AnyField, path: readonly string[]): Times {
    const { constant, read } = countAt(node, definition, path, this.#operation);
    return times(constant, (variables) => Math.max(0, read(variables) ?? 1));
  }

  #length(node: FieldNode, definition: AnyField, { assumed, slicing, maximum }: SizeRule): Times {
    const counts = slicing.map((path) => countAt(node, definition, path, this.#operation));
    const read = (variables: Variables) => {
      let most: number | null = null;
      for (const count of counts) {
        const given = count.read(variables);
        if (given !== null && !(given <= (most ?? Number.NEGATIVE_INFINITY))) most = given;
      }
      // A number that is none (NaN cannot come as JSON) or below 0 is refused later, and costs what nothing costs.
      const length = most ?? assumed;
      return length >= 0 ? Math.min(length, maximum) : 0;
    };
    return times(
      counts.every(({ constant }) => constant),
      read,
    );
  }

  /** A list that says nothing of its length. */
  #unsaid(parent: GraphQLObjectType, name: string): Times {
    const length = parent.name.startsWith('__') ? introspectionLength(this.#schema, name) : UNKNOWN_LENGTH;
    return times(true, () => length);
  }

  #definition(parent: GraphQLObjectType, name: string): AnyField | null {
    if (name === '__schema') return SchemaMetaFieldDef as AnyField;
    if (name === '__type') return TypeMetaFieldDef as AnyField;
    return parent.getFields()[name] ?? null;
  }
}

/** Whether it costs the same for every request, at every price. */
function isConstant({ rows, each, size, present, children, branches }: CostNode): boolean {
  return (
    rows === null &&
    (each === null || each.constant) &&
    (size === null || size.constant) &&
    present === null &&
    children.length === 0 &&
    branches.length === 0
  );
}

function leaf(coordinate: string, present: CostNode['present']): CostNode {
  const ms = FIELD_MICROSECONDS / 1_000;
  return { coordinate, ms, ownMs: ms, rows: null, each: null, size: null, present, children: [], branches: [] };
}

function times(constant: boolean, read: (variables: Variables) => number): Times {
  if (!constant) return { constant, read };
  const always = read({});
  return { constant, read: () => always };
}

/** Whether any of a field's appearances is there; null when one always is. */
function anyOf(appearances: readonly Appearance<FieldNode>[]): CostNode['present'] {
  if (appearances.some(({ conditions }) => conditions.length === 0)) return null;
  return (variables) => appearances.some(({ conditions }) => conditions.every((holds) => holds(variables)));
}
