import { BASKET_FEATURES } from '../features/basket-features.js';
import { featureSetName } from '../features/catalogue.js';
import { RECENT_ITEMS } from '../features/customer-state.js';
import { type Metric, metricTable } from './artifacts.js';
import { type DataSource, dataSentence } from './data-source.js';
import { DRAWS, TASKS, type Task } from './recommendation-figures.js';
import { type Choice, NEXT_LAMBDA } from './recommendation-tuning.js';
import { HISTORY_LENGTHS } from './recommended-items.js';
import { RETAIL } from './retail.js';
import { MIN_CUSTOMERS } from './retail-split.js';

const [NEW, REPEATS] = TASKS;

/** What was tried on the retail data; other data were not looked at so. */
const TRIED = `**What was tried**, HR@10 / NDCG@10 of new items, measured apart on whole histories at full rank unless told (the tuning basket is the second-to-last; it
alone decided):

| new items | tuning basket | last basket |
| --- | --- | --- |
| popularity; of the last weeks (decay 56 days) | .241 / .039; .309 / .050 | .235 / .035; .294 / .052 |
| EASE, λ 200, 500, 1000 | .443 / .103, .443 / .104, .437 / .103 | .404 / .085, .404 / .087, .402 / .087 |
| EASE, baskets fading by .8, by time (120 days) | .448 / .107, .452 / .107 | .419 / .089, .414 / .088 |
| EASE on counts; on their roots in the Gram matrix | .433 / .102; .442 / .104 | .389 / .085; .398 / .087 |
| EASE with dropout (EDLAE), best of 4 | .441 / .105 | .402 / .086 |
| EASE on baskets; on customers and baskets | .443 / .100; .440 / .103 | .390 / .083; .400 / .086 |
| EASE, newer purchases weighing more (30 days) | .460 / .111 | .438 / .103 |
| EASE plus a popularity prior | .451 / .105 | .420 / .089 |
| EASE times trend (decay 28 days) to the .5 | .476 / .115 | .446 / .103 |
| ridge regression of the next basket alone | .407 / .091 | .384 / .089 |
| EASE + next basket, no trend, 64 places | .468 / .114 | .416 / .095 |
| EASE + 2 × next basket, times trend^.5, 64 places | .501 / .124 | .462 / .113 |
| … factorised to rank 128, 96, 64 | .495 / .121, .489 / .121, .484 / .121 | .451 / .113, .448 / .113, .447 / .114 |
| … to rank 48, 32 | .484 / .121, .470 / .115 | .440 / .112, .443 / .110 |

| repeats allowed | tuning basket | last basket |
| --- | --- | --- |
| own purchases by count | .721 / .278 | .723 / .271 |
| logistic regression on own items, 7 features | .730 / .294 | .745 / .291 |
| share × √(bought again) × trend^.5 alone | .730 / .289 | .733 / .288 |
| added to the above at rank 128, weight 4, 8, 16, 32 | .728 / .292, .728 / .292, .729 / .290, .728 / .289 | .728 / .291, .731 / .291, .734 / .290, .733 / .289 |
| added to the above at rank 64, weight 4, 8, 16, 32 | .725 / .292, .728 / .292, .728 / .290, .727 / .289 | .731 / .292, .735 / .291, .736 / .290, .735 / .289 |

Rank 64 costs .0005 NDCG and .011 hit rate of new items against 128 on the tuning basket (on the last one no NDCG and .004 hit rate), and
halves the work of the dense layer; at rank 32 more is lost. The customer's own items were once put in their places by the network itself, as a product of one-hot tables: the
same scores in more than twice the time.

**Strictly forward in time** (fitted on data before a date, judged by the next basket within 30 days, same settings, measured apart): new
items NDCG@10 .1391, .1083, .1245 for cut-offs 2011-06-01, 09-01, 11-09 (EASE .1125, .0994, .0867); repeats .3236, .3275, .3155 (own count
.2992, .3189, .2871).`;

