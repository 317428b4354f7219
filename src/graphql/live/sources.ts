import {
  encodeCursor,
  type LogBackedSource,
  type LogSelection,
  type Positioned,
  startingPosition,
} from '../../flows/log-stream.js';
import type { GraphContext } from '../context.js';
import type { Delivery } from './delivery.js';

/**
 * What a subscription field's `subscribe` answers: a description, not a running stream, so that everybody who asks the same can
 * share one. graphql-js demands an async iterable; nobody iterates this one.
 */
abstract class Described implements AsyncIterable<never> {
  [Symbol.asyncIterator](): AsyncIterator<never> {
    throw new Error('a described subscription is opened by the pipeline, not iterated');
  }
}

/** What a log-backed stream says besides its entries. */
export type StreamNotice =
  | { readonly kind: 'CaughtUp'; readonly position: number; readonly replayed: number }
  | {
      readonly kind: 'Lagged';
      readonly position: number;
      readonly missed: number | null;
      readonly reason: 'SLOW_CONSUMER' | 'CONFLATED' | 'RETENTION';
    };

export interface LogSubscriptionOptions<T> extends LogSelection<T> {
  /** The subscription field. */
  readonly field: string;
  /** The union member that an entry is. */
  readonly type: string;
  readonly source: LogBackedSource<T>;
  readonly delivery: Delivery;
  /** The union member's properties for an entry, without its cursor. */
  present(value: T): object;
  /** Called when the subscription begins; what it answers, when it ended. */
  readonly whileOpen?: (() => () => void) | undefined;
}

/** A log-backed subscription: resumable, every entry once, in order. */
export class LogSubscription<T> extends Described {
  constructor(readonly options: LogSubscriptionOptions<T>) {
    super();
  }

  /**
   * The same, from another cursor on.
   * @throws ScoregraphError BAD_USER_INPUT when it is not one of this stream's.
   */
  after(cursor: string): LogSubscription<T> {
    return new LogSubscription({ ...this.options, from: startingPosition(this.options.source, cursor) });
  }

  cursor(position: number): string {
    return encodeCursor(this.options.source.name, position);
  }

  /** The root value for an entry. */
  entryRoot({ position, value }: Positioned<T>): object {
    const { field, type, present } = this.options;
    return { [field]: { __typename: type, cursor: this.cursor(position), ...present(value) } };
  }

  /** The root value for a notice. */
  noticeRoot({ kind, position, ...rest }: StreamNotice): object {
    return { [this.options.field]: { __typename: kind, cursor: this.cursor(position), ...rest } };
  }
}

/**
 * A state subscription: the latest first, then each change; whoever is slow gets the newest only. Everybody with the same document,
 * variables and scope shares one.
 */
export class StateSubscription extends Described {
  /**
   * `open` begins the stream of the field's values (an `Error` among them is told and the stream goes on; one that is thrown ends
   * it). Its context lives as long as anybody watches.
   */
  constructor(
    readonly field: string,
    readonly open: (context: GraphContext) => AsyncIterator<unknown>,
  ) {
    super();
  }
}
