import type { RowContext } from '../../core/predictions.js';
import type { ArmOutcomeCounts, KnownOutcome, OutcomeSubject, Outcomes } from '../outcomes.js';
import type { ReadThread } from './read-thread.js';
import { EVENT_SOURCES, POSITIVE } from './schema.js';
import type { Storage } from './storage.js';

const SUBJECTS_PER_READ = 500;
const MAX_ARMS = 200;

/** What turned out, in the embedded data file. `OutcomeBook` writes it. */
export class EmbeddedOutcomes implements Outcomes {
  readonly #storage: Pick<Storage, 'read'>;
  readonly #thread: ReadThread;

  constructor(storage: Pick<Storage, 'read'>, thread: ReadThread) {
    this.#storage = storage;
    this.#thread = thread;
  }

  async of(subjects: readonly OutcomeSubject[]): Promise<(KnownOutcome | null)[]> {
    const payments = subjects.flatMap((subject) => ('position' in subject ? [subject.position] : []));
    const predictions = subjects.flatMap((subject) => ('position' in subject ? [] : [subject.predictionId]));
    const found = new Map<number | string, KnownOutcome>();
    await this.#find('payment', payments, found);
    await this.#find('prediction', predictions, found);
    return subjects.map(
      (subject) => found.get('position' in subject ? subject.position : subject.predictionId) ?? null,
    );
  }

  async counts(
    model: string,
    from: number | null,
    to: number | null,
    turn: Pick<RowContext, 'deadline' | 'signal'>,
  ): Promise<ArmOutcomeCounts[]> {
    const { sql, args } = countsQuery(model, from, to);
    const rows = (await this.#thread.read(sql, args, turn)) as [
      number,
      string | null,
      number,
      number,
      number,
      number,
    ][];
    return rows.map(([version, arm, truePositives, falsePositives, trueNegatives, falseNegatives]) => ({
      version,
      arm,
      truePositives,
      falsePositives,
      trueNegatives,
      falseNegatives,
    }));
  }

  async #find(
    column: 'payment' | 'prediction',
    keys: readonly (number | string)[],
    found: Map<number | string, KnownOutcome>,
  ): Promise<void> {
    for (let i = 0; i < keys.length; i += SUBJECTS_PER_READ) {
      const part = keys.slice(i, i + SUBJECTS_PER_READ);
      const rows = await this.#storage.read(
        `SELECT ${column}, fraud, observed_at, reported_at, source FROM outcomes WHERE ${column} IN (${part.map(() => '?').join(',')})`,
        part,
      );
      for (const [key, fraud, observedAt, reportedAt, source] of rows as [
        number | string,
        number,
        number,
        number,
        number,
      ][])
        found.set(key, { fraud: fraud === 1, observedAt, reportedAt, source: EVENT_SOURCES[source]! });
    }
  }
}

/** The statement of the counts; made apart so that a test can ask SQLite how it would run it. */
export function countsQuery(
  model: string,
  from: number | null,
  to: number | null,
): { sql: string; args: (string | number)[] } {
  const sql = `SELECT version, arm, sum(outcome = ${POSITIVE + 1}), sum(outcome = ${POSITIVE}), sum(outcome = 0), sum(outcome = 1)
    FROM predictions WHERE outcome IS NOT NULL AND model = ? AND predicted_at >= ? AND predicted_at < ?
    GROUP BY version, arm ORDER BY version DESC, arm LIMIT ${MAX_ARMS}`;
  return { sql, args: [model, from ?? Number.MIN_SAFE_INTEGER, to ?? Number.MAX_SAFE_INTEGER] };
}
