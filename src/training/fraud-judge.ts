import { fallsOf } from './amount-falls.js';
import { type AmountGrid, gridRows } from './amount-grid.js';
import { fitPlatt, type Platt } from './calibration.js';
import type { EpochFigures } from './fraud-course.js';
import type { FraudRows } from './fraud-data.js';
import { foldCalibration, foldStandardisation, logits, type Moments, score } from './fraud-network.js';
import { prAuc } from './metrics.js';
import type * as tf from './tf.js';

/**
 * What is done with a fitted network before it is served: standardisation folded into its first layer, calibration on the
 * validation period into its last.
 * @returns a network of its own, which the caller disposes of.
 * @throws Error when its scores do not rise with fraud.
 */
export function asServed(
  model: tf.LayersModel,
  moments: Moments,
  validation: FraudRows,
): { readonly served: tf.LayersModel; readonly calibration: Platt } {
  const served = foldStandardisation(model, moments);
  try {
    const calibration = fitPlatt(logits(served, validation.x), validation.y);
    foldCalibration(served, calibration);
    return { served, calibration };
  } catch (error) {
    served.dispose();
    throw error;
  }
}

/**
 * Judges networks on standardised rows as they would be served: by the validation period alone, which chose the epochs before,
 * and by the same grid that decides whether a version is written.
 */
export function judgeOn(
  validation: FraudRows,
  grid: AmountGrid,
  moments: Moments,
): (model: tf.LayersModel) => EpochFigures {
  const rows = gridRows(grid);
  return (model) => {
    const served = foldStandardisation(model, moments);
    const onValidation = logits(served, validation.x);
    let falls = 1;
    try {
      foldCalibration(served, fitPlatt(onValidation, validation.y));
      falls = fallsOf(grid, rows, score(served, rows.x)).share;
    } catch {
      // Scores that do not rise with fraud cannot be served: as bad as falling everywhere, and no reason to end the fit.
    }
    served.dispose();
    return { prAuc: prAuc(onValidation, validation.y), falls };
  };
}
