import type { CustomerScope } from '../access/principal.js';
import type { Clock } from '../core/clock.js';
import { badInput } from '../core/errors.js';
import type { EventSource, NewEvent, StoredEvent } from '../core/events.js';
import type { EventLog } from '../data/ports.js';
import type { Forgetful } from './departures.js';
import { type Announced, type Checked, EventChecks, type IngestWorld } from './event-checks.js';
import { OutcomeSubjects } from './outcome-subjects.js';
import {
  type CustomerInput,
  type InteractionInput,
  type ItemInput,
  LIMITS,
  type OutcomeInput,
  type Refusal,
  type TransactionInput,
} from './validate.js';

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
const NOTHING: ReadonlySet<string> = new Set();

const ITEMS_ARE_EVERYBODYS: Refusal = {
  code: 'INVALID',
  field: 'type',
  message: 'items concern all customers; this caller is bound to some',
};

/**
 * The one way events come in: validate, append durably, hand to the projection. Items are judged one by one: a bad one
 * is refused with a reason and the others go in. Sending an id again with the same content answers the first record.
 */
export class Ingest implements Forgetful {
  readonly #log: EventLog;
  readonly #world: IngestWorld;
  readonly #onAppended: (events: readonly StoredEvent[]) => void;
  readonly #checks: EventChecks;
  /** What the checks take for known beside the world is on disk up to here, and forgotten when the world has seen that much. */
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
    this.#checks = new EventChecks(options.world, options.clock);
    this.#onAppended = options.onAppended;
  }

  /** Creates customers or changes what is known about them; absent fields keep their value. */
  upsertCustomers(
    inputs: readonly CustomerInput[],
    source: EventSource,
    scope: CustomerScope = 'all',
  ): Promise<IngestResult> {
    return this.#run(inputs, (input) => this.#checks.customer(input, source, scope));
  }

  /** Creates items, renames them or withdraws them from sale. */
  upsertItems(inputs: readonly ItemInput[], source: EventSource): Promise<IngestResult> {
    return this.#run(inputs, (input) => this.#checks.item(input, source));
  }

  /** Records card payments; each is fraud-scored as soon as it is on disk. */
  recordTransactions(
    inputs: readonly TransactionInput[],
    source: EventSource,
    scope: CustomerScope = 'all',
  ): Promise<IngestResult> {
    return this.#run(inputs, (input) => this.#checks.payment(input, source, scope));
  }

  /** Records what customers looked at, put into their basket and bought. */
  async recordInteractions(
    inputs: readonly InteractionInput[],
    source: EventSource,
    scope: CustomerScope = 'all',
  ): Promise<IngestResult> {
    const known = await this.#credited(inputs);
    return this.#run(inputs, (input) => this.#checks.interaction(input, known, source, scope));
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
    return this.#run(inputs, (input) => this.#checks.outcome(input, subjects, source, scope));
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
          const checked = this.#checks.customer(item.input, source, scope);
          if (!('code' in checked)) earlier.customers.add(checked.entity);
          return checked;
        }
        case 'item': {
          if (scope !== 'all') return ITEMS_ARE_EVERYBODYS;
          const checked = this.#checks.item(item.input, source);
          if (!('code' in checked)) earlier.items.add(checked.entity);
          return checked;
        }
        case 'transaction':
          return this.#checks.payment(item.input, source, scope, earlier);
        case 'interaction':
          return this.#checks.interaction(item.input, known, source, scope, earlier);
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
    this.#checks.announced.customers.delete(customerId);
  }

  /** What was on its way when the erasure began has arrived by now. */
  lift(customerId: string): void {
    this.#checks.announced.customers.delete(customerId);
  }

  #announce(event: StoredEvent): void {
    if (event.type === 'customer.upserted') this.#checks.announced.customers.add(event.entity);
    else if (event.type === 'item.upserted') this.#checks.announced.items.add(event.entity);
    else return;
    this.#announcedThrough = Math.max(this.#announcedThrough, event.seq);
  }

  #forgetAnnounced(): void {
    if (this.#announcedThrough === 0 || this.#world.seen() < this.#announcedThrough) return;
    this.#checks.announced.customers.clear();
    this.#checks.announced.items.clear();
    this.#announcedThrough = 0;
  }
}

function idField(event: NewEvent): string {
  if (event.type === 'outcome.reported') return 'observedAt';
  return event.type === 'payment.recorded' ? 'transactionId' : 'interactionId';
}
