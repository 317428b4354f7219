import type { Clock } from '../core/clock.js';
import { messageOf } from '../core/errors.js';
import type { ModelStateChanged, ModelVersionState, NewEvent, Stored, StoredEvent } from '../core/events.js';
import { uuidv7 } from '../core/ids.js';
import type { Logger } from '../core/logger.js';
import type { Hub } from '../events/hub.js';
import type { Positioned } from './log-stream.js';
import type { LogFollower } from './projection.js';

/** Changes that may wait for the log; beyond it the oldest are given up, with a line in the server's own log. */
const MAX_PENDING = 1_000;
const RETRY_MS = 500;

/** A version as its registry tells of it. */
export interface ModelStateFact {
  readonly model: string;
  readonly number: number;
  readonly state: ModelVersionState;
  readonly reason: string | null;
  /** Milliseconds UTC. */
  readonly stateChangedAt: number;
}

/**
 * Puts what becomes of model versions on the event log, in order. It begins to write when it is started, so that what happens while
 * the log is being read at start-up comes after what is read.
 */
export class ModelStateRecorder implements LogFollower {
  readonly #append: (events: readonly NewEvent[]) => Promise<void>;
  readonly #hub: Hub<Positioned<Stored<ModelStateChanged>>>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #pending: ModelStateChanged[] = [];
  #writing: Promise<void> | null = null;
  #started = false;
  #closed = false;

  constructor(options: {
    append: (events: readonly NewEvent[]) => Promise<void>;
    hub: Hub<Positioned<Stored<ModelStateChanged>>>;
    clock: Clock;
    logger: Logger;
  }) {
    this.#append = options.append;
    this.#hub = options.hub;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** Takes one change down as it is now. Never throws. */
  note(version: ModelStateFact): void {
    if (this.#closed) return;
    if (this.#pending.length >= MAX_PENDING) {
      this.#pending.shift();
      this.#logger.warn({ model: version.model }, 'The oldest of too many model states was given up.');
    }
    this.#pending.push({
      id: uuidv7(this.#clock.now()),
      type: 'model.state_changed',
      schemaVersion: 1,
      entity: version.model,
      occurredAt: version.stateChangedAt,
      source: 'system',
      payload: { version: version.number, state: version.state, reason: version.reason },
    });
    this.#write();
  }

  /** Begins to write what was noted so far and comes from now on. */
  start(): void {
    this.#started = true;
    this.#write();
  }

  see(events: readonly StoredEvent[]): void {
    for (const event of events)
      if (event.type === 'model.state_changed') this.#hub.publish({ position: event.seq, value: event });
  }

  /** Finishes the append under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
  }

  #write(): void {
    if (!this.#started || this.#pending.length === 0) return;
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = null;
      if (!this.#closed) this.#write();
    });
  }

  async #drain(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      try {
        await this.#append(batch);
      } catch (error) {
        this.#logger.warn({ error: messageOf(error) }, 'Model states could not be recorded; trying again.');
        if (this.#closed) return;
        this.#pending = [...batch, ...this.#pending].slice(-MAX_PENDING);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
