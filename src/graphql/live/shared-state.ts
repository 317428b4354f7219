import type { GraphQLError } from 'graphql';
import type { Account } from '../../access/budgets.js';
import type { Frame, LiveSubscription, ResultSink } from './frames.js';
import type { Render } from './rendering.js';
import { type Toll, waitFor } from './toll.js';

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
  /** Counts those who joined. */
  readonly #toll: Toll;
  /** Those of them who began to read. */
  readonly #watchers = new Set<StateWatcher>();
  #latest: Frame | null = null;
  #over = false;

  constructor(options: {
    field: string;
    source: AsyncIterator<unknown>;
    render: Render;
    present: (errors: readonly unknown[]) => GraphQLError[];
    toll: Toll;
    /** Called once, when nobody watches any more or the source is at its end. */
    onEnd: () => void;
  }) {
    this.#field = options.field;
    this.#source = options.source;
    this.#render = options.render;
    this.#present = options.present;
    this.#onEnd = options.onEnd;
    this.#toll = options.toll;
    void this.#run();
  }

  /** One more who watches, and pays from `account`; `onEnd` is called when they no longer do. */
  join(onEnd: () => void, account: Account | null): LiveSubscription {
    this.#toll.sharers++;
    const room: WatcherRoom = {
      toll: this.#toll,
      account,
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
        if (--this.#toll.sharers === 0) this.#finish();
      },
    };
    return new StateWatcher(room);
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

interface WatcherRoom {
  readonly toll: Toll;
  readonly account: Account | null;
  enter(watcher: StateWatcher): void;
  leave(watcher: StateWatcher): void;
}

class StateWatcher implements LiveSubscription {
  readonly #room: WatcherRoom;
  #sink: ResultSink | null = null;
  /** The newest that the client has not read yet. */
  #pending: Frame | null = null;
  /** Until the budget has something again. */
  #timer: NodeJS.Timeout | null = null;
  #over = false;

  constructor(room: WatcherRoom) {
    this.#room = room;
  }

  start(sink: ResultSink): void {
    if (this.#over) return;
    this.#sink = sink;
    this.#room.enter(this);
  }

  take(frame: Frame): void {
    if (this.#sink!.writable() && this.#isDue()) this.#send(frame);
    else this.#pending = frame;
  }

  flush(): void {
    const frame = this.#pending;
    if (frame === null || !this.#sink!.writable() || !this.#isDue()) return;
    this.#pending = null;
    this.#send(frame);
  }

  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#pending = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#room.leave(this);
  }

  #send(frame: Frame): void {
    this.#room.account?.spend(this.#room.toll.shared);
    this.#sink!.send(frame);
  }

  /** Whether the budget lets a frame go now; if not, the newest goes when it does. */
  #isDue(): boolean {
    const wait = waitFor(this.#room.account);
    if (wait <= 0) return true;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.flush();
    }, wait);
    return false;
  }

  end(errors?: readonly GraphQLError[]): void {
    if (this.#over) return;
    if (this.#pending !== null) this.#sink!.send(this.#pending);
    this.stop();
    this.#sink!.end(errors);
  }
}
