import type { TensorData } from '../ports.js';

/** An array of at least so many bytes travels in its own buffer; smaller ones are copied into one that they share. */
const OWN_BYTES = 16 * 1024;

/**
 * Arrays as they cross to a worker and back, and the message itself: buffers, all handed over. A buffer costs microseconds to hand over,
 * however little is in it, and a trip of a hundred models carries hundreds of arrays of a few numbers. The first one holds, in numbers of four
 * bytes: how many arrays; of each, which buffer, its first element there and its length; the small arrays.
 */
export type Parcel = readonly ArrayBuffer[];
const PLACE = 3;

/** Packs arrays; what is packed is given away. Bounded by who packs. */
export class Packer {
  readonly #arrays: TensorData[] = [];
  #shared = 0;

  add(data: TensorData): void {
    this.#arrays.push(data);
    if (data.byteLength < OWN_BYTES) this.#shared += data.length;
  }

  /** The parcel, with `first` in front of what was added. All of it is to be transferred. */
  pack(first: readonly TensorData[]): Parcel {
    const arrays = [...first, ...this.#arrays];
    let at = 1 + PLACE * arrays.length;
    const small = first.reduce((sum, data) => sum + (data.byteLength < OWN_BYTES ? data.length : 0), this.#shared);
    const shared = new ArrayBuffer(4 * (at + small));
    const floats = new Float32Array(shared);
    const integers = new Int32Array(shared);
    const parcel = [shared];
    integers[0] = arrays.length;
    for (let i = 0, place = 1; i < arrays.length; i++, place += PLACE) {
      const data = arrays[i]!;
      const { length } = data;
      integers[place + 2] = length;
      if (data.byteLength >= OWN_BYTES) {
        integers[place] = parcel.length;
        parcel.push(data.byteLength === data.buffer.byteLength ? data.buffer : data.slice().buffer);
        continue;
      }
      integers[place + 1] = at;
      (data instanceof Float32Array ? floats : integers).set(data, at);
      at += length;
    }
    return parcel;
  }
}

/** Takes the arrays of a parcel out again, in the order in which they were put in, as views. */
export class Unpacker {
  readonly #parcel: Parcel;
  readonly #places: Int32Array;
  #next = 1;

  constructor(parcel: Parcel) {
    this.#parcel = parcel;
    this.#places = new Int32Array(parcel[0]!);
  }

  skip(arrays: number): void {
    this.#next += PLACE * arrays;
  }

  floats(): Float32Array<ArrayBuffer> {
    const at = this.#step();
    return new Float32Array(this.#parcel[this.#places[at]!]!, 4 * this.#places[at + 1]!, this.#places[at + 2]!);
  }

  integers(): Int32Array<ArrayBuffer> {
    const at = this.#step();
    return new Int32Array(this.#parcel[this.#places[at]!]!, 4 * this.#places[at + 1]!, this.#places[at + 2]!);
  }

  #step(): number {
    const at = this.#next;
    this.#next += PLACE;
    return at;
  }
}
