/** Longer texts are answered but not kept: a hundred of them would fill the room of thousands. */
const MAX_LENGTH = 100_000;
/** What an entry costs beside its text: its hash, its place in the map. */
const ENTRY_BYTES = 200;

export interface RegisteredLimits {
  /** Documents kept; 0: none, clients are told to send their text always. Default 1,000. */
  readonly maxDocuments: number;
  /** Bytes kept, two for each character. Default 8 MiB. */
  readonly maxBytes: number;
}

const REGISTERED_DEFAULTS: RegisteredLimits = { maxDocuments: 1_000, maxBytes: 8 * 1024 * 1024 };

interface Entry {
  readonly text: string;
  used: boolean;
}

/**
 * Documents that clients registered themselves (automatic persisted queries), by the SHA-256 of their text. Bounded; the one that goes is
 * the oldest that was not asked for since it was last looked at. A hit only sets a flag: a map that is changed by every hit would live
 * through garbage collections with all that it ever held.
 */
export class RegisteredDocuments {
  readonly #limits: RegisteredLimits;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(limits: Partial<RegisteredLimits> = {}) {
    this.#limits = { ...REGISTERED_DEFAULTS, ...limits };
  }

  /** Whether clients may register. */
  get isOn(): boolean {
    return this.#limits.maxDocuments > 0;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Bytes kept, counted as the limit is. */
  get bytes(): number {
    return this.#bytes;
  }

  get(hash: string): string | undefined {
    const entry = this.#entries.get(hash);
    if (entry === undefined) return undefined;
    entry.used = true;
    return entry.text;
  }

  /** Keeps a text under its hash, which the caller has checked. Too long ones are not kept. */
  add(hash: string, text: string): void {
    const { maxDocuments, maxBytes } = this.#limits;
    const bytes = bytesOf(text);
    if (!this.isOn || text.length > MAX_LENGTH || bytes > maxBytes || this.#entries.has(hash)) return;
    while (this.#entries.size >= maxDocuments || this.#bytes + bytes > maxBytes) this.#forgetOne();
    this.#entries.set(hash, { text, used: false });
    this.#bytes += bytes;
  }

  /** Forgets the oldest that nobody asked for; those that somebody did go to the end of the queue, once. */
  #forgetOne(): void {
    for (const [hash, entry] of this.#entries) {
      this.#entries.delete(hash);
      if (entry.used) {
        entry.used = false;
        this.#entries.set(hash, entry);
      } else {
        this.#bytes -= bytesOf(entry.text);
        return;
      }
    }
  }
}

const bytesOf = (text: string): number => 2 * text.length + ENTRY_BYTES;
