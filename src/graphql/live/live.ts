import type { ExecutionResult, GraphQLError } from 'graphql';
import type { GraphContext } from '../context.js';
import type { Frame, LiveSubscription } from './frames.js';
import { LogSubscriber } from './log-subscriber.js';
import { PrivateStream } from './private-stream.js';
import { type Render, Rendering } from './rendering.js';
import { SharedState } from './shared-state.js';
import { type Asked, sameSelection, sameSubscription } from './sharing.js';
import { LogSubscription, StateSubscription } from './sources.js';

/** A subscription that was admitted and whose field's `subscribe` has answered. */
export interface Opened extends Omit<Asked, 'scope'> {
  readonly contextValue: GraphContext;
  /** Cancels what the operation still has under way. */
  readonly end: () => void;
}

interface Shared<T> {
  readonly shared: T;
  members: number;
}

/** Every live subscription of this process, and what they share. */
export class LiveGraph {
  readonly #execute: (
    opened: Opened,
    root: object,
    context: GraphContext,
  ) => ExecutionResult | Promise<ExecutionResult>;
  readonly #present: (errors: readonly unknown[]) => GraphQLError[];
  readonly #renderings = new Map<string, Shared<Rendering<unknown>>>();
  readonly #states = new Map<string, SharedState>();
  #count = 0;

  constructor(options: {
    /** Executes the operation with this root value; its errors are presented already. */
    execute: (opened: Opened, root: object, context: GraphContext) => ExecutionResult | Promise<ExecutionResult>;
    present: (errors: readonly unknown[]) => GraphQLError[];
  }) {
    this.#execute = options.execute;
    this.#present = options.present;
  }

  /** Subscriptions open. */
  get count(): number {
    return this.#count;
  }

  /** Executions shared by at least one subscription: what an event costs. */
  get renderings(): number {
    return this.#renderings.size + this.#states.size;
  }

  /** One more subscriber of what the field answered. */
  open(opened: Opened, source: AsyncIterable<unknown>): LiveSubscription {
    this.#count++;
    const over = () => {
      this.#count--;
      opened.end();
    };
    if (source instanceof LogSubscription) return this.#log(opened, source, over);
    if (source instanceof StateSubscription) return this.#state(opened, source, over);
    return new PrivateStream({
      source: (source as AsyncIterable<object>)[Symbol.asyncIterator](),
      render: this.#renderer(opened, opened.contextValue),
      present: this.#present,
      onEnd: over,
    });
  }

  #log(opened: Opened, subscription: LogSubscription<unknown>, over: () => void): LiveSubscription {
    const key = sameSelection(asked(opened));
    let entry = this.#renderings.get(key);
    if (entry === undefined) {
      const render = this.#renderer(opened, opened.contextValue.detached());
      entry = { shared: new Rendering(subscription, render), members: 0 };
      this.#renderings.set(key, entry);
    }
    const { shared } = entry;
    entry.members++;
    return new LogSubscriber({
      subscription,
      rendering: shared,
      present: this.#present,
      onEnd: () => {
        if (--entry.members === 0) this.#renderings.delete(key);
        over();
      },
    });
  }

  #state(opened: Opened, subscription: StateSubscription, over: () => void): LiveSubscription {
    const key = sameSubscription(asked(opened));
    let state = this.#states.get(key);
    if (state === undefined) {
      const ending = new AbortController();
      const context = opened.contextValue.detached(ending.signal);
      const made = new SharedState({
        field: subscription.field,
        source: subscription.open(context),
        render: this.#renderer(opened, context),
        present: this.#present,
        onEnd: () => {
          ending.abort();
          if (this.#states.get(key) === made) this.#states.delete(key);
        },
      });
      state = made;
      this.#states.set(key, state);
    }
    return state.join(over);
  }

  /** Executes with a context of its own per event: fresh deadline, fresh loaders. */
  #renderer(opened: Opened, context: GraphContext): Render {
    return (root, cursor) => {
      try {
        const result = this.#execute(opened, root, context.renewed());
        return result instanceof Promise
          ? result.then(
              (value) => frameOf(value, cursor),
              (error) => frameOf({ errors: this.#present([error]) }, cursor),
            )
          : frameOf(result, cursor);
      } catch (error) {
        return frameOf({ errors: this.#present([error]) }, cursor);
      }
    };
  }
}

const asked = (opened: Opened): Asked => ({ ...opened, scope: opened.contextValue.scope });

function frameOf(result: ExecutionResult, cursor: string | null): Frame {
  return { json: Buffer.from(JSON.stringify(result)), cursor };
}

/** Whether opening a subscription failed. */
export function isRefused(opened: LiveSubscription | ExecutionResult): opened is ExecutionResult {
  return !('start' in opened);
}
