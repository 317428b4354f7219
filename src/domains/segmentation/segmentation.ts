import { z } from 'zod';
import { takeFloats } from '../../core/floats.js';
import type { RowContext } from '../../core/predictions.js';
import type { CustomerState } from '../../features/customer-state.js';
import { RFM_FEATURES, rfmVector } from '../../features/rfm-features.js';
import type { Inference, ModelVersionInfo, Routed, VersionSelector } from '../../inference/ports.js';
import { perVersion, readAsset } from '../assets.js';
import type { Explainer, Explanation } from '../explanation/explanation.js';
import type { Prediction, QueryRecorder } from '../prediction.js';

export const SEGMENTATION_MODEL = 'segmentation';

/** A confidence that single precision rounded to 0 counts as the smallest it can tell from it. */
const atLeast = (confidence: number): number => Math.max(2 ** -126, confidence);

/** A group of customers, as the model's version names it. */
export interface Segment {
  readonly id: string;
  readonly label: string;
  readonly description: string;
}

/** What the segmentation model says about one customer. */
export interface SegmentOutput {
  readonly segment: string;
  /** Soft assignment to `segment`, 0 … 1: how likely they still belong to it three months later, as the version's card measures it. */
  readonly confidence: number;
  /** The second-nearest segment; null where the model has one only. */
  readonly runnerUp: string | null;
  /** Confidence minus the runner-up's. */
  readonly margin: number;
}
export type SegmentPrediction = Prediction<SegmentOutput>;

const segmentsSchema: z.ZodType<Segment[]> = z
  .array(z.object({ id: z.string().min(1), label: z.string().min(1), description: z.string().min(1) }))
  .min(1)
  .max(1000);

/** Assigns customers to segments by recency, frequency and monetary value of their purchases. */
export class SegmentationDomain {
  readonly featureSet = `${RFM_FEATURES.name}@${RFM_FEATURES.version}`;
  readonly #inference: Inference;
  readonly #recorder: QueryRecorder;
  readonly #explainer: Explainer;
  readonly #segments = perVersion((info) => readAsset(info, 'segments.json', segmentsSchema));

  constructor(inference: Inference, recorder: QueryRecorder, explainer: Explainer) {
    this.#inference = inference;
    this.#recorder = recorder;
    this.#explainer = explainer;
  }

  /** The segments of the version that answers, in the model's order. */
  segments(selector?: VersionSelector): readonly Segment[] {
    return this.#segments(this.#inference.resolve(SEGMENTATION_MODEL, selector));
  }

  /** One segment by id, as a version names it; null when that version has no such segment. */
  segment(id: string, selector?: VersionSelector): Segment | null {
    return this.segments(selector).find((segment) => segment.id === id) ?? null;
  }

  /**
   * Where a customer belongs at `now` (milliseconds UTC). Somebody who never bought anything gets an answer too, from
   * defaulted features, with their names in `defaulted`.
   * @throws what `Inference.predict` throws.
   */
  async assign(
    customerId: string,
    state: CustomerState,
    now: number,
    context: RowContext,
    selector?: VersionSelector,
  ): Promise<SegmentPrediction> {
    const routed = this.route(customerId, selector);
    const features = takeFloats(RFM_FEATURES.features.length);
    const defaulted = rfmVector(state, now, features, 0);
    const featuresAsOf = state.asOf;
    const result = await this.#inference.predict(SEGMENTATION_MODEL, { inputs: { features } }, context, routed);
    return this.#recorder.record(
      {
        routed,
        entity: customerId,
        featuresAsOf,
        featureSet: this.featureSet,
        features: () => features,
        defaulted,
        output: this.#read(routed.info, result.outputs.confidence as Float32Array),
      },
      context,
    );
  }

  /** What a version says of a vector that was taken earlier; nothing of it is recorded. @throws what `Inference.predict` throws. */
  async score(features: Float32Array<ArrayBuffer>, context: RowContext, routed: Routed): Promise<SegmentOutput> {
    const result = await this.#inference.predict(SEGMENTATION_MODEL, { inputs: { features } }, context, routed);
    return this.#read(routed.info, result.outputs.confidence as Float32Array);
  }
  /** Who assigns a customer. @throws what `Inference.route` throws. */
  route(customerId: string, selector?: VersionSelector): Routed {
    return this.#inference.route(SEGMENTATION_MODEL, customerId, selector);
  }

  /**
   * Why a customer belongs to their segment rather than to the runner-up, by recency, frequency and monetary value. Null where there is
   * no runner-up. @throws what `Explainer.explain` throws.
   */
  async explain(prediction: SegmentPrediction, context: RowContext): Promise<Explanation | null> {
    const info = this.#explainer.versionOf(prediction);
    const segments = this.#segments(info);
    const { segment, runnerUp } = prediction.output;
    const own = segments.findIndex(({ id }) => id === segment);
    const other = segments.findIndex(({ id }) => id === runnerUp);
    if (own < 0 || other < 0) return null;
    return this.#explainer.explain(
      {
        info,
        set: RFM_FEATURES,
        features: prediction.features,
        score: ({ confidence }) => Math.log(atLeast(confidence![own]!) / atLeast(confidence![other]!)),
        unit: `log-odds of ${segments[own]!.label} against ${segments[other]!.label}`,
      },
      context,
    );
  }

  #read(info: ModelVersionInfo, confidence: Float32Array): SegmentOutput {
    const segments = this.#segments(info);
    let best = 0;
    let second = -1;
    for (let i = 1; i < confidence.length; i++) {
      if (confidence[i]! > confidence[best]!) {
        second = best;
        best = i;
      } else if (second < 0 || confidence[i]! > confidence[second]!) {
        second = i;
      }
    }
    return {
      segment: segments[best]!.id,
      confidence: confidence[best]!,
      runnerUp: second < 0 ? null : segments[second]!.id,
      margin: confidence[best]! - (second < 0 ? 0 : confidence[second]!),
    };
  }
}
