import { FRAUD_FEATURES } from '../features/fraud-features.js';
import { AMOUNT_GRID } from './amount-falls.js';
import { amountSection } from './amount-report.js';
import { type Metric, metricTable } from './artifacts.js';
import { dataSentence } from './data-source.js';
import { MAX_BINS } from './feature-bins.js';
import { boostingOptions } from './fraud-boosting.js';
import { COSTS, costsOf } from './fraud-costs.js';
import { type FraudData, SPARKOV, type Thresholds } from './fraud-data.js';
import { ALONE, DECLINE_FPR, type FraudScores, onFraudData, REVIEW_FPR } from './fraud-figures.js';
import { firstPayments, groupsAt } from './fraud-groups.js';
import { figure, table } from './fraud-tables.js';

/** What a card is written from. */
export interface FraudReport {
  readonly version: number;
  /** As they were computed: on which data is said by the card. */
  readonly metrics: readonly Metric[];
  readonly thresholds: Thresholds;
  readonly scores: FraudScores;
  readonly data: FraudData;
}

const share = (value: number | null): string => (value === null ? '–' : value.toFixed(3));

const MAIN = [
  'rocAuc',
  'prAuc',
  'recallAtValidationFpr2',
  'fprAtValidationFpr2',
  'recallAtFpr0.5',
  'recallAtReview',
  'precisionAtReview',
  'fprAtReview',
  'recallAtDecline',
  'precisionAtDecline',
  'fprAtDecline',
  'brier',
  'brierSkill',
] as const;

// What is known of the shipped version's data alone; of others nothing like it was measured.
const SIMULATED = `
Not real people, and not the customers of the retail data that the other models were trained on. Figures on it say how well the model
finds this generator's frauds, not how it would do at a bank.`;
const SEEN = ` Figures of the test period were seen for
several settings while this one was chosen (the table of what few falls cost has some), so those below are slightly optimistic.`;
const FRAUD_DAYS = ` Because fraud days are all fraud in this data, the count and sum
of the last 24 hours say more here than they would at a bank; a card without them is judged much worse, as the table of new cards shows.`;
const PAYS = `, and pays for it with recall at few false positives: what it does
not reach, and why, stands further down, under "A larger amount"`;
const LATE_CARDS = `, and most of those frauds: a
card that first appears so late is one the generator made for its frauds. They say little. Instead every`;
const MEASURED_APART = `**Baselines measured apart**, on the same data and split:

| model | features | ROC AUC | recall at 2 % FPR |
| --- | --- | --- | --- |
| logistic regression | the transaction alone | .926 | .595 |
| gradient boosting | the transaction alone | .9976 | .971 |
| logistic regression | + the card's history | .961 | .716 |
| MLP 32-16 | + the card's history | .9992 | .992 |
| gradient boosting | + the card's history | .9996 | .994 |`;

/** `CARD.md` of the fraud model: what it is, the data it was trained on, its figures. */
export function fraudCard(report: FraudReport): string {
  const { version, metrics, thresholds, data } = report;
  const { source } = data.on;
  const shipped = source === SPARKOV;
  const frauds = data.test.y.reduce((sum, label) => sum + label, 0);
  return `# fraud, version ${version}

Probability that a card payment is fraudulent, from the payment itself and the card's history before it (feature set
\`fraud@1\`, ${FRAUD_FEATURES.features.length} numbers). Three perceptrons 64-32-1 from different starts, side by side in
one network whose log-odds are the mean of theirs; standardisation is folded into its first layer, so it takes raw features, and
calibration into its last, so it gives calibrated probabilities. In training one row in twenty is seen as if the card were new,
and a larger amount that has less risk costs.

**Data.** ${dataSentence(source, `${data.rows} payments, ${data.from} to ${data.to}`)}${shipped ? SIMULATED : ''}

**Split by time.** Trained before 2020-04-01 (${data.train.y.length} payments); epochs, learning rate, calibration and thresholds chosen on
2020-04-01 to 2020-06-20 (${data.validation.y.length}); tested from 2020-06-21 (${data.test.y.length}, ${frauds} frauds).${shipped ? SEEN : ''}

${table([['measure', 'test period'], ...MAIN.map((name) => [name, figure(metrics, name)])])}

\`recallAtValidationFpr2\` uses the threshold that gives 2 % false positives on the validation period, \`recallAtFpr0.5\` the one that gives
0.5 % on the test period itself. REVIEW and DECLINE are further down.
${boostingSection(report)}
${shipped ? `${MEASURED_APART}\n\n` : ''}Accuracy says little here: always answering "legitimate" is right for ${(100 * (1 - frauds / data.test.y.length)).toFixed(1)} % of the payments.

**Decisions.** REVIEW from ${thresholds.review.toPrecision(4)} (${100 * REVIEW_FPR} % false positives on validation), DECLINE from ${thresholds.decline.toPrecision(4)} (${100 * DECLINE_FPR} %).

${calibrationSection(report)}

${groupSection(report)}

${amountSection(metrics, shipped)}

${newCardSection(report)}

${costSection(report)}

**Limits.** Amounts in USD only. Hours are taken as they come, as UTC. Probabilities are calibrated to the share of frauds in this
data; elsewhere the share is another, and they are as wrong as it is.${shipped ? FRAUD_DAYS : ''}

## Every figure

As \`version.json\` has them; evaluation computes each of them again.

${metricTable(onFraudData(source.name, data, metrics))}
`;
}

