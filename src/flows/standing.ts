import type { Clock } from '../core/clock.js';
import { messageOf } from '../core/errors.js';
import type { NewEvent, Stored, StoredEvent } from '../core/events.js';
import { uuidv7 } from '../core/ids.js';
import type { Logger } from '../core/logger.js';
import type { EventLog, SnapshotStore } from '../data/ports.js';
import type { LogFollower } from './projection.js';

const PAGE = 500;

/** What makes something durable that is set by one type of event, each of which carries all of it. */
export interface Durability {
  readonly log: EventLog;
  readonly snapshots: SnapshotStore;
  readonly append: (events: readonly NewEvent[]) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What of an event outlives retention. */
export type Statement<E extends NewEvent> = Pick<E, 'id' | 'entity' | 'occurredAt' | 'payload'>;

export interface StandingOptions<E extends NewEvent> extends Durability {
  readonly type: E['type'];
  /** Kind of the saved documents: retention may erase the event that set something years ago, never what it set. */
  readonly kind: string;
  /** What a statement is about: of each, the newest statement stands. */
  readonly subjectOf: (statement: Statement<E>) => string;
  /** Lets a statement hold. */
  readonly hold: (statement: Statement<E>) => void;
}

/**
 * What was said last of each subject, outliving the server: a statement is on the event log before it holds, and is read from there, and from
 * what was saved, at the start.
 */
export class Standing<E extends NewEvent> implements LogFollower {
  readonly #options: StandingOptions<E>;
  /** The event that each subject stands by; ids of one subject are in the order in which it was stated. */
  readonly #newest = new Map<string, string>();
  #saving: Promise<void> = Promise.resolve();

  /** Lets hold what was saved, then what the log says. */
  static async open<E extends NewEvent>(options: StandingOptions<E>): Promise<Standing<E>> {
    const standing = new Standing(options);
    await standing.#restore();
    return standing;
  }

  private constructor(options: StandingOptions<E>) {
    this.#options = options;
  }

  /**
   * States something as of `at` (ms UTC); resolves when it is on disk and holds.
   * @throws ScoregraphError STORAGE_UNAVAILABLE or QUEUE_FULL: nothing was changed.
   */
  async state(entity: string, payload: E['payload'], at: number): Promise<void> {
    const { type, append } = this.#options;
    const about = { entity, occurredAt: at, payload };
    const statement = { ...about, id: this.#nextId(about) };
    await append([{ ...statement, type, schemaVersion: 1, source: 'system' } as NewEvent]);
    this.#apply(statement);
  }

  see(events: readonly StoredEvent[]): void {
    for (const event of events) if (event.type === this.#options.type) this.#seen(event as Stored<E>);
  }

  /** Finishes what is being saved. */
  close(): Promise<void> {
    return this.#saving;
  }

  #seen(event: Stored<E>): void {
    this.#apply(event);
    const { kind, subjectOf, snapshots, logger } = this.#options;
    const { id, entity, occurredAt, payload, seq } = event;
    const document = { key: subjectOf(event), seq, body: JSON.stringify({ id, entity, occurredAt, payload }) };
    this.#saving = this.#saving.then(() =>
      snapshots
        .save(kind, [document])
        .catch((error) =>
          logger.warn({ kind, error: messageOf(error) }, 'What holds could not be saved; it is on the log.'),
        ),
    );
  }

  /** An id behind that of what stands: two may come within a millisecond, and the clock may have been set back. */
  #nextId(about: Omit<Statement<E>, 'id'>): string {
    const newest = this.#newest.get(this.#options.subjectOf({ ...about, id: '' }));
    return uuidv7(newest === undefined ? about.occurredAt : Math.max(about.occurredAt, msOf(newest) + 1));
  }

  #apply(statement: Statement<E>): void {
    const subject = this.#options.subjectOf(statement);
    // What was stated here holds at once, and comes again when the log is handed out, perhaps behind something newer.
    if ((this.#newest.get(subject) ?? '') >= statement.id) return;
    this.#newest.set(subject, statement.id);
    this.#options.hold(statement);
  }

  async #restore(): Promise<void> {
    const { kind, type, snapshots, log } = this.#options;
    for (let after = ''; ; ) {
      const page = await snapshots.load(kind, after, PAGE);
      for (const { body } of page) this.#apply(JSON.parse(body) as Statement<E>);
      if (page.length < PAGE) break;
      after = page[page.length - 1]!.key;
    }
    for (let after = 0; ; ) {
      const page = await log.byType(type, { after, limit: PAGE, newestFirst: false });
      for (const event of page) this.#apply(event as Stored<E>);
      if (page.length < PAGE) break;
      after = page[page.length - 1]!.seq;
    }
  }
}

/** The time in a time-ordered UUID, milliseconds. */
const msOf = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
