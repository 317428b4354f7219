const NEWLINE = 0x0a;

/** Whole lines, one after the other, cut from a stream. */
export interface LineBlock {
  /** The lines with their newlines between them; empty lines included. */
  readonly bytes: Buffer;
  /** The first of them was longer than allowed: it counts, but was not kept; an empty line stands for it. */
  readonly overlong: boolean;
}

/**
 * Cuts a stream of bytes into lines. Keeps at most one unfinished line of `maxLine` bytes; of a longer one only that it was there.
 */
export class LineSplitter {
  readonly #maxLine: number;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #overlong = false;

  constructor(maxLine: number) {
    this.#maxLine = maxLine;
  }

  /** The lines that `chunk` finishes; null when it finishes none. The chunk's memory is kept until its last line is finished. */
  push(chunk: Buffer): LineBlock | null {
    const last = chunk.lastIndexOf(NEWLINE);
    if (last < 0) {
      this.#keep(chunk);
      return null;
    }
    const block = this.#take(chunk.subarray(0, last));
    this.#keep(chunk.subarray(last + 1));
    return block;
  }

  /** The last line, when the stream ended without a newline. */
  end(): LineBlock | null {
    return this.#keptBytes === 0 && !this.#overlong ? null : this.#take(Buffer.alloc(0));
  }

  #keep(rest: Buffer): void {
    if (rest.length === 0 || this.#overlong) return;
    this.#keptBytes += rest.length;
    if (this.#keptBytes > this.#maxLine) {
      this.#overlong = true;
      this.#kept = [];
    } else this.#kept.push(rest);
  }

  /** What was kept and the bytes that finish it. Of an overlong line the rest goes too. */
  #take(finish: Buffer): LineBlock {
    const overlong = this.#overlong;
    const from = overlong ? finish.indexOf(NEWLINE) : 0;
    const own = from < 0 ? Buffer.alloc(0) : finish.subarray(from); // after an overlong line: from its newline on
    const bytes = this.#kept.length === 0 ? own : Buffer.concat([...this.#kept, own]);
    this.#kept = [];
    this.#keptBytes = 0;
    this.#overlong = false;
    return { bytes, overlong };
  }
}
