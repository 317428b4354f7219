import type { StoredEvent } from '../core/events.js';
import type { EventLog, FeatureStore, SnapshotDocument, SnapshotStore, StateReducer } from './ports.js';

const LOAD_PAGE = 2_000;
/** Main-thread time one slice of a checkpoint may take, ms. */
const SLICE_MS = 2;

interface Held<S> {
  readonly state: S;
  /** Position of the last event in `state`. */
  seq: number;
  dirty: boolean;
}

/**
 * Entity state in memory, rebuilt from snapshots and the tail of the log. Checkpoints are fuzzy: each entity is saved with its
 * own position, in small slices, and a replay skips what an entity already contains.
 */
export class EmbeddedFeatureStore<S> implements FeatureStore<S> {
  readonly #kind: string;
  readonly #reducer: StateReducer<S>;
  readonly #snapshots: SnapshotStore;
  readonly #held = new Map<string, Held<S>>();
  readonly #dirty = new Set<string>();
  /** Entities that are being erased: nothing is known of them, and nothing is taken. */
  readonly #barred = new Set<string>();

  /** Loads the snapshots. `replayFrom` tells from where the caller must apply the log. */
  static async open<S>(options: {
    kind: string;
    reducer: StateReducer<S>;
    snapshots: SnapshotStore;
  }): Promise<{ store: EmbeddedFeatureStore<S>; replayFrom: number }> {
    const store = new EmbeddedFeatureStore(options.kind, options.reducer, options.snapshots);
    let after = '';
    for (;;) {
      const page = await options.snapshots.load(options.kind, after, LOAD_PAGE);
      for (const { key, seq, body } of page)
        store.#held.set(key, { state: options.reducer.decode(key, body), seq, dirty: false });
      if (page.length < LOAD_PAGE) break;
      after = page[page.length - 1]!.key;
    }
    return { store, replayFrom: await options.snapshots.replayFrom(options.kind) };
  }

  private constructor(kind: string, reducer: StateReducer<S>, snapshots: SnapshotStore) {
    this.#kind = kind;
    this.#reducer = reducer;
    this.#snapshots = snapshots;
  }

  async get(entities: readonly string[]): Promise<(S | null)[]> {
    return entities.map((entity) => this.peek(entity));
  }

  peek(entity: string): S | null {
    return this.#held.get(entity)?.state ?? null;
  }

  apply(events: readonly StoredEvent[]): void {
    for (const event of events) {
      if (!this.#reducer.types.has(event.type)) continue;
      if (this.#barred.size > 0 && this.#barred.has(event.entity)) continue;
      let held = this.#held.get(event.entity);
      if (held === undefined) {
        held = { state: this.#reducer.empty(event.entity), seq: 0, dirty: false };
        this.#held.set(event.entity, held);
      }
      if (event.seq <= held.seq) continue;
      this.#reducer.apply(held.state, event);
      held.seq = event.seq;
      if (!held.dirty) {
        held.dirty = true;
        this.#dirty.add(event.entity);
      }
    }
  }

  bar(entity: string): void {
    this.#barred.add(entity);
    this.#held.delete(entity);
    this.#dirty.delete(entity);
  }

  lift(entity: string): void {
    this.#barred.delete(entity);
  }

  size(): number {
    return this.#held.size;
  }
  entities(): IterableIterator<string> {
    return this.#held.keys();
  }

  /**
   * Saves what changed since the last checkpoint. `position`: everything up to it has been applied; `ready(seq)` resolves once the
   * log's consumers are past `seq`, since a state must never be ahead of a consumer that needs the state before. After each slice
   * `pause` is told how long it kept the thread busy, ms, and may let others go first; default: no pause.
   */
  async checkpoint(
    position: number,
    ready: (seq: number) => Promise<void>,
    pause: (busyMs: number) => Promise<void> = async () => {},
  ): Promise<void> {
    const entities = [...this.#dirty];
    for (let next = 0; next < entities.length; ) {
      const started = performance.now();
      const documents: SnapshotDocument[] = [];
      const states: Held<S>[] = [];
      let newest = 0;
      while (next < entities.length && performance.now() - started < SLICE_MS) {
        const key = entities[next++]!;
        const held = this.#held.get(key);
        if (held === undefined) continue; // erased meanwhile
        states.push(held);
        documents.push({ key, seq: held.seq, body: this.#reducer.encode(held.state) });
        newest = Math.max(newest, held.seq);
        held.dirty = false;
        this.#dirty.delete(key);
      }
      const busy = performance.now() - started;
      try {
        await ready(newest);
        const still = documents.filter(({ key }, i) => this.#held.get(key) === states[i]);
        await this.#snapshots.save(this.#kind, still);
      } catch (error) {
        documents.forEach(({ key }, i) => {
          if (this.#held.get(key) === states[i]) this.#touch(key);
        });
        throw error;
      }
      await pause(busy);
    }
    await ready(position);
    await this.#snapshots.save(this.#kind, [], position);
  }

  #touch(key: string): void {
    this.#held.get(key)!.dirty = true;
    this.#dirty.add(key);
  }
}

/** Applies the log to followers of a feature store, from `after` to the log's head, in pages. */
export async function replay(log: EventLog, after: number, see: (events: StoredEvent[]) => void): Promise<number> {
  let position = after;
  while (position < log.head()) {
    const page = await log.read(position, 5_000);
    if (page.length === 0) break;
    see(page);
    position = page[page.length - 1]!.seq;
  }
  return position;
}
