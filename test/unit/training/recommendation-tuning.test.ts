import { describe, expect, it } from 'vitest';
import { noProgress } from '../../../src/training/artifacts.js';
import { seeded } from '../../../src/training/random.js';
import type { Basket } from '../../../src/training/retail.js';
import { hasNative } from '../../support/engines.js';

const DAY = 86_400_000;
const load = () => import('../../../src/training/recommendation-tuning.js');

/** 40 customers with five baskets each: one staple in every basket, and another item of their taste. */
function history(): Basket[] {
  const random = seeded(3);
  const baskets: Basket[] = [];
  for (let c = 0; c < 40; c++) {
    for (let k = 0; k < 5; k++) {
      const [customer, at, country] = [`c${c}`, (k * 40 + c) * DAY, 'France'];
      const invoice = `${c}-${k}`;
      const taste = (c % 4) * 10 + Math.floor(random() * 10);
      const lines = [`staple ${c % 4}`, `item ${taste}`].map((item) => ({
        ...{ invoice, item, title: item, quantity: 1, unitPrice: 100, at, customer, country },
      }));
      baskets.push({ customer, invoice, at, country, lines });
    }
  }
  return baskets.sort((x, y) => x.at - y.at);
}

describe.skipIf(!hasNative)('tuning the recommender', () => {
  const fit = {
    similar: Float32Array.of(0, 1, 2, 0),
    next: Float32Array.of(1, 0, 0, 3),
    following: { gram: new Float32Array(4), cross: new Float32Array(4), repeatRates: Float32Array.of(0.25, 0.04) },
    trends: Float32Array.of(4, 1),
  };
  const choice = { lambda: 200, blend: 2, trend: 0.5, repeats: 8 };

  it('weighs the parts together and scales each column by its trend', async () => {
    const { likedWeights, repeatFactors } = await load();
    expect([...likedWeights(fit, choice)]).toEqual([4, 1, 4, 6]);
    const [first, second] = repeatFactors(fit, choice);
    expect(first).toBeCloseTo(8 * 2 * 0.5, 5);
    expect(second).toBeCloseTo(8 * 1 * 0.2, 5);
  });

  it('takes what ranks the second-to-last basket best, the first of equals', async () => {
    const { tune } = await load();
    const lines: string[] = [];
    const chosen = tune(history(), { ...noProgress, say: (line) => void lines.push(line) });
    const tried = lines.map((line) => /^(?<what>.*?) (?<value>[\d{].*): NDCG@10 (?<ndcg>\S+) /.exec(line)!.groups!);
    const last = tried.filter(({ what }) => what === 'repeats');
    const highest = Math.max(...last.map(({ ndcg }) => Number(ndcg)));
    expect(highest).toBeGreaterThan(0.5); // everybody buys their staple again
    expect(last.find(({ ndcg }) => Number(ndcg) === highest)!.value).toBe(JSON.stringify(chosen));
  });
});
