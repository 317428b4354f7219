import {
  type AlertEvent,
  CUSTOMER_EVENTS,
  type EventType,
  type ModelStateChanged,
  type NewEvent,
  type PaymentRecorded,
  type SegmentChanged,
  type Stored,
} from '../core/events.js';
import type { EventLog, PredictionLog } from '../data/ports.js';
import { FRAUD_MODEL, type FraudPrediction } from '../domains/fraud/fraud.js';
import { Hub } from '../events/hub.js';
import { ALERT_EVENTS } from './alert-list.js';
import type { LogBackedSource, Positioned } from './log-stream.js';
import type { ScoredPayment } from './scoring.js';

/** Topics of a scored payment: one of each kind, so that a listener names topics of one kind only. */
export const scoredTopic = {
  customer: (customerId: string) => `customer ${customerId}`,
  category: (category: string) => `category ${category}`,
  decision: (decision: string) => `decision ${decision}`,
} as const;

/** Where scored payments are published. */
export function scoredHub(): Hub<Positioned<ScoredPayment>> {
  return new Hub(({ value: { event, prediction } }) => [
    scoredTopic.customer(event.entity),
    scoredTopic.category(event.payload.category),
    scoredTopic.decision(prediction.output.decision),
  ]);
}

/** Where events of one kind are published; the topic is the entity they are about. */
export function entityHub<E extends NewEvent>(): Hub<Positioned<Stored<E>>> {
  return new Hub(({ value }) => [value.entity]);
}

/** Scored payments, in the order their predictions were recorded. */
export function scoredStream(
  events: EventLog,
  predictions: PredictionLog,
  live: Hub<Positioned<ScoredPayment>>,
): LogBackedSource<ScoredPayment> {
  return {
    name: 'scored',
    live,
    keyOf: ({ event }) => event.entity,
    isPersonal: true,
    head: () => predictions.head(),
    horizon: () => predictions.horizon(),
    async read(after, limit) {
      const entries: Positioned<ScoredPayment>[] = [];
      // An entry without its event (retention took it) has nothing left to show. A page must be full all the same while there are more:
      // one that is not says that it was the last.
      for (let from = after; ; ) {
        const wanted = limit - entries.length;
        const page = await predictions.read(FRAUD_MODEL, from, wanted);
        const payments = (await events.byIds(
          'payment.recorded',
          page.map(({ record }) => record.eventId!),
        )) as (Stored<PaymentRecorded> | null)[];
        page.forEach(({ position, record }, i) => {
          const event = payments[i] ?? null;
          if (event !== null)
            entries.push({ position, value: { event, prediction: { ...record, recorded: true } as FraudPrediction } });
        });
        if (page.length < wanted || entries.length === limit) return entries;
        from = page[page.length - 1]!.position;
      }
    },
  };
}

/** Events of some types, in log order. */
function eventStream<E extends NewEvent>(
  name: string,
  types: readonly EventType[],
  events: EventLog,
  live: Hub<Positioned<Stored<E>>>,
): LogBackedSource<Stored<E>> {
  return {
    name,
    live,
    keyOf: (change) => change.entity,
    isPersonal: types.every((type) => (CUSTOMER_EVENTS as readonly EventType[]).includes(type)),
    head: () => events.head(),
    horizon: () => events.horizon(),
    async read(after, limit) {
      const page = (await events.read(after, limit, types)) as Stored<E>[];
      return page.map((event) => ({ position: event.seq, value: event }));
    },
  };
}

/** Segment changes. */
export const segmentStream = (events: EventLog, live: Hub<Positioned<Stored<SegmentChanged>>>) =>
  eventStream('segments', ['segment.changed'], events, live);

/** What became of fraud alerts. */
export const alertStream = (events: EventLog, live: Hub<Positioned<Stored<AlertEvent>>>) =>
  eventStream('alerts', ALERT_EVENTS, events, live);

/** Model versions on their way from state to state. */
export const modelStateStream = (events: EventLog, live: Hub<Positioned<Stored<ModelStateChanged>>>) =>
  eventStream('model-states', ['model.state_changed'], events, live);
