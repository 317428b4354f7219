import { AUDIT_KINDS, type AuditEntry, type AuditKey, type AuditPage, type AuditSelection } from '../../audit.js';
import { PARTS, type Part } from './packing.js';

type Arg = string | number;
type Read = (sql: string, args: readonly Arg[]) => Promise<unknown[][]>;

/** Counted entries reach this far beyond their first. */
const SPAN_MS = 60_000;
/** More callers than these are looked for by time instead. */
const MAX_WALKS = 60;
const COLUMNS = `e.seq, e.at, e.last_at, e.count, e.entity, e.erased, e.first_prediction, e.last_prediction, e.trace, e.remote, e.detail, e.parts,
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
  string | null,
  number,
  string,
  string,
  string,
  string,
  number,
  string,
];

/** Callers that fit a selection. */
export interface Callers {
  readonly plain: readonly number[];
  /** Whose rows tell in their parts which models were asked; where a selection names a model, it is looked for there. */
  readonly packed: readonly number[];
}

/**
 * Reads a page of the audit. Who, what and by which door is in a small table of callers: those that fit are found first, then the page
 * is one walk along an index for each of them, or along the entity's, or along time. A row may hold several entries (packing.ts), but for files
 * without the column `parts`: those that no server of today has opened.
 */
export async function readAuditPage(
  read: Read,
  selection: AuditSelection,
  page: AuditPage,
  { parts } = { parts: true },
): Promise<AuditEntry[]> {
  if (selection.kinds?.length === 0) return [];
  const wanted = callersQuery(selection);
  let callers: Callers | null = null;
  if (wanted !== null) {
    const found = (await read(wanted.sql, wanted.args)) as [number, number][];
    if (found.length === 0) return [];
    const ids = (packed: number) => found.filter(([, isPacked]) => isPacked === packed).map(([id]) => id);
    callers = { plain: ids(0), packed: ids(1) };
  }
  const { sql, args } = pageQuery(callers, selection, page);
  const entries = ((await read(parts ? sql : sql.replace('e.parts', 'NULL'), args)) as Row[]).flatMap((row) => {
    const its = entriesOf(row).filter((entry) => isWanted(entry, selection, page));
    return page.newestFirst ? its.reverse() : its;
  });
  return entries.slice(0, page.limit);
}

/** Which callers fit; null: all. */
function callersQuery(selection: AuditSelection): { sql: string; args: Arg[] } | null {
  const conditions: string[] = [];
  const args: Arg[] = [];
  if (selection.kinds !== null) {
    conditions.push(`kind IN (${selection.kinds.map(() => '?').join(',')})`);
    args.push(...selection.kinds.map((kind) => AUDIT_KINDS.indexOf(kind)));
  }
  for (const column of ['principal', 'door', 'operation', 'outcome'] as const) {
    const value = selection[column];
    if (value === null) continue;
    conditions.push(`${column} = ?`);
    args.push(value);
  }
  for (const column of ['model', 'version'] as const) {
    const value = selection[column];
    if (value === null) continue;
    conditions.push(`(${column} = ? OR ${IS_PACKED})`);
    args.push(value);
  }
  if (conditions.length === 0) return null;
  return { sql: `SELECT id, ${IS_PACKED} FROM callers WHERE ${conditions.join(' AND ')} ORDER BY id`, args };
}
const IS_PACKED = `(model = '' AND kind IN (${AUDIT_KINDS.indexOf('QUESTION')}, ${AUDIT_KINDS.indexOf('READING')}))`;

/** The statement that reads the rows of one page; made apart so that a test can ask SQLite how it would run it. */
export function pageQuery(
  callers: Callers | null,
  { entity, from, to, model, version }: AuditSelection,
  page: AuditPage,
): { sql: string; args: Arg[] } {
  const order = page.newestFirst ? 'DESC' : 'ASC';
  const first: AuditKey = { at: from === null ? Number.MIN_SAFE_INTEGER : from - SPAN_MS, seq: 0 };
  const last: AuditKey = { at: to ?? Number.MAX_SAFE_INTEGER, seq: 0 };
  const above = page.after === undefined || isBelow(page.after, first) ? first : page.after;
  const below = page.before === undefined || isBelow(last, page.before) ? last : page.before;
  // The rows that the keys lie in are read too, and may have nothing beyond them.
  const rows = page.limit + 2;
  const args: Arg[] = [];
  const asked = [...(model === null ? [] : ['value ->> 0 = ?']), ...(version === null ? [] : ['value ->> 1 = ?'])];
  const askedArgs = [...(model === null ? [] : [model]), ...(version === null ? [] : [version])];
  const inParts =
    asked.length === 0 ? '' : ` AND EXISTS (SELECT 1 FROM json_each(entries.parts) WHERE ${asked.join(' AND ')})`;
  const walk = (index: string, where: string, own: readonly Arg[]) => {
    args.push(...own, above.at, rowOf(above), below.at, rowOf(below));
    if (from !== null) args.push(from);
    args.push(rows);
    return `SELECT * FROM (SELECT at, seq FROM entries INDEXED BY ${index} WHERE ${where}
      (at, seq) >= (?, ?) AND (at, seq) <= (?, ?)${from === null ? '' : ' AND last_at >= ?'}
      ORDER BY at ${order}, seq ${order} LIMIT ?)`;
  };
  // Numbers of our own, not texts of somebody: they may stand in the statement, however many they are.
  const among = (() => {
    if (callers === null) return '';
    if (inParts === '' || callers.packed.length === 0)
      return `caller IN (${[...callers.plain, ...callers.packed].join(',')}) AND`;
    return `(caller IN (${callers.plain.join(',')}) OR caller IN (${callers.packed.join(',')})${inParts}) AND`;
  })();
  const amongArgs = callers === null || callers.packed.length === 0 ? [] : askedArgs;
  const ofEach = ({ plain, packed }: Callers) => [
    ...plain.map((caller) => walk('entries_by_caller', 'caller = ? AND', [caller])),
    ...packed.map((caller) => walk('entries_by_caller', `caller = ?${inParts} AND`, [caller, ...askedArgs])),
  ];
  const walks =
    entity !== null
      ? [walk('entries_by_entity', `entity = ? AND ${among}`, [entity, ...amongArgs])]
      : callers !== null && callers.plain.length + callers.packed.length <= MAX_WALKS
        ? ofEach(callers)
        : [walk('entries_by_time', among, amongArgs)];
  args.push(rows);
  const sql = `SELECT ${COLUMNS} FROM entries AS e JOIN callers AS c ON c.id = e.caller WHERE e.seq IN (
    SELECT seq FROM (${walks.join(' UNION ALL ')}) ORDER BY at ${order}, seq ${order} LIMIT ?
  ) ORDER BY e.at ${order}, e.seq ${order}`;
  return { sql, args };
}

const rowOf = ({ seq }: AuditKey) => Math.floor(seq / PARTS);
const isBelow = (a: AuditKey, b: AuditKey) => a.at < b.at || (a.at === b.at && a.seq < b.seq);
const text = (value: string): string | null => (value === '' ? null : value);

/** Whether an entry of a row that fits does too. */
function isWanted(entry: AuditEntry, { model, version }: AuditSelection, { after, before }: AuditPage): boolean {
  return (
    (model === null || entry.model === model) &&
    (version === null || entry.version === version) &&
    (after === undefined || isBelow(after, entry)) &&
    (before === undefined || isBelow(entry, before))
  );
}

/** The entries of a row, in their order. */
function entriesOf(row: Row): AuditEntry[] {
  const [seq, at, lastAt, count, entity, erased, firstId, lastId, traceId, remote, detail, packed, ...caller] = row;
  const [kind, principal, door, operation, itsModel, itsVersion, outcome] = caller;
  const parts: Part[] =
    packed !== null
      ? (JSON.parse(packed) as Part[])
      : [firstId === null ? [itsModel, itsVersion, count] : [itsModel, itsVersion, count, firstId, lastId ?? firstId]];
  return parts.map(([model, version, times, firstPredictionId = null, lastPredictionId = null], place) => ({
    seq: seq * PARTS + place,
    at,
    lastAt,
    count: times,
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
  }));
}
