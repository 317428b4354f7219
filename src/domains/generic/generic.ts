import type { Clock } from '../../core/clock.js';
import type { RowContext } from '../../core/predictions.js';
import type { RequestFacts } from '../../core/routing.js';
import type { CustomerState } from '../../features/customer-state.js';
import { storedVector } from '../../features/stored.js';
import type {
  Inference,
  ModelManifest,
  ModelVersionInfo,
  Routed,
  TensorData,
  VersionSelector,
} from '../../inference/ports.js';
import type { Prediction, PredictionDraft, QueryRecorder } from '../prediction.js';
import { inputsOf, type ModelRow, type RowValues, readRow, rowMaker, vectorOf } from './rows.js';

/** What came out, by the manifest's names: one number, or as many as the output has per row. */
export type GenericOutput = Readonly<Record<string, number | readonly number[]>>;
export type GenericPrediction = Prediction<GenericOutput>;

/** Whom a row is about, and what was known when it was routed. */
interface About {
  readonly entity: string;
  readonly featuresAsOf: number;
  readonly request?: RequestFacts;
}

/** Entity of predictions about rows that somebody told. No customer is called so. */
const NOBODY = '';

/** The domain of every model that has no other: rows in, outputs out, as the manifest describes them. */
export class GenericDomain {
  readonly #inference: Inference;
  readonly #recorder: QueryRecorder;
  readonly #clock: Clock;

  constructor(inference: Inference, recorder: QueryRecorder, clock: Clock) {
    this.#inference = inference;
    this.#recorder = recorder;
    this.#clock = clock;
  }

  /**
   * What a model says about one row that the caller tells.
   * @throws ScoregraphError INVALID_FEATURES naming the feature; what `Inference.predict` throws.
   */
  async predict(
    model: string,
    values: RowValues,
    context: RowContext,
    selector?: VersionSelector,
  ): Promise<GenericPrediction> {
    const request = new ToldRow(values);
    const routed = this.#inference.route(model, NOBODY, selector, request);
    const row = readRow(routed.info.manifest, values);
    return this.#answer(routed, row, { entity: NOBODY, featuresAsOf: 0, request }, context);
  }

  /**
   * What a model says about a customer, from the stored features that this manifest of it names.
   * @throws as `predict`.
   */
  async predictCustomer(
    manifest: ModelManifest,
    customer: { readonly customerId: string; readonly state: CustomerState },
    context: RowContext,
    selector?: VersionSelector,
  ): Promise<GenericPrediction> {
    const routed = this.#inference.route(manifest.name, customer.customerId, selector);
    const row = rowMaker(manifest)(routed.info.manifest, storedVector(customer.state, this.#clock.now()));
    const about = { entity: customer.customerId, featuresAsOf: customer.state.asOf };
    return this.#answer(routed, row, about, context);
  }

  /** Who answers about a customer. @throws what `Inference.route` throws. */
  route(model: string, customerId: string, selector?: VersionSelector): Routed {
    return this.#inference.route(model, customerId, selector);
  }
  /** What a version says of a vector that was recorded; nothing of it is recorded. @throws INVALID_FEATURES, and what `Inference.predict` throws. */
  async score(vector: Float32Array, context: RowContext, routed: Routed): Promise<GenericOutput> {
    const { info } = routed;
    const inputs = inputsOf(info.manifest, vector);
    return outputOf(info, (await this.#inference.predict(info.model, { inputs }, context, routed)).outputs);
  }

  async #answer(routed: Routed, row: ModelRow, about: About, context: RowContext): Promise<GenericPrediction> {
    const { info } = routed;
    const result = await this.#inference.predict(info.model, { inputs: row.inputs }, context, routed);
    const draft = new GenericDraft(routed, row, about, outputOf(info, result.outputs));
    return this.#recorder.record(draft, context);
  }
}

/** A class and no literal, which V8 would make in the old generation at once: from there it keeps all it points at. */
class GenericDraft implements PredictionDraft<GenericOutput> {
  readonly routed: Routed;
  readonly entity: string;
  readonly featuresAsOf: number;
  readonly request: RequestFacts | undefined;
  readonly output: GenericOutput;
  readonly #row: ModelRow;

  constructor(routed: Routed, row: ModelRow, about: About, output: GenericOutput) {
    this.routed = routed;
    this.entity = about.entity;
    this.featuresAsOf = about.featuresAsOf;
    this.request = about.request;
    this.output = output;
    this.#row = row;
  }

  get featureSet(): string {
    const { card, model, version } = this.routed.info;
    return typeof card.feature_set === 'string' ? card.feature_set : `${model}@${version}`;
  }
  get defaulted(): readonly string[] {
    return this.#row.defaulted;
  }
  features(): Float32Array {
    return vectorOf(this.routed.info.manifest, this.#row.inputs);
  }
}

/** A row about nobody: the same row always falls into the same share of a policy. What it is drawn by is made where a policy asks for it. */
class ToldRow implements RequestFacts {
  readonly #values: RowValues;

  constructor(values: RowValues) {
    this.#values = values;
  }
  get key(): string {
    return Object.values(this.#values).join();
  }
}

function outputOf({ manifest }: ModelVersionInfo, outputs: Readonly<Record<string, TensorData>>): GenericOutput {
  const output: Record<string, number | readonly number[]> = {};
  for (const { name, addsTo } of manifest.outputs) {
    if (addsTo !== undefined) continue;
    const values = outputs[name]!;
    output[name] = values.length === 1 ? values[0]! : [...values];
  }
  return output;
}
