import { AUDIT_KINDS, type AuditEntry, type AuditKey, type AuditPage, type AuditSelection } from '../../audit.js';

type Arg = string | number;
type Read = (sql: string, args: readonly Arg[]) => Promise<unknown[][]>;

/** Counted entries reach this far beyond their first. */
const SPAN_MS = 60_000;
/** More callers than these are looked for by time instead. */
const MAX_WALKS = 60;
const COLUMNS = `e.seq, e.at, e.last_at, e.count, e.entity, e.erased, e.first_prediction, e.last_prediction, e.trace, e.remote, e.detail,
  c.kind, c.principal, c.door, c.operation, c.model, c.version, c.outcome`;

type Row = [
  number,
  number,
  number,
  number,
  string | null,
  number,
  string | null,
  string | null,
  string | null,
  string | null,
  string | null,
  number,
  string,
  string,
  string,
  string,
  number,
  string,
];

/**
 * Reads a page of the audit. Who, what and by which door is in a small table of callers: those that fit are found first, then the page
 * is one walk along an index for each of them, or along the entity's, or along time.
 */
export async function readAuditPage(read: Read, selection: AuditSelection, page: AuditPage): Promise<AuditEntry[]> {
  if (selection.kinds?.length === 0) return [];
  const wanted = callersQuery(selection);
  let callers: number[] | null = null;
  if (wanted !== null) {
    callers = ((await read(wanted.sql, wanted.args)) as [number][]).map(([id]) => id);
    if (callers.length === 0) return [];
  }
  const { sql, args } = pageQuery(callers, selection, page);
  return ((await read(sql, args)) as Row[]).map(entryOf);
}

/** Which callers fit; null: all. One more than there may be walks is enough to know. */
function callersQuery(selection: AuditSelection): { sql: string; args: Arg[] } | null {
  const conditions: string[] = [];
  const args: Arg[] = [];
  if (selection.kinds !== null) {
    conditions.push(`kind IN (${selection.kinds.map(() => '?').join(',')})`);
    args.push(...selection.kinds.map((kind) => AUDIT_KINDS.indexOf(kind)));
  }
  for (const column of ['principal', 'door', 'operation', 'model', 'version', 'outcome'] as const) {
    const value = selection[column];
    if (value === null) continue;
    conditions.push(`${column} = ?`);
    args.push(value);
  }
  if (conditions.length === 0) return null;
  return { sql: `SELECT id FROM callers WHERE ${conditions.join(' AND ')} ORDER BY id`, args };
}

/** The statement of one page; made apart so that a test can ask SQLite how it would run it. */
export function pageQuery(
  callers: readonly number[] | null,
  { entity, from, to }: AuditSelection,
  page: AuditPage,
): { sql: string; args: Arg[] } {
  const order = page.newestFirst ? 'DESC' : 'ASC';
  const first: AuditKey = { at: from === null ? Number.MIN_SAFE_INTEGER : from - SPAN_MS, seq: 0 };
  const last: AuditKey = { at: to ?? Number.MAX_SAFE_INTEGER, seq: 0 };
  const above = page.after === undefined || isBelow(page.after, first) ? first : page.after;
  const below = page.before === undefined || isBelow(last, page.before) ? last : page.before;
  const args: Arg[] = [];
  // Numbers of our own, not texts of somebody: they may stand in the statement, however many they are.
  const among = callers === null ? '' : ` AND caller IN (${callers.join(',')})`;
  const walk = (index: string, where: string, own: readonly Arg[]) => {
    args.push(...own, above.at, above.seq, below.at, below.seq);
    if (from !== null) args.push(from);
    args.push(page.limit);
    return `SELECT * FROM (SELECT at, seq FROM entries INDEXED BY ${index} WHERE ${where}
      (at, seq) > (?, ?) AND (at, seq) < (?, ?)${from === null ? '' : ' AND last_at >= ?'}
      ORDER BY at ${order}, seq ${order} LIMIT ?)`;
  };
  const walks =
    entity !== null
      ? [walk('entries_by_entity', `entity = ?${among} AND`, [entity])]
      : callers !== null && callers.length <= MAX_WALKS
        ? callers.map((caller) => walk('entries_by_caller', 'caller = ? AND', [caller]))
        : [walk('entries_by_time', callers === null ? '' : `${among.slice(5)} AND`, [])];
  args.push(page.limit);
  const sql = `SELECT ${COLUMNS} FROM entries AS e JOIN callers AS c ON c.id = e.caller WHERE e.seq IN (
    SELECT seq FROM (${walks.join(' UNION ALL ')}) ORDER BY at ${order}, seq ${order} LIMIT ?
  ) ORDER BY e.at ${order}, e.seq ${order}`;
  return { sql, args };
}

const isBelow = (a: AuditKey, b: AuditKey) => a.at < b.at || (a.at === b.at && a.seq < b.seq);
const text = (value: string): string | null => (value === '' ? null : value);

function entryOf(row: Row): AuditEntry {
  const [seq, at, lastAt, count, entity, erased, firstPredictionId, lastPredictionId, traceId, remote, detail, ...c] =
    row;
  const [kind, principal, door, operation, model, version, outcome] = c;
  return {
    seq,
    at,
    lastAt,
    count,
    kind: AUDIT_KINDS[kind]!,
    principal: text(principal),
    door: text(door),
    operation: text(operation),
    entity,
    erased: erased !== 0,
    model: text(model),
    version: version === 0 ? null : version,
    outcome,
    firstPredictionId,
    lastPredictionId,
    traceId,
    remote,
    detail: detail === null ? null : (JSON.parse(detail) as Record<string, unknown>),
  };
}
