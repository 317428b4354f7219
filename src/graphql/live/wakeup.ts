/** Lets one at a time wait until it is woken. */
export class Wakeup {
  #resolve: (() => void) | null = null;

  /** Resolves at the next `wake`. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Nothing happens while nobody waits. */
  wake(): void {
    this.#resolve?.();
    this.#resolve = null;
  }
}
