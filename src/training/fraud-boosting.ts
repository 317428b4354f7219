import { FRAUD_FEATURES } from '../features/fraud-features.js';
import { AMOUNT_GRID, fallsOf } from './amount-falls.js';
import { type AmountGrid, gridRows } from './amount-grid.js';
import { type Metric, metric, type Progress } from './artifacts.js';
import { brierSkill, sigmoid } from './calibration.js';
import type { FraudData } from './fraud-data.js';
import { DECLINE_FPR, FRAUD_TEST, REVIEW_FPR } from './fraud-figures.js';
import { type Boosting, type BoostingOptions, boostingLogits, trainBoosting } from './gradient-boosting.js';
import { atFalsePositiveRate, atThreshold, prAuc, rank, rocAuc } from './metrics.js';

const WIDTH = FRAUD_FEATURES.features.length;

/** What the network is held against: all training rows, stopped by the validation loss. */
export const boostingOptions = (seed: number): BoostingOptions => ({
  trees: 500,
  shrinkage: 0.1,
  leaves: 31,
  l2: 1,
  minRows: 20,
  minHessian: 1,
  rowShare: 1,
  patience: 20,
  seed,
});

/**
 * Trains gradient boosting on the network's own features and rows. @returns its figures on the test period; thresholds, like
 * the network's, from the validation period alone.
 */
export function boostingMetrics(
  data: FraudData,
  grid: AmountGrid | null,
  options: BoostingOptions,
  progress: Progress,
): Metric[] {
  progress.start('gradient boosting', options.trees);
  const model = trainBoosting(data.train, data.validation, WIDTH, options, (tree, loss) =>
    progress.step(tree, `validation loss ${loss.toFixed(5)}`),
  );
  progress.done(`${model.trees.length} trees`);
  const onValidation = boostingLogits(model, data.validation.x);
  const onTest = boostingLogits(model, data.test.x);
  const labels = data.test.y;
  const ranked = rank(onTest, labels);
  const validationRanked = rank(onValidation, data.validation.y);
  const figure = (name: string, value: number) => metric(`gradientBoosting.${name}`, value, FRAUD_TEST);
  return [
    ...(grid === null ? [] : [metric('gradientBoosting.amountFalls', fallsBy(model, grid), AMOUNT_GRID)]),
    figure('trees', model.trees.length),
    figure('rocAuc', rocAuc(onTest, labels, ranked)),
    figure('prAuc', prAuc(onTest, labels, ranked)),
    figure('recallAtFpr0.5', atFalsePositiveRate(onTest, labels, 0.005, ranked).recall),
    figure('brierSkill', brierSkill(Float64Array.from(onTest, sigmoid), labels)),
    ...[DECLINE_FPR, REVIEW_FPR, 0.02].flatMap((rate) => {
      const { threshold } = atFalsePositiveRate(onValidation, data.validation.y, rate, validationRanked);
      const at = atThreshold(onTest, labels, threshold);
      return [
        figure(`recallAtValidationFpr${100 * rate}`, at.recall),
        figure(`fprAtValidationFpr${100 * rate}`, at.falsePositiveRate),
      ];
    }),
  ];
}

/** Share of the grid's neighbouring amounts at which its risk falls; nothing keeps it from that. */
function fallsBy(model: Boosting, grid: AmountGrid): number {
  const rows = gridRows(grid);
  return fallsOf(grid, rows, boostingLogits(model, rows.x).map(sigmoid)).share;
}