/** What a card is written from. */
export interface RecommendationReport {
  readonly version: number;
  readonly metrics: readonly Metric[];
  /** Items. */
  readonly n: number;
  readonly choice: Choice;
  readonly rank: number;
  readonly source: DataSource;
  /** How much of it there was. */
  readonly lines: number;
  readonly invoices: number;
}

/** `CARD.md` of the recommender: what it is, its figures in tables for people, what was tried, and every figure. */
export function recommendationCard(report: RecommendationReport): string {
  const { version, metrics, n, choice, rank, source, lines, invoices } = report;
  const { lambda, blend, trend, repeats } = choice;
  const shipped = source === RETAIL;
  return `# recommendations, version ${version}

Scores of ${n} items for somebody's next basket, from their ${RECENT_ITEMS} newest distinct items and how often they buy them (feature set
\`${featureSetName(BASKET_FEATURES)}\`). Item-item weights in closed form: EASE (an autoencoder without a diagonal, λ = ${lambda}) plus ${blend} × a ridge regression of
the next basket's new items on the items before it (λ = ${NEXT_LAMBDA}); each item's column times its trend ^ ${trend} (its share of the trade of the
data's last weeks over its share of all customers). They are factorised to rank ${rank}, by what they score on the histories: item
embeddings, their weighted sum, one dense layer (the output \`scores\`). To that comes, for a customer's own items, purchases per order ×
${repeats} × trend ^ ${trend} × √(how often the item is bought again) (the output \`repeats\`, added to \`scores\` in the items' places beside the
engine). It knows no customer, only items, so somebody new gets sensible answers from the first interaction, without retraining.

**Data.** ${dataSentence(source, `${lines} lines of ${invoices} invoices`)} Cleaned: customer known, no cancellation, quantity and price above
0, stock code beginning with five digits; items bought by fewer than ${MIN_CUSTOMERS} customers are left out.

**Protocol.** Each customer's last basket is held back; full ranking over all items; λ, the weights and the exponent chosen on the
second-to-last basket. \`EASE\`, \`popularity\` and \`ownHistory\` are computed in the same run, on whole histories; the served model
sees ${RECENT_ITEMS} items and is of low rank. One model for both tasks: for new items only, owned ones are left out of its list.

${accuracyTable(metrics)}

**Is it better than EASE, or lucky?** Paired bootstrap over customers, ${DRAWS.toLocaleString('en')} resamples; the mean difference and the middle 95 % of the resamples'
(an interval that holds 0 would say: perhaps lucky).

${differenceTable(metrics)}

**What the lists are made of.** Coverage: share of the catalogue that is in somebody's ten. Top 1 %: share of all places that go to the
${Math.ceil(n / 100)} items listed most. Popularity: mean percentile of the items by how many customers bought them (1 the most popular). The last line
is what these customers bought (their whole held-back baskets).

${listingTable(metrics, NEW)}

${listingTable(metrics, REPEATS)}

**By length of history**, HR@10 / NDCG@10:

${lengthTable(metrics)}

${shipped ? `${TRIED}\n\n` : ''}**Limits.** ${shipped ? "A wholesaler's customers of 2011: mostly United Kingdom. The" : 'The'} split is by customer, not by date: every customer's last basket is
held back, but other customers' baskets of the same weeks are seen${shipped ? ", and most last baskets are of the data's last three months" : ''}.
The trend is that of the data's end${shipped ? ', weeks before Christmas' : ''}: an item's season is in it, and it must be trained anew as seasons change.
${shipped ? "For new items the lists hold less of the catalogue than EASE's: the trend puts what sells now on top, for everybody.\n" : ''}With repeats allowed the list is mostly what the customer bought before; where that is not wanted, leave it out.

## Every figure

As \`version.json\` has them; evaluation computes each of them again.

${metricTable(metrics)}
`;
}

