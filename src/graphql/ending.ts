import type { Cancellable } from '../access/guard.js';

/** How an operation is cancelled. Its signal is made when somebody asks for it: most subscriptions live and end without. */
export class Ending implements Cancellable {
  readonly #outer: AbortSignal | undefined;
  #controller: AbortController | null = null;
  #signal: AbortSignal | null = null;
  #over = false;

  /** `outer` cancels it too. */
  constructor(outer: AbortSignal | undefined) {
    this.#outer = outer;
  }

  get signal(): AbortSignal {
    if (this.#signal === null) {
      this.#controller = new AbortController();
      const { signal } = this.#controller;
      this.#signal = this.#outer === undefined ? signal : AbortSignal.any([this.#outer, signal]);
      if (this.#over) this.#controller.abort();
    }
    return this.#signal;
  }

  /** Cancels what is still under way. May be called more than once. */
  end(): void {
    this.#over = true;
    this.#controller?.abort();
  }
}
