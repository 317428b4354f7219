import type { Socket } from 'node:net';

const UNDER_WAY = Symbol('requests under way');
type Counted = Socket & { [UNDER_WAY]?: number };

/**
 * Bounds the requests that one connection has under way. Node takes every request that a client sends without waiting for answers
 * (pipelining), and keeps each answer until those before it were sent: without a bound one connection could take all places there
 * are, and make the server hold as many answers.
 */
export class Pipelining {
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** Another request came. @returns whether it may be taken; to be left in any case */
  enter(socket: Counted): boolean {
    const underWay = (socket[UNDER_WAY] ?? 0) + 1;
    socket[UNDER_WAY] = underWay;
    return underWay <= this.#max;
  }

  /** Whether it has none. */
  isIdle(socket: Counted): boolean {
    return (socket[UNDER_WAY] ?? 0) === 0;
  }

  leave(socket: Counted): void {
    socket[UNDER_WAY]!--;
  }
}
