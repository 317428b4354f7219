import { ScoregraphError } from '../../core/errors.js';
import { takeFloats } from '../../core/floats.js';
import type { PredictionRecord, RowContext } from '../../core/predictions.js';
import { conceptsOf } from '../../features/concepts.js';
import type { FeatureSet } from '../../features/spec.js';
import type { Inference, ModelVersionInfo, RowResult } from '../../inference/ports.js';
import { perVersion } from '../assets.js';
import { shapley } from './shapley.js';
import { Turns } from './turns.js';

/** What one concept, or one of the customer's own items, did to a prediction. */
export interface Contribution {
  readonly name: string;
  /** In the explanation's unit; above 0 it raised the score. */
  readonly contribution: number;
  readonly sentence: string;
  /** The features that say it, as the model saw them. */
  readonly features: readonly { readonly name: string; readonly value: number }[];
  /** The item, where it is one. */
  readonly itemId: string | null;
}

/** Why a prediction came out as it did: `baseline` and all contributions add up to `score`. */
export interface Explanation {
  readonly baseline: number;
  readonly score: number;
  /** What is added up: `log-odds of fraud`. */
  readonly unit: string;
  /** The strongest first, whichever their sign. */
  readonly contributions: readonly Contribution[];
}

/** What a domain knows of a prediction that is to be explained. */
export interface Explained {
  readonly info: ModelVersionInfo;
  readonly set: FeatureSet;
  /** The vector the model saw. */
  readonly features: Float32Array;
  /** The number to explain, from one row's outputs. */
  readonly score: (outputs: RowResult['outputs']) => number;
  readonly unit: string;
}

/**
 * Explains predictions over named features by exact Shapley values: every coalition of concepts is asked of the model, those
 * outside it at the values of a typical row. 2^n rows for n concepts, in batches, behind everything interactive.
 */
export class Explainer {
  readonly #inference: Inference;
  readonly #turns = new Turns();
  readonly #typical = perVersion(typicalRow);

  constructor(inference: Inference) {
    this.#inference = inference;
  }

  /** The version that made a prediction. @throws ScoregraphError MODEL_UNAVAILABLE when it is not loaded any more. */
  versionOf(prediction: PredictionRecord): ModelVersionInfo {
    return this.#inference.resolve(prediction.model, { version: prediction.version });
  }

  /**
   * Explains one vector.
   * @throws what `Inference.predict` throws; QUEUE_FULL when too many explanations wait.
   */
  async explain({ info, set, features, score, unit }: Explained, context: RowContext): Promise<Explanation> {
    const concepts = conceptsOf(set);
    const places = concepts.map((concept) => concept.features.map((name) => placeOf(set, name)));
    const typical = this.#typical(info);
    const rows = Array.from({ length: 2 ** concepts.length }, (_, coalition) => {
      const row = takeFloats(features.length);
      row.set(typical);
      places.forEach((own, concept) => {
        if ((coalition & (1 << concept)) !== 0) for (const place of own) row[place] = features[place]!;
      });
      return row;
    });
    const input = info.manifest.inputs[0]!.name;
    const results = await this.run(
      info,
      rows.map((row) => ({ [input]: row })),
      context,
    );
    const values = results.map(({ outputs }) => score(outputs));
    const contributions = shapley(concepts.length, values);
    const seen = (name: string) => features[placeOf(set, name)]!;
    return {
      baseline: values[0]!,
      score: values[values.length - 1]!,
      unit,
      contributions: byStrength(
        concepts.map((concept, i) => ({
          name: concept.name,
          contribution: contributions[i]!,
          sentence: concept.say(seen),
          features: concept.features.map((name) => ({ name, value: seen(name) })),
          itemId: null,
        })),
      ),
    };
  }

  /** Runs the rows of one explanation: a few explanations at a time, so that their rows never fill the model's queue. */
  run(
    info: ModelVersionInfo,
    inputs: readonly Readonly<Record<string, Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>>>[],
    context: RowContext,
  ): Promise<RowResult[]> {
    const behind: RowContext = {
      deadline: context.deadline,
      signal: context.signal,
      priority: 'bulk',
      principal: context.principal,
      traceId: context.traceId,
    };
    return this.#turns.take(() =>
      Promise.all(inputs.map((row) => this.#inference.predict(info.model, { inputs: row }, behind, info))),
    );
  }
}

/** The strongest first, whichever their sign. */
export const byStrength = (contributions: readonly Contribution[]): Contribution[] =>
  [...contributions].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));

/** ln(p / (1 − p)); a probability that single precision rounded to 0 or 1 counts as the nearest it can tell from them. */
export function logOdds(probability: number): number {
  const p = Math.min(1 - 2 ** -24, Math.max(2 ** -126, probability));
  return Math.log(p / (1 - p));
}

function placeOf(set: FeatureSet, name: string): number {
  const place = set.features.findIndex((feature) => feature.name === name);
  if (place < 0) throw new ScoregraphError('INTERNAL_SERVER_ERROR', `${set.name} has no feature ${name}`);
  return place;
}

interface Histogram {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

/** The median of every feature over the training rows (from the version's baseline histograms), else the feature's default. */
function typicalRow(info: ModelVersionInfo): Float32Array {
  const baseline = (info.card.baseline ?? {}) as Readonly<Record<string, Histogram>>;
  const features = info.manifest.inputs[0]?.features ?? [];
  return Float32Array.from(features, ({ name, default: fallback = 0 }) => median(baseline[name]) ?? fallback);
}

/** The edge below which half of the rows lie, or the first above it. */
function median(histogram: Histogram | undefined): number | null {
  if (histogram === undefined) return null;
  const { edges, counts } = histogram;
  const half = counts.reduce((a, b) => a + b, 0) / 2;
  let seen = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    if (seen + counts[bin]! > half) return edges[bin]!;
    seen += counts[bin]!;
  }
  return edges[edges.length - 1] ?? null;
}
