import DataLoader from 'dataloader';
import { type CustomerScope, inScope } from '../access/principal.js';
import { ScoregraphError } from '../core/errors.js';
import type { PaymentRecorded, Stored } from '../core/events.js';
import type { PredictionRecord, RowContext } from '../core/predictions.js';
import type { KnownOutcome, OutcomeSubject } from '../data/outcomes.js';
import { FRAUD_MODEL, type FraudPrediction } from '../domains/fraud/fraud.js';
import type { GenericPrediction } from '../domains/generic/generic.js';
import type { RecommendationPrediction } from '../domains/recommendations/recommendations.js';
import type { SegmentPrediction } from '../domains/segmentation/segmentation.js';
import type { CustomerState } from '../features/customer-state.js';
import type { ModelManifest, VersionSelector } from '../inference/ports.js';
import type { App } from './app.js';
import { noteReading } from './readings.js';

/** A customer as resolvers see one: the id and the state their fields read. */
export interface CustomerNode {
  readonly customerId: string;
  readonly state: CustomerState;
}
export type TransactionNode = Stored<PaymentRecorded>;

/** A loader and the arguments it is for. */
class Known<V> {
  constructor(
    readonly what: unknown,
    readonly selector: string,
    readonly loader: DataLoader<CustomerNode, V, string>,
    readonly next: Known<V> | null,
  ) {}
}

/**
 * One loader for each set of arguments, in a chain: there are one or two. Instances of classes and no list of literals: V8 makes literals
 * of which many outlive a scavenge in the old generation at once, and from there they keep every loader of every operation until the next
 * full collection.
 */
class ByArguments<V> {
  #newest: Known<V> | null = null;

  /** The loader for `what` (the same value, or the same object) and a selector, made the first time; `one` is asked for each customer. */
  loader(
    what: unknown,
    selector: string,
    one: (customer: CustomerNode) => Promise<V>,
  ): DataLoader<CustomerNode, V, string> {
    for (let known = this.#newest; known !== null; known = known.next)
      if (known.what === what && known.selector === selector) return known.loader;
    const loader = new DataLoader<CustomerNode, V, string>(
      (customers) =>
        customers.length === 1
          ? one(customers[0]!).then(alone, failedAlone)
          : Promise.all(customers.map((customer) => one(customer).catch(asError))),
      BY_CUSTOMER,
    );
    this.#newest = new Known(what, selector, loader, this.#newest);
    return loader;
  }
}

/** Longest batch a loader hands on at once. */
const MAX_BATCH = 1_000;
const OPTIONS = { maxBatchSize: MAX_BATCH } as const;
const BY_SUBJECT = {
  maxBatchSize: MAX_BATCH,
  cacheKeyFn: (subject: OutcomeSubject) => ('position' in subject ? subject.position : subject.predictionId),
} as const;
const BY_CUSTOMER = { maxBatchSize: MAX_BATCH, cacheKeyFn: (customer: CustomerNode) => customer.customerId } as const;

/**
 * One operation's loaders: one per entity and model, so that asking twice costs once and lists are fetched together.
 * Rows of all operations meet below, in the batcher. What is about a customer outside the caller's scope is not there: whoever asks
 * learns no more than of one that nobody knows.
 */
export class Loaders {
  readonly #app: App;
  readonly #row: RowContext;
  readonly #scope: CustomerScope;
  #customers: DataLoader<string, CustomerNode | null> | undefined;
  #transactions: DataLoader<string, TransactionNode | null> | undefined;
  #predictions: DataLoader<string, PredictionRecord | null> | undefined;
  #arrivalAssessments: DataLoader<string, FraudPrediction | null> | undefined;
  #outcomes: DataLoader<OutcomeSubject, KnownOutcome | null, number | string> | undefined;
  readonly #segments = new ByArguments<SegmentPrediction>();
  readonly #recommendations = new ByArguments<RecommendationPrediction>();
  readonly #generic = new ByArguments<GenericPrediction>();

  constructor(app: App, row: RowContext, scope: CustomerScope) {
    this.#app = app;
    this.#row = row;
    this.#scope = scope;
  }

  // Each loader is made when it is first needed: most operations need one or two.

