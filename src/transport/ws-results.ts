import type { ExecutionResult, GraphQLError } from 'graphql';
import type { OutboxBudget } from '../graphql/live/budget.js';
import type { Frame, LiveSubscription, ResultSink } from '../graphql/live/frames.js';
import { ResultStream } from '../graphql/result-stream.js';
import type { Connection } from './ws-connection.js';

const DONE: IteratorResult<ExecutionResult, void> = { done: true, value: undefined };

/**
 * The one result of a query as a stream, so that a client's `complete` (or its going) cancels it as it ends a subscription. A
 * result that comes after that is not told.
 */
export class SingleResult extends ResultStream {
  readonly #result: Promise<ExecutionResult>;
  readonly #cancel: () => void;
  #over = false;

  constructor(result: Promise<ExecutionResult>, cancel: () => void) {
    super();
    this.#result = result;
    this.#cancel = cancel;
  }

  async next(): Promise<IteratorResult<ExecutionResult, void>> {
    if (this.#over) return DONE;
    const value = await this.#result;
    if (this.#over) return DONE;
    this.#over = true;
    return { done: false, value };
  }

  async return(): Promise<IteratorResult<ExecutionResult, void>> {
    this.#over = true;
    this.#cancel();
    return DONE;
  }
}

/**
 * A subscription on a socket. To graphql-ws it is a stream that says nothing until it ends; its results go to the socket as finished
 * frames, so that a result that a thousand sockets get is encoded once.
 */
export class SocketStream extends ResultStream implements ResultSink {
  readonly #subscription: LiveSubscription;
  readonly #connection: Connection;
  readonly #head: string;
  #started = false;
  #end: ((result: IteratorResult<ExecutionResult, void>) => void) | null = null;
  #fail: ((error: unknown) => void) | null = null;

  constructor(subscription: LiveSubscription, connection: Connection, id: string) {
    super();
    this.#subscription = subscription;
    this.#connection = connection;
    this.#head = `{"id":${asciiJson(id)},"type":"next","payload":`;
  }

  get budget(): OutboxBudget {
    return this.#connection.outlet.budget;
  }

  writable(): boolean {
    return this.#connection.writable;
  }

  send(frame: Frame): void {
    if (this.#connection.isOpen) this.#connection.frames.write(this.#head, frame.json);
  }

  end(errors?: readonly GraphQLError[]): void {
    this.#connection.outlet.remove(this.#subscription);
    if (errors === undefined) this.#end?.(DONE);
    else this.#fail?.(errors[0]);
  }

  /** Ends when the subscription does; with its error, which graphql-ws tells as `error`. */
  next(): Promise<IteratorResult<ExecutionResult, void>> {
    return new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
      if (this.#started) return;
      this.#started = true;
      this.#connection.outlet.add(this.#subscription);
      this.#subscription.start(this);
    });
  }

  async return(): Promise<IteratorResult<ExecutionResult, void>> {
    this.#connection.outlet.remove(this.#subscription);
    this.#subscription.stop();
    this.#end?.(DONE);
    return DONE;
  }
}

/** A string as JSON that has as many bytes as characters. */
function asciiJson(text: string): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(text).replace(/[\u0080-\uffff]/g, escaped);
}
