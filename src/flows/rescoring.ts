import { ScoregraphError } from '../core/errors.js';
import type { PredictionRecord, RowContext } from '../core/predictions.js';
import { FRAUD_MODEL, type FraudDomain, type FraudOutput } from '../domains/fraud/fraud.js';
import {
  SEGMENTATION_MODEL,
  type SegmentationDomain,
  type SegmentOutput,
} from '../domains/segmentation/segmentation.js';
import type { Routed } from '../inference/ports.js';

/** What two versions are compared by: what was decided, and how strongly. */
export interface Verdict {
  readonly label: string;
  readonly score: number;
}

/** A model whose logged vector says all that another version of it needs. */
interface Rescorable {
  verdict(output: unknown): Verdict;
  route(entity: string, version: number): Routed;
  score(features: Float32Array<ArrayBuffer>, context: RowContext, routed: Routed): Promise<unknown>;
}

/** Asks other versions about predictions that were logged, over the vectors that were logged with them. */
export class Rescoring {
  readonly #models: ReadonlyMap<string, Rescorable>;

  constructor(fraud: FraudDomain, segmentation: SegmentationDomain) {
    this.#models = new Map<string, Rescorable>([
      [
        FRAUD_MODEL,
        {
          verdict: (output) => ({
            label: (output as FraudOutput).decision,
            score: (output as FraudOutput).probability,
          }),
          route: (entity, version) => fraud.route(entity, { version }),
          score: async (features, context, routed) => (await fraud.score(features, context, routed)).output,
        },
      ],
      [
        SEGMENTATION_MODEL,
        {
          verdict: (output) => ({
            label: (output as SegmentOutput).segment,
            score: (output as SegmentOutput).confidence,
          }),
          route: (entity, version) => segmentation.route(entity, { version }),
          score: (features, context, routed) => segmentation.score(features, context, routed),
        },
      ],
    ]);
  }

  /** Whether this can be done with a model. Recommendations log items by the numbers of one version's vocabulary: it cannot. */
  can(model: string): boolean {
    return this.#models.has(model);
  }
  models(): string[] {
    return [...this.#models.keys()];
  }

  /** What a recorded prediction comes down to. */
  verdict(model: string, output: unknown): Verdict {
    return this.#models.get(model)!.verdict(output);
  }

  /**
   * What `version` says of the vector that was logged.
   * @throws ScoregraphError INVALID_FEATURES when the version has other features, and what `Inference.predict` throws.
   */
  async again(record: PredictionRecord, version: number, context: RowContext): Promise<unknown> {
    const { model, entity, featureSet, features } = record;
    const rescorable = this.#models.get(model)!;
    const routed = rescorable.route(entity, version);
    const wanted = routed.info.card.feature_set;
    if (typeof wanted === 'string' && wanted !== featureSet)
      throw new ScoregraphError(
        'INVALID_FEATURES',
        `expected a prediction with the features ${wanted} of ${model} ${version}, got one with ${featureSet}`,
        { model, version },
      );
    return rescorable.score(Float32Array.from(features), context, routed);
  }
}
