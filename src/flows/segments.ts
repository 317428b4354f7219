import type { Clock } from '../core/clock.js';
import { messageOf } from '../core/errors.js';
import type { SegmentChanged, Stored, StoredEvent } from '../core/events.js';
import { uuidv7 } from '../core/ids.js';
import type { Logger } from '../core/logger.js';
import type { RowContext } from '../core/predictions.js';
import type { FeatureStore, PredictionLog } from '../data/ports.js';
import { plainRecord } from '../domains/prediction.js';
import type { SegmentationDomain, SegmentPrediction } from '../domains/segmentation/segmentation.js';
import type { Hub } from '../events/hub.js';
import type { CustomerState } from '../features/customer-state.js';
import type { Departures } from './departures.js';
import type { Positioned } from './log-stream.js';
import type { LogFollower } from './projection.js';

const SWEEP_MS = 60_000;
const SWEEP_SLICE = 250;
const ROW_DEADLINE_MS = 10_000;
const MAX_TOUCHED = 10_000;

/**
 * Notices when a customer's segment becomes another one and puts that on the log. It looks when somebody watches (after
 * each purchase, and in a sweep, since recency moves without events) and when somebody asks anyway.
 */
export class SegmentWatch implements LogFollower {
  readonly #store: FeatureStore<CustomerState>;
  readonly #domain: SegmentationDomain;
  readonly #predictions: PredictionLog;
  readonly #append: (event: SegmentChanged) => Promise<void>;
  readonly #hub: Hub<Positioned<Stored<SegmentChanged>>>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #departures: Departures;
  readonly #watched = new Map<string, number>();
  #watchingAll = 0;
  readonly #touched = new Set<string>();
  #working: Promise<void> | null = null;
  readonly #recording = new Set<string>();
  readonly #sweep: NodeJS.Timeout;
  #closed = false;

  constructor(options: {
    store: FeatureStore<CustomerState>;
    domain: SegmentationDomain;
    predictions: PredictionLog;
    /** Appends to the log and hands on to the projection. */
    append: (event: SegmentChanged) => Promise<void>;
    hub: Hub<Positioned<Stored<SegmentChanged>>>;
    clock: Clock;
    logger: Logger;
    /** Of whom no change is noted. */
    departures: Departures;
  }) {
    this.#store = options.store;
    this.#domain = options.domain;
    this.#predictions = options.predictions;
    this.#append = options.append;
    this.#hub = options.hub;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#departures = options.departures;
    this.#sweep = setInterval(() => this.#touchWatched(), SWEEP_MS);
    this.#sweep.unref();
  }

  /** Watches one customer, or everybody (null), until the returned function is called. Looks at once. */
  watch(customerId: string | null): () => void {
    if (customerId === null) {
      this.#watchingAll++;
      this.#touchWatched();
    } else {
      this.#watched.set(customerId, (this.#watched.get(customerId) ?? 0) + 1);
      this.#touch(customerId);
    }
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      if (customerId === null) {
        this.#watchingAll--;
        return;
      }
      const left = this.#watched.get(customerId)! - 1;
      if (left === 0) this.#watched.delete(customerId);
      else this.#watched.set(customerId, left);
    };
  }

  see(events: readonly StoredEvent[]): void {
    for (const event of events) {
      if (this.#departures.isLeaving(event.entity)) continue;
      if (event.type === 'segment.changed') this.#hub.publish({ position: event.seq, value: event });
      else if (
        event.type === 'interaction.recorded' &&
        event.payload.kind === 'PURCHASE' &&
        this.#isWatched(event.entity)
      ) {
        this.#touch(event.entity);
      }
    }
  }

  /** Told of every assignment made for the champion version; records the change if it is one. Never throws. */
  notice(customerId: string, prediction: SegmentPrediction): void {
    const previous = this.#store.peek(customerId)?.segment ?? null;
    const current = prediction.output.segment;
    if (this.#closed || previous === current || this.#recording.has(customerId)) return;
    if (this.#departures.isRecent(customerId)) return; // it may have been asked for before the erasure
    this.#recording.add(customerId);
    this.#record(customerId, previous, prediction)
      .catch((error) =>
        this.#logger.warn({ customerId, error: messageOf(error) }, 'A segment change could not be recorded.'),
      )
      .finally(() => this.#recording.delete(customerId));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweep);
    this.#touched.clear();
    await this.#working;
  }

  async #record(customerId: string, previous: string | null, prediction: SegmentPrediction): Promise<void> {
    const id = uuidv7(this.#clock.now());
    const record = { ...plainRecord(prediction), eventId: id };
    // The prediction goes first: whoever reads the event must find it.
    if (!prediction.recorded) await this.#predictions.commit([record]);
    if (this.#departures.isRecent(customerId)) return;
    await this.#append({
      id,
      type: 'segment.changed',
      schemaVersion: 1,
      entity: customerId,
      occurredAt: prediction.predictedAt,
      source: 'system',
      payload: { predictionId: prediction.id, previous, current: prediction.output.segment },
    });
  }

  #isWatched(customerId: string): boolean {
    return this.#watchingAll > 0 || this.#watched.has(customerId);
  }

  #touchWatched(): void {
    for (const customerId of this.#watchingAll > 0 ? this.#store.entities() : this.#watched.keys())
      this.#touch(customerId);
  }

  #touch(customerId: string): void {
    if (this.#closed || this.#touched.size >= MAX_TOUCHED) return; // the next sweep comes by
    this.#touched.add(customerId);
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
    });
  }

  async #work(): Promise<void> {
    while (this.#touched.size > 0) {
      const slice = [...this.#touched].slice(0, SWEEP_SLICE);
      for (const customerId of slice) this.#touched.delete(customerId);
      await Promise.all(slice.map((customerId) => this.#look(customerId)));
    }
  }

  async #look(customerId: string): Promise<void> {
    const state = this.#store.peek(customerId);
    if (!state) return;
    const context: RowContext = {
      deadline: this.#clock.monotonic() + ROW_DEADLINE_MS,
      priority: 'bulk',
      principal: 'segments',
      traceId: uuidv7(),
    };
    try {
      this.notice(customerId, await this.#domain.assign(customerId, state, this.#clock.now(), context));
    } catch (error) {
      this.#logger.debug({ customerId, error: messageOf(error) }, 'A segment could not be looked at.');
    }
  }
}
