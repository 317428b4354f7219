import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql';
import type { Admission } from './admission.js';
import { DocumentCache } from './document-cache.js';
import { Executor } from './executor.js';

/**
 * One schema with everything that was derived from it. Caches live in here and nowhere else, so that nothing that was validated, compiled,
 * authorised or priced against one schema can be used with another.
 */
export class SchemaGeneration {
  /** Counts from 1. */
  readonly number: number;
  readonly schema: GraphQLSchema;
  readonly executor: Executor;
  /** What every operation must pass before it runs. */
  readonly admission: Admission;
  /** Documents by their text: parsed and valid for this schema, or why they are not. */
  readonly documents = new DocumentCache<DocumentNode | readonly GraphQLError[]>();

  constructor(number: number, schema: GraphQLSchema, admission: Admission) {
    this.number = number;
    this.schema = schema;
    this.executor = new Executor(schema);
    this.admission = admission;
  }
}

/** Where the schema that serves now is had. */
export interface ServingSchema {
  readonly current: SchemaGeneration;
}
