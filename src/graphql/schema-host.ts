import type { ApolloServer } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from '../core/logger.js';
import type { Admission } from './admission.js';
import { createApollo } from './apollo.js';
import type { GraphContext } from './context.js';
import type { ErrorPresenter } from './errors.js';
import { SchemaGeneration, type ServingSchema } from './generation.js';

export interface SchemaHostOptions {
  /** What operations of a schema must pass. @throws Error when the schema is not fit to be served: a field says nothing of its access. */
  readonly admission: (schema: GraphQLSchema) => Admission;
  readonly presenter: ErrorPresenter;
  readonly maxTokens: number;
  readonly logger: Logger;
}

type ApolloDoor = Pick<ApolloServer<GraphContext>, 'executeHTTPGraphQLRequest'>;

/**
 * The schema that serves. It can be changed for another between two requests: what began with the old one finishes with it, open
 * subscriptions go on with the one that they were opened with.
 */
export class SchemaHost implements ServingSchema {
  /** Apollo's door to whatever schema serves when a request comes. */
  readonly apollo: ApolloDoor = {
    executeHTTPGraphQLRequest: (request) => this.#apollo.executeHTTPGraphQLRequest(request),
  };
  readonly #options: SchemaHostOptions;
  #current: SchemaGeneration;
  #apollo: ApolloServer<GraphContext>;
  #swapping: Promise<unknown> = Promise.resolve();

  /** @throws Error when the schema is not fit to be served. */
  static async start(schema: GraphQLSchema, options: SchemaHostOptions): Promise<SchemaHost> {
    const generation = new SchemaGeneration(1, schema, options.admission(schema));
    return new SchemaHost(options, generation, await apolloFor(generation, options));
  }

  private constructor(options: SchemaHostOptions, generation: SchemaGeneration, apollo: ApolloServer<GraphContext>) {
    this.#options = options;
    this.#current = generation;
    this.#apollo = apollo;
  }

  get current(): SchemaGeneration {
    return this.#current;
  }

  /**
   * Serves another schema from the next request on. Swaps are done one after the other.
   * @throws Error when it is not fit to be served; the old one goes on.
   */
  swap(schema: GraphQLSchema): Promise<SchemaGeneration> {
    const swapped = this.#swapping.then(async () => {
      const generation = new SchemaGeneration(this.#current.number + 1, schema, this.#options.admission(schema));
      // The old server is not stopped: requests that it took are still with it, and it holds nothing but memory.
      this.#apollo = await apolloFor(generation, this.#options);
      this.#current = generation;
      return generation;
    });
    this.#swapping = swapped.catch(() => {});
    return swapped;
  }

  async stop(): Promise<void> {
    await this.#swapping;
    await this.#apollo.stop();
  }
}

async function apolloFor(
  { schema, executor, admission }: SchemaGeneration,
  { presenter, maxTokens, logger }: SchemaHostOptions,
): Promise<ApolloServer<GraphContext>> {
  const apollo = createApollo({ schema, executor, presenter, admission, maxTokens, logger });
  await apollo.start();
  return apollo;
}
