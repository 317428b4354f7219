import { type RowContext, SHADOW_ARM } from '../../core/predictions.js';
import type {
  HistoryKey,
  HistoryPage,
  PositionedPrediction,
  PredictionHistory,
  PredictionSelection,
  SeriesBucket,
} from '../ports.js';
import { type StoredPrediction, toPredictionRecord } from './prediction-log.js';
import type { ReadThread } from './read-thread.js';
import { PREDICTION_COLUMNS } from './schema.js';

type Arg = string | number;
type Turn = Pick<RowContext, 'deadline' | 'signal'>;

const FIRST: HistoryKey = { predictedAt: Number.MIN_SAFE_INTEGER, position: 0 };
const LAST: HistoryKey = { predictedAt: Number.MAX_SAFE_INTEGER, position: 0 };
const isBelow = (a: HistoryKey, b: HistoryKey) =>
  a.predictedAt < b.predictedAt || (a.predictedAt === b.predictedAt && a.position < b.position);

/** The conditions of a selection beside time, model and entity. */
function rest({ minScore, decisions }: PredictionSelection): { readonly sql: string; readonly args: readonly Arg[] } {
  const score = minScore === null ? '' : ' AND score >= ?';
  const decided = decisions === null ? '' : ` AND decision IN (${marks(decisions)})`;
  return {
    sql: `${score}${decided}${NO_SHADOW}`,
    args: [...(minScore === null ? [] : [minScore]), ...(decisions ?? [])],
  };
}

/** What was computed beside the champion was never anybody's answer. */
const NO_SHADOW = ` AND arm IS NOT '${SHADOW_ARM}'`;
const marks = (list: readonly unknown[]) => list.map(() => '?').join(',');

/**
 * Recorded predictions by time. Each model, or each customer where some are named, is a walk along an index of its own that ends after a
 * page; the walks are merged. A score or decision is looked up in the index too, so that a rare one costs no rows.
 */
export class EmbeddedPredictionHistory implements PredictionHistory {
  readonly #thread: ReadThread;

  constructor(thread: ReadThread) {
    this.#thread = thread;
  }

  async page(selection: PredictionSelection, page: HistoryPage, turn: Turn): Promise<PositionedPrediction[]> {
    const { sql, args } = pageQuery(selection, page);
    const rows = (await this.#thread.read(sql, args, turn)) as unknown as StoredPrediction[];
    return rows.map((row) => ({ position: row[0], record: toPredictionRecord(row) }));
  }

  async series(
    selection: PredictionSelection & { readonly from: number; readonly to: number },
    bucketMs: number,
    turn: Turn,
  ): Promise<SeriesBucket[]> {
    const { sql, args } = seriesQuery(selection, bucketMs);
    const rows = (await this.#thread.read(sql, args, turn)) as [number, number, ...(number | null)[]][];
    const found = new Map(rows.map((row) => [row[0], row]));
    return Array.from({ length: Math.ceil((selection.to - selection.from) / bucketMs) }, (_, i) => {
      const [, count = 0, meanScore = null, approve, review, decline] = found.get(i) ?? [];
      return {
        start: selection.from + i * bucketMs,
        count,
        meanScore,
        decisions: { approve: approve ?? 0, review: review ?? 0, decline: decline ?? 0 },
      };
    });
  }
}

/** The statement of one page; made apart so that a test can ask SQLite how it would run it. */
export function pageQuery(selection: PredictionSelection, page: HistoryPage): { sql: string; args: Arg[] } {
  const order = page.newestFirst ? 'DESC' : 'ASC';
  const from = selection.from === null ? FIRST : { predictedAt: selection.from, position: 0 };
  const to = selection.to === null ? LAST : { predictedAt: selection.to, position: 0 };
  const above = page.after === undefined || isBelow(page.after, from) ? from : page.after;
  const below = page.before === undefined || isBelow(to, page.before) ? to : page.before;
  const others = rest(selection);
  const args: Arg[] = [];
  const walk = (where: string, own: readonly Arg[]) => {
    args.push(...own, above.predictedAt, above.position, below.predictedAt, below.position, ...others.args, page.limit);
    return `SELECT * FROM (SELECT predicted_at, position FROM predictions WHERE ${where}
      AND (predicted_at, position) > (?, ?) AND (predicted_at, position) < (?, ?)${others.sql}
      ORDER BY predicted_at ${order}, position ${order} LIMIT ?)`;
  };
  const { models, entities } = selection;
  const walks =
    entities === null
      ? models.map((model) => walk('model = ?', [model]))
      : entities.map((entity) => walk(`entity = ? AND model IN (${marks(models)})`, [entity, ...models]));
  args.push(page.limit);
  const sql = `SELECT ${PREDICTION_COLUMNS} FROM predictions AS p WHERE position IN (
    SELECT position FROM (${walks.join(' UNION ALL ')}) ORDER BY predicted_at ${order}, position ${order} LIMIT ?
  ) ORDER BY predicted_at ${order}, position ${order}`;
  return { sql, args };
}

/** The statement of a series: bucket number, count, mean score, and counts of the decisions. */
export function seriesQuery(
  selection: PredictionSelection & { readonly from: number; readonly to: number },
  bucketMs: number,
): { sql: string; args: Arg[] } {
  const { models, entities, from, to } = selection;
  const others = rest(selection);
  const entity = entities === null ? '' : `entity IN (${marks(entities)}) AND `;
  const sql = `SELECT CAST((predicted_at - ?) / ? AS INTEGER) bucket, count(*), avg(score),
      sum(decision = 'APPROVE'), sum(decision = 'REVIEW'), sum(decision = 'DECLINE')
    FROM predictions WHERE ${entity}model IN (${marks(models)}) AND predicted_at >= ? AND predicted_at < ?${others.sql}
    GROUP BY bucket`;
  return { sql, args: [from, bucketMs, ...(entities ?? []), ...models, from, to, ...others.args] };
}
