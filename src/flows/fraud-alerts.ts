import { type CustomerScope, inScope } from '../access/principal.js';
import type { Clock } from '../core/clock.js';
import { messageOf } from '../core/errors.js';
import type { AlertEvent, FraudAlert, NewEvent, Stored, StoredEvent } from '../core/events.js';
import type { Logger } from '../core/logger.js';
import type { EventLog, PredictionLog, SavedDocument, SnapshotStore } from '../data/ports.js';
import { AlertBook, type AlertThresholds, alertThresholds } from '../domains/fraud/alert-book.js';
import { FRAUD_MODEL, type FraudDomain, type FraudPrediction } from '../domains/fraud/fraud.js';
import type { Hub } from '../events/hub.js';
import { StandingAlerts } from './alert-list.js';
import type { Forgetful } from './departures.js';
import type { Positioned } from './log-stream.js';
import type { LogFollower } from './projection.js';
import type { ScoredFollower, ScoredPayment } from './scoring.js';

const PAGE = 1_000;
const MAX_BATCH = 500;
const MAX_PENDING = 4_096;
const RETRY_MS = 200;
const SWEEP_MS = 30_000;
/** Alerts whose customer's last payment is looked up in one sweep. */
const SWEEP_LOOKUPS = 500;

/** What became of one id of an acknowledgement. */
export interface Acknowledgement {
  readonly result: 'ACKNOWLEDGED' | 'NOT_FOUND' | 'ALREADY_ACKNOWLEDGED' | 'ALREADY_CLEARED';
  /** The alert as it is now; null when there is none. */
  readonly alert: FraudAlert | null;
}

interface Change {
  readonly type: AlertEvent['type'];
  alert: FraudAlert;
}

export interface FraudAlertOptions {
  readonly log: EventLog;
  readonly predictions: PredictionLog;
  readonly snapshots: SnapshotStore;
  /** Appends in one transaction, and hands on to the projection. */
  readonly append: (events: readonly NewEvent[]) => Promise<void>;
  readonly fraud: Pick<FraudDomain, 'thresholds'>;
  /** Thresholds instead of the versions' own; null: those. */
  readonly configured: { readonly raise: number | null; readonly clear: number | null };
  /** An alert ends when its customer paid nothing for so long, milliseconds; 0: never. */
  readonly quietMs: number;
  readonly hub: Hub<Positioned<Stored<AlertEvent>>>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Raises and clears fraud alerts: a consumer of the scored payments whose decisions are events on the log. None is lost and none is made
 * twice, whenever the process dies: changes are appended in the order of the payments, each names the payment it came from, and a restart
 * goes on behind the newest payment that the log or the saved place knows of.
 */
export class FraudAlertWatch implements LogFollower, ScoredFollower, Forgetful {
  readonly list: StandingAlerts;
  readonly #options: FraudAlertOptions;
  readonly #book: AlertBook;
  /** Decided, not on disk yet; in the order of the payments. */
  #pending: Change[] = [];
  /** Appends and acknowledgements, one after the other. */
  #chain: Promise<unknown> = Promise.resolve();
  #flushing = false;
  /** Why the last append failed; null while they succeed. */
  #failure: unknown = null;
  /** Payments up to here were looked at. */
  #decided: number;
  /** Payments up to here were looked at, and what they changed is on disk. */
  #settled: number;
  readonly #sweep: NodeJS.Timeout;
  #sweeping: Promise<void> = Promise.resolve();
  /** Customers who are being erased. */
  readonly #barred = new Set<string>();
  #closed = false;

  /**
   * Rebuilds what stands from its saved state and the log, then looks at the payments that were scored since. Models must be loaded, and
   * scoring must not have begun. In a folder that never had alerts it begins with the next payment: the past raises none.
   */
  static async open(options: FraudAlertOptions): Promise<FraudAlertWatch> {
    const { list, position } = await StandingAlerts.open(options);
    const watch = new FraudAlertWatch(options, list, position);
    await watch.checkpoint(); // now: a crash before the first one must not look like a folder that never had alerts
    await watch.#catchUp();
    return watch;
  }

