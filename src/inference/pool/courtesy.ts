import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** How far a thread steps back: where others want all of a core, a tenth of it is left for it. As far as a probing process. */
const STEP = 10;
const LEAST = 19;

/** The calling thread as the operating system numbers it; null where it does not tell (only Linux does). */
export function ownThread(): number | null {
  try {
    const number = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    return Number.isInteger(number) ? number : null;
  } catch {
    return null;
  }
}

/**
 * Lets a thread step back behind the other threads of the machine, and come forward again. A thread that could not come forward again
 * stays where it is: going back is free, coming forward needs root, CAP_SYS_NICE or an RLIMIT_NICE.
 */
export class Courtesy {
  readonly #thread: number | null;
  #usual: number | null = null;

  /** `thread`: from `ownThread`. `usual`: the priority that it comes forward to, where it has stepped back already. */
  constructor(thread: number | null, usual: number | null = null) {
    this.#thread = thread;
    this.#usual = usual;
  }

  /** The priority that it comes forward to; null: it has not stepped back. */
  get usual(): number | null {
    return this.#usual;
  }

  stepBack(): void {
    if (this.#thread === null || this.#usual !== null) return;
    try {
      const usual = getPriority(this.#thread);
      setPriority(this.#thread, usual - 1); // who may do that may come forward again
      setPriority(this.#thread, Math.min(LEAST, usual + STEP));
      this.#usual = usual;
    } catch {
      // not allowed, or the thread has ended
    }
  }

  comeForward(): void {
    if (this.#thread === null || this.#usual === null) return;
    try {
      setPriority(this.#thread, this.#usual);
    } catch {
      // the thread has ended
    }
    this.#usual = null;
  }
}
