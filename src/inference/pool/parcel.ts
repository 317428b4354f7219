import type { TensorData } from '../ports.js';

/** An array of at least so many bytes travels in its own buffer; smaller ones are copied into one that they share. */
const OWN_BYTES = 16 * 1024;

/**
 * Arrays as they cross to a worker and back. A buffer costs microseconds to hand over, however little is in it, and a trip of a hundred
 * models carries hundreds of arrays of a few numbers.
 */
export interface Parcel {
  readonly buffers: readonly ArrayBuffer[];
  /** Of each array: which buffer, its first element there, its length. All elements have four bytes. */
  readonly places: Int32Array<ArrayBuffer>;
}

/** Packs arrays; what is packed is given away. Bounded by who packs. */
export class Packer {
  readonly #arrays: TensorData[] = [];
  #shared = 0;

  add(data: TensorData): void {
    this.#arrays.push(data);
    if (data.byteLength < OWN_BYTES) this.#shared += data.length;
  }

  /** The parcel, and what has to be transferred with it. */
  pack(): { readonly parcel: Parcel; readonly transfer: ArrayBuffer[] } {
    const shared = new ArrayBuffer(4 * this.#shared);
    const floats = new Float32Array(shared);
    const integers = new Int32Array(shared);
    const places = new Int32Array(3 * this.#arrays.length);
    const buffers = [shared];
    let at = 0;
    this.#arrays.forEach((data, i) => {
      const { length } = data;
      if (data.byteLength >= OWN_BYTES) {
        places[3 * i] = buffers.length;
        buffers.push(data.byteLength === data.buffer.byteLength ? data.buffer : data.slice().buffer);
      } else {
        (data instanceof Float32Array ? floats : integers).set(data, at);
        places[3 * i + 1] = at;
        at += length;
      }
      places[3 * i + 2] = length;
    });
    return { parcel: { buffers, places }, transfer: [...buffers, places.buffer] };
  }
}

/** Takes the arrays of a parcel out again, in the order in which they were put in, as views. */
export class Unpacker {
  readonly #parcel: Parcel;
  #next = 0;

  constructor(parcel: Parcel) {
    this.#parcel = parcel;
  }

  skip(arrays: number): void {
    this.#next += arrays;
  }

  floats(): Float32Array<ArrayBuffer> {
    const { buffers, places } = this.#parcel;
    const at = 3 * this.#next++;
    return new Float32Array(buffers[places[at]!]!, 4 * places[at + 1]!, places[at + 2]!);
  }

  integers(): Int32Array<ArrayBuffer> {
    const { buffers, places } = this.#parcel;
    const at = 3 * this.#next++;
    return new Int32Array(buffers[places[at]!]!, 4 * places[at + 1]!, places[at + 2]!);
  }
}
