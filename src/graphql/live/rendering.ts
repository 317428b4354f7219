import type { Positioned } from '../../flows/log-stream.js';
import type { Frame } from './frames.js';
import type { LogSubscription, StreamNotice } from './sources.js';

/** Executes a root value and serialises the result; never throws, and mostly answers at once. */
export type Render = (root: object, cursor: string | null) => Frame | Promise<Frame>;

/** A subscriber as its rendering sees it. */
export interface RenderedFor<T> {
  take(entry: Positioned<T>, frame: Frame): void;
  /** An entry was given up before it was rendered: too many were waiting. */
  lose(entry: Positioned<T>): void;
}

interface Flight<T> {
  readonly entry: Positioned<T>;
  readonly takers: RenderedFor<T>[];
  frame: Frame | null;
  started: boolean;
}

/** Entries executed at once. */
const MAX_EXECUTING = 64;
/** Entries that may wait for their execution; beyond it the oldest are given up. */
const MAX_FLIGHTS = 2_048;

/**
 * Renders the entries of one stream for everybody who selected the same of them, whatever their filters: each entry is executed and
 * serialised once, and handed on in order.
 */
export class Rendering<T> {
  readonly #subscription: LogSubscription<T>;
  readonly #render: Render;
  /** The entry that is being published: the next subscriber wants the same. */
  #current: Flight<T> | null = null;
  /** In order; empty as long as rendering answers at once. */
  #flights: Flight<T>[] = [];
  #executing = 0;
  /** The newest notice: ten thousand that join at the same place get one. */
  #notice: { readonly key: string; readonly frame: Frame | Promise<Frame> } | null = null;

  constructor(subscription: LogSubscription<T>, render: Render) {
    this.#subscription = subscription;
    this.#render = render;
  }

  /** Hands `entry` to `taker` once it is rendered and every earlier one was handed on. */
  deliver(entry: Positioned<T>, taker: RenderedFor<T>): void {
    let flight = this.#current;
    if (flight === null || flight.entry !== entry) {
      flight = this.#begin(entry);
      this.#current = flight;
    }
    if (flight.frame !== null && this.#flights.length === 0) taker.take(entry, flight.frame);
    else flight.takers.push(taker);
  }

  /** Renders an entry for one subscriber only, out of the order of the others: replay. */
  once(entry: Positioned<T>): Frame | Promise<Frame> {
    return this.#render(this.#subscription.entryRoot(entry), this.#subscription.cursor(entry.position));
  }

  notice(notice: StreamNotice): Frame | Promise<Frame> {
    const key = JSON.stringify(notice);
    if (this.#notice?.key !== key) {
      const frame = this.#render(this.#subscription.noticeRoot(notice), this.#subscription.cursor(notice.position));
      this.#notice = { key, frame };
    }
    return this.#notice!.frame;
  }

  /** Entries about one key that are not rendered yet go to nobody. */
  forget(key: string): void {
    const { keyOf } = this.#subscription.options.source;
    for (const { entry, takers } of this.#flights) if (keyOf(entry.value) === key) takers.length = 0;
  }

  #begin(entry: Positioned<T>): Flight<T> {
    const flight: Flight<T> = { entry, takers: [], frame: null, started: false };
    if (this.#executing < MAX_EXECUTING && (this.#flights.length === 0 || this.#flights.at(-1)!.started))
      this.#start(flight);
    if (flight.frame === null || this.#flights.length > 0) {
      if (this.#flights.length >= MAX_FLIGHTS) this.#giveUpOldest();
      this.#flights.push(flight);
    }
    return flight;
  }

  #start(flight: Flight<T>): void {
    flight.started = true;
    const rendered = this.once(flight.entry);
    if (!(rendered instanceof Promise)) {
      flight.frame = rendered;
      return;
    }
    this.#executing++;
    void rendered.then((frame) => {
      this.#executing--;
      flight.frame = frame;
      this.#handOn();
    });
  }

  #handOn(): void {
    let done = 0;
    for (const flight of this.#flights) {
      if (flight.frame === null) break;
      done++;
      for (const taker of flight.takers) taker.take(flight.entry, flight.frame);
    }
    this.#flights.splice(0, done);
    for (const flight of this.#flights) {
      if (this.#executing >= MAX_EXECUTING) return;
      if (!flight.started) this.#start(flight);
    }
    // What answered at once just now may be the first in line.
    if (this.#flights[0]?.frame != null) this.#handOn();
  }

  #giveUpOldest(): void {
    const at = this.#flights.findIndex(({ started }) => !started);
    const [flight] = this.#flights.splice(at < 0 ? this.#flights.length - 1 : at, 1);
    for (const taker of flight!.takers) taker.lose(flight!.entry);
  }
}
