import { setTimeout as sleep } from 'node:timers/promises';
import type { GraphQLError } from 'graphql';
import type { Account } from '../../access/budgets.js';
import type { LiveSubscription, ResultSink } from './frames.js';
import type { Render } from './rendering.js';
import { type Toll, waitFor } from './toll.js';
import { Wakeup } from './wakeup.js';

/** How often a stream that waits looks whether it was ended. */
const LOOK_MS = 250;

/**
 * A subscription whose field answers an iterator of its own: read only as fast as the client reads, shared with nobody. A source that
 * throws is told, and ends it.
 */
export class PrivateStream implements LiveSubscription {
  readonly #source: AsyncIterator<object>;
  readonly #render: Render;
  readonly #present: (errors: readonly unknown[]) => GraphQLError[];
  readonly #onEnd: () => void;
  readonly #toll: Toll;
  readonly #account: Account | null;
  readonly #writable = new Wakeup();
  #sink: ResultSink | null = null;
  #over = false;

  constructor(options: {
    source: AsyncIterator<object>;
    render: Render;
    present: (errors: readonly unknown[]) => GraphQLError[];
    onEnd: () => void;
    toll: Toll;
    account: Account | null;
  }) {
    this.#source = options.source;
    this.#render = options.render;
    this.#present = options.present;
    this.#onEnd = options.onEnd;
    this.#toll = options.toll;
    this.#account = options.account;
  }

  start(sink: ResultSink): void {
    this.#sink = sink;
    void this.#run(sink);
  }

  flush(): void {
    this.#writable.wake();
  }

  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#writable.wake();
    this.#onEnd();
    void this.#source.return?.()?.catch(() => {}); // it ends by its signal; whatever it has to say has no listener
  }

  async #run(sink: ResultSink): Promise<void> {
    try {
      while (!this.#over) {
        const { done, value } = await this.#source.next();
        if (done || this.#over) break;
        const frame = await this.#render(value, null);
        if (!this.#over && !sink.writable()) await this.#writable.wait();
        if (this.#over) break;
        sink.send(frame);
        this.#account?.spend(this.#toll.alone);
        // It is read on when the budget has something again.
        for (let wait = waitFor(this.#account); wait > 0 && !this.#over; wait = waitFor(this.#account))
          await sleep(Math.min(wait, LOOK_MS), undefined, { ref: false });
      }
      this.#end();
    } catch (error) {
      this.#end(this.#present([error]));
    }
  }

  #end(errors?: readonly GraphQLError[]): void {
    if (this.#over) return;
    this.stop();
    this.#sink!.end(errors);
  }
}
