import type { Clock } from '../core/clock.js';
import type {
  AlertEvent,
  EventSource,
  ModelStateChanged,
  ModelVersionState,
  SegmentChanged,
  Stored,
} from '../core/events.js';
import type { LatencyHistogram } from '../core/latency-histogram.js';
import type { AuditLog } from '../data/audit.js';
import type { Outcomes } from '../data/outcomes.js';
import type { EventLog, FeatureStore, PersonalData, PredictionHistory, PredictionLog } from '../data/ports.js';
import type { FraudDomain } from '../domains/fraud/fraud.js';
import type { GenericDomain } from '../domains/generic/generic.js';
import type { RecommendationsDomain } from '../domains/recommendations/recommendations.js';
import type { SegmentationDomain } from '../domains/segmentation/segmentation.js';
import type { CustomerState } from '../features/customer-state.js';
import type { Catalogue } from '../flows/catalogue.js';
import type { CustomerScoreWatch } from '../flows/customer-scores.js';
import type { CustomerErasure } from '../flows/erasure.js';
import type { FraudAlertWatch } from '../flows/fraud-alerts.js';
import type { Ingest } from '../flows/ingest.js';
import type { LiveStats } from '../flows/live-stats.js';
import type { LogBackedSource } from '../flows/log-stream.js';
import type { ModelOperations } from '../flows/model-operations.js';
import type { ModelPolicyState } from '../flows/model-policies.js';
import type { RecommendationWatch } from '../flows/recommendation-watch.js';
import type { Replays } from '../flows/replay.js';
import type { Rescoring } from '../flows/rescoring.js';
import type { RollOutOperations } from '../flows/roll-out-operations.js';
import type { PaymentScorer, ScoredPayment } from '../flows/scoring.js';
import type { SegmentWatch } from '../flows/segments.js';
import type { ShadowFacts } from '../flows/shadow.js';
import type { SideBySide } from '../flows/side-by-side.js';
import type { AliasState } from '../inference/aliases.js';
import type { ModelManifest, ModelVersionInfo } from '../inference/ports.js';
import type { VersionPassport } from '../inference/version-passport.js';

/** Everything the resolvers may call. Handed in by the composition root; nothing here knows GraphQL. */
export interface App {
  readonly clock: Clock;
  readonly customers: FeatureStore<CustomerState>;
  readonly catalogue: Catalogue;
  readonly events: EventLog;
  readonly predictions: PredictionLog;
  readonly history: PredictionHistory;
  readonly outcomes: Outcomes;
  readonly personal: PersonalData;
  readonly erasure: CustomerErasure;
  readonly audit: AuditLog;
  readonly fraud: FraudDomain;
  readonly segmentation: SegmentationDomain;
  readonly recommendations: RecommendationsDomain;
  /** Every other model. */
  readonly generic: GenericDomain;
  readonly ingest: Ingest;
  readonly scorer: PaymentScorer;
  readonly segmentWatch: SegmentWatch;
  readonly recommendationWatch: RecommendationWatch;
  readonly alerts: FraudAlertWatch;
  readonly customerScores: CustomerScoreWatch;
  readonly liveStats: LiveStats;
  readonly streams: {
    readonly scored: LogBackedSource<ScoredPayment>;
    readonly segments: LogBackedSource<Stored<SegmentChanged>>;
    readonly alerts: LogBackedSource<Stored<AlertEvent>>;
    readonly modelStates: LogBackedSource<Stored<ModelStateChanged>>;
  };
  readonly models: ModelDirectory;
  readonly schema: SchemaFeed;
  /** What a row of a version costs, in microseconds of compute time. */
  readonly rowMicroseconds: (model: string, version: number) => number;
  readonly trust: ModelTrust;
  readonly modelOperations: ModelOperations;
  readonly rollOuts: RollOutOperations;
  readonly rescoring: Rescoring;
  readonly replays: Replays;
  /** Who answers for a model, and how that goes. */
  readonly routing: {
    state(model: string): ModelPolicyState | null;
    arm(model: string, arm: string): { readonly rows: number; readonly errors: number; readonly p95Ms: number | null };
    /** How far a candidate's scores lie from the champion's (PSI); null while there are too few. */
    scoreShift(model: string): number | null;
    shadow(model: string): ShadowFacts | null;
  };
  /** Compares what versions say that one operation asks. */
  readonly sideBySide: Pick<SideBySide, 'saw' | 'facts'>;
  readonly engine: () => EngineFacts;
  readonly simulation: () => SimulationFacts | null;
  /** Source written on events that come through the graph. */
  readonly source: EventSource;
}

/** The schema that serves, as the graph tells of it. */
export interface SchemaFeed {
  readonly version: SchemaVersion;
  follow(signal?: AbortSignal): AsyncGenerator<SchemaVersion>;
  /** Accepts what a model would break. Answers why there is nothing to accept; null when it is done. */
  accept(model: string): Promise<string | null>;
}
export interface SchemaVersion {
  readonly sha256: string;
  /** Counts from 1. */
  readonly generation: number;
  /** Milliseconds UTC. */
  readonly changedAt: number;
  readonly models: readonly string[];
  readonly changes: readonly string[];
}

/** The registry as the graph shows it. */
export interface ModelDirectory {
  list(): readonly ModelFacts[];
  /** What the models folder holds that cannot be served. */
  problems(): readonly { readonly model: string; readonly reason: string; readonly message: string }[];
  get(name: string): ModelFacts | null;
  version(model: string, version: number): VersionFacts | null;
}
/** What somebody needs to know of a version before they let it decide. */
export interface ModelTrust {
  /** What the version's folder says of itself; null where that cannot be read. */
  passport(model: string, version: number): Promise<VersionPassport | null>;
  /** Bytes of its files, and what it takes while it is loaded, by estimate; null where there is no such version. */
  bytes(model: string, version: number): { readonly files: number; readonly memory: number } | null;
  /** Who moved an alias, when and why. */
  alias(model: string, alias: string): AliasState | null;
}
export interface ModelFacts {
  readonly name: string;
  readonly manifest: ModelManifest;
  readonly aliases: readonly { readonly name: string; readonly version: number }[];
  /** Ascending by number. */
  readonly versions: readonly VersionFacts[];
}
export interface VersionFacts {
  readonly model: string;
  readonly number: number;
  readonly state: ModelVersionState;
  readonly reason: string | null;
  /** Milliseconds UTC. */
  readonly stateChangedAt: number;
  readonly mode: string | null;
  readonly aliases: readonly string[];
  /** Null while the version could not be read. */
  readonly info: ModelVersionInfo | null;
  readonly statistics: VersionStatistics;
}
/** Counters since the version was loaded; times in seconds, summed. */
export interface VersionStatistics {
  readonly rows: number;
  readonly batches: number;
  readonly errors: number;
  /** Of a row, waiting included; absent of a version that is gone. */
  readonly latency?: LatencyHistogram;
  readonly queueSeconds: number;
  readonly computeSeconds: number;
}

export interface EngineFacts {
  readonly name: string;
  readonly version: string;
  readonly reason: string;
  readonly workers: number;
  readonly workersAlive: number;
}

/** What the simulated world knows to be true, against what the models said. */
export interface SimulationFacts {
  readonly customers: number;
  readonly transactionsScored: number;
  readonly truth: {
    readonly truePositives: number;
    readonly falsePositives: number;
    readonly falseNegatives: number;
    readonly trueNegatives: number;
    /** Null until something was flagged, or something fraudulent happened. */
    readonly precision: number | null;
    readonly recall: number | null;
  };
}