/** The network beside gradient boosting of the same run; nothing when that was left out. */
function boostingSection({ metrics, data }: FraudReport): string {
  if (!metrics.some(({ name }) => name.startsWith('gradientBoosting.'))) return '';
  const rows: readonly (readonly [what: string, network: string, boosting: string])[] = [
    ['ROC AUC', 'rocAuc', 'rocAuc'],
    ['PR AUC', 'prAuc', 'prAuc'],
    ['Brier skill', 'brierSkill', 'brierSkill'],
    ['recall, 0.05 % false positives on validation', 'recallAtDecline', 'recallAtValidationFpr0.05'],
    ['… false positives that gave on the test period', 'fprAtDecline', 'fprAtValidationFpr0.05'],
    ['recall, 0.5 % false positives on validation', 'recallAtReview', 'recallAtValidationFpr0.5'],
    ['… false positives that gave on the test period', 'fprAtReview', 'fprAtValidationFpr0.5'],
    ['recall, 2 % false positives on validation', 'recallAtValidationFpr2', 'recallAtValidationFpr2'],
    ['… false positives that gave on the test period', 'fprAtValidationFpr2', 'fprAtValidationFpr2'],
    ['recall, 0.5 % false positives on the test period', 'recallAtFpr0.5', 'recallAtFpr0.5'],
  ];
  const falls = [
    'a larger amount has less risk (share of the amount grid)',
    figure(metrics, 'amountFalls', AMOUNT_GRID),
    figure(metrics, 'gradientBoosting.amountFalls', AMOUNT_GRID),
  ];
  const { leaves, shrinkage } = boostingOptions(0);
  return `
**Against gradient boosting.** Trained in the same run on the same features and rows: ${figure(metrics, 'gradientBoosting.trees')} trees of at most ${leaves} leaves, ${MAX_BINS} bins,
shrinkage ${shrinkage}, stopped by the validation loss.

${table([
  ['on the test period', 'network', 'gradient boosting'],
  ...rows.map(([what, ours, theirs]) => [what, figure(metrics, ours), figure(metrics, `gradientBoosting.${theirs}`)]),
  falls,
])}

Gradient boosting is not held to the amount grid; the network is${data.on.source === SPARKOV ? PAYS : ''}.
`;
}

