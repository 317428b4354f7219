import type Database from 'libsql';
import type { Write } from './protocol.js';
import { POSITIVE } from './schema.js';

/** Position of the payment, or id of the prediction, that an outcome is about: one of them. */
interface Subject {
  readonly payment: number | null;
  readonly prediction: string | null;
}
interface Told extends Subject {
  readonly fraud: number;
  readonly observed_at: number;
}

/**
 * Outcomes meet predictions here, in the transaction that brings either of them: whichever comes first, and whatever ends the process in
 * between, each prediction that judged something knows what is known of it. A prediction judged if it has a decision.
 */
export class OutcomeBook {
  readonly #told: Database.Statement;
  readonly #standing: Database.Statement;
  readonly #drop: Database.Statement;
  readonly #keep: Database.Statement;
  readonly #ofPayment: Database.Statement;
  readonly #ofPrediction: Database.Statement;
  readonly #shadowsOfPayment: Database.Statement;
  readonly #shadowsOfPrediction: Database.Statement;
  readonly #between: Database.Statement;
  readonly #any: Database.Statement;
  readonly #known: Database.Statement;
  readonly #note: Database.Statement;
  readonly #oldest: Database.Statement;
  readonly #dropOldest: Database.Statement;

  constructor(db: Database.Database) {
    this.#told = db.prepare(
      `SELECT payload ->> '$.position' AS payment, payload ->> '$.predictionId' AS prediction, payload ->> '$.fraud' AS fraud,
         occurred_at AS observed_at FROM events WHERE seq = ?`,
    );
    this.#standing = db.prepare('SELECT observed_at FROM outcomes WHERE payment = ? OR prediction = ?');
    this.#drop = db.prepare('DELETE FROM outcomes WHERE payment = ? OR prediction = ?');
    this.#keep = db.prepare(
      `INSERT INTO outcomes (seq, payment, prediction, entity, fraud, observed_at, reported_at, source)
         SELECT seq, payload ->> '$.position', payload ->> '$.predictionId', entity, payload ->> '$.fraud', occurred_at, recorded_at, source
         FROM events WHERE seq = ?`,
    );
    const value = `? + ${POSITIVE} * (decision <> 'APPROVE')`; // null stays null
    const judged = 'AND decision IS NOT NULL';
    this.#ofPayment = db.prepare(`UPDATE predictions SET outcome = ${value} WHERE event_seq = ? ${judged}`);
    this.#ofPrediction = db.prepare(`UPDATE predictions SET outcome = ${value} WHERE id = ? ${judged}`);
    this.#shadowsOfPayment = db.prepare(
      `UPDATE predictions SET outcome = ${value} WHERE shadow_of IN (SELECT id FROM predictions WHERE event_seq = ?) ${judged}`,
    );
    this.#shadowsOfPrediction = db.prepare(`UPDATE predictions SET outcome = ${value} WHERE shadow_of = ? ${judged}`);
    this.#between = db.prepare('SELECT payment, fraud FROM outcomes WHERE payment BETWEEN ? AND ?');
    this.#any = db.prepare('SELECT 1 FROM outcomes LIMIT 1');
    this.#known = db.prepare(
      `SELECT position, fraud FROM (
         SELECT p.position, coalesce(
           (SELECT fraud FROM outcomes WHERE prediction = p.id),
           (SELECT fraud FROM outcomes WHERE prediction = p.shadow_of),
           (SELECT o.fraud FROM predictions AS c CROSS JOIN outcomes AS o ON o.payment = c.event_seq WHERE c.id = p.shadow_of)
         ) AS fraud FROM predictions AS p WHERE p.position BETWEEN ? AND ? AND p.event_seq IS NULL AND p.decision IS NOT NULL
       ) WHERE fraud IS NOT NULL`,
    );
    this.#note = db.prepare(`UPDATE predictions SET outcome = ${value} WHERE position = ?`);
    this.#oldest = db.prepare('SELECT payment, prediction FROM outcomes WHERE seq <= ?');
    this.#dropOldest = db.prepare('DELETE FROM outcomes WHERE seq <= ?');
  }

  /** Takes in the outcome at a position of the log that is new. One that was observed before what is known already changes nothing. */
  learn(seq: number): void {
    const told = this.#told.get(seq) as unknown as Told;
    const { payment, prediction } = told;
    const standing = this.#standing.get(payment, prediction) as { observed_at: number } | undefined;
    if (standing !== undefined && standing.observed_at > told.observed_at) return;
    if (standing !== undefined) this.#drop.run(payment, prediction);
    this.#keep.run(seq);
    this.#label(told, told.fraud);
  }

  /** Looks whether anything is known already about what these predictions, which are in, have judged. `positions` are theirs. */
  meet({ events, others }: Extract<Write, { kind: 'predictions' }>, positions: Float64Array): void {
    if (events !== null)
      for (const told of this.#between.all(...events) as unknown as Told[])
        this.#label({ payment: told.payment, prediction: null }, told.fraud);
    if (!others || this.#any.get() === undefined) return;
    // New ones lie one behind the other; those that were there before may lie anywhere.
    const [first, last] = [positions[0]!, positions[positions.length - 1]!];
    if (last - first === positions.length - 1) this.#look(first, last);
    else for (const position of positions) this.#look(position, position);
  }

  /** Forgets outcomes whose events, up to `last`, are about to go. What was observed before one of them does not come back. */
  prune(last: number): void {
    for (const subject of this.#oldest.all(last) as unknown as Subject[]) this.#label(subject, null);
    this.#dropOldest.run(last);
  }

  #look(first: number, last: number): void {
    const known = this.#known.all(first, last) as { position: number; fraud: number }[];
    for (const { position, fraud } of known) this.#note.run(fraud, position);
  }

  #label({ payment, prediction }: Subject, fraud: number | null): void {
    if (payment !== null) {
      this.#ofPayment.run(fraud, payment);
      this.#shadowsOfPayment.run(fraud, payment);
    }
    if (prediction !== null) {
      this.#ofPrediction.run(fraud, prediction);
      this.#shadowsOfPrediction.run(fraud, prediction);
    }
  }
}
