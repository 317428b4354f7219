import { describe, expect, it } from 'vitest';
import { applyPayment, emptyCustomer } from '../../../src/features/customer-state.js';
import { FRAUD_FEATURES, fraudVector } from '../../../src/features/fraud-features.js';
import { AMOUNT_GRID, fallMetrics, fallsOf, refuseFalls } from '../../../src/training/amount-falls.js';
import { type AmountGrid, drawAmountGrid, gridRows, moveAmount } from '../../../src/training/amount-grid.js';
import type { FraudRows } from '../../../src/training/fraud-data.js';
import { seeded } from '../../../src/training/random.js';

const WIDTH = FRAUD_FEATURES.features.length;
const DAY = 86_400_000;
const NOW = Date.UTC(2020, 4, 10, 13);
const payment = (amountMinor: number, category: string, occurredAt: number) => ({
  ...{ merchant: 'shop', currency: 'USD' },
  ...{ amountMinor, category, occurredAt },
});
/** A card that has paid `payments` times, at home and when travelling. */
function card(payments: number) {
  const state = emptyCustomer();
  for (let i = payments; i > 0; i--)
    applyPayment(state, i % 2 === 0 ? 'home' : 'travel', 1_000 + 37 * i, NOW - i * 3_000_000);
  return state;
}
const vectorOf = (payments: number, minor: number, category: string, at = NOW) => {
  const out = new Float32Array(WIDTH);
  fraudVector(card(payments), payment(minor, category, at), out, 0);
  return out;
};

describe('a payment with another amount', () => {
  it.each([
    ['a card that knows the category', 30, 'home'],
    ['a card that does not', 1, 'kids_pets'],
    ['a new card', 0, 'home'],
  ])('is, for %s, the vector that serving would take', (_, payments, category) => {
    for (const minor of [100, 1_999, 50_000, 2_000_000]) {
      const moved = vectorOf(payments, 4_250, category);
      moveAmount(moved, 0, Math.log1p(minor / 100));
      const served = vectorOf(payments, minor, category);
      for (let f = 0; f < WIDTH; f++) expect(moved[f], FRAUD_FEATURES.features[f]!.name).toBeCloseTo(served[f]!, 5);
    }
  });
});

/** Payments at home and when travelling, by day and by night, of cards old and new; every fourth is a fraud. */
function rowsOf(count: number, from: number): FraudRows {
  const random = seeded(from % 1_000);
  const x = new Float32Array(count * WIDTH);
  const y = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    const hour = row % 2 === 0 ? 13 : 23;
    const minor = 200 + Math.floor(random() * 20_000);
    const vector = vectorOf(row % 7, minor, row % 3 === 0 ? 'home' : 'travel', NOW + hour * 3_600_000 + row * DAY);
    x.set(vector, row * WIDTH);
    y[row] = Number(row % 4 === 0);
  }
  return { x, y };
}
const train = rowsOf(300, 1);
const data = { train, validation: rowsOf(200, 2) };

describe('the amount grid', () => {
  const grid = drawAmountGrid(data, 5);
  const rows = gridRows(grid);

  it('holds payments of every category, by day and night, frauds and legitimate ones, the same for the same seed', () => {
    const cells = new Set(rows.contexts.map((c) => `${c.category} ${c.night} ${c.fraud} ${c.newCard}`));
    expect(cells.has('home true false true')).toBe(true);
    for (const category of ['home', 'travel'])
      expect([...cells].filter((cell) => cell.startsWith(category)).length).toBeGreaterThanOrEqual(6);
    expect(grid.contexts.length).toBeLessThanOrEqual(2 * 4 * 5);
    expect(drawAmountGrid(data, 5)).toEqual(grid);
    expect(drawAmountGrid(data, 6)).not.toEqual(grid);
  });

  it('varies the amount over what training saw of the category, a quarter more each time, and nothing else', () => {
    const logAmounts = Array.from(train.y.keys(), (row) => train.x[row * WIDTH]!);
    const [lowest, highest] = [Math.min(...logAmounts), Math.max(...logAmounts)];
    for (let row = 0; row < rows.context.length; row++) {
      const own = rows.x.subarray(row * WIDTH, (row + 1) * WIDTH);
      expect(own[0]).toBeGreaterThanOrEqual(lowest - 1e-6);
      expect(own[0]).toBeLessThanOrEqual(highest + 1e-6);
      if (rows.context[row + 1] !== rows.context[row]) continue;
      const next = rows.x.subarray((row + 1) * WIDTH, (row + 2) * WIDTH);
      expect(Math.expm1(next[0]!) / Math.expm1(own[0]!)).toBeCloseTo(1.25, 3);
      const back = next.slice();
      moveAmount(back, 0, own[0]!);
      back.forEach((value, f) => {
        expect(value).toBeCloseTo(own[f]!, 4);
      });
    }
  });
});

describe('falls of the risk with the amount', () => {
  const grid: AmountGrid = {
    ratio: 2,
    tolerance: 0.001,
    amounts: { home: { lowest: 1, highest: 8 } },
    contexts: [
      { category: 'home', fraud: false, features: new Array(15).fill(0) },
      { category: 'home', fraud: true, features: [0, 0, 0, 1, 0, 40, 1, 0, 0, 0, 0, 0, 0, 0, 0] },
    ],
  };
  const rows = gridRows(grid);
  // Four contexts (each as it is and as a new card's) of four amounts: 1, 2, 4 and 8 USD.
  const scores = Float32Array.of(
    ...[0.1, 0.2, 0.3, 0.4],
    ...[0.1, 0.1, 0.0995, 0.0992],
    ...[0.9, 0.1, 0.2, 0.3],
    ...[0.5, 0.4, 0.3, 0.9],
  );

  it('are counted between neighbours, at any distance and by context', () => {
    expect(rows.contexts.map(({ fraud, night, newCard }) => [fraud, night, newCard])).toEqual([
      [false, false, true],
      [false, false, true],
      [true, true, false],
      [true, true, true],
    ]);
    expect(fallsOf(grid, rows, scores)).toEqual({
      ...{ pairs: 12, share: 3 / 12, anyShare: 6 / 24 },
      ...{ contexts: 4, contextShare: 2 / 4 },
    });
    expect(fallsOf(grid, rows, scores, (context) => !context.fraud)).toMatchObject({ pairs: 6, share: 0 });
  });

  it('are figures of the version, and too many are refused with where they are', () => {
    const metrics = fallMetrics(grid, rows, scores);
    expect(metrics).toContainEqual({ name: 'amountFalls', value: 0.25, dataset: AMOUNT_GRID });
    expect(metrics).toContainEqual({ name: 'amountFalls', value: 0.5, dataset: `${AMOUNT_GRID}, frauds` });
    expect(() => refuseFalls(metrics)).toThrow(
      /expected the risk to fall with a larger amount at [\d.]+ % of the neighbouring amounts at most, got 25 % \(most of all by night: 50 %\); no version was written/,
    );
    expect(() =>
      refuseFalls(
        fallMetrics(
          grid,
          rows,
          scores.map((_, i) => i / 100),
        ),
      ),
    ).not.toThrow();
    expect(() => refuseFalls([])).toThrow('got 100 %');
  });
});
