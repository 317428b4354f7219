/** Scores with labels, sorted by falling score: what the ranking measures are computed from. */
export interface Ranked {
  readonly order: Uint32Array;
  readonly positives: number;
  readonly negatives: number;
}

/** Sorts rows by falling score. `labels` are 0 or 1. */
export function rank(scores: Float32Array, labels: Uint8Array): Ranked {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
  let positives = 0;
  for (const label of labels) positives += label;
  return { order, positives, negatives: labels.length - positives };
}

/** Calls back after each group of equal scores with the true and false positives at that threshold. */
function walk(
  scores: Float32Array,
  labels: Uint8Array,
  { order }: Ranked,
  visit: (threshold: number, tp: number, fp: number) => boolean,
): void {
  let tp = 0;
  let fp = 0;
  for (let i = 0; i < order.length; i++) {
    if (labels[order[i]!] === 1) tp++;
    else fp++;
    const score = scores[order[i]!]!;
    if (i + 1 < order.length && scores[order[i + 1]!] === score) continue;
    if (!visit(score, tp, fp)) return;
  }
}

/** Area under the ROC curve, by trapezoids. */
export function rocAuc(scores: Float32Array, labels: Uint8Array, ranked = rank(scores, labels)): number {
  let area = 0;
  let lastTp = 0;
  let lastFp = 0;
  walk(scores, labels, ranked, (_t, tp, fp) => {
    area += ((fp - lastFp) * (tp + lastTp)) / 2;
    lastTp = tp;
    lastFp = fp;
    return true;
  });
  return area / (ranked.positives * ranked.negatives);
}

/** Average precision: the area under the precision-recall curve, by steps. */
export function prAuc(scores: Float32Array, labels: Uint8Array, ranked = rank(scores, labels)): number {
  let area = 0;
  let lastTp = 0;
  walk(scores, labels, ranked, (_t, tp, fp) => {
    area += ((tp - lastTp) / ranked.positives) * (tp / (tp + fp));
    lastTp = tp;
    return true;
  });
  return area;
}

/** Mean log loss of log-odds, in nats, without overflow: ln(1 + e^−z) for a 1, ln(1 + e^z) for a 0. */
export function meanLogLoss(logits: Float32Array | Float64Array, labels: Uint8Array): number {
  let sum = 0;
  for (let row = 0; row < logits.length; row++) {
    const against = labels[row] === 1 ? -logits[row]! : logits[row]!;
    sum += Math.max(against, 0) + Math.log1p(Math.exp(-Math.abs(against)));
  }
  return sum / logits.length;
}

/** The lowest threshold whose false-positive rate stays at or below `rate`, and the recall there. */
export function atFalsePositiveRate(
  scores: Float32Array,
  labels: Uint8Array,
  rate: number,
  ranked = rank(scores, labels),
): { threshold: number; recall: number } {
  let threshold = 1;
  let recall = 0;
  walk(scores, labels, ranked, (t, tp, fp) => {
    if (fp > rate * ranked.negatives) return false;
    threshold = t;
    recall = tp / ranked.positives;
    return true;
  });
  return { threshold, recall };
}

/** What a fixed threshold does. */
export function atThreshold(
  scores: Float32Array,
  labels: Uint8Array,
  threshold: number,
): { recall: number; precision: number; falsePositiveRate: number } {
  let tp = 0;
  let fp = 0;
  let positives = 0;
  for (let i = 0; i < scores.length; i++) {
    positives += labels[i]!;
    if (scores[i]! < threshold) continue;
    if (labels[i] === 1) tp++;
    else fp++;
  }
  return {
    recall: tp / positives,
    precision: tp + fp === 0 ? 0 : tp / (tp + fp),
    falsePositiveRate: fp / (scores.length - positives),
  };
}

/**
 * Histogram of one feature for drift: a bin for each value where there are at most `bins` of them (0 and 1 are two bins), else at
 * most `bins` bins of equal count. A bin begins at a value that occurs and reaches up to the next edge; the last edge is the
 * highest value, or lies above it where that value fills a bin of its own.
 */
export function histogram(values: Float32Array, bins = 20): { edges: number[]; counts: number[] } {
  const sorted = Float32Array.from(values).sort();
  const highest = sorted[sorted.length - 1]!;
  const starts = fewValues(sorted, bins) ?? equalCountStarts(sorted, bins);
  const last = starts[starts.length - 1]!;
  const top = last < highest ? highest : last + (starts.length > 1 ? last - starts[starts.length - 2]! : 1);
  const counts = new Array<number>(starts.length).fill(0);
  let bin = 0;
  for (const value of sorted) {
    while (bin < starts.length - 1 && value >= starts[bin + 1]!) bin++;
    counts[bin]!++;
  }
  return { edges: [...starts, top], counts };
}

/** The distinct values of a sorted list, ascending; null when there are more than `most`. */
function fewValues(sorted: Float32Array, most: number): number[] | null {
  const distinct: number[] = [];
  for (const value of sorted) {
    if (value === distinct[distinct.length - 1]) continue;
    if (distinct.length === most) return null;
    distinct.push(value);
  }
  return distinct;
}

function equalCountStarts(sorted: Float32Array, bins: number): number[] {
  const starts = [sorted[0]!];
  for (let i = 1; i < bins; i++) {
    const start = sorted[Math.floor((i / bins) * sorted.length)]!;
    if (start > starts[starts.length - 1]!) starts.push(start);
  }
  return starts;
}
