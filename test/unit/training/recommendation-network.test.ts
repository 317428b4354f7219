import { describe, expect, it } from 'vitest';
import { recentItems } from '../../../src/features/basket-features.js';
import { applyInteraction, applyPurchase, emptyCustomer, RECENT_ITEMS } from '../../../src/features/customer-state.js';
import { gaussian, seeded } from '../../../src/training/random.js';
import { hasNative } from '../../support/engines.js';

const RANK = 3;

/** Somebody who bought some items, some of them more than once, and looked at others. */
function customer(n: number, random: () => number) {
  const state = emptyCustomer();
  for (let i = 0; i < 100; i++) {
    const item = String(Math.floor(random() * n));
    if (random() < 0.3) applyInteraction(state, item, 'VIEW', i);
    else {
      applyInteraction(state, item, 'PURCHASE', i);
      applyPurchase(state, item, `order ${i >> 3}`, null, i);
    }
  }
  return state;
}

describe.skipIf(!hasNative)('the recommender’s network', () => {
  it.each([9, 12, 30, 107])('adds each own item in its place, of %i items', async (n) => {
    const tf = await import('../../../src/training/tf.js');
    const { network, predictScores } = await import('../../../src/training/recommendation-network.js');
    const random = seeded(n);
    const numbers = (length: number) => Float32Array.from({ length }, () => gaussian(random));
    const [u, v, repeatFactors] = [numbers(n * RANK), numbers(RANK * n), numbers(n)];
    const model = network({ u: tf.tensor2d(u, [n, RANK]), v: tf.tensor2d(v, [RANK, n]), repeatFactors });
    const ids = Array.from({ length: n }, (_, i) => String(i));
    const vocabulary = { ids, indexOf: new Map(ids.map((id, i) => [id, i])) };
    const states = [customer(n, random), emptyCustomer(), customer(n, random)];

    const scores = predictScores(model, states, vocabulary);
    states.forEach((state, row) => {
      const input = recentItems(state, vocabulary.indexOf);
      expect(input.count).toBeLessThanOrEqual(RECENT_ITEMS);
      const expected = new Float64Array(n);
      for (let i = 0; i < input.count; i++) {
        const item = input.ids[i]! - 1;
        expected[item]! += input.shares[i]! * repeatFactors[item]!;
        for (let k = 0; k < RANK; k++) {
          for (let j = 0; j < n; j++) expected[j]! += input.weights[i]! * u[item * RANK + k]! * v[k * n + j]!;
        }
      }
      expected.forEach((value, j) => {
        expect(scores[row]![j]).toBeCloseTo(value, 3);
      });
    });
  });
});
