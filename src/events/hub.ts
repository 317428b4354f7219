/**
 * A bounded, in-process fan-out of values to async iterators. A subscriber that does not keep up loses its OLDEST
 * values and is told how many; it never slows the publisher or grows memory.
 */
export interface HubMessage<T> {
  readonly value: T;
  /** Values lost just before this one because the subscriber was slow. */
  readonly missed: number;
}

export interface SubscribeOptions<T> {
  /** Values kept for a slow reader; beyond it the oldest go. Default 256. */
  readonly capacity?: number;
  /** Values it does not pass are not queued and not counted as missed. */
  readonly filter?: (value: T) => boolean;
  /** Keep only the newest value per key instead of every value; what is replaced does not count as missed. */
  readonly conflateBy?: (value: T) => string;
}

/** One subscriber's end. Iterating after `return()` or `hub.close()` is done. */
export interface HubSubscription<T> extends AsyncIterableIterator<HubMessage<T>> {
  /** Ends the subscription and frees its buffer; a pending `next()` resolves as done. Never throws. */
  return(): Promise<IteratorResult<HubMessage<T>>>;
  /** Forgets what is buffered and what was missed: for a reader that has just seen it all elsewhere. */
  clear(): void;
  [Symbol.asyncIterator](): HubSubscription<T>;
}

export class Hub<T> {
  readonly #subscribers = new Set<Subscriber<T>>();
  #closed = false;

  /** How many subscribers are open. */
  get size(): number {
    return this.#subscribers.size;
  }

  /** Hands `value` to every open subscriber whose filter passes. Synchronous; a filter that throws ends its own subscription only. */
  publish(value: T): void {
    for (const subscriber of this.#subscribers) subscriber.offer(value);
  }

  /** Opens a subscription; it sees every value published from now on. */
  subscribe(options: SubscribeOptions<T> = {}): HubSubscription<T> {
    const subscriber = new Subscriber<T>(options, () => this.#subscribers.delete(subscriber));
    if (this.#closed) void subscriber.return();
    else this.#subscribers.add(subscriber);
    return subscriber;
  }

  /** Ends every subscription and refuses new ones (they are done at once). */
  close(): void {
    this.#closed = true;
    for (const subscriber of [...this.#subscribers]) void subscriber.return();
  }
}

const DONE: IteratorResult<never> = { done: true, value: undefined };

interface Reader<V> {
  resolve(result: IteratorResult<V>): void;
  reject(error: unknown): void;
}

class Subscriber<T> implements HubSubscription<T> {
  readonly #capacity: number;
  readonly #filter: ((value: T) => boolean) | undefined;
  readonly #conflateBy: ((value: T) => string) | undefined;
  readonly #onEnd: () => void;
  /** Insertion order is reading order; the key is a running number, or the conflation key. */
  readonly #buffer = new Map<string | number, T>();
  #arrivals = 0;
  #missed = 0;
  #waiting: Reader<HubMessage<T>>[] = [];
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: SubscribeOptions<T>, onEnd: () => void) {
    this.#capacity = Math.max(1, options.capacity ?? 256);
    this.#filter = options.filter;
    this.#conflateBy = options.conflateBy;
    this.#onEnd = onEnd;
  }

  offer(value: T): void {
    try {
      if (this.#filter !== undefined && !this.#filter(value)) return;
      const reader = this.#waiting.shift();
      if (reader !== undefined) {
        reader.resolve({ done: false, value: this.#message(value) });
        return;
      }
      const key = this.#conflateBy === undefined ? this.#arrivals++ : this.#conflateBy(value);
      this.#buffer.delete(key);
      this.#buffer.set(key, value);
      if (this.#buffer.size > this.#capacity) {
        for (const oldest of this.#buffer.keys()) {
          this.#buffer.delete(oldest);
          break;
        }
        this.#missed++;
      }
    } catch (error) {
      const reader = this.#waiting.shift();
      if (reader !== undefined) reader.reject(error);
      else this.#failure = { error };
      this.#end();
    }
  }

  next(): Promise<IteratorResult<HubMessage<T>>> {
    for (const [key, value] of this.#buffer) {
      this.#buffer.delete(key);
      return Promise.resolve({ done: false, value: this.#message(value) });
    }
    if (this.#failure !== undefined) {
      const { error } = this.#failure;
      this.#failure = undefined;
      return Promise.reject(error);
    }
    if (this.#ended) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  clear(): void {
    this.#buffer.clear();
    this.#missed = 0;
  }

  return(): Promise<IteratorResult<HubMessage<T>>> {
    this.clear();
    this.#end();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #message(value: T): HubMessage<T> {
    const message = { value, missed: this.#missed };
    this.#missed = 0;
    return message;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const reader of waiting) reader.resolve(DONE);
  }
}
