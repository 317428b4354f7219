import type { GraphQLError } from 'graphql';
import type { OutboxBudget } from './budget.js';

/** One result of a subscription, serialised once for everybody who gets it. */
export interface Frame {
  /** The execution result as JSON, UTF-8. */
  readonly json: Buffer;
  /** Where to resume after it; null where the stream has no cursors. */
  readonly cursor: string | null;
}

/** A client's end of a subscription, as its door makes it. */
export interface ResultSink {
  /** What the connection's outboxes may hold together. */
  readonly budget: OutboxBudget;
  /** False while what was sent waits to be read; `Subscription.flush` says that it is true again. */
  writable(): boolean;
  send(frame: Frame): void;
  /** The subscription is over; with `errors` when it had to end. Called once, nothing is sent after it. */
  end(errors?: readonly GraphQLError[]): void;
}

/** One subscriber's subscription. */
export interface LiveSubscription {
  /** Begins to send into `sink`. Called once. */
  start(sink: ResultSink): void;
  /** To be called when the sink became writable again. */
  flush(): void;
  /** The client has gone or wants no more: nothing is sent after it. May be called more than once. */
  stop(): void;
}
