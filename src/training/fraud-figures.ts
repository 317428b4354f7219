import { type Metric, metric, onData } from './artifacts.js';
import { brier, brierSkill, type Platt, type ReliabilityBin, reliabilityAtTop, sigmoid } from './calibration.js';
import { COSTS, type Costs, costsOf } from './fraud-costs.js';
import type { FraudData, Thresholds } from './fraud-data.js';
import { type Group, groupsAt } from './fraud-groups.js';
import { atFalsePositiveRate, atThreshold, meanLogLoss, prAuc, type Ranked, rank, rocAuc } from './metrics.js';

/** What figures of the test period are said to be on, until `onFraudData` says of which data. */
export const FRAUD_TEST = 'test';
/** The test payments as if each were its card's first. */
export const ALONE = `${FRAUD_TEST}, the transaction alone`;
/** Shares of legitimate payments (of the validation period) that a decision may hit. */
export const REVIEW_FPR = 0.005;
export const DECLINE_FPR = 0.0005;
/** Reliability is looked at where decisions are made: the highest scores, in groups of equal size. */
const TOP_SHARE = 0.01;
const TOP_BINS = 10;

/** What the served model says of both periods. */
export interface FraudScores {
  /** Probabilities, as served. */
  readonly onValidation: Float32Array;
  readonly onTest: Float32Array;
  /** The same payments with every history feature as a new card has it: the transaction alone. */
  readonly aloneOnValidation: Float32Array;
  readonly aloneOnTest: Float32Array;
  /** Log-odds of the test rows after calibration: finite where probabilities round to 0 or 1. */
  readonly testLogits: Float32Array;
  /** What was folded into the last layer; a = 1, b = 0 when nothing was. */
  readonly calibration: Platt;
}

/** Figures as cards have them: on which data, and from when to when the test period was. */
export const onFraudData = (name: string, { to }: FraudData, metrics: readonly Metric[]): Metric[] =>
  onData(
    name,
    metrics.map((m) => ({ ...m, dataset: m.dataset.replace(/^test\b/, `test 2020-06-21 to ${to.slice(0, 10)}`) })),
  );

/** Thresholds by false-positive rate, from the validation period alone. */
export function chooseThresholds(scores: Float32Array, labels: Uint8Array): Thresholds {
  const ranked = rank(scores, labels);
  return {
    review: atFalsePositiveRate(scores, labels, REVIEW_FPR, ranked).threshold,
    decline: atFalsePositiveRate(scores, labels, DECLINE_FPR, ranked).threshold,
  };
}

/** Every figure of a fraud model: on the test period, with thresholds of the validation period. */
export function fraudMetrics(data: FraudData, scores: FraudScores, thresholds: Thresholds): Metric[] {
  const ranked = rank(scores.onTest, data.test.y);
  return [
    ...rankingMetrics(data, scores, thresholds, ranked),
    ...calibrationMetrics(scores, data.test.y),
    ...reliabilityMetrics(scores, data.test.y, ranked),
    ...groupsAt(thresholds.review, data.test, scores.onTest).flatMap(groupMetrics),
    ...aloneMetrics(data, scores, thresholds),
    ...COSTS.flatMap((costs) => costMetrics(costs, data, scores, thresholds)),
  ];
}

function rankingMetrics(
  data: FraudData,
  { onValidation, onTest }: FraudScores,
  thresholds: Thresholds,
  ranked: Ranked,
): Metric[] {
  const labels = data.test.y;
  const twoPercent = atThreshold(onTest, labels, atFalsePositiveRate(onValidation, data.validation.y, 0.02).threshold);
  const atReview = atThreshold(onTest, labels, thresholds.review);
  const atDecline = atThreshold(onTest, labels, thresholds.decline);
  return [
    metric('rocAuc', rocAuc(onTest, labels, ranked), FRAUD_TEST),
    metric('prAuc', prAuc(onTest, labels, ranked), FRAUD_TEST),
    metric('recallAtValidationFpr2', twoPercent.recall, FRAUD_TEST),
    metric('fprAtValidationFpr2', twoPercent.falsePositiveRate, FRAUD_TEST),
    metric('recallAtFpr0.5', atFalsePositiveRate(onTest, labels, 0.005, ranked).recall, FRAUD_TEST),
    metric('recallAtReview', atReview.recall, FRAUD_TEST),
    metric('precisionAtReview', atReview.precision, FRAUD_TEST),
    metric('fprAtReview', atReview.falsePositiveRate, FRAUD_TEST),
    metric('recallAtDecline', atDecline.recall, FRAUD_TEST),
    metric('precisionAtDecline', atDecline.precision, FRAUD_TEST),
    metric('fprAtDecline', atDecline.falsePositiveRate, FRAUD_TEST),
  ];
}