  private constructor(options: FraudAlertOptions, list: StandingAlerts, position: number) {
    this.#options = options;
    this.list = list;
    this.#decided = position;
    this.#settled = position;
    this.#book = new AlertBook(thresholdsByVersion(options));
    for (const { alert } of list.entries()) this.#book.put(alert);
    this.#sweep = setInterval(() => {
      this.#sweeping = this.sweep().catch((error) =>
        options.logger.warn({ error: messageOf(error) }, 'Quiet alerts could not be looked for.'),
      );
    }, SWEEP_MS);
    this.#sweep.unref();
  }

  scored(payments: readonly Positioned<ScoredPayment>[]): void {
    for (const { position, value } of payments) this.#look(value.prediction, position);
    this.#settle();
  }

  see(events: readonly StoredEvent[]): void {
    for (const event of this.list.see(events)) this.#options.hub.publish({ position: event.seq, value: event });
  }

  /** The disk does not keep up: nothing more is handed out until it does. */
  saturated(): boolean {
    return this.#pending.length >= MAX_PENDING;
  }

  /**
   * Notes that somebody has seen to alerts. Answers one result for each id, in order, when all of it is on disk. Of an id that is given
   * twice the second is already acknowledged; one about a customer outside of `scope` is not found.
   * @throws ScoregraphError STORAGE_UNAVAILABLE or QUEUE_FULL: nothing was acknowledged.
   */
  acknowledge(
    alertIds: readonly string[],
    by: string,
    note: string | null,
    scope: CustomerScope = 'all',
  ): Promise<Acknowledgement[]> {
    if (this.#failure !== null) return Promise.reject(this.#failure); // it would wait behind appends that fail
    return this.#exclusively(async () => {
      const known = (await this.find(alertIds)).map((alert) => {
        if (alert !== null && this.#barred.has(alert.customerId)) return null;
        if (alert !== null && !inScope(scope, alert.customerId)) return null;
        const standing = alert === null ? undefined : this.#book.of(alert.customerId);
        return standing?.alertId === alert?.alertId ? (standing ?? null) : alert; // the book knows first
      });
      const at = this.#options.clock.now();
      const made = new Map<string, FraudAlert>();
      const answers = known.map((alert): Acknowledgement => {
        if (alert === null) return { result: 'NOT_FOUND', alert };
        if (alert.cleared !== null) return { result: 'ALREADY_CLEARED', alert };
        const before = made.get(alert.alertId);
        if (before !== undefined) return { result: 'ALREADY_ACKNOWLEDGED', alert: before };
        if (alert.acknowledged !== null) return { result: 'ALREADY_ACKNOWLEDGED', alert };
        const acknowledged = { ...alert, acknowledged: { at, by, note } };
        made.set(alert.alertId, acknowledged);
        return { result: 'ACKNOWLEDGED', alert: acknowledged };
      });
      if (made.size === 0) return answers;
      await this.#options.append([...made.values()].map((alert) => toEvent({ type: 'alert.acknowledged', alert })));
      for (const alert of made.values()) this.#noted(alert);
      return answers;
    });
  }

  /** Alerts by their ids, as they are now; null where there is none. */
  async find(alertIds: readonly string[]): Promise<(FraudAlert | null)[]> {
    const found = alertIds.map((id) => this.list.get(id)?.alert ?? null);
    const missing = alertIds.filter((_, i) => found[i] === null);
    if (missing.length === 0) return found;
    const cleared = (await this.#options.log.byIds('alert.cleared', missing)) as (Stored<AlertEvent> | null)[];
    let next = 0;
    return found.map((alert) => alert ?? cleared[next++]?.payload ?? null);
  }

  /** Ends alerts whose customers paid nothing for the quiet time. Runs by itself twice a minute. */
  async sweep(): Promise<void> {
    const { quietMs, clock, log } = this.#options;
    if (quietMs === 0) return;
    let lookups = 0;
    for (const entry of [...this.list.entries()]) {
      if (this.#closed || lookups >= SWEEP_LOOKUPS) return;
      if (clock.now() - entry.quietSince < quietMs) continue;
      lookups++;
      // By recording, not by scoring: a payment that waits for its score counts already.
      const { customerId, alertId } = entry.alert;
      const [newest] = await log.byEntity(customerId, 'payment.recorded', { limit: 1, newestFirst: true });
      entry.quietSince = Math.max(entry.quietSince, newest?.recordedAt ?? 0);
      const standing = this.#book.of(customerId);
      if (standing?.alertId !== alertId || clock.now() - entry.quietSince < quietMs) continue;
      this.#pending.push({ type: 'alert.cleared', alert: this.#book.clearQuiet(standing, clock.now()).alert });
    }
    this.#settle();
  }

  bar(customerId: string): void {
    this.#barred.add(customerId);
    this.#book.forget(customerId);
    this.list.bar(customerId);
    this.#pending = this.#pending.filter(({ alert }) => alert.customerId !== customerId);
  }

  lift(customerId: string): void {
    this.list.lift(customerId);
    this.#barred.delete(customerId);
  }

  /** What `checkpoint` would save now. */
  document(): SavedDocument {
    return this.list.document(this.#settled);
  }

  /** Saves what stands and how far payments were looked at. */
  checkpoint(): Promise<void> {
    return this.list.save(this.#settled);
  }

  /** Ends what is under way and takes nothing more. What was decided but could not be written is decided again after a restart. */
  async close(): Promise<void> {
    clearInterval(this.#sweep);
    this.#closed = true; // what succeeds goes on, what fails is not tried again
    await this.#sweeping;
    await this.#chain;
  }

  async #catchUp(): Promise<void> {
    for (;;) {
      const page = await this.#options.predictions.read(FRAUD_MODEL, this.#decided, PAGE);
      for (const { position, record } of page) this.#look(record as FraudPrediction, position);
      this.#settle();
      await this.#chain;
      if (page.length < PAGE) return;
    }
  }

  #look(prediction: FraudPrediction, position: number): void {
    if (position <= this.#decided) return;
    this.#decided = position;
    if (this.#barred.size > 0 && this.#barred.has(prediction.entity)) return;
    const changes = this.#book.observe(prediction, position, this.#options.clock.now());
    if (changes === null) return;
    for (const { kind, alert } of changes)
      this.#pending.push({ type: kind === 'RAISED' ? 'alert.raised' : 'alert.cleared', alert });
  }

  /** Everything looked at is settled when nothing waits; else the writing of what waits begins. */
  #settle(): void {
    if (this.#flushing) return;
    if (this.#pending.length === 0) {
      this.#settled = this.#decided;
      return;
    }
    this.#flushing = true;
    void this.#exclusively(() => this.#flush());
  }

  async #flush(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending.slice(0, MAX_BATCH);
      try {
        await this.#options.append(batch.map(toEvent));
        const written = new Set(batch); // an erasure may have taken some of what waits
        this.#pending = this.#pending.filter((change) => !written.has(change));
        this.#failure = null;
      } catch (error) {
        this.#failure = error;
        this.#options.logger.error({ error: messageOf(error) }, 'Writing fraud alerts failed; trying again.');
        if (this.#closed) return;
        await pause(RETRY_MS);
      }
    }
    this.#flushing = false;
    this.#settle();
  }

  /** An acknowledgement is on disk. The alert may have been cleared meanwhile: then the event that waits says both. */
  #noted(alert: FraudAlert): void {
    if (this.#book.of(alert.customerId)?.alertId === alert.alertId) this.#book.put(alert);
    for (const change of this.#pending)
      if (change.alert.alertId === alert.alertId) change.alert = { ...change.alert, acknowledged: alert.acknowledged };
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#chain.then(work);
    this.#chain = done.catch(() => {});
    return done;
  }
}

/** A version's thresholds do not change: they are read once. Without the version the serving one's stand in. */
function thresholdsByVersion({ fraud, configured }: FraudAlertOptions) {
  const known = new Map<number, AlertThresholds>();
  return ({ version }: FraudPrediction): AlertThresholds | null => {
    const thresholds = known.get(version);
    if (thresholds !== undefined) return thresholds;
    const own = alertThresholds(configured, fraud.thresholds(version));
    if (own !== null) known.set(version, own);
    return own ?? alertThresholds(configured, fraud.thresholds());
  };
}

/** The alert's id is the event's: each happens to it once, and the log refuses it a second time. */
function toEvent({ type, alert }: Change): AlertEvent {
  const at = alert.cleared?.at ?? alert.acknowledged?.at ?? alert.raisedAt;
  return {
    id: alert.alertId,
    type,
    schemaVersion: 1,
    entity: alert.customerId,
    occurredAt: at,
    source: type === 'alert.acknowledged' ? 'api' : 'system',
    payload: alert,
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
