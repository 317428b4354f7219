import type { EventSource, EventType } from '../../core/events.js';

/**
 * Event types by the number they are stored as. Append only: a number is never given to another type. From 4 on they are the server's own
 * and rare, but for outcomes: an index of their own finds them among millions of others, which a frequent type must stay out of.
 */
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
  'customer.erased',
  'model.alias_changed',
  'model.policy_changed',
  'outcome.reported',
];
/**
 * The type of a tombstone: what an erasure leaves of an event. Position and time of recording stay, the time it happened becomes that of the
 * erasure, the id is the position, and nothing else is left. No reader of events is given one.
 */
export const TOMBSTONE = -1;
/** Types from this number on, but for outcomes, are in the index of rare events. */
export const FIRST_RARE_TYPE = 4;
/** As many as payments, where all of them are told. */
export const OUTCOME_TYPE = 12;
/** Payments have an index of their own: the newest of them are asked for, however much else happened since. */
export const PAYMENT_TYPE = 2;
/** In a prediction's `outcome`: 1 for fraud, and this where the prediction did not approve. One number, so that the index alone counts. */
export const POSITIVE = 2;
export const EVENT_SOURCES: readonly EventSource[] = ['api', 'simulator', 'system'];

/** What is written of an event, in the order of its row; the log adds its position. */
export const NEW_EVENT_COLUMNS = 'id, type, schema_version, entity, occurred_at, recorded_at, source, payload';
/** What is read of an event. */
export const EVENT_COLUMNS = `seq, ${NEW_EVENT_COLUMNS}`;
/** What is written of a prediction, in the order of its row. */
export const NEW_PREDICTION_COLUMNS =
  'id, model, version, entity, event_id, event_seq, predicted_at, features_as_of, feature_set, features, defaulted, output, arm, shadow_of';
/** What is read of a prediction, of `predictions AS p`. */
export const PREDICTION_COLUMNS = `position, ${NEW_PREDICTION_COLUMNS}, outcome`
  .split(', ')
  .map((column) => `p.${column}`)
  .join(', ');

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
  // 3: rare events are read in log order, and the index of 2 was of use to nobody: SQLite takes a partial index only where the statement
  // repeats its condition. Predictions are asked for by time and by customer, with their score and decision in the index itself.
  `
  DROP INDEX events_by_type;
  CREATE INDEX events_of_rare_types ON events (seq, type) WHERE type >= 4;
  ALTER TABLE predictions ADD COLUMN score REAL GENERATED ALWAYS AS (coalesce(output ->> '$.probability', output ->> '$.confidence')) VIRTUAL;
  ALTER TABLE predictions ADD COLUMN decision TEXT GENERATED ALWAYS AS (output ->> '$.decision') VIRTUAL;
  CREATE INDEX predictions_by_time ON predictions (model, predicted_at, position, score, decision);
  CREATE INDEX predictions_by_entity ON predictions (entity, predicted_at);
  `,
  // 4: clients' ids are as good as random, and an index over random keys costs a page a row; positions grow.
  `
  DROP INDEX predictions_by_event;
  CREATE INDEX predictions_by_event_seq ON predictions (event_seq, model) WHERE event_seq IS NOT NULL;
  `,
  // 5: erasures under way, and how far retention has deleted: once entries go for other reasons, the oldest one left does not tell.
  `
  CREATE TABLE erasures (
    entity TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    subject TEXT NOT NULL,
    reason TEXT NOT NULL,
    principal TEXT NOT NULL,
    requested_at INTEGER NOT NULL,
    seq INTEGER,
    events INTEGER NOT NULL DEFAULT 0,
    predictions INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;
  CREATE TABLE horizons (log TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO horizons
    SELECT 'events', coalesce((SELECT min(seq) - 1 FROM events), (SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)
    UNION ALL
    SELECT 'predictions', coalesce((SELECT min(position) - 1 FROM predictions), (SELECT seq FROM sqlite_sequence WHERE name = 'predictions'), 0);
  `,
  // 6: the newest payments of all, among however many interactions. The type comes first so that SQLite prefers it to the table itself.
  `CREATE INDEX events_of_payments ON events (type, seq) WHERE type = ${PAYMENT_TYPE};`,
  // 7: predictions tell their arm; what was computed in the shadow of an answer is none, and lists by time do not show it.
  `
  ALTER TABLE predictions ADD COLUMN arm TEXT;
  DROP INDEX predictions_by_time;
  CREATE INDEX predictions_by_time ON predictions (model, predicted_at, position, score, decision, arm);
  `,
  // 8: what turned out to be fraud: the newest word about each payment or prediction, and with each prediction it is about, so that counting
  // reads an index of those alone. Which prediction a shadow stands beside. Outcomes are no rare events.
  `
  ALTER TABLE predictions ADD COLUMN shadow_of TEXT;
  ALTER TABLE predictions ADD COLUMN outcome INTEGER;
  CREATE INDEX predictions_of_shadows ON predictions (shadow_of) WHERE shadow_of IS NOT NULL;
  CREATE INDEX predictions_with_outcomes ON predictions (model, predicted_at, version, arm, outcome) WHERE outcome IS NOT NULL;
  CREATE TABLE outcomes (
    seq INTEGER PRIMARY KEY,
    payment INTEGER UNIQUE,
    prediction TEXT UNIQUE,
    entity TEXT NOT NULL,
    fraud INTEGER NOT NULL,
    observed_at INTEGER NOT NULL,
    reported_at INTEGER NOT NULL,
    source INTEGER NOT NULL
  );
  CREATE INDEX outcomes_by_entity ON outcomes (entity);
  DROP INDEX events_of_rare_types;
  CREATE INDEX events_of_rare_types ON events (seq, type) WHERE type >= ${FIRST_RARE_TYPE} AND type <> ${OUTCOME_TYPE};
  `,
];
