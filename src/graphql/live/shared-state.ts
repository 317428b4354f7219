import type { GraphQLError } from 'graphql';
import type { Frame, LiveSubscription, ResultSink } from './frames.js';
import type { Render } from './rendering.js';

/**
 * One state stream and everybody who watches it: each value is executed and serialised once. Who comes later gets the latest at
 * once; who is slow gets the newest only. Ends its source when the last has left.
 */
export class SharedState {
  readonly #field: string;
  readonly #source: AsyncIterator<unknown>;
  readonly #render: Render;
  readonly #present: (errors: readonly unknown[]) => GraphQLError[];
  readonly #onEnd: () => void;
  /** Those who joined, and those of them who began to read. */
  #members = 0;
  readonly #watchers = new Set<StateWatcher>();
  #latest: Frame | null = null;
  #over = false;

  constructor(options: {
    field: string;
    source: AsyncIterator<unknown>;
    render: Render;
    present: (errors: readonly unknown[]) => GraphQLError[];
    /** Called once, when nobody watches any more or the source is at its end. */
    onEnd: () => void;
  }) {
    this.#field = options.field;
    this.#source = options.source;
    this.#render = options.render;
    this.#present = options.present;
    this.#onEnd = options.onEnd;
    void this.#run();
  }

  /** One more who watches; `onEnd` is called when they no longer do. */
  join(onEnd: () => void): LiveSubscription {
    this.#members++;
    return new StateWatcher({
      enter: (watcher) => {
        if (this.#over) watcher.end();
        else {
          this.#watchers.add(watcher);
          if (this.#latest !== null) watcher.take(this.#latest);
        }
      },
      leave: (watcher) => {
        onEnd();
        this.#watchers.delete(watcher);
        if (--this.#members === 0) this.#finish();
      },
    });
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#source.next();
        if (done || this.#over) break;
        this.#latest = await this.#render({ [this.#field]: value }, null);
        for (const watcher of this.#watchers) watcher.take(this.#latest);
      }
      this.#endAll();
    } catch (error) {
      this.#endAll(this.#present([error]));
    }
  }

  #endAll(errors?: readonly GraphQLError[]): void {
    for (const watcher of [...this.#watchers]) watcher.end(errors);
    this.#finish();
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#onEnd();
    void this.#source.return?.()?.catch(() => {}); // it ends by its context's signal too; nobody is left to be told
  }
}

class StateWatcher implements LiveSubscription {
  readonly #room: { enter(watcher: StateWatcher): void; leave(watcher: StateWatcher): void };
  #sink: ResultSink | null = null;
  /** The newest that the client has not read yet. */
  #pending: Frame | null = null;
  #over = false;

  constructor(room: { enter(watcher: StateWatcher): void; leave(watcher: StateWatcher): void }) {
    this.#room = room;
  }

  start(sink: ResultSink): void {
    if (this.#over) return;
    this.#sink = sink;
    this.#room.enter(this);
  }

  take(frame: Frame): void {
    if (this.#sink!.writable()) this.#sink!.send(frame);
    else this.#pending = frame;
  }

  flush(): void {
    const frame = this.#pending;
    if (frame === null || !this.#sink!.writable()) return;
    this.#pending = null;
    this.#sink!.send(frame);
  }

  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#pending = null;
    this.#room.leave(this);
  }

  end(errors?: readonly GraphQLError[]): void {
    if (this.#over) return;
    if (this.#pending !== null) this.#sink!.send(this.#pending);
    this.stop();
    this.#sink!.end(errors);
  }
}
