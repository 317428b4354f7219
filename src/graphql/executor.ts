import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isNonNullType,
  Kind,
  typeFromAST,
  visit,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';

/** Compile a document once it has been seen this often: compiling costs about 2 ms. */
const COMPILE_AFTER = 3;
/** Documents remembered; the oldest go. */
const MAX_DOCUMENTS = 500;
/** Larger documents are never compiled: compiling takes time that grows with the fields. */
const MAX_FIELDS = 150;
/** Nor are longer ones: those that may be are remembered, and parsed each character takes some 50 bytes. */
const MAX_LENGTH = 10_000;

interface Known {
  seen: number;
  compiled: CompiledQuery | null;
}

export interface Execution {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly context: unknown;
  /** What the root fields' own resolvers get: the event of a subscription. */
  readonly root?: unknown;
}

/**
 * Executes validated operations of one schema. Documents that come again are compiled (graphql-jit); everything else,
 * and what the compiler does not do faithfully (see isCompilable), runs through graphql-js.
 */
export class Executor {
  readonly schema: GraphQLSchema;
  /** Parsed documents are cached above, so the document object itself is the key. */
  readonly #known = new Map<DocumentNode, Map<string, Known>>();
  /** Documents that are not to be compiled; not kept for it. */
  readonly #neverCompiled = new WeakSet<DocumentNode>();

  constructor(schema: GraphQLSchema) {
    this.schema = schema;
  }

  /** Runs a query or mutation, or a subscription for one event. Never throws: what goes wrong is in `errors`. */
  execute(execution: Execution): ExecutionResult | Promise<ExecutionResult> {
    const compiled = this.#compiled(execution);
    if (compiled !== null) {
      const result = compiled.query(execution.root, execution.context, execution.variables ?? {});
      if (result instanceof Promise) return result.then(rewrap);
      // Without data the variables did not fit: graphql-js says so in the words that the caller was told the first time.
      if (result.data !== undefined) return rewrap(result);
    }
    return execute({
      schema: this.schema,
      document: execution.document,
      operationName: execution.operationName ?? null,
      variableValues: execution.variables ?? null,
      contextValue: execution.context,
      rootValue: execution.root,
    });
  }

  #compiled({ document, operationName }: Execution): CompiledQuery | null {
    if (this.#neverCompiled.has(document)) return null;
    const name = operationName ?? '';
    let operations = this.#known.get(document);
    if (operations === undefined) {
      if (!isCompilable(this.schema, document)) {
        this.#neverCompiled.add(document);
        return null;
      }
      if (this.#known.size >= MAX_DOCUMENTS) {
        for (const oldest of this.#known.keys()) {
          this.#known.delete(oldest);
          break;
        }
      }
      operations = new Map();
      this.#known.set(document, operations);
    }
    let known = operations.get(name);
    if (known === undefined) {
      known = { seen: 0, compiled: null };
      operations.set(name, known);
    }
    if (known.compiled !== null || ++known.seen < COMPILE_AFTER) return known.compiled;
    const compiled = compileQuery(this.schema, document, name, { disableLeafSerialization: false });
    if (isCompiledQuery(compiled)) known.compiled = compiled;
    else known.seen = Number.NEGATIVE_INFINITY;
    return known.compiled;
  }
}

/** graphql-jit's errors look like GraphQLErrors but have no `extensions`, which Apollo cannot format: make real ones of them. */
function rewrap(result: ExecutionResult): ExecutionResult {
  if (result.errors === undefined) return result;
  return {
    ...result,
    errors: result.errors.map((error) =>
      withLocations(
        new GraphQLError(error.message, { path: error.path, originalError: error.originalError }),
        error.locations,
      ),
    ),
  };
}

/** A GraphQLError's locations come from syntax nodes only; these are known without. */
export function withLocations(error: GraphQLError, locations: GraphQLError['locations']): GraphQLError {
  return Object.defineProperty(error, 'locations', { value: locations, enumerable: locations !== undefined });
}

/**
 * Small enough, and no variable whose type the compiler coerces wrongly: `@oneOf` inputs (it lets wrong values pass) and required
 * input fields with a default (it demands them).
 */
export function isCompilable(schema: GraphQLSchema, document: DocumentNode): boolean {
  if (document.loc !== undefined && document.loc.end > MAX_LENGTH) return false;
  let fields = 0;
  let faithful = true;
  visit(document, {
    [Kind.FIELD]() {
      fields++;
    },
    [Kind.VARIABLE_DEFINITION](node) {
      const type = typeFromAST(schema, node.type as never) as GraphQLInputType | undefined;
      if (type !== undefined && !coercesFaithfully(type, new Set())) faithful = false;
    },
  });
  return faithful && fields <= MAX_FIELDS;
}

function coercesFaithfully(type: GraphQLInputType, seen: Set<string>): boolean {
  const named = getNamedType(type);
  if (!isInputObjectType(named) || seen.has(named.name)) return true;
  seen.add(named.name);
  if (named.isOneOf) return false;
  return Object.values(named.getFields()).every(
    (field) => !(isNonNullType(field.type) && field.defaultValue !== undefined) && coercesFaithfully(field.type, seen),
  );
}
