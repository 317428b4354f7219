import { type Binned, MAX_BINS } from './feature-bins.js';

/** A regression tree as arrays by node; node 0 is the root. */
export interface Tree {
  /** Feature a node splits on; −1: a leaf. */
  readonly feature: Int16Array;
  /** Values up to this go left. */
  readonly threshold: Float32Array;
  readonly left: Int16Array;
  readonly right: Int16Array;
  /** What a leaf adds to the log-odds. */
  readonly value: Float64Array;
}

export interface TreeOptions {
  /** Leaves of a tree at most. */
  readonly leaves: number;
  /** Added to a leaf's curvature: pulls its answer towards 0. */
  readonly l2: number;
  /** Rows and curvature that each side of a split must have. */
  readonly minRows: number;
  readonly minHessian: number;
}

/** Sums over the rows of a leaf, per feature and bin: gradients, curvatures and rows, `MAX_BINS` of each per feature. */
interface Histogram {
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  readonly count: Int32Array;
}
interface Split {
  readonly gain: number;
  readonly feature: number;
  /** Bins up to this one go left. */
  readonly bin: number;
}
/** A leaf while the tree grows: its rows are `order[start]` to `order[end − 1]`. */
interface Leaf {
  readonly node: number;
  readonly start: number;
  readonly end: number;
  readonly gradient: number;
  readonly hessian: number;
  readonly histogram: Histogram;
  readonly split: Split | null;
}

/** First and second derivatives of the loss by row. */
export interface Derivatives {
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
}

/**
 * Grows a tree leaf by leaf, always splitting the leaf that gains most, on the derivatives of the rows in `order` (which it
 * reorders). A leaf answers −G / (H + l2), a split gains G²/(H + l2) of its sides less that of the whole.
 * (Chen & Guestrin 2016, doi 10.1145/2939672.2939785; leaf-wise growth and histogram subtraction as in LightGBM, Ke et al. 2017)
 */
export function growTree(data: Binned, order: Uint32Array, loss: Derivatives, options: TreeOptions): Tree {
  const nodes = new GrowingTree(2 * options.leaves - 1);
  const scratch = new Uint32Array(order.length);
  const open: Leaf[] = [];
  const add = (node: number, start: number, end: number, histogram: Histogram) => {
    const [gradient, hessian] = totals(histogram);
    nodes.value[node] = -gradient / (hessian + options.l2);
    const split = end - start < 2 * options.minRows ? null : bestSplit(histogram, data, gradient, hessian, options);
    open.push({ node, start, end, gradient, hessian, histogram, split });
  };
  add(nodes.next(), 0, order.length, sum(data, order, loss));

  for (let leaves = 1; leaves < options.leaves; leaves++) {
    const leaf = open.reduce((best, each) => ((each.split?.gain ?? 0) > (best.split?.gain ?? 0) ? each : best));
    if (leaf.split === null) break;
    open.splice(open.indexOf(leaf), 1);
    const { node, start, end, histogram, split } = leaf;
    const middle = partition(data, order, scratch, start, end, split);
    const [left, right] = [nodes.next(), nodes.next()];
    nodes.split(node, split.feature, data.edges[split.feature]![split.bin]!, left, right);
    // The smaller side is counted, the larger is what is left of the whole.
    const leftIsSmall = middle - start <= end - middle;
    const small = sum(data, leftIsSmall ? order.subarray(start, middle) : order.subarray(middle, end), loss);
    const large = subtract(histogram, small);
    add(left, start, middle, leftIsSmall ? small : large);
    add(right, middle, end, leftIsSmall ? large : small);
  }
  return nodes;
}

class GrowingTree implements Tree {
  readonly feature: Int16Array;
  readonly threshold: Float32Array;
  readonly left: Int16Array;
  readonly right: Int16Array;
  readonly value: Float64Array;
  #nodes = 0;

