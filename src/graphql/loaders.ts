import DataLoader from 'dataloader';
import { ScoregraphError } from '../core/errors.js';
import type { PaymentRecorded, Stored } from '../core/events.js';
import type { PredictionRecord, RowContext } from '../core/predictions.js';
import { FRAUD_MODEL, type FraudPrediction } from '../domains/fraud/fraud.js';
import type { RecommendationPrediction } from '../domains/recommendations/recommendations.js';
import type { SegmentPrediction } from '../domains/segmentation/segmentation.js';
import type { CustomerState } from '../features/customer-state.js';
import type { VersionSelector } from '../inference/ports.js';
import type { App } from './app.js';

/** A customer as resolvers see one: the id and the state their fields read. */
export interface CustomerNode {
  readonly customerId: string;
  readonly state: CustomerState;
}
export type TransactionNode = Stored<PaymentRecorded>;

/** Longest batch a loader hands on at once. */
const MAX_BATCH = 1_000;

/**
 * One operation's loaders: one per entity and model, so that asking twice costs once and lists are fetched together.
 * Rows of all operations meet below, in the batcher.
 */
export class Loaders {
  readonly #app: App;
  readonly #row: RowContext;
  readonly customers: DataLoader<string, CustomerNode | null>;
  readonly transactions: DataLoader<string, TransactionNode | null>;
  readonly predictions: DataLoader<string, PredictionRecord | null>;
  /** The assessment made on arrival, by transaction id. */
  readonly arrivalAssessments: DataLoader<string, FraudPrediction | null>;
  readonly #segments = new Map<string, DataLoader<CustomerNode, SegmentPrediction, string>>();
  readonly #recommendations = new Map<string, DataLoader<CustomerNode, RecommendationPrediction, string>>();

  constructor(app: App, row: RowContext) {
    this.#app = app;
    this.#row = row;
    const options = { maxBatchSize: MAX_BATCH };
    this.customers = new DataLoader(async (ids) => {
      const states = await app.customers.get(ids);
      return states.map((state, i) => (state === null ? null : { customerId: ids[i]!, state }));
    }, options);
    this.transactions = new DataLoader(
      async (ids) => (await app.events.byIds('payment.recorded', ids)) as (TransactionNode | null)[],
      options,
    );
    this.predictions = new DataLoader((ids) => app.predictions.byIds(ids), options);
    this.arrivalAssessments = new DataLoader(async (ids) => {
      const records = await app.predictions.byEvents(FRAUD_MODEL, ids);
      return records.map((record) => (record === null ? null : ({ ...record, recorded: true } as FraudPrediction)));
    }, options);
  }

  /** A customer by their own key; null when unknown. Skips the loader when the state is at hand. */
  customer(customerId: string): CustomerNode | null | Promise<CustomerNode | null> {
    const state = this.#app.customers.peek(customerId);
    if (state === undefined) return this.customers.load(customerId);
    return state === null ? null : { customerId, state };
  }

  /** Segment assignments by the version that `selector` means. */
  segment(selector: VersionSelector | undefined): DataLoader<CustomerNode, SegmentPrediction, string> {
    return this.#perArguments(this.#segments, selectorKey(selector), (customer) =>
      this.#app.segmentation.assign(customer.customerId, customer.state, this.#app.clock.now(), this.#row, selector),
    );
  }

  /** Lists of `first` items by the version that `selector` means. */
  recommendations(
    first: number,
    excludePurchased: boolean,
    selector: VersionSelector | undefined,
  ): DataLoader<CustomerNode, RecommendationPrediction, string> {
    return this.#perArguments(
      this.#recommendations,
      `${first}/${excludePurchased}/${selectorKey(selector)}`,
      (customer) =>
        this.#app.recommendations.recommend(
          customer.customerId,
          customer.state,
          { first, excludePurchased },
          this.#row,
          selector,
        ),
    );
  }

  #perArguments<V>(
    loaders: Map<string, DataLoader<CustomerNode, V, string>>,
    key: string,
    one: (customer: CustomerNode) => Promise<V>,
  ): DataLoader<CustomerNode, V, string> {
    let loader = loaders.get(key);
    if (loader === undefined) {
      loader = new DataLoader<CustomerNode, V, string>(
        (customers) => Promise.all(customers.map((c) => one(c).catch(asError))),
        {
          maxBatchSize: MAX_BATCH,
          cacheKeyFn: (customer) => customer.customerId,
        },
      );
      loaders.set(key, loader);
    }
    return loader;
  }
}

const selectorKey = (selector: VersionSelector | undefined): string =>
  selector === undefined ? '' : `${selector.alias ?? ''}#${selector.version ?? ''}`;

/** DataLoader takes failures of single keys as values. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new ScoregraphError('INTERNAL_SERVER_ERROR', String(error));
}
