import { readFileSync } from 'node:fs';
import { builtFile } from '../../../core/built-file.js';

const PAGE_BYTES = 65_536;
/** In front of programs: vectors on their way, and what dense.wat has for itself. */
const OWN_PAGES = 2;
/** What one worker keeps weights in; a network that finds no room is computed by the engine alone. */
const MAX_BYTES = 256 * 2 ** 20;

/** Numbers a vector on its way through a network may have. */
export const MAX_WIDTH = 4_096;

interface Exports {
  run(program: number, x: number, y: number): number;
}

/** `n` rounded up to the four numbers that an instruction takes. */
export const padded = (n: number): number => (n + 3) & ~3;

/** Numbers that a processor fetches from memory at a time: arrays begin and end between two. */
const LINE = 16;
/** `n` rounded up to whole lines. */
export const lined = (n: number): number => (n + LINE - 1) & -LINE;
const room = (numbers: number): number => 4 * lined(numbers);

/**
 * The arithmetic of small networks (dense.wat) and the memory it works in, one for all networks of a thread. First come vectors on
 * their way, behind them programs with their weights. Memory grows and does not shrink: what was given back is used for the next array of its size,
 * so versions of one form that come and go take no more.
 */
export class Kernel {
  /** Where vectors lie while a row is computed, in bytes: room for `MAX_WIDTH` numbers each. */
  readonly scratch = [0, 4 * MAX_WIDTH] as const;
  /** Runs the program at an address on the vector at `x`, with room for another one at `y`; answers which of the two holds the result. */
  readonly run: Exports['run'];
  readonly #memory: WebAssembly.Memory;
  readonly #maxPages: number;
  #floats: Float32Array;
  #end = OWN_PAGES * PAGE_BYTES;
  readonly #free = new Map<number, number[]>();

  constructor(maxBytes = MAX_BYTES) {
    this.#maxPages = Math.floor(maxBytes / PAGE_BYTES);
    this.#memory = new WebAssembly.Memory({ initial: OWN_PAGES, maximum: this.#maxPages });
    this.#floats = new Float32Array(this.#memory.buffer);
    const module = new WebAssembly.Module(readFileSync(builtFile(import.meta.url, 'dense.wasm')));
    const { exports } = new WebAssembly.Instance(module, { host: { memory: this.#memory } });
    ({ run: this.run } = exports as unknown as Exports);
  }

  /** The memory as numbers; another view after `place`. */
  get floats(): Float32Array {
    return this.#floats;
  }

  /** Copies an array in, bit for bit; where it lies, in bytes, or null where there is no room. */
  place(values: Float32Array): number | null {
    const bytes = room(values.length);
    const at = this.#free.get(bytes)?.pop() ?? this.#grow(bytes);
    if (at === null) return null;
    new Uint8Array(this.#memory.buffer).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    return at;
  }

  /** Gives the room of an array of `length` numbers back. */
  release(at: number, length: number): void {
    const bytes = room(length);
    const places = this.#free.get(bytes) ?? [];
    this.#free.set(bytes, places);
    places.push(at);
  }

  #grow(bytes: number): number | null {
    const at = this.#end;
    const missing = Math.ceil((at + bytes - this.#memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) {
      if (this.#memory.buffer.byteLength / PAGE_BYTES + missing > this.#maxPages) return null;
      this.#memory.grow(missing);
      this.#floats = new Float32Array(this.#memory.buffer);
    }
    this.#end += bytes;
    return at;
  }
}
