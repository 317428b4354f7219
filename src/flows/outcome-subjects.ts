import { type CustomerScope, inScope } from '../access/principal.js';
import type { PaymentRecorded, Stored } from '../core/events.js';
import type { PredictionRecord } from '../core/predictions.js';
import type { EventLog } from '../data/ports.js';
import { FRAUD_MODEL } from '../domains/fraud/fraud.js';
import { checkId, LIMITS, type OutcomeInput, type Refusal } from './validate.js';

/** What of a prediction says whom and what an outcome is about. */
export type JudgedPrediction = Pick<PredictionRecord, 'id' | 'model' | 'entity' | 'eventId' | 'eventSeq' | 'shadowOf'>;
export type FindPredictions = (ids: readonly string[]) => Promise<readonly (JudgedPrediction | null)[]>;

/** What an outcome is about: a payment, or a prediction that no payment caused. */
export interface Subject {
  readonly entity: string;
  readonly transactionId: string | null;
  readonly position: number | null;
  readonly predictionId: string | null;
}

/** The subjects of a call's outcomes, looked up together. */
export class OutcomeSubjects {
  readonly #payments = new Map<string, Stored<PaymentRecorded>>();
  readonly #predictions = new Map<string, JudgedPrediction>();

  /** Looks up what these outcomes are about. @throws ScoregraphError STORAGE_UNAVAILABLE */
  static async find(
    inputs: readonly OutcomeInput[],
    log: Pick<EventLog, 'byIds'>,
    predictions: FindPredictions,
  ): Promise<OutcomeSubjects> {
    const found = new OutcomeSubjects();
    const named = (ids: readonly (string | null | undefined)[]) => [
      ...new Set(ids.filter((id): id is string => id != null && id.length <= LIMITS.idLength)),
    ];
    const payments = named(inputs.map(({ subject }) => subject.transactionId));
    if (payments.length > 0)
      for (const payment of await log.byIds('payment.recorded', payments))
        if (payment !== null) found.#payments.set(payment.id, payment as Stored<PaymentRecorded>);
    let asked = named(inputs.map(({ subject }) => subject.predictionId));
    // Twice: what was computed beside an answer is about what the answer was about.
    for (let round = 0; round < 2 && asked.length > 0; round++) {
      const judged = await predictions(asked);
      for (const prediction of judged) if (prediction !== null) found.#predictions.set(prediction.id, prediction);
      asked = named(judged.map((prediction) => prediction?.shadowOf));
    }
    return found;
  }

  /** What an outcome is about, or why the caller may not say it. What is outside the scope is not there. */
  of({ subject }: OutcomeInput, scope: CustomerScope): Subject | Refusal {
    const { transactionId, predictionId } = subject;
    if ((transactionId == null) === (predictionId == null))
      return { code: 'INVALID', field: 'subject', message: 'expected one of transactionId and predictionId' };
    return transactionId == null ? this.#byPrediction(predictionId!, scope) : this.#byPayment(transactionId, scope);
  }

  #byPayment(transactionId: string, scope: CustomerScope): Subject | Refusal {
    const field = 'subject.transactionId';
    const wrong = checkId(transactionId, field);
    if (wrong !== null) return wrong;
    const payment = this.#payments.get(transactionId);
    if (payment === undefined || !inScope(scope, payment.entity))
      return { code: 'UNKNOWN_TRANSACTION', field, message: 'no recorded payment has this id' };
    return { entity: payment.entity, transactionId, position: payment.seq, predictionId: null };
  }

  #byPrediction(predictionId: string, scope: CustomerScope): Subject | Refusal {
    const field = 'subject.predictionId';
    const wrong = checkId(predictionId, field);
    if (wrong !== null) return wrong;
    const told = this.#predictions.get(predictionId);
    const judged = told?.shadowOf == null ? told : this.#predictions.get(told.shadowOf);
    if (judged === undefined || !inScope(scope, judged.entity))
      return { code: 'UNKNOWN_PREDICTION', field, message: 'no recorded prediction has this id' };
    if (judged.model !== FRAUD_MODEL)
      return { code: 'INVALID', field, message: `expected a prediction of ${FRAUD_MODEL}, got one of ${judged.model}` };
    const { entity, eventId, eventSeq, id } = judged;
    // What a payment caused is about that payment, by whichever of its names it is told.
    return eventSeq === null
      ? { entity, transactionId: null, position: null, predictionId: id }
      : { entity, transactionId: eventId, position: eventSeq, predictionId: null };
  }
}
