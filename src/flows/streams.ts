import type { PaymentRecorded, SegmentChanged, Stored } from '../core/events.js';
import type { EventLog, PredictionLog } from '../data/ports.js';
import { FRAUD_MODEL, type FraudPrediction } from '../domains/fraud/fraud.js';
import { Hub } from '../events/hub.js';
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

/** Where segment changes are published; the topic is the customer. */
export function segmentHub(): Hub<Positioned<Stored<SegmentChanged>>> {
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
    head: () => predictions.head(),
    horizon: () => predictions.horizon(),
    async read(after, limit) {
      const page = await predictions.read(FRAUD_MODEL, after, limit);
      const payments = (await events.byIds(
        'payment.recorded',
        page.map(({ record }) => record.eventId!),
      )) as (Stored<PaymentRecorded> | null)[];
      // An entry without its event (it was erased) has nothing left to show, but keeps its position.
      return page.flatMap(({ position, record }, i) => {
        const event = payments[i] ?? null;
        return event === null
          ? []
          : [{ position, value: { event, prediction: { ...record, recorded: true } as FraudPrediction } }];
      });
    },
  };
}

/** Segment changes, in log order. */
export function segmentStream(
  events: EventLog,
  live: Hub<Positioned<Stored<SegmentChanged>>>,
): LogBackedSource<Stored<SegmentChanged>> {
  return {
    name: 'segments',
    live,
    keyOf: (change) => change.entity,
    head: () => events.head(),
    horizon: () => events.horizon(),
    async read(after, limit) {
      const page = (await events.read(after, limit, ['segment.changed'])) as Stored<SegmentChanged>[];
      return page.map((event) => ({ position: event.seq, value: event }));
    },
  };
}
