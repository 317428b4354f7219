import { type CustomerScope, inScope } from '../access/principal.js';
import type { Clock } from '../core/clock.js';
import type { EventSource, NewEvent } from '../core/events.js';
import { derivedIdAt, uuidv7 } from '../core/ids.js';
import type { FindPredictions, OutcomeSubjects } from './outcome-subjects.js';
import {
  type CustomerInput,
  checkAmount,
  checkId,
  checkQuantity,
  checkText,
  checkTime,
  type InteractionInput,
  type ItemInput,
  LIMITS,
  type OutcomeInput,
  type Refusal,
  type TransactionInput,
} from './validate.js';

/** What the ingest flow needs to know about the world to accept an event. */
export interface IngestWorld {
  knownCustomer(customerId: string): boolean;
  knownItem(itemId: string): boolean;
  /** Whether this customer is being erased at the moment. */
  leaving(customerId: string): boolean;
  /** Log position that `knownCustomer` and `knownItem` have seen: under load they follow the log at a distance. */
  seen(): number;
  /** Whether this customer, or another one of the same id, is being erased or was so lately: what was looked up may be about them. */
  leftLately(customerId: string): boolean;
  /** Recorded predictions by id; null where unknown. */
  readonly predictions: FindPredictions;
  /** Currency that payments must be in; undefined while no fraud model says so. */
  paymentCurrency(): string | undefined;
}

/** An item as the event it makes, or why it makes none. */
export type Checked = NewEvent | Refusal;

/** What became known by events that are on disk, or come before in the same call, and that the world has not seen yet. */
export interface Announced {
  readonly customers: Set<string>;
  readonly items: Set<string>;
}

const NO_SUCH_CUSTOMER: Refusal = {
  code: 'UNKNOWN_CUSTOMER',
  field: 'customerId',
  message: 'no such customer: upsertCustomers first',
};
const BEING_ERASED: Refusal = {
  code: 'BEING_ERASED',
  field: 'customerId',
  message: 'this customer is being erased: try again in a moment',
};
const NONE: Announced = { customers: new Set(), items: new Set() };

/**
 * Judges what comes in, item by item, before anything is written: each becomes an event, or is refused with a reason. `scope`: the customers
 * that the caller may bring events of; `earlier`: what comes before in the same call.
 */
export class EventChecks {
  /** On disk, and perhaps not seen by the world yet. */
  readonly announced: Announced = { customers: new Set(), items: new Set() };
  readonly #world: IngestWorld;
  readonly #clock: Clock;

  constructor(world: IngestWorld, clock: Clock) {
    this.#world = world;
    this.#clock = clock;
  }

