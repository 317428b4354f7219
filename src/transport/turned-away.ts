import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { BodyClock } from './http/body-clock.js';
import type { Pipelining } from './pipelining.js';

/** How much of a turn of the event loop goes into refusals, ms: the rest is for those who were let in. */
const SLICE_MS = 2;
/** So many are told between two looks at the clock. */
const STRIDE = 16;

/**
 * Requests that were refused and wait for being told so. They are told after the turn of the event loop in which they came, a few
 * milliseconds of them at a time. A client that is told at once may ask again within the same turn: one turn then refuses thousands,
 * and nobody who was let in gets on meanwhile. Told later, a connection is refused once a turn at most, and clients that ask again
 * without a pause are slowed down to what is left of the server's time. As many wait as there are connections, some more where they
 * do not wait for answers (`Pipelining`).
 */
export class TurnedAway {
  readonly #pipelining: Pipelining;
  readonly #tell: (response: ServerResponse) => void;
  /** One for all, since there may be very many. */
  readonly #onClose: (this: ServerResponse) => void;
  #waiting: ServerResponse[] = [];
  #told = 0;

  /** `tell`: what sends the refusal. */
  constructor(bodies: Pick<BodyClock, 'answered'>, pipelining: Pipelining, tell: (response: ServerResponse) => void) {
    this.#pipelining = pipelining;
    this.#tell = tell;
    this.#onClose = function () {
      pipelining.leave(this.req.socket);
      bodies.answered(this.req);
    };
  }

  /** Whether nothing but its first line has to be looked at to refuse it rightly: an operation that no page of another site sends. */
  isPlain({ url, method, socket, rawHeaders }: IncomingMessage): boolean {
    return url === '/graphql' && method === 'POST' && this.#pipelining.isIdle(socket) && !hasOrigin(rawHeaders);
  }

  /** Refuses a plain request that nobody else knows of. */
  takeWhole(response: ServerResponse): void {
    this.#pipelining.enter(response.req.socket);
    response.on('close', this.#onClose);
    this.take(response);
  }

  /** Refuses a request. */
  take(response: ServerResponse): void {
    if (this.#waiting.push(response) === 1) setImmediate(this.#tellSome);
  }

  readonly #tellSome = (): void => {
    const until = performance.now() + SLICE_MS;
    const waiting = this.#waiting;
    while (this.#told < waiting.length) {
      for (const end = Math.min(waiting.length, this.#told + STRIDE); this.#told < end; this.#told++)
        this.#tell(waiting[this.#told]!);
      if (performance.now() > until) break;
    }
    // Those who were told go once they are half of the list, so that it neither grows for ever nor is copied every time.
    if (2 * this.#told >= waiting.length) {
      this.#waiting = waiting.slice(this.#told);
      this.#told = 0;
    }
    if (this.#waiting.length > 0) setImmediate(this.#tellSome);
  };
}

/** `rawHeaders`: name, value, name, value … Looking there, Node need not make an object of them. */
function hasOrigin(rawHeaders: readonly string[]): boolean {
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]!.length === 6 && rawHeaders[i]!.toLowerCase() === 'origin') return true;
  return false;
}
