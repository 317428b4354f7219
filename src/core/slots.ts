/**
 * Things that come and go all the time, each at a small number of its own. In place of a Map or Set: when one of those grows or
 * shrinks, V8 links its old table to the new one, and the first old table that reaches the old generation keeps everything that was
 * ever in a later one from being freed cheaply. Here nothing is linked, and memory is that of the most that were held at once.
 */
export class Slots<T> implements Iterable<T> {
  readonly #items: (T | undefined)[] = [];
  readonly #free: number[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Holds `item`. @returns its number until it is removed; later others get it. */
  add(item: T): number {
    const slot = this.#free.pop() ?? this.#items.length;
    this.#items[slot] = item;
    this.#size++;
    return slot;
  }

  /** Lets go of what `slot` holds. @returns it; undefined when nothing was there. */
  remove(slot: number): T | undefined {
    const item = this.#items[slot];
    if (item === undefined) return undefined;
    this.#items[slot] = undefined;
    this.#free.push(slot);
    this.#size--;
    return item;
  }

  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (const item of this.#items) if (item !== undefined) yield item;
  }
}
