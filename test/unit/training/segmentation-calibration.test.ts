import { describe, expect, it } from 'vitest';
import { gaussian, seeded, shuffle } from '../../../src/training/random.js';
import type { Basket } from '../../../src/training/retail.js';
import { fitSoftness, journeys } from '../../../src/training/segmentation-calibration.js';
import { cluster } from '../../../src/training/segmentation-fit.js';

const DAY = 86_400_000;

/** Rows with 1 to 20 orders whose later segment is drawn from softmax(½ reach e^(−d² / reach) · (base + perLogOrder · ln orders)). */
function drawn(base: number, perLogOrder: number, reach = 1e9, rows = 6_000) {
  const random = seeded(5);
  const distances = Float64Array.from({ length: rows * 3 }, () => (3 * gaussian(random)) ** 2);
  const x = new Float32Array(rows * 3);
  const later = Int32Array.from({ length: rows }, (_, i) => {
    x[i * 3 + 1] = Math.log(1 + Math.floor(random() * 20));
    const sharpness = base + perLogOrder * x[i * 3 + 1]!;
    const weights = [0, 1, 2].map((c) => {
      const d = distances[i * 3 + c]!;
      return Math.exp(((sharpness * reach) / 2) * Math.expm1(-d / reach));
    });
    let left = random() * weights.reduce((a, b) => a + b);
    return Math.max(
      0,
      weights.findIndex((weight) => {
        left -= weight;
        return left <= 0;
      }),
    );
  });
  return { distances, x, later };
}

const basket = (customer: string, day: number, pounds: number): Basket => {
  const at = Date.UTC(2011, 0, 1) + day * DAY;
  const line = { invoice: `${customer}-${day}`, item: '10001', title: '', quantity: 1, unitPrice: pounds * 100, at };
  return { customer, invoice: line.invoice, at, country: 'France', lines: [{ ...line, customer, country: 'France' }] };
};

describe('the softness of confidence', () => {
  it('is found again from where people went', () => {
    const { distances, x, later } = drawn(0.8, 0.5, 16);
    const { base, perLogOrder, reach } = fitSoftness(distances, x, later);
    expect(Math.abs(base - 0.8)).toBeLessThan(0.15);
    expect(Math.abs(perLogOrder - 0.5)).toBeLessThan(0.1);
    expect(reach).toBeGreaterThan(11);
    expect(reach).toBeLessThan(23);
  });

  it('reaches as far as it can where every distance counts alike', () => {
    const { distances, x, later } = drawn(0.8, 0.5);
    expect(fitSoftness(distances, x, later).reach).toBeGreaterThan(100);
  });

  it('never grows with the number of orders', () => {
    const { distances, x, later } = drawn(2, -0.3);
    const { base, perLogOrder } = fitSoftness(distances, x, later);
    expect(perLogOrder).toBe(0);
    expect(base).toBeGreaterThan(0.5);
    expect(base).toBeLessThan(2);
  });

  it('is found where nobody ordered twice', () => {
    const { distances, x, later } = drawn(1, 0);
    expect(fitSoftness(distances, new Float32Array(x.length), later).base).toBeCloseTo(1, 0);
  });

  it('is refused without rows, or where the nearest segment is the least likely', () => {
    expect(() => fitSoftness(new Float64Array(), new Float32Array(), new Int32Array())).toThrow(
      'expected customers to follow for three months',
    );
    const { distances, x, later } = drawn(-1, 0);
    expect(() => fitSoftness(distances, x, later)).toThrow(/expected the nearest segment .* got a sharpness of -/);
  });
});

describe('journeys', () => {
  const baskets = [
    basket('early', 0, 10),
    ...Array.from({ length: 40 }, (_, i) => [basket(`c${i}`, 100 + i, 20), basket(`c${i}`, 150 + i, 30)]).flat(),
    basket('late', 300, 10),
  ].sort((a, b) => a.at - b.at);
  const { fit, monthly, first } = journeys(baskets, 42);
  const ordersOf = (x: Float32Array) =>
    Array.from({ length: x.length / 3 }, (_, i) => Math.round(Math.exp(x[i * 3 + 1]!)));

  it('begin with first purchases of people who are new, and look three months ahead', () => {
    expect(first.x.length).toBeGreaterThan(20);
    expect(new Set(ordersOf(first.x))).toEqual(new Set([1]));
    expect(new Set(ordersOf(first.later))).toEqual(new Set([2]));
    for (let i = 0; i < first.x.length / 3; i++) {
      expect(first.x[i * 3]).toBe(0); // bought just now
      expect(Math.expm1(first.x[i * 3 + 2]!)).toBeCloseTo(20, 3); // not the 10 of "early" or "late"
      expect(Math.expm1(first.later[i * 3]!)).toBeCloseTo(41, 2); // 91 days later, 50 after the first, came the second
      expect(Math.expm1(first.later[i * 3 + 2]!)).toBeCloseTo(50, 3);
    }
  });

  it('of one half choose the softness and those of the other half judge it, the same halves for the same seed', () => {
    expect(fit.x.length).toBeGreaterThan(0);
    expect(monthly.x.length).toBeGreaterThan(0);
    const firsts = (x: Float32Array) => ordersOf(x).filter((_, i) => x[i * 3] === 0).length;
    expect(firsts(fit.x) + first.x.length / 3).toBeLessThanOrEqual(41);
    expect(journeys(baskets, 42)).toEqual({ fit, monthly, first });
    expect(journeys(baskets, 43).monthly.x.length).not.toBe(monthly.x.length);
  });

  it('take nothing from the future: purchases shuffled after a time leave vectors before it as they were', () => {
    const split = Date.UTC(2011, 0, 1) + 170 * DAY;
    const [before, after] = [baskets.filter(({ at }) => at <= split), baskets.filter(({ at }) => at > split)];
    expect(Math.min(before.length, after.length)).toBeGreaterThan(15);
    const order = Uint32Array.from(after.keys());
    shuffle(order, seeded(8));
    // Each later purchase is made by somebody else, for another amount.
    const shuffled = after.map(({ at }, i) => ({ ...after[order[i]!]!, at }));
    const early = (all: readonly Basket[]) => {
      const { ids, x } = cluster(all, split, 4, 1);
      return { ids, x };
    };
    expect(early([...before, ...shuffled])).toEqual(early(baskets));
    const known = ({ first: { x } }: { first: { x: Float32Array } }) => x.slice(0, 15);
    expect(known(journeys([...before, ...shuffled], 42))).toEqual(known({ first }));
  });

  it('are none in data of less than six months', () => {
    expect(journeys([basket('a', 0, 1), basket('b', 120, 1)], 1).fit.x).toHaveLength(0);
  });
});
