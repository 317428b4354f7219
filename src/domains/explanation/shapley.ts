/** More players than this would ask for too many coalitions. */
export const MAX_PLAYERS = 12;

/**
 * Exact Shapley values (Shapley 1953; for models: Štrumbelj & Kononenko 2014) from the value of every coalition.
 * @param players their number n, at most MAX_PLAYERS
 * @param values [2^n]; bit i of the index says whether player i takes part
 * @returns [n]; they add up to `values[2^n - 1] - values[0]`
 */
export function shapley(players: number, values: ArrayLike<number>): Float64Array {
  const coalitions = 2 ** players;
  if (players > MAX_PLAYERS || values.length !== coalitions)
    throw new RangeError(
      `expected at most ${MAX_PLAYERS} players and 2^players values, got ${players} and ${values.length}`,
    );
  const weights = coalitionWeights(players);
  const result = new Float64Array(players);
  for (let coalition = 0; coalition < coalitions; coalition++) {
    const size = bitsOf(coalition);
    for (let player = 0; player < players; player++) {
      const bit = 1 << player;
      if ((coalition & bit) !== 0) continue;
      result[player]! += weights[size]! * (values[coalition | bit]! - values[coalition]!);
    }
  }
  return result;
}

/** By the number of others already there: |S|! (n − |S| − 1)! / n!. */
function coalitionWeights(players: number): Float64Array {
  const weights = new Float64Array(players);
  let weight = 1 / players;
  for (let size = 0; size < players; size++) {
    weights[size] = weight;
    weight *= (size + 1) / (players - size - 1);
  }
  return weights;
}

function bitsOf(n: number): number {
  let bits = 0;
  for (let rest = n; rest !== 0; rest &= rest - 1) bits++;
  return bits;
}
