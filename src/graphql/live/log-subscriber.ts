import type { GraphQLError } from 'graphql';
import type { Account } from '../../access/budgets.js';
import { ScoregraphError } from '../../core/errors.js';
import { followLog, type LogReader, type Positioned } from '../../flows/log-stream.js';
import type { Frame, LiveSubscription, ResultSink } from './frames.js';
import { Outbox } from './outbox.js';
import type { RenderedFor, Rendering } from './rendering.js';
import type { LogSubscription, StreamNotice } from './sources.js';
import { type Toll, waitFor } from './toll.js';
import { Wakeup } from './wakeup.js';

/** What a subscriber needs of the graph: the same for all who selected the same. */
export interface SubscriberRoom<T> {
  readonly rendering: Rendering<T>;
  /** What an event costs those who share the rendering. */
  readonly toll: Toll;
  /** The public form of an error. */
  present(errors: readonly unknown[]): GraphQLError[];
  /** Called once when a subscriber is over. */
  onEnd(subscriber: LogSubscriber<T>): void;
}

/** Entries rendered side by side in a replay. */
const REPLAY_AT_ONCE = 64;

/**
 * One subscriber of a log-backed stream: sends at once while the client reads, keeps a bounded number while it does not, and says
 * what went missing.
 */
export class LogSubscriber<T> implements LiveSubscription, LogReader<T>, RenderedFor<T> {
  readonly #subscription: LogSubscription<T>;
  readonly #room: SubscriberRoom<T>;
  /** Who pays for the events; null: nobody. */
  readonly #account: Account | null;
  readonly #writable = new Wakeup();
  #sink: ResultSink | null = null;
  /** Made when the client first does not keep up. */
  #outbox: Outbox | null = null;
  #leave: (() => void) | null = null;
  #closeDoor: (() => void) | undefined;
  /** A notice is being rendered: everything after it waits. */
  #held = false;
  /** When the next message may go, monotonic ms; only with a throttle. */
  #notBefore = 0;
  #timer: NodeJS.Timeout | null = null;
  #over = false;

  constructor(subscription: LogSubscription<T>, room: SubscriberRoom<T>, account: Account | null) {
    this.#account = account;
    this.#subscription = subscription;
    this.#room = room;
  }

  start(sink: ResultSink): void {
    if (this.#over) return;
    const { source, whileOpen } = this.#subscription.options;
    this.#sink = sink;
    this.#closeDoor = whileOpen?.();
    this.#leave = followLog(source, this.#subscription.options, this);
    if (this.#over) this.#leave();
  }

  stop(): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#leave?.();
    this.#closeDoor?.();
    this.#outbox?.clear();
    this.#writable.wake();
    this.#room.onEnd(this);
  }

  flush(): void {
    this.#writable.wake();
    const outbox = this.#outbox;
    while (
      outbox !== null &&
      !this.#over &&
      !this.#held &&
      outbox.size > 0 &&
      this.#sink!.writable() &&
      this.#isDue()
    ) {
      const before = outbox.next! - 1;
      const missing = outbox.takeMissing();
      if (missing === null) this.#sendEntry(outbox.shift()!.frame);
      else this.#tell({ kind: 'Lagged', position: before, missed: missing.count, reason: missing.reason });
    }
  }

  /** Drops what waits to be read and is about one customer. */
  forget(customerId: string): void {
    this.#outbox?.forget(customerId);
  }

  // What the log says.

  async expired(position: number): Promise<void> {
    this.#send(await this.#room.rendering.notice({ kind: 'Lagged', position, missed: null, reason: 'RETENTION' }));
  }

  async replayed(entries: readonly Positioned<T>[]): Promise<void> {
    for (let i = 0; i < entries.length && !this.#over; i += REPLAY_AT_ONCE) {
      const some = entries.slice(i, i + REPLAY_AT_ONCE);
      const frames = await Promise.all(some.map((entry) => this.#room.rendering.once(entry)));
      for (const frame of frames) {
        if (!this.#over && !this.#sink!.writable()) await this.#writable.wait();
        this.#send(frame);
      }
      this.#account?.spend(frames.length * this.#room.toll.alone);
      while (!this.#over && !this.#isDue()) await this.#writable.wait();
    }
  }

  caughtUp(position: number, count: number): void {
    this.#tell({ kind: 'CaughtUp', position, replayed: count });
  }

  live(entry: Positioned<T>): void {
    this.#room.rendering.deliver(entry, this);
  }

  ended(): void {
    this.#end();
  }

  failed(error: unknown): void {
    this.#end(this.#room.present([error]));
  }

  // What the rendering says.

  take(entry: Positioned<T>, frame: Frame): void {
    if (this.#over) return;
    if (this.#keepsUp && !this.#held && this.#sink!.writable() && this.#isDue()) {
      this.#sendEntry(frame);
      return;
    }
    const { source } = this.#subscription.options;
    const outbox = this.#box();
    if (!outbox.push({ position: entry.position, key: source.keyOf(entry.value), frame })) {
      this.#end(this.#room.present([tooSlow(outbox.size)]));
    } else if (!this.#held) this.flush();
  }

  lose(): void {
    if (!this.#over) this.#box().lose(1);
  }

  /** Whether it has everything that was published so far. */
  get #keepsUp(): boolean {
    const outbox = this.#outbox;
    return outbox === null || (outbox.size === 0 && !outbox.isMissingSome);
  }

  #box(): Outbox {
    this.#outbox ??= new Outbox(this.#subscription.options.delivery, this.#sink!.budget);
    return this.#outbox;
  }

  #tell(notice: StreamNotice): void {
    const frame = this.#room.rendering.notice(notice);
    if (!(frame instanceof Promise)) {
      this.#send(frame);
      return;
    }
    this.#held = true;
    void frame.then((rendered) => {
      this.#held = false;
      this.#send(rendered);
      this.flush();
    });
  }

  #sendEntry(frame: Frame): void {
    const { intervalMs } = this.#subscription.options.delivery;
    if (intervalMs > 0) this.#notBefore = performance.now() + intervalMs;
    this.#account?.spend(this.#room.toll.shared);
    this.#send(frame);
  }

  #send(frame: Frame): void {
    if (!this.#over) this.#sink!.send(frame);
  }

  /** Whether the throttle and the budget let a message go now; if not, it comes back when they do. */
  #isDue(): boolean {
    if (this.#notBefore === 0 && this.#account === null) return true;
    const throttled = this.#notBefore === 0 ? 0 : this.#notBefore - performance.now();
    const wait = Math.max(throttled, waitFor(this.#account));
    if (wait <= 0) return true;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.flush();
    }, Math.ceil(wait));
    return false;
  }

  #end(errors?: readonly GraphQLError[]): void {
    if (this.#over) return;
    const sink = this.#sink!;
    this.stop();
    sink.end(errors);
  }
}

function tooSlow(waiting: number): ScoregraphError {
  return new ScoregraphError(
    'QUEUE_FULL',
    `the subscription ended because ${waiting} messages were not read in time, as its delivery policy DISCONNECT asks`,
    { reason: 'SLOW_CONSUMER' },
  );
}
