/** Floats of one slab: vectors share its memory, since an allocation of their own costs more than filling them. */
const SLAB = 16_384;
let slab = new Float32Array(SLAB);
let used = 0;

/**
 * A zeroed vector of `length` floats, cut from a shared slab. Its `buffer` holds other vectors too: copy (`slice`) what leaves the
 * process or the thread.
 */
export function takeFloats(length: number): Float32Array<ArrayBuffer> {
  if (length > SLAB / 8) return new Float32Array(length);
  if (used + length > SLAB) {
    slab = new Float32Array(SLAB);
    used = 0;
  }
  const vector = slab.subarray(used, used + length);
  used += length;
  return vector;
}
