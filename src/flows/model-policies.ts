import type { Clock } from '../core/clock.js';
import type { ModelPolicyChanged, ModelPolicyPayload, StoredEvent } from '../core/events.js';
import type { AliasBook } from '../inference/aliases.js';
import { type RoutingBook, versionsOf } from '../inference/routing/book.js';
import type { LogFollower } from './projection.js';
import { type Durability, Standing } from './standing.js';

/** A policy and its roll-out as they stand. */
export interface ModelPolicyState extends ModelPolicyPayload {
  /** Milliseconds UTC. */
  readonly changedAt: number;
}

export interface ModelPolicyOptions extends Durability {
  readonly book: RoutingBook;
  /** Told which versions a policy needs, so that they stay loaded. */
  readonly aliases: AliasBook;
}

/** Routing policies that outlive the server. */
export class ModelPolicies implements LogFollower {
  readonly book: RoutingBook;
  readonly #states: ReadonlyMap<string, ModelPolicyState>;
  readonly #standing: Standing<ModelPolicyChanged>;
  readonly #clock: Clock;

  /** Reads what holds: from what was saved, and from the log. */
  static async open({ book, aliases, ...durability }: ModelPolicyOptions): Promise<ModelPolicies> {
    const states = new Map<string, ModelPolicyState>();
    const standing = await Standing.open<ModelPolicyChanged>({
      ...durability,
      type: 'model.policy_changed',
      kind: 'model-policy',
      subjectOf: ({ entity }) => entity,
      hold({ entity, occurredAt, payload }) {
        states.set(entity, { ...payload, changedAt: occurredAt });
        book.set(entity, payload.policy);
        aliases.setRouted(entity, versionsOf(payload.policy));
      },
    });
    return new ModelPolicies(book, states, standing, durability.clock);
  }

  private constructor(
    book: RoutingBook,
    states: ReadonlyMap<string, ModelPolicyState>,
    standing: Standing<ModelPolicyChanged>,
    clock: Clock,
  ) {
    this.book = book;
    this.#states = states;
    this.#standing = standing;
    this.#clock = clock;
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
  change(model: string, payload: ModelPolicyPayload): Promise<void> {
    return this.#standing.state(model, payload, this.#clock.now());
  }

  see(events: readonly StoredEvent[]): void {
    this.#standing.see(events);
  }

  /** Finishes what is being saved. */
  close(): Promise<void> {
    return this.#standing.close();
  }
}
