import type { GraphQLError } from 'graphql';
import type { LiveSubscription, ResultSink } from './frames.js';
import type { Render } from './rendering.js';

/**
 * A subscription whose field answers an iterator of its own: read only as fast as the client reads, shared with nobody. A source that
 * throws is told, and ends it.
 */
export class PrivateStream implements LiveSubscription {
  readonly #source: AsyncIterator<object>;
  readonly #render: Render;
  readonly #present: (errors: readonly unknown[]) => GraphQLError[];
  readonly #onEnd: () => void;
  #sink: ResultSink | null = null;
  #onWritable: (() => void) | null = null;
  #over = false;

  constructor(options: {
    source: AsyncIterator<object>;
    render: Render;
    present: (errors: readonly unknown[]) => GraphQLError[];
    onEnd: () => void;
  }) {
    this.#source = options.source;
    this.#render = options.render;
    this.#present = options.present;
    this.#onEnd = options.onEnd;
  }

  start(sink: ResultSink): void {
    this.#sink = sink;
    void this.#run(sink);
  }

  flush(): void {
    this.#onWritable?.();
  }

  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#onWritable?.();
    this.#onEnd();
    void this.#source.return?.()?.catch(() => {}); // it ends by its signal; whatever it has to say has no listener
  }

  async #run(sink: ResultSink): Promise<void> {
    try {
      while (!this.#over) {
        const { done, value } = await this.#source.next();
        if (done || this.#over) break;
        const frame = await this.#render(value, null);
        if (!this.#over && !sink.writable()) await this.#writable();
        if (!this.#over) sink.send(frame);
      }
      this.#end();
    } catch (error) {
      this.#end(this.#present([error]));
    }
  }

  #writable(): Promise<void> {
    return new Promise((resolve) => {
      this.#onWritable = () => {
        this.#onWritable = null;
        resolve();
      };
    });
  }

  #end(errors?: readonly GraphQLError[]): void {
    if (this.#over) return;
    this.stop();
    this.#sink!.end(errors);
  }
}
