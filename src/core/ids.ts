import { createHash, randomFillSync } from 'node:crypto';

const pool = Buffer.allocUnsafe(16 * 1024);
let used = pool.length;
const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

/** A time-ordered UUID (RFC 9562, version 7): 48 bits of milliseconds, 74 random bits. */
export function uuidv7(nowMs: number = Date.now()): string {
  if (used + 10 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const r = pool.subarray(used, used + 10);
  used += 10;
  const hi = Math.floor(nowMs / 2 ** 16);
  const lo = nowMs % 2 ** 16;
  const time = hi.toString(16).padStart(8, '0');
  const timeLow = lo.toString(16).padStart(4, '0');
  const h = (i: number) => HEX[r[i]!]!;
  const ver = HEX[0x70 | (r[0]! & 0x0f)]!;
  const variant = HEX[0x80 | (r[2]! & 0x3f)]!;
  return `${time}-${timeLow}-${ver}${h(1)}-${variant}${h(3)}-${h(4)}${h(5)}${h(6)}${h(7)}${h(8)}${h(9)}`;
}

/** An id that is a function of its parts (the same parts give the same id): 128 bits of SHA-256, as 32 hex digits. */
export function derivedId(...parts: readonly (string | number)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const text = String(part);
    hash.update(`${text.length}:${text};`);
  }
  return hash.digest('hex').slice(0, 32);
}
