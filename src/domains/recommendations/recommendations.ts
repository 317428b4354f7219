import type { PredictionRecord, RowContext } from '../../core/predictions.js';
import {
  BASKET_FEATURES,
  purchasedIndices,
  type RecentItemsInput,
  recentItems,
} from '../../features/basket-features.js';
import type { CustomerState } from '../../features/customer-state.js';
import { NONE_DEFAULTED } from '../../features/spec.js';
import type { Inference, ModelVersionInfo, Routed, Row, VersionSelector } from '../../inference/ports.js';
import { byStrength, type Explainer, type Explanation } from '../explanation/explanation.js';
import type { Prediction, QueryRecorder, SecondOpinion } from '../prediction.js';
import { loggedVector, networkInput, type OwnItem, ownItems, translated } from './logged-input.js';
import { personalReason, popularItems, type RecommendationOutput, rankingOf } from './output.js';
import { type Vocabulary, type VocabularyItem, vocabularyOf } from './vocabulary.js';

export type { RecommendationBasis, RecommendationOutput } from './output.js';

export const RECOMMENDATIONS_MODEL = 'recommendations';
/** Longest list anybody may ask for. */
export const MAX_RECOMMENDATIONS = 100;

export type RecommendationPrediction = Prediction<RecommendationOutput>;

export interface RecommendationRequest {
  /** How many, 1 … MAX_RECOMMENDATIONS. */
  readonly first: number;
  readonly excludePurchased: boolean;
}

/** What is withdrawn from sale: never recommended. Item ids. */
export type Unavailable = Pick<ReadonlySet<string>, 'has' | 'size' | typeof Symbol.iterator>;

const NO_INDICES = new Int32Array(0);
const NOTHING_KNOWN: readonly string[] = Object.freeze(['items']);
/** Two runs of one network differ by no more than this, as a share of the score. */
const ROUNDING = 1e-5;

