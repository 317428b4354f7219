import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_PLAYERS, shapley } from '../../../src/domains/explanation/shapley.js';

/** By the definition: what each player adds on arrival, averaged over every order of arrival. */
function byOrders(players: number, values: readonly number[]): number[] {
  const sums = new Array<number>(players).fill(0);
  let orders = 0;
  const arrive = (there: number, left: readonly number[], added: readonly (readonly [number, number])[]): void => {
    if (left.length === 0) {
      orders++;
      for (const [player, gain] of added) sums[player]! += gain;
      return;
    }
    for (const player of left) {
      const then = there | (1 << player);
      arrive(
        then,
        left.filter((other) => other !== player),
        [...added, [player, values[then]! - values[there]!]],
      );
    }
  };
  arrive(
    0,
    Array.from({ length: players }, (_, i) => i),
    [],
  );
  return sums.map((sum) => sum / orders);
}

const game = fc
  .integer({ min: 1, max: 5 })
  .chain((players) =>
    fc.tuple(
      fc.constant(players),
      fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 2 ** players, maxLength: 2 ** players }),
    ),
  );

describe('shapley', () => {
  it('is the mean of what each player adds over all orders of arrival', () => {
    fc.assert(
      fc.property(game, ([players, values]) => {
        const expected = byOrders(players, values);
        [...shapley(players, values)].forEach((value, i) => {
          expect(value).toBeCloseTo(expected[i]!, 9);
        });
      }),
    );
  });

  it('shares out the whole, gives nothing to who adds nothing, and the same to equals', () => {
    fc.assert(
      fc.property(game, ([players, values]) => {
        const sum = shapley(players, values).reduce((a, b) => a + b, 0);
        expect(sum).toBeCloseTo(values[values.length - 1]! - values[0]!, 8);
        // The same game with a player more, who adds nothing.
        const idle = Array.from({ length: values.length * 2 }, (_, c) => values[c % values.length]!);
        const wider = shapley(players + 1, idle);
        expect(wider[players]).toBeCloseTo(0, 9);
        [...shapley(players, values)].forEach((value, i) => {
          expect(wider[i]).toBeCloseTo(value, 9);
        });
      }),
    );
    const bySize = Array.from({ length: 16 }, (_, c) => [0, 1, 4, 9, 16][c.toString(2).split('1').length - 1]!);
    for (const value of shapley(4, bySize)) expect(value).toBeCloseTo(4, 12);
  });

  it('refuses a game that is too large, or not whole', () => {
    expect(() => shapley(2, [0, 1, 2])).toThrow('expected at most 12 players and 2^players values, got 2 and 3');
    expect(() => shapley(MAX_PLAYERS + 1, new Float64Array(2 ** (MAX_PLAYERS + 1)))).toThrow(RangeError);
  });
});
