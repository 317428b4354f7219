import { type CustomerScope, inScope } from '../access/principal.js';
import type { Clock } from '../core/clock.js';
import { badInput } from '../core/errors.js';
import type { EventSource, NewEvent, StoredEvent } from '../core/events.js';
import { derivedIdAt, uuidv7 } from '../core/ids.js';
import type { EventLog } from '../data/ports.js';
import type { Forgetful } from './departures.js';
import { type FindPredictions, OutcomeSubjects } from './outcome-subjects.js';
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

/** One item of a call that may bring items of any kind. */
export type IngestItem =
  | { readonly type: 'customer'; readonly input: CustomerInput }
  | { readonly type: 'item'; readonly input: ItemInput }
  | { readonly type: 'transaction'; readonly input: TransactionInput }
  | { readonly type: 'interaction'; readonly input: InteractionInput }
  | { readonly type: 'outcome'; readonly input: OutcomeInput };

/** One refused item of a call. */
export interface IngestError extends Refusal {
  /** Position in the caller's list. */
  readonly index: number;
}

/** What became of a call: one entry per item, null where refused. */
export interface IngestResult {
  readonly events: readonly (StoredEvent | null)[];
  readonly errors: readonly IngestError[];
  readonly acceptedCount: number;
  /** How many of those were on disk before, with the same id and content. */
  readonly repeatedCount: number;
  /** Everything up to this log position is on disk; 0 when nothing was accepted. */
  readonly durableThrough: number;
}

type OtherItem = Exclude<IngestItem, { readonly type: 'outcome' }>;
type Checked = NewEvent | Refusal;
const NOTHING: ReadonlySet<string> = new Set();

/** What became known by events that are on disk, or come before in the same call, and that the world has not seen yet. */
interface Announced {
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
const ITEMS_ARE_EVERYBODYS: Refusal = {
  code: 'INVALID',
  field: 'type',
  message: 'items concern all customers; this caller is bound to some',
};

const NONE: Announced = { customers: new Set(), items: new Set() };

/**
 * The one way events come in: validate, append durably, hand to the projection. Items are judged one by one: a bad one
 * is refused with a reason and the others go in. Sending an id again with the same content answers the first record.
 */
export class Ingest implements Forgetful {
  readonly #log: EventLog;
  readonly #world: IngestWorld;
  readonly #clock: Clock;
  readonly #onAppended: (events: readonly StoredEvent[]) => void;
  /** On disk up to `#announcedThrough`, forgotten when the world has seen that much. */
  readonly #announced: Announced = { customers: new Set(), items: new Set() };
  #announcedThrough = 0;

  /** `onAppended` gets what is newly on disk, in log order, before the call that brought it resolves. */
  constructor(options: {
    log: EventLog;
    world: IngestWorld;
    clock: Clock;
    onAppended: (events: readonly StoredEvent[]) => void;
  }) {
    this.#log = options.log;
    this.#world = options.world;
    this.#clock = options.clock;
    this.#onAppended = options.onAppended;
  }

  /** Creates customers or changes what is known about them; absent fields keep their value. */
  upsertCustomers(
    inputs: readonly CustomerInput[],
    source: EventSource,
    scope: CustomerScope = 'all',
  ): Promise<IngestResult> {
    return this.#run(inputs, (input) => this.#customer(input, source, scope));
  }

  /** Creates items, renames them or withdraws them from sale. */
  upsertItems(inputs: readonly ItemInput[], source: EventSource): Promise<IngestResult> {
    return this.#run(inputs, (input) => this.#item(input, source));
  }

  /** Records card payments; each is fraud-scored as soon as it is on disk. */
  recordTransactions(
    inputs: readonly TransactionInput[],
    source: EventSource,
    scope: CustomerScope = 'all',
  ): Promise<IngestResult> {
    return this.#run(inputs, (input) => this.#payment(input, source, scope));
  }

