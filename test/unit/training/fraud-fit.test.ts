import { describe, expect, it } from 'vitest';
import { applyPayment, emptyCustomer } from '../../../src/features/customer-state.js';
import { FRAUD_FEATURES, fraudVector } from '../../../src/features/fraud-features.js';
import { fallsOf } from '../../../src/training/amount-falls.js';
import { drawAmountGrid, gridRows } from '../../../src/training/amount-grid.js';
import type { Progress } from '../../../src/training/artifacts.js';
import type { FraudRows } from '../../../src/training/fraud-data.js';
import { rocAuc } from '../../../src/training/metrics.js';
import { gaussian, seeded } from '../../../src/training/random.js';
import { hasNative } from '../../support/engines.js';

const WIDTH = FRAUD_FEATURES.features.length;
const HOUR = 3_600_000;

/** Whether a payment is fraud, and its amount in USD. */
type Kind = (random: () => number, night: boolean) => { readonly fraud: boolean; readonly amount: number };

/** Ordinary payments from 30 to 200 USD, and frauds of 5 to 12. */
const petrol: Kind = (random) => {
  const fraud = random() < 0.1;
  return { fraud, amount: fraud ? 5 + 7 * random() : 30 * (20 / 3) ** random() };
};
/** Frauds by night above all, half of them somewhat smaller than the other payments: whether the risk falls with the amount is a matter of degree. */
const nightly: Kind = (random, night) => {
  const fraud = random() < (night ? 0.3 : 0.01);
  return { fraud, amount: Math.exp((fraud && random() < 0.5 ? 2.2 : 3.2) + 0.8 * gaussian(random)) };
};

/** Payments of one card for petrol. */
function payments(kind: Kind, rows: number, seed: number): FraudRows {
  const random = seeded(seed);
  const state = emptyCustomer();
  const x = new Float32Array(rows * WIDTH);
  const y = new Uint8Array(rows);
  let occurredAt = Date.UTC(2020, 0, 1);
  for (let row = 0; row < rows; row++) {
    occurredAt += Math.floor(random() * 5 * HOUR);
    const { fraud, amount } = kind(random, new Date(occurredAt).getUTCHours() < 4);
    y[row] = Number(fraud);
    const amountMinor = Math.max(1, Math.round(100 * amount));
    const payment = { merchant: 'shop', category: 'gas_transport', amountMinor, currency: 'USD', occurredAt };
    fraudVector(state, payment, x, row * WIDTH);
    applyPayment(state, payment.category, amountMinor, occurredAt);
  }
  return { x, y };
}

describe.skipIf(!hasNative)('fitting the fraud networks', async () => {
  if (!hasNative) return;
  const { fitNetworks } = await import('../../../src/training/fraud-fit.js');
  const { asServed, judgeOn } = await import('../../../src/training/fraud-judge.js');
  const { momentsOf, score } = await import('../../../src/training/fraud-network.js');

  /** Fits on generated payments, judged as training judges. @returns how the network does as it would be served, and what was said. */
  function fitted(kind: Kind, mostFalls?: number) {
    const [train, validation] = [payments(kind, 12_000, 1), payments(kind, 2_000, 2)];
    const moments = momentsOf(train);
    const grid = drawAmountGrid({ train, validation }, 4);
    const said: string[] = [];
    let current = '';
    const progress: Progress = {
      start: (what) => {
        current = what;
      },
      step() {},
      done: (note) => said.push(`${current}: ${note}`),
      say: (line) => said.push(line),
    };
    const watch = {
      judge: judgeOn(validation, grid, moments),
      progress,
      ...(mostFalls === undefined ? {} : { mostFalls }),
    };
    const model = fitNetworks(train, moments, 3, watch);
    const { served } = asServed(model, moments, validation);
    const rows = gridRows(grid);
    const falls = fallsOf(grid, rows, score(served, rows.x));
    const auc = rocAuc(score(served, validation.x), validation.y);
    model.dispose();
    served.dispose();
    return { falls, auc, said };
  }

  it('finds frauds of small amounts, and lets the risk fall in a few steps above them, not all the way', () => {
    const { falls, auc, said } = fitted(petrol);
    expect(auc).toBeGreaterThan(0.99);
    const perPayment = (falls.share * falls.pairs) / falls.contexts;
    expect(falls.pairs / falls.contexts).toBeGreaterThan(14);
    expect(perPayment).toBeLessThan(5);
    // One step in sixteen amounts is more than a version may have: it tried, and left the refusal to the caller.
    expect(said).toContainEqual(expect.stringMatching(/^too many falls; up to 6 epochs more/));
    expect(said.at(-1)).toMatch(/^more 6 of 6: .*, falls at [\d.]+ % of the grid, 0 s left$/);
  }, 60_000);

  it('says after each epoch how the validation period does and how long it will still take', () => {
    const { said } = fitted(nightly, 1);
    const epochs = said.filter((line) => line.startsWith('epoch'));
    expect(epochs.length).toBeGreaterThanOrEqual(7);
    for (const [i, line] of epochs.entries()) {
      expect(line).toMatch(
        new RegExp(
          `^epoch ${i + 1} of 24: loss [\\d.]+, validation PR AUC 0\\.\\d{4}, falls at [\\d.]+ % of the grid, \\d+ s left$`,
        ),
      );
    }
    // Whatever stopped it: the schedule's end, or nothing gained.
    expect(said.length - epochs.length).toBe(epochs.length < 24 ? 1 : 0);
    if (epochs.length < 24) expect(said.at(-1)).toMatch(/^the validation PR AUC no longer rises; back to the epoch of/);
  }, 60_000);

  it('has fewer falls after the epochs that pay more for them', () => {
    const [without, further] = [fitted(nightly, 1), fitted(nightly, 0.01)];
    expect(without.said.join()).not.toContain('more 1 of 6');
    expect(without.falls.share).toBeGreaterThan(0.01);
    expect(further.said.join()).toContain('more 1 of 6');
    expect(further.falls.share).toBeLessThan(without.falls.share - 0.005);
  }, 60_000);
});