/** Everything an answer is made of. */
interface Question {
  readonly routed: Routed;
  readonly vocabulary: Vocabulary;
  readonly recent: RecentItemsInput;
  /** Indices that must not be listed. */
  readonly exclude: Int32Array;
  readonly first: number;
  readonly country: string | null;
}

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
    const question = this.#question(state, request, routed, this.#recentItems(state, vocabularyOf(routed.info)));
    const { recent } = question;
    const featuresAsOf = state.asOf;
    // No word of the vocabulary, which is each version's own.
    const asked = `${request.first}/${request.excludePurchased}/${state.recentVersion}`;
    return this.#recorder.record(
      {
        routed,
        entity: customerId,
        featuresAsOf,
        featureSet: this.featureSet,
        output: await this.#answer(question, context),
        features: () => loggedVector(recent),
        defaulted: recent.count === 0 ? NOTHING_KNOWN : NONE_DEFAULTED,
        // Its own items: another vocabulary may know others. What is kept for the next question stays as it is.
        otherwise: (other) => this.#otherwise(state, request, other),
        asked,
      },
      context,
    );
  }

  /** Who recommends to a customer. @throws what `Inference.route` throws. */
  route(customerId: string, selector?: VersionSelector): Routed {
    return this.#inference.route(RECOMMENDATIONS_MODEL, customerId, selector);
  }

  /**
   * What a version would have listed where `record` was answered: its own items by the names of the vocabulary they were logged with (whose
   * version must be loaded), as many as were listed, without those that were left out then. `country`: for customers without items.
   * @throws ScoregraphError MODEL_UNAVAILABLE when a version is not loaded, and what `Inference.predict` throws.
   */
  async again(
    record: PredictionRecord,
    country: string | null,
    routed: Routed,
    context: RowContext,
  ): Promise<RecommendationOutput> {
    const own = this.route(record.entity, { version: record.version });
    const [from, to] = [vocabularyOf(own.info), vocabularyOf(routed.info)];
    const output = record.output as RecommendationOutput;
    const items = ownItems(record.features);
    const left = await this.#leftOut(output, items, country, own, context);
    const exclude: number[] = [];
    for (const index of left) {
      const place = to.indexOf.get(from.items[index]!.id);
      if (place !== undefined) exclude.push(place);
    }
    const first = output.items.length;
    const recent = networkInput(translated(items, from, to));
    return this.#answer({ routed, vocabulary: to, recent, exclude: Int32Array.from(exclude), first, country }, context);
  }

  /**
   * Which of the customer's own items drove a list: what each does alone to the summed score of the listed items. The network adds
   * its items' influences up, so the parts make the whole. A list of popular items has no contributions.
   * @throws ScoregraphError MODEL_UNAVAILABLE when the version is not loaded any more, and what `Inference.predict` throws.
   */
  async explain(prediction: RecommendationPrediction, context: RowContext): Promise<Explanation> {
    const info = this.#explainer.versionOf(prediction);
    const unit = 'sum of the scores of the list';
    if (prediction.output.basis !== 'PERSONAL') return { baseline: 0, score: 0, unit, contributions: [] };
    const vocabulary = vocabularyOf(info);
    const listed = prediction.output.items.map(({ itemId }) => vocabulary.indexOf.get(itemId)!);
    const own = ownItems(prediction.features);
    const sets = [[], ...own.map((item) => [item]), own];
    const results = await this.#explainer.run(info, sets.map(rowOf), context);
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

  #question(
    state: CustomerState,
    { first, excludePurchased }: RecommendationRequest,
    routed: Routed,
    recent: RecentItemsInput,
  ): Question {
    const vocabulary = vocabularyOf(routed.info);
    const exclude = this.#exclusions(state, vocabulary, excludePurchased);
    return { routed, vocabulary, recent, exclude, first, country: state.country };
  }

  async #answer(question: Question, context: RowContext): Promise<RecommendationOutput> {
    const { routed, vocabulary, recent, exclude, first, country } = question;
    if (recent.count === 0 || first === 0) return popularItems(vocabulary, country, first, exclude);
    const row: Row = {
      inputs: { items: recent.ids, weights: recent.weights, shares: recent.shares },
      topK: { output: 'scores', k: Math.min(first, vocabulary.items.length), exclude },
    };
    const result = await this.#inference.predict(RECOMMENDATIONS_MODEL, row, context, routed);
    const scores = result.outputs.scores as Float32Array;
    const indices = result.outputs['scores:indices'] as Int32Array;
    const items: { itemId: string; score: number }[] = [];
    for (let i = 0; i < indices.length && indices[i]! >= 0; i++) {
      items.push({ itemId: vocabulary.items[indices[i]!]!.id, score: scores[i]! });
    }
    return { items, basis: 'PERSONAL', reason: personalReason(recent.count) };
  }

  /** The question as `routed` is asked it; what the customer is like is taken now, the answer when it is asked for. */
  #otherwise(state: CustomerState, request: RecommendationRequest, routed: Routed): SecondOpinion {
    const recent = recentItems(state, vocabularyOf(routed.info).indexOf);
    const question = this.#question(state, request, routed, recent);
    return async (context) => ({ output: await this.#answer(question, context), features: loggedVector(recent) });
  }

  /**
   * What a logged list had to do without: nothing of it is logged, but the version that made the list ranks it above the list's last item. Where
   * something bought is among it, everything that was bought of the items it was told was left out.
   */
  async #leftOut(
    { items, basis }: RecommendationOutput,
    own: readonly OwnItem[],
    country: string | null,
    routed: Routed,
    context: RowContext,
  ): Promise<ReadonlySet<number>> {
    const vocabulary = vocabularyOf(routed.info);
    const listed = new Set(items.map(({ itemId }) => vocabulary.indexOf.get(itemId)!));
    const left = new Set<number>();
    if (basis !== 'PERSONAL') {
      let missing = listed.size;
      for (const index of rankingOf(vocabulary, country)) {
        if (missing === 0) break;
        if (listed.has(index)) missing--;
        else left.add(index);
      }
      return left;
    }
    const row = { inputs: rowOf(own) };
    const { outputs } = await this.#inference.predict(RECOMMENDATIONS_MODEL, row, context, routed);
    const scores = outputs.scores!;
    let last = Number.POSITIVE_INFINITY;
    for (const index of listed) last = Math.min(last, scores[index]!);
    const line = last + ROUNDING * Math.max(1, Math.abs(last));
    for (let index = 0; index < scores.length; index++)
      if (scores[index]! > line && !listed.has(index)) left.add(index);
    const bought = own.filter(({ share }) => share > 0).map(({ id }) => id - 1);
    if (bought.some((index) => left.has(index))) for (const index of bought) if (!listed.has(index)) left.add(index);
    return left;
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
      info = this.#inference.resolve(RECOMMENDATIONS_MODEL);
    } catch {
      return null; // no version is loaded: there is no vocabulary, which is an answer here and not a failure
    }
    return vocabularyOf(info);
  }
}

const rowOf = (items: readonly OwnItem[]) => {
  const { ids, weights, shares } = networkInput(items);
  return { items: ids, weights, shares };
};
