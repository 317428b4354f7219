import { describe, expect, it } from 'vitest';
import { derivedId, derivedIdAt, uuidv7 } from '../../../src/core/ids.js';

describe('uuidv7', () => {
  it('is a UUID of version 7 that tells its time', () => {
    for (const ms of [0, 1, 65_535, 65_536, 1_700_000_000_000, Date.now(), 2 ** 48 - 1]) {
      const id = uuidv7(ms);
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(ms);
    }
  });

  it('is another one every time, and sorts by time', () => {
    const ids = Array.from({ length: 10_000 }, () => uuidv7(5));
    expect(new Set(ids).size).toBe(ids.length);
    // Every random digit takes every value: 4 + 8 + 2 + … bits, none of them stuck.
    for (const place of [15, 16, 17, 20, 21, 22, 24, 29, 35])
      expect(new Set(ids.map((id) => id[place])).size, `digit ${place}`).toBe(16);
    expect(new Set(ids.map((id) => id[19]))).toEqual(new Set(['8', '9', 'a', 'b']));
    expect(uuidv7(1_000) < uuidv7(1_001)).toBe(true);
  });
});

describe('derivedId', () => {
  it('is a function of its parts, and of where they end', () => {
    expect(derivedId('a', 'b', 1)).toBe(derivedId('a', 'b', 1));
    expect(derivedId('a', 'b', 1)).toMatch(/^[0-9a-f]{32}$/);
    const ids = [
      derivedId('ab', 'c'),
      derivedId('a', 'bc'),
      derivedId('abc'),
      derivedId('a;1:b', 'c'),
      derivedId('ab', 'd'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('can begin with a time, and sorts by it', () => {
    const at = 1_790_000_000_000;
    expect(derivedIdAt(at, 'a', 1)).toBe(derivedIdAt(at, 'a', 1));
    expect(derivedIdAt(at, 'a', 1)).toMatch(/^[0-9a-f]{32}$/);
    expect(derivedIdAt(at, 'a', 1)).not.toBe(derivedIdAt(at, 'a', 2));
    expect(Number.parseInt(derivedIdAt(at, 'a').slice(0, 12), 16)).toBe(at);
    expect(derivedIdAt(at, 'b') < derivedIdAt(at + 1, 'a')).toBe(true);
  });
});
