/** 24 hours in milliseconds. */
export const DAY_MS = 86_400_000;
/** Entries the window holds; with more payments in 24 h the first to arrive are forgotten and count and sum saturate. */
export const WINDOW_CAPACITY = 1_024;

/**
 * Payments of the last 24 hours: a ring of (time, minor units) in order of arrival with running count and sum.
 * Entries leave by the newest time seen, so a late payment counts only while it is inside the window. Exactly 24 hours
 * old is outside.
 */
export class DayWindow {
  #times: Float64Array;
  #minors: Float64Array;
  #start = 0;
  #size = 0;
  #sum = 0;
  #newest = 0;
  /** No entry is older than this: below it nothing can have expired. */
  #floor = Number.POSITIVE_INFINITY;
  /** Whether the entries stand in order of time, as they do unless one came late: then the head is the oldest. */
  #ordered = true;

  constructor() {
    this.#times = new Float64Array(8);
    this.#minors = new Float64Array(8);
  }

  /** Adds a payment at `time` (ms UTC); older than 24 h before the newest is not kept. */
  add(time: number, minor: number): void {
    if (time > this.#newest) this.#newest = time;
    if (time <= this.#newest - DAY_MS) return;
    this.#dropExpiredHead();
    if (this.#size === WINDOW_CAPACITY) this.#makeRoom();
    else if (this.#size === this.#times.length) this.#resize(Math.min(this.#times.length * 2, WINDOW_CAPACITY));
    if (this.#size === 0) {
      this.#ordered = true;
      this.#floor = time;
    } else if (time < this.#times[(this.#start + this.#size - 1) % this.#times.length]!) this.#ordered = false;
    const at = (this.#start + this.#size) % this.#times.length;
    this.#times[at] = time;
    this.#minors[at] = minor;
    if (time < this.#floor) this.#floor = time;
    this.#size++;
    this.#sum += minor;
  }

  /** Count and sum (minor units) of the payments in the 24 hours up to `now`, or up to the newest seen if that is later. Changes nothing. */
  at(now: number, out: { count: number; sum: number }): void {
    const from = Math.max(now, this.#newest) - DAY_MS;
    const length = this.#times.length;
    let count = this.#size;
    let sum = this.#sum;
    if (this.#size > 0 && from >= this.#floor) {
      for (let i = 0; i < this.#size; i++) {
        const at = (this.#start + i) % length;
        if (this.#times[at]! <= from) {
          count--;
          sum -= this.#minors[at]!;
        } else if (this.#ordered) break;
      }
    }
    out.count = count;
    out.sum = sum;
  }

  /** Entries as [time, minor, time, minor, …], for a snapshot. */
  toJSON(): number[] {
    const flat: number[] = [];
    for (let i = 0; i < this.#size; i++) {
      const at = (this.#start + i) % this.#times.length;
      flat.push(this.#times[at]!, this.#minors[at]!);
    }
    return flat;
  }

  static from(flat: readonly number[], newest: number): DayWindow {
    const window = new DayWindow();
    window.#newest = newest;
    for (let i = 0; i + 1 < flat.length; i += 2) window.add(flat[i]!, flat[i + 1]!);
    return window;
  }

  #dropExpiredHead(): void {
    const from = this.#newest - DAY_MS;
    while (this.#size > 0 && this.#times[this.#start]! <= from) this.#dropHead();
  }

  #dropHead(): void {
    const time = this.#times[this.#start]!;
    this.#sum -= this.#minors[this.#start]!;
    this.#start = (this.#start + 1) % this.#times.length;
    this.#size--;
    if (this.#ordered) this.#floor = this.#size > 0 ? this.#times[this.#start]! : Number.POSITIVE_INFINITY;
    else if (time <= this.#floor) this.#floor = this.#oldest();
  }

  #oldest(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#size; i++) {
      const time = this.#times[(this.#start + i) % this.#times.length]!;
      if (time < oldest) oldest = time;
    }
    return oldest;
  }

  /** A full ring gives up what has expired behind a younger head, else what came first. */
  #makeRoom(): void {
    const from = this.#newest - DAY_MS;
    if (this.#floor <= from) {
      this.#resize(this.#times.length, from);
      this.#floor = this.#oldest();
    }
    if (this.#size === WINDOW_CAPACITY) this.#dropHead();
  }

  /** Moves the entries that are younger than `from` to a ring of `length`. */
  #resize(length: number, from = Number.NEGATIVE_INFINITY): void {
    const times = new Float64Array(length);
    const minors = new Float64Array(length);
    let kept = 0;
    for (let i = 0; i < this.#size; i++) {
      const at = (this.#start + i) % this.#times.length;
      if (this.#times[at]! <= from) {
        this.#sum -= this.#minors[at]!;
        continue;
      }
      times[kept] = this.#times[at]!;
      minors[kept++] = this.#minors[at]!;
    }
    this.#times = times;
    this.#minors = minors;
    this.#start = 0;
    this.#size = kept;
  }
}
