import type { Counter, Metrics } from '../core/metrics.js';
import type { PredictionRecord } from '../core/predictions.js';
import type { Question } from '../domains/prediction.js';
import type { Registry } from '../inference/registry.js';
import { Agreement, type AgreementFacts } from './agreement.js';
import type { Rescoring } from './rescoring.js';

/** Predictions of one operation that are looked at; more of it are compared with nothing. */
const MAX_PREDICTIONS = 2_000;
/** Pairs of versions that are counted for each model; others are not. */
const MAX_PAIRS = 100;
/** Between two fields of one operation the clock goes on, and features "as of now" with it: how far they may be apart, and as a share. */
const NEAR = 1e-5;
const ROUNDING = 1e-6;
/** Questions about one entity that are looked at so closely; of more (a list of payments that are thought of) equal ones alone are found. */
const MAX_NEAR = 16;
/** Entity of rows that somebody told. Nothing in them goes by the clock. */
const TOLD = '';

/** How alike two versions of a model answered where one operation asked both. */
export interface SideBySideFacts extends AgreementFacts {
  /** The lower number first. */
  readonly versions: readonly [number, number];
}
interface Pair {
  readonly versions: readonly [number, number];
  readonly agreement: Agreement;
  readonly rows: Counter;
  readonly agreements: Counter;
}
interface Seen {
  readonly prediction: PredictionRecord;
  /** What the vector does not say of the question, or says in another version's words. */
  readonly asked: string | undefined;
}

/**
 * Compares what versions of a model say where one operation asks several of them the same: about the same entity and the same vector, of lists
 * with the same arguments. Nothing is asked for that, and nothing is kept but counts: they hold while both versions are loaded.
 */
export class SideBySide {
  readonly #registry: Pick<Registry, 'get' | 'version'>;
  readonly #rescoring: Pick<Rescoring, 'verdict'>;
  readonly #metrics: Metrics;
  readonly #operations = new WeakMap<object, Operation>();
  readonly #pairs = new Map<string, Map<string, Pair>>();
  /** Models of which several versions can answer now: mostly none. */
  readonly #several = new Set<string>();

  constructor(options: {
    readonly registry: Pick<Registry, 'list' | 'get' | 'version' | 'onStateChange'>;
    readonly rescoring: Pick<Rescoring, 'verdict'>;
    readonly metrics: Metrics;
  }) {
    this.#registry = options.registry;
    this.#rescoring = options.rescoring;
    this.#metrics = options.metrics;
    for (const { name } of options.registry.list()) this.#recount(name);
    options.registry.onStateChange(({ model, number, state }) => {
      this.#recount(model);
      if (state === 'END') this.#forget(model, number);
    });
  }

  /**
   * Told of each prediction that was made, of what its question was, and of who asked: an object for each operation, which is held weakly.
   * Where fewer than two versions are AVAILABLE nothing is done.
   */
  saw(prediction: PredictionRecord, question: Pick<Question, 'asked'>, asker: object): void {
    const { model } = prediction;
    if (!this.#several.has(model)) return;
    let operation = this.#operations.get(asker);
    if (operation === undefined) {
      operation = new Operation();
      this.#operations.set(asker, operation);
    }
    for (const other of operation.others({ prediction, asked: question.asked })) this.#count(model, prediction, other);
  }

  /** The pairs of versions of a model that were asked side by side, ascending by their numbers. */
  facts(model: string): SideBySideFacts[] {
    return [...(this.#pairs.get(model)?.values() ?? [])]
      .map(({ versions, agreement }) => ({ versions, ...agreement.facts() }))
      .sort(({ versions: a }, { versions: b }) => a[0] - b[0] || a[1] - b[1]);
  }

  /** Notes whether several versions of a model can answer. */
  #recount(model: string): void {
    const available = this.#registry.get(model)?.versions.filter(({ state }) => state === 'AVAILABLE') ?? [];
    if (available.length > 1) this.#several.add(model);
    else this.#several.delete(model);
  }

  #count(model: string, one: PredictionRecord, other: PredictionRecord): void {
    const [first, second] = one.version < other.version ? [one, other] : [other, one];
    const pair = this.#pair(model, first.version, second.version);
    if (pair === null) return;
    pair.rows.add();
    const verdict = ({ output }: PredictionRecord) => this.#rescoring.verdict(model, output);
    if (pair.agreement.add(verdict(first), verdict(second))) pair.agreements.add();
  }

  /** Where it is counted; null: nowhere. A payment may have been judged on arrival by a version that has left since. */
  #pair(model: string, version: number, other: number): Pair | null {
    let pairs = this.#pairs.get(model);
    const known = pairs?.get(`${version}/${other}`);
    if (known !== undefined) return known;
    const loaded = (number: number) => this.#registry.version(model, number)?.accepting === true;
    if (!loaded(version) || !loaded(other)) return null;
    if (pairs === undefined) {
      pairs = new Map();
      this.#pairs.set(model, pairs);
    }
    if (pairs.size >= MAX_PAIRS) return null;
    const counter = (what: keyof typeof HELP) =>
      this.#metrics.counter(`scoregraph_side_by_side_${what}_total`, HELP[what], {
        ...{ model, version: String(version), other: String(other) },
      });
    const pair: Pair = {
      versions: [version, other],
      agreement: new Agreement(),
      rows: counter('rows'),
      agreements: counter('agreements'),
    };
    pairs.set(`${version}/${other}`, pair);
    return pair;
  }

  /** A version that leaves takes its pairs along. Series that have it as their `version` the registry takes away. */
  #forget(model: string, number: number): void {
    const pairs = this.#pairs.get(model);
    if (pairs === undefined) return;
    for (const [key, { versions }] of pairs) if (versions.includes(number)) pairs.delete(key);
    if (pairs.size === 0) this.#pairs.delete(model);
    this.#metrics.remove({ model, other: String(number) });
  }
}

