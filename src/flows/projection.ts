import { messageOf } from '../core/errors.js';
import type { StoredEvent } from '../core/events.js';
import type { Logger } from '../core/logger.js';
import type { EventLog } from '../data/ports.js';

/** Somebody who follows the log: sees every event once, in log order. */
export interface LogFollower {
  /** Must not throw; what can fail is the follower's own business. */
  see(events: readonly StoredEvent[]): void;
  /** While true the projection waits before it hands out more (it reads on from the log later). */
  saturated?(): boolean;
}

const PAGE = 1_000;
const RETRY_MS = 250;

/**
 * Hands the log to its followers, in order and without a gap. Events that were just appended here arrive directly; if
 * anything is missing in between, or a follower is saturated, the projection reads on from the log instead.
 */
export class Projection {
  readonly #log: EventLog;
  readonly #followers: readonly LogFollower[];
  readonly #logger: Logger;
  #position: number;
  #catchingUp = false;
  #closed = false;

  /** `position`: the followers have seen everything up to here. */
  constructor(options: { log: EventLog; followers: readonly LogFollower[]; position: number; logger: Logger }) {
    this.#log = options.log;
    this.#followers = options.followers;
    this.#position = options.position;
    this.#logger = options.logger;
  }

  /** Everything up to here was handed out. */
  get position(): number {
    return this.#position;
  }

  /** Called with events that are newly on disk, in log order. */
  appended(events: readonly StoredEvent[]): void {
    if (this.#closed) return;
    if (this.#catchingUp || events[0]!.seq !== this.#position + 1 || this.#saturated()) {
      void this.catchUp();
      return;
    }
    for (let i = 1; i < events.length; i++) {
      if (events[i]!.seq !== events[i - 1]!.seq + 1) {
        void this.catchUp();
        return;
      }
    }
    this.#hand(events);
  }

  /** Reads on from the log until its head. Resolves when there; failing reads are tried again. */
  async catchUp(): Promise<void> {
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    try {
      while (!this.#closed && this.#position < this.#log.head()) {
        if (this.#saturated()) {
          await pause(2);
          continue;
        }
        try {
          const head = this.#log.head();
          const events = await this.#log.read(this.#position, PAGE);
          if (events.length > 0) this.#hand(events);
          else this.#position = head; // what lay between was erased
        } catch (error) {
          this.#logger.error(
            { position: this.#position, error: messageOf(error) },
            'Reading the event log failed; trying again.',
          );
          await pause(RETRY_MS);
        }
      }
    } finally {
      this.#catchingUp = false;
    }
  }

  /** Hands out nothing more. */
  close(): void {
    this.#closed = true;
  }

  #hand(events: readonly StoredEvent[]): void {
    this.#position = events[events.length - 1]!.seq;
    for (const follower of this.#followers) follower.see(events);
  }

  #saturated(): boolean {
    return this.#followers.some((follower) => follower.saturated?.() === true);
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
