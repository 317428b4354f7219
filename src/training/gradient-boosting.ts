import { answerOf, type Derivatives, growTree, type Tree, type TreeOptions } from './boosted-tree.js';
import { bin } from './feature-bins.js';
import { meanLogLoss } from './metrics.js';
import { seeded } from './random.js';

/** Rows to learn from or to stop by: row-major features and labels (1 or 0). */
export interface LabelledRows {
  readonly x: Float32Array;
  readonly y: Uint8Array;
}
export interface BoostingOptions extends TreeOptions {
  /** Trees at most. */
  readonly trees: number;
  /** Share of a tree's answer that is added. */
  readonly shrinkage: number;
  /** Share of the rows that a tree is grown on, drawn anew for each; 1: all of them. */
  readonly rowShare: number;
  /** Trees without a lower validation loss before training stops. */
  readonly patience: number;
  readonly seed: number;
}
/** A sum of trees on top of the log-odds of the base rate. */
export interface Boosting {
  readonly width: number;
  readonly base: number;
  readonly shrinkage: number;
  readonly trees: readonly Tree[];
  /** Mean log loss before the first tree and after each, those that were dropped again included. */
  readonly losses: { readonly train: readonly number[]; readonly validation: readonly number[] };
}

/**
 * Gradient boosting on histograms with the logistic loss: each tree is fitted to the loss's derivatives at the sum of those
 * before it. Stops when the validation loss has not fallen for a while and keeps the trees up to its lowest. The same seed and
 * rows give the same trees. Memory: a byte a feature and about 32 bytes a training row. (Friedman 2001, doi 10.1214/aos/1013203451)
 */
export function trainBoosting(
  train: LabelledRows,
  validation: LabelledRows,
  width: number,
  options: BoostingOptions,
  onTree: (tree: number, validationLoss: number) => void = () => {},
): Boosting {
  const random = seeded(options.seed);
  const binned = bin(train.x, width);
  const base = logOdds(train.y);
  const onTrain = new Float64Array(train.y.length).fill(base);
  const onValidation = new Float64Array(validation.y.length).fill(base);
  const loss = { gradient: new Float64Array(train.y.length), hessian: new Float64Array(train.y.length) };
  const losses = { train: [derive(onTrain, train.y, loss)], validation: [meanLogLoss(onValidation, validation.y)] };
  const trees: Tree[] = [];
  let best = 0;
  while (trees.length < options.trees && trees.length - best < options.patience) {
    const tree = growTree(binned, drawRows(train.y.length, options.rowShare, random), loss, options);
    trees.push(tree);
    addTree(onTrain, tree, train.x, width, options.shrinkage);
    addTree(onValidation, tree, validation.x, width, options.shrinkage);
    losses.train.push(derive(onTrain, train.y, loss));
    losses.validation.push(meanLogLoss(onValidation, validation.y));
    if (losses.validation[trees.length]! < losses.validation[best]!) best = trees.length;
    onTree(trees.length, losses.validation[trees.length]!);
  }
  return { width, base, shrinkage: options.shrinkage, trees: trees.slice(0, best), losses };
}

/** Log-odds of row-major vectors. */
export function boostingLogits({ width, base, shrinkage, trees }: Boosting, x: Float32Array): Float32Array {
  const sums = new Float64Array(x.length / width).fill(base);
  for (const tree of trees) addTree(sums, tree, x, width, shrinkage);
  return Float32Array.from(sums);
}

function addTree(sums: Float64Array, tree: Tree, x: Float32Array, width: number, shrinkage: number): void {
  for (let row = 0; row < sums.length; row++) sums[row]! += shrinkage * answerOf(tree, x, row * width);
}

/** Writes gradient p − y and curvature p (1 − p) of the log loss by row. @returns the mean loss. */
function derive(logits: Float64Array, labels: Uint8Array, { gradient, hessian }: Derivatives): number {
  for (let row = 0; row < logits.length; row++) {
    const p = 1 / (1 + Math.exp(-logits[row]!));
    gradient[row] = p - labels[row]!;
    hessian[row] = p * (1 - p);
  }
  return meanLogLoss(logits, labels);
}

/** Log-odds of the share of ones, one row of each kind added so that they are finite. */
function logOdds(labels: Uint8Array): number {
  const ones = labels.reduce((sum, label) => sum + label, 0);
  return Math.log((ones + 1) / (labels.length - ones + 1));
}

function drawRows(rows: number, share: number, random: () => number): Uint32Array {
  const drawn = new Uint32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) if (share === 1 || random() < share) drawn[count++] = row;
  return drawn.subarray(0, count);
}
