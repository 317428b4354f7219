import { badInput, type ScoregraphError } from '../../core/errors.js';
import type { MinorAmount } from '../../core/events.js';
import { takeFloats } from '../../core/floats.js';
import type { RowContext } from '../../core/predictions.js';
import type { RequestFacts } from '../../core/routing.js';
import type { CustomerState } from '../../features/customer-state.js';
import { FRAUD_FEATURES, type FraudPayment, fraudVector } from '../../features/fraud-features.js';
import type { Inference, ModelVersionInfo, Routed, RowResult, VersionSelector } from '../../inference/ports.js';
import { perVersion } from '../assets.js';
import { type Explainer, type Explanation, logOdds } from '../explanation/explanation.js';
import type { Prediction, QueryRecorder } from '../prediction.js';
import { type FraudThresholds, readThresholds } from './thresholds.js';

export const FRAUD_MODEL = 'fraud';
export type FraudDecision = 'APPROVE' | 'REVIEW' | 'DECLINE';

/** Whether a decision calls a payment suspicious: what counts as positive. */
export const isFlagged = (decision: string): boolean => decision !== 'APPROVE';

/** What the fraud model says about one payment. */
export interface FraudOutput {
  readonly probability: number;
  readonly decision: FraudDecision;
}
export type FraudPrediction = Prediction<FraudOutput>;

/** A payment to be judged, whether it happened or not. */
export interface AssessedPayment {
  readonly merchant: string;
  readonly category: string;
  readonly amount: MinorAmount;
  /** Milliseconds UTC. */
  readonly occurredAt: number;
}

/** The features of one payment, taken at the moment it is judged. */
export interface FraudFeatures {
  readonly vector: Float32Array<ArrayBuffer>;
  readonly defaulted: readonly string[];
  readonly featuresAsOf: number;
}

/** A scored vector, before it is anybody's prediction. */
export interface FraudScore {
  readonly routed: Routed;
  readonly output: FraudOutput;
}

const WIDTH = FRAUD_FEATURES.features.length;

/** Judges card payments: features in, probability and decision out. */
export class FraudDomain {
  readonly featureSet = `${FRAUD_FEATURES.name}@${FRAUD_FEATURES.version}`;
  readonly #inference: Inference;
  readonly #recorder: QueryRecorder;
  readonly #explainer: Explainer;
  readonly #thresholds = perVersion(readThresholds);
  /** By operation, the customers that payments were thought of. */
  readonly #thoughtOf = new WeakMap<RowContext, Set<string>>();

  constructor(inference: Inference, recorder: QueryRecorder, explainer: Explainer) {
    this.#inference = inference;
    this.#recorder = recorder;
    this.#explainer = explainer;
  }

  /**
   * The vector the model would see for `payment` on top of `state` (the customer's history before it).
   * Reads `state` synchronously and keeps nothing of it.
   */
  features(state: CustomerState, payment: AssessedPayment): FraudFeatures {
    const vector = takeFloats(WIDTH);
    const input: FraudPayment = {
      merchant: payment.merchant,
      category: payment.category,
      amountMinor: payment.amount.minor,
      currency: payment.amount.currency,
      occurredAt: payment.occurredAt,
    };
    const defaulted = fraudVector(state, input, vector, 0);
    return { vector, defaulted, featuresAsOf: state.asOf };
  }

  /** Whether a policy lets different customers be judged by different versions now: then a block must be of one version. */
  splits(): boolean {
    return this.#inference.splits(FRAUD_MODEL);
  }
  /** Who judges a customer's payment. @throws what `Inference.route` throws. */
  route(customerId: string, selector?: VersionSelector, payment?: RequestFacts): Routed {
    return this.#inference.route(FRAUD_MODEL, customerId, selector, payment);
  }