  constructor(size: number) {
    this.feature = new Int16Array(size).fill(-1);
    this.threshold = new Float32Array(size);
    this.left = new Int16Array(size);
    this.right = new Int16Array(size);
    this.value = new Float64Array(size);
  }
  next(): number {
    return this.#nodes++;
  }
  split(node: number, feature: number, threshold: number, left: number, right: number): void {
    this.feature[node] = feature;
    this.threshold[node] = threshold;
    this.left[node] = left;
    this.right[node] = right;
  }
}

function sum({ bins, width }: Binned, rows: Uint32Array, loss: Derivatives): Histogram {
  const gradient = new Float64Array(width * MAX_BINS);
  const hessian = new Float64Array(width * MAX_BINS);
  const count = new Int32Array(width * MAX_BINS);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const g = loss.gradient[row]!;
    const h = loss.hessian[row]!;
    const from = row * width;
    for (let feature = 0; feature < width; feature++) {
      const place = feature * MAX_BINS + bins[from + feature]!;
      gradient[place]! += g;
      hessian[place]! += h;
      count[place]! += 1;
    }
  }
  return { gradient, hessian, count };
}

/** What is left of `whole` without `part`, in the arrays of `whole`. */
function subtract(whole: Histogram, part: Histogram): Histogram {
  for (let i = 0; i < whole.count.length; i++) {
    whole.gradient[i]! -= part.gradient[i]!;
    whole.hessian[i]! -= part.hessian[i]!;
    whole.count[i]! -= part.count[i]!;
  }
  return whole;
}

/** Gradient and curvature of all rows: the first feature's bins hold each row once. */
function totals({ gradient, hessian }: Histogram): [gradient: number, hessian: number] {
  let g = 0;
  let h = 0;
  for (let bin = 0; bin < MAX_BINS; bin++) {
    g += gradient[bin]!;
    h += hessian[bin]!;
  }
  return [g, h];
}

function bestSplit(
  histogram: Histogram,
  { edges }: Binned,
  gradient: number,
  hessian: number,
  { l2, minRows, minHessian }: TreeOptions,
): Split | null {
  const rows = histogram.count.subarray(0, MAX_BINS).reduce((total, count) => total + count, 0);
  const whole = gradient ** 2 / (hessian + l2);
  let best: Split | null = null;
  for (let feature = 0; feature < edges.length; feature++) {
    let g = 0;
    let h = 0;
    let n = 0;
    for (let bin = 0; bin < edges[feature]!.length; bin++) {
      const place = feature * MAX_BINS + bin;
      g += histogram.gradient[place]!;
      h += histogram.hessian[place]!;
      n += histogram.count[place]!;
      if (n < minRows || h < minHessian) continue;
      if (rows - n < minRows || hessian - h < minHessian) break;
      const gain = g ** 2 / (h + l2) + (gradient - g) ** 2 / (hessian - h + l2) - whole;
      if (gain > (best?.gain ?? 1e-9)) best = { gain, feature, bin };
    }
  }
  return best;
}

/** Puts the rows that go left before those that go right, each side in its old order. @returns where the right side starts. */
function partition(
  { bins, width }: Binned,
  order: Uint32Array,
  scratch: Uint32Array,
  start: number,
  end: number,
  { feature, bin }: Split,
): number {
  let left = start;
  let right = 0;
  for (let i = start; i < end; i++) {
    const row = order[i]!;
    if (bins[row * width + feature]! <= bin) order[left++] = row;
    else scratch[right++] = row;
  }
  order.set(scratch.subarray(0, right), left);
  return left;
}

/** What the tree adds for the vector at `offset`. */
export function answerOf(tree: Tree, x: Float32Array, offset: number): number {
  let node = 0;
  while (tree.feature[node]! >= 0)
    node = x[offset + tree.feature[node]!]! <= tree.threshold[node]! ? tree.left[node]! : tree.right[node]!;
  return tree.value[node]!;
}
