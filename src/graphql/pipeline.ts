import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationTypeNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import type { CallRequest, Guard } from '../access/guard.js';
import type { Principal } from '../access/principal.js';
import { badInput } from '../core/errors.js';
import type { App } from './app.js';
import { noteRefusals } from './audit.js';
import { withoutSuggestion } from './authorisation.js';
import { GraphContext } from './context.js';
import { settled } from './cost/charge.js';
import { type DocumentRequest, Documents } from './documents/documents.js';
import { Ending } from './ending.js';
import { type ErrorPresenter, refusalOf, TOO_DEEP } from './errors.js';
import { withLocations } from './executor.js';
import type { SchemaGeneration, ServingSchema } from './generation.js';
import type { LiveSubscription } from './live/frames.js';
import { LiveGraph } from './live/live.js';
import { LogSubscription } from './live/sources.js';

/** Tokens a document may have: parsing and validating take time that grows with them. */
const MAX_TOKENS = 10_000;

/** One operation as any door brings it: its document by text, by id or by hash. */
export interface OperationRequest extends DocumentRequest {
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
  /** What it was validated for, and finishes with. */
  readonly generation: SchemaGeneration;
  readonly showsCost: boolean;
  /** Cancels what the operation still has under way. */
  end(): void;
  /** The same for one that was never run: it gets its charge back. */
  abandon(): void;
}

/**
 * The graph for doors that are not Apollo's: parse with a token limit, validate once per document, admit through the
 * guard, execute with the same executor, present errors the same way. An operation stays with the schema it began with.
 */
export class GraphPipeline {
  /** The subscriptions that are open. */
  readonly live: LiveGraph;
  /** What turns a request into the text of a document; Apollo's door asks it too. */
  readonly documents: Documents;
  /** Told of every `execute`; set by whoever bounds what is under way. */
  meter: { enter(): number; leave(since: number): void } | null = null;
  readonly #host: ServingSchema;
  readonly #app: App;
  readonly #guard: Guard;
  readonly #presenter: ErrorPresenter;
  readonly #maxTokens: number;