/** What one operation was answered so far. */
class Operation {
  #seen = 0;
  /** Operations ask one model or two: a chain is less to make than a map. */
  #newest: Answers | null = null;

  /** Takes in a prediction. Answers what other versions said of the same question. */
  others(seen: Seen): readonly PredictionRecord[] {
    if (++this.#seen > MAX_PREDICTIONS) return NONE;
    const { model } = seen.prediction;
    for (let answers = this.#newest; answers !== null; answers = answers.next)
      if (answers.model === model) return answers.others(seen);
    this.#newest = new Answers(model, seen, this.#newest);
    return NONE;
  }
}

/** One question, and what each version said first: who asks a version the same twice hears the same. */
interface Asked extends Seen {
  readonly answers: PredictionRecord[];
}
interface Questions {
  readonly exact: Map<string | number, Asked[]>;
  /** By entity, the first few of each. */
  readonly near: Map<string, Asked[]>;
}

/** What one operation was answered by one model. */
class Answers {
  /** While one version alone answers there is nothing to look for. */
  readonly #waiting: Seen[];
  #questions: Questions | null = null;

  constructor(
    readonly model: string,
    first: Seen,
    readonly next: Answers | null,
  ) {
    this.#waiting = [first];
  }

  others(seen: Seen): readonly PredictionRecord[] {
    if (this.#questions !== null) return this.#place(seen, this.#questions);
    if (this.#waiting[0]!.prediction.version === seen.prediction.version) {
      this.#waiting.push(seen);
      return NONE;
    }
    this.#questions = { exact: new Map(), near: new Map() };
    for (const earlier of this.#waiting.splice(0)) this.#place(earlier, this.#questions);
    return this.#place(seen, this.#questions);
  }

  #place(seen: Seen, { exact, near }: Questions): readonly PredictionRecord[] {
    const { prediction, asked } = seen;
    const { entity, version } = prediction;
    const key = asked === undefined ? hashOf(prediction.features) : `${asked} ${entity}`;
    const mayBeNear = asked === undefined && entity !== TOLD;
    const question =
      exact.get(key)?.find((one) => sameQuestion(one, seen, 0, 0)) ??
      (mayBeNear ? near.get(entity)?.find((one) => sameQuestion(one, seen, NEAR, ROUNDING)) : undefined);
    if (question === undefined) {
      const fresh: Asked = { ...seen, answers: [prediction] };
      put(exact, key, fresh, Number.POSITIVE_INFINITY);
      if (mayBeNear) put(near, entity, fresh, MAX_NEAR);
      return NONE;
    }
    const { answers } = question;
    if (answers.some((answer) => answer.version === version)) return NONE;
    const others = [...answers];
    answers.push(prediction);
    return others;
  }
}

const NONE: readonly PredictionRecord[] = Object.freeze([]);

function put<K>(questions: Map<K, Asked[]>, key: K, question: Asked, most: number): void {
  const known = questions.get(key);
  if (known === undefined) questions.set(key, [question]);
  else if (known.length < most) known.push(question);
}

/** Whether two questions to a model are one: numbers may be apart by `near`, and by the share `rounding`. */
function sameQuestion(a: Seen, b: Seen, near: number, rounding: number): boolean {
  if (a.asked !== b.asked || a.prediction.entity !== b.prediction.entity) return false;
  if (a.asked !== undefined) return true;
  const [one, other] = [a.prediction.features, b.prediction.features];
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) {
    const value = one[i]!;
    if (!(Math.abs(value - other[i]!) <= near + rounding * Math.abs(value))) return false;
  }
  return true;
}

/** FNV-1a over the vector's bits, so that a thousand rows are not each compared with each. */
function hashOf(features: Float32Array): number {
  const bits = new Uint32Array(features.buffer, features.byteOffset, features.length);
  let hash = 0x811c9dc5;
  for (let i = 0; i < bits.length; i++) hash = Math.imul(hash ^ bits[i]!, 0x01000193);
  return hash;
}

const HELP = {
  rows: 'Rows that two versions were asked side by side, in one operation.',
  agreements: 'Rows that were asked side by side of which both versions said the same.',
} as const;
