import { describe, expect, it } from 'vitest';
import { FRAUD_FEATURES } from '../../../src/features/fraud-features.js';
import { gaussian, seeded } from '../../../src/training/random.js';
import { hasNative } from '../../support/engines.js';

const WIDTH = FRAUD_FEATURES.features.length;

describe.skipIf(!hasNative)('the fraud network', async () => {
  if (!hasNative) return;
  const { ensemble, foldCalibration, foldStandardisation, logits, network, score } = await import(
    '../../../src/training/fraud-network.js'
  );
  const random = seeded(5);
  const rows = 50;
  const x = Float32Array.from({ length: rows * WIDTH }, () => gaussian(random));

  it('has as an ensemble the mean log-odds of its members', () => {
    const members = [network(1), network(2), network(3)];
    const whole = ensemble(members);
    const each = members.map((member) => logits(member, x));
    const together = logits(whole, x);
    const probabilities = score(whole, x);
    for (let i = 0; i < rows; i++) {
      const mean = each.reduce((sum, own) => sum + own[i]!, 0) / members.length;
      expect(together[i]).toBeCloseTo(mean, 4);
      expect(probabilities[i]).toBeCloseTo(1 / (1 + Math.exp(-mean)), 5);
    }
  });

  it('takes raw rows once standardisation is folded in, and keeps the order when calibration is', () => {
    const mean = Float64Array.from({ length: WIDTH }, (_, f) => f / 3);
    const std = Float64Array.from({ length: WIDTH }, (_, f) => 1 + f / 10);
    const raw = x.map((value, i) => value * std[i % WIDTH]! + mean[i % WIDTH]!);
    const model = ensemble([network(1), network(2)]);
    const served = foldStandardisation(model, { mean, std });
    const [plain, folded] = [logits(model, x), logits(served, raw)];
    plain.forEach((value, i) => {
      expect(folded[i]).toBeCloseTo(value, 3);
    });
    foldCalibration(served, { a: 0.5, b: -1 });
    logits(served, raw).forEach((value, i) => {
      expect(value).toBeCloseTo(0.5 * folded[i]! - 1, 3);
    });
  });
});