  get customers(): DataLoader<string, CustomerNode | null> {
    this.#customers ??= new DataLoader(async (ids) => {
      const states = await this.#app.customers.get(ids);
      return states.map((state, i) => (state === null || !this.#sees(ids[i]!) ? null : { customerId: ids[i]!, state }));
    }, OPTIONS);
    return this.#customers;
  }

  get transactions(): DataLoader<string, TransactionNode | null> {
    this.#transactions ??= new DataLoader(
      async (ids) => this.#seen((await this.#app.events.byIds('payment.recorded', ids)) as (TransactionNode | null)[]),
      OPTIONS,
    );
    return this.#transactions;
  }

  get predictions(): DataLoader<string, PredictionRecord | null> {
    this.#predictions ??= new DataLoader(async (ids) => {
      const records = this.#seen(await this.#app.predictions.byIds(ids));
      for (const record of records) if (record !== null) noteReading(this.#app, this.#row, record);
      return records;
    }, OPTIONS);
    return this.#predictions;
  }

  /** The assessment made on arrival, by transaction id. */
  get arrivalAssessments(): DataLoader<string, FraudPrediction | null> {
    this.#arrivalAssessments ??= new DataLoader(async (ids) => {
      const records = await this.#app.predictions.byEvents(FRAUD_MODEL, ids);
      return records.map((record) => (record === null ? null : ({ ...record, recorded: true } as FraudPrediction)));
    }, OPTIONS);
    return this.#arrivalAssessments;
  }

  /** What is known of payments and predictions. */
  get outcomes(): DataLoader<OutcomeSubject, KnownOutcome | null, number | string> {
    this.#outcomes ??= new DataLoader((subjects) => this.#app.outcomes.of(subjects), BY_SUBJECT);
    return this.#outcomes;
  }

  /** A customer by their own key; null when unknown. Skips the loader when the state is at hand. */
  customer(customerId: string): CustomerNode | null | Promise<CustomerNode | null> {
    const state = this.#app.customers.peek(customerId);
    if (state === undefined) return this.customers.load(customerId);
    return state === null || !this.#sees(customerId) ? null : { customerId, state };
  }

  #sees(customerId: string): boolean {
    return inScope(this.#scope, customerId);
  }

  /** Those that are about customers in the caller's scope. */
  #seen<T extends { readonly entity: string }>(found: readonly (T | null)[]): (T | null)[] {
    return found.map((one) => (one === null || !this.#sees(one.entity) ? null : one));
  }

  /** Segment assignments by the version that `selector` means. */
  segment(selector: VersionSelector | undefined): DataLoader<CustomerNode, SegmentPrediction, string> {
    return this.#segments.loader(null, selectorKey(selector), (customer) =>
      this.#app.segmentation.assign(customer.customerId, customer.state, this.#app.clock.now(), this.#row, selector),
    );
  }

  /** Lists of `first` items by the version that `selector` means. */
  recommendations(
    first: number,
    excludePurchased: boolean,
    selector: VersionSelector | undefined,
  ): DataLoader<CustomerNode, RecommendationPrediction, string> {
    const list = { first, excludePurchased };
    return this.#recommendations.loader(`${first}/${excludePurchased}`, selectorKey(selector), (customer) =>
      this.#app.recommendations.recommend(customer.customerId, customer.state, list, this.#row, selector),
    );
  }

  /** What a model without a domain of its own says of customers, by the version that `selector` means. */
  generic(
    manifest: ModelManifest,
    selector: VersionSelector | undefined,
  ): DataLoader<CustomerNode, GenericPrediction, string> {
    return this.#generic.loader(manifest, selectorKey(selector), (customer) =>
      this.#app.generic.predictCustomer(manifest, customer, this.#row, selector),
    );
  }
}

const selectorKey = (selector: VersionSelector | undefined): string =>
  selector === undefined ? '' : `${selector.alias ?? ''}#${selector.version ?? ''}`;

/** The usual batch is of one: it needs no promise of all. */
const alone = <V>(value: V): V[] => [value];
const failedAlone = (error: unknown): Error[] => [asError(error)];

/** DataLoader takes failures of single keys as values. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new ScoregraphError('INTERNAL_SERVER_ERROR', String(error));
}
