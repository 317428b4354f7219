/**
 * A bounded, in-process fan-out of values. Listeners are called at once and must be quick; subscribers read at their own pace from
 * a bounded buffer: one that does not keep up loses its OLDEST values and is told how many, and never slows the publisher or grows
 * memory.
 */
export interface HubMessage<T> {
  readonly value: T;
  /** Values lost just before this one because the subscriber was slow. */
  readonly missed: number;
}

/** Somebody who is told of each value as it is published. */
export interface HubListener<T> {
  /** Called once per value, in order of publication. What it throws ends this listener only, through `failed`. */
  heard(value: T): void;
  /** No more values come: the hub closed. */
  ended(): void;
  /** `heard` threw; this listener is out. */
  failed(error: unknown): void;
}

export interface SubscribeOptions<T> {
  /** Values kept for a slow reader; beyond it the oldest go. Default 256. */
  readonly capacity?: number;
  /** Values it does not pass are not queued and not counted as missed. */
  readonly filter?: (value: T) => boolean;
  /** See `Hub.listen`. */
  readonly topics?: readonly string[];
  /** Keep only the newest value per key instead of every value; what is replaced does not count as missed. */
  readonly conflateBy?: (value: T) => string;
}

/** One subscriber's end. Iterating after `return()` or `hub.close()` is done. */
export interface HubSubscription<T> extends AsyncIterableIterator<HubMessage<T>> {
  /** Ends the subscription and frees its buffer; a pending `next()` resolves as done. Never throws. */
  return(): Promise<IteratorResult<HubMessage<T>>>;
  [Symbol.asyncIterator](): HubSubscription<T>;
}

/**
 * A listener may name topics, and is then asked only for values that carry one of them: a thousand listeners of one customer each
 * cost a value one look-up, not a thousand filters.
 */
export class Hub<T> {
  readonly #topicsOf: ((value: T) => readonly string[]) | undefined;
  /** Who wants everything, and who wants a topic only. */
  readonly #all = new Set<HubListener<T>>();
  readonly #byTopic = new Map<string, Set<HubListener<T>>>();
  #size = 0;
  #closed = false;

  /** `topicsOf`: the topics a value carries; without it nobody may name topics. */
  constructor(topicsOf?: (value: T) => readonly string[]) {
    this.#topicsOf = topicsOf;
  }

  /** How many listeners and subscribers are open. */
  get size(): number {
    return this.#size;
  }

  /** Hands `value` to everybody it concerns, before it returns. */
  publish(value: T): void {
    for (const listener of this.#all) this.#tell(listener, value);
    if (this.#topicsOf === undefined || this.#byTopic.size === 0) return;
    for (const topic of this.#topicsOf(value)) {
      const listeners = this.#byTopic.get(topic);
      if (listeners !== undefined) for (const listener of listeners) this.#tell(listener, value);
    }
  }

  /**
   * Tells `listener` of every value from now on that carries one of `topics` (absent: of every value). No value may carry two of
   * them: it would be told twice.
   * @returns ends it; may be called more than once.
   */
  listen(listener: HubListener<T>, topics?: readonly string[]): () => void {
    if (this.#closed) {
      listener.ended();
      return () => {};
    }
    const places = topics === undefined ? [this.#all] : topics.map((topic) => this.#topic(topic));
    for (const place of places) place.add(listener);
    this.#size++;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      if (this.#closed) return;
      this.#size--;
      if (topics === undefined) this.#all.delete(listener);
      else for (const topic of topics) this.#leave(topic, listener);
    };
  }

  /** Opens a subscription; it sees every value published from now on. */
  subscribe(options: SubscribeOptions<T> = {}): HubSubscription<T> {
    let leave = () => {};
    const subscriber = new Subscriber<T>(options, () => leave());
    leave = this.listen(subscriber, options.topics);
    return subscriber;
  }

  /** Ends everybody and refuses new ones (they are done at once). */
  close(): void {
    this.#closed = true;
    const listeners = new Set(this.#all);
    for (const topic of this.#byTopic.values()) for (const listener of topic) listeners.add(listener);
    this.#all.clear();
    this.#byTopic.clear();
    for (const listener of listeners) listener.ended();
    this.#size = 0;
  }

  #tell(listener: HubListener<T>, value: T): void {
    try {
      listener.heard(value);
    } catch (error) {
      listener.failed(error);
    }
  }

  #topic(topic: string): Set<HubListener<T>> {
    let listeners = this.#byTopic.get(topic);
    if (listeners === undefined) {
      listeners = new Set();
      this.#byTopic.set(topic, listeners);
    }
    return listeners;
  }

  #leave(topic: string, listener: HubListener<T>): void {
    const listeners = this.#byTopic.get(topic);
    if (listeners?.delete(listener) && listeners.size === 0) this.#byTopic.delete(topic);
  }
}

const DONE: IteratorResult<never> = { done: true, value: undefined };

interface Reader<V> {
  resolve(result: IteratorResult<V>): void;
  reject(error: unknown): void;
}

class Subscriber<T> implements HubSubscription<T>, HubListener<T> {
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

  heard(value: T): void {
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
  }

  ended(): void {
    void this.return();
  }

  failed(error: unknown): void {
    const reader = this.#waiting.shift();
    if (reader !== undefined) reader.reject(error);
    else this.#failure = { error };
    this.#end();
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

  return(): Promise<IteratorResult<HubMessage<T>>> {
    this.#buffer.clear();
    this.#missed = 0;
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
