import { z } from 'zod';
import { ScoregraphError } from '../core/errors.js';
import type { AlertEvent, FraudAlert, Stored, StoredEvent } from '../core/events.js';
import type { EventLog, PredictionLog, SavedDocument, SnapshotStore } from '../data/ports.js';

export const ALERT_EVENTS = ['alert.raised', 'alert.acknowledged', 'alert.cleared'] as const;
const KIND = 'fraud-alerts';
const KEY = 'standing';
/** Where the alerts that stand are saved: one document for all customers. */
export const ALERTS_DOCUMENT = { kind: KIND, key: KEY } as const;
const PAGE = 1_000;
/** Raised alerts read at once while a page is filled. */
const WALK = 200;

/** An alert that is not cleared, and where it was raised. */
export interface StandingAlert {
  /** Log position of its `alert.raised`. */
  readonly seq: number;
  readonly alert: FraudAlert;
  /** Nothing was paid since, as far as is known; milliseconds UTC. */
  quietSince: number;
}

const isAlert = (event: StoredEvent): event is Stored<AlertEvent> => event.type.startsWith('alert.');

/** The saved state. Alerts are written by this server only: their inside is not checked again. */
const saved = z.object({
  position: z.number().int().min(0),
  alerts: z.array(z.object({ seq: z.number(), alert: z.custom<FraudAlert>() })),
});

/** The saved state without what it says of one customer. @throws ScoregraphError STORAGE_UNAVAILABLE for a state of another shape. */
export function withoutCustomer(body: string, customerId: string): string {
  const state = readState(body);
  return JSON.stringify({ ...state, alerts: state.alerts.filter(({ alert }) => alert.customerId !== customerId) });
}

/** The alerts that stand, as the log has them: a read model that follows it and saves where it is. */
export class StandingAlerts {
  readonly #log: EventLog;
  readonly #snapshots: SnapshotStore;
  /** By alert id, in the order they were raised. */
  readonly #alerts = new Map<string, StandingAlert>();
  /** Events up to here are in it. */
  #seq = 0;
  #savedSeq = -1;
  #savedPosition = -1;
  /** Customers who are being erased. */
  readonly #barred = new Set<string>();

