import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  specifiedRules,
  subscribe,
  validate,
} from 'graphql';
import type { CallRequest, Guard } from '../access/guard.js';
import type { App } from './app.js';
import { GraphContext } from './context.js';
import type { ErrorPresenter } from './errors.js';
import type { Executor } from './executor.js';

/** Tokens a document may have: parsing and validating take time that grows with them. */
export const MAX_TOKENS = 10_000;
/** Parsed and validated documents remembered. */
const MAX_DOCUMENTS = 1_000;

/** One operation as any door brings it. */
export interface OperationRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** An operation that may run, or the reasons why not. */
export type Prepared =
  | { readonly kind: 'ready'; readonly args: ReadyOperation }
  | { readonly kind: 'refused'; readonly errors: readonly GraphQLError[] };
export interface ReadyOperation extends ExecutionArgs {
  readonly operation: 'query' | 'mutation' | 'subscription';
  readonly contextValue: GraphContext;
}

/**
 * The graph for doors that are not Apollo's: parse with a token limit, validate once per document, admit through the
 * guard, execute with the same executor, present errors the same way.
 */
export class GraphPipeline {
  readonly #schema: GraphQLSchema;
  readonly #executor: Executor;
  readonly #app: App;
  readonly #guard: Guard;
  readonly #presenter: ErrorPresenter;
  readonly #documents = new Map<string, DocumentNode | readonly GraphQLError[]>();

  constructor(options: { executor: Executor; app: App; guard: Guard; presenter: ErrorPresenter }) {
    this.#schema = options.executor.schema;
    this.#executor = options.executor;
    this.#app = options.app;
    this.#guard = options.guard;
    this.#presenter = options.presenter;
  }

  /** A context for one admitted call; Apollo's door uses it too. */
  context(request: CallRequest): GraphContext {
    return new GraphContext(this.#app, this.#guard, this.#guard.admit(request));
  }

  /** Parses, validates and admits. Never throws for what a caller can do wrong. */
  prepare(request: OperationRequest, call: CallRequest): Prepared {
    const document = this.#document(request.query);
    if (!('kind' in document)) return { kind: 'refused', errors: document };
    const operation = getOperationAST(document, request.operationName);
    if (!operation) {
      const message =
        request.operationName == null
          ? 'expected operationName: the document holds several operations'
          : `the document has no operation named ${JSON.stringify(request.operationName.slice(0, 100))}`;
      return { kind: 'refused', errors: [refusal(message, 'OPERATION_RESOLUTION_FAILURE')] };
    }
    try {
      const args: ReadyOperation = {
        schema: this.#schema,
        document,
        operationName: request.operationName ?? null,
        variableValues: request.variables ?? null,
        contextValue: this.context(call),
        operation: operation.operation,
      };
      return { kind: 'ready', args };
    } catch (error) {
      return { kind: 'refused', errors: [new GraphQLError((error as Error).message, { originalError: error as Error })] };
    }
  }

  /** Runs a query or mutation. */
  async execute(args: ReadyOperation): Promise<ExecutionResult> {
    const result = await this.#executor.execute({
      document: args.document,
      operationName: args.operationName,
      variables: args.variableValues,
      context: args.contextValue,
    });
    return this.#presented(result);
  }

  /**
   * Opens a subscription: a stream of results, or one result with errors when it could not be opened. Every event
   * is executed with a context of its own (fresh deadline, fresh loaders).
   */
  async subscribe(args: ReadyOperation): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult> {
    const source = await subscribe({ ...args, perEventExecutor: undefined } as ExecutionArgs);
    return Symbol.asyncIterator in source ? source : this.#presented(source);
  }

  /** The public form of errors that belong to no result. */
  present(errors: readonly unknown[]): GraphQLFormattedError[] {
    return errors.map((error) => this.#presenter.present(error));
  }

  #presented(result: ExecutionResult): ExecutionResult {
    if (result.errors === undefined) return result;
    return { ...result, errors: this.present(result.errors) as never };
  }

  #document(query: string): DocumentNode | readonly GraphQLError[] {
    const known = this.#documents.get(query);
    if (known !== undefined) return known;
    const made = this.#parse(query);
    if (this.#documents.size >= MAX_DOCUMENTS) {
      for (const oldest of this.#documents.keys()) {
        this.#documents.delete(oldest);
        break;
      }
    }
    if (query.length <= 100_000) this.#documents.set(query, made);
    return made;
  }

  #parse(query: string): DocumentNode | readonly GraphQLError[] {
    let document: DocumentNode;
    try {
      document = parse(query, { maxTokens: MAX_TOKENS });
    } catch (error) {
      return [refusal((error as Error).message, 'GRAPHQL_PARSE_FAILED')];
    }
    const errors = validate(this.#schema, document, specifiedRules, { maxErrors: 20 });
    if (errors.length === 0) return document;
    return errors.map((error) => new GraphQLError(error.message, { nodes: error.nodes, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }));
  }
}

function refusal(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
