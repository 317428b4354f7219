import type { FraudAlert } from '../core/events.js';
import type { RollOut, RoutingCondition, RoutingPolicy } from '../core/routing.js';
import type { AuditEntry } from '../data/audit.js';
import type { Contribution, Explanation } from '../domains/explanation/explanation.js';
import type { Segment } from '../domains/segmentation/segmentation.js';
import type { CustomerScores } from '../flows/customer-scores.js';
import type { ManifestFeature, TensorSpec } from '../inference/ports.js';
import type { VersionFacts } from './app.js';

/** What resolvers pass on for graph types that have no type of their own inside. */
export interface RankedItem {
  readonly itemId: string;
  readonly score: number;
  readonly rank: number;
}
export interface AliasNode {
  readonly name: string;
  readonly version: VersionFacts;
}
/** An explanation cut to its strongest contributions. */
export interface ExplanationNode extends Explanation {
  readonly rest: number;
}
export type ContributionNode = Contribution;
export type SegmentNode = Segment;
export type AlertNode = FraudAlert;
export type AuditEntryNode = AuditEntry;
export type CustomerScoresNode = CustomerScores;
export type TensorNode = TensorSpec & { readonly features?: readonly ManifestFeature[] };
/** An arm of a policy, and what it did. */
export interface ArmNode {
  readonly arm: string;
  /** Null where the alias champion means none. */
  readonly version: number | null;
  readonly percent: number;
  readonly rows: number;
  readonly errors: number;
  readonly p95Ms: number | null;
}
/** The policy that holds for a model, and who said so. */
export interface PolicyNode {
  readonly model: string;
  readonly policy: RoutingPolicy;
  readonly reason: string;
  readonly by: string;
  readonly changedAt: number;
}
export type ConditionNode = RoutingCondition;
export interface RollOutNode extends RollOut {
  readonly model: string;
}
/** What an arm did in the step that holds. */
export interface ArmFactsNode {
  readonly rollOut: RollOutNode;
  readonly arm: string;
  readonly rows: number;
  readonly errors: number;
  readonly p95Ms: number | null;
}
export interface ShadowNode {
  readonly model: string;
  readonly version: number;
  readonly percent: number;
}
