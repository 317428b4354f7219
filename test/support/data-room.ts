import { afterEach, beforeEach } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import type { NewEvent, StoredEvent } from '../../src/core/events.js';
import { silentLogger } from '../../src/core/logger.js';
import { type DataRoom, openData } from '../../src/data/open.js';
import { temporaryFolder } from './server.js';

/** A data folder of one test's own, and what was appended to its log. */
export interface TestRoom {
  readonly data: DataRoom;
  /** Events that are on disk and were not handed out yet. */
  readonly appended: readonly StoredEvent[];
  /** Appends as the projection's door does: on disk, and to be handed out later. */
  append(events: readonly NewEvent[]): Promise<void>;
  /** The log as it is when retention has taken every event that is looked for. */
  withoutEvents(): DataRoom['events'];
}

/** Opens a new data folder before each test of a `describe`, and takes it away after it. */
export function roomOfEach(): TestRoom {
  const folder = temporaryFolder();
  let data: DataRoom;
  let appended: StoredEvent[];
  beforeEach(async () => {
    appended = [];
    data = await openData({
      dir: `${folder.path}/${Math.random()}`,
      clock: systemClock,
      logger: silentLogger,
      watermarkBytes: 0,
      retention: { events: 0, predictions: 0 },
    });
  });
  afterEach(async () => {
    await data.close();
    folder.remove();
  });
  return {
    get data() {
      return data;
    },
    get appended() {
      return appended;
    },
    async append(events) {
      const results = await data.events.append(events);
      appended.push(...results.map(({ seq, recordedAt }, i) => ({ ...events[i]!, seq, recordedAt }) as StoredEvent));
    },
    withoutEvents: () => Object.assign(Object.create(data.events), { byType: async () => [] }),
  };
}
