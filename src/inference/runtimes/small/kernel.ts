import { readFileSync } from 'node:fs';
import { builtFile } from '../../../core/built-file.js';

const PAGE_BYTES = 65_536;
/** What one worker keeps weights in; a network that finds no room is computed by the engine alone. */
const MAX_BYTES = 256 * 2 ** 20;

/** Numbers a vector on its way through a network may have. */
export const MAX_WIDTH = 4_096;

interface Exports {
  dense(x: number, w: number, b: number, y: number, inputs: number, outputs: number): void;
  relu(y: number, bytes: number): void;
}

/** `n` rounded up to the four numbers that an instruction takes. */
export const padded = (n: number): number => (n + 3) & ~3;

/** What a processor fetches from memory at a time: arrays begin and end between two. */
const LINE_BYTES = 64;
const room = (numbers: number): number => (4 * numbers + LINE_BYTES - 1) & -LINE_BYTES;

/**
 * The arithmetic of small networks (dense.wat) and the memory it works in, one for all networks of a thread. The first page holds the
 * vectors on their way; behind it lie weights. Memory grows and does not shrink: what was given back is used for the next array of its size,
 * so versions of one form that come and go take no more.
 */
export class Kernel {
  /** Where vectors lie while a row is computed, in bytes: room for `MAX_WIDTH` numbers each. */
  readonly scratch = [0, 4 * MAX_WIDTH] as const;
  readonly dense: Exports['dense'];
  readonly relu: Exports['relu'];
  readonly #memory: WebAssembly.Memory;
  readonly #maxPages: number;
  #floats: Float32Array;
  #end = PAGE_BYTES;
  readonly #free = new Map<number, number[]>();

  constructor(maxBytes = MAX_BYTES) {
    this.#maxPages = Math.floor(maxBytes / PAGE_BYTES);
    this.#memory = new WebAssembly.Memory({ initial: 1, maximum: this.#maxPages });
    this.#floats = new Float32Array(this.#memory.buffer);
    const module = new WebAssembly.Module(readFileSync(builtFile(import.meta.url, 'dense.wasm')));
    const { exports } = new WebAssembly.Instance(module, { host: { memory: this.#memory } });
    ({ dense: this.dense, relu: this.relu } = exports as unknown as Exports);
  }

  /** The memory as numbers; another view after `place`. */
  get floats(): Float32Array {
    return this.#floats;
  }

  /** Copies an array in, padded with zeros; where it lies, in bytes, or null where there is no room. */
  place(values: Float32Array): number | null {
    const bytes = room(values.length);
    const at = this.#free.get(bytes)?.pop() ?? this.#grow(bytes);
    if (at === null) return null;
    this.#floats.fill(0, at / 4, (at + bytes) / 4);
    this.#floats.set(values, at / 4);
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
