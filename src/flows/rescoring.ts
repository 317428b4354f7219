import { ScoregraphError } from '../core/errors.js';
import type { PredictionRecord, RowContext } from '../core/predictions.js';
import type { FeatureStore } from '../data/ports.js';
import { FRAUD_MODEL, type FraudDomain, type FraudOutput } from '../domains/fraud/fraud.js';
import type { GenericDomain, GenericOutput } from '../domains/generic/generic.js';
import type { Question, SecondOpinion } from '../domains/prediction.js';
import {
  RECOMMENDATIONS_MODEL,
  type RecommendationOutput,
  type RecommendationsDomain,
} from '../domains/recommendations/recommendations.js';
import {
  SEGMENTATION_MODEL,
  type SegmentationDomain,
  type SegmentOutput,
} from '../domains/segmentation/segmentation.js';
import type { CustomerState } from '../features/customer-state.js';
import type { ModelManifest, Routed } from '../inference/ports.js';
import { fraudVerdict, genericVerdict, listVerdict, segmentVerdict, type Verdict } from './verdicts.js';

/** How the predictions of a model are asked about again. */
interface Rescorable {
  verdict(output: unknown): Verdict;
  route(entity: string, version: number): Routed;
  again(record: PredictionRecord, context: RowContext, routed: Routed): Promise<unknown>;
}

export interface RescoringOptions {
  readonly fraud: FraudDomain;
  readonly segmentation: SegmentationDomain;
  readonly recommendations: RecommendationsDomain;
  /** Every other model. */
  readonly generic: GenericDomain;
  readonly customers: Pick<FeatureStore<CustomerState>, 'peek'>;
  /** The manifest of a model; null: there is no such model. */
  readonly manifestOf: (model: string) => ModelManifest | null;
}

/** Asks other versions about predictions that were logged, over the vectors that were logged with them. */
export class Rescoring {
  readonly #models: ReadonlyMap<string, Rescorable>;
  readonly #options: RescoringOptions;

  constructor(options: RescoringOptions) {
    const { fraud, segmentation, recommendations, customers } = options;
    this.#options = options;
    this.#models = new Map<string, Rescorable>([
      [
        FRAUD_MODEL,
        {
          verdict: (output) => fraudVerdict(output as FraudOutput),
          route: (entity, version) => fraud.route(entity, { version }),
          again: async ({ features }, context, routed) =>
            (await fraud.score(Float32Array.from(features), context, routed)).output,
        },
      ],
      [
        SEGMENTATION_MODEL,
        {
          verdict: (output) => segmentVerdict(output as SegmentOutput),
          route: (entity, version) => segmentation.route(entity, { version }),
          again: ({ features }, context, routed) => segmentation.score(Float32Array.from(features), context, routed),
        },
      ],
      [
        RECOMMENDATIONS_MODEL,
        {
          verdict: (output) => listVerdict(output as RecommendationOutput),
          route: (entity, version) => recommendations.route(entity, { version }),
          again: (record, context, routed) =>
            recommendations.again(record, customers.peek(record.entity)?.country ?? null, routed, context),
        },
      ],
    ]);
  }

  /** What a recorded prediction comes down to. */
  verdict(model: string, output: unknown): Verdict {
    return this.#of(model).verdict(output);
  }

  /**
   * What `version` says of the vector that was logged.
   * @throws ScoregraphError INVALID_FEATURES when the version has other features, MODEL_UNAVAILABLE, and what `Inference.predict` throws.
   */
  async again(record: PredictionRecord, version: number, context: RowContext): Promise<unknown> {
    const { model, entity, featureSet } = record;
    const rescorable = this.#of(model);
    const routed = rescorable.route(entity, version);
    const wanted = routed.info.card.feature_set;
    if (typeof wanted === 'string' && wanted !== featureSet)
      throw new ScoregraphError(
        'INVALID_FEATURES',
        `expected a prediction with the features ${wanted} of ${model} ${version}, got one with ${featureSet}`,
        { model, version },
      );
    return rescorable.again(record, context, routed);
  }

  /**
   * Makes ready, while a prediction is made, to ask `version` the same: as its domain would have asked it, else about the same vector. What
   * stands in the way comes when it is asked.
   */
  beside(record: PredictionRecord, { otherwise }: Question, version: number): SecondOpinion {
    if (otherwise === undefined)
      return async (context) => ({
        output: await this.again(record, version, context),
        features: record.features,
      });
    try {
      return otherwise(this.#of(record.model).route(record.entity, version));
    } catch (error) {
      return () => Promise.reject(error);
    }
  }

  #of(model: string): Rescorable {
    const own = this.#models.get(model);
    if (own !== undefined) return own;
    const { generic, manifestOf } = this.#options;
    return {
      verdict: (output) => genericVerdict(output as GenericOutput, manifestOf(model) ?? { outputs: [] }),
      route: (entity, version) => generic.route(model, entity, { version }),
      again: ({ features }, context, routed) => generic.score(features, context, routed),
    };
  }
}