  /**
   * Reads the saved state and the alerts on the log since. `position`: the place in the stream of scored payments up to which alerts
   * were decided for certain; where nothing was saved, the end of that stream.
   */
  static async open(options: {
    log: EventLog;
    predictions: PredictionLog;
    snapshots: SnapshotStore;
  }): Promise<{ list: StandingAlerts; position: number }> {
    const { log, snapshots } = options;
    const list = new StandingAlerts(log, snapshots);
    const [document] = await snapshots.load(KIND, '', 1);
    if (document === undefined) {
      list.#seq = log.head();
      return { list, position: options.predictions.head() };
    }
    const state = readState(document.body);
    for (const { seq, alert } of state.alerts) list.#put(seq, alert);
    list.#seq = document.seq;
    let { position } = state;
    const head = log.head();
    for (;;) {
      const events = await log.read(list.#seq, PAGE, ALERT_EVENTS);
      // What the log holds was decided, and so was everything before it: they were appended in that order.
      for (const { payload } of list.see(events))
        position = Math.max(position, payload.position, payload.cleared?.position ?? 0);
      if (events.length < PAGE) break;
    }
    list.#seq = Math.max(list.#seq, head);
    return { list, position };
  }

  private constructor(log: EventLog, snapshots: SnapshotStore) {
    this.#log = log;
    this.#snapshots = snapshots;
  }

  entries(): IterableIterator<StandingAlert> {
    return this.#alerts.values();
  }
  get(alertId: string): StandingAlert | undefined {
    return this.#alerts.get(alertId);
  }

  /** Follows the log; answers the alerts' events among those that are new to it. */
  see(events: readonly StoredEvent[]): Stored<AlertEvent>[] {
    const fresh: Stored<AlertEvent>[] = [];
    for (const event of events) {
      if (event.seq <= this.#seq) continue;
      this.#seq = event.seq;
      if (!isAlert(event) || this.#barred.has(event.entity)) continue;
      fresh.push(event);
      if (event.type === 'alert.cleared') this.#alerts.delete(event.id);
      else if (event.type === 'alert.raised' || this.#alerts.has(event.id)) this.#put(event.seq, event.payload);
    }
    return fresh;
  }

  /** Saves itself together with how far payments were decided; does nothing when both are as they were. */
  async save(position: number): Promise<void> {
    const seq = this.#seq;
    if (seq === this.#savedSeq && position === this.#savedPosition) return;
    await this.#snapshots.save(KIND, [this.document(position)], seq);
    this.#savedSeq = seq;
    this.#savedPosition = position;
  }

  /** The state as it is saved. */
  document(position: number): SavedDocument {
    const alerts = [...this.#alerts.values()].map(({ seq, alert }) => ({ seq, alert }));
    return { kind: KIND, key: KEY, seq: this.#seq, body: JSON.stringify({ position, alerts }) };
  }

  /** Lets go of a customer's alerts and takes none, until `lift`. */
  bar(customerId: string): void {
    this.#barred.add(customerId);
    for (const [id, { alert }] of this.#alerts) if (alert.customerId === customerId) this.#alerts.delete(id);
  }

  lift(customerId: string): void {
    this.#barred.delete(customerId);
  }

  /**
   * One page of alerts in the order they were raised, at most `limit`, between two positions of their `alert.raised` (exclusive).
   * `passes` chooses by the state the alert is in now.
   */
  async page(page: {
    readonly after: number;
    readonly before: number;
    readonly limit: number;
    readonly newestFirst: boolean;
    /** Without cleared alerts nothing is read. */
    readonly withCleared: boolean;
    readonly passes: (alert: FraudAlert) => boolean;
  }): Promise<{ readonly seq: number; readonly alert: FraudAlert }[]> {
    const { limit, newestFirst, passes } = page;
    if (!page.withCleared) {
      const standing = [...this.#alerts.values()].filter(
        ({ seq, alert }) => seq > page.after && seq < page.before && passes(alert),
      );
      if (newestFirst) standing.reverse();
      return standing.slice(0, limit);
    }
    const found: { seq: number; alert: FraudAlert }[] = [];
    const size = Math.max(limit, WALK);
    let { after, before } = page;
    for (;;) {
      const raised = await this.#log.byType('alert.raised', { after, before, limit: size, newestFirst });
      const ids = raised.filter(({ id }) => !this.#alerts.has(id)).map(({ id }) => id);
      const ended = (await this.#log.byIds('alert.cleared', ids)) as (Stored<AlertEvent> | null)[];
      const cleared = new Map(ids.map((id, i) => [id, ended[i]?.payload]));
      for (const event of raised as Stored<AlertEvent>[]) {
        const alert = cleared.get(event.id) ?? this.#alerts.get(event.id)?.alert ?? event.payload;
        if (passes(alert)) found.push({ seq: event.seq, alert });
        if (found.length === limit) return found;
      }
      const last = raised.at(-1);
      if (last === undefined || raised.length < size) return found;
      if (newestFirst) before = last.seq;
      else after = last.seq;
    }
  }

  #put(seq: number, alert: FraudAlert): void {
    const known = this.#alerts.get(alert.alertId);
    this.#alerts.set(alert.alertId, {
      seq: known?.seq ?? seq,
      alert,
      quietSince: known?.quietSince ?? alert.raisedAt,
    });
  }
}

function readState(body: string): z.infer<typeof saved> {
  const parsed = saved.safeParse(JSON.parse(body));
  if (parsed.success) return parsed.data;
  throw new ScoregraphError('STORAGE_UNAVAILABLE', 'The saved fraud alerts are of a shape this server does not know.', {
    reason: 'CORRUPT',
  });
}
