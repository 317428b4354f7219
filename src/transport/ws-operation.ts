import type { DocumentNode } from 'graphql';
import type { ReadyOperation } from '../graphql/pipeline.js';
import type { Connection, OpenOperation } from './ws-connection.js';

/**
 * An operation as graphql-ws holds it, for as long as it is open. What it needs to begin it gives away when it does: a subscription
 * that waits for events for hours keeps no context.
 */
export class SocketOperation implements OpenOperation {
  readonly connection: Connection;
  readonly id: string;
  readonly kind: ReadyOperation['operation'];
  // What graphql-ws looks at; present, so that it adds nothing.
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly rootValue = undefined;
  readonly contextValue = undefined;
  #ready: ReadyOperation | null;

  constructor(connection: Connection, id: string, ready: ReadyOperation) {
    this.connection = connection;
    this.id = id;
    this.kind = ready.operation;
    this.document = ready.document;
    this.operationName = ready.operationName;
    this.#ready = ready;
  }

  /** What to run. */
  get ready(): ReadyOperation {
    return this.#ready!;
  }

  /** The subscription is open, and ends by its own `stop`. */
  opened(): void {
    this.#ready = null;
  }

  end(): void {
    this.#ready?.end();
  }
}
