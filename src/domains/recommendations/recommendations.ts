import type { RowContext } from '../../core/predictions.js';
import {
  BASKET_FEATURES,
  purchasedIndices,
  type RecentItemsInput,
  recentItems,
} from '../../features/basket-features.js';
import { type CustomerState, RECENT_ITEMS } from '../../features/customer-state.js';
import type { Inference, ModelVersionInfo, VersionSelector } from '../../inference/ports.js';
import { byStrength, type Explainer, type Explanation } from '../explanation/explanation.js';
import type { Prediction, QueryRecorder } from '../prediction.js';
import { type Vocabulary, type VocabularyItem, vocabularyOf } from './vocabulary.js';

export const RECOMMENDATIONS_MODEL = 'recommendations';
/** Longest list anybody may ask for. */
export const MAX_RECOMMENDATIONS = 100;

export type RecommendationBasis = 'PERSONAL' | 'POPULAR_IN_COUNTRY' | 'POPULAR';
/** A ranked list, best first: item ids with the model's score. */
export interface RecommendationOutput {
  readonly items: readonly { readonly itemId: string; readonly score: number }[];
  readonly basis: RecommendationBasis;
  /** One sentence for the person who reads the list. */
  readonly reason: string;
}
export type RecommendationPrediction = Prediction<RecommendationOutput>;

export interface RecommendationRequest {
  /** How many, 1 … MAX_RECOMMENDATIONS. */
  readonly first: number;
  readonly excludePurchased: boolean;
}

/** What is withdrawn from sale: never recommended. Item ids. */
export type Unavailable = Pick<ReadonlySet<string>, 'has' | 'size' | typeof Symbol.iterator>;

const NO_INDICES = new Int32Array(0);

/** Ranks items for a customer from what they looked at and bought most recently. */
export class RecommendationsDomain {
  readonly featureSet = `${BASKET_FEATURES.name}@${BASKET_FEATURES.version}`;
  readonly #inference: Inference;
  readonly #recorder: QueryRecorder;
  readonly #explainer: Explainer;
  readonly #unavailable: Unavailable;
  readonly #recent = new WeakMap<CustomerState, { version: number; vocabulary: Vocabulary; input: RecentItemsInput }>();

  constructor(inference: Inference, recorder: QueryRecorder, unavailable: Unavailable, explainer: Explainer) {
    this.#inference = inference;
    this.#recorder = recorder;
    this.#explainer = explainer;
    this.#unavailable = unavailable;
  }

  /** An item of the answering version's vocabulary; null when it does not know it. */
  vocabularyItem(itemId: string): VocabularyItem | null {
    const vocabulary = this.#vocabulary();
    const index = vocabulary?.indexOf.get(itemId);
    return index === undefined ? null : vocabulary!.items[index]!;
  }

  /** Every item of the answering version's vocabulary; empty while there is none. */
  items(): readonly VocabularyItem[] {
    return this.#vocabulary()?.items ?? [];
  }

