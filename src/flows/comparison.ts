import type { PredictionRecord, RowContext } from '../core/predictions.js';
import type { OutcomeCounts } from '../data/outcomes.js';
import { isFlagged } from '../domains/fraud/fraud.js';
import { counted, NO_OUTCOMES } from './outcome-figures.js';
import { type RankAgreement, rankAgreement } from './rank-agreement.js';
import type { Rescoring } from './rescoring.js';
import { populationStability } from './roll-out-guards.js';
import { agrees, difference, type Verdict } from './verdicts.js';

/** Scores kept of each side for the distributions: the newest. */
const SCORES = 2_000;
/** Pairs of labels counted; what comes beyond counts in the totals alone. */
const MAX_CHANGES = 100;

/** What two verdicts about the same rows come to. */
export interface ComparedFigures {
  /** Rows that both judged. */
  readonly rows: number;
  /** Rows of which both said the same (`agrees`). */
  readonly agreements: number;
  /** Rows that one of them could not judge. */
  readonly failed: number;
  /** Of second minus first (`difference`); null without rows. */
  readonly meanDifference: number | null;
  readonly meanAbsoluteDifference: number | null;
  readonly largestDifference: number | null;
  /** Population stability index of the second's scores against the first's; null without rows. */
  readonly psi: number | null;
  /** How right each was, of the rows whose outcome is known; null where none is. */
  readonly outcomes: { readonly first: OutcomeCounts; readonly second: OutcomeCounts } | null;
  /** Of ranked lists: means over the rows; null where there are none. */
  readonly ranking: RankAgreement | null;
  /** How often one label became another, most often first. */
  readonly changes: readonly { readonly before: string; readonly after: string; readonly rows: number }[];
}

/** Adds verdicts up. */
export class Comparison {
  #rows = 0;
  #agreements = 0;
  #failed = 0;
  #sum = 0;
  #absolute = 0;
  #largest = 0;
  #outcomes: ComparedFigures['outcomes'] = null;
  #lists = 0;
  readonly #meanRanking = { overlap: 0, jaccard: 0, rankBiasedOverlap: 0 };
  readonly #scores = [new Float32Array(SCORES), new Float32Array(SCORES)] as const;
  readonly #changes = new Map<string, { before: string; after: string; rows: number }>();

  /** `fraud`: what the row turned out to be; absent while nobody has said. */
  add(before: Verdict, after: Verdict, fraud?: boolean | null): void {
    const size = difference(before, after, true);
    this.#scores[0][this.#rows % SCORES] = before.score;
    this.#scores[1][this.#rows % SCORES] = after.score;
    this.#rows++;
    this.#sum += difference(before, after, false);
    this.#absolute += size;
    this.#largest = Math.max(this.#largest, size);
    if (fraud != null && before.label !== null && after.label !== null) {
      const { first, second } = this.#outcomes ?? { first: NO_OUTCOMES, second: NO_OUTCOMES };
      this.#outcomes = {
        first: counted(first, isFlagged(before.label), fraud),
        second: counted(second, isFlagged(after.label), fraud),
      };
    }
    if (before.items !== undefined && after.items !== undefined) this.#rank(rankAgreement(before.items, after.items));
    if (agrees(before, after)) {
      this.#agreements++;
      return;
    }
    if (before.label === null || after.label === null || before.label === after.label) return;
    const key = `${before.label}\0${after.label}`;
    const change = this.#changes.get(key);
    if (change !== undefined) change.rows++;
    else if (this.#changes.size < MAX_CHANGES)
      this.#changes.set(key, { before: before.label, after: after.label, rows: 1 });
  }

  failed(): void {
    this.#failed++;
  }

  #rank(one: RankAgreement): void {
    const mean = this.#meanRanking;
    this.#lists++;
    for (const measure of ['overlap', 'jaccard', 'rankBiasedOverlap'] as const)
      mean[measure] += (one[measure] - mean[measure]) / this.#lists;
  }

  figures(): ComparedFigures {
    const rows = this.#rows;
    const of = (value: number) => (rows === 0 ? null : value);
    const [before, after] = this.#scores.map((scores) => scores.subarray(0, Math.min(rows, SCORES)));
    return {
      rows,
      agreements: this.#agreements,
      failed: this.#failed,
      meanDifference: of(this.#sum / rows),
      meanAbsoluteDifference: of(this.#absolute / rows),
      largestDifference: of(this.#largest),
      outcomes: this.#outcomes,
      psi: of(populationStability(before!, after!)),
      ranking: this.#lists === 0 ? null : { ...this.#meanRanking },
      changes: [...this.#changes.values()].sort((a, b) => b.rows - a.rows).map((change) => ({ ...change })),
    };
  }
}

/**
 * Asks versions about logged predictions and adds up how they differ: `before` null is what was said then. A row that a version cannot judge
 * counts as failed; never rejects.
 */
export async function compare(
  rescoring: Rescoring,
  records: readonly PredictionRecord[],
  versions: { readonly before: number | null; readonly after: number },
  context: RowContext,
  comparison: Comparison,
): Promise<void> {
  const { before, after } = versions;
  await Promise.all(
    records.map(async (record) => {
      try {
        const outputs = await Promise.all([
          before === null ? record.output : rescoring.again(record, before, context),
          rescoring.again(record, after, context),
        ]);
        const [then, now] = outputs.map((output) => rescoring.verdict(record.model, output));
        comparison.add(then!, now!, record.outcome);
      } catch {
        comparison.failed();
      }
    }),
  );
}