/** Brier score and skill with the calibration and without it, and how extreme the scores are. Nothing is clipped. */
function calibrationMetrics({ onTest, testLogits, calibration }: FraudScores, labels: Uint8Array): Metric[] {
  const raw = uncalibrated(testLogits, calibration);
  const before = Float64Array.from(raw, sigmoid);
  const share = (value: number) => onTest.reduce((sum, score) => sum + Number(score === value), 0) / onTest.length;
  return [
    metric('brier', brier(onTest, labels), FRAUD_TEST),
    metric('brierSkill', brierSkill(onTest, labels), FRAUD_TEST),
    metric('brierUncalibrated', brier(before, labels), FRAUD_TEST),
    metric('brierSkillUncalibrated', brierSkill(before, labels), FRAUD_TEST),
    metric('logLoss', meanLogLoss(testLogits, labels), FRAUD_TEST),
    metric('logLossUncalibrated', meanLogLoss(raw, labels), FRAUD_TEST),
    ...range('logOdds', testLogits),
    ...range('logOddsUncalibrated', raw),
    metric('shareExactly0', share(0), FRAUD_TEST),
    metric('shareExactly1', share(1), FRAUD_TEST),
  ];
}

/** Log-odds as they were before calibration. */
const uncalibrated = (logits: Float32Array, { a, b }: Platt): Float32Array => logits.map((z) => (z - b) / a);

function range(name: string, values: Float32Array): Metric[] {
  const sorted = Float32Array.from(values).sort();
  return [
    metric(`${name}.lowest`, sorted[0]!, FRAUD_TEST),
    metric(`${name}.median`, sorted[sorted.length >> 1]!, FRAUD_TEST),
    metric(`${name}.highest`, sorted[sorted.length - 1]!, FRAUD_TEST),
  ];
}

/** Predicted against observed fraud in the highest scores, before calibration and after, and the mean distances. */
function reliabilityMetrics({ testLogits, calibration }: FraudScores, labels: Uint8Array, ranked: Ranked): Metric[] {
  const binsOf = (logits: Float32Array) =>
    reliabilityAtTop(Float64Array.from(logits, sigmoid), labels, TOP_SHARE, TOP_BINS, ranked);
  const bins = binsOf(testLogits);
  const before = binsOf(uncalibrated(testLogits, calibration));
  const top = `${FRAUD_TEST}, top ${100 * TOP_SHARE} % of scores`;
  return [
    metric('calibrationError', distance(bins), top),
    metric('calibrationErrorUncalibrated', distance(before), top),
    ...bins.flatMap(({ rows, predicted, observed }, i) => {
      const on = `${top}, group ${i + 1} of ${bins.length} (${rows} payments)`;
      return [
        metric('predictedFraudUncalibrated', before[i]!.predicted, on),
        metric('predictedFraud', predicted, on),
        metric('observedFraud', observed, on),
      ];
    }),
  ];
}

/** Mean distance of predicted from observed, weighted by rows. */
function distance(bins: readonly ReliabilityBin[]): number {
  const rows = bins.reduce((sum, bin) => sum + bin.rows, 0);
  return bins.reduce((sum, bin) => sum + (bin.rows * Math.abs(bin.predicted - bin.observed)) / rows, 0);
}

/** A group's figures; the data set they are on says how many payments that is. */
function groupMetrics({ name, payments, frauds, recall, precision }: Group): Metric[] {
  const on = `${FRAUD_TEST}, ${name} (${payments} payments, ${frauds} frauds)`;
  return [
    ...(recall === null ? [] : [metric('recallAtReview', recall, on)]),
    ...(precision === null ? [] : [metric('precisionAtReview', precision, on)]),
  ];
}

/** What is left when nothing is known of a card: thresholds as served, and one chosen for such payments on validation. */
function aloneMetrics(
  data: FraudData,
  { aloneOnValidation, aloneOnTest }: FraudScores,
  thresholds: Thresholds,
): Metric[] {
  const labels = data.test.y;
  const ranked = rank(aloneOnTest, labels);
  const { threshold } = atFalsePositiveRate(aloneOnValidation, data.validation.y, 0.02);
  const twoPercent = atThreshold(aloneOnTest, labels, threshold);
  const atReview = atThreshold(aloneOnTest, labels, thresholds.review);
  return [
    metric('rocAuc', rocAuc(aloneOnTest, labels, ranked), ALONE),
    metric('prAuc', prAuc(aloneOnTest, labels, ranked), ALONE),
    metric('recallAtValidationFpr2', twoPercent.recall, ALONE),
    metric('fprAtValidationFpr2', twoPercent.falsePositiveRate, ALONE),
    metric('recallAtReview', atReview.recall, ALONE),
    metric('precisionAtReview', atReview.precision, ALONE),
    metric('fprAtReview', atReview.falsePositiveRate, ALONE),
  ];
}

/** USD per 1,000 test payments, for one pair of costs. */
function costMetrics(costs: Costs, { test }: FraudData, { onTest }: FraudScores, thresholds: Thresholds): Metric[] {
  const on = `${FRAUD_TEST}, a missed fraud at ${100 * costs.missed} % of its amount, a review at ${costs.review} USD`;
  return Object.entries(costsOf(costs, thresholds, test, onTest)).map(([name, value]) =>
    metric(`costPer1000.${name}`, value, on),
  );
}
