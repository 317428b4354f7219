/**
 * Reads protocol-buffer messages field by field, without a schema and without copying: the few fields of a SavedModel that say what it
 * would run. Counterpart of proto.ts.
 */
export interface ProtoField {
  readonly number: number;
  /** Bytes of a string or message; empty for numbers. */
  readonly bytes: Uint8Array;
  /** A variable-length integer as what it is without a sign, at most 2⁵³ exactly; 0 for all else. */
  readonly value: number;
}

const NOTHING = new Uint8Array(0);

/** @throws Error where the bytes are no message. */
export function* fieldsOf(message: Uint8Array): Generator<ProtoField> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = message[at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error('expected a protocol buffer, got something else');
  };
  const skip = (length: number): Uint8Array => {
    if (length > message.length - at) throw new Error('expected a protocol buffer, it ends too early');
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    switch (key % 8) {
      case 0:
        yield { number, bytes: NOTHING, value: varint() };
        break;
      case 1:
        skip(8);
        yield { number, bytes: NOTHING, value: 0 };
        break;
      case 2:
        yield { number, bytes: skip(varint()), value: 0 };
        break;
      case 5:
        skip(4);
        yield { number, bytes: NOTHING, value: 0 };
        break;
      default:
        throw new Error('expected a protocol buffer, got something else');
    }
  }
}

/** The messages or strings in one field. */
export const all = (message: Uint8Array, number: number): Uint8Array[] =>
  [...fieldsOf(message)].filter((field) => field.number === number).map(({ bytes }) => bytes);
export const string = (bytes: Uint8Array | undefined): string =>
  bytes === undefined ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
/** The last integer in one field; 0 when there is none, as the format has it. */
export const integer = (message: Uint8Array, number: number): number =>
  [...fieldsOf(message)].findLast((field) => field.number === number)?.value ?? 0;
/** The last string in one field; empty when there is none. */
export const text = (message: Uint8Array, number: number): string => string(all(message, number).at(-1));