  /**
   * Scores one vector.
   * @throws what `Inference.predict` throws.
   */
  async score(vector: Float32Array<ArrayBuffer>, context: RowContext, routed: Routed): Promise<FraudScore> {
    return { routed, output: this.#judge(routed.info, await this.#run(routed, vector, context)) };
  }

  /**
   * Scores many vectors at once, at most the model's largest batch. Null where the model answered no finite number.
   * @throws what `Inference.predictBlock` throws; then none is scored, and one by one it will be seen which of them is to blame.
   */
  async scoreBlock(
    vectors: readonly Float32Array<ArrayBuffer>[],
    context: RowContext,
    routed: Routed,
  ): Promise<readonly (FraudOutput | null)[]> {
    const features = new Float32Array(vectors.length * WIDTH);
    for (let i = 0; i < vectors.length; i++) features.set(vectors[i]!, i * WIDTH);
    const block = { rows: vectors.length, inputs: { features } };
    const { outputs, nonFinite } = await this.#inference.predictBlock(FRAUD_MODEL, block, context, routed);
    const { probability } = outputs;
    const judged = vectors.map((_, i): FraudOutput | null => this.#output(routed.info, probability![i]!));
    for (const row of nonFinite) judged[row] = null;
    return judged;
  }

  /**
   * Judges a payment that is only thought of: nothing of it is recorded but, by the model's policy, the prediction.
   * @throws ScoregraphError BAD_USER_INPUT when the amount is in a currency the model was not trained on.
   */
  async assess(
    customerId: string,
    state: CustomerState,
    payment: AssessedPayment,
    context: RowContext,
    selector?: VersionSelector,
  ): Promise<FraudPrediction> {
    const routed = this.route(customerId, selector, payment);
    const { currency } = routed.info.manifest;
    if (currency !== undefined && payment.amount.currency !== currency)
      throw wrongCurrency(payment.amount.currency, currency);
    const features = this.features(state, payment);
    const asked = routed.arm === null || this.#isFirst(customerId, context) ? routed : { ...routed, sampled: false };
    return this.#prediction(
      routed,
      customerId,
      features,
      await this.#run(asked, features.vector, context),
      context,
      payment,
    );
  }

  /**
   * Whether an operation thinks of a payment of this customer for the first time. A curve over amounts is a hundred payments that nobody makes: were
   * they all samples of what a version is asked, whoever tries payments out would shift its scores, and take a good version back.
   */
  #isFirst(customerId: string, operation: RowContext): boolean {
    let customers = this.#thoughtOf.get(operation);
    if (customers === undefined) {
      customers = new Set();
      this.#thoughtOf.set(operation, customers);
    }
    const { size } = customers;
    return customers.add(customerId).size > size;
  }

  /** Judges a vector that was taken earlier (the one logged with a payment), by any version. */
  async assessVector(
    customerId: string,
    features: FraudFeatures,
    context: RowContext,
    selector?: VersionSelector,
  ): Promise<FraudPrediction> {
    const routed = this.route(customerId, selector);
    return this.#prediction(routed, customerId, features, await this.#run(routed, features.vector, context), context);
  }

  /** The thresholds of a version, by default the one that answers now; null when it is not loaded. */
  thresholds(version?: number): FraudThresholds | null {
    try {
      return this.#thresholds(this.#inference.resolve(FRAUD_MODEL, version === undefined ? undefined : { version }));
    } catch {
      return null;
    }
  }

  /** Why a payment was judged so, by the version that judged it, over the vector it saw. @throws what `Explainer.explain` throws. */
  explain(prediction: FraudPrediction, context: RowContext): Promise<Explanation> {
    return this.#explainer.explain(
      {
        info: this.#explainer.versionOf(prediction),
        set: FRAUD_FEATURES,
        features: prediction.features,
        score: (outputs) => logOdds(outputs.probability![0]!),
        unit: 'log-odds of fraud',
      },
      context,
    );
  }

  #run(routed: Routed, vector: Float32Array<ArrayBuffer>, context: RowContext): Promise<RowResult> {
    return this.#inference.predict(FRAUD_MODEL, { inputs: { features: vector } }, context, routed);
  }

  #prediction(
    routed: Routed,
    customerId: string,
    features: FraudFeatures,
    result: RowResult,
    context: RowContext,
    request?: RequestFacts,
  ): FraudPrediction {
    return this.#recorder.record(
      {
        routed,
        entity: customerId,
        featuresAsOf: features.featuresAsOf,
        featureSet: this.featureSet,
        features: () => features.vector,
        defaulted: features.defaulted,
        output: this.#judge(routed.info, result),
        request,
      },
      context,
    );
  }

  #judge(info: ModelVersionInfo, { outputs }: RowResult): FraudOutput {
    return this.#output(info, outputs.probability![0]!);
  }

  #output(info: ModelVersionInfo, probability: number): FraudOutput {
    return { probability, decision: this.#decide(info, probability) };
  }

  #decide(info: ModelVersionInfo, probability: number): FraudDecision {
    const thresholds = this.#thresholds(info);
    if (probability >= thresholds.decline) return 'DECLINE';
    return probability >= thresholds.review ? 'REVIEW' : 'APPROVE';
  }
}

/** The refusal of an amount in a currency the model does not know. */
function wrongCurrency(got: string, expected: string): ScoregraphError {
  return badInput(`the fraud model was trained on amounts in ${expected}, got ${got}`, 'amount.currency');
}
