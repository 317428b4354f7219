import type { Clock } from '../core/clock.js';
import { uuidv7 } from '../core/ids.js';
import type { PredictionRecord } from '../core/predictions.js';
import type { PredictionLog } from '../data/ports.js';
import type { ModelVersionInfo } from '../inference/ports.js';

/** A prediction as a domain answers it: the record that may be kept, and whether it was. */
export interface Prediction<Output> extends PredictionRecord {
  readonly output: Output;
  /** `prediction(id)` and outcomes will find it. */
  readonly recorded: boolean;
}

/** The parts of a prediction a domain knows before it has an id. */
export interface PredictionDraft<Output> {
  readonly info: ModelVersionInfo;
  readonly entity: string;
  readonly featuresAsOf: number;
  readonly featureSet: string;
  readonly features: Float32Array;
  readonly defaulted: readonly string[];
  readonly output: Output;
}

/** Turns answers born of queries into predictions and keeps the share of them that the model's manifest asks for. */
export class QueryRecorder {
  readonly #log: Pick<PredictionLog, 'offer'>;
  readonly #clock: Clock;

  constructor(log: Pick<PredictionLog, 'offer'>, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Gives the draft its id and time, and offers it to the log when its id falls into the model's share. */
  record<Output>(draft: PredictionDraft<Output>): Prediction<Output> {
    const predictedAt = this.#clock.now();
    const id = uuidv7(predictedAt);
    const { info } = draft;
    const prediction = {
      id,
      model: info.model,
      version: info.version,
      entity: draft.entity,
      eventId: null,
      eventSeq: null,
      predictedAt,
      featuresAsOf: draft.featuresAsOf,
      featureSet: draft.featureSet,
      features: draft.features,
      defaulted: draft.defaulted,
      output: draft.output,
      recorded: false,
    };
    prediction.recorded = inShare(id, info.manifest.predictionLog) && this.#log.offer(prediction);
    return prediction;
  }
}

/** Whether an id falls into a share (0 … 1) of all ids: by its last 32 bits, so the same id always answers the same. */
export function inShare(id: string, share: number): boolean {
  if (share >= 1) return true;
  if (share <= 0) return false;
  return Number.parseInt(id.slice(-8), 16) < share * 2 ** 32;
}

/** Names of the features outside the range that the manifest states (the range seen in training). */
export function outOfRange(info: ModelVersionInfo, features: Float32Array): string[] {
  const specs = info.manifest.inputs[0]?.features ?? [];
  const names: string[] = [];
  for (let i = 0; i < specs.length && i < features.length; i++) {
    const { name, minimum, maximum } = specs[i]!;
    const value = features[i]!;
    if ((minimum !== undefined && value < minimum) || (maximum !== undefined && value > maximum)) names.push(name);
  }
  return names;
}
