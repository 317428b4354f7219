/** The audit file's format, one step per version (`PRAGMA user_version`). */
export const AUDIT_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE callers (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    principal TEXT NOT NULL,
    door TEXT NOT NULL,
    operation TEXT NOT NULL,
    model TEXT NOT NULL,
    version INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    UNIQUE (kind, principal, door, operation, model, version, outcome)
  );
  CREATE TABLE entries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    count INTEGER NOT NULL,
    caller INTEGER NOT NULL,
    entity TEXT,
    erased INTEGER NOT NULL,
    first_prediction TEXT,
    last_prediction TEXT,
    trace TEXT,
    remote TEXT,
    detail TEXT
  );
  CREATE TABLE journal (id INTEGER PRIMARY KEY, callers TEXT NOT NULL, count INTEGER NOT NULL, base INTEGER NOT NULL, heads BLOB NOT NULL, texts BLOB NOT NULL);
  CREATE INDEX entries_by_time ON entries (at);
  CREATE INDEX entries_by_caller ON entries (caller, at);
  CREATE INDEX entries_by_entity ON entries (entity, at) WHERE entity IS NOT NULL;
  `,
  // Of a row that holds what a caller asked several models about an entity: which ones (packing.ts). Its caller has no model.
  'ALTER TABLE entries ADD COLUMN parts TEXT;',
];
