import type { ExecutionResult, GraphQLError } from 'graphql';
import type { GraphContext } from '../context.js';
import type { SchemaGeneration } from '../generation.js';
import type { Frame, LiveSubscription } from './frames.js';
import { LogSubscriber, type SubscriberRoom } from './log-subscriber.js';
import { PrivateStream } from './private-stream.js';
import { type Render, Rendering } from './rendering.js';
import { SharedState } from './shared-state.js';
import { type Asked, sameSelection, sameSubscription } from './sharing.js';
import { LogSubscription, StateSubscription } from './sources.js';
import { Toll } from './toll.js';

/** A subscription that was admitted and whose field's `subscribe` has answered. */
export interface Opened extends Omit<Asked, 'scope'> {
  readonly contextValue: GraphContext;
  /** The schema it was opened with, and stays with. */
  readonly generation: SchemaGeneration;
  /** Cancels what the operation still has under way. */
  end(): void;
}

/** What all subscribers of one selection have in common. */
class Selection implements SubscriberRoom<unknown> {
  readonly members = new Set<LogSubscriber<unknown>>();
  readonly rendering: Rendering<unknown>;
  readonly toll: Toll;
  readonly present: (errors: readonly unknown[]) => GraphQLError[];
  readonly #left: (selection: Selection) => void;

  constructor(
    /** What the stream's entries are about. */
    readonly about: { readonly isPersonal: boolean },
    rendering: Rendering<unknown>,
    toll: Toll,
    present: (errors: readonly unknown[]) => GraphQLError[],
    left: (selection: Selection) => void,
  ) {
    this.rendering = rendering;
    this.toll = toll;
    this.present = present;
    this.#left = left;
  }

  onEnd(subscriber: LogSubscriber<unknown>): void {
    this.members.delete(subscriber);
    this.toll.sharers = this.members.size;
    this.#left(this);
  }
}

/** Every live subscription of this process, and what they share. */
export class LiveGraph {
  readonly #execute: (
    opened: Opened,
    root: object,
    context: GraphContext,
  ) => ExecutionResult | Promise<ExecutionResult>;
  readonly #present: (errors: readonly unknown[]) => GraphQLError[];
  readonly #renderings = new Map<string, Selection>();
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

  /** Drops what waits for clients that do not keep up and is about one customer. What was sent is out of reach. */
  forget(customerId: string): void {
    for (const { about, rendering, members } of this.#renderings.values()) {
      if (!about.isPersonal) continue;
      rendering.forget(customerId);
      for (const member of members) member.forget(customerId);
    }
  }

  /** One more subscriber of what the field answered. */
  open(opened: Opened, source: AsyncIterable<unknown>): LiveSubscription {
    this.#count++;
    // What follows a log needs nothing of its operation any more: ten thousand of them would keep ten thousand contexts.
    if (source instanceof LogSubscription) return this.#log(opened, source);
    const over = () => {
      this.#count--;
      opened.end();
    };
    if (source instanceof StateSubscription) return this.#state(opened, source, over);
    return new PrivateStream({
      source: (source as AsyncIterable<object>)[Symbol.asyncIterator](),
      render: this.#renderer(opened, opened.contextValue),
      present: this.#present,
      onEnd: over,
      toll: tollOf(opened),
      account: accountOf(opened),
    });
  }

  #log(opened: Opened, subscription: LogSubscription<unknown>): LiveSubscription {
    const key = sameSelection(asked(opened));
    let selection = this.#renderings.get(key);
    if (selection === undefined) {
      const rendering = new Rendering(subscription, this.#renderer(opened, opened.contextValue.detached()));
      selection = new Selection(subscription.options.source, rendering, tollOf(opened), this.#present, (made) => {
        this.#count--;
        if (made.members.size === 0) this.#renderings.delete(key);
      });
      this.#renderings.set(key, selection);
    }
    const subscriber = new LogSubscriber(subscription, selection, accountOf(opened));
    selection.members.add(subscriber);
    selection.toll.sharers = selection.members.size;
    return subscriber;
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
        toll: tollOf(opened),
        onEnd: () => {
          ending.abort();
          if (this.#states.get(key) === made) this.#states.delete(key);
        },
      });
      state = made;
      this.#states.set(key, state);
    }
    return state.join(over, accountOf(opened));
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

/** What an event costs: what the operation was charged when it was opened, since that was for one. */
const tollOf = ({ contextValue: { charge } }: Opened) => new Toll(charge === null ? 0 : charge.eventMs);
const accountOf = ({ contextValue: { charge } }: Opened) => charge?.account ?? null;

const asked = (opened: Opened): Asked => ({ ...opened, scope: opened.contextValue.scope });

function frameOf(result: ExecutionResult, cursor: string | null): Frame {
  return { json: Buffer.from(JSON.stringify(result)), cursor };
}

/** Whether opening a subscription failed. */
export function isRefused(opened: LiveSubscription | ExecutionResult): opened is ExecutionResult {
  return !('start' in opened);
}
