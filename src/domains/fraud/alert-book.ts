import type { AlertClearReason, FraudAlert } from '../../core/events.js';
import { derivedId } from '../../core/ids.js';
import type { FraudPrediction } from './fraud.js';

/** A raise threshold and a clear threshold below it: probabilities between the two change nothing. */
export interface AlertThresholds {
  /** An alert is raised by a payment of at least this probability. */
  readonly raise: number;
  /** And cleared by a later one below this. */
  readonly clear: number;
}

/** What became of an alert, and the alert as that left it. */
export interface AlertChange {
  readonly kind: 'RAISED' | 'CLEARED';
  readonly alert: FraudAlert;
}

/** Alerts that may stand at once; beyond it the oldest makes room. */
const MAX_STANDING_ALERTS = 10_000;

/** The id of the alert that a payment raises: the same however often it is looked at. */
export const alertIdOf = (transactionId: string): string => derivedId('fraud-alert', transactionId);

/**
 * The rule of alerts, without time, disk or threads: which stand (are not cleared), and what a scored payment changes. Each customer has at
 * most one; raising and clearing alternate. Payments must come in the order of their positions.
 */
export class AlertBook {
  /** By customer, in the order they were raised. */
  readonly #standing = new Map<string, FraudAlert>();
  readonly #thresholds: (prediction: FraudPrediction) => AlertThresholds | null;
  readonly #capacity: number;

  /** `thresholds`: those that hold for a prediction; null leaves it out of account. */
  constructor(
    thresholds: (prediction: FraudPrediction) => AlertThresholds | null,
    capacity: number = MAX_STANDING_ALERTS,
  ) {
    this.#thresholds = thresholds;
    this.#capacity = capacity;
  }

  /** Alerts that are not cleared, oldest first. */
  standing(): IterableIterator<FraudAlert> {
    return this.#standing.values();
  }
  get size(): number {
    return this.#standing.size;
  }
  /** The customer's alert; undefined while none stands. */
  of(customerId: string): FraudAlert | undefined {
    return this.#standing.get(customerId);
  }

  /**
   * Looks at one scored payment; answers what it changed, in order, and null when nothing (nearly always).
   * @param position its place in the stream of scored payments
   * @param now milliseconds UTC
   */
  observe(prediction: FraudPrediction, position: number, now: number): AlertChange[] | null {
    const { probability } = prediction.output;
    const standing = this.#standing.get(prediction.entity);
    if (standing !== undefined) {
      if (probability >= standing.clearThreshold || position <= standing.position) return null;
      return [this.#clear(standing, 'PAYMENT_BELOW_THRESHOLD', position, now)];
    }
    const thresholds = this.#thresholds(prediction);
    if (thresholds === null || !(probability >= thresholds.raise)) return null;
    const changes: AlertChange[] = [];
    if (this.#standing.size >= this.#capacity) {
      for (const oldest of this.#standing.values()) {
        changes.push(this.#clear(oldest, 'DISPLACED', null, now));
        break;
      }
    }
    const alert: FraudAlert = {
      alertId: alertIdOf(prediction.eventId!),
      customerId: prediction.entity,
      transactionId: prediction.eventId!,
      predictionId: prediction.id,
      probability,
      position,
      raiseThreshold: thresholds.raise,
      clearThreshold: thresholds.clear,
      raisedAt: now,
      acknowledged: null,
      cleared: null,
    };
    this.put(alert);
    changes.push({ kind: 'RAISED', alert });
    return changes;
  }

  /** Lets go of a customer's alert as if there had been none. */
  forget(customerId: string): void {
    this.#standing.delete(customerId);
  }

  /** Clears an alert because nothing was paid for a while. */
  clearQuiet(alert: FraudAlert, now: number): AlertChange {
    return this.#clear(alert, 'QUIET', null, now);
  }

  /** Takes an alert as an event left it: one that is cleared stands no more. For rebuilding, and for what others did to it. */
  put(alert: FraudAlert): void {
    const standing = this.#standing.get(alert.customerId);
    if (alert.cleared === null) this.#standing.set(alert.customerId, alert);
    else if (standing?.alertId === alert.alertId) this.#standing.delete(alert.customerId);
  }

  #clear(alert: FraudAlert, reason: AlertClearReason, position: number | null, now: number): AlertChange {
    this.#standing.delete(alert.customerId);
    return { kind: 'CLEARED', alert: { ...alert, cleared: { at: now, reason, position } } };
  }
}

/**
 * The thresholds that hold: those configured, else those of the version that judged (declined from, reviewed from). The clear threshold
 * never lies above the raise threshold, or one payment could do both.
 */
export function alertThresholds(
  configured: { readonly raise: number | null; readonly clear: number | null },
  version: { readonly review: number; readonly decline: number } | null,
): AlertThresholds | null {
  const raise = configured.raise ?? version?.decline;
  const clear = configured.clear ?? version?.review;
  if (raise === undefined) return null;
  return { raise, clear: Math.min(clear ?? raise, raise) };
}
