import type { Clock } from '../core/clock.js';
import { messageOf } from '../core/errors.js';
import type { ModelAliasChanged, ModelAliasPayload, NewEvent, Stored, StoredEvent } from '../core/events.js';
import { uuidv7 } from '../core/ids.js';
import type { Logger } from '../core/logger.js';
import type { EventLog, SnapshotDocument, SnapshotStore } from '../data/ports.js';
import type { AliasBook, AliasMove, AliasState } from '../inference/aliases.js';
import type { LogFollower } from './projection.js';

const TYPE = 'model.alias_changed';
/** Kind of the saved states: retention may erase the event that set an alias years ago, never the alias. */
const KIND = 'model-alias';
const PAGE = 500;

export interface ModelAliasOptions {
  readonly book: AliasBook;
  readonly log: EventLog;
  readonly snapshots: SnapshotStore;
  readonly append: (events: readonly NewEvent[]) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Aliases that outlive the server: a change is on the event log before it counts, and is read from there at the start. */
export class ModelAliases implements LogFollower {
  readonly book: AliasBook;
  readonly #options: ModelAliasOptions;
  /** The event that each alias stands by; ids are in the order of time. */
  readonly #standing = new Map<string, string>();
  #saving: Promise<void> = Promise.resolve();

  /** Reads what the aliases mean: from what was saved, and from the log. */
  static async open(options: ModelAliasOptions): Promise<ModelAliases> {
    const aliases = new ModelAliases(options);
    await aliases.#restore();
    return aliases;
  }

  private constructor(options: ModelAliasOptions) {
    this.#options = options;
    this.book = options.book;
  }

  /**
   * Moves an alias; resolves when that is on disk and counts.
   * @throws ScoregraphError STORAGE_UNAVAILABLE or QUEUE_FULL: nothing was moved.
   */
  move(move: AliasMove, by: string): Promise<void> {
    return this.change(move.model, move.alias, this.book.moved(move, by, this.#options.clock.now()));
  }

  /** Sets an alias as it is to stand. @throws as `move`. */
  async change(model: string, alias: string, state: AliasState): Promise<void> {
    const { version, history, highest, reason, by, changedAt } = state;
    const event: ModelAliasChanged = {
      id: uuidv7(changedAt),
      type: TYPE,
      schemaVersion: 1,
      entity: model,
      occurredAt: changedAt,
      source: 'system',
      payload: { alias, version, history, highest, reason, by },
    };
    await this.#options.append([event]);
    this.#apply(event);
  }

  see(events: readonly StoredEvent[]): void {
    for (const event of events) {
      if (event.type !== TYPE) continue;
      this.#apply(event);
      this.#saving = this.#saving.then(() =>
        this.#options.snapshots
          .save(KIND, [toDocument(event)])
          .catch((error) =>
            this.#options.logger.warn({ error: messageOf(error) }, 'An alias could not be saved; it is on the log.'),
          ),
      );
    }
  }

  /** Finishes what is being saved. */
  close(): Promise<void> {
    return this.#saving;
  }

  #apply(event: ModelAliasChanged): void {
    const { alias, version, history, highest, reason, by } = event.payload;
    const place = `${event.entity}/${alias}`;
    // An event that was made here counts at once, and comes again when the log is handed out, perhaps behind a newer one.
    if ((this.#standing.get(place) ?? '') >= event.id) return;
    this.#standing.set(place, event.id);
    this.book.set(event.entity, alias, { version, history, highest, reason, by, changedAt: event.occurredAt });
  }

  async #restore(): Promise<void> {
    const { snapshots, log } = this.#options;
    for (let after = ''; ; ) {
      const page = await snapshots.load(KIND, after, PAGE);
      for (const document of page) this.#apply(fromDocument(document));
      if (page.length < PAGE) break;
      after = page[page.length - 1]!.key;
    }
    for (let after = 0; ; ) {
      const page = await log.byType(TYPE, { after, limit: PAGE, newestFirst: false });
      for (const event of page) this.#apply(event as Stored<ModelAliasChanged>);
      if (page.length < PAGE) break;
      after = page[page.length - 1]!.seq;
    }
  }
}

const toDocument = (event: Stored<ModelAliasChanged>): SnapshotDocument => {
  const { id, entity, occurredAt, seq, payload } = event;
  return { key: `${entity}/${payload.alias}`, seq, body: JSON.stringify({ id, entity, occurredAt, payload }) };
};

function fromDocument({ body }: SnapshotDocument): ModelAliasChanged {
  const { id, entity, occurredAt, payload } = JSON.parse(body) as {
    id: string;
    entity: string;
    occurredAt: number;
    payload: ModelAliasPayload;
  };
  return { id, type: TYPE, schemaVersion: 1, entity, occurredAt, source: 'system', payload };
}
