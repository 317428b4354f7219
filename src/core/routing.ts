import type { MinorAmount } from './amount.js';

/** A value from `atLeast` on, below `below`; null leaves a bound out. */
export interface Bounds<T> {
  readonly atLeast: T | null;
  readonly below: T | null;
}

/** Something a rule asks. What is not known of a customer or of a question never fits. */
export type RoutingCondition =
  /** The segment last noted on the log is one of these. */
  | { readonly on: 'segment'; readonly values: readonly string[] }
  /** One of these customers: by `fingerprint`, so that no id outlives its customer's erasure. */
  | { readonly on: 'customer'; readonly values: readonly number[] }
  /** The customer's country is one of these. */
  | { readonly on: 'country'; readonly values: readonly string[] }
  /** A stored feature of the customer. */
  | ({ readonly on: 'feature'; readonly name: string } & Bounds<number>)
  /** The payment's category is one of these. */
  | { readonly on: 'category'; readonly values: readonly string[] }
  /** The payment's amount; one in another currency never fits. */
  | ({ readonly on: 'amount' } & Bounds<MinorAmount>);

/** Whom a policy is about: all conditions hold. Empty: everybody. */
export type RoutingRule = readonly RoutingCondition[];

/** What a rule may look at of the question itself; what is absent fits no condition. A payment is one. */
export interface RequestFacts {
  readonly category?: string;
  readonly amount?: MinorAmount;
  /** What the shares are drawn by where the question is about nobody; absent: the entity. */
  readonly key?: string;
}

/** A part of the traffic of a model, and the version that answers it. */
export interface RoutingArm {
  /** As predictions and metrics name it. */
  readonly name: string;
  readonly version: number;
  /** Share of the customers, 0 to 100. */
  readonly percent: number;
}

/** Who is answered by which version where nobody asks for one by name. */
export interface RoutingPolicy {
  /** `SPLIT`: arms make 100 %. `CANARY`: one arm; the champion answers the rest. `SHADOW`: the champion answers everybody. */
  readonly kind: 'CANARY' | 'SPLIT' | 'SHADOW';
  readonly arms: readonly RoutingArm[];
  /** Whom it is about; the champion answers the others. */
  readonly rule: RoutingRule;
  /** Computed beside the champion for this share of the customers, kept, and never answered. */
  readonly shadow: { readonly version: number; readonly percent: number } | null;
}

/** What must hold while a roll-out goes on. */
export interface RollOutGuards {
  /** Answers of the candidate that a step needs before it may end, and of each side before latency and scores are compared. */
  readonly minRows: number;
  /** Share of failed rows, 0 to 1. Broken when the 95 % confidence interval of the candidate's lies above it. */
  readonly maxErrorRate: number;
  /** p95 of the candidate's latency over the champion's. */
  readonly maxLatencyRatio: number;
  /** Population stability index of the candidate's scores against the champion's. */
  readonly maxPsi: number;
  /** Predictions with a known outcome that precision and recall are judged by, of each side, and that a step so guarded needs to end. */
  readonly minOutcomes: number;
  /** The least share of what is flagged that is fraud, and of fraud that is flagged, 0 to 1; null: not guarded. */
  readonly minPrecision: number | null;
  readonly minRecall: number | null;
  /** How much less than the champion's they may be, 0 to 1; null: not guarded. */
  readonly maxPrecisionDrop: number | null;
  readonly maxRecallDrop: number | null;
}

export type RollOutStatus = 'RUNNING' | 'PAUSED' | 'ABORTED' | 'ROLLED_BACK' | 'COMPLETED';

/** A version that is given more and more customers. */
export interface RollOut {
  readonly candidate: number;
  readonly status: RollOutStatus;
  /** Percentages, growing. */
  readonly steps: readonly number[];
  /** Which of them holds, from 0. */
  readonly step: number;
  /** How long each holds at least, ms. */
  readonly stepMs: number;
  /** Milliseconds UTC. */
  readonly stepStartedAt: number;
  readonly rule: RoutingRule;
  readonly guards: RollOutGuards;
  /** When the last step has held, the candidate becomes the champion. */
  readonly promote: boolean;
  /** Why it stands so. */
  readonly reason: string;
}
