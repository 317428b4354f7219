import type { NewEvent, StoredEvent } from '../core/events.js';
import type { EventLog } from '../data/ports.js';
import type { Projection } from '../flows/projection.js';

/** Events of the server itself: aliases, policies, alerts, segments, states of models. */
export class OwnEvents {
  readonly #log: EventLog;
  #projection: Projection | null = null;

  constructor(log: EventLog) {
    this.#log = log;
  }

  /**
   * Appends in one transaction, and hands on those that are new. Bound, to be given away.
   * @throws ScoregraphError STORAGE_UNAVAILABLE or QUEUE_FULL: nothing was appended.
   */
  readonly append = async (events: readonly NewEvent[]): Promise<void> => {
    const results = await this.#log.append(events);
    const fresh = results.flatMap(({ status, seq, recordedAt }, i) =>
      status === 'appended' ? [{ ...events[i]!, seq, recordedAt } as StoredEvent] : [],
    );
    if (fresh.length > 0) this.#projection?.appended(fresh);
  };

  /** From now on the projection is told at once. Before, nobody is: it reads the log from where it left off. */
  handTo(projection: Projection): void {
    this.#projection = projection;
  }
}
