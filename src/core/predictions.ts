/** One answer of one model version about one entity, as it is kept. */
export interface PredictionRecord {
  /** The predictionId; for an event-born prediction `derivedIdAt(event’s recordedAt, event id, model, version)`. */
  readonly id: string;
  readonly model: string;
  readonly version: number;
  /** Entity the prediction is about (a customer id). */
  readonly entity: string;
  /** Id of the event that caused it; null when a query did. */
  readonly eventId: string | null;
  /** Log position of that event; null when a query did. */
  readonly eventSeq: number | null;
  /** Milliseconds UTC. */
  readonly predictedAt: number;
  /** `occurredAt` of the newest event in the features; 0 when there was none. */
  readonly featuresAsOf: number;
  /** Name and version of the feature set, e.g. `fraud@1`. */
  readonly featureSet: string;
  /** The ordered vector the model saw (raw features, before the model's own scaling). */
  readonly features: Float32Array;
  /** Names of features that were missing and took their documented default. */
  readonly defaulted: readonly string[];
  /** What the model said, in the domain's own shape (JSON-encodable). */
  readonly output: unknown;
  /** The arm of the model's policy that it was made for; absent or null where no policy decided. */
  readonly arm?: string | null | undefined;
  /** Of a shadow: the id of the prediction that it was computed beside. */
  readonly shadowOf?: string | null | undefined;
  /** As it is read back: whether what it judged turned out to be fraud; absent or null while nobody has said. */
  readonly outcome?: boolean | null | undefined;
}

/** The arm of predictions that were computed beside the champion's and never answered. */
export const SHADOW_ARM = 'shadow';

/** What travels with a row to the engine and back. Remote engines carry it as headers. */
export interface RowContext {
  /** Monotonic milliseconds (see Clock.monotonic) after which the answer is of no use. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
  readonly priority: Priority;
  /** Who asks; for audit and fairness. */
  readonly principal: string;
  /** The door by which a person's question came; absent where the server asks by itself. */
  readonly door?: string | undefined;
  readonly traceId: string;
}
export type Priority = 'interactive' | 'bulk';
