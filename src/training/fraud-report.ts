import { FRAUD_FEATURES } from '../features/fraud-features.js';
import { type Metric, metricTable } from './artifacts.js';
import type { Platt } from './calibration.js';
import type { FraudData } from './fraud-data.js';
import { DECLINE_FPR, REVIEW_FPR, type Thresholds } from './fraud-figures.js';

/** What a card is written from. */
export interface FraudReport {
  readonly metrics: readonly Metric[];
  readonly thresholds: Thresholds;
  readonly calibration: Platt;
  readonly data: FraudData;
}

/** A Markdown table of cells. */
const table = (rows: readonly (readonly (string | number)[])[]): string =>
  rows
    .flatMap((cells, i) => [cells, ...(i === 0 ? [cells.map(() => '---')] : [])])
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

/** `CARD.md` of the fraud model. */
export function fraudCard(report: FraudReport): string {
  const { metrics, thresholds, data } = report;
  const frauds = data.test.y.reduce((sum, label) => sum + label, 0);
  return `# fraud

Probability that a card payment is fraudulent, from the payment itself and the card's history before it (feature set
\`fraud@1\`, ${FRAUD_FEATURES.features.length} numbers). A perceptron 64-32-1; standardisation is folded into its first layer, so it takes raw features,
and calibration into its last, so it gives calibrated probabilities.

**Data.** Simulated card payments: output of the MIT-licensed Sparkov generator, ${data.rows} rows, ${data.from} to ${data.to}. Not real
people, and not the customers of the retail data that the other models were trained on. Known artefacts: merchants
are drawn at random inside a category, position carries no signal, and on a card's fraud days every transaction is fraud.
Figures on it say how well the model finds this generator's frauds, not how it would do at a bank.

**Split by time.** Trained before 2020-04-01 (${data.train.y.length} payments); epochs, learning rate, calibration and thresholds chosen on
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

${calibrationSection(report)}

**Limits.** Amounts in USD only. Hours are taken as they come, as UTC. Probabilities are calibrated to the share of frauds in this
data; elsewhere the share is another, and they are as wrong as it is. A new card has no history: its first payments are judged by the
transaction alone. Because fraud days are all fraud in this data, the count and sum of the last 24 hours say more here than they would
at a bank.
`;
}

/** What the calibration is, what it changed, and how far the highest scores can be taken at their word. */
function calibrationSection({ metrics, calibration: { a, b }, data }: FraudReport): string {
  const value = (name: string) => metrics.find((m) => m.name === name)!.value;
  const predicted = metrics.filter((m) => m.name === 'predictedFraud');
  const observed = metrics.filter((m) => m.name === 'observedFraud');
  return `**Calibration.** Logistic (Platt): probability = sigmoid(${a.toPrecision(5)} · logit + ${b.toPrecision(5)}), fitted on the ${data.validation.y.length} validation payments
only and folded into the last layer; it keeps the order of the scores. Thresholds were chosen after it. On the test period the
Brier score went from ${value('brierUncalibrated')} to ${value('brier')}, the skill over always answering the base rate from ${value('brierSkillUncalibrated')} to ${value('brierSkill')}.
The highest 1 % of the scores, in groups of equal size:

${table([['group', 'predicted', 'observed'], ...predicted.map((m, i) => [i + 1, m.value, observed[i]!.value])])}

Scores are extreme and nothing is clipped: log-odds on the test period run from ${value('logOdds.lowest')} (1 in 10^${power(value('logOdds.lowest'))}) over a median of ${value('logOdds.median')}
(1 in 10^${power(value('logOdds.median'))}) to ${value('logOdds.highest')} (all but 1 in 10^${power(value('logOdds.highest'))}); before calibration from ${value('logOddsUncalibrated.lowest')} to ${value('logOddsUncalibrated.highest')}. As 32-bit numbers
${value('scoresExactly0')} of them are exactly 0 and ${value('scoresExactly1')} exactly 1. So far out they say "surely", not how surely: the data cannot tell 1 in 10^6 from less.`;
}

/** Log-odds as a power of ten. */
const power = (logOdds: number): string => (Math.abs(logOdds) / Math.LN10).toFixed(1);