  constructor(options: {
    host: ServingSchema;
    app: App;
    guard: Guard;
    presenter: ErrorPresenter;
    maxTokens: number;
    /** Default: any document is answered, and clients may register theirs. */
    documents?: Documents;
  }) {
    this.documents = options.documents ?? new Documents();
    this.#host = options.host;
    this.#app = options.app;
    this.#guard = options.guard;
    this.#presenter = options.presenter;
    this.#maxTokens = options.maxTokens;
    this.live = new LiveGraph({
      execute: ({ document, operationName, variableValues: variables, generation }, root, context) => {
        const result = generation.executor.execute({ document, operationName, variables, context, root });
        return result instanceof Promise ? result.then((value) => this.#presented(value)) : this.#presented(result);
      },
      present: (errors) => this.present(errors),
    });
  }

  /** A context for one admitted call; Apollo's door uses it too. */
  context(request: CallRequest): GraphContext {
    return new GraphContext(this.#app, this.#guard, this.#guard.admit(request));
  }

  /** What kind of operation this is; null when it is none that could run. Admits nothing. */
  operationType(request: OperationRequest, principal: Principal): OperationTypeNode | null {
    const text = this.documents.peek(request, principal);
    const document = text === null ? [] : this.#document(text, this.#host.current);
    return 'kind' in document ? (getOperationAST(document, request.operationName)?.operation ?? null) : null;
  }

  /** What validating this text throws where it should report it, which Apollo would take for a fault of the server's; null: nothing. */
  thrownByValidation(text: string): GraphQLError | null {
    if (!text.includes('subscription') || !text.includes('@')) return null; // see `validated`: it takes both
    try {
      validate(this.#host.current.schema, parse(text, { maxTokens: this.#maxTokens }), specifiedRules);
    } catch (error) {
      // Without nodes it is what the parser says, and Apollo says that itself.
      if (error instanceof GraphQLError && error.nodes !== undefined) return invalid(error);
    }
    return null;
  }

  /** Admits, finds the document, parses and validates it, and authorises the operation. Never throws for what a caller can do wrong. */
  prepare(request: OperationRequest, call: CallRequest): Prepared {
    const generation = this.#host.current;
    const ending = new Ending(call.signal);
    let contextValue: GraphContext;
    let text: string;
    try {
      contextValue = new GraphContext(this.#app, this.#guard, this.#guard.admit(call, ending));
      text = this.documents.resolve(request, contextValue.call.principal);
    } catch (error) {
      return { kind: 'refused', errors: [asGraphQLError(error as Error)] };
    }
    const document = this.#document(text, generation);
    if (!('kind' in document)) return { kind: 'refused', errors: this.#toldTo(call.principal, document) };
    const operation = getOperationAST(document, request.operationName);
    if (!operation) return { kind: 'refused', errors: [noSuchOperation(request.operationName)] };
    const { variables } = request;
    const refused = generation.admission.admit({ document, operation, variables, context: contextValue });
    if (refused !== null) {
      ending.end();
      return { kind: 'refused', errors: [refusalOf(refused)] };
    }
    return {
      kind: 'ready',
      args: {
        schema: generation.schema,
        generation,
        document,
        operationName: request.operationName ?? null,
        variableValues: request.variables ?? null,
        contextValue,
        operation: operation.operation,
        showsCost: (request.extensions as { cost?: unknown } | null | undefined)?.cost === true,
        end: () => ending.end(),
        abandon() {
          ending.end();
          contextValue.charge?.giveBack();
        },
      },
    };
  }

  /** Runs a query or mutation. */
  async execute(args: ReadyOperation): Promise<ExecutionResult> {
    const since = this.meter?.enter() ?? 0;
    try {
      const result = await args.generation.executor.execute({
        document: args.document,
        operationName: args.operationName,
        variables: args.variableValues,
        context: args.contextValue,
      });
      return settled(this.#answered(result, args), args.contextValue.charge, args.showsCost);
    } finally {
      this.meter?.leave(since);
    }
  }

  /**
   * Opens a subscription, or answers the result that says why it could not be opened. Subscribers who ask the same share executions
   * (see live/); every event is executed with a context of its own (fresh deadline, fresh loaders). `resumeAfter` is a cursor that
   * takes the place of the operation's own `after`, for doors whose clients cannot change it.
   */
  async subscribe(args: ReadyOperation, resumeAfter?: string): Promise<LiveSubscription | ExecutionResult> {
    const source = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in source))
      return settled(this.#answered(source, args), args.contextValue.charge, false);
    if (resumeAfter === undefined) return this.live.open(args, source);
    try {
      if (source instanceof LogSubscription) return this.live.open(args, source.after(resumeAfter));
      throw badInput('this subscription has no cursors: it always begins with the latest', 'after');
    } catch (error) {
      return settled({ errors: this.present([error]) }, args.contextValue.charge, false);
    }
  }

  /** The public form of errors, as the errors that graphql-ws wants. */
  present(errors: readonly unknown[]): GraphQLError[] {
    return errors.map((error) => {
      const { message, path, locations, extensions } = this.#presenter.present(error);
      return withLocations(new GraphQLError(message, { path, extensions }), locations);
    });
  }

  /** The result that answers a call. */
  #answered(result: ExecutionResult, args: ReadyOperation): ExecutionResult {
    const presented = this.#presented(result, args);
    if (presented.errors !== undefined)
      noteRefusals(args.contextValue, presented.errors, args.document, args.operationName);
    return presented;
  }

  /** With `to`, as that operation's caller may be told; without, as anybody may. */
  #presented(result: ExecutionResult, to?: ReadyOperation): ExecutionResult {
    if (result.errors === undefined) return result;
    const errors = this.present(result.errors);
    return { ...result, errors: to === undefined ? errors : this.#toldTo(to.contextValue.call.principal, errors) };
  }

  /** Names of the schema that a caller did not use are for those who may introspect. */
  #toldTo(principal: Principal, errors: readonly GraphQLError[]): readonly GraphQLError[] {
    if (this.#guard.mayIntrospect(principal)) return errors;
    return errors.map((error) =>
      withLocations(
        new GraphQLError(withoutSuggestion(error.message), { path: error.path, extensions: error.extensions }),
        error.locations,
      ),
    );
  }

  #document(query: string, generation: SchemaGeneration): DocumentNode | readonly GraphQLError[] {
    const { documents } = generation;
    const known = documents.get(query);
    if (known !== undefined) return known;
    const made = checkDocument(generation.schema, query, this.#maxTokens);
    documents.add(query, made);
    return made;
  }
}

/** The document of a text: parsed with a token limit and validated. What is wrong with it when it is none that could run. */
export function checkDocument(
  schema: GraphQLSchema,
  text: string,
  maxTokens = MAX_TOKENS,
): DocumentNode | readonly GraphQLError[] {
  let document: DocumentNode;
  try {
    document = parse(text, { maxTokens });
  } catch (error) {
    return [refusal(error instanceof RangeError ? TOO_DEEP : (error as Error).message, 'GRAPHQL_PARSE_FAILED')];
  }
  const errors = validated(schema, document);
  return errors.length === 0 ? document : errors.map(invalid);
}

/** graphql-js's rule for subscriptions throws what it should report, such as `@skip(if: "x")` on a root field. */
function validated(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  try {
    return validate(schema, document, specifiedRules);
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

const invalid = ({ message, nodes }: GraphQLError): GraphQLError =>
  new GraphQLError(message, { nodes, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });

function asGraphQLError(error: Error): GraphQLError {
  return error instanceof GraphQLError ? error : new GraphQLError(error.message, { originalError: error });
}

/** The refusal of an `operationName` that does not choose one of the document's operations, in graphql-js's words: Apollo uses them too. */
function noSuchOperation(operationName: string | null | undefined): GraphQLError {
  const message =
    operationName == null
      ? 'Must provide operation name if query contains multiple operations.'
      : `Unknown operation named "${operationName}".`;
  return refusal(message, 'OPERATION_RESOLUTION_FAILURE');
}

function refusal(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
