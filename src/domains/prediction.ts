import type { Clock } from '../core/clock.js';
import { uuidv7 } from '../core/ids.js';
import type { PredictionRecord, RowContext } from '../core/predictions.js';
import type { RequestFacts } from '../core/routing.js';
import type { AuditLog } from '../data/audit.js';
import type { PredictionLog } from '../data/ports.js';
import type { ModelVersionInfo, Routed } from '../inference/ports.js';
import { sizeOf } from '../inference/shape.js';

/** A prediction as a domain answers it: the record that may be kept, and whether it was. */
export interface Prediction<Output> extends PredictionRecord {
  readonly output: Output;
  /** `prediction(id)` and outcomes will find it. */
  readonly recorded: boolean;
}

/** The parts of a prediction a domain knows before it has an id. */
export interface PredictionDraft<Output> {
  readonly routed: Routed;
  readonly entity: string;
  readonly featuresAsOf: number;
  readonly featureSet: string;
  /** The vector to be logged; asked for at most once, and its arrays must not change until then. */
  readonly features: () => Float32Array;
  readonly defaulted: readonly string[];
  readonly output: Output;
  /** What was known of the question when it was routed. */
  readonly request?: RequestFacts | undefined;
  /** Makes ready to ask another version the same; absent: it is asked about `features`. */
  readonly otherwise?: ((routed: Routed) => SecondOpinion) | undefined;
  /** What was asked about the entity, alike for every version; absent: `features` says it. */
  readonly asked?: string | undefined;
}

/** Asks another version what was asked before; nothing of it is recorded. @throws what `Inference.predict` throws. */
export type SecondOpinion = (context: RowContext) => Promise<{
  readonly output: unknown;
  /** The vector as that version would have logged it. */
  readonly features: Float32Array;
}>;
/** How the question of a prediction can be asked again. */
export type Question = Pick<PredictionDraft<unknown>, 'request' | 'otherwise' | 'asked'>;

/** Turns answers born of queries into predictions, notes who asked, and keeps the share of them that the model's manifest asks for. */
export class QueryRecorder {
  readonly #log: Pick<PredictionLog, 'offer'>;
  readonly #clock: Clock;
  readonly #audit: Pick<AuditLog, 'asked'>;

  readonly #made: (prediction: PredictionRecord, question: Question, asker: object) => void;

  /** `made`: told of each prediction, of what its question was, and of who asked; must be quick and must not throw. */
  constructor(
    log: Pick<PredictionLog, 'offer'>,
    clock: Clock,
    audit: Pick<AuditLog, 'asked'>,
    made: (prediction: PredictionRecord, question: Question, asker: object) => void = () => {},
  ) {
    this.#log = log;
    this.#clock = clock;
    this.#audit = audit;
    this.#made = made;
  }

  /** Makes the draft a prediction, and offers it to the log when it is drawn into the model's share. Every question's answer passes here. */
  record<Output>(draft: PredictionDraft<Output>, asker: Pick<RowContext, 'principal' | 'door'>): Prediction<Output> {
    const {
      routed: { info },
      entity,
    } = draft;
    const now = this.#clock.now();
    const prediction = new QueryPrediction(draft, now);
    prediction.recorded = Math.random() < info.manifest.predictionLog && this.#log.offer(plainRecord(prediction));
    const id = prediction.recorded ? prediction.id : null;
    this.#made(prediction, draft, asker);
    this.#audit.asked(asker, 'QUESTION', info.model, info.version, entity, now, id);
    return prediction;
  }
}

/** An answer born of a query. Its id and its logged vector are made when somebody looks at them: most are never looked at. */
class QueryPrediction<Output> implements Prediction<Output> {
  readonly eventId = null;
  readonly eventSeq = null;
  recorded = false;
  readonly #draft: PredictionDraft<Output>;
  #id: string | undefined;
  #features: Float32Array | undefined;

  constructor(
    draft: PredictionDraft<Output>,
    readonly predictedAt: number,
  ) {
    this.#draft = draft;
  }

  get id(): string {
    this.#id ??= uuidv7(this.predictedAt);
    return this.#id;
  }
  get features(): Float32Array {
    this.#features ??= this.#draft.features();
    return this.#features;
  }
  get model(): string {
    return this.#draft.routed.info.model;
  }
  get version(): number {
    return this.#draft.routed.version;
  }
  get entity(): string {
    return this.#draft.entity;
  }
  get featuresAsOf(): number {
    return this.#draft.featuresAsOf;
  }
  get featureSet(): string {
    return this.#draft.featureSet;
  }
  get defaulted(): readonly string[] {
    return this.#draft.defaulted;
  }
  get arm(): string | null {
    return this.#draft.routed.arm;
  }
  get output(): Output {
    return this.#draft.output;
  }
}

/** A prediction as a plain record, to be changed and kept. */
export const plainRecord = (p: PredictionRecord): PredictionRecord => ({
  id: p.id,
  model: p.model,
  version: p.version,
  entity: p.entity,
  eventId: p.eventId,
  eventSeq: p.eventSeq,
  predictedAt: p.predictedAt,
  featuresAsOf: p.featuresAsOf,
  featureSet: p.featureSet,
  features: p.features,
  defaulted: p.defaulted,
  output: p.output,
  arm: p.arm ?? null,
});

/** Names of the features, of all inputs one after the other, outside the range that the manifest states (the range seen in training). */
export function outOfRange(info: ModelVersionInfo, features: Float32Array): string[] {
  const names: string[] = [];
  let first = 0;
  for (const { features: specs = [], shape } of info.manifest.inputs) {
    for (let i = 0; i < specs.length && first + i < features.length; i++) {
      const { name, minimum, maximum } = specs[i]!;
      const value = features[first + i]!;
      if ((minimum !== undefined && value < minimum) || (maximum !== undefined && value > maximum)) names.push(name);
    }
    first += sizeOf(shape);
  }
  return names;
}
