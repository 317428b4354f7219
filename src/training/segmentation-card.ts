import { type Metric, metricTable } from './artifacts.js';
import { type DataSource, dataSentence } from './data-source.js';
import { RETAIL } from './retail.js';
import type { Softness } from './segmentation-calibration.js';
import type { Segment } from './segmentation-names.js';

/** What a card is written from. */
export interface SegmentationReport {
  readonly version: number;
  readonly metrics: readonly Metric[];
  readonly segments: readonly Segment[];
  readonly customers: number;
  readonly softness: Softness;
  readonly source: DataSource;
}

/** What was found on the retail data; other data were not looked at so. */
const WHY_FOUR = `**Why 4 segments.** Of 4 to 8 it is the number at which clusterings of bootstrap samples agree (\`bootstrapARI\`: mean adjusted Rand index
against 20 of them, .90 and more wanted), the clusters hold together best (\`silhouette\`), and what the segments spend afterwards is
told apart (\`laterSpendApart\`). With recency at its full weight four clusters reach .898 and their later spend overlaps. Two and three
clusters part better (.434 and .339 with full weights) but say less to a marketer.`;

/** `CARD.md` of the segmentation: what it is, the data it was fitted on, every figure, and what they mean. */
export function segmentationCard({
  version,
  metrics,
  segments,
  customers,
  softness,
  source,
}: SegmentationReport): string {
  const { base, perLogOrder, reach } = softness;
  return `# segmentation, version ${version}

Which kind of customer somebody is, by recency, frequency and monetary value of their purchases (feature set \`rfm@1\`). k-means with
k = ${segments.length} on standardised log RFM in which recency counts half, as a small network: \`confidence\` is the soft assignment
softmax(½ s r · e^(−d² / r)), d the distance to each centroid, s = ${base.toFixed(3)} + ${perLogOrder.toFixed(3)} · ln(number of orders), r = ${reach.toFixed(1)}.

${segments.map((s) => `- **${s.label}** (\`${s.id}\`): ${s.description}`).join('\n')}

**Data.** ${dataSentence(source, `${customers} customers`)} They are not the card holders of the fraud model's data.

${metricTable(metrics)}

${source === RETAIL ? `${WHY_FOUR}\n\n` : ''}\`laterMeanSpendGBP\` checks that the segments mean something: fitted on what was known three months before the end, against what their
members spent from then on, less what they cancelled${
    source === RETAIL ? ' (one order of 168,470 GBP was made and cancelled within a quarter of an hour)' : ''
  }.

**What confidence means.** How likely somebody is still in the segment three months later. Few orders say little, and who is far from every
centroid is like nobody, so both make the answer softer. How much is fitted, by log loss, to where half of the customers were three months
after they were asked about (once a month, and at their first purchase). The other half shows whether it keeps its word: \`confidence\` is
what was promised on average, \`stayed\` the share that was in the same segment three months later. First purchases are those of customers
not seen in the first three months of the data. The nearest centroid alone decides the segment: softness moves no boundary.

**Limits.** Amounts in GBP. ${source === RETAIL ? "A wholesaler's customers of 2011; the" : 'The'} boundaries move with the business, so fit it on your own data. The
moments of one customer are not independent. Who has not bought at all is placed by the defaults of the features, which are listed with
the answer: nobody like that was in the data.
`;
}
