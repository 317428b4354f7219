import { describe, expect, it } from 'vitest';
import { applyPayment, emptyCustomer } from '../../../src/features/customer-state.js';
import { FRAUD_FEATURES, fraudVector } from '../../../src/features/fraud-features.js';
import { fallsOf } from '../../../src/training/amount-falls.js';
import { drawAmountGrid, gridRows } from '../../../src/training/amount-grid.js';
import { noProgress } from '../../../src/training/artifacts.js';
import type { FraudRows } from '../../../src/training/fraud-data.js';
import { rocAuc } from '../../../src/training/metrics.js';
import { DataQuality } from '../../../src/training/quality.js';
import { seeded } from '../../../src/training/random.js';
import { hasNative } from '../../support/engines.js';

const WIDTH = FRAUD_FEATURES.features.length;
const HOUR = 3_600_000;

/** Payments of one card for petrol: ordinary ones from 30 to 200 USD, and frauds of 5 to 12. */
function petrol(rows: number, seed: number): FraudRows {
  const random = seeded(seed);
  const state = emptyCustomer();
  const x = new Float32Array(rows * WIDTH);
  const y = new Uint8Array(rows);
  let occurredAt = Date.UTC(2020, 0, 1);
  for (let row = 0; row < rows; row++) {
    occurredAt += Math.floor(random() * 5 * HOUR);
    y[row] = Number(random() < 0.1);
    const amountMinor = Math.round(y[row] === 1 ? 500 + 700 * random() : 3_000 * (20 / 3) ** random());
    const payment = { merchant: 'shop', category: 'gas_transport', amountMinor, currency: 'USD', occurredAt };
    fraudVector(state, payment, x, row * WIDTH);
    applyPayment(state, payment.category, amountMinor, occurredAt);
  }
  return { x, y };
}

describe.skipIf(!hasNative)('fitting the fraud networks', async () => {
  if (!hasNative) return;
  const { fitNetworks, momentsOf } = await import('../../../src/training/fraud-fit.js');
  const { foldStandardisation, score } = await import('../../../src/training/fraud-network.js');

  it('finds frauds of small amounts, and lets the risk fall in a few steps above them, not all the way', () => {
    const [train, validation] = [petrol(12_000, 1), petrol(2_000, 2)];
    const moments = momentsOf(train);
    const model = foldStandardisation(fitNetworks(train, moments, 3, noProgress), moments);
    expect(rocAuc(score(model, validation.x), validation.y)).toBeGreaterThan(0.99);

    const data = { train, validation, test: validation, rows: 0, from: '', to: '', quality: new DataQuality() };
    const grid = drawAmountGrid(data, 4);
    const rows = gridRows(grid);
    const falls = fallsOf(grid, rows, score(model, rows.x));
    const perPayment = (falls.share * falls.pairs) / falls.contexts;
    expect(falls.pairs / falls.contexts).toBeGreaterThan(14);
    expect(perPayment).toBeLessThan(5);
    model.dispose();
  }, 60_000);
});
