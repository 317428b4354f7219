import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql';
import type { Guard } from '../access/guard.js';
import { Authorisation } from './authorisation.js';
import { Executor } from './executor.js';

/**
 * One schema with everything that was derived from it. Caches live in here and nowhere else, so that nothing that was validated, compiled
 * or authorised against one schema can be used with another.
 */
export class SchemaGeneration {
  /** Counts from 1. */
  readonly number: number;
  readonly schema: GraphQLSchema;
  readonly executor: Executor;
  readonly authorisation: Authorisation;
  /** Documents by their text: parsed and valid for this schema, or why they are not. */
  readonly documents = new Map<string, DocumentNode | readonly GraphQLError[]>();

  /** @throws Error when a field of the schema says nothing about who may have it. */
  constructor(number: number, schema: GraphQLSchema, guard: Guard) {
    this.number = number;
    this.schema = schema;
    this.executor = new Executor(schema);
    this.authorisation = new Authorisation(schema, guard);
  }
}

/** Where the schema that serves now is had. */
export interface ServingSchema {
  readonly current: SchemaGeneration;
}