  /**
   * The customer's list. Without a single known interaction the popular items of the country, or overall, are
   * the answer (`basis` says so) and the network is not run.
   * @throws what `Inference.predict` throws.
   */
  async recommend(
    customerId: string,
    state: CustomerState,
    request: RecommendationRequest,
    context: RowContext,
    selector?: VersionSelector,
  ): Promise<RecommendationPrediction> {
    const routed = this.#inference.route(RECOMMENDATIONS_MODEL, customerId, selector);
    const vocabulary = vocabularyOf(routed.info);
    const recent = this.#recentItems(state, vocabulary);
    const featuresAsOf = state.asOf;
    const exclude = this.#exclusions(state, vocabulary, request.excludePurchased);
    if (recent.count === 0) {
      return this.#recorder.record(
        {
          routed,
          entity: customerId,
          featuresAsOf,
          featureSet: this.featureSet,
          features: () => new Float32Array(0),
          defaulted: ['items'],
          output: popularItems(vocabulary, state.country, request.first, exclude),
        },
        context,
      );
    }
    const row = {
      inputs: { items: recent.ids, weights: recent.weights, shares: recent.shares },
      topK: { output: 'scores', k: Math.min(request.first, vocabulary.items.length), exclude },
    };
    const result = await this.#inference.predict(RECOMMENDATIONS_MODEL, row, context, routed);
    const scores = result.outputs.scores as Float32Array;
    const indices = result.outputs['scores:indices'] as Int32Array;
    const items: { itemId: string; score: number }[] = [];
    for (let i = 0; i < indices.length && indices[i]! >= 0; i++) {
      items.push({ itemId: vocabulary.items[indices[i]!]!.id, score: scores[i]! });
    }
    return this.#recorder.record(
      {
        routed,
        entity: customerId,
        featuresAsOf,
        featureSet: this.featureSet,
        features: () => loggedVector(recent),
        defaulted: [],
        output: { items, basis: 'PERSONAL', reason: personalReason(recent.count) },
      },
      context,
    );
  }

  /**
   * Which of the customer's own items drove a list: what each does alone to the summed score of the listed items. The network adds
   * its items' influences up, so the parts make the whole. A list of popular items has no contributions.
   * @throws ScoregraphError MODEL_UNAVAILABLE when the version is not loaded any more, and what `Inference.predict` throws.
   */
  async explain(prediction: RecommendationPrediction, context: RowContext): Promise<Explanation> {
    const info = this.#explainer.versionOf(prediction, context);
    const unit = 'sum of the scores of the list';
    if (prediction.output.basis !== 'PERSONAL') return { baseline: 0, score: 0, unit, contributions: [] };
    const vocabulary = vocabularyOf(info);
    const listed = prediction.output.items.map(({ itemId }) => vocabulary.indexOf.get(itemId)!);
    const own = ownItems(prediction.features);
    const sets = [[], ...own.map((item) => [item]), own];
    const results = await this.#explainer.run(info, sets.map(networkInput), context);
    const scores = results.map(({ outputs }) => listed.reduce((sum, index) => sum + outputs.scores![index]!, 0));
    const baseline = scores[0]!;
    return {
      baseline,
      score: scores[scores.length - 1]!,
      unit,
      contributions: byStrength(
        own.map(({ id, weight, share }, i) => {
          const item = vocabulary.items[id - 1]!;
          return {
            name: item.title,
            contribution: scores[i + 1]! - baseline,
            sentence: `${item.title} is among their latest interactions.`,
            features: [
              { name: 'weight', value: weight },
              { name: 'share', value: share },
            ],
            itemId: item.id,
          };
        }),
      ),
    };
  }

  /** Most questions come while nothing has happened since the last one: the input is kept until the next interaction. */
  #recentItems(state: CustomerState, vocabulary: Vocabulary): RecentItemsInput {
    const kept = this.#recent.get(state);
    if (kept?.version === state.recentVersion && kept.vocabulary === vocabulary) return kept.input;
    const input = recentItems(state, vocabulary.indexOf);
    this.#recent.set(state, { version: state.recentVersion, vocabulary, input });
    return input;
  }

  #exclusions(state: CustomerState, vocabulary: Vocabulary, excludePurchased: boolean): Int32Array {
    const purchased = excludePurchased ? purchasedIndices(state, vocabulary.indexOf) : NO_INDICES;
    if (this.#unavailable.size === 0) return purchased;
    const withdrawn: number[] = [];
    for (const itemId of this.#unavailable) {
      const index = vocabulary.indexOf.get(itemId);
      if (index !== undefined) withdrawn.push(index);
    }
    return Int32Array.from([...purchased, ...withdrawn]);
  }

  #vocabulary(): Vocabulary | null {
    let info: ModelVersionInfo;
    try {
      info = this.#inference.resolve(RECOMMENDATIONS_MODEL, {});
    } catch {
      return null; // no version is loaded: there is no vocabulary, which is an answer here and not a failure
    }
    return vocabularyOf(info);
  }
}

/** What the log keeps: the used item indices (+1, as the model sees them), then their weights, then their shares. */
function loggedVector({ count, ids, weights, shares }: RecentItemsInput): Float32Array {
  const features = new Float32Array(count * 3);
  for (let i = 0; i < count; i++) {
    features[i] = ids[i]!;
    features[count + i] = weights[i]!;
    features[2 * count + i] = shares[i]!;
  }
  return features;
}

interface OwnItem {
  /** Index + 1, as the model sees it. */
  readonly id: number;
  readonly weight: number;
  readonly share: number;
}

/** The items of a logged vector with their weights and shares. */
function ownItems(features: Float32Array): OwnItem[] {
  const count = features.length / 3;
  return Array.from({ length: count }, (_, i) => ({
    id: features[i]!,
    weight: features[count + i]!,
    share: features[2 * count + i]!,
  }));
}

/** Own items as the network takes them. */
function networkInput(items: readonly OwnItem[]) {
  const input = {
    items: new Int32Array(RECENT_ITEMS),
    weights: new Float32Array(RECENT_ITEMS),
    shares: new Float32Array(RECENT_ITEMS),
  };
  items.forEach(({ id, weight, share }, i) => {
    input.items[i] = id;
    input.weights[i] = weight;
    input.shares[i] = share;
  });
  return input;
}

const personalReason = (count: number): string =>
  count === 1 ? 'Based on your latest interaction.' : `Based on your ${count} latest interactions.`;

/** The popular items of a country, or overall where the country has none; scores fall with the rank. */
function popularItems(
  vocabulary: Vocabulary,
  country: string | null,
  first: number,
  exclude: Int32Array,
): RecommendationOutput {
  const excluded = new Set(exclude);
  const local = country === null ? undefined : vocabulary.popular.byCountry.get(country);
  const ranked = (local ?? vocabulary.popular.overall).filter((index) => !excluded.has(index)).slice(0, first);
  const items = ranked.map((index, rank) => ({ itemId: vocabulary.items[index]!.id, score: 1 / (rank + 1) }));
  return local === undefined
    ? { items, basis: 'POPULAR', reason: 'Popular with all customers.' }
    : { items, basis: 'POPULAR_IN_COUNTRY', reason: `Popular with customers in ${country}.` };
}
