import type { IncomingMessage, ServerResponse } from 'node:http';
import { bareAnswer } from './http-answer.js';

/**
 * Ends requests whose body takes too long. Node's own `requestTimeout` is one for all requests; here a stream of events may take
 * as long as it likes. Looks from time to time, so that a request costs nothing.
 */
export class BodyClock {
  readonly #underWay: Iterable<ServerResponse>;
  readonly #limitMs: number;
  readonly #since = new WeakMap<ServerResponse, number>();
  readonly #timer: NodeJS.Timeout;

  /** `underWay`: the requests that are not answered yet. `limitMs`: time for the whole of a body; up to a quarter more is possible. */
  constructor(underWay: Iterable<ServerResponse>, limitMs: number) {
    this.#underWay = underWay;
    this.#limitMs = limitMs;
    this.#timer = setInterval(() => this.#look(), Math.max(10, limitMs / 4));
    this.#timer.unref();
  }

  /** This one's body may take as long as it likes. */
  exempt(response: ServerResponse): void {
    this.#since.set(response, Number.POSITIVE_INFINITY);
  }

  /** This one is answered, but its body still comes: it may, for as long again, so that the client reads the answer. */
  answered(request: IncomingMessage): void {
    if (request.complete || request.destroyed) return;
    setTimeout(() => request.complete || request.destroy(), this.#limitMs).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    for (const response of this.#underWay) {
      if (response.req.complete) continue;
      const since = this.#since.get(response);
      if (since === undefined) this.#since.set(response, now);
      else if (now - since >= this.#limitMs) end(response);
    }
  }
}

/** As Node does it: the client is told, and the connection closed. */
function end(response: ServerResponse): void {
  const { socket } = response;
  if (socket === null || response.headersSent) return void response.destroy();
  socket.end(bareAnswer('408 Request Timeout'), () => socket.destroy());
}
