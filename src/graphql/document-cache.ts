/** Documents remembered. */
const MAX_DOCUMENTS = 1_000;
/** Characters of all of them together: parsed, each is some 50 bytes, so that this is 100 MB. */
const MAX_CHARACTERS = 2_000_000;
/** Longer ones are not remembered: they would push out what comes often. */
const MAX_LENGTH = 100_000;

/** What was made of documents, by their text; the oldest go first. Bounded by count and by length: anybody may send new ones all day. */
export class DocumentCache<T> {
  readonly #made = new Map<string, T>();
  #characters = 0;

  get(text: string): T | undefined {
    return this.#made.get(text);
  }

  /** Remembers what was made of a text that is not remembered yet. */
  add(text: string, made: T): void {
    if (text.length > MAX_LENGTH) return;
    this.#made.set(text, made);
    this.#characters += text.length;
    for (const oldest of this.#made.keys()) {
      if (this.#made.size <= MAX_DOCUMENTS && this.#characters <= MAX_CHARACTERS) return;
      this.#made.delete(oldest);
      this.#characters -= oldest.length;
    }
  }
}