/** What the calibration is, what it changed, and how far the highest scores can be taken at their word. */
function calibrationSection({ metrics, scores: { calibration }, data }: FraudReport): string {
  const value = (name: string) => figure(metrics, name);
  const top = (name: string) => metrics.find((m) => m.name === name)!.value;
  const groups = (name: string) => metrics.filter((m) => m.name === name).map((m) => share(m.value));
  const [before, predicted, observed] = ['predictedFraudUncalibrated', 'predictedFraud', 'observedFraud'].map(groups);
  return `**Calibration.** Logistic (Platt): probability = sigmoid(${calibration.a.toPrecision(5)} · logit + ${calibration.b.toPrecision(5)}), fitted on the ${data.validation.y.length} validation
payments only and folded into the last layer; it keeps the order of the scores. Thresholds were chosen after it. On the test period
it changed:

${table([
  ['measure', 'before', 'after'],
  ['Brier score', value('brierUncalibrated'), value('brier')],
  ['Brier skill over always answering the base rate', value('brierSkillUncalibrated'), value('brierSkill')],
  ['log loss', value('logLossUncalibrated'), value('logLoss')],
  [
    'mean distance of predicted and observed, highest 1 % of the scores',
    top('calibrationErrorUncalibrated'),
    top('calibrationError'),
  ],
])}

The highest 1 % of the scores, in groups of equal size:

${table([
  ['group', 'mean predicted before', 'mean predicted', 'share of frauds'],
  ...predicted!.map((after, i) => [i + 1, before![i]!, after, observed![i]!]),
])}

Scores are extreme and nothing is clipped: log-odds on the test period run from ${value('logOdds.lowest')} (1 in 10^${power(value('logOdds.lowest'))}) over a median
of ${value('logOdds.median')} (1 in 10^${power(value('logOdds.median'))}) to ${value('logOdds.highest')} (all but 1 in 10^${power(value('logOdds.highest'))}); before calibration from ${value('logOddsUncalibrated.lowest')} to ${value('logOddsUncalibrated.highest')}.
As 32-bit numbers a share of ${value('shareExactly0')} of them is exactly 0 and one of ${value('shareExactly1')} exactly 1. So far out they say "surely", not how surely: with a few
thousand frauds the data cannot tell 1 in 10^6 from less.`;
}

/** Log-odds as a power of ten. */
const power = (logOdds: number): string => (Math.abs(logOdds) / Math.LN10).toFixed(1);

function groupSection({ thresholds, scores, data }: FraudReport): string {
  return `**By group.** At the REVIEW threshold, on the test period. A recall over few frauds is rough: of 20 frauds, each is 0.05.

${table([
  ['group', 'payments', 'frauds', 'recall', 'precision'],
  ...groupsAt(thresholds.review, data.test, scores.onTest).map((group) => [
    group.name,
    group.payments,
    group.frauds,
    share(group.recall),
    share(group.precision),
  ]),
])}`;
}

function newCardSection({ metrics, data }: FraudReport): string {
  const names = [
    'rocAuc',
    'prAuc',
    'recallAtValidationFpr2',
    'fprAtValidationFpr2',
    'recallAtReview',
    'precisionAtReview',
    'fprAtReview',
  ];
  return `**New cards.** Of the training payments ${firstPayments(data.train)} were their card's first, of the test payments ${firstPayments(data.test)}${data.on.source === SPARKOV ? LATE_CARDS : '. Every'} test payment once more as if
it were its card's first, all history features as a new card has them ("the transaction alone"). \`recallAtValidationFpr2\` takes its
threshold from validation payments treated alike; at REVIEW it is the threshold as served, so \`fprAtReview\` is the share of
legitimate payments of such cards that would be reviewed:

${table([
  ['measure', 'the transaction alone', 'with history'],
  ...names.map((name) => [name, figure(metrics, name, ALONE), figure(metrics, name)]),
])}`;
}

function costSection({ thresholds, scores, data }: FraudReport): string {
  const usd = (value: number) => value.toFixed(2);
  return `**What decisions cost**, in USD per 1,000 payments of the test period, against approving everything. A fraud that goes through costs
the given share of its amount; a review costs the same whatever it finds and is taken to find every fraud; a declined fraud costs
nothing, a declined legitimate payment as much as a review. Thresholds are those of false-positive rates, not chosen for any of these
costs; the costs are examples, not a bank's.

${table([
  [
    'a missed fraud',
    'a review',
    'approving everything',
    'with the thresholds',
    'of it missed',
    'reviews',
    'wrongly declined',
  ],
  ...COSTS.map((costs) => {
    const outcome = costsOf(costs, thresholds, data.test, scores.onTest);
    return [
      `${100 * costs.missed} % of its amount`,
      `${costs.review} USD`,
      usd(outcome.approveAll),
      usd(outcome.thresholds),
      usd(outcome.missed),
      usd(outcome.reviews),
      usd(outcome.wronglyDeclined),
    ];
  }),
])}`;
}
