import type { Clock } from '../../core/clock.js';
import type { EventType, NewEvent, StoredEvent } from '../../core/events.js';
import type { AppendResult, EventLog, LogPage } from '../ports.js';
import type { EventRow, StoredRow } from './protocol.js';
import {
  EVENT_COLUMNS,
  EVENT_SOURCES,
  EVENT_TYPES,
  FIRST_RARE_TYPE,
  OUTCOME_TYPE,
  PAYMENT_TYPE,
  TOMBSTONE,
} from './schema.js';
import type { Storage } from './storage.js';

const STATUS = ['appended', 'repeated', 'conflict'] as const;
/** Ids per statement: SQLite takes 32,766 variables, and a few hundred are as fast. */
const IDS_PER_READ = 500;
/** Walks per statement: SQLite takes 500, and others read in between. */
const WALKS_PER_READ = 100;

const typeCode = new Map(EVENT_TYPES.map((type, code) => [type, code]));
const sourceCode = new Map(EVENT_SOURCES.map((source, code) => [source, code]));

const toRow = (event: NewEvent): EventRow => [
  event.id,
  typeCode.get(event.type)!,
  event.schemaVersion,
  event.entity,
  event.occurredAt,
  sourceCode.get(event.source)!,
  event.payload,
];

/** A row of EVENT_COLUMNS as the event it was. */
export function toEvent([
  seq,
  id,
  type,
  schemaVersion,
  entity,
  occurredAt,
  recordedAt,
  source,
  payload,
]: StoredRow): StoredEvent {
  return {
    seq,
    id,
    type: EVENT_TYPES[type]!,
    schemaVersion,
    entity,
    occurredAt,
    recordedAt,
    source: EVENT_SOURCES[source]!,
    payload: JSON.parse(payload),
  } as StoredEvent;
}

/** The event log in the embedded data file. */
export class EmbeddedEventLog implements EventLog {
  readonly #storage: Storage;
  readonly #clock: Clock;
  #head = 0;
  #horizon = 0;

  static async open(storage: Storage, clock: Clock): Promise<EmbeddedEventLog> {
    const log = new EmbeddedEventLog(storage, clock);
    await log.refresh();
    return log;
  }

