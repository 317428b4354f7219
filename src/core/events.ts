import type { MinorAmount } from './amount.js';
import type { RollOut, RoutingPolicy } from './routing.js';

export type { MinorAmount };

/**
 * The shared words for what happened. Every event travels in the same envelope; ids come from the client or are
 * time-ordered, positions are given by the log, and nothing here knows how events are stored.
 */
export interface EventEnvelope<T extends string, P> {
  /** Unique within its `type`; sending the same id twice records it once. */
  readonly id: string;
  readonly type: T;
  /** Version of the payload's shape; readers upgrade old shapes on the way in. */
  readonly schemaVersion: number;
  /** Whom it is about: a customer id, an item id, a model name. Order is kept per entity. */
  readonly entity: string;
  /** When it happened, milliseconds UTC. Client's word. */
  readonly occurredAt: number;
  /** Which door it came through. `simulator` marks the demo world. */
  readonly source: EventSource;
  readonly payload: P;
}
export type EventSource = 'api' | 'simulator' | 'system';

export interface CustomerPayload {
  readonly country?: string | null;
  /** Calendar date `YYYY-MM-DD`. */
  readonly birthDate?: string | null;
  readonly createdAt?: number | null;
}
export interface ItemPayload {
  readonly title: string;
  readonly available: boolean;
}
export interface PaymentPayload {
  readonly merchant: string;
  readonly category: string;
  readonly amount: MinorAmount;
}
export type InteractionKind = 'VIEW' | 'BASKET' | 'PURCHASE';
export interface InteractionPayload {
  readonly itemId: string;
  readonly kind: InteractionKind;
  /** Units bought; 1 unless told. */
  readonly quantity: number;
  /** Price of one unit; absent where the caller did not tell it. */
  readonly unitPrice?: MinorAmount | null;
  /** Purchases with one orderId are one order; without it, purchases of one customer at the same instant are. */
  readonly orderId?: string | null;
  /** The recommendation that led here. */
  readonly predictionId?: string | null;
}
/** What a payment turned out to be. Each event carries all of it; of those about one subject the one observed last holds. */
export interface OutcomePayload {
  /** The payment, by the client's key, and its place on the log; both null where it is about a prediction that no payment caused. */
  readonly transactionId: string | null;
  readonly position: number | null;
  /** That prediction; null where it is about a payment. */
  readonly predictionId: string | null;
  readonly fraud: boolean;
}
export interface SegmentChangedPayload {
  readonly predictionId: string;
  readonly previous: string | null;
  readonly current: string;
}
export interface ModelStatePayload {
  readonly version: number;
  readonly state: ModelVersionState;
  readonly reason: string | null;
}
/** An alias as a change left it: each event carries all of it, so that none needs the ones before. */
export interface ModelAliasPayload {
  readonly alias: string;
  readonly version: number;
  /** What it meant before, the newest last. */
  readonly history: readonly number[];
  /** The newest version it ever meant. */
  readonly highest: number;
  readonly reason: string | null;
  /** A principal, or `system`. */
  readonly by: string;
}
/** Who answers for a model, and the roll-out that says so, as a change left them: each event carries all of it. */
export interface ModelPolicyPayload {
  readonly policy: RoutingPolicy | null;
  readonly rollOut: RollOut | null;
  readonly reason: string;
  /** A principal, or `system`. */
  readonly by: string;
}
export type ModelVersionState = 'START' | 'LOADING' | 'AVAILABLE' | 'UNLOADING' | 'END';

/** Why an alert is over: docs/live.md. */
export type AlertClearReason = 'PAYMENT_BELOW_THRESHOLD' | 'QUIET' | 'DISPLACED';
/** A fraud alert as a change left it. Each of its events carries all of it, so that none needs the ones before. */
export interface FraudAlert {
  readonly alertId: string;
  readonly customerId: string;
  /** The payment that raised it, by the client's key. */
  readonly transactionId: string;
  readonly predictionId: string;
  readonly probability: number;
  /** Its prediction's place in the stream of scored payments: only later ones clear it. */
  readonly position: number;
  readonly raiseThreshold: number;
  readonly clearThreshold: number;
  /** Milliseconds UTC, as all times here. */
  readonly raisedAt: number;
  readonly acknowledged: { readonly at: number; readonly by: string; readonly note: string | null } | null;
  readonly cleared: {
    readonly at: number;
    readonly reason: AlertClearReason;
    /** The place of the payment that cleared it; null where none did. */
    readonly position: number | null;
  } | null;
}

/** What is left of a customer: who they were cannot be read from it. */
export interface CustomerErasedPayload {
  /** Why, in the words of who asked. */
  readonly reason: string;
  /** Who asked, as the guard knows them. */
  readonly by: string;
  /** Milliseconds UTC. */
  readonly requestedAt: number;
  /** Log entries that became tombstones, and predictions that are gone. */
  readonly events: number;
  readonly predictions: number;
}

export type CustomerUpserted = EventEnvelope<'customer.upserted', CustomerPayload>;
export type ItemUpserted = EventEnvelope<'item.upserted', ItemPayload>;
export type PaymentRecorded = EventEnvelope<'payment.recorded', PaymentPayload>;
export type InteractionRecorded = EventEnvelope<'interaction.recorded', InteractionPayload>;
/** Happened when it was observed. Its id is made of its subject and that time: one of them cannot be told twice with different words. */
export type OutcomeReported = EventEnvelope<'outcome.reported', OutcomePayload>;
export type SegmentChanged = EventEnvelope<'segment.changed', SegmentChangedPayload>;
export type ModelStateChanged = EventEnvelope<'model.state_changed', ModelStatePayload>;
export type ModelAliasChanged = EventEnvelope<'model.alias_changed', ModelAliasPayload>;
export type ModelPolicyChanged = EventEnvelope<'model.policy_changed', ModelPolicyPayload>;
/** The id of each is the alert's: it is raised, acknowledged and cleared once. */
export type AlertRaised = EventEnvelope<'alert.raised', FraudAlert>;
export type AlertAcknowledged = EventEnvelope<'alert.acknowledged', FraudAlert>;
export type AlertCleared = EventEnvelope<'alert.cleared', FraudAlert>;
export type AlertEvent = AlertRaised | AlertAcknowledged | AlertCleared;

/** Its entity is a salted hash of the customer's id; the salt is not kept. */
export type CustomerErased = EventEnvelope<'customer.erased', CustomerErasedPayload>;

/** Types of events whose entity is a customer: what an export shows and an erasure takes. */
export const CUSTOMER_EVENTS = [
  'customer.upserted',
  'payment.recorded',
  'interaction.recorded',
  'outcome.reported',
  'segment.changed',
  'alert.raised',
  'alert.acknowledged',
  'alert.cleared',
] as const satisfies readonly EventType[];

/** Any event before the log has taken it. */
export type NewEvent =
  | CustomerUpserted
  | ItemUpserted
  | PaymentRecorded
  | InteractionRecorded
  | OutcomeReported
  | SegmentChanged
  | ModelStateChanged
  | ModelAliasChanged
  | ModelPolicyChanged
  | AlertEvent
  | CustomerErased;
export type EventType = NewEvent['type'];

/** What the log adds. */
export interface Recorded {
  /** Position in the log: grows by order of recording, gaps are possible. */
  readonly seq: number;
  /** When the log took it, milliseconds UTC. */
  readonly recordedAt: number;
}
/** An event as read back from the log. */
export type StoredEvent = NewEvent & Recorded;
/** A stored event of one type. */
export type Stored<E extends NewEvent> = E & Recorded;
