import type { EventSource, EventType } from '../../core/events.js';

/** Event types by the number they are stored as. Append only: a number is never given to another type. */
export const EVENT_TYPES: readonly EventType[] = [
  'customer.upserted',
  'item.upserted',
  'payment.recorded',
  'interaction.recorded',
  'segment.changed',
  'model.state_changed',
  'alert.raised',
  'alert.acknowledged',
  'alert.cleared',
];
export const EVENT_SOURCES: readonly EventSource[] = ['api', 'simulator', 'system'];

/**
 * The format of the data file, one step per version (`PRAGMA user_version`). A file of an older version is brought up to
 * date when it is opened, in one transaction; a newer one is refused.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    type INTEGER NOT NULL,
    schema_version INTEGER NOT NULL,
    entity TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    source INTEGER NOT NULL,
    payload TEXT NOT NULL
  );
  CREATE UNIQUE INDEX events_by_id ON events (id, type);
  CREATE INDEX events_by_entity ON events (entity, type, seq);
  CREATE TABLE predictions (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    model TEXT NOT NULL,
    version INTEGER NOT NULL,
    entity TEXT NOT NULL,
    event_id TEXT,
    event_seq INTEGER,
    predicted_at INTEGER NOT NULL,
    features_as_of INTEGER NOT NULL,
    feature_set TEXT NOT NULL,
    features BLOB NOT NULL,
    defaulted TEXT NOT NULL,
    output TEXT NOT NULL
  );
  CREATE INDEX predictions_by_event ON predictions (event_id, model) WHERE event_id IS NOT NULL;
  CREATE INDEX predictions_born_of_events ON predictions (model, position) WHERE event_id IS NOT NULL;
  CREATE TABLE offsets (consumer TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE snapshots (kind TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
  CREATE TABLE replays (kind TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
  `,
  // 2: model state changes are asked for by time.
  `CREATE INDEX events_by_type ON events (type, seq) WHERE type IN (4, 5);`,
  // 3: clients' ids are as good as random, and an index over random keys costs a page a row; positions grow.
  `
  DROP INDEX predictions_by_event;
  CREATE INDEX predictions_by_event_seq ON predictions (event_seq, model) WHERE event_seq IS NOT NULL;
  `,
];
