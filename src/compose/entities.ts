import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../core/errors.js';
import { EmbeddedFeatureStore } from '../data/feature-store.js';
import type { SnapshotStore } from '../data/ports.js';
import { type CustomerState, customerReducer } from '../features/customer-state.js';
import { type ItemState, itemReducer } from '../flows/catalogue.js';
import type { FraudAlertWatch } from '../flows/fraud-alerts.js';
import type { Projection } from '../flows/projection.js';
import type { PaymentScorer } from '../flows/scoring.js';
import { type Base, every } from './base.js';

const CHECKPOINT_MS = 15_000;
/** A checkpoint may wait this long for the scorer. */
const SETTLE_MS = 30_000;

/** What is known of customers and items, in memory. */
export interface Entities {
  readonly customers: EmbeddedFeatureStore<CustomerState>;
  readonly items: EmbeddedFeatureStore<ItemState>;
  /** From here on they must be told what is on the log. */
  readonly replayFrom: number;
}

/** Restores them as they were last saved. */
export async function restoreEntities(snapshots: SnapshotStore): Promise<Entities> {
  const customers = await EmbeddedFeatureStore.open<CustomerState>({
    kind: 'customer',
    reducer: customerReducer,
    snapshots,
  });
  const items = await EmbeddedFeatureStore.open<ItemState>({ kind: 'item', reducer: itemReducer, snapshots });
  return {
    customers: customers.store,
    items: items.store,
    replayFrom: Math.min(customers.replayFrom, items.replayFrom),
  };
}

/** Saves entities and alerts, every 15 s and when asked, one time after the other. */
export class Checkpoints {
  readonly #entities: Entities;
  readonly #projection: Projection;
  readonly #scorer: PaymentScorer;
  readonly #alerts: FraudAlertWatch;
  readonly #logger: Base['logger'];
  readonly #stop: () => void;
  #saving: Promise<void> = Promise.resolve();
  #hurried = false;

  constructor(
    entities: Entities,
    follows: { readonly projection: Projection; readonly scorer: PaymentScorer; readonly alerts: FraudAlertWatch },
    logger: Base['logger'],
  ) {
    this.#entities = entities;
    this.#projection = follows.projection;
    this.#scorer = follows.scorer;
    this.#alerts = follows.alerts;
    this.#logger = logger;
    this.#stop = every(CHECKPOINT_MS, () => void this.save().catch(() => {}));
  }

  /** Saves now. @throws what stood in the way: a restart replays more then. */
  save(): Promise<void> {
    const done = this.#saving.then(() => this.#save());
    this.#saving = done.catch((error) =>
      this.#logger.warn({ error: messageOf(error) }, 'Feature state could not be saved; a restart replays more.'),
    );
    return done;
  }

  /** No more of them by the clock, and none that makes room for others. */
  hurry(): void {
    this.#hurried = true;
    this.#stop();
  }

  async #save(): Promise<void> {
    const { customers, items } = this.#entities;
    const { position } = this.#projection;
    // Queries come first: a checkpoint takes a tenth of the thread, unless the server is waiting for it.
    const pause = async (busyMs: number) => {
      if (!this.#hurried) await sleep(9 * busyMs);
    };
    // A saved state must not contain payments whose score is not on disk: their features could not be taken again.
    const scoredUpTo = async (seq: number) => {
      await this.#scorer.settle();
      await this.#scorer.settled(seq, SETTLE_MS);
      if (this.#scorer.offset < seq) throw new Error('scoring is behind');
    };
    await customers.checkpoint(position, scoredUpTo, pause);
    await items.checkpoint(position, async () => {}, pause);
    await this.#alerts.checkpoint();
  }
}