  /** Records what customers looked at, put into their basket and bought. */
  async recordInteractions(
    inputs: readonly InteractionInput[],
    source: EventSource,
    scope: CustomerScope = 'all',
  ): Promise<IngestResult> {
    const known = await this.#credited(inputs);
    return this.#run(inputs, (input) => this.#interaction(input, known, source, scope));
  }

  /**
   * Records what payments turned out to be. Of what was said about one, the word observed last holds; the same word again is a repeat, and
   * another one observed at the same moment is refused.
   */
  async reportOutcomes(
    inputs: readonly OutcomeInput[],
    source: EventSource,
    scope: CustomerScope = 'all',
  ): Promise<IngestResult> {
    const some = inputs.slice(0, LIMITS.itemsPerCall);
    const subjects = await OutcomeSubjects.find(some, this.#log, this.#world.predictions);
    return this.#run(inputs, (input) => this.#outcome(input, subjects, source, scope));
  }

  /**
   * Records items of any kind in the order of the list, outcomes behind the others: a payment may follow its customer, and an outcome its
   * payment, in the same call. Calls that bring payments only are recorded in the order they were made; wait for the others before the
   * next call when the order matters.
   */
  async record(items: readonly IngestItem[], source: EventSource, scope: CustomerScope = 'all'): Promise<IngestResult> {
    if (!items.some(({ type }) => type === 'outcome'))
      return this.#recordOthers(items as readonly OtherItem[], source, scope);
    const places: number[] = [];
    const outcomes: OutcomeInput[] = [];
    const others: OtherItem[] = [];
    const otherPlaces: number[] = [];
    items.forEach((item, place) => {
      if (item.type === 'outcome') {
        outcomes.push(item.input);
        places.push(place);
      } else {
        others.push(item);
        otherPlaces.push(place);
      }
    });
    const first = await this.#recordOthers(others, source, scope);
    const second = await this.reportOutcomes(outcomes, source, scope);
    const events = new Array<StoredEvent | null>(items.length).fill(null);
    const errors: IngestError[] = [];
    for (const [result, at] of [
      [first, otherPlaces],
      [second, places],
    ] as const) {
      result.events.forEach((event, i) => {
        events[at[i]!] = event;
      });
      errors.push(...result.errors.map((error) => ({ ...error, index: at[error.index]! })));
    }
    return {
      events,
      errors: errors.sort((a, b) => a.index - b.index),
      acceptedCount: first.acceptedCount + second.acceptedCount,
      repeatedCount: first.repeatedCount + second.repeatedCount,
      durableThrough: Math.max(first.durableThrough, second.durableThrough),
    };
  }

  async #recordOthers(items: readonly OtherItem[], source: EventSource, scope: CustomerScope): Promise<IngestResult> {
    const interactions = items.flatMap((item) => (item.type === 'interaction' ? [item.input] : []));
    const known = interactions.length === 0 ? NOTHING : await this.#credited(interactions);
    const earlier: Announced = { customers: new Set(), items: new Set() };
    return this.#run(items, (item) => {
      switch (item.type) {
        case 'customer': {
          const checked = this.#customer(item.input, source, scope);
          if (!('code' in checked)) earlier.customers.add(checked.entity);
          return checked;
        }
        case 'item': {
          if (scope !== 'all') return ITEMS_ARE_EVERYBODYS;
          const checked = this.#item(item.input, source);
          if (!('code' in checked)) earlier.items.add(checked.entity);
          return checked;
        }
        case 'transaction':
          return this.#payment(item.input, source, scope, earlier);
        case 'interaction':
          return this.#interaction(item.input, known, source, scope, earlier);
      }
    });
  }

  async #credited(inputs: readonly InteractionInput[]): Promise<ReadonlySet<string>> {
    const credited = inputs.slice(0, LIMITS.itemsPerCall).flatMap(({ predictionId: id }) => (id ? [id] : []));
    if (credited.length === 0) return NOTHING;
    const found = await this.#world.predictions(credited);
    return new Set(credited.filter((_, i) => found[i] !== null));
  }

  async #run<I>(inputs: readonly I[], check: (input: I) => Checked): Promise<IngestResult> {
    if (inputs.length > LIMITS.itemsPerCall) {
      throw badInput(`expected at most ${LIMITS.itemsPerCall} items a call, got ${inputs.length}`);
    }
    this.#forgetAnnounced();
    const errors: IngestError[] = [];
    const events: NewEvent[] = [];
    const indices: number[] = [];
    for (let index = 0; index < inputs.length; index++) {
      const checked = check(inputs[index]!);
      if ('code' in checked) errors.push({ ...checked, index });
      else {
        events.push(checked);
        indices.push(index);
      }
    }
    const stored = new Array<StoredEvent | null>(inputs.length).fill(null);
    if (events.length === 0) {
      return { events: stored, errors, acceptedCount: 0, repeatedCount: 0, durableThrough: 0 };
    }

    const results = await this.#log.append(events);
    const fresh: StoredEvent[] = [];
    let acceptedCount = 0;
    let repeatedCount = 0;
    let durableThrough = 0;
    for (let i = 0; i < results.length; i++) {
      const { status, seq, recordedAt } = results[i]!;
      const event = events[i]!;
      if (status === 'conflict') {
        errors.push({
          index: indices[i]!,
          code: 'DUPLICATE_WITH_OTHER_CONTENT',
          field: idField(event),
          message:
            event.type === 'outcome.reported'
              ? 'another outcome was observed at the same moment: nothing was changed'
              : 'this id was recorded before with other content: nothing was changed',
        });
        continue;
      }
      const record = { ...event, seq, recordedAt } as StoredEvent;
      stored[indices[i]!] = record;
      acceptedCount++;
      if (seq > durableThrough) durableThrough = seq;
      if (status === 'repeated') repeatedCount++;
      else {
        this.#announce(record);
        fresh.push(record);
      }
    }
    if (fresh.length > 0) this.#onAppended(fresh);
    errors.sort((a, b) => a.index - b.index);
    return { events: stored, errors, acceptedCount, repeatedCount, durableThrough };
  }

  /** A customer who is being erased is not known any more. */
  bar(customerId: string): void {
    this.#announced.customers.delete(customerId);
  }

  /** What was on its way when the erasure began has arrived by now. */
  lift(customerId: string): void {
    this.#announced.customers.delete(customerId);
  }

  #announce(event: StoredEvent): void {
    if (event.type === 'customer.upserted') this.#announced.customers.add(event.entity);
    else if (event.type === 'item.upserted') this.#announced.items.add(event.entity);
    else return;
    this.#announcedThrough = Math.max(this.#announcedThrough, event.seq);
  }

  #forgetAnnounced(): void {
    if (this.#announcedThrough === 0 || this.#world.seen() < this.#announcedThrough) return;
    this.#announced.customers.clear();
    this.#announced.items.clear();
    this.#announcedThrough = 0;
  }

  #customer(input: CustomerInput, source: EventSource, scope: CustomerScope): Checked {
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

  #item(input: ItemInput, source: EventSource): Checked {
    const wrong = checkId(input.itemId, 'itemId') ?? checkText(input.title, 'title', LIMITS.titleLength);
    if (wrong !== null) return wrong;
    const payload = { title: input.title, available: input.available };
    return this.#event('item.upserted', uuidv7(this.#clock.now()), input.itemId, this.#clock.now(), source, payload);
  }

  #payment(input: TransactionInput, source: EventSource, scope: CustomerScope, earlier: Announced = NONE): Checked {
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

  #interaction(
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
      (this.#world.knownItem(input.itemId) || this.#announced.items.has(input.itemId) || earlier.items.has(input.itemId)
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

  #outcome(input: OutcomeInput, subjects: OutcomeSubjects, source: EventSource, scope: CustomerScope): Checked {
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
        this.#announced.customers.has(customerId) ||
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

function idField(event: NewEvent): string {
  if (event.type === 'outcome.reported') return 'observedAt';
  return event.type === 'payment.recorded' ? 'transactionId' : 'interactionId';
}
