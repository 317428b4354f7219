import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../core/clock.js';
import type { EmbeddedEventLog } from './embedded/event-log.js';
import type { EmbeddedPredictionLog } from './embedded/prediction-log.js';
import type { Storage } from './embedded/storage.js';

/** Rows deleted in one transaction: a few milliseconds. */
const SLICE = 500;
/** Of the writer's time a sweep takes a fifth at most: it pauses for so many times as long as a bite took. */
const REST = 4;
const DAY_MS = 86_400_000;

/** What is kept: of the newest rows so many, and nothing recorded longer ago; 0: no such limit. */
export interface Retention {
  readonly events: number;
  readonly predictions: number;
  readonly eventsDays?: number;
  readonly predictionsDays?: number;
}

/** Deletes what is not to be kept any more, in small bites, oldest first; never what a replay or a consumer of the log still needs. */
export class RetentionSweep {
  readonly #storage: Storage;
  readonly #events: EmbeddedEventLog;
  readonly #predictions: EmbeddedPredictionLog;
  readonly #clock: Clock;
  readonly #retention: Retention;
  #sweeping: Promise<void> | null = null;
  #closed = false;

  constructor(
    rooms: { storage: Storage; events: EmbeddedEventLog; predictions: EmbeddedPredictionLog; clock: Clock },
    retention: Retention,
  ) {
    this.#storage = rooms.storage;
    this.#events = rooms.events;
    this.#predictions = rooms.predictions;
    this.#clock = rooms.clock;
    this.#retention = retention;
  }

  /** Deletes all that is due; a sweep that is under way is joined. */
  run(): Promise<void> {
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = null;
    });
    return this.#sweeping;
  }

  /** Ends a sweep after its bite. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#sweeping?.catch(() => {});
  }

  async #sweep(): Promise<void> {
    const { events, predictions, eventsDays = 0, predictionsDays = 0 } = this.#retention;
    const [oldEvents, oldPredictions] = [
      await this.#before(eventsDays, 'events', 'seq', 'recorded_at', this.#events),
      await this.#before(predictionsDays, 'predictions', 'position', 'predicted_at', this.#predictions),
    ];
    const upToEvent = Math.max(oldEvents, events === 0 ? 0 : this.#events.head() - events);
    const upToPrediction = Math.max(oldPredictions, predictions === 0 ? 0 : this.#predictions.head() - predictions);
    if (upToEvent <= this.#events.horizon() && upToPrediction <= this.#predictions.horizon()) return;
    // Saved states and consumers must be past an event before it may go: features are rebuilt from the states and what follows them.
    const [[needed]] = (await this.#storage.read(
      'SELECT min(p) FROM (SELECT position p FROM offsets UNION ALL SELECT position FROM replays)',
      [],
    )) as [[number | null]];
    const write = {
      kind: 'prune',
      events: Math.max(0, Math.min(upToEvent, needed ?? 0)),
      predictions: Math.max(0, upToPrediction),
      slice: SLICE,
    } as const;
    while (!this.#closed) {
      const began = performance.now();
      const deleted = await this.#storage.write(write, 1, true);
      if ((deleted[0] ?? 0) + (deleted[1] ?? 0) === 0) break;
      await sleep(REST * (performance.now() - began), undefined, { ref: false });
    }
    await this.#events.refresh();
    await this.#predictions.refresh();
  }

  /** The newest position of those recorded before `days` ago; 0 without such a limit. Times grow with positions: it is searched by halving. */
  async #before(
    days: number,
    log: 'events' | 'predictions',
    position: 'seq' | 'position',
    time: 'recorded_at' | 'predicted_at',
    bounds: { head(): number; horizon(): number },
  ): Promise<number> {
    if (days === 0) return 0;
    const cutoff = this.#clock.now() - days * DAY_MS;
    let old = bounds.horizon();
    let young = bounds.head() + 1;
    while (young - old > 1) {
      const middle = Math.floor((old + young) / 2);
      const [next] = (await this.#storage.read(
        `SELECT ${position}, ${time} FROM ${log} WHERE ${position} >= ? ORDER BY ${position} LIMIT 1`,
        [middle],
      )) as [number, number][];
      if (next === undefined || next[1] >= cutoff) young = middle;
      else old = Math.min(next[0], young - 1);
    }
    return old;
  }
}
