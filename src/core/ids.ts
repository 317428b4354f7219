import { hash, randomFillSync } from 'node:crypto';

const pool = Buffer.allocUnsafe(16 * 1024);
let used = pool.length;
/** The id being written: one flat string is made of it, which is kept at less cost than a string of pieces. */
const text = Buffer.from('xxxxxxxx-xxxx-7xxx-xxxx-xxxxxxxxxxxx', 'latin1');
const DIGITS = Buffer.from('0123456789abcdef', 'latin1');

function writeByte(at: number, byte: number): void {
  text[at] = DIGITS[byte >> 4]!;
  text[at + 1] = DIGITS[byte & 15]!;
}

/** A time-ordered UUID (RFC 9562, version 7): 48 bits of milliseconds, 74 random bits. */
export function uuidv7(nowMs: number = Date.now()): string {
  if (used + 10 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const high = Math.floor(nowMs / 2 ** 16);
  const low = nowMs % 2 ** 16;
  writeByte(0, high >>> 24);
  writeByte(2, (high >>> 16) & 255);
  writeByte(4, (high >>> 8) & 255);
  writeByte(6, high & 255);
  writeByte(9, low >>> 8);
  writeByte(11, low & 255);
  text[15] = DIGITS[pool[used]! & 15]!; // beside the version, which stays
  writeByte(16, pool[used + 1]!);
  writeByte(19, 0x80 | (pool[used + 2]! & 0x3f));
  writeByte(21, pool[used + 3]!);
  for (let i = 0; i < 6; i++) writeByte(24 + 2 * i, pool[used + 4 + i]!);
  used += 10;
  return text.toString('latin1');
}

/** An id that is a function of its parts (the same parts give the same id): 128 bits of SHA-256, as 32 hex digits. */
export function derivedId(...parts: readonly (string | number)[]): string {
  let text = '';
  for (const part of parts) text += `${String(part).length}:${part};`;
  return hash('sha256', text).slice(0, 32);
}

/**
 * The same beginning with a time, milliseconds in 12 hex digits; 80 bits of SHA-256 follow. Ids of one time lie together, so that an
 * index over millions of them is written at its end.
 */
export const derivedIdAt = (ms: number, ...parts: readonly (string | number)[]): string =>
  ms.toString(16).padStart(12, '0') + derivedId(...parts).slice(0, 20);
