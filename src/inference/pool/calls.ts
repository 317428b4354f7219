import { ScoregraphError } from '../../core/errors.js';
import type { LoadedVersion } from '../ports.js';

interface Open {
  readonly resolve: (answer: LoadedVersion) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** What a worker was asked to do besides trips and has not answered yet. Each is answered once, or given up. */
export class Calls {
  readonly #open = new Map<number, Open>();
  #next = 1;

  /**
   * Asks: `send` gets the call's number. After `timeoutMs` without an answer it is given up, and `overdue` told.
   * @throws ScoregraphError MODEL_UNAVAILABLE, reason `LOAD_TIMEOUT`, or what it is answered with.
   */
  make(timeoutMs: number, send: (call: number) => void, overdue: () => void): Promise<LoadedVersion> {
    return new Promise((resolve, reject) => {
      const call = this.#next++;
      const timer = setTimeout(() => {
        const message = `Loading took longer than ${timeoutMs} ms.`;
        this.reject(call, new ScoregraphError('MODEL_UNAVAILABLE', message, { reason: 'LOAD_TIMEOUT' }));
        overdue();
      }, timeoutMs);
      this.#open.set(call, { resolve, reject, timer });
      send(call);
    });
  }

  resolve(call: number, answer: LoadedVersion): void {
    this.#take(call)?.resolve(answer);
  }
  reject(call: number, error: Error): void {
    this.#take(call)?.reject(error);
  }
  /** Nobody is left to answer. */
  rejectAll(error: Error): void {
    for (const call of [...this.#open.keys()]) this.reject(call, error);
  }

  #take(call: number): Open | undefined {
    const open = this.#open.get(call);
    this.#open.delete(call);
    clearTimeout(open?.timer);
    return open;
  }
}