  customer(input: CustomerInput, source: EventSource, scope: CustomerScope): Checked {
    const wrong =
      checkId(input.customerId, 'customerId') ??
      (inScope(scope, input.customerId) ? null : NO_SUCH_CUSTOMER) ??
      this.#leaving(input.customerId) ??
      (input.country == null ? null : checkText(input.country, 'country', 100)) ??
      (input.createdAt == null ? null : checkTime(input.createdAt, this.#clock, 'createdAt'));
    if (wrong !== null) return wrong;
    const payload = {
      country: input.country ?? null,
      birthDate: input.birthDate ?? null,
      createdAt: input.createdAt ?? null,
    };
    return this.#event(
      'customer.upserted',
      uuidv7(this.#clock.now()),
      input.customerId,
      this.#clock.now(),
      source,
      payload,
    );
  }

  item(input: ItemInput, source: EventSource): Checked {
    const wrong = checkId(input.itemId, 'itemId') ?? checkText(input.title, 'title', LIMITS.titleLength);
    if (wrong !== null) return wrong;
    const payload = { title: input.title, available: input.available };
    return this.#event('item.upserted', uuidv7(this.#clock.now()), input.itemId, this.#clock.now(), source, payload);
  }

  payment(input: TransactionInput, source: EventSource, scope: CustomerScope, earlier: Announced = NONE): Checked {
    const wrong =
      checkId(input.transactionId, 'transactionId') ??
      this.#customerOf(input.customerId, scope, earlier) ??
      checkText(input.merchant, 'merchant', LIMITS.merchantLength) ??
      checkText(input.category, 'category', LIMITS.categoryLength) ??
      checkAmount(input.amount, 'amount', this.#world.paymentCurrency()) ??
      checkTime(input.occurredAt, this.#clock);
    if (wrong !== null) return wrong;
    const payload = { merchant: input.merchant, category: input.category, amount: input.amount };
    return this.#event('payment.recorded', input.transactionId, input.customerId, input.occurredAt, source, payload);
  }

  interaction(
    input: InteractionInput,
    known: ReadonlySet<string>,
    source: EventSource,
    scope: CustomerScope,
    earlier: Announced = NONE,
  ): Checked {
    const wrong =
      checkId(input.interactionId, 'interactionId') ??
      this.#customerOf(input.customerId, scope, earlier) ??
      checkId(input.itemId, 'itemId') ??
      (this.#world.knownItem(input.itemId) || this.announced.items.has(input.itemId) || earlier.items.has(input.itemId)
        ? null
        : { code: 'UNKNOWN_ITEM' as const, field: 'itemId', message: 'no such item: upsertItems first' }) ??
      (input.quantity === undefined ? null : checkQuantity(input.quantity)) ??
      (input.unitPrice == null ? null : checkAmount(input.unitPrice, 'unitPrice')) ??
      (input.orderId == null ? null : checkId(input.orderId, 'orderId')) ??
      (input.predictionId == null || known.has(input.predictionId)
        ? null
        : {
            code: 'UNKNOWN_PREDICTION' as const,
            field: 'predictionId',
            message: 'no recorded prediction has this id',
          }) ??
      checkTime(input.occurredAt, this.#clock);
    if (wrong !== null) return wrong;
    const payload = {
      itemId: input.itemId,
      kind: input.kind,
      quantity: input.quantity ?? 1,
      unitPrice: input.unitPrice ?? null,
      orderId: input.orderId ?? null,
      predictionId: input.predictionId ?? null,
    };
    return this.#event(
      'interaction.recorded',
      input.interactionId,
      input.customerId,
      input.occurredAt,
      source,
      payload,
    );
  }

  outcome(input: OutcomeInput, subjects: OutcomeSubjects, source: EventSource, scope: CustomerScope): Checked {
    const subject = subjects.of(input, scope);
    if ('code' in subject) return subject;
    const { entity, transactionId, position, predictionId } = subject;
    if (this.#world.leftLately(entity)) return { ...BEING_ERASED, field: 'subject' };
    const wrong = checkTime(input.observedAt, this.#clock, 'observedAt');
    if (wrong !== null) return wrong;
    const { fraud, observedAt } = input;
    const id = derivedIdAt(observedAt, 'outcome', position ?? predictionId!);
    const payload = { transactionId, position, predictionId, fraud };
    return this.#event('outcome.reported', id, entity, observedAt, source, payload);
  }

  /** A customer outside the caller's scope is refused as one that nobody knows. */
  #customerOf(customerId: string, scope: CustomerScope, earlier: Announced): Refusal | null {
    return (
      checkId(customerId, 'customerId') ??
      (inScope(scope, customerId) ? this.#leaving(customerId) : null) ??
      (inScope(scope, customerId) &&
      (this.#world.knownCustomer(customerId) ||
        this.announced.customers.has(customerId) ||
        earlier.customers.has(customerId))
        ? null
        : NO_SUCH_CUSTOMER)
    );
  }

  #leaving(customerId: string): Refusal | null {
    if (!this.#world.leaving(customerId)) return null;
    return BEING_ERASED;
  }

  #event<T extends NewEvent['type']>(
    type: T,
    id: string,
    entity: string,
    occurredAt: number,
    source: EventSource,
    payload: Extract<NewEvent, { type: T }>['payload'],
  ): NewEvent {
    return { id, type, schemaVersion: 1, entity, occurredAt, source, payload } as NewEvent;
  }
}
