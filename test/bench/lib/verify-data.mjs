// Reads a data file and says whether it is whole: every payment once, scored exactly once, with the features that a clean replay of
// the log computes; and the saved feature state equal to that of the replay. `node verify-data.mjs <file>` prints JSON.
import Database from 'libsql';
import { customerReducer } from '../../../dist/features/customer-state.js';
import { FRAUD_FEATURES, fraudVector } from '../../../dist/features/fraud-features.js';

const TYPES = ['customer.upserted', 'item.upserted', 'payment.recorded', 'interaction.recorded', 'segment.changed'];
const SOURCES = ['api', 'simulator', 'system'];
const PAGE = 20_000;

export function verifyData(file) {
  const db = new Database(file, { readonly: true });
  const one = (sql) => db.prepare(sql).raw().get()[0];
  const problems = [];
  const found = (problem) => problems.length < 10 && problems.push(problem);
  const twice = one(
    'SELECT count(*) FROM (SELECT 1 FROM events WHERE type IN (2, 3) GROUP BY id, type HAVING count(*) > 1)',
  );
  if (twice > 0) found(`${twice} ids are recorded more than once`);
  const offset = one("SELECT coalesce(max(position), 0) FROM offsets WHERE consumer = 'fraud-scorer'");
  const stray = one(
    'SELECT count(*) FROM predictions WHERE event_seq IS NOT NULL AND event_seq NOT IN (SELECT seq FROM events)',
  );
  if (stray > 0) found(`${stray} predictions are of no recorded event`);

  const saved = new Map(
    db
      .prepare("SELECT key, seq, body FROM snapshots WHERE kind = 'customer'")
      .raw()
      .all()
      .map(([key, seq, body]) => [key, { seq, body }]),
  );
  const events = db
    .prepare(
      'SELECT seq, id, type, entity, occurred_at, recorded_at, source, payload FROM events WHERE seq > ? ORDER BY seq LIMIT ?',
    )
    .raw();
  const predictions = db
    .prepare(
      "SELECT event_seq, event_id, features FROM predictions WHERE model = 'fraud' AND event_seq > ? AND event_seq <= ? ORDER BY event_seq, position",
    )
    .raw();
  const states = new Map();
  const vector = new Float32Array(FRAUD_FEATURES.features.length);
  const bytes = Buffer.from(vector.buffer);
  let payments = 0;
  let scored = 0;
  let compared = 0;
  let after = 0;
  for (;;) {
    const page = events.all(after, PAGE);
    if (page.length === 0) break;
    const through = page[page.length - 1][0];
    const bySeq = new Map();
    for (const row of predictions.all(after, through)) {
      scored++;
      if (bySeq.has(row[0])) found(`the payment at ${row[0]} is scored more than once`);
      bySeq.set(row[0], row);
    }
    for (const [seq, id, type, entity, occurredAt, recordedAt, source, payload] of page) {
      const state = states.get(entity) ?? customerReducer.empty(entity);
      states.set(entity, state);
      const event = {
        seq,
        id,
        type: TYPES[type],
        entity,
        occurredAt,
        recordedAt,
        source: SOURCES[source],
        payload: JSON.parse(payload),
      };
      if (type === 2) {
        payments++;
        const { merchant, category, amount } = event.payload;
        fraudVector(
          state,
          { merchant, category, amountMinor: amount.minor, currency: amount.currency, occurredAt },
          vector,
          0,
        );
        const prediction = bySeq.get(seq);
        if (prediction === undefined) {
          if (seq <= offset) found(`the payment ${id} at ${seq} is not scored, though the offset is ${offset}`);
        } else if (prediction[1] !== id) found(`the prediction at ${seq} is of ${prediction[1]}, not of ${id}`);
        else if (!bytes.equals(prediction[2])) found(`the features of ${id} at ${seq} are not those of a replay`);
      }
      customerReducer.apply(state, event);
      const snapshot = saved.get(entity);
      if (snapshot?.seq === seq) {
        compared++;
        if (customerReducer.encode(state) !== snapshot.body)
          found(`the saved state of ${entity} at ${seq} is not that of a replay`);
      }
    }
    after = through;
  }
  const ids = db.prepare('SELECT count(*), count(DISTINCT id) FROM events WHERE type = 2').raw().get();
  db.close();
  return { payments, distinct: ids[1], scored, offset, head: after, statesCompared: compared, problems };
}

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(verifyData(process.argv[2])));
