import type { Clock } from '../core/clock.js';
import { messageOf } from '../core/errors.js';
import type { ModelPolicyChanged, ModelPolicyPayload, NewEvent, Stored, StoredEvent } from '../core/events.js';
import { uuidv7 } from '../core/ids.js';
import type { Logger } from '../core/logger.js';
import type { EventLog, SnapshotStore } from '../data/ports.js';
import type { AliasBook } from '../inference/aliases.js';
import { type RoutingBook, versionsOf } from '../inference/routing/book.js';
import type { LogFollower } from './projection.js';

const TYPE = 'model.policy_changed';
/** Kind of the saved states: retention may erase the event that set a policy, never the policy. */
const KIND = 'model-policy';
const PAGE = 500;

/** A policy and its roll-out as they stand. */
export interface ModelPolicyState extends ModelPolicyPayload {
  /** Milliseconds UTC. */
  readonly changedAt: number;
}

export interface ModelPolicyOptions {
  readonly book: RoutingBook;
  /** Told which versions a policy needs, so that they stay loaded. */
  readonly aliases: AliasBook;
  readonly log: EventLog;
  readonly snapshots: SnapshotStore;
  readonly append: (events: readonly NewEvent[]) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Routing policies that outlive the server: a change is on the event log before it counts, and is read from there at the start. */
export class ModelPolicies implements LogFollower {
  readonly book: RoutingBook;
  readonly #options: ModelPolicyOptions;
  readonly #states = new Map<string, ModelPolicyState>();
  /** The event that each state stands by; ids are in the order of time. */
  readonly #standing = new Map<string, string>();
  #saving: Promise<void> = Promise.resolve();

  /** Reads what holds: from what was saved, and from the log. */
  static async open(options: ModelPolicyOptions): Promise<ModelPolicies> {
    const policies = new ModelPolicies(options);
    await policies.#restore();
    return policies;
  }

  private constructor(options: ModelPolicyOptions) {
    this.#options = options;
    this.book = options.book;
  }

  /** What holds for a model; null where nothing was ever said. */
  get(model: string): ModelPolicyState | null {
    return this.#states.get(model) ?? null;
  }
  /** Models whose roll-out goes on. */
  running(): string[] {
    return [...this.#states].flatMap(([model, { rollOut }]) => (rollOut?.status === 'RUNNING' ? [model] : []));
  }

  /**
   * Sets what is to hold; resolves when that is on disk and counts.
   * @throws ScoregraphError STORAGE_UNAVAILABLE or QUEUE_FULL: nothing was changed.
   */
  async change(model: string, payload: ModelPolicyPayload): Promise<void> {
    const now = this.#options.clock.now();
    const event: ModelPolicyChanged = {
      id: uuidv7(now),
      type: TYPE,
      schemaVersion: 1,
      entity: model,
      occurredAt: now,
      source: 'system',
      payload,
    };
    await this.#options.append([event]);
    this.#apply(event);
  }

  see(events: readonly StoredEvent[]): void {
    for (const event of events) {
      if (event.type !== TYPE) continue;
      this.#apply(event);
      const { id, entity, occurredAt, payload, seq } = event;
      const document = { key: entity, seq, body: JSON.stringify({ id, entity, occurredAt, payload }) };
      this.#saving = this.#saving.then(() =>
        this.#options.snapshots
          .save(KIND, [document])
          .catch((error) =>
            this.#options.logger.warn({ error: messageOf(error) }, 'A policy could not be saved; it is on the log.'),
          ),
      );
    }
  }

  /** Finishes what is being saved. */
  close(): Promise<void> {
    return this.#saving;
  }

  #apply(event: Pick<ModelPolicyChanged, 'id' | 'entity' | 'occurredAt' | 'payload'>): void {
    const { id, entity, occurredAt, payload } = event;
    // An event that was made here counts at once, and comes again when the log is handed out, perhaps behind a newer one.
    if ((this.#standing.get(entity) ?? '') >= id) return;
    this.#standing.set(entity, id);
    this.#states.set(entity, { ...payload, changedAt: occurredAt });
    this.book.set(entity, payload.policy);
    this.#options.aliases.setRouted(entity, versionsOf(payload.policy));
  }

  async #restore(): Promise<void> {
    const { snapshots, log } = this.#options;
    for (let after = ''; ; ) {
      const page = await snapshots.load(KIND, after, PAGE);
      for (const { body } of page) this.#apply(JSON.parse(body));
      if (page.length < PAGE) break;
      after = page[page.length - 1]!.key;
    }
    for (let after = 0; ; ) {
      const page = await log.byType(TYPE, { after, limit: PAGE, newestFirst: false });
      for (const event of page) this.#apply(event as Stored<ModelPolicyChanged>);
      if (page.length < PAGE) break;
      after = page[page.length - 1]!.seq;
    }
  }
}
