/** How many are known at most; when there would be more, all are forgotten: whoever holds one keeps it. */
const MAX = 1_000;

/**
 * One object for all that say the same. What a hundred models have in common is then read from one place in memory, which is near the
 * processor, and not from a hundred that are not.
 */
export class Interned {
  readonly #known = new Map<string, object>();

  /** The object that stands for all equal to `value` (as JSON), which must not be changed any more: the first of them. */
  of<T extends object>(value: T): T {
    const key = JSON.stringify(value);
    const known = this.#known.get(key);
    if (known !== undefined) return known as T;
    if (this.#known.size >= MAX) this.#known.clear();
    this.#known.set(key, value);
    return value;
  }
}
