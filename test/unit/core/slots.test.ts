import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Slots } from '../../../src/core/slots.js';

describe('Slots', () => {
  it('holds what was added until it is removed, and no more memory than the most at once', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(20)), { maxLength: 200 }), (steps) => {
        const slots = new Slots<{ n: number }>();
        const held = new Map<number, { n: number }>();
        let most = 0;
        steps.forEach((remove, n) => {
          if (remove === null) {
            const slot = slots.add({ n });
            expect(held.has(slot)).toBe(false);
            held.set(slot, { n });
            most = Math.max(most, held.size);
            expect(slot).toBeLessThan(most);
          } else {
            expect(slots.remove(remove)).toEqual(held.get(remove));
            held.delete(remove);
          }
          expect(slots.size).toBe(held.size);
        });
        expect(new Set([...slots].map(({ n }) => n))).toEqual(new Set([...held.values()].map(({ n }) => n)));
      }),
    );
  });
});
