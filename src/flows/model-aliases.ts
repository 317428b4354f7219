import type { Clock } from '../core/clock.js';
import type { ModelAliasChanged, StoredEvent } from '../core/events.js';
import type { AliasBook, AliasMove, AliasState } from '../inference/aliases.js';
import type { LogFollower } from './projection.js';
import { type Durability, Standing } from './standing.js';

export interface ModelAliasOptions extends Durability {
  readonly book: AliasBook;
}

/** Aliases that outlive the server. */
export class ModelAliases implements LogFollower {
  readonly book: AliasBook;
  readonly #standing: Standing<ModelAliasChanged>;
  readonly #clock: Clock;

  /** Reads what the aliases mean: from what was saved, and from the log. */
  static async open({ book, ...durability }: ModelAliasOptions): Promise<ModelAliases> {
    const standing = await Standing.open<ModelAliasChanged>({
      ...durability,
      type: 'model.alias_changed',
      kind: 'model-alias',
      subjectOf: ({ entity, payload }) => `${entity}/${payload.alias}`,
      hold: ({ entity, occurredAt, payload: { alias, ...state } }) =>
        book.set(entity, alias, { ...state, changedAt: occurredAt }),
    });
    return new ModelAliases(book, standing, durability.clock);
  }

  private constructor(book: AliasBook, standing: Standing<ModelAliasChanged>, clock: Clock) {
    this.book = book;
    this.#standing = standing;
    this.#clock = clock;
  }

  /**
   * Moves an alias; resolves when that is on disk and counts.
   * @throws ScoregraphError STORAGE_UNAVAILABLE or QUEUE_FULL: nothing was moved.
   */
  move(move: AliasMove, by: string): Promise<void> {
    return this.change(move.model, move.alias, this.book.moved(move, by, this.#clock.now()));
  }

  /** Sets an alias as it is to stand. @throws as `move`. */
  change(model: string, alias: string, { changedAt, ...state }: AliasState): Promise<void> {
    return this.#standing.state(model, { alias, ...state }, changedAt);
  }

  see(events: readonly StoredEvent[]): void {
    this.#standing.see(events);
  }

  /** Finishes what is being saved. */
  close(): Promise<void> {
    return this.#standing.close();
  }
}