  private constructor(storage: Storage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** Reads head and horizon from the file again (after opening, after retention). */
  async refresh(): Promise<void> {
    const [head, horizon] = await logBounds(this.#storage, 'events');
    this.#head = Math.max(this.#head, head);
    this.#horizon = horizon;
  }

  async append(events: readonly NewEvent[]): Promise<AppendResult[]> {
    if (events.length === 0) return [];
    const flat = await this.#storage.write(
      {
        kind: 'events',
        rows: JSON.stringify(events.map(toRow)),
        count: events.length,
        outcomes: events.flatMap(({ type }, i) => (type === 'outcome.reported' ? [i] : [])),
        recordedAt: this.#clock.now(),
      },
      events.length,
    );
    const results: AppendResult[] = [];
    for (let i = 0; i < flat.length; i += 3) {
      const seq = flat[i + 1]!;
      if (seq > this.#head) this.#head = seq;
      results.push({ status: STATUS[flat[i]!]!, seq, recordedAt: flat[i + 2]! });
    }
    return results;
  }

  async read(after: number, limit: number, types?: readonly EventType[]): Promise<StoredEvent[]> {
    const rows = await this.#storage.read(
      `SELECT ${EVENT_COLUMNS} FROM events WHERE seq > ?${typeCondition(types)} ORDER BY seq LIMIT ?`,
      [after, limit],
    );
    return (rows as unknown as StoredRow[]).map(toEvent);
  }

  async byIds(type: EventType, ids: readonly string[]): Promise<(StoredEvent | null)[]> {
    const found = new Map<string, StoredEvent>();
    for (let i = 0; i < ids.length; i += IDS_PER_READ) {
      const part = ids.slice(i, i + IDS_PER_READ);
      const marks = part.map(() => '?').join(',');
      const rows = await this.#storage.read(`SELECT ${EVENT_COLUMNS} FROM events WHERE type = ? AND id IN (${marks})`, [
        typeCode.get(type)!,
        ...part,
      ]);
      for (const row of rows as unknown as StoredRow[]) found.set(row[1], toEvent(row));
    }
    return ids.map((id) => found.get(id) ?? null);
  }

  async byEntity(entity: string, type: EventType, page: LogPage): Promise<StoredEvent[]> {
    const order = page.newestFirst ? 'DESC' : 'ASC';
    const rows = await this.#storage.read(
      `SELECT ${EVENT_COLUMNS} FROM events WHERE entity = ? AND type = ? AND seq > ? AND seq < ? ORDER BY seq ${order} LIMIT ?`,
      [entity, typeCode.get(type)!, page.after ?? 0, page.before ?? Number.MAX_SAFE_INTEGER, page.limit],
    );
    return (rows as unknown as StoredRow[]).map(toEvent);
  }

  async byType(type: EventType, page: LogPage): Promise<StoredEvent[]> {
    const order = page.newestFirst ? 'DESC' : 'ASC';
    const code = typeCode.get(type);
    const condition = code === PAYMENT_TYPE ? ` AND type = ${PAYMENT_TYPE}` : typeCondition([type]);
    const rows = await this.#storage.read(
      `SELECT ${EVENT_COLUMNS} FROM events WHERE seq > ? AND seq < ?${condition} ORDER BY seq ${order} LIMIT ?`,
      [page.after ?? 0, page.before ?? Number.MAX_SAFE_INTEGER, page.limit],
    );
    return (rows as unknown as StoredRow[]).map(toEvent);
  }

  async byEntities(entities: readonly string[], type: EventType, page: LogPage): Promise<StoredEvent[]> {
    const { newestFirst, limit } = page;
    let { after = 0, before = Number.MAX_SAFE_INTEGER } = page;
    let found: StoredRow[] = [];
    for (let i = 0; i < entities.length; i += WALKS_PER_READ) {
      const part = entities.slice(i, i + WALKS_PER_READ);
      const args = part.flatMap((entity) => [entity, typeCode.get(type)!, after, before, limit]);
      const rows = await this.#storage.read(walksQuery(part.length, newestFirst), [...args, limit]);
      found.push(...(rows as unknown as StoredRow[]));
      found = found.sort(([a], [b]) => (newestFirst ? b - a : a - b)).slice(0, limit);
      // Once the page is full, only what would push out its last entry is worth finding.
      const last = found[limit - 1]?.[0];
      if (last !== undefined && newestFirst) after = last;
      else if (last !== undefined) before = last;
    }
    return found.map(toEvent);
  }

  async count(after: number, types?: readonly EventType[]): Promise<number> {
    const sql = `SELECT count(*) FROM events WHERE seq > ?${typeCondition(types)}`;
    const [[count]] = (await this.#storage.read(sql, [after])) as [[number]];
    return count;
  }

  head(): number {
    return this.#head;
  }
  horizon(): number {
    return this.#horizon;
  }
}

/** The statement of one page of several entities' events: a walk along the index for each, merged. */
function walksQuery(entities: number, newestFirst: boolean): string {
  const order = newestFirst ? 'DESC' : 'ASC';
  const walk = `SELECT * FROM (SELECT seq FROM events WHERE entity = ? AND type = ? AND seq > ? AND seq < ? ORDER BY seq ${order} LIMIT ?)`;
  const walks = Array.from({ length: entities }, () => walk).join(' UNION ALL ');
  return `SELECT ${EVENT_COLUMNS} FROM events WHERE seq IN (SELECT seq FROM (${walks}) ORDER BY seq ${order} LIMIT ?) ORDER BY seq ${order}`;
}

/** The newest position that a log has given out, and the one before which retention has deleted. */
export async function logBounds(storage: Storage, log: 'events' | 'predictions'): Promise<[number, number]> {
  const [bounds] = (await storage.read(
    'SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?1), 0), (SELECT position FROM horizons WHERE log = ?1)',
    [log],
  )) as [[number, number]];
  return bounds;
}

/**
 * The condition that an event is of one of `types`. Codes are our own small integers, safe to write into a statement; the index of rare
 * types is used only where its own condition is repeated.
 */
export function typeCondition(types: readonly EventType[] | undefined): string {
  if (types === undefined) return ` AND type <> ${TOMBSTONE}`;
  const codes = types.map((type) => typeCode.get(type)!);
  const rare = codes.every((code) => code >= FIRST_RARE_TYPE && code !== OUTCOME_TYPE);
  const condition = rare ? ` AND type >= ${FIRST_RARE_TYPE} AND type <> ${OUTCOME_TYPE}` : '';
  return `${condition} AND type IN (${codes.join(',')})`;
}
