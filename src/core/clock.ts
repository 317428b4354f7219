/** Time as the rest of the house sees it, so that tests can hold it still. */
export interface Clock {
  /** Wall-clock time in milliseconds since the epoch, UTC. May jump. */
  now(): number;
  /** Milliseconds from an arbitrary start; never goes back. For durations and deadlines. */
  monotonic(): number;
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