/** A Markdown table: the first row is its head. */
const table = (rows: readonly (readonly string[])[]): string =>
  rows
    .flatMap((cells, i) => [cells, ...(i === 0 ? [cells.map(() => '---')] : [])])
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

/** The figure of that name in a task; null where there is none. */
const find = (metrics: readonly Metric[], name: string, task: Task, of = ''): Metric | null =>
  metrics.find((m) => m.name === name && m.dataset.includes(`${task}${of} (`)) ?? null;
const shown = (metric: Metric | null, digits = 3): string => (metric === null ? '–' : metric.value.toFixed(digits));
const both = (metrics: readonly Metric[], prefix: string, task: Task, of = ''): string => {
  const [hitRate, ndcg] = ['hitRate@10', 'ndcg@10'].map((name) => find(metrics, `${prefix}${name}`, task, of));
  return hitRate === null ? '–' : `${shown(hitRate!)} / ${shown(ndcg!, 4)}`;
};
/** Who is counted: `2493 customers`. */
const counted = (metric: Metric | null): string =>
  /\((\d+ customers)\)/.exec(metric?.dataset ?? '')?.[1] ?? '0 customers';

const RANKINGS: readonly (readonly [what: string, prefix: string])[] = [
  ['**served**', ''],
  ['EASE', 'EASE.'],
  ['own history', 'ownHistory.'],
  ['popularity', 'popularity.'],
];

const accuracyTable = (metrics: readonly Metric[]): string =>
  table([
    ['HR@10 / NDCG@10', ...TASKS.map((task) => `${task} (${counted(find(metrics, 'hitRate@10', task))})`)],
    ...RANKINGS.map(([what, prefix]) => [what, ...TASKS.map((task) => both(metrics, prefix, task))]),
  ]);

function differenceTable(metrics: readonly Metric[]): string {
  const cell = (name: string, task: Task) => {
    const [mean, low, high] = ['', '.low', '.high'].map((end) => find(metrics, `${name}${end}`, task));
    return mean === null ? '–' : `${shown(mean!, 4)} (${shown(low!, 4)} … ${shown(high!, 4)})`;
  };
  const rows: readonly (readonly [what: string, other: string])[] = [
    ['above EASE', 'EASE'],
    ['above own history', 'ownHistory'],
  ];
  return table([
    ['', 'HR@10, new items', 'NDCG@10, new items', 'HR@10, repeats allowed', 'NDCG@10, repeats allowed'],
    ...rows.map(([what, other]) => [
      what,
      ...TASKS.flatMap((task) => ['hitRate@10', 'ndcg@10'].map((name) => cell(`${name}.above.${other}`, task))),
    ]),
  ]);
}

function listingTable(metrics: readonly Metric[], task: Task): string {
  const row = (what: string, prefix: string, at: string) => [
    what,
    ...['coverage', 'topPercentShare', 'popularityPercentile'].map((name) =>
      shown(find(metrics, `${prefix}${name}${at}`, task)),
    ),
  ];
  return table([
    [task, 'coverage', 'top 1 %', 'popularity'],
    ...RANKINGS.filter(([, prefix]) => find(metrics, `${prefix}coverage@10`, task) !== null).map(([what, prefix]) =>
      row(what, prefix, '@10'),
    ),
    row('bought', 'bought.', ''),
  ]);
}

const lengthTable = (metrics: readonly Metric[]): string =>
  table([
    ['', ...TASKS.flatMap((task) => [`${task}: customers`, 'served', 'EASE'])],
    ...HISTORY_LENGTHS.map(({ what }) => [
      what,
      ...TASKS.flatMap((task) => [
        counted(find(metrics, 'hitRate@10', task, `, ${what}`)).replace(' customers', ''),
        both(metrics, '', task, `, ${what}`),
        both(metrics, 'EASE.', task, `, ${what}`),
      ]),
    ]),
  ]);
