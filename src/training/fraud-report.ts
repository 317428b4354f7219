import { FRAUD_FEATURES } from '../features/fraud-features.js';
import { type Metric, metric, metricTable } from './artifacts.js';
import type { FraudData } from './fraud-data.js';
import { atFalsePositiveRate, atThreshold, prAuc, rank, rocAuc } from './metrics.js';

export const FRAUD_DATASET = 'card-transactions (simulated, Sparkov)';
/** Shares of legitimate payments (of the validation period) that a decision may hit. */
const REVIEW_FPR = 0.005;
const DECLINE_FPR = 0.0005;

/** Probabilities from which a payment is reviewed or declined. */
export interface Thresholds {
  readonly review: number;
  readonly decline: number;
}

/** Thresholds by false-positive rate, from the validation period alone. */
export function chooseThresholds(scores: Float32Array, labels: Uint8Array): Thresholds {
  const ranked = rank(scores, labels);
  return {
    review: atFalsePositiveRate(scores, labels, REVIEW_FPR, ranked).threshold,
    decline: atFalsePositiveRate(scores, labels, DECLINE_FPR, ranked).threshold,
  };
}

/** Every figure of a fraud model: on the test period, with thresholds of the validation period. */
export function fraudMetrics(
  data: FraudData,
  onValidation: Float32Array,
  onTest: Float32Array,
  thresholds: Thresholds,
): Metric[] {
  const labels = data.test.y;
  const ranked = rank(onTest, labels);
  const test = `${FRAUD_DATASET}, test 2020-06-21 to 2020-12-31`;
  const twoPercent = atThreshold(onTest, labels, atFalsePositiveRate(onValidation, data.validation.y, 0.02).threshold);
  const atReview = atThreshold(onTest, labels, thresholds.review);
  const atDecline = atThreshold(onTest, labels, thresholds.decline);
  return [
    metric('rocAuc', rocAuc(onTest, labels, ranked), test),
    metric('prAuc', prAuc(onTest, labels, ranked), test),
    metric('recallAtValidationFpr2', twoPercent.recall, test),
    metric('fprAtValidationFpr2', twoPercent.falsePositiveRate, test),
    metric('recallAtFpr0.5', atFalsePositiveRate(onTest, labels, 0.005, ranked).recall, test),
    metric('recallAtReview', atReview.recall, test),
    metric('precisionAtReview', atReview.precision, test),
    metric('fprAtReview', atReview.falsePositiveRate, test),
    metric('recallAtDecline', atDecline.recall, test),
    metric('precisionAtDecline', atDecline.precision, test),
    metric('fprAtDecline', atDecline.falsePositiveRate, test),
  ];
}

/** `CARD.md` of the fraud model. */
export function fraudCard(metrics: readonly Metric[], thresholds: Thresholds, data: FraudData): string {
  const frauds = data.test.y.reduce((sum, label) => sum + label, 0);
  return `# fraud

Probability that a card payment is fraudulent, from the payment itself and the card's history before it (feature set
\`fraud@1\`, ${FRAUD_FEATURES.features.length} numbers). A perceptron 64-32-1; standardisation is folded into its first layer, so it takes raw features.

**Data.** Simulated card payments: output of the MIT-licensed Sparkov generator, ${data.rows} rows, ${data.from} to ${data.to}. Not real
people, and not the customers of the retail data that the other models were trained on. Known artefacts: merchants
are drawn at random inside a category, position carries no signal, and on a card's fraud days every transaction is fraud.
Figures on it say how well the model finds this generator's frauds, not how it would do at a bank.

**Split by time.** Trained before 2020-04-01 (${data.train.y.length} payments); epochs, learning rate and thresholds chosen on
2020-04-01 to 2020-06-20 (${data.validation.y.length}); tested from 2020-06-21 (${data.test.y.length}, ${frauds} frauds).

${metricTable(metrics)}

\`recallAtValidationFpr2\` uses the threshold that gives 2 % false positives on the validation period, \`recallAtFpr0.5\` the one that gives
0.5 % on the test period itself. Baselines, measured apart on the same data and split:

| model | features | ROC AUC | recall at 2 % FPR |
| --- | --- | --- | --- |
| logistic regression | the transaction alone | .926 | .595 |
| gradient boosting | the transaction alone | .9976 | .971 |
| logistic regression | + the card's history | .961 | .716 |
| MLP 32-16 | + the card's history | .9992 | .992 |
| gradient boosting | + the card's history | .9996 | .994 |

Accuracy says little here: always answering "legitimate" is right for ${(100 * (1 - frauds / data.test.y.length)).toFixed(1)} % of the payments.

**Decisions.** REVIEW from ${thresholds.review.toPrecision(4)} (${100 * REVIEW_FPR} % false positives on validation), DECLINE from ${thresholds.decline.toPrecision(4)} (${100 * DECLINE_FPR} %).

**Limits.** Amounts in USD only. Hours are taken as they come, as UTC. Probabilities are not calibrated beyond what the
training loss does. A new card has no history: its first payments are judged by the transaction alone. Because fraud days are
all fraud in this data, the count and sum of the last 24 hours say more here than they would at a bank.
`;
}
