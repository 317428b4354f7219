import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { CustomerNode, TransactionNode } from '../loaders.js';
import type { FraudPrediction } from '../../domains/fraud/fraud.js';
import type { SegmentPrediction } from '../../domains/segmentation/segmentation.js';
import type { RecommendationPrediction } from '../../domains/recommendations/recommendations.js';
import type { RankedItem, AlertNode, CustomerScoresNode, ExplanationNode, ContributionNode, SegmentNode, AliasNode, PolicyNode, RollOutNode, ArmFactsNode, ShadowNode, ConditionNode, ArmNode, AuditEntryNode, TensorNode } from '../mappers.js';
import type { CatalogueItem } from '../../flows/catalogue.js';
import type { ModelFacts, VersionFacts, VersionStatistics } from '../app.js';
import type { SideBySideFacts } from '../../flows/side-by-side.js';
import type { Principal } from '../../access/principal.js';
import type { ReplayState } from '../../flows/replay.js';
import type { ComparedFigures } from '../../flows/comparison.js';
import type { KnownOutcome, OutcomeCounts, ArmOutcomeCounts } from '../../data/outcomes.js';
import type { GraphContext } from '../context.js';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
export type MakeOptional<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]?: Maybe<T[SubKey]> };
export type MakeMaybe<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]: Maybe<T[SubKey]> };
export type MakeEmpty<T extends { [key: string]: unknown }, K extends keyof T> = { [_ in K]?: never };
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A position in a stream or list. Opaque, and valid only where it was issued. */
  Cursor: { input: string; output: string; }
  /** A calendar date, `2026-03-01`. */
  Date: { input: string; output: string; }
  /** A point in time, RFC 3339 with an offset: `2026-03-01T12:30:00Z`. Answers are in UTC. */
  DateTime: { input: number; output: number; }
  /** A decimal number in a string, `"12.50"`: exact, never a float. */
  Decimal: { input: string; output: string; }
  /** A whole number from 1 to 2147483647. */
  PositiveInt: { input: number; output: number; }
};

/** What became of `abortRollOut`. */
export type AbortRollOutPayload = {
  readonly __typename?: 'AbortRollOutPayload';
  /** The model as it is now; null when there is none of that name. */
  readonly model?: Maybe<Model>;
  /** Empty when it was done. */
  readonly userErrors: ReadonlyArray<ModelOperationError>;
};

/** What became of `acceptModelGraph`. */
export type AcceptModelGraphPayload = {
  readonly __typename?: 'AcceptModelGraphPayload';
  /** The schema that serves now. */
  readonly schemaVersion: SchemaVersion;
  /** Empty when it was done. */
  readonly userErrors: ReadonlyArray<ModelOperationError>;
};

/** What became of `acknowledgeFraudAlerts`. */
export type AcknowledgeFraudAlertsPayload = {
  readonly __typename?: 'AcknowledgeFraudAlertsPayload';
  /** How many were acknowledged by this call. */
  readonly acknowledgedCount?: Maybe<Scalars['Int']['output']>;
  /** In the order of the input, each as it is now; null where there is none of that id. */
  readonly alerts?: Maybe<ReadonlyArray<Maybe<FraudAlert>>>;
  /** One error for each alert that this call did not acknowledge. */
  readonly userErrors: ReadonlyArray<FraudAlertUserError>;
};

/** An amount within bounds. */
export type AmountBounds = {
  readonly __typename?: 'AmountBounds';
  /** The least that fits; null: no bound. */
  readonly atLeast?: Maybe<Money>;
  /** What no longer fits; null: no bound. */
  readonly below?: Maybe<Money>;
};

/** An amount within bounds, one of which may be left out. In the model's currency. */
export type AmountBoundsInput = {
  /** The least that fits. */
  readonly atLeast?: InputMaybe<MoneyInput>;
  /** What no longer fits, and all above. */
  readonly below?: InputMaybe<MoneyInput>;
};

/** How often one answer became another. */
export type AnswerChange = {
  readonly __typename?: 'AnswerChange';
  /** What the second said. */
  readonly after: Scalars['String']['output'];
  /** What the first said. */
  readonly before: Scalars['String']['output'];
  /** Of so many rows. */
  readonly rows: Scalars['Int']['output'];
};

/** What an arm did. */
export type ArmFacts = {
  readonly __typename?: 'ArmFacts';
  /** `canary` or `champion`. */
  readonly arm: Scalars['String']['output'];
  /** Rows that failed. */
  readonly errors: Scalars['Int']['output'];
  /** What its predictions of this step turned out to be, as far as that is known; also when it is over. */
  readonly outcomes: OutcomeFigures;
  /** p95 of its latency, milliseconds; null without answers. */
  readonly p95Ms?: Maybe<Scalars['Float']['output']>;
  /** Rows it was asked. */
  readonly rows: Scalars['Int']['output'];
};

/** How right one version was in one arm of a policy. */
export type ArmOutcomes = {
  readonly __typename?: 'ArmOutcomes';
  /** Which arm (`shadow`: computed beside the answer); null: no policy decided. */
  readonly arm?: Maybe<Scalars['String']['output']>;
  /** What it flagged, and what that turned out to be. */
  readonly figures: OutcomeFigures;
  /** Which version. */
  readonly version: Scalars['Int']['output'];
};

/** An arm of the policy that holds, and what it did since that was set, or since the roll-out's step began. */
export type ArmTraffic = {
  readonly __typename?: 'ArmTraffic';
  /** As predictions and metrics name it; `champion` for those that are in no arm. */
  readonly arm: Scalars['String']['output'];
  /** Rows that failed. */
  readonly errors: Scalars['Float']['output'];
  /** p95 of its latency, milliseconds; null without answers. */
  readonly p95Ms?: Maybe<Scalars['Float']['output']>;
  /** Share of the customers that it is to have. */
  readonly percent: Scalars['Float']['output'];
  /** Rows it was asked. Counted anew with each change: less than before means that. */
  readonly rows: Scalars['Float']['output'];
  /** The version that answers; null where the alias champion means none. */
  readonly version?: Maybe<Scalars['Int']['output']>;
};

/** One more thing about an action. */
export type AuditDetail = {
  readonly __typename?: 'AuditDetail';
  /** What it is. */
  readonly name: Scalars['String']['output'];
  /** What was said; JSON where it is not a text. */
  readonly value: Scalars['String']['output'];
};

/** Who did what, when, and about whom. */
export type AuditEntry = {
  readonly __typename?: 'AuditEntry';
  /** How many are counted in this entry. */
  readonly count: Scalars['Int']['output'];
  /** The customer's own key; null when it was about none, about several, or about one who was erased. */
  readonly customerId?: Maybe<Scalars['ID']['output']>;
  /** What else there is to say of an action, by name: how many items it had, what was filtered. */
  readonly details: ReadonlyArray<AuditDetail>;
  /** By which door: `http`, `ws`, … */
  readonly door?: Maybe<Scalars['String']['output']>;
  /** It was about a customer who was erased since. */
  readonly erased: Scalars['Boolean']['output'];
  /** When it happened; of several, the first. What one caller asks several models about a customer within a minute may be told with the time of the first of all. */
  readonly firstAt: Scalars['DateTime']['output'];
  /** The first counted prediction that the prediction log keeps, for `prediction(id)`. */
  readonly firstPredictionId?: Maybe<Scalars['ID']['output']>;
  /** What it is about. */
  readonly kind: AuditKind;
  /** Of several, the last; as `firstAt` where several models were asked. */
  readonly lastAt: Scalars['DateTime']['output'];
  /** The last counted prediction that the prediction log keeps. */
  readonly lastPredictionId?: Maybe<Scalars['ID']['output']>;
  /** The model that was asked; null where it is not about one. */
  readonly model?: Maybe<Scalars['String']['output']>;
  /** The root field, or what else was called; null for questions and readings. */
  readonly operation?: Maybe<Scalars['String']['output']>;
  /** `OK`, or the error code. */
  readonly outcome: Scalars['String']['output'];
  /** Who; null where nobody could be told. */
  readonly principal?: Maybe<Scalars['String']['output']>;
  /** Address of the client, where its door knows it. */
  readonly remoteAddress?: Maybe<Scalars['String']['output']>;
  /** Id of the call, which the server's log has too; of several refusals, that of the first. */
  readonly traceId?: Maybe<Scalars['String']['output']>;
  /** Its version; null where it is not about one, or a summary was read. */
  readonly version?: Maybe<Scalars['Int']['output']>;
};

/** A page of audit entries, newest first. */
export type AuditEntryConnection = {
  readonly __typename?: 'AuditEntryConnection';
  /** Entries with their cursors. */
  readonly edges?: Maybe<ReadonlyArray<Maybe<AuditEntryEdge>>>;
  /** The same entries without their cursors. */
  readonly nodes?: Maybe<ReadonlyArray<Maybe<AuditEntry>>>;
  /** Whether there is more on either side. */
  readonly pageInfo: PageInfo;
};

/** One audit entry in a page. */
export type AuditEntryEdge = {
  readonly __typename?: 'AuditEntryEdge';
  /** Position of this entry, for `after` and `before`. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The entry. */
  readonly node?: Maybe<AuditEntry>;
};

/** Which audit entries: all conditions that are given must hold. */
export type AuditFilter = {
  /** Only about this customer. */
  readonly customerId?: InputMaybe<Scalars['ID']['input']>;
  /** Only by this door: `http`, `ws`, … */
  readonly door?: InputMaybe<Scalars['String']['input']>;
  /** Only what happened at or after this time, at least in part. */
  readonly from?: InputMaybe<Scalars['DateTime']['input']>;
  /** Only of these kinds. */
  readonly kinds?: InputMaybe<ReadonlyArray<AuditKind>>;
  /** Only of this model. */
  readonly model?: InputMaybe<Scalars['String']['input']>;
  /** Only this operation: a root field of the graph, `eraseCustomer`, … */
  readonly operation?: InputMaybe<Scalars['String']['input']>;
  /** Only with this outcome: `OK`, or an error code. */
  readonly outcome?: InputMaybe<Scalars['String']['input']>;
  /** Only by this caller. */
  readonly principal?: InputMaybe<Scalars['String']['input']>;
  /** Only what began before this time. */
  readonly to?: InputMaybe<Scalars['DateTime']['input']>;
  /** Only of this version of the model: `model` must be given too. */
  readonly version?: InputMaybe<Scalars['PositiveInt']['input']>;
};

/** What an audit entry is about. */
export type AuditKind =
  /** A mutation, a subscription that was opened, or a stream of events: one entry each. */
  | 'ACTION'
  /** Entries that could not be kept: `count` of what `operation` names. */
  | 'LOSS'
  /** A model was run about somebody, and its answer given. Counted by the minute. */
  | 'QUESTION'
  /** A recorded prediction about somebody was shown. Counted by the minute. */
  | 'READING'
  /** Calls that were not let in. Counted by the minute. */
  | 'REFUSAL';

/** Whoever asked. */
export type Caller = {
  readonly __typename?: 'Caller';
  /** Whether this caller may hear of all customers; else of some. */
  readonly allCustomers: Scalars['Boolean']['output'];
  /** Name of the principal, as alerts, policies and the audit have it. */
  readonly id: Scalars['String']['output'];
  /** Roles, with those that they include. */
  readonly roles: ReadonlyArray<Role>;
};

/** A version for a share of the customers. The same customer always gets the same version; a larger share keeps who is in. */
export type CanaryInput = {
  /** Share of the customers, 0 to 100. */
  readonly percent: Scalars['Float']['input'];
  /** Only rows for which all of these hold take part; empty: everybody's. */
  readonly rule?: ReadonlyArray<RoutingConditionInput>;
  /** Which version; it must be AVAILABLE. */
  readonly version: Scalars['Int']['input'];
};

/** What became of `cancelReplay`. */
export type CancelReplayPayload = {
  readonly __typename?: 'CancelReplayPayload';
  /** The replay as it is now; null when it is not known. */
  readonly replay?: Maybe<Replay>;
  /** Empty when it was done. */
  readonly userErrors: ReadonlyArray<ReplayError>;
};

/** What lay between `after` and now has been sent; what follows is live. The first message of a stream without `after`. */
export type CaughtUp = StreamMessage & {
  readonly __typename?: 'CaughtUp';
  /** Position of the stream as it is now. */
  readonly cursor: Scalars['Cursor']['output'];
  /** How many messages were replayed. */
  readonly replayed: Scalars['Int']['output'];
};

/** How right two opinions of the same rows were: over the same payments, so that they can be compared figure by figure. */
export type ComparedOutcomes = {
  readonly __typename?: 'ComparedOutcomes';
  /** The first: version `a`, or what was said then. */
  readonly first: OutcomeFigures;
  /** The second: version `b`, or the one that was asked again. */
  readonly second: OutcomeFigures;
};

/** How two opinions of the same rows differ. */
export type ComparisonFigures = {
  readonly __typename?: 'ComparisonFigures';
  /** Share of them with the same decision, segment, first item or largest column; of single numbers those within 1 %. Null without rows. */
  readonly agreement?: Maybe<Scalars['Float']['output']>;
  /** How often one answer became another, most often first. */
  readonly changes: ReadonlyArray<AnswerChange>;
  /** Rows that one of them could not judge. */
  readonly failed: Scalars['Int']['output'];
  /** The largest, without sign. */
  readonly largestDifference?: Maybe<Scalars['Float']['output']>;
  /** The same without sign. */
  readonly meanAbsoluteDifference?: Maybe<Scalars['Float']['output']>;
  /** Mean of second score minus first; of a dropped-in model over all its numbers. */
  readonly meanDifference?: Maybe<Scalars['Float']['output']>;
  /** How right each was, of those rows whose outcome is known; null where none is. */
  readonly outcomes?: Maybe<ComparedOutcomes>;
  /** Population stability index of the second's scores against the first's. */
  readonly psi?: Maybe<Scalars['Float']['output']>;
  /** Of ranked lists: how alike they are; null for models that make none. */
  readonly ranking?: Maybe<RankAgreement>;
  /** Rows that both judged. */
  readonly rows: Scalars['Int']['output'];
};

/** How often a yes-or-no answer was right. */
export type ConfusionCounts = {
  readonly __typename?: 'ConfusionCounts';
  /** Not flagged, and fraud. */
  readonly falseNegatives: Scalars['Int']['output'];
  /** Flagged, and legitimate. */
  readonly falsePositives: Scalars['Int']['output'];
  /** Share of the flagged that was fraud; null until something was flagged. */
  readonly precision?: Maybe<Scalars['Float']['output']>;
  /** Share of the fraud that was flagged; null until there was fraud. */
  readonly recall?: Maybe<Scalars['Float']['output']>;
  /** Not flagged, and legitimate. */
  readonly trueNegatives: Scalars['Int']['output'];
  /** Flagged, and fraud. */
  readonly truePositives: Scalars['Int']['output'];
};

/** What one fact did to a score. */
export type Contribution = {
  readonly __typename?: 'Contribution';
  /** How much it moved the score, in the explanation's unit; above 0 it raised it. */
  readonly contribution: Scalars['Float']['output'];
  /** The features that say it, as the model saw them. */
  readonly features: ReadonlyArray<FeatureValue>;
  /** The item, where it is one. */
  readonly item?: Maybe<Item>;
  /** What it is about: `time of day`; for recommendations one of the customer's own items. */
  readonly name: Scalars['String']['output'];
  /** The fact in one sentence. */
  readonly sentence: Scalars['String']['output'];
};

/** Somebody the models know something about. */
export type Customer = Node & {
  readonly __typename?: 'Customer';
  /** Judges a payment in this customer's context without recording it. Null when the model cannot answer. */
  readonly assessTransaction?: Maybe<FraudAssessment>;
  /** Judges many such payments, each on its own, in the order given; null where one cannot be judged. At most 1,000. */
  readonly assessTransactions?: Maybe<ReadonlyArray<Maybe<FraudAssessment>>>;
  /** As told by `upsertCustomers`. */
  readonly birthDate?: Maybe<Scalars['Date']['output']>;
  /** As told by `upsertCustomers`. */
  readonly country?: Maybe<Scalars['String']['output']>;
  /** Your own key of the customer. */
  readonly customerId: Scalars['ID']['output'];
  /** Global id, opaque. `customerId` is your own key. */
  readonly id: Scalars['ID']['output'];
  /** What they may want next, best first. Null when the model cannot answer. */
  readonly recommendations?: Maybe<RecommendationList>;
  /** What kind of customer they are, by recency, frequency and value of their purchases. Null when the model cannot answer. */
  readonly segment?: Maybe<SegmentAssignment>;
  /** Part of the simulated world, not real. */
  readonly simulated: Scalars['Boolean']['output'];
  /** Their payments, newest first. */
  readonly transactions: TransactionConnection;
};


/** Somebody the models know something about. */
export type CustomerAssessTransactionArgs = {
  model?: InputMaybe<ModelSelector>;
  transaction: HypotheticalTransactionInput;
};


/** Somebody the models know something about. */
export type CustomerAssessTransactionsArgs = {
  model?: InputMaybe<ModelSelector>;
  transactions: ReadonlyArray<HypotheticalTransactionInput>;
};


/** Somebody the models know something about. */
export type CustomerRecommendationsArgs = {
  excludePurchased?: Scalars['Boolean']['input'];
  first?: Scalars['Int']['input'];
  model?: InputMaybe<ModelSelector>;
};


/** Somebody the models know something about. */
export type CustomerSegmentArgs = {
  model?: InputMaybe<ModelSelector>;
};


/** Somebody the models know something about. */
export type CustomerTransactionsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  before?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};

/** An erasure, as the log tells of it. Keep it with the request that it answers. */
export type CustomerErasure = {
  readonly __typename?: 'CustomerErasure';
  /** When. */
  readonly erasedAt: Scalars['DateTime']['output'];
  /** The erasure's own id: that of the event on the log. */
  readonly erasureId: Scalars['ID']['output'];
  /** Log entries that became tombstones. */
  readonly events: Scalars['Int']['output'];
  /** Predictions that were deleted. */
  readonly predictions: Scalars['Int']['output'];
  /** Told here and kept nowhere: without it nobody can tell whose erasure this was. Null when this call finished an erasure that was begun before. */
  readonly salt?: Maybe<Scalars['String']['output']>;
  /** What stands for the customer on the log: HMAC-SHA256 of their id under `salt`, in hex. */
  readonly subject: Scalars['String']['output'];
};

/** What is known about a customer. Fields left out keep their value. */
export type CustomerInput = {
  /** For the age among the fraud model's features. */
  readonly birthDate?: InputMaybe<Scalars['Date']['input']>;
  /** For recommendations before anything is known of their taste. */
  readonly country?: InputMaybe<Scalars['String']['input']>;
  /** When they became a customer. */
  readonly createdAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** Your key, at most 128 characters. */
  readonly customerId: Scalars['ID']['input'];
};

/** One thing that is held about a customer. */
export type CustomerRecord = {
  readonly __typename?: 'CustomerRecord';
  /** A JSON object on one line, as a line of the export has it. */
  readonly content: Scalars['String']['output'];
  /** What it is. */
  readonly kind: CustomerRecordKind;
};

/** A page of what is held about a customer, oldest first. */
export type CustomerRecordConnection = {
  readonly __typename?: 'CustomerRecordConnection';
  /** Records with their cursors. */
  readonly edges?: Maybe<ReadonlyArray<Maybe<CustomerRecordEdge>>>;
  /** The same records without their cursors. */
  readonly nodes?: Maybe<ReadonlyArray<Maybe<CustomerRecord>>>;
  /** Whether there is more. */
  readonly pageInfo: PageInfo;
};

/** One record in a page. */
export type CustomerRecordEdge = {
  readonly __typename?: 'CustomerRecordEdge';
  /** Position of this record, for `after`. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The record. */
  readonly node?: Maybe<CustomerRecord>;
};

/** What kind of thing is held. */
export type CustomerRecordKind =
  /** The customer, and their state as the features have it. */
  | 'CUSTOMER'
  /** An event of the log about them. */
  | 'EVENT'
  /** A recorded prediction about them, with the features that the model saw. */
  | 'PREDICTION';

/** One of the things that are said of a customer. */
export type CustomerScoreKind =
  /** A payment of theirs was scored. */
  | 'FRAUD'
  /** Their recommendations are others, or in another order. */
  | 'RECOMMENDATIONS'
  /** They belong to another segment. */
  | 'SEGMENT';

/** What all models say of one customer. A model that cannot answer makes its own field null, with the reason in `errors`. */
export type CustomerScores = {
  readonly __typename?: 'CustomerScores';
  /** What has moved since the message before; everything in the first. */
  readonly changed: ReadonlyArray<CustomerScoreKind>;
  /** Who. */
  readonly customer: Customer;
  /** The assessment of that payment, made on its arrival. */
  readonly fraud?: Maybe<FraudAssessment>;
  /** What they may want next. */
  readonly recommendations?: Maybe<RecommendationList>;
  /** Where they belong. */
  readonly segment?: Maybe<SegmentAssignment>;
  /** Their latest scored payment; null before the first. */
  readonly transaction?: Maybe<Transaction>;
};

/** How many payments got which decision. */
export type DecisionCounts = {
  readonly __typename?: 'DecisionCounts';
  /** Let pass. */
  readonly approve: Scalars['Int']['output'];
  /** Refused. */
  readonly decline: Scalars['Int']['output'];
  /** For a person to look at. */
  readonly review: Scalars['Int']['output'];
};

/** How messages of a log-backed stream are delivered. */
export type DeliveryInput = {
  /** Messages kept for a slow reader, 1 to 10,000; 1,000 when left out. */
  readonly capacity?: InputMaybe<Scalars['Int']['input']>;
  /** Most messages a second; what comes faster counts as not read in time. No limit when left out. */
  readonly maxRate?: InputMaybe<Scalars['Float']['input']>;
  /** What happens when they come faster than they are read. */
  readonly policy?: InputMaybe<DeliveryPolicy>;
};

/** What happens to messages that a subscriber does not read in time. */
export type DeliveryPolicy =
  /** Only the latest of each key is kept: a dashboard that wants the present, not the past. */
  | 'CONFLATE'
  /** The subscription ends with an error: a reader that must see everything comes back with `after`. */
  | 'DISCONNECT'
  /** The oldest go; `Lagged` says how many. */
  | 'DROP_OLDEST';

/** What computes the predictions. */
export type EngineInfo = {
  readonly __typename?: 'EngineInfo';
  /** `tensorflow` or `wasm`. */
  readonly name: Scalars['String']['output'];
  /** Why this one. */
  readonly reason: Scalars['String']['output'];
  /** Its version. */
  readonly version: Scalars['String']['output'];
  /** Worker threads wanted. */
  readonly workers: Scalars['Int']['output'];
  /** Worker threads running. */
  readonly workersAlive: Scalars['Int']['output'];
};

/** Why nothing was erased. */
export type EraseCustomerErrorCode =
  /** An argument is not as it must be. */
  | 'INVALID'
  /** Nothing is held about such a customer; they may have been erased before. */
  | 'NOT_FOUND';

/** What became of `eraseCustomer`. */
export type EraseCustomerPayload = {
  readonly __typename?: 'EraseCustomerPayload';
  /** What was erased; null when refused. */
  readonly erasure?: Maybe<CustomerErasure>;
  /** Why not; empty when it was. */
  readonly userErrors: ReadonlyArray<EraseCustomerUserError>;
};

/** A refusal to erase. */
export type EraseCustomerUserError = UserError & {
  readonly __typename?: 'EraseCustomerUserError';
  /** Why, as a code for programs. */
  readonly code: EraseCustomerErrorCode;
  /** Where in the arguments. */
  readonly field?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** What was expected, what came. */
  readonly message: Scalars['String']['output'];
};

/** A share with its 95 % confidence interval (Wilson). */
export type EstimatedShare = {
  readonly __typename?: 'EstimatedShare';
  /** Where it ends. */
  readonly high: Scalars['Float']['output'];
  /** Where the interval begins. */
  readonly low: Scalars['Float']['output'];
  /** As counted, 0 to 1. */
  readonly value: Scalars['Float']['output'];
};

/** The positions that the event log holds. */
export type EventLogRange = {
  readonly __typename?: 'EventLogRange';
  /** Of the newest event; 0 when there is none. */
  readonly head: Scalars['Float']['output'];
  /** Events up to here are gone by retention; 0 while all are there. */
  readonly horizon: Scalars['Float']['output'];
};

/** Why a prediction came out as it did: `baseline`, the contributions and `rest` add up to `score`. */
export type Explanation = {
  readonly __typename?: 'Explanation';
  /** The score of a typical input: the median of every feature over the training rows; for recommendations that of no items at all. */
  readonly baseline: Scalars['Float']['output'];
  /** The strongest contributions first, whichever their sign. */
  readonly contributions: ReadonlyArray<Contribution>;
  /** The sum of the contributions that are not listed. */
  readonly rest: Scalars['Float']['output'];
  /** The score that is explained, in `unit`. */
  readonly score: Scalars['Float']['output'];
  /** What is added up: `log-odds of fraud`, say. */
  readonly unit: Scalars['String']['output'];
};

/** A stored feature within bounds. */
export type FeatureBounds = {
  readonly __typename?: 'FeatureBounds';
  /** The least that fits; null: no bound. */
  readonly atLeast?: Maybe<Scalars['Float']['output']>;
  /** What no longer fits; null: no bound. */
  readonly below?: Maybe<Scalars['Float']['output']>;
  /** As docs/features.md has it. */
  readonly name: Scalars['String']['output'];
};

/** A stored feature within bounds, one of which may be left out. */
export type FeatureBoundsInput = {
  /** The least that fits. */
  readonly atLeast?: InputMaybe<Scalars['Float']['input']>;
  /** What no longer fits, and all above. */
  readonly below?: InputMaybe<Scalars['Float']['input']>;
  /** As docs/features.md has it: `customer@1/recency_days`. */
  readonly name: Scalars['String']['input'];
};

/** One number that a model looks at. */
export type FeatureSpec = {
  readonly __typename?: 'FeatureSpec';
  /** Taken when the fact is missing. */
  readonly default?: Maybe<Scalars['Float']['output']>;
  /** What it means. */
  readonly description: Scalars['String']['output'];
  /** Largest value seen in training. */
  readonly maximum?: Maybe<Scalars['Float']['output']>;
  /** Least value seen in training. */
  readonly minimum?: Maybe<Scalars['Float']['output']>;
  /** As in `defaultedFeatures` and `outOfRangeFeatures`. */
  readonly name: Scalars['String']['output'];
  /** Its unit; null where it has none. */
  readonly unit?: Maybe<Scalars['String']['output']>;
};

/** A feature and the value the model saw. */
export type FeatureValue = {
  readonly __typename?: 'FeatureValue';
  /** Its name in the feature set. */
  readonly name: Scalars['String']['output'];
  /** Its value, before the model's own scaling. */
  readonly value: Scalars['Float']['output'];
};

/**
 * A customer's payment looked like fraud. There is one at a time for each customer: raised when a payment's probability reaches the raise
 * threshold, cleared when a later one lies below the clear threshold.
 */
export type FraudAlert = Node & {
  readonly __typename?: 'FraudAlert';
  /** When somebody has seen to it; null while nobody has. */
  readonly acknowledgedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Who has; null while nobody has. */
  readonly acknowledgedBy?: Maybe<Scalars['String']['output']>;
  /** The alert's own id, for `acknowledgeFraudAlerts`. */
  readonly alertId: Scalars['ID']['output'];
  /** Why it was over; null before. */
  readonly clearReason?: Maybe<FraudAlertClearReason>;
  /** The probability below which a later payment clears it. */
  readonly clearThreshold: Scalars['Float']['output'];
  /** When it was over; null before. */
  readonly clearedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Whose payment. Null only when the customer was erased. */
  readonly customer?: Maybe<Customer>;
  /** The assessment that raised it. Null only when it is not kept any more. */
  readonly fraud?: Maybe<FraudAssessment>;
  /** Global id, for `node` and caches. */
  readonly id: Scalars['ID']['output'];
  /** What they said about it. */
  readonly note?: Maybe<Scalars['String']['output']>;
  /** The probability that the payment had to reach. */
  readonly raiseThreshold: Scalars['Float']['output'];
  /** When it was raised. */
  readonly raisedAt: Scalars['DateTime']['output'];
  /** Where it is. */
  readonly state: FraudAlertState;
  /** The payment that raised it. Null only when it was erased. */
  readonly transaction?: Maybe<Transaction>;
};

/** What became of an alert. */
export type FraudAlertChange =
  /** Somebody has seen to it. */
  | 'ACKNOWLEDGED'
  /** It is over. */
  | 'CLEARED'
  /** A payment reached the threshold. */
  | 'RAISED';

/** Something became of an alert. */
export type FraudAlertChanged = StreamMessage & {
  readonly __typename?: 'FraudAlertChanged';
  /** The alert as this change left it. */
  readonly alert: FraudAlert;
  /** What. */
  readonly change: FraudAlertChange;
  /** Position of this message. */
  readonly cursor: Scalars['Cursor']['output'];
};

/** Why an alert is over. */
export type FraudAlertClearReason =
  /** More than 10,000 alerts stood at once: the oldest made room. */
  | 'DISPLACED'
  /** A later payment of the customer lay below the clear threshold. */
  | 'PAYMENT_BELOW_THRESHOLD'
  /** The customer has paid nothing for the quiet time (`SCOREGRAPH_ALERT_QUIET_MINUTES`). */
  | 'QUIET';

/** A page of alerts, newest first. */
export type FraudAlertConnection = {
  readonly __typename?: 'FraudAlertConnection';
  /** Alerts with their cursors. */
  readonly edges?: Maybe<ReadonlyArray<Maybe<FraudAlertEdge>>>;
  /** The same alerts without their cursors. */
  readonly nodes?: Maybe<ReadonlyArray<Maybe<FraudAlert>>>;
  /** Whether there is more on either side. */
  readonly pageInfo: PageInfo;
};

/** One alert in a page. */
export type FraudAlertEdge = {
  readonly __typename?: 'FraudAlertEdge';
  /** Position of this alert, for `after` and `before`. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The alert. */
  readonly node?: Maybe<FraudAlert>;
};

/** Why an alert could not be acknowledged. */
export type FraudAlertErrorCode =
  /** Somebody was faster: `acknowledgedBy` of the alert says who. */
  | 'ALREADY_ACKNOWLEDGED'
  /** It is over. */
  | 'ALREADY_CLEARED'
  /** No alert has this id. */
  | 'NOT_FOUND';

/** A message of `fraudAlerts`. */
export type FraudAlertMessage = CaughtUp | FraudAlertChanged | Lagged;

/** Where an alert is between being raised and being cleared. */
export type FraudAlertState =
  /** Somebody has seen to it. */
  | 'ACKNOWLEDGED'
  /** Over: `clearReason` says why. */
  | 'CLEARED'
  /** Raised; nobody has said that they have seen to it. */
  | 'OPEN';

/** One alert that could not be acknowledged; the others were. */
export type FraudAlertUserError = UserError & {
  readonly __typename?: 'FraudAlertUserError';
  /** Why, as a code for programs. */
  readonly code: FraudAlertErrorCode;
  /** Where in the arguments: `["alertIds", "3"]`. */
  readonly field?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** What was expected, what came. */
  readonly message: Scalars['String']['output'];
};

/** How likely a payment is fraudulent. */
export type FraudAssessment = Node & Prediction & {
  readonly __typename?: 'FraudAssessment';
  /** The arm of the model's routing policy that it was made for; null where no policy decided. */
  readonly arm?: Maybe<Scalars['String']['output']>;
  /** What to do, by the version's own thresholds on `probability`. */
  readonly decision: FraudDecision;
  /** Features that were missing and took their documented default. */
  readonly defaultedFeatures: ReadonlyArray<Scalars['String']['output']>;
  /**
   * Why it came out so: the `top` strongest contributions, 1 to 50. Computed when it is asked for, behind everything interactive. Null when
   * it cannot be explained, because the version that answered is not loaded any more, say.
   */
  readonly explanation?: Maybe<Explanation>;
  /** Time of the newest event the features contain; the time of the answer where they contain none. */
  readonly featuresAsOf: Scalars['DateTime']['output'];
  /** The predictionId, by which outcomes are reported and `prediction` finds it. */
  readonly id: Scalars['ID']['output'];
  /** The version that answered. */
  readonly modelVersion: ModelVersion;
  /** Features outside the range the version was trained on: read its answer with care. */
  readonly outOfRangeFeatures: ReadonlyArray<Scalars['String']['output']>;
  /** What it turned out to be, as far as the prediction was recorded; null while nobody has said. */
  readonly outcome?: Maybe<Outcome>;
  /** When it answered. */
  readonly predictedAt: Scalars['DateTime']['output'];
  /** How likely the payment is fraudulent by this version, 0 to 1. */
  readonly probability: Scalars['Float']['output'];
  /** True: `prediction(id)` and outcomes will find it. */
  readonly recorded: Scalars['Boolean']['output'];
};


/** How likely a payment is fraudulent. */
export type FraudAssessmentExplanationArgs = {
  top?: Scalars['Int']['input'];
};

/** What to do with a payment. */
export type FraudDecision =
  /** Let it pass. */
  | 'APPROVE'
  /** Refuse it. */
  | 'DECLINE'
  /** Let a person look at it. */
  | 'REVIEW';

/** A payment that is only thought of. */
export type HypotheticalTransactionInput = {
  /** What would be paid, in the model's currency (`Model.currency`). */
  readonly amount: MoneyInput;
  /** Kind of merchant: `grocery_pos`, `shopping_net`, … */
  readonly category: Scalars['String']['input'];
  /** Whom the customer would pay. */
  readonly merchant: Scalars['String']['input'];
  /** When it would happen; now when left out. */
  readonly occurredAt?: InputMaybe<Scalars['DateTime']['input']>;
};

/** Why an item was refused. */
export type IngestErrorCode =
  /** This customer is being erased at the moment; afterwards the id is free for another one. */
  | 'BEING_ERASED'
  /** The id was recorded before with other content. */
  | 'DUPLICATE_WITH_OTHER_CONTENT'
  /** A field is not as it must be. */
  | 'INVALID'
  /** More than 5 minutes ahead of the server's clock. */
  | 'IN_FUTURE'
  /** Before 2000-01-01. */
  | 'TOO_OLD'
  /** No such customer: upsert them first. */
  | 'UNKNOWN_CUSTOMER'
  /** No such item: upsert it first. */
  | 'UNKNOWN_ITEM'
  /** No recorded prediction has this id. */
  | 'UNKNOWN_PREDICTION'
  /** No recorded payment has this id. */
  | 'UNKNOWN_TRANSACTION';

/** One refused item of a call; the others went in. */
export type IngestUserError = UserError & {
  readonly __typename?: 'IngestUserError';
  /** Why, as a code for programs. */
  readonly code: IngestErrorCode;
  /** Where in the arguments: `["transactions", "3", "amount"]`. */
  readonly field?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** What was expected, what came. */
  readonly message: Scalars['String']['output'];
};

/** Something a customer did with an item. */
export type InteractionInput = {
  /** Who; must be known. */
  readonly customerId: Scalars['ID']['input'];
  /** Your key, at most 128 characters; makes the call idempotent. */
  readonly interactionId: Scalars['ID']['input'];
  /** With what; must be in the recommender's vocabulary or upserted. */
  readonly itemId: Scalars['ID']['input'];
  /** What they did. */
  readonly kind: InteractionKind;
  /** When: after 2000-01-01 and at most 5 minutes ahead of the server's clock. */
  readonly occurredAt: Scalars['DateTime']['input'];
  /** Purchases with one orderId are one order; without it, purchases at the same instant are. */
  readonly orderId?: InputMaybe<Scalars['ID']['input']>;
  /** Credits the recommendation that led here; must have been recorded. */
  readonly predictionId?: InputMaybe<Scalars['ID']['input']>;
  /** Units bought. */
  readonly quantity?: Scalars['PositiveInt']['input'];
  /** Price of one unit, in the segmentation model's currency; left out, a purchase counts for recency and frequency only. */
  readonly unitPrice?: InputMaybe<MoneyInput>;
};

/** What somebody did with an item. */
export type InteractionKind =
  /** Put it into the basket. */
  | 'BASKET'
  /** Bought it. */
  | 'PURCHASE'
  /** Looked at it. */
  | 'VIEW';

/** Something that is sold. */
export type Item = Node & {
  readonly __typename?: 'Item';
  /** False: withdrawn from sale, never recommended. */
  readonly available: Scalars['Boolean']['output'];
  /** Global id. */
  readonly id: Scalars['ID']['output'];
  /** Your own key. */
  readonly itemId: Scalars['ID']['output'];
  /** For people. */
  readonly title: Scalars['String']['output'];
};

/** An item of the shop. */
export type ItemInput = {
  /** False withdraws it from sale. */
  readonly available?: Scalars['Boolean']['input'];
  /** Your key, at most 128 characters. */
  readonly itemId: Scalars['ID']['input'];
  /** For people, at most 500 characters. */
  readonly title: Scalars['String']['input'];
};

/** Why messages are missing. */
export type LagReason =
  /** Only the latest of each key was kept, as asked. */
  | 'CONFLATED'
  /** The log no longer holds them. */
  | 'RETENTION'
  /** This subscriber did not read fast enough: the oldest went. */
  | 'SLOW_CONSUMER';

/** Messages are missing here. */
export type Lagged = StreamMessage & {
  readonly __typename?: 'Lagged';
  /** Position of the last missing message. */
  readonly cursor: Scalars['Cursor']['output'];
  /** How many the filter would have passed; null when the log no longer knows. */
  readonly missed?: Maybe<Scalars['Int']['output']>;
  /** What made them go missing. */
  readonly reason: LagReason;
};

/** How long something took, in milliseconds; exact to about 10 %. Null where nothing happened in the window. */
export type LatencyQuantiles = {
  readonly __typename?: 'LatencyQuantiles';
  /** Half took no longer than this. */
  readonly p50Ms?: Maybe<Scalars['Float']['output']>;
  /** 99 of 100 took no longer than this. */
  readonly p99Ms?: Maybe<Scalars['Float']['output']>;
};

/** How the server is doing. Rates, counts and quantiles are of the window, the rest is of the moment. */
export type LiveStats = {
  readonly __typename?: 'LiveStats';
  /** When these figures were taken. */
  readonly at: Scalars['DateTime']['output'];
  /** What was decided on the payments. */
  readonly decisions: DecisionCounts;
  /** Where the event log stands. */
  readonly eventLog: EventLogRange;
  /** Each loaded version. */
  readonly models: ReadonlyArray<ModelLiveStats>;
  /** Rows computed, over all models: for payments, queries and subscriptions. */
  readonly predictionsPerSecond: Scalars['Float']['output'];
  /** Payments that wait for their score. */
  readonly scorerBacklog: Scalars['Int']['output'];
  /** From a payment on disk to its score on disk. */
  readonly scoringLatency: LatencyQuantiles;
  /** Subscriptions that are open. */
  readonly subscribers: Scalars['Int']['output'];
  /** Each model that has a version: who answers for it now. */
  readonly traffic: ReadonlyArray<ModelTraffic>;
  /** Payments scored. */
  readonly transactionsPerSecond: Scalars['Float']['output'];
  /** Length of the window that ends there, in seconds. */
  readonly windowSeconds: Scalars['Float']['output'];
};

/** What became of `loadModelVersion`. */
export type LoadModelVersionPayload = {
  readonly __typename?: 'LoadModelVersionPayload';
  /** The model as it is now; null when there is none of that name. */
  readonly model?: Maybe<Model>;
  /** Empty when it was done. */
  readonly userErrors: ReadonlyArray<ModelOperationError>;
};

/** A measured quality. */
export type Metric = {
  readonly __typename?: 'Metric';
  /** On which data. */
  readonly dataset: Scalars['String']['output'];
  /** `rocAuc`, `ndcg@10`, … */
  readonly name: Scalars['String']['output'];
  /** As measured when the version was made. */
  readonly value: Scalars['Float']['output'];
};

/** A model: a name, a signature, and versions of it. */
export type Model = Node & {
  readonly __typename?: 'Model';
  /** Names of versions; `champion` is the one that answers. */
  readonly aliases: ReadonlyArray<ModelAlias>;
  /** ISO 4217 code of its amounts; other currencies are refused. Null where it knows no amounts. */
  readonly currency?: Maybe<Scalars['String']['output']>;
  /** What it predicts, from what. */
  readonly description: Scalars['String']['output'];
  /** The engine it runs on: `tensorflow` or `wasm`. */
  readonly engine: Scalars['String']['output'];
  /** What became of it, the newest first: states of its versions, moves of aliases, changes of policy. As far as the event log reaches back. */
  readonly history: ReadonlyArray<ModelHistoryEntry>;
  /** Global id, for `node` and caches. */
  readonly id: Scalars['ID']['output'];
  /** The tensors it takes, with their features. */
  readonly inputs: ReadonlyArray<TensorSpec>;
  /** Its name, as its folder and its manifest say. */
  readonly name: Scalars['String']['output'];
  /**
   * How right its versions were, of the predictions whose outcome is known, by version and arm, newest version first. Fraud alone has
   * outcomes; other models have an empty list.
   */
  readonly outcomes: ReadonlyArray<ArmOutcomes>;
  /** The tensors it computes; one that is added to another is not answered on its own. */
  readonly outputs: ReadonlyArray<TensorSpec>;
  /** Who is answered by which version; null: the champion answers everybody. */
  readonly policy?: Maybe<RoutingPolicy>;
  /** The newest roll-out; null when there never was one. */
  readonly rollOut?: Maybe<RollOut>;
  /** Versions that one operation asked the same, counted while both were loaded; one entry for each two of them, at most 100. */
  readonly sideBySide: ReadonlyArray<SideBySideAgreement>;
  /** Every version in the folder, ascending. */
  readonly versions: ReadonlyArray<ModelVersion>;
};


/** A model: a name, a signature, and versions of it. */
export type ModelHistoryArgs = {
  first?: Scalars['Int']['input'];
};


/** A model: a name, a signature, and versions of it. */
export type ModelOutcomesArgs = {
  from?: InputMaybe<Scalars['DateTime']['input']>;
  to?: InputMaybe<Scalars['DateTime']['input']>;
};

/** A name for a version, which can move to another. */
export type ModelAlias = {
  readonly __typename?: 'ModelAlias';
  /** What it meant before, the newest last: where `rollBackModel` goes. */
  readonly before: ReadonlyArray<Scalars['Int']['output']>;
  /** When. */
  readonly changedAt: Scalars['DateTime']['output'];
  /** Who moved it last: a principal, or `system`. */
  readonly changedBy: Scalars['String']['output'];
  /** `champion`, `challenger`, … */
  readonly name: Scalars['String']['output'];
  /** Why; null where nobody said. */
  readonly reason?: Maybe<Scalars['String']['output']>;
  /** The version it means now. */
  readonly version: ModelVersion;
};

/** Where a version comes from, what it is for, and what it is not. */
export type ModelCard = {
  readonly __typename?: 'ModelCard';
  /** `tfjs-layers`, `tfjs-graph`, `tf-saved-model`. */
  readonly format: Scalars['String']['output'];
  /** What it is for; null where its card does not say. */
  readonly intendedUse?: Maybe<Scalars['String']['output']>;
  /** What it does not do, and where its answers mean little. */
  readonly limits: ReadonlyArray<Scalars['String']['output']>;
  /** What it was trained on; null where its card does not say. */
  readonly trainingData?: Maybe<TrainingData>;
};

/** Something that became of a model. */
export type ModelHistoryEntry = {
  readonly __typename?: 'ModelHistoryEntry';
  /** When. */
  readonly at: Scalars['DateTime']['output'];
  /** Who: a principal, or `system`. */
  readonly by: Scalars['String']['output'];
  /** What kind of thing. */
  readonly kind: ModelHistoryKind;
  /** Why; null where nobody said. */
  readonly reason?: Maybe<Scalars['String']['output']>;
  /** In words: `champion: 1 → 2`. */
  readonly text: Scalars['String']['output'];
  /** The versions it was about. */
  readonly versions: ReadonlyArray<Scalars['Int']['output']>;
};

/** What kind of thing became of a model. */
export type ModelHistoryKind =
  /** An alias came to mean another version. */
  | 'ALIAS'
  /** Another policy holds, or a roll-out went on. */
  | 'POLICY'
  /** A version went into another state. */
  | 'STATE';

/** What one version of a model does. */
export type ModelLiveStats = {
  readonly __typename?: 'ModelLiveStats';
  /** Half of the rows had their answer within this, waiting for the batch included, in milliseconds; null without rows. Exact to about 10 %. */
  readonly latencyP50Ms?: Maybe<Scalars['Float']['output']>;
  /** 99 of 100 had. */
  readonly latencyP99Ms?: Maybe<Scalars['Float']['output']>;
  /** Rows in a batch, on average; null without batches. */
  readonly meanBatchSize?: Maybe<Scalars['Float']['output']>;
  /** The model's name. */
  readonly model: Scalars['String']['output'];
  /** Rows that wait for a batch now. */
  readonly queueDepth: Scalars['Int']['output'];
  /** Rows computed. */
  readonly rowsPerSecond: Scalars['Float']['output'];
  /** Which version. */
  readonly version: Scalars['Int']['output'];
};

/** Why it was not done. */
export type ModelOperationError = UserError & {
  readonly __typename?: 'ModelOperationError';
  /** Why, as a code for programs. */
  readonly code: ModelOperationErrorCode;
  /** Which argument. */
  readonly field?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** What was expected, what came. */
  readonly message: Scalars['String']['output'];
};

/** Why something could not be done to a model. */
export type ModelOperationErrorCode =
  /** An alias cannot be called so, or there are too many. */
  | 'ALIAS_INVALID'
  /** The model has no such alias. */
  | 'ALIAS_NOT_FOUND'
  /** Something else is being done to this model: look what becomes of it, then try again. */
  | 'BUSY'
  /** There is no such category. */
  | 'CATEGORY_UNKNOWN'
  /** There is no such stored feature. */
  | 'FEATURE_UNKNOWN'
  /** The version could not be loaded; its `reason` says why. */
  | 'LOAD_FAILED'
  /** The version cannot answer. */
  | 'NOT_AVAILABLE'
  /** There is no such model or version. */
  | 'NOT_FOUND'
  /** The alias never meant another version. */
  | 'NO_EARLIER_VERSION'
  /** There is no roll-out, or it is not in the state for that. */
  | 'NO_ROLL_OUT'
  /** An alias names the version: move that first. */
  | 'PINNED'
  /** The policy or the roll-out cannot be so; the message says why. */
  | 'POLICY_INVALID'
  /** A roll-out says who answers: abort it first. */
  | 'ROLL_OUT_UNDER_WAY'
  /** There is no such segment. */
  | 'SEGMENT_UNKNOWN';

/** Something in the models folder that cannot be served. */
export type ModelProblem = {
  readonly __typename?: 'ModelProblem';
  /** What was expected, what was found. */
  readonly message: Scalars['String']['output'];
  /** Name of the model's folder; empty when it is the models folder itself. */
  readonly model: Scalars['String']['output'];
  /** A word for programs: `MANIFEST_INVALID`, `VERSION_NAME_INVALID`, … (docs/models.md). */
  readonly reason: Scalars['String']['output'];
};

/** Which version answers. Left out: what the router decides for this entity, usually the champion. */
export type ModelSelector =
  /** A version by alias: `champion`, `challenger`. */
  { readonly alias: Scalars['String']['input']; readonly version?: never; }
  |  /** A version by number. */
  { readonly alias?: never; readonly version: Scalars['Int']['input']; };

/** A version of a model went from one state to another. */
export type ModelStateChanged = StreamMessage & {
  readonly __typename?: 'ModelStateChanged';
  /** When. */
  readonly at: Scalars['DateTime']['output'];
  /** Position of this message. */
  readonly cursor: Scalars['Cursor']['output'];
  /** Whose version. */
  readonly model: Scalars['String']['output'];
  /** The version as it is now. Null when it is not in the models folder any more. */
  readonly modelVersion?: Maybe<ModelVersion>;
  /** Which version. */
  readonly number: Scalars['Int']['output'];
  /** Why; null when there is nothing to say. */
  readonly reason?: Maybe<Scalars['String']['output']>;
  /** The state it went into. */
  readonly state: ModelVersionState;
};

/** A message of `modelStateChanged`. */
export type ModelStateMessage = CaughtUp | Lagged | ModelStateChanged;

/** Counters of one version since it was loaded. */
export type ModelStatistics = {
  readonly __typename?: 'ModelStatistics';
  /** Batches they were computed in. */
  readonly batches: Scalars['Float']['output'];
  /** Rows that failed in the engine. */
  readonly errors: Scalars['Float']['output'];
  /** rows / batches. */
  readonly meanBatchSize: Scalars['Float']['output'];
  /** Mean time a batch took in the engine, milliseconds. */
  readonly meanComputeMs: Scalars['Float']['output'];
  /** Mean time a row waited for its batch, milliseconds. */
  readonly meanQueueMs: Scalars['Float']['output'];
  /** Rows computed. */
  readonly rows: Scalars['Float']['output'];
};

/** Who answers for a model now. */
export type ModelTraffic = {
  readonly __typename?: 'ModelTraffic';
  /** The policy's arms, the champion's rest last; none where no policy splits the customers. */
  readonly arms: ReadonlyArray<ArmTraffic>;
  /** When its aliases or its policy were last changed; null: never. Another time is the sign to ask for the model again. */
  readonly changedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The model's name. */
  readonly model: Scalars['String']['output'];
};

/** One trained version of a model. */
export type ModelVersion = Node & {
  readonly __typename?: 'ModelVersion';
  /** Its names. */
  readonly aliases: ReadonlyArray<Scalars['String']['output']>;
  /** What its `version.json` says about it; null where that cannot be read. */
  readonly card?: Maybe<ModelCard>;
  /** Name and version of its features, `fraud@1`. */
  readonly featureSet?: Maybe<Scalars['String']['output']>;
  /** What became of it, the newest first: its states, and the aliases and policies that named it. */
  readonly history: ReadonlyArray<ModelHistoryEntry>;
  /** Global id, for `node` and caches. */
  readonly id: Scalars['ID']['output'];
  /** What it takes while it is loaded, over all workers, by estimate; bytes. */
  readonly memoryBytes: Scalars['Float']['output'];
  /** How good it is, on what. */
  readonly metrics: ReadonlyArray<Metric>;
  /** How it runs: compiled SavedModel, eager, wasm; null while it is not loaded. */
  readonly mode?: Maybe<Scalars['String']['output']>;
  /** Whose version. */
  readonly model: Model;
  /** Versions are integers; the highest is the newest. */
  readonly number: Scalars['Int']['output'];
  /** Why it is in that state; null when there is nothing to say. */
  readonly reason?: Maybe<Scalars['String']['output']>;
  /** What a row of it costs, in microseconds: moving average of the compute time. 50 before anything was measured. */
  readonly rowMicroseconds: Scalars['Float']['output'];
  /**
   * SHA-256 over the list of its files: each name and hash, as `version.json` has them, in the order of names. Two versions with the same have the
   * same files. Null where `version.json` cannot be read. Each file is held against its hash before the version is loaded.
   */
  readonly sha256?: Maybe<Scalars['String']['output']>;
  /** Who vouches for it; null where `version.json` cannot be read. */
  readonly signature?: Maybe<VersionSignature>;
  /** Bytes of its files. */
  readonly sizeBytes: Scalars['Float']['output'];
  /** Where it is between folder and end. */
  readonly state: ModelVersionState;
  /** Since when. */
  readonly stateChangedAt: Scalars['DateTime']['output'];
  /** What it did since it was loaded. */
  readonly statistics: ModelStatistics;
  /** The data it was trained on. Figures of simulated data say so in their name. */
  readonly trainedOn?: Maybe<Scalars['String']['output']>;
};


/** One trained version of a model. */
export type ModelVersionHistoryArgs = {
  first?: Scalars['Int']['input'];
};

/** Where a version is between its folder and its end. */
export type ModelVersionState =
  /** It can answer. */
  | 'AVAILABLE'
  /** It does not serve: it was unloaded, or could not be loaded. `reason` says why. */
  | 'END'
  /** Its files are being checked, loaded and warmed. */
  | 'LOADING'
  /** Known, not looked at yet. */
  | 'START'
  /** It answers no more and gives its memory back. */
  | 'UNLOADING';

/** An amount of money, exact. */
export type Money = {
  readonly __typename?: 'Money';
  /** In major units: `"12.50"`. */
  readonly amount: Scalars['Decimal']['output'];
  /** ISO 4217 code: `USD`. */
  readonly currency: Scalars['String']['output'];
};

/** An amount of money, exact. */
export type MoneyInput = {
  /** In major units, with no more decimal places than the currency has: `"12.50"`. */
  readonly amount: Scalars['Decimal']['input'];
  /** ISO 4217 code: `USD`. A model takes amounts in its own currency only. */
  readonly currency: Scalars['String']['input'];
};

/** Where events come in. Acknowledged means on disk. */
export type Mutation = {
  readonly __typename?: 'Mutation';
  /** Gives everybody back to the champion. */
  readonly abortRollOut?: Maybe<AbortRollOutPayload>;
  /**
   * Lets the graph change as a model's manifest says, or loses a model whose folder is gone, although queries that were written for it will
   * fail. Durable. Without it such a manifest is refused, and `modelProblems` says what it would break.
   */
  readonly acceptModelGraph?: Maybe<AcceptModelGraphPayload>;
  /** Says that somebody has seen to alerts. At most 500. An acknowledged alert stays until it is cleared; none is raised beside it. */
  readonly acknowledgeFraudAlerts?: Maybe<AcknowledgeFraudAlertsPayload>;
  /** Ends a replay; what it found so far stays. */
  readonly cancelReplay?: Maybe<CancelReplayPayload>;
  /**
   * Erases a customer for good: their log entries become tombstones, predictions, features, alerts and what waits in memory are gone, and so is
   * what deleted rows leave in the files. Answers when all of it is on disk. Afterwards the id is free: whoever comes with it is another customer.
   */
  readonly eraseCustomer?: Maybe<EraseCustomerPayload>;
  /**
   * Loads a version, whatever the version policy says, until the server ends. It is tried in a process of its own, loaded beside those that
   * serve, and answers who asks for it by number; an alias decides what answers everybody else.
   */
  readonly loadModelVersion?: Maybe<LoadModelVersionPayload>;
  /** Stays at the step that holds, without judging it, until it is resumed. */
  readonly pauseRollOut?: Maybe<PauseRollOutPayload>;
  /** Records what customers looked at, put into their basket and bought. At most 1,000. Idempotent by interactionId. */
  readonly recordInteractions?: Maybe<RecordInteractionsPayload>;
  /**
   * Records card payments and scores each as it arrives. At most 1,000. Sending a transactionId again with the same content
   * answers the first record; with other content it is refused.
   */
  readonly recordTransactions?: Maybe<RecordTransactionsPayload>;
  /**
   * Records what payments turned out to be, when that is known: minutes or months later. At most 1,000. Of what was said about one the word
   * observed last holds; the same word again changes nothing, another one observed at the same moment is refused. See docs/outcomes.md.
   */
  readonly reportOutcomes?: Maybe<ReportOutcomesPayload>;
  /** Goes on; the step that was paused begins anew. */
  readonly resumeRollOut?: Maybe<ResumeRollOutPayload>;
  /** Lets an alias mean what it meant before its last move, which is loaded if need be. Again: one move further back. Durable. */
  readonly rollBackModel?: Maybe<RollBackModelPayload>;
  /** Lets an alias mean another version, which must be AVAILABLE. `champion` is what answers when nobody asks for another. Durable. */
  readonly setModelAlias?: Maybe<SetModelAliasPayload>;
  /** Says who is answered by which version where nobody asks for one by name. Durable, and holds at once. See docs/roll-out.md. */
  readonly setRoutingPolicy?: Maybe<SetRoutingPolicyPayload>;
  /**
   * What would this version have said? Asks it about the predictions that were logged in a time, in the background and behind everybody else.
   * Nothing of it is recorded; a restart ends it. Two run at once at most.
   */
  readonly startReplay?: Maybe<StartReplayPayload>;
  /**
   * Gives a version more and more customers, step by step, in place of the policy that holds. A broken guard gives everybody back to the
   * champion by itself. Durable.
   */
  readonly startRollOut?: Maybe<StartRollOutPayload>;
  /** Takes a version out of service until the server ends; who chose it before is still answered. A version that an alias names is not. */
  readonly unloadModelVersion?: Maybe<UnloadModelVersionPayload>;
  /** Creates customers, or changes what is known about them: fields left out keep their value. At most 1,000. */
  readonly upsertCustomers?: Maybe<UpsertCustomersPayload>;
  /** Creates items, renames them, or withdraws them from sale (withdrawn items are never recommended). At most 1,000. */
  readonly upsertItems?: Maybe<UpsertItemsPayload>;
};


/** Where events come in. Acknowledged means on disk. */
export type MutationAbortRollOutArgs = {
  model: Scalars['String']['input'];
  reason: Scalars['String']['input'];
};


/** Where events come in. Acknowledged means on disk. */
export type MutationAcceptModelGraphArgs = {
  model: Scalars['String']['input'];
};


/** Where events come in. Acknowledged means on disk. */
export type MutationAcknowledgeFraudAlertsArgs = {
  alertIds: ReadonlyArray<Scalars['ID']['input']>;
  note?: InputMaybe<Scalars['String']['input']>;
};


/** Where events come in. Acknowledged means on disk. */
export type MutationCancelReplayArgs = {
  id: Scalars['ID']['input'];
};


/** Where events come in. Acknowledged means on disk. */
export type MutationEraseCustomerArgs = {
  customerId: Scalars['ID']['input'];
  reason: Scalars['String']['input'];
};


/** Where events come in. Acknowledged means on disk. */
export type MutationLoadModelVersionArgs = {
  model: Scalars['String']['input'];
  version: Scalars['Int']['input'];
};


/** Where events come in. Acknowledged means on disk. */
export type MutationPauseRollOutArgs = {
  model: Scalars['String']['input'];
  reason: Scalars['String']['input'];
};


/** Where events come in. Acknowledged means on disk. */
export type MutationRecordInteractionsArgs = {
  interactions: ReadonlyArray<InteractionInput>;
};


/** Where events come in. Acknowledged means on disk. */
export type MutationRecordTransactionsArgs = {
  transactions: ReadonlyArray<TransactionInput>;
};


/** Where events come in. Acknowledged means on disk. */
export type MutationReportOutcomesArgs = {
  outcomes: ReadonlyArray<OutcomeInput>;
};


/** Where events come in. Acknowledged means on disk. */
export type MutationResumeRollOutArgs = {
  model: Scalars['String']['input'];
  reason: Scalars['String']['input'];
};


/** Where events come in. Acknowledged means on disk. */
export type MutationRollBackModelArgs = {
  alias?: Scalars['String']['input'];
  model: Scalars['String']['input'];
  reason: Scalars['String']['input'];
};


/** Where events come in. Acknowledged means on disk. */
export type MutationSetModelAliasArgs = {
  alias: Scalars['String']['input'];
  model: Scalars['String']['input'];
  reason: Scalars['String']['input'];
  version: Scalars['Int']['input'];
};


/** Where events come in. Acknowledged means on disk. */
export type MutationSetRoutingPolicyArgs = {
  model: Scalars['String']['input'];
  policy: RoutingPolicyInput;
  reason: Scalars['String']['input'];
};


/** Where events come in. Acknowledged means on disk. */
export type MutationStartReplayArgs = {
  from: Scalars['DateTime']['input'];
  model: Scalars['String']['input'];
  to: Scalars['DateTime']['input'];
  version: Scalars['Int']['input'];
};


/** Where events come in. Acknowledged means on disk. */
export type MutationStartRollOutArgs = {
  guards?: RollOutGuardsInput;
  model: Scalars['String']['input'];
  promote?: Scalars['Boolean']['input'];
  reason: Scalars['String']['input'];
  rule?: ReadonlyArray<RoutingConditionInput>;
  stepSeconds?: Scalars['Int']['input'];
  steps?: ReadonlyArray<Scalars['Float']['input']>;
  version: Scalars['Int']['input'];
};


/** Where events come in. Acknowledged means on disk. */
export type MutationUnloadModelVersionArgs = {
  model: Scalars['String']['input'];
  version: Scalars['Int']['input'];
};


/** Where events come in. Acknowledged means on disk. */
export type MutationUpsertCustomersArgs = {
  customers: ReadonlyArray<CustomerInput>;
};


/** Where events come in. Acknowledged means on disk. */
export type MutationUpsertItemsArgs = {
  items: ReadonlyArray<ItemInput>;
};

/** Anything that has a global id and can be fetched again with `node(id)`. */
export type Node = {
  /** Opaque and unique over all types. */
  readonly id: Scalars['ID']['output'];
};

/** What a payment turned out to be: of what was said about it, the word observed last. */
export type Outcome = {
  readonly __typename?: 'Outcome';
  /** Whether it was fraud. */
  readonly fraud: Scalars['Boolean']['output'];
  /** When that was found out. */
  readonly observedAt: Scalars['DateTime']['output'];
  /** When it was reported here. */
  readonly reportedAt: Scalars['DateTime']['output'];
  /** Part of the simulated world, not real. */
  readonly simulated: Scalars['Boolean']['output'];
};

/** What was flagged (positive: `REVIEW` or `DECLINE`, as it was decided then), against what it turned out to be. */
export type OutcomeFigures = {
  readonly __typename?: 'OutcomeFigures';
  /** Approved, and fraud. */
  readonly falseNegatives: Scalars['Int']['output'];
  /** Flagged, and none. */
  readonly falsePositives: Scalars['Int']['output'];
  /** Predictions whose outcome is known: the four together. */
  readonly outcomes: Scalars['Int']['output'];
  /** Of what was flagged the share that was fraud; null while nothing was. */
  readonly precision?: Maybe<EstimatedShare>;
  /** Of what was fraud the share that was flagged; null while nothing was. */
  readonly recall?: Maybe<EstimatedShare>;
  /** Approved, and none. */
  readonly trueNegatives: Scalars['Int']['output'];
  /** Flagged, and fraud. */
  readonly truePositives: Scalars['Int']['output'];
};

/** What is known of a payment, or of a prediction. */
export type OutcomeInput = {
  /** Whether it was fraud. */
  readonly fraud: Scalars['Boolean']['input'];
  /** When that was found out: after 2000-01-01 and at most 5 minutes ahead of the server's clock. */
  readonly observedAt: Scalars['DateTime']['input'];
  /** What it is about. */
  readonly subject: OutcomeSubject;
};

/** What an outcome is about. One of these. */
export type OutcomeSubject =
  /** A prediction of the fraud model that was recorded. Of one that a payment caused it is an outcome of that payment. */
  { readonly predictionId: Scalars['ID']['input']; readonly transactionId?: never; }
  |  /** A recorded payment, by your own key. It counts for every version that judged the payment, in every arm. */
  { readonly predictionId?: never; readonly transactionId: Scalars['ID']['input']; };

/** Where a page lies in its list, as the Relay connection specification has it. */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** Cursor of the last edge; null for an empty page. */
  readonly endCursor?: Maybe<Scalars['Cursor']['output']>;
  /** Whether `after: endCursor` would find more. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** Whether `before: startCursor` would find more. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the first edge; null for an empty page. */
  readonly startCursor?: Maybe<Scalars['Cursor']['output']>;
};

/** What became of `pauseRollOut`. */
export type PauseRollOutPayload = {
  readonly __typename?: 'PauseRollOutPayload';
  /** The model as it is now; null when there is none of that name. */
  readonly model?: Maybe<Model>;
  /** Empty when it was done. */
  readonly userErrors: ReadonlyArray<ModelOperationError>;
};

/** One answer of one model version about one entity. `id` is the predictionId. */
export type Prediction = {
  /** The arm of the model's routing policy that it was made for; null where no policy decided. */
  readonly arm?: Maybe<Scalars['String']['output']>;
  /** Features that were missing and took their documented default. */
  readonly defaultedFeatures: ReadonlyArray<Scalars['String']['output']>;
  /**
   * Why it came out so: the `top` strongest contributions, 1 to 50. Computed when it is asked for, behind everything interactive. Null when
   * it cannot be explained, because the version that answered is not loaded any more, say.
   */
  readonly explanation?: Maybe<Explanation>;
  /** Time of the newest event the features contain; the time of the answer where they contain none. */
  readonly featuresAsOf: Scalars['DateTime']['output'];
  /** The predictionId: outcomes reported later refer to it. */
  readonly id: Scalars['ID']['output'];
  /** The version that answered. */
  readonly modelVersion: ModelVersion;
  /** Features outside the range the version was trained on: read its answer with care. */
  readonly outOfRangeFeatures: ReadonlyArray<Scalars['String']['output']>;
  /** When it answered. */
  readonly predictedAt: Scalars['DateTime']['output'];
  /** True: `prediction(id)` and outcomes will find it. */
  readonly recorded: Scalars['Boolean']['output'];
};


/** One answer of one model version about one entity. `id` is the predictionId. */
export type PredictionExplanationArgs = {
  top?: Scalars['Int']['input'];
};

/** The predictions made in one stretch of time. */
export type PredictionBucket = {
  readonly __typename?: 'PredictionBucket';
  /** How many predictions were made in it. */
  readonly count: Scalars['Int']['output'];
  /** What was decided on payments in it; recorded answers about payments that were only thought of count too. */
  readonly decisions: DecisionCounts;
  /** Mean of fraud's `probability` and segmentation's `confidence`; null where the bucket has neither. */
  readonly meanScore?: Maybe<Scalars['Float']['output']>;
  /** When it begins. */
  readonly start: Scalars['DateTime']['output'];
};

/** A page of predictions, newest first. */
export type PredictionConnection = {
  readonly __typename?: 'PredictionConnection';
  /** Predictions with their cursors. */
  readonly edges?: Maybe<ReadonlyArray<Maybe<PredictionEdge>>>;
  /** The same predictions without their cursors. */
  readonly nodes?: Maybe<ReadonlyArray<Maybe<Prediction>>>;
  /** Whether there is more on either side. */
  readonly pageInfo: PageInfo;
};

/** One prediction in a page. */
export type PredictionEdge = {
  readonly __typename?: 'PredictionEdge';
  /** Position of this prediction, for `after` and `before`. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The prediction. */
  readonly node?: Maybe<Prediction>;
};

/** Which recorded predictions: all conditions that are given must hold. */
export type PredictionFilter = {
  /** Only about these customers, at most 100. Unknown ones have no predictions. */
  readonly customerIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Fraud only: with one of these decisions. */
  readonly decisions?: InputMaybe<ReadonlyArray<FraudDecision>>;
  /** Only those made at or after this time. */
  readonly from?: InputMaybe<Scalars['DateTime']['input']>;
  /** Fraud only: from this probability on, 0 to 1. */
  readonly minProbability?: InputMaybe<Scalars['Float']['input']>;
  /** Only this model's, by its name: `fraud`, `recommendations`, `segmentation`. */
  readonly model?: InputMaybe<Scalars['String']['input']>;
  /** Only those made before this time. */
  readonly to?: InputMaybe<Scalars['DateTime']['input']>;
};

/** Where everything is read from. */
export type Query = {
  readonly __typename?: 'Query';
  /**
   * Who asked which model about whom, and who did what, newest first. With everything up to this question, but for what the server could
   * not keep: entries of kind `LOSS` say how much that was.
   */
  readonly auditEntries: AuditEntryConnection;
  /** Who asks, and what they may: for pages that show what can be done here. */
  readonly caller: Caller;
  /**
   * What two versions say of the same rows: the newest logged predictions of the model, asked about again at bulk priority over the vectors that
   * were logged with them. Nothing of it is recorded.
   */
  readonly compareVersions?: Maybe<VersionComparison>;
  /** A customer by your own key; null and `NOT_FOUND` when unknown. */
  readonly customer?: Maybe<Customer>;
  /**
   * Everything held about a customer, oldest first: who they are and what the features know of them, then every event (alerts are events), then
   * every prediction with its features. Page on while `hasNextPage`; `scoregraph customers export` does that.
   */
  readonly customerRecords: CustomerRecordConnection;
  /** Many customers by your own keys, in the order asked for; null and `NOT_FOUND` where unknown. At most 500. */
  readonly customers: ReadonlyArray<Maybe<Customer>>;
  /** The engine that computes. */
  readonly engine: EngineInfo;
  /** Fraud alerts, newest first. */
  readonly fraudAlerts: FraudAlertConnection;
  /** One model by name; null and `NOT_FOUND` when there is none. */
  readonly model?: Maybe<Model>;
  /** What the models folder holds that cannot be served, and why. */
  readonly modelProblems: ReadonlyArray<ModelProblem>;
  /** Every model in the models folder that can be read. */
  readonly models: ReadonlyArray<Model>;
  /** Anything by its global id; null when there is no such thing. */
  readonly node?: Maybe<Node>;
  /** Many things by their global ids, in the order asked for; null where there is no such thing. At most 500. */
  readonly nodes: ReadonlyArray<Maybe<Node>>;
  /** A recorded prediction; null and `NOT_FOUND` when it was not recorded. */
  readonly prediction?: Maybe<Prediction>;
  /** Recorded predictions counted in buckets of equal length, oldest first, empty ones included. At most 1,000 buckets. */
  readonly predictionSeries: ReadonlyArray<PredictionBucket>;
  /** Recorded predictions, newest first. Read beside the writer: no page delays what is being recorded. */
  readonly predictions: PredictionConnection;
  /** What this operation costs, and what the caller may still spend. See docs/limits.md. */
  readonly rateLimit: RateLimit;
  /** A replay by id; null and `NOT_FOUND` when it is not known, or not any more. */
  readonly replay?: Maybe<Replay>;
  /** The schema that serves now. `GET /graphql/schema.graphql` answers its text. */
  readonly schemaVersion: SchemaVersion;
  /** The segments there are. */
  readonly segments: ReadonlyArray<Segment>;
  /** The simulated world; null when it is switched off. */
  readonly simulation?: Maybe<Simulation>;
  /** A recorded payment by your own key; null and `NOT_FOUND` when unknown. */
  readonly transaction?: Maybe<Transaction>;
  /** Recorded payments, newest first, in the order they were recorded. */
  readonly transactions: TransactionConnection;
};


/** Where everything is read from. */
export type QueryAuditEntriesArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  before?: InputMaybe<Scalars['Cursor']['input']>;
  filter?: InputMaybe<AuditFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/** Where everything is read from. */
export type QueryCompareVersionsArgs = {
  a: Scalars['Int']['input'];
  b: Scalars['Int']['input'];
  model: Scalars['String']['input'];
  rows?: Scalars['Int']['input'];
};


/** Where everything is read from. */
export type QueryCustomerArgs = {
  customerId: Scalars['ID']['input'];
};


/** Where everything is read from. */
export type QueryCustomerRecordsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  customerId: Scalars['ID']['input'];
  first?: Scalars['Int']['input'];
};


/** Where everything is read from. */
export type QueryCustomersArgs = {
  customerIds: ReadonlyArray<Scalars['ID']['input']>;
};


/** Where everything is read from. */
export type QueryFraudAlertsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  before?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  states?: InputMaybe<ReadonlyArray<FraudAlertState>>;
};


/** Where everything is read from. */
export type QueryModelArgs = {
  name: Scalars['String']['input'];
};


/** Where everything is read from. */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


/** Where everything is read from. */
export type QueryNodesArgs = {
  ids: ReadonlyArray<Scalars['ID']['input']>;
};


/** Where everything is read from. */
export type QueryPredictionArgs = {
  id: Scalars['ID']['input'];
};


/** Where everything is read from. */
export type QueryPredictionSeriesArgs = {
  bucketSeconds: Scalars['PositiveInt']['input'];
  filter?: InputMaybe<PredictionFilter>;
  from: Scalars['DateTime']['input'];
  to: Scalars['DateTime']['input'];
};


/** Where everything is read from. */
export type QueryPredictionsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  before?: InputMaybe<Scalars['Cursor']['input']>;
  filter?: InputMaybe<PredictionFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/** Where everything is read from. */
export type QueryReplayArgs = {
  id: Scalars['ID']['input'];
};


/** Where everything is read from. */
export type QuerySegmentsArgs = {
  model?: InputMaybe<ModelSelector>;
};


/** Where everything is read from. */
export type QueryTransactionArgs = {
  transactionId: Scalars['ID']['input'];
};


/** Where everything is read from. */
export type QueryTransactionsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  before?: InputMaybe<Scalars['Cursor']['input']>;
  filter?: InputMaybe<TransactionFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};

/** How alike ranked lists are: means over the rows, from 0 (nothing in common) to 1 (the same). */
export type RankAgreement = {
  readonly __typename?: 'RankAgreement';
  /** Items in both, of the items in either (Jaccard index). */
  readonly jaccard: Scalars['Float']['output'];
  /** Share of the k items of each list that the other has too (overlap@k). */
  readonly overlap: Scalars['Float']['output'];
  /** What stands further up counts more: rank-biased overlap, extrapolated, p = 0.9 (Webber, Moffat, Zobel 2010). */
  readonly rankBiasedOverlap: Scalars['Float']['output'];
};

/** A caller's budget, in milliseconds of model time. Null where the caller has no limit. */
export type RateLimit = {
  readonly __typename?: 'RateLimit';
  /** What this operation was charged. */
  readonly cost: Scalars['Float']['output'];
  /** Most that can be saved up. */
  readonly limit?: Maybe<Scalars['Float']['output']>;
  /** How much comes back each second. */
  readonly perSecond?: Maybe<Scalars['Float']['output']>;
  /** What is left now; below 0 what streams have spent ahead. */
  readonly remaining?: Maybe<Scalars['Float']['output']>;
  /** When everything is back if nothing more is spent. */
  readonly resetAt?: Maybe<Scalars['DateTime']['output']>;
  /** `limit` minus `remaining`. */
  readonly used?: Maybe<Scalars['Float']['output']>;
};

/** What a list is based on. */
export type RecommendationBasis =
  /** The customer's own latest interactions. */
  | 'PERSONAL'
  /** Nothing is known of the customer's taste: popular with everybody. */
  | 'POPULAR'
  /** Nothing is known of the customer's taste: popular in their country. */
  | 'POPULAR_IN_COUNTRY';

/** A ranked answer, not a list that grows: no connection. */
export type RecommendationList = Node & Prediction & {
  readonly __typename?: 'RecommendationList';
  /** The arm of the model's routing policy that it was made for; null where no policy decided. */
  readonly arm?: Maybe<Scalars['String']['output']>;
  /** What the list is based on. */
  readonly basis: RecommendationBasis;
  /** Features that were missing and took their documented default. */
  readonly defaultedFeatures: ReadonlyArray<Scalars['String']['output']>;
  /**
   * Why it came out so: the `top` strongest contributions, 1 to 50. Computed when it is asked for, behind everything interactive. Null when
   * it cannot be explained, because the version that answered is not loaded any more, say.
   */
  readonly explanation?: Maybe<Explanation>;
  /** Time of the newest event the features contain; the time of the answer where they contain none. */
  readonly featuresAsOf: Scalars['DateTime']['output'];
  /** The predictionId: pass it with interactions it led to. */
  readonly id: Scalars['ID']['output'];
  /** Best first. */
  readonly items: ReadonlyArray<RecommendedItem>;
  /** The version that answered. */
  readonly modelVersion: ModelVersion;
  /** Features outside the range the version was trained on. */
  readonly outOfRangeFeatures: ReadonlyArray<Scalars['String']['output']>;
  /** When it answered. */
  readonly predictedAt: Scalars['DateTime']['output'];
  /** The same as one sentence for the person who reads the list. */
  readonly reason: Scalars['String']['output'];
  /** True: `prediction(id)` and outcomes will find it. */
  readonly recorded: Scalars['Boolean']['output'];
};


/** A ranked answer, not a list that grows: no connection. */
export type RecommendationListExplanationArgs = {
  top?: Scalars['Int']['input'];
};

/** One place of a ranked list. */
export type RecommendedItem = {
  readonly __typename?: 'RecommendedItem';
  /** What. */
  readonly item: Item;
  /** 1 is best. */
  readonly rank: Scalars['Int']['output'];
  /** The model's score: comparable within one list only. */
  readonly score: Scalars['Float']['output'];
};

/** What became of `recordInteractions`. */
export type RecordInteractionsPayload = {
  readonly __typename?: 'RecordInteractionsPayload';
  /** How many are on disk, repeated ones included. */
  readonly acceptedCount?: Maybe<Scalars['Int']['output']>;
  /** Everything up to here is on disk; null when nothing was accepted. */
  readonly durableThrough?: Maybe<Scalars['Cursor']['output']>;
  /** One error for each item that was refused; the others went in. */
  readonly userErrors: ReadonlyArray<IngestUserError>;
};

/** What became of `recordTransactions`. */
export type RecordTransactionsPayload = {
  readonly __typename?: 'RecordTransactionsPayload';
  /** How many are on disk, repeated ones included. */
  readonly acceptedCount?: Maybe<Scalars['Int']['output']>;
  /** Everything up to here is on disk; null when nothing was accepted. */
  readonly durableThrough?: Maybe<Scalars['Cursor']['output']>;
  /** In the order of the input; null where refused. A repeated id answers its first record. */
  readonly transactions?: Maybe<ReadonlyArray<Maybe<Transaction>>>;
  /** One error for each item that was refused; the others went in. */
  readonly userErrors: ReadonlyArray<IngestUserError>;
};

/** Logged predictions asked about once more. */
export type Replay = {
  readonly __typename?: 'Replay';
  /** Predictions asked about. */
  readonly done: Scalars['Int']['output'];
  /** How this version differs from what was said then. */
  readonly figures: ComparisonFigures;
  /** Predictions made from here on. */
  readonly from: Scalars['DateTime']['output'];
  /** For `replay`, `replayProgress` and `cancelReplay`. */
  readonly id: Scalars['ID']['output'];
  /** Whose predictions. */
  readonly model: Scalars['String']['output'];
  /** Why it failed. */
  readonly reason?: Maybe<Scalars['String']['output']>;
  /** Where it stands. */
  readonly status: ReplayStatus;
  /** Before here. */
  readonly to: Scalars['DateTime']['output'];
  /** Predictions in that time. */
  readonly total: Scalars['Int']['output'];
  /** Which version is asked. */
  readonly version: Scalars['Int']['output'];
};

/** Why it was not done. */
export type ReplayError = UserError & {
  readonly __typename?: 'ReplayError';
  /** Why, as a code for programs. */
  readonly code: ReplayErrorCode;
  /** Which argument. */
  readonly field?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** What was expected, what came. */
  readonly message: Scalars['String']['output'];
};

/** Why a replay was not started or ended. */
export type ReplayErrorCode =
  /** Two are running. */
  | 'BUSY'
  /** The version cannot answer. */
  | 'NOT_AVAILABLE'
  /** There is no such model, version or replay. */
  | 'NOT_FOUND'
  /** The time is none. */
  | 'RANGE_INVALID';

/** Where a replay stands. */
export type ReplayStatus =
  /** Somebody ended it, or the server did. */
  | 'CANCELLED'
  /** All was asked. */
  | 'COMPLETED'
  /** It could not go on; `reason` says why. */
  | 'FAILED'
  /** It goes on. */
  | 'RUNNING';

/** What became of `reportOutcomes`. */
export type ReportOutcomesPayload = {
  readonly __typename?: 'ReportOutcomesPayload';
  /** How many are on disk, repeated ones included. */
  readonly acceptedCount?: Maybe<Scalars['Int']['output']>;
  /** Everything up to here is on disk; null when nothing was accepted. */
  readonly durableThrough?: Maybe<Scalars['Cursor']['output']>;
  /** One error for each item that was refused; the others went in. */
  readonly userErrors: ReadonlyArray<IngestUserError>;
};

/** What became of `resumeRollOut`. */
export type ResumeRollOutPayload = {
  readonly __typename?: 'ResumeRollOutPayload';
  /** The model as it is now; null when there is none of that name. */
  readonly model?: Maybe<Model>;
  /** Empty when it was done. */
  readonly userErrors: ReadonlyArray<ModelOperationError>;
};

/** What a caller may do. Roles include others: `SCORER` and `OPERATOR` may do what `VIEWER` may, `ADMIN` everything. */
export type Role =
  /** Everything; and what concerns people: audit, export, erasure. */
  | 'ADMIN'
  /** Bring events in. */
  | 'INGESTER'
  /** Run the server: models, alerts, metrics. */
  | 'OPERATOR'
  /** Ask for new predictions. */
  | 'SCORER'
  /** Read what is recorded, and watch it live. */
  | 'VIEWER';

/** What became of `rollBackModel`. */
export type RollBackModelPayload = {
  readonly __typename?: 'RollBackModelPayload';
  /** The model as it is now; null when there is none of that name. */
  readonly model?: Maybe<Model>;
  /** Empty when it was done. */
  readonly userErrors: ReadonlyArray<ModelOperationError>;
};

/** A version that is given more and more customers. */
export type RollOut = {
  readonly __typename?: 'RollOut';
  /** What the candidate did in this step, and the champion beside it. All 0 when it is over. */
  readonly arms: ReadonlyArray<ArmFacts>;
  /** What must hold meanwhile. */
  readonly guards: RollOutGuards;
  /** Its percentage. */
  readonly percent: Scalars['Float']['output'];
  /** Whether the version becomes the champion when the last step has held. */
  readonly promote: Scalars['Boolean']['output'];
  /** Population stability index of the candidate's scores against the champion's in this step, which `maxPsi` guards; null before either has 200. */
  readonly psi?: Maybe<Scalars['Float']['output']>;
  /** Why it stands so: the guard that was broken, say. */
  readonly reason: Scalars['String']['output'];
  /** Whom it is about: all of these must hold. Empty: everybody. */
  readonly rule: ReadonlyArray<RoutingCondition>;
  /** Where it stands. */
  readonly status: RollOutStatus;
  /** Which of them holds, or held last, from 0. */
  readonly step: Scalars['Int']['output'];
  /** How long each step holds at least. */
  readonly stepSeconds: Scalars['Float']['output'];
  /** When that step began. */
  readonly stepStartedAt: Scalars['DateTime']['output'];
  /** Percentages of the customers. */
  readonly steps: ReadonlyArray<Scalars['Float']['output']>;
  /** Which version. */
  readonly version: Scalars['Int']['output'];
};

/** What must hold while a roll-out goes on. Broken: everybody goes back to the champion. */
export type RollOutGuards = {
  readonly __typename?: 'RollOutGuards';
  /** Share of failed rows, 0 to 1; broken when the 95 % confidence interval lies above it. */
  readonly maxErrorRate: Scalars['Float']['output'];
  /** p95 of the latency over the champion's. */
  readonly maxLatencyRatio: Scalars['Float']['output'];
  /** How much less precise than the champion it may be; null: not guarded. */
  readonly maxPrecisionDrop?: Maybe<Scalars['Float']['output']>;
  /** Population stability index of the scores against the champion's. */
  readonly maxPsi: Scalars['Float']['output'];
  /** How much less fraud than the champion it may find; null: not guarded. */
  readonly maxRecallDrop?: Maybe<Scalars['Float']['output']>;
  /** Outcomes of each side before precision and recall are judged. */
  readonly minOutcomes: Scalars['Int']['output'];
  /** Share of what the version flags that must be fraud; null: not guarded. */
  readonly minPrecision?: Maybe<Scalars['Float']['output']>;
  /** Share of fraud that the version must flag; null: not guarded. */
  readonly minRecall?: Maybe<Scalars['Float']['output']>;
  /** Answers a step needs before it may end, and before latency and scores are compared. */
  readonly minRows: Scalars['Int']['output'];
};

/** What must hold while a roll-out goes on. Broken: everybody goes back to the champion. */
export type RollOutGuardsInput = {
  /** Share of failed rows, 0 to 1; broken when the 95 % confidence interval lies above it. */
  readonly maxErrorRate?: Scalars['Float']['input'];
  /** p95 of the latency over the champion's; less than 5 ms more never breaks it. */
  readonly maxLatencyRatio?: Scalars['Float']['input'];
  /** How much less precise than the champion it may be; broken when the 95 % confidence interval of the difference lies above. Null: not guarded. */
  readonly maxPrecisionDrop?: InputMaybe<Scalars['Float']['input']>;
  /** Population stability index of the scores against the champion's. */
  readonly maxPsi?: Scalars['Float']['input'];
  /** How much less fraud than the champion it may find; broken when the 95 % confidence interval of the difference lies above. Null: not guarded. */
  readonly maxRecallDrop?: InputMaybe<Scalars['Float']['input']>;
  /** Outcomes of each side before precision and recall are judged, and of the candidate before a step with such a guard may end; 1 to 100,000. */
  readonly minOutcomes?: Scalars['Int']['input'];
  /** Share of what the version flags that must be fraud; broken when its 95 % confidence interval lies below. Null: not guarded. */
  readonly minPrecision?: InputMaybe<Scalars['Float']['input']>;
  /** Share of fraud that the version must flag; broken when its 95 % confidence interval lies below. Null: not guarded. */
  readonly minRecall?: InputMaybe<Scalars['Float']['input']>;
  /** Answers a step needs before it may end, and before latency and scores are compared; 1 to 1,000. */
  readonly minRows?: Scalars['Int']['input'];
};

/** Where a roll-out stands. */
export type RollOutStatus =
  /** Somebody ended it; the champion answers everybody. */
  | 'ABORTED'
  /** Its last step held. */
  | 'COMPLETED'
  /** It stays where it is. */
  | 'PAUSED'
  /** A guard was broken; the champion answers everybody. */
  | 'ROLLED_BACK'
  /** It goes on. */
  | 'RUNNING';

/** A version with a share of the customers. */
export type RoutingArm = {
  readonly __typename?: 'RoutingArm';
  /** As predictions and metrics name it. */
  readonly name: Scalars['String']['output'];
  /** Share of the customers. */
  readonly percent: Scalars['Float']['output'];
  /** Which version. */
  readonly version: Scalars['Int']['output'];
};

/** One version of a split. */
export type RoutingArmInput = {
  /** As predictions and metrics name it: lower-case letters, digits and hyphens. */
  readonly name: Scalars['String']['input'];
  /** Share of the customers, 0 to 100. */
  readonly percent: Scalars['Float']['input'];
  /** Which version; it must be AVAILABLE. */
  readonly version: Scalars['Int']['input'];
};

/** Something a rule asks. One of these is not null. */
export type RoutingCondition = {
  readonly __typename?: 'RoutingCondition';
  /** Payments by their amount. */
  readonly amount?: Maybe<AmountBounds>;
  /** Payments of one of these categories. */
  readonly category?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** Customers of one of these countries. */
  readonly country?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** So many customers by name; who they are is not kept. */
  readonly customers?: Maybe<Scalars['Int']['output']>;
  /** Customers by a stored feature. */
  readonly feature?: Maybe<FeatureBounds>;
  /** Customers of one of these segments. */
  readonly segment?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

/**
 * Something a rule asks of a row. What is not known of the customer, or of the question, never fits. Conditions of payments are for the fraud
 * model.
 */
export type RoutingConditionInput =
  /** Payments by their amount. */
  { readonly amount: AmountBoundsInput; readonly category?: never; readonly country?: never; readonly customer?: never; readonly feature?: never; readonly segment?: never; }
  |  /** Payments of one of these categories; 1 to 100. */
  { readonly amount?: never; readonly category: ReadonlyArray<Scalars['String']['input']>; readonly country?: never; readonly customer?: never; readonly feature?: never; readonly segment?: never; }
  |  /** Customers of one of these countries, as `Customer.country` says it; 1 to 100, and not checked: any may come. */
  { readonly amount?: never; readonly category?: never; readonly country: ReadonlyArray<Scalars['String']['input']>; readonly customer?: never; readonly feature?: never; readonly segment?: never; }
  |  /** These customers, 1 to 1,000. Kept as hashes: no id of theirs outlives an erasure. */
  { readonly amount?: never; readonly category?: never; readonly country?: never; readonly customer: ReadonlyArray<Scalars['ID']['input']>; readonly feature?: never; readonly segment?: never; }
  |  /** Customers by a stored feature. */
  { readonly amount?: never; readonly category?: never; readonly country?: never; readonly customer?: never; readonly feature: FeatureBoundsInput; readonly segment?: never; }
  |  /** Customers whose segment, as the log noted it last, is one of these; 1 to 100. */
  { readonly amount?: never; readonly category?: never; readonly country?: never; readonly customer?: never; readonly feature?: never; readonly segment: ReadonlyArray<Scalars['String']['input']>; };

/** Who is answered by which version where nobody asks for one by name. */
export type RoutingPolicy = {
  readonly __typename?: 'RoutingPolicy';
  /** Versions with shares of their own; who is in none is answered by the champion. */
  readonly arms: ReadonlyArray<RoutingArm>;
  /** Since when. */
  readonly changedAt: Scalars['DateTime']['output'];
  /** Who said so: a principal, or `system`. */
  readonly changedBy: Scalars['String']['output'];
  /** What it says. */
  readonly kind: RoutingPolicyKind;
  /** Why it holds. */
  readonly reason: Scalars['String']['output'];
  /** Whom it is about: all of these must hold. Empty: everybody. */
  readonly rule: ReadonlyArray<RoutingCondition>;
  /** What is computed beside the champion. */
  readonly shadow?: Maybe<Shadow>;
};

/** Who answers. One of these. */
export type RoutingPolicyInput =
  /** A version answers a share of the customers, the champion the rest. */
  { readonly canary: CanaryInput; readonly champion?: never; readonly shadow?: never; readonly split?: never; }
  |  /** `true`: the champion answers everybody. */
  { readonly canary?: never; readonly champion: Scalars['Boolean']['input']; readonly shadow?: never; readonly split?: never; }
  |  /** A version is computed beside the champion and never answered. */
  { readonly canary?: never; readonly champion?: never; readonly shadow: ShadowInput; readonly split?: never; }
  |  /** Versions share the customers. */
  { readonly canary?: never; readonly champion?: never; readonly shadow?: never; readonly split: SplitInput; };

/** What a routing policy says. */
export type RoutingPolicyKind =
  /** A version for a share of the customers. */
  | 'CANARY'
  /** A version beside the champion. */
  | 'SHADOW'
  /** Versions that share the customers. */
  | 'SPLIT';

/** One state of the whole schema: its written part, and what models brought. */
export type SchemaVersion = {
  readonly __typename?: 'SchemaVersion';
  /** Since when it serves. */
  readonly changedAt: Scalars['DateTime']['output'];
  /** What became different from the one before, a sentence each; empty for the first. */
  readonly changes: ReadonlyArray<Scalars['String']['output']>;
  /** Counts from 1 since the server started. */
  readonly generation: Scalars['Int']['output'];
  /** Models whose part of it was generated from their manifests. */
  readonly models: ReadonlyArray<Scalars['String']['output']>;
  /** SHA-256 of its text, hex: the same for the same schema, also after a restart. */
  readonly sha256: Scalars['String']['output'];
};

/** A kind of customer. */
export type Segment = Node & {
  readonly __typename?: 'Segment';
  /** Who they are. */
  readonly description: Scalars['String']['output'];
  /** Global id. */
  readonly id: Scalars['ID']['output'];
  /** For people: `Champions`. */
  readonly label: Scalars['String']['output'];
  /** The model's key: `champions`. */
  readonly segmentId: Scalars['ID']['output'];
};

/** Where a customer belongs. */
export type SegmentAssignment = Node & Prediction & {
  readonly __typename?: 'SegmentAssignment';
  /** The arm of the model's routing policy that it was made for; null where no policy decided. */
  readonly arm?: Maybe<Scalars['String']['output']>;
  /** How sure that is, 0 to 1: how likely they still belong to it three months later. Low after a first purchase. */
  readonly confidence: Scalars['Float']['output'];
  /** Features that were missing and took their documented default. */
  readonly defaultedFeatures: ReadonlyArray<Scalars['String']['output']>;
  /**
   * Why it came out so: the `top` strongest contributions, 1 to 50. Computed when it is asked for, behind everything interactive. Null when
   * it cannot be explained, because the version that answered is not loaded any more, say.
   */
  readonly explanation?: Maybe<Explanation>;
  /** Time of the newest event the features contain; the time of the answer where they contain none. */
  readonly featuresAsOf: Scalars['DateTime']['output'];
  /** The predictionId. */
  readonly id: Scalars['ID']['output'];
  /** `confidence` minus the runner-up's: near 0 is a boundary case. */
  readonly margin: Scalars['Float']['output'];
  /** The version that answered. */
  readonly modelVersion: ModelVersion;
  /** Features outside the range the version was trained on. */
  readonly outOfRangeFeatures: ReadonlyArray<Scalars['String']['output']>;
  /** When it answered. */
  readonly predictedAt: Scalars['DateTime']['output'];
  /** True: `prediction(id)` and outcomes will find it. */
  readonly recorded: Scalars['Boolean']['output'];
  /** The second-nearest; null where the model has one segment only. */
  readonly runnerUp?: Maybe<Segment>;
  /** The nearest segment. */
  readonly segment: Segment;
};


/** Where a customer belongs. */
export type SegmentAssignmentExplanationArgs = {
  top?: Scalars['Int']['input'];
};

/** A customer's segment became another one. */
export type SegmentChanged = StreamMessage & {
  readonly __typename?: 'SegmentChanged';
  /** Where they belong now, with the confidence of the assignment. */
  readonly current?: Maybe<SegmentAssignment>;
  /** Position of this message. */
  readonly cursor: Scalars['Cursor']['output'];
  /** Whose. Null only when the customer was erased. */
  readonly customer?: Maybe<Customer>;
  /** Where they belonged before; null the first time. */
  readonly previous?: Maybe<Segment>;
};

/** A message of `segmentChanged`. */
export type SegmentChangedMessage = CaughtUp | Lagged | SegmentChanged;

/** What became of `setModelAlias`. */
export type SetModelAliasPayload = {
  readonly __typename?: 'SetModelAliasPayload';
  /** The model as it is now; null when there is none of that name. */
  readonly model?: Maybe<Model>;
  /** Empty when it was done. */
  readonly userErrors: ReadonlyArray<ModelOperationError>;
};

/** What became of `setRoutingPolicy`. */
export type SetRoutingPolicyPayload = {
  readonly __typename?: 'SetRoutingPolicyPayload';
  /** The model as it is now; null when there is none of that name. */
  readonly model?: Maybe<Model>;
  /** Empty when it was done. */
  readonly userErrors: ReadonlyArray<ModelOperationError>;
};

/** A version that is computed beside the champion, and what came of it since the server started. */
export type Shadow = {
  readonly __typename?: 'Shadow';
  /** Share of them of which it said the same as the champion, as `ComparisonFigures.agreement` has it; null without rows. */
  readonly agreement?: Maybe<Scalars['Float']['output']>;
  /** Rows left out because too many waited. */
  readonly dropped: Scalars['Int']['output'];
  /** Rows it could not compute. */
  readonly failed: Scalars['Int']['output'];
  /** Mean difference of the scores, without sign; null without rows. */
  readonly meanDifference?: Maybe<Scalars['Float']['output']>;
  /** Of ranked lists: mean share of the items that both have (overlap@k); null without rows. */
  readonly overlap?: Maybe<Scalars['Float']['output']>;
  /** For which share of the customers. */
  readonly percent: Scalars['Float']['output'];
  /** Rows it computed. */
  readonly rows: Scalars['Int']['output'];
  /** Which version. */
  readonly version: Scalars['Int']['output'];
};

/** A version beside the champion. */
export type ShadowInput = {
  /** For which share of the customers. */
  readonly percent?: Scalars['Float']['input'];
  /** Only for rows for which all of these hold; empty: everybody's. */
  readonly rule?: ReadonlyArray<RoutingConditionInput>;
  /** Which version; it must be AVAILABLE. */
  readonly version: Scalars['Int']['input'];
};

/** How alike two versions answered where one operation asked both the same. */
export type SideBySideAgreement = {
  readonly __typename?: 'SideBySideAgreement';
  /** Share of them of which both said the same, as `ComparisonFigures.agreement` has it. */
  readonly agreement: Scalars['Float']['output'];
  /** Mean difference of the scores, without sign; null where they cannot be compared: the versions have other outputs. */
  readonly meanDifference?: Maybe<Scalars['Float']['output']>;
  /** Of ranked lists: mean share of the items that both have (overlap@k); null where there are none. */
  readonly overlap?: Maybe<Scalars['Float']['output']>;
  /** Rows that both answered. */
  readonly rows: Scalars['Int']['output'];
  /** Which two, the lower number first. */
  readonly versions: ReadonlyArray<Scalars['Int']['output']>;
};

/** The simulated world of the demo, and how the fraud model does against what the simulator knows to be true. */
export type Simulation = {
  readonly __typename?: 'Simulation';
  /** Simulated customers. */
  readonly customers: Scalars['Int']['output'];
  /** Flagged (REVIEW or DECLINE) against truth. */
  readonly fraudTruth: ConfusionCounts;
  /** Says what this is: none of it is real. */
  readonly note: Scalars['String']['output'];
  /** Simulated payments scored since the server started. */
  readonly transactionsScored: Scalars['Int']['output'];
};

/** Versions that share the customers. */
export type SplitInput = {
  /** Who gets how much; 100 together. With 0 and 100 it is blue-green: both stay loaded, and going back is one mutation. */
  readonly arms: ReadonlyArray<RoutingArmInput>;
  /** Only rows for which all of these hold take part, the champion answers the others; empty: everybody's. */
  readonly rule?: ReadonlyArray<RoutingConditionInput>;
};

/** What became of `startReplay`. */
export type StartReplayPayload = {
  readonly __typename?: 'StartReplayPayload';
  /** The replay; null when none was started. */
  readonly replay?: Maybe<Replay>;
  /** Empty when it was done. */
  readonly userErrors: ReadonlyArray<ReplayError>;
};

/** What became of `startRollOut`. */
export type StartRollOutPayload = {
  readonly __typename?: 'StartRollOutPayload';
  /** The model as it is now; null when there is none of that name. */
  readonly model?: Maybe<Model>;
  /** Empty when it was done. */
  readonly userErrors: ReadonlyArray<ModelOperationError>;
};

/** Every message of a log-backed stream carries the cursor to resume after. */
export type StreamMessage = {
  /** Keep it; pass it as `after` when reconnecting. */
  readonly cursor: Scalars['Cursor']['output'];
};

/** What can be watched, over WebSocket (graphql-transport-ws) at this endpoint. */
export type Subscription = {
  readonly __typename?: 'Subscription';
  /**
   * What all three models say of one customer. State, not log: everything first, then everything again whenever one of them has moved; what
   * was not read in time is conflated.
   */
  readonly customerScores?: Maybe<CustomerScores>;
  /** Alerts as they are raised, acknowledged and cleared. Log-backed: nothing is lost over a reconnect that passes `after`. */
  readonly fraudAlerts: FraudAlertMessage;
  /** How the server is doing. State, not log: the latest figures at once, then new ones each interval, computed once however many watch. */
  readonly liveStats: LiveStats;
  /** Versions of models on their way from folder to service and out of it again. Log-backed: nothing is lost over a reconnect that passes `after`. */
  readonly modelStateChanged: ModelStateMessage;
  /** State, not log: the latest list first, then each that really differs; what was not read in time is conflated. */
  readonly recommendationsChanged?: Maybe<RecommendationList>;
  /** A replay as it is, then as it goes on, until it is over. State, not log. */
  readonly replayProgress: Replay;
  /** State, not log: the schema that serves first, then each that takes its place. Whoever reads types should read them again. */
  readonly schemaChanged: SchemaVersion;
  /** A customer's segment became another one. Log-backed. */
  readonly segmentChanged: SegmentChangedMessage;
  /** Every payment as it is scored. Log-backed: nothing is lost over a reconnect that passes `after`. */
  readonly transactionScored: TransactionScoredMessage;
};


/** What can be watched, over WebSocket (graphql-transport-ws) at this endpoint. */
export type SubscriptionCustomerScoresArgs = {
  customerId: Scalars['ID']['input'];
  first?: Scalars['Int']['input'];
};


/** What can be watched, over WebSocket (graphql-transport-ws) at this endpoint. */
export type SubscriptionFraudAlertsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  customerId?: InputMaybe<Scalars['ID']['input']>;
  delivery?: InputMaybe<DeliveryInput>;
};


/** What can be watched, over WebSocket (graphql-transport-ws) at this endpoint. */
export type SubscriptionLiveStatsArgs = {
  every?: Scalars['Float']['input'];
};


/** What can be watched, over WebSocket (graphql-transport-ws) at this endpoint. */
export type SubscriptionModelStateChangedArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  delivery?: InputMaybe<DeliveryInput>;
  model?: InputMaybe<Scalars['String']['input']>;
};


/** What can be watched, over WebSocket (graphql-transport-ws) at this endpoint. */
export type SubscriptionRecommendationsChangedArgs = {
  customerId: Scalars['ID']['input'];
  first?: Scalars['Int']['input'];
};


/** What can be watched, over WebSocket (graphql-transport-ws) at this endpoint. */
export type SubscriptionReplayProgressArgs = {
  id: Scalars['ID']['input'];
};


/** What can be watched, over WebSocket (graphql-transport-ws) at this endpoint. */
export type SubscriptionSegmentChangedArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  customerId?: InputMaybe<Scalars['ID']['input']>;
  delivery?: InputMaybe<DeliveryInput>;
};


/** What can be watched, over WebSocket (graphql-transport-ws) at this endpoint. */
export type SubscriptionTransactionScoredArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  delivery?: InputMaybe<DeliveryInput>;
  filter?: InputMaybe<TransactionScoredFilter>;
};

/** One input or output, in the Open Inference Protocol's terms. */
export type TensorSpec = {
  readonly __typename?: 'TensorSpec';
  /** `FP32`, `INT32`. */
  readonly datatype: Scalars['String']['output'];
  /** What the columns mean; empty where they have no names. */
  readonly features: ReadonlyArray<FeatureSpec>;
  /** As the model calls it. */
  readonly name: Scalars['String']['output'];
  /** -1 is the batch. */
  readonly shape: ReadonlyArray<Scalars['Int']['output']>;
};

/** What a version was trained on. Each fact is null where the card does not say it. */
export type TrainingData = {
  readonly __typename?: 'TrainingData';
  /** Time of the oldest row, as the data writes it. */
  readonly from?: Maybe<Scalars['String']['output']>;
  /** Under which terms the data may be used. */
  readonly licence?: Maybe<Scalars['String']['output']>;
  /** What the data is called. Simulated data says so here. */
  readonly name?: Maybe<Scalars['String']['output']>;
  /** Whom to name, and what to know about it. */
  readonly notes?: Maybe<Scalars['String']['output']>;
  /** Rows that were used. */
  readonly rows?: Maybe<Scalars['Float']['output']>;
  /** Time of the newest row. */
  readonly to?: Maybe<Scalars['String']['output']>;
  /** Where it is from. */
  readonly url?: Maybe<Scalars['String']['output']>;
};

/** A card payment that was recorded. */
export type Transaction = Node & {
  readonly __typename?: 'Transaction';
  /** What was paid, exactly as it was recorded. */
  readonly amount: Money;
  /** Kind of merchant. Categories the model does not know count as none of them. */
  readonly category: Scalars['String']['output'];
  /** Who paid. Null (with `NOT_FOUND`) only when the customer was erased. */
  readonly customer?: Maybe<Customer>;
  /**
   * The assessment made on arrival, waited for if it is still under way. With `model`: what that version says about the
   * features logged then, never about today's state. Null for payments that were not scored.
   */
  readonly fraud?: Maybe<FraudAssessment>;
  /** Global id, for `node` and caches. */
  readonly id: Scalars['ID']['output'];
  /** Whom they paid. */
  readonly merchant: Scalars['String']['output'];
  /** When it happened, in the caller's word. */
  readonly occurredAt: Scalars['DateTime']['output'];
  /** What it turned out to be; null while nobody has said. */
  readonly outcome?: Maybe<Outcome>;
  /** When it was recorded here. */
  readonly recordedAt: Scalars['DateTime']['output'];
  /** Part of the simulated world, not real. */
  readonly simulated: Scalars['Boolean']['output'];
  /** Your own key of the payment. */
  readonly transactionId: Scalars['ID']['output'];
};


/** A card payment that was recorded. */
export type TransactionFraudArgs = {
  model?: InputMaybe<ModelSelector>;
};

/** A page of payments, newest first. */
export type TransactionConnection = {
  readonly __typename?: 'TransactionConnection';
  /** Payments with their cursors. */
  readonly edges?: Maybe<ReadonlyArray<Maybe<TransactionEdge>>>;
  /** The same payments without their cursors. */
  readonly nodes?: Maybe<ReadonlyArray<Maybe<Transaction>>>;
  /** Whether there is more on either side. */
  readonly pageInfo: PageInfo;
};

/** One payment in a page. */
export type TransactionEdge = {
  readonly __typename?: 'TransactionEdge';
  /** Position of this payment, for `after` and `before`. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The payment. */
  readonly node?: Maybe<Transaction>;
};

/** Which recorded payments. By score or by time of scoring: `predictions`. */
export type TransactionFilter = {
  /** Only these customers', at most 100. Unknown ones have no payments. */
  readonly customerIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
};

/** A card payment to be recorded and scored. */
export type TransactionInput = {
  /** How much, above 0, in the fraud model's currency. */
  readonly amount: MoneyInput;
  /** Kind of merchant: `grocery_pos`, `shopping_net`, … Others are taken too, and count as none of the known. */
  readonly category: Scalars['String']['input'];
  /** Who paid; must be known. */
  readonly customerId: Scalars['ID']['input'];
  /** Whom they paid. */
  readonly merchant: Scalars['String']['input'];
  /** When: after 2000-01-01 and at most 5 minutes ahead of the server's clock. */
  readonly occurredAt: Scalars['DateTime']['input'];
  /** Your key, at most 128 characters; makes the call idempotent. */
  readonly transactionId: Scalars['ID']['input'];
};

/** A payment was scored on its arrival. */
export type TransactionScored = StreamMessage & {
  readonly __typename?: 'TransactionScored';
  /** Position of this message. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The assessment made on arrival. */
  readonly fraud?: Maybe<FraudAssessment>;
  /** The payment that was scored. */
  readonly transaction: Transaction;
};

/** Which payments to watch: all conditions that are given must hold. */
export type TransactionScoredFilter = {
  /** Only these categories, at most 500. */
  readonly categories?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Only these customers, at most 500. */
  readonly customerIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Only payments with one of these decisions. */
  readonly decisions?: InputMaybe<ReadonlyArray<FraudDecision>>;
  /** Only from this probability on, 0 to 1. */
  readonly minProbability?: InputMaybe<Scalars['Float']['input']>;
};

/** A message of `transactionScored`. */
export type TransactionScoredMessage = CaughtUp | Lagged | TransactionScored;

/** What became of `unloadModelVersion`. */
export type UnloadModelVersionPayload = {
  readonly __typename?: 'UnloadModelVersionPayload';
  /** The model as it is now; null when there is none of that name. */
  readonly model?: Maybe<Model>;
  /** Empty when it was done. */
  readonly userErrors: ReadonlyArray<ModelOperationError>;
};

/** What became of `upsertCustomers`. */
export type UpsertCustomersPayload = {
  readonly __typename?: 'UpsertCustomersPayload';
  /** How many are on disk. */
  readonly acceptedCount?: Maybe<Scalars['Int']['output']>;
  /** Everything up to here is on disk; null when nothing was accepted. */
  readonly durableThrough?: Maybe<Scalars['Cursor']['output']>;
  /** One error for each item that was refused; the others went in. */
  readonly userErrors: ReadonlyArray<IngestUserError>;
};

/** What became of `upsertItems`. */
export type UpsertItemsPayload = {
  readonly __typename?: 'UpsertItemsPayload';
  /** How many are on disk. */
  readonly acceptedCount?: Maybe<Scalars['Int']['output']>;
  /** Everything up to here is on disk; null when nothing was accepted. */
  readonly durableThrough?: Maybe<Scalars['Cursor']['output']>;
  /** One error for each item that was refused; the others went in. */
  readonly userErrors: ReadonlyArray<IngestUserError>;
};

/** A refusal that a person can read and a program can act on. */
export type UserError = {
  /** Where in the arguments: `["transactions", "3", "amount"]`. */
  readonly field?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** What was expected, what came. */
  readonly message: Scalars['String']['output'];
};

/** What two versions say of the same rows. */
export type VersionComparison = {
  readonly __typename?: 'VersionComparison';
  /** One version; `rowMicroseconds` says what a row of it costs. */
  readonly a: ModelVersion;
  /** The other. */
  readonly b: ModelVersion;
  /** How `b` differs from `a`. */
  readonly figures: ComparisonFigures;
  /** p95 of a row of `a` since it was loaded, waiting included, milliseconds; null without rows. */
  readonly p95MsOfA?: Maybe<Scalars['Float']['output']>;
  /** The same of `b`. */
  readonly p95MsOfB?: Maybe<Scalars['Float']['output']>;
};

/** Who vouches for a version. */
export type VersionSignature = {
  readonly __typename?: 'VersionSignature';
  /** The key it was verified with: the first 16 hex digits of the SHA-256 of the public key (DER). Null where it was not. */
  readonly keyId?: Maybe<Scalars['String']['output']>;
  /** Whether this server loads signed versions only (`SCOREGRAPH_MODEL_PUBLIC_KEY_FILE`). */
  readonly required: Scalars['Boolean']['output'];
  /** What is known of it. */
  readonly state: VersionSignatureState;
};

/** Whether somebody vouches for a version. */
export type VersionSignatureState =
  /** Its signature is by no key that this server knows, or of other contents. */
  | 'INVALID'
  /** It is signed; this server was given no keys to tell by whom. */
  | 'NOT_CHECKED'
  /** Nobody signed it. */
  | 'UNSIGNED'
  /** Signed with a key that this server knows. */
  | 'VERIFIED';



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = {}, TContext = {}, TArgs = {}> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = {}, TContext = {}, TArgs = {}> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = {}, TContext = {}> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = {}, TContext = {}> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = {}, TParent = {}, TContext = {}, TArgs = {}> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  FraudAlertMessage: ( CaughtUp ) | ( Omit<FraudAlertChanged, 'alert'> & { alert: _RefType['FraudAlert'] } ) | ( Lagged );
  ModelStateMessage: ( CaughtUp ) | ( Lagged ) | ( Omit<ModelStateChanged, 'modelVersion'> & { modelVersion?: Maybe<_RefType['ModelVersion']> } );
  SegmentChangedMessage: ( CaughtUp ) | ( Lagged ) | ( Omit<SegmentChanged, 'current' | 'customer' | 'previous'> & { current?: Maybe<_RefType['SegmentAssignment']>, customer?: Maybe<_RefType['Customer']>, previous?: Maybe<_RefType['Segment']> } );
  TransactionScoredMessage: ( CaughtUp ) | ( Lagged ) | ( Omit<TransactionScored, 'fraud' | 'transaction'> & { fraud?: Maybe<_RefType['FraudAssessment']>, transaction: _RefType['Transaction'] } );
};

/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Node: ( CustomerNode ) | ( AlertNode ) | ( FraudPrediction ) | ( CatalogueItem ) | ( ModelFacts ) | ( VersionFacts ) | ( RecommendationPrediction ) | ( SegmentNode ) | ( SegmentPrediction ) | ( TransactionNode );
  Prediction: ( FraudPrediction ) | ( RecommendationPrediction ) | ( SegmentPrediction );
  StreamMessage: ( CaughtUp ) | ( Omit<FraudAlertChanged, 'alert'> & { alert: _RefType['FraudAlert'] } ) | ( Lagged ) | ( Omit<ModelStateChanged, 'modelVersion'> & { modelVersion?: Maybe<_RefType['ModelVersion']> } ) | ( Omit<SegmentChanged, 'current' | 'customer' | 'previous'> & { current?: Maybe<_RefType['SegmentAssignment']>, customer?: Maybe<_RefType['Customer']>, previous?: Maybe<_RefType['Segment']> } ) | ( Omit<TransactionScored, 'fraud' | 'transaction'> & { fraud?: Maybe<_RefType['FraudAssessment']>, transaction: _RefType['Transaction'] } );
  UserError: ( EraseCustomerUserError ) | ( FraudAlertUserError ) | ( IngestUserError ) | ( ModelOperationError ) | ( ReplayError );
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  AbortRollOutPayload: ResolverTypeWrapper<Omit<AbortRollOutPayload, 'model'> & { model?: Maybe<ResolversTypes['Model']> }>;
  AcceptModelGraphPayload: ResolverTypeWrapper<AcceptModelGraphPayload>;
  AcknowledgeFraudAlertsPayload: ResolverTypeWrapper<Omit<AcknowledgeFraudAlertsPayload, 'alerts'> & { alerts?: Maybe<ReadonlyArray<Maybe<ResolversTypes['FraudAlert']>>> }>;
  AmountBounds: ResolverTypeWrapper<AmountBounds>;
  AmountBoundsInput: AmountBoundsInput;
  AnswerChange: ResolverTypeWrapper<AnswerChange>;
  ArmFacts: ResolverTypeWrapper<ArmFactsNode>;
  ArmOutcomes: ResolverTypeWrapper<ArmOutcomeCounts>;
  ArmTraffic: ResolverTypeWrapper<ArmNode>;
  AuditDetail: ResolverTypeWrapper<AuditDetail>;
  AuditEntry: ResolverTypeWrapper<AuditEntryNode>;
  AuditEntryConnection: ResolverTypeWrapper<Omit<AuditEntryConnection, 'edges' | 'nodes'> & { edges?: Maybe<ReadonlyArray<Maybe<ResolversTypes['AuditEntryEdge']>>>, nodes?: Maybe<ReadonlyArray<Maybe<ResolversTypes['AuditEntry']>>> }>;
  AuditEntryEdge: ResolverTypeWrapper<Omit<AuditEntryEdge, 'node'> & { node?: Maybe<ResolversTypes['AuditEntry']> }>;
  AuditFilter: AuditFilter;
  AuditKind: AuditKind;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Caller: ResolverTypeWrapper<Principal>;
  CanaryInput: CanaryInput;
  CancelReplayPayload: ResolverTypeWrapper<Omit<CancelReplayPayload, 'replay'> & { replay?: Maybe<ResolversTypes['Replay']> }>;
  CaughtUp: ResolverTypeWrapper<CaughtUp>;
  ComparedOutcomes: ResolverTypeWrapper<Omit<ComparedOutcomes, 'first' | 'second'> & { first: ResolversTypes['OutcomeFigures'], second: ResolversTypes['OutcomeFigures'] }>;
  ComparisonFigures: ResolverTypeWrapper<ComparedFigures>;
  ConfusionCounts: ResolverTypeWrapper<ConfusionCounts>;
  Contribution: ResolverTypeWrapper<ContributionNode>;
  Cursor: ResolverTypeWrapper<Scalars['Cursor']['output']>;
  Customer: ResolverTypeWrapper<CustomerNode>;
  CustomerErasure: ResolverTypeWrapper<CustomerErasure>;
  CustomerInput: CustomerInput;
  CustomerRecord: ResolverTypeWrapper<CustomerRecord>;
  CustomerRecordConnection: ResolverTypeWrapper<CustomerRecordConnection>;
  CustomerRecordEdge: ResolverTypeWrapper<CustomerRecordEdge>;
  CustomerRecordKind: CustomerRecordKind;
  CustomerScoreKind: CustomerScoreKind;
  CustomerScores: ResolverTypeWrapper<CustomerScoresNode>;
  Date: ResolverTypeWrapper<Scalars['Date']['output']>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Decimal: ResolverTypeWrapper<Scalars['Decimal']['output']>;
  DecisionCounts: ResolverTypeWrapper<DecisionCounts>;
  DeliveryInput: DeliveryInput;
  DeliveryPolicy: DeliveryPolicy;
  EngineInfo: ResolverTypeWrapper<EngineInfo>;
  EraseCustomerErrorCode: EraseCustomerErrorCode;
  EraseCustomerPayload: ResolverTypeWrapper<EraseCustomerPayload>;
  EraseCustomerUserError: ResolverTypeWrapper<EraseCustomerUserError>;
  EstimatedShare: ResolverTypeWrapper<EstimatedShare>;
  EventLogRange: ResolverTypeWrapper<EventLogRange>;
  Explanation: ResolverTypeWrapper<ExplanationNode>;
  FeatureBounds: ResolverTypeWrapper<FeatureBounds>;
  FeatureBoundsInput: FeatureBoundsInput;
  FeatureSpec: ResolverTypeWrapper<FeatureSpec>;
  FeatureValue: ResolverTypeWrapper<FeatureValue>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  FraudAlert: ResolverTypeWrapper<AlertNode>;
  FraudAlertChange: FraudAlertChange;
  FraudAlertChanged: ResolverTypeWrapper<Omit<FraudAlertChanged, 'alert'> & { alert: ResolversTypes['FraudAlert'] }>;
  FraudAlertClearReason: FraudAlertClearReason;
  FraudAlertConnection: ResolverTypeWrapper<Omit<FraudAlertConnection, 'edges' | 'nodes'> & { edges?: Maybe<ReadonlyArray<Maybe<ResolversTypes['FraudAlertEdge']>>>, nodes?: Maybe<ReadonlyArray<Maybe<ResolversTypes['FraudAlert']>>> }>;
  FraudAlertEdge: ResolverTypeWrapper<Omit<FraudAlertEdge, 'node'> & { node?: Maybe<ResolversTypes['FraudAlert']> }>;
  FraudAlertErrorCode: FraudAlertErrorCode;
  FraudAlertMessage: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['FraudAlertMessage']>;
  FraudAlertState: FraudAlertState;
  FraudAlertUserError: ResolverTypeWrapper<FraudAlertUserError>;
  FraudAssessment: ResolverTypeWrapper<FraudPrediction>;
  FraudDecision: FraudDecision;
  HypotheticalTransactionInput: HypotheticalTransactionInput;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  IngestErrorCode: IngestErrorCode;
  IngestUserError: ResolverTypeWrapper<IngestUserError>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  InteractionInput: InteractionInput;
  InteractionKind: InteractionKind;
  Item: ResolverTypeWrapper<CatalogueItem>;
  ItemInput: ItemInput;
  LagReason: LagReason;
  Lagged: ResolverTypeWrapper<Lagged>;
  LatencyQuantiles: ResolverTypeWrapper<LatencyQuantiles>;
  LiveStats: ResolverTypeWrapper<Omit<LiveStats, 'traffic'> & { traffic: ReadonlyArray<ResolversTypes['ModelTraffic']> }>;
  LoadModelVersionPayload: ResolverTypeWrapper<Omit<LoadModelVersionPayload, 'model'> & { model?: Maybe<ResolversTypes['Model']> }>;
  Metric: ResolverTypeWrapper<Metric>;
  Model: ResolverTypeWrapper<ModelFacts>;
  ModelAlias: ResolverTypeWrapper<AliasNode>;
  ModelCard: ResolverTypeWrapper<ModelCard>;
  ModelHistoryEntry: ResolverTypeWrapper<ModelHistoryEntry>;
  ModelHistoryKind: ModelHistoryKind;
  ModelLiveStats: ResolverTypeWrapper<ModelLiveStats>;
  ModelOperationError: ResolverTypeWrapper<ModelOperationError>;
  ModelOperationErrorCode: ModelOperationErrorCode;
  ModelProblem: ResolverTypeWrapper<ModelProblem>;
  ModelSelector: ModelSelector;
  ModelStateChanged: ResolverTypeWrapper<Omit<ModelStateChanged, 'modelVersion'> & { modelVersion?: Maybe<ResolversTypes['ModelVersion']> }>;
  ModelStateMessage: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ModelStateMessage']>;
  ModelStatistics: ResolverTypeWrapper<VersionStatistics>;
  ModelTraffic: ResolverTypeWrapper<Omit<ModelTraffic, 'arms'> & { arms: ReadonlyArray<ResolversTypes['ArmTraffic']> }>;
  ModelVersion: ResolverTypeWrapper<VersionFacts>;
  ModelVersionState: ModelVersionState;
  Money: ResolverTypeWrapper<Money>;
  MoneyInput: MoneyInput;
  Mutation: ResolverTypeWrapper<{}>;
  Node: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Node']>;
  Outcome: ResolverTypeWrapper<KnownOutcome>;
  OutcomeFigures: ResolverTypeWrapper<OutcomeCounts>;
  OutcomeInput: OutcomeInput;
  OutcomeSubject: OutcomeSubject;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  PauseRollOutPayload: ResolverTypeWrapper<Omit<PauseRollOutPayload, 'model'> & { model?: Maybe<ResolversTypes['Model']> }>;
  PositiveInt: ResolverTypeWrapper<Scalars['PositiveInt']['output']>;
  Prediction: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Prediction']>;
  PredictionBucket: ResolverTypeWrapper<PredictionBucket>;
  PredictionConnection: ResolverTypeWrapper<Omit<PredictionConnection, 'edges' | 'nodes'> & { edges?: Maybe<ReadonlyArray<Maybe<ResolversTypes['PredictionEdge']>>>, nodes?: Maybe<ReadonlyArray<Maybe<ResolversTypes['Prediction']>>> }>;
  PredictionEdge: ResolverTypeWrapper<Omit<PredictionEdge, 'node'> & { node?: Maybe<ResolversTypes['Prediction']> }>;
  PredictionFilter: PredictionFilter;
  Query: ResolverTypeWrapper<{}>;
  RankAgreement: ResolverTypeWrapper<RankAgreement>;
  RateLimit: ResolverTypeWrapper<RateLimit>;
  RecommendationBasis: RecommendationBasis;
  RecommendationList: ResolverTypeWrapper<RecommendationPrediction>;
  RecommendedItem: ResolverTypeWrapper<RankedItem>;
  RecordInteractionsPayload: ResolverTypeWrapper<RecordInteractionsPayload>;
  RecordTransactionsPayload: ResolverTypeWrapper<Omit<RecordTransactionsPayload, 'transactions'> & { transactions?: Maybe<ReadonlyArray<Maybe<ResolversTypes['Transaction']>>> }>;
  Replay: ResolverTypeWrapper<ReplayState>;
  ReplayError: ResolverTypeWrapper<ReplayError>;
  ReplayErrorCode: ReplayErrorCode;
  ReplayStatus: ReplayStatus;
  ReportOutcomesPayload: ResolverTypeWrapper<ReportOutcomesPayload>;
  ResumeRollOutPayload: ResolverTypeWrapper<Omit<ResumeRollOutPayload, 'model'> & { model?: Maybe<ResolversTypes['Model']> }>;
  Role: Role;
  RollBackModelPayload: ResolverTypeWrapper<Omit<RollBackModelPayload, 'model'> & { model?: Maybe<ResolversTypes['Model']> }>;
  RollOut: ResolverTypeWrapper<RollOutNode>;
  RollOutGuards: ResolverTypeWrapper<RollOutGuards>;
  RollOutGuardsInput: RollOutGuardsInput;
  RollOutStatus: RollOutStatus;
  RoutingArm: ResolverTypeWrapper<RoutingArm>;
  RoutingArmInput: RoutingArmInput;
  RoutingCondition: ResolverTypeWrapper<ConditionNode>;
  RoutingConditionInput: RoutingConditionInput;
  RoutingPolicy: ResolverTypeWrapper<PolicyNode>;
  RoutingPolicyInput: RoutingPolicyInput;
  RoutingPolicyKind: RoutingPolicyKind;
  SchemaVersion: ResolverTypeWrapper<SchemaVersion>;
  Segment: ResolverTypeWrapper<SegmentNode>;
  SegmentAssignment: ResolverTypeWrapper<SegmentPrediction>;
  SegmentChanged: ResolverTypeWrapper<Omit<SegmentChanged, 'current' | 'customer' | 'previous'> & { current?: Maybe<ResolversTypes['SegmentAssignment']>, customer?: Maybe<ResolversTypes['Customer']>, previous?: Maybe<ResolversTypes['Segment']> }>;
  SegmentChangedMessage: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['SegmentChangedMessage']>;
  SetModelAliasPayload: ResolverTypeWrapper<Omit<SetModelAliasPayload, 'model'> & { model?: Maybe<ResolversTypes['Model']> }>;
  SetRoutingPolicyPayload: ResolverTypeWrapper<Omit<SetRoutingPolicyPayload, 'model'> & { model?: Maybe<ResolversTypes['Model']> }>;
  Shadow: ResolverTypeWrapper<ShadowNode>;
  ShadowInput: ShadowInput;
  SideBySideAgreement: ResolverTypeWrapper<SideBySideFacts>;
  Simulation: ResolverTypeWrapper<Simulation>;
  SplitInput: SplitInput;
  StartReplayPayload: ResolverTypeWrapper<Omit<StartReplayPayload, 'replay'> & { replay?: Maybe<ResolversTypes['Replay']> }>;
  StartRollOutPayload: ResolverTypeWrapper<Omit<StartRollOutPayload, 'model'> & { model?: Maybe<ResolversTypes['Model']> }>;
  StreamMessage: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['StreamMessage']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Subscription: ResolverTypeWrapper<{}>;
  TensorSpec: ResolverTypeWrapper<TensorNode>;
  TrainingData: ResolverTypeWrapper<TrainingData>;
  Transaction: ResolverTypeWrapper<TransactionNode>;
  TransactionConnection: ResolverTypeWrapper<Omit<TransactionConnection, 'edges' | 'nodes'> & { edges?: Maybe<ReadonlyArray<Maybe<ResolversTypes['TransactionEdge']>>>, nodes?: Maybe<ReadonlyArray<Maybe<ResolversTypes['Transaction']>>> }>;
  TransactionEdge: ResolverTypeWrapper<Omit<TransactionEdge, 'node'> & { node?: Maybe<ResolversTypes['Transaction']> }>;
  TransactionFilter: TransactionFilter;
  TransactionInput: TransactionInput;
  TransactionScored: ResolverTypeWrapper<Omit<TransactionScored, 'fraud' | 'transaction'> & { fraud?: Maybe<ResolversTypes['FraudAssessment']>, transaction: ResolversTypes['Transaction'] }>;
  TransactionScoredFilter: TransactionScoredFilter;
  TransactionScoredMessage: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['TransactionScoredMessage']>;
  UnloadModelVersionPayload: ResolverTypeWrapper<Omit<UnloadModelVersionPayload, 'model'> & { model?: Maybe<ResolversTypes['Model']> }>;
  UpsertCustomersPayload: ResolverTypeWrapper<UpsertCustomersPayload>;
  UpsertItemsPayload: ResolverTypeWrapper<UpsertItemsPayload>;
  UserError: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['UserError']>;
  VersionComparison: ResolverTypeWrapper<Omit<VersionComparison, 'a' | 'b' | 'figures'> & { a: ResolversTypes['ModelVersion'], b: ResolversTypes['ModelVersion'], figures: ResolversTypes['ComparisonFigures'] }>;
  VersionSignature: ResolverTypeWrapper<VersionSignature>;
  VersionSignatureState: VersionSignatureState;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  AbortRollOutPayload: Omit<AbortRollOutPayload, 'model'> & { model?: Maybe<ResolversParentTypes['Model']> };
  AcceptModelGraphPayload: AcceptModelGraphPayload;
  AcknowledgeFraudAlertsPayload: Omit<AcknowledgeFraudAlertsPayload, 'alerts'> & { alerts?: Maybe<ReadonlyArray<Maybe<ResolversParentTypes['FraudAlert']>>> };
  AmountBounds: AmountBounds;
  AmountBoundsInput: AmountBoundsInput;
  AnswerChange: AnswerChange;
  ArmFacts: ArmFactsNode;
  ArmOutcomes: ArmOutcomeCounts;
  ArmTraffic: ArmNode;
  AuditDetail: AuditDetail;
  AuditEntry: AuditEntryNode;
  AuditEntryConnection: Omit<AuditEntryConnection, 'edges' | 'nodes'> & { edges?: Maybe<ReadonlyArray<Maybe<ResolversParentTypes['AuditEntryEdge']>>>, nodes?: Maybe<ReadonlyArray<Maybe<ResolversParentTypes['AuditEntry']>>> };
  AuditEntryEdge: Omit<AuditEntryEdge, 'node'> & { node?: Maybe<ResolversParentTypes['AuditEntry']> };
  AuditFilter: AuditFilter;
  Boolean: Scalars['Boolean']['output'];
  Caller: Principal;
  CanaryInput: CanaryInput;
  CancelReplayPayload: Omit<CancelReplayPayload, 'replay'> & { replay?: Maybe<ResolversParentTypes['Replay']> };
  CaughtUp: CaughtUp;
  ComparedOutcomes: Omit<ComparedOutcomes, 'first' | 'second'> & { first: ResolversParentTypes['OutcomeFigures'], second: ResolversParentTypes['OutcomeFigures'] };
  ComparisonFigures: ComparedFigures;
  ConfusionCounts: ConfusionCounts;
  Contribution: ContributionNode;
  Cursor: Scalars['Cursor']['output'];
  Customer: CustomerNode;
  CustomerErasure: CustomerErasure;
  CustomerInput: CustomerInput;
  CustomerRecord: CustomerRecord;
  CustomerRecordConnection: CustomerRecordConnection;
  CustomerRecordEdge: CustomerRecordEdge;
  CustomerScores: CustomerScoresNode;
  Date: Scalars['Date']['output'];
  DateTime: Scalars['DateTime']['output'];
  Decimal: Scalars['Decimal']['output'];
  DecisionCounts: DecisionCounts;
  DeliveryInput: DeliveryInput;
  EngineInfo: EngineInfo;
  EraseCustomerPayload: EraseCustomerPayload;
  EraseCustomerUserError: EraseCustomerUserError;
  EstimatedShare: EstimatedShare;
  EventLogRange: EventLogRange;
  Explanation: ExplanationNode;
  FeatureBounds: FeatureBounds;
  FeatureBoundsInput: FeatureBoundsInput;
  FeatureSpec: FeatureSpec;
  FeatureValue: FeatureValue;
  Float: Scalars['Float']['output'];
  FraudAlert: AlertNode;
  FraudAlertChanged: Omit<FraudAlertChanged, 'alert'> & { alert: ResolversParentTypes['FraudAlert'] };
  FraudAlertConnection: Omit<FraudAlertConnection, 'edges' | 'nodes'> & { edges?: Maybe<ReadonlyArray<Maybe<ResolversParentTypes['FraudAlertEdge']>>>, nodes?: Maybe<ReadonlyArray<Maybe<ResolversParentTypes['FraudAlert']>>> };
  FraudAlertEdge: Omit<FraudAlertEdge, 'node'> & { node?: Maybe<ResolversParentTypes['FraudAlert']> };
  FraudAlertMessage: ResolversUnionTypes<ResolversParentTypes>['FraudAlertMessage'];
  FraudAlertUserError: FraudAlertUserError;
  FraudAssessment: FraudPrediction;
  HypotheticalTransactionInput: HypotheticalTransactionInput;
  ID: Scalars['ID']['output'];
  IngestUserError: IngestUserError;
  Int: Scalars['Int']['output'];
  InteractionInput: InteractionInput;
  Item: CatalogueItem;
  ItemInput: ItemInput;
  Lagged: Lagged;
  LatencyQuantiles: LatencyQuantiles;
  LiveStats: Omit<LiveStats, 'traffic'> & { traffic: ReadonlyArray<ResolversParentTypes['ModelTraffic']> };
  LoadModelVersionPayload: Omit<LoadModelVersionPayload, 'model'> & { model?: Maybe<ResolversParentTypes['Model']> };
  Metric: Metric;
  Model: ModelFacts;
  ModelAlias: AliasNode;
  ModelCard: ModelCard;
  ModelHistoryEntry: ModelHistoryEntry;
  ModelLiveStats: ModelLiveStats;
  ModelOperationError: ModelOperationError;
  ModelProblem: ModelProblem;
  ModelSelector: ModelSelector;
  ModelStateChanged: Omit<ModelStateChanged, 'modelVersion'> & { modelVersion?: Maybe<ResolversParentTypes['ModelVersion']> };
  ModelStateMessage: ResolversUnionTypes<ResolversParentTypes>['ModelStateMessage'];
  ModelStatistics: VersionStatistics;
  ModelTraffic: Omit<ModelTraffic, 'arms'> & { arms: ReadonlyArray<ResolversParentTypes['ArmTraffic']> };
  ModelVersion: VersionFacts;
  Money: Money;
  MoneyInput: MoneyInput;
  Mutation: {};
  Node: ResolversInterfaceTypes<ResolversParentTypes>['Node'];
  Outcome: KnownOutcome;
  OutcomeFigures: OutcomeCounts;
  OutcomeInput: OutcomeInput;
  OutcomeSubject: OutcomeSubject;
  PageInfo: PageInfo;
  PauseRollOutPayload: Omit<PauseRollOutPayload, 'model'> & { model?: Maybe<ResolversParentTypes['Model']> };
  PositiveInt: Scalars['PositiveInt']['output'];
  Prediction: ResolversInterfaceTypes<ResolversParentTypes>['Prediction'];
  PredictionBucket: PredictionBucket;
  PredictionConnection: Omit<PredictionConnection, 'edges' | 'nodes'> & { edges?: Maybe<ReadonlyArray<Maybe<ResolversParentTypes['PredictionEdge']>>>, nodes?: Maybe<ReadonlyArray<Maybe<ResolversParentTypes['Prediction']>>> };
  PredictionEdge: Omit<PredictionEdge, 'node'> & { node?: Maybe<ResolversParentTypes['Prediction']> };
  PredictionFilter: PredictionFilter;
  Query: {};
  RankAgreement: RankAgreement;
  RateLimit: RateLimit;
  RecommendationList: RecommendationPrediction;
  RecommendedItem: RankedItem;
  RecordInteractionsPayload: RecordInteractionsPayload;
  RecordTransactionsPayload: Omit<RecordTransactionsPayload, 'transactions'> & { transactions?: Maybe<ReadonlyArray<Maybe<ResolversParentTypes['Transaction']>>> };
  Replay: ReplayState;
  ReplayError: ReplayError;
  ReportOutcomesPayload: ReportOutcomesPayload;
  ResumeRollOutPayload: Omit<ResumeRollOutPayload, 'model'> & { model?: Maybe<ResolversParentTypes['Model']> };
  RollBackModelPayload: Omit<RollBackModelPayload, 'model'> & { model?: Maybe<ResolversParentTypes['Model']> };
  RollOut: RollOutNode;
  RollOutGuards: RollOutGuards;
  RollOutGuardsInput: RollOutGuardsInput;
  RoutingArm: RoutingArm;
  RoutingArmInput: RoutingArmInput;
  RoutingCondition: ConditionNode;
  RoutingConditionInput: RoutingConditionInput;
  RoutingPolicy: PolicyNode;
  RoutingPolicyInput: RoutingPolicyInput;
  SchemaVersion: SchemaVersion;
  Segment: SegmentNode;
  SegmentAssignment: SegmentPrediction;
  SegmentChanged: Omit<SegmentChanged, 'current' | 'customer' | 'previous'> & { current?: Maybe<ResolversParentTypes['SegmentAssignment']>, customer?: Maybe<ResolversParentTypes['Customer']>, previous?: Maybe<ResolversParentTypes['Segment']> };
  SegmentChangedMessage: ResolversUnionTypes<ResolversParentTypes>['SegmentChangedMessage'];
  SetModelAliasPayload: Omit<SetModelAliasPayload, 'model'> & { model?: Maybe<ResolversParentTypes['Model']> };
  SetRoutingPolicyPayload: Omit<SetRoutingPolicyPayload, 'model'> & { model?: Maybe<ResolversParentTypes['Model']> };
  Shadow: ShadowNode;
  ShadowInput: ShadowInput;
  SideBySideAgreement: SideBySideFacts;
  Simulation: Simulation;
  SplitInput: SplitInput;
  StartReplayPayload: Omit<StartReplayPayload, 'replay'> & { replay?: Maybe<ResolversParentTypes['Replay']> };
  StartRollOutPayload: Omit<StartRollOutPayload, 'model'> & { model?: Maybe<ResolversParentTypes['Model']> };
  StreamMessage: ResolversInterfaceTypes<ResolversParentTypes>['StreamMessage'];
  String: Scalars['String']['output'];
  Subscription: {};
  TensorSpec: TensorNode;
  TrainingData: TrainingData;
  Transaction: TransactionNode;
  TransactionConnection: Omit<TransactionConnection, 'edges' | 'nodes'> & { edges?: Maybe<ReadonlyArray<Maybe<ResolversParentTypes['TransactionEdge']>>>, nodes?: Maybe<ReadonlyArray<Maybe<ResolversParentTypes['Transaction']>>> };
  TransactionEdge: Omit<TransactionEdge, 'node'> & { node?: Maybe<ResolversParentTypes['Transaction']> };
  TransactionFilter: TransactionFilter;
  TransactionInput: TransactionInput;
  TransactionScored: Omit<TransactionScored, 'fraud' | 'transaction'> & { fraud?: Maybe<ResolversParentTypes['FraudAssessment']>, transaction: ResolversParentTypes['Transaction'] };
  TransactionScoredFilter: TransactionScoredFilter;
  TransactionScoredMessage: ResolversUnionTypes<ResolversParentTypes>['TransactionScoredMessage'];
  UnloadModelVersionPayload: Omit<UnloadModelVersionPayload, 'model'> & { model?: Maybe<ResolversParentTypes['Model']> };
  UpsertCustomersPayload: UpsertCustomersPayload;
  UpsertItemsPayload: UpsertItemsPayload;
  UserError: ResolversInterfaceTypes<ResolversParentTypes>['UserError'];
  VersionComparison: Omit<VersionComparison, 'a' | 'b' | 'figures'> & { a: ResolversParentTypes['ModelVersion'], b: ResolversParentTypes['ModelVersion'], figures: ResolversParentTypes['ComparisonFigures'] };
  VersionSignature: VersionSignature;
};

export type AccessDirectiveArgs = {
  ofAll?: Scalars['Boolean']['input'];
  role?: Maybe<Role>;
};

export type AccessDirectiveResolver<Result, Parent, ContextType = GraphContext, Args = AccessDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type CostDirectiveArgs = {
  each?: Maybe<Scalars['String']['input']>;
  microseconds?: Scalars['Float']['input'];
  model?: Maybe<Scalars['String']['input']>;
  rows?: Scalars['Int']['input'];
  selector?: Maybe<Scalars['String']['input']>;
  when?: Maybe<Scalars['String']['input']>;
};

export type CostDirectiveResolver<Result, Parent, ContextType = GraphContext, Args = CostDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type ListSizeDirectiveArgs = {
  assumedSize?: Maybe<Scalars['Int']['input']>;
  maximum?: Maybe<Scalars['Int']['input']>;
  sizedFields?: Maybe<ReadonlyArray<Scalars['String']['input']>>;
  slicingArguments?: Maybe<ReadonlyArray<Scalars['String']['input']>>;
};

export type ListSizeDirectiveResolver<Result, Parent, ContextType = GraphContext, Args = ListSizeDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type AbortRollOutPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AbortRollOutPayload'] = ResolversParentTypes['AbortRollOutPayload']> = {
  model?: Resolver<Maybe<ResolversTypes['Model']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ModelOperationError']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AcceptModelGraphPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AcceptModelGraphPayload'] = ResolversParentTypes['AcceptModelGraphPayload']> = {
  schemaVersion?: Resolver<ResolversTypes['SchemaVersion'], ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ModelOperationError']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AcknowledgeFraudAlertsPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AcknowledgeFraudAlertsPayload'] = ResolversParentTypes['AcknowledgeFraudAlertsPayload']> = {
  acknowledgedCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  alerts?: Resolver<Maybe<ReadonlyArray<Maybe<ResolversTypes['FraudAlert']>>>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['FraudAlertUserError']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AmountBoundsResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AmountBounds'] = ResolversParentTypes['AmountBounds']> = {
  atLeast?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  below?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AnswerChangeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AnswerChange'] = ResolversParentTypes['AnswerChange']> = {
  after?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  before?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  rows?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ArmFactsResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ArmFacts'] = ResolversParentTypes['ArmFacts']> = {
  arm?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  errors?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  outcomes?: Resolver<ResolversTypes['OutcomeFigures'], ParentType, ContextType>;
  p95Ms?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  rows?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ArmOutcomesResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ArmOutcomes'] = ResolversParentTypes['ArmOutcomes']> = {
  arm?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  figures?: Resolver<ResolversTypes['OutcomeFigures'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ArmTrafficResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ArmTraffic'] = ResolversParentTypes['ArmTraffic']> = {
  arm?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  errors?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  p95Ms?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  percent?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  rows?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  version?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AuditDetailResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AuditDetail'] = ResolversParentTypes['AuditDetail']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AuditEntryResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AuditEntry'] = ResolversParentTypes['AuditEntry']> = {
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  customerId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  details?: Resolver<ReadonlyArray<ResolversTypes['AuditDetail']>, ParentType, ContextType>;
  door?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  erased?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  firstAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  firstPredictionId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['AuditKind'], ParentType, ContextType>;
  lastAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lastPredictionId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  model?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  operation?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  outcome?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  principal?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  remoteAddress?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  traceId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  version?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AuditEntryConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AuditEntryConnection'] = ResolversParentTypes['AuditEntryConnection']> = {
  edges?: Resolver<Maybe<ReadonlyArray<Maybe<ResolversTypes['AuditEntryEdge']>>>, ParentType, ContextType>;
  nodes?: Resolver<Maybe<ReadonlyArray<Maybe<ResolversTypes['AuditEntry']>>>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AuditEntryEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AuditEntryEdge'] = ResolversParentTypes['AuditEntryEdge']> = {
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['AuditEntry']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CallerResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Caller'] = ResolversParentTypes['Caller']> = {
  allCustomers?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  roles?: Resolver<ReadonlyArray<ResolversTypes['Role']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CancelReplayPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['CancelReplayPayload'] = ResolversParentTypes['CancelReplayPayload']> = {
  replay?: Resolver<Maybe<ResolversTypes['Replay']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ReplayError']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CaughtUpResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['CaughtUp'] = ResolversParentTypes['CaughtUp']> = {
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ComparedOutcomesResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ComparedOutcomes'] = ResolversParentTypes['ComparedOutcomes']> = {
  first?: Resolver<ResolversTypes['OutcomeFigures'], ParentType, ContextType>;
  second?: Resolver<ResolversTypes['OutcomeFigures'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ComparisonFiguresResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ComparisonFigures'] = ResolversParentTypes['ComparisonFigures']> = {
  agreement?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  changes?: Resolver<ReadonlyArray<ResolversTypes['AnswerChange']>, ParentType, ContextType>;
  failed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  largestDifference?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  meanAbsoluteDifference?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  meanDifference?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  outcomes?: Resolver<Maybe<ResolversTypes['ComparedOutcomes']>, ParentType, ContextType>;
  psi?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  ranking?: Resolver<Maybe<ResolversTypes['RankAgreement']>, ParentType, ContextType>;
  rows?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ConfusionCountsResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ConfusionCounts'] = ResolversParentTypes['ConfusionCounts']> = {
  falseNegatives?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  falsePositives?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  precision?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  recall?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  trueNegatives?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  truePositives?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ContributionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Contribution'] = ResolversParentTypes['Contribution']> = {
  contribution?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  features?: Resolver<ReadonlyArray<ResolversTypes['FeatureValue']>, ParentType, ContextType>;
  item?: Resolver<Maybe<ResolversTypes['Item']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sentence?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface CursorScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Cursor'], any> {
  name: 'Cursor';
}

export type CustomerResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Customer'] = ResolversParentTypes['Customer']> = {
  assessTransaction?: Resolver<Maybe<ResolversTypes['FraudAssessment']>, ParentType, ContextType, RequireFields<CustomerAssessTransactionArgs, 'transaction'>>;
  assessTransactions?: Resolver<Maybe<ReadonlyArray<Maybe<ResolversTypes['FraudAssessment']>>>, ParentType, ContextType, RequireFields<CustomerAssessTransactionsArgs, 'transactions'>>;
  birthDate?: Resolver<Maybe<ResolversTypes['Date']>, ParentType, ContextType>;
  country?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  customerId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  recommendations?: Resolver<Maybe<ResolversTypes['RecommendationList']>, ParentType, ContextType, RequireFields<CustomerRecommendationsArgs, 'excludePurchased' | 'first'>>;
  segment?: Resolver<Maybe<ResolversTypes['SegmentAssignment']>, ParentType, ContextType, Partial<CustomerSegmentArgs>>;
  simulated?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  transactions?: Resolver<ResolversTypes['TransactionConnection'], ParentType, ContextType, Partial<CustomerTransactionsArgs>>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CustomerErasureResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['CustomerErasure'] = ResolversParentTypes['CustomerErasure']> = {
  erasedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  erasureId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  events?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  predictions?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  salt?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  subject?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CustomerRecordResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['CustomerRecord'] = ResolversParentTypes['CustomerRecord']> = {
  content?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['CustomerRecordKind'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CustomerRecordConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['CustomerRecordConnection'] = ResolversParentTypes['CustomerRecordConnection']> = {
  edges?: Resolver<Maybe<ReadonlyArray<Maybe<ResolversTypes['CustomerRecordEdge']>>>, ParentType, ContextType>;
  nodes?: Resolver<Maybe<ReadonlyArray<Maybe<ResolversTypes['CustomerRecord']>>>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CustomerRecordEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['CustomerRecordEdge'] = ResolversParentTypes['CustomerRecordEdge']> = {
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['CustomerRecord']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CustomerScoresResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['CustomerScores'] = ResolversParentTypes['CustomerScores']> = {
  changed?: Resolver<ReadonlyArray<ResolversTypes['CustomerScoreKind']>, ParentType, ContextType>;
  customer?: Resolver<ResolversTypes['Customer'], ParentType, ContextType>;
  fraud?: Resolver<Maybe<ResolversTypes['FraudAssessment']>, ParentType, ContextType>;
  recommendations?: Resolver<Maybe<ResolversTypes['RecommendationList']>, ParentType, ContextType>;
  segment?: Resolver<Maybe<ResolversTypes['SegmentAssignment']>, ParentType, ContextType>;
  transaction?: Resolver<Maybe<ResolversTypes['Transaction']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface DateScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Date'], any> {
  name: 'Date';
}

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface DecimalScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Decimal'], any> {
  name: 'Decimal';
}

export type DecisionCountsResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['DecisionCounts'] = ResolversParentTypes['DecisionCounts']> = {
  approve?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  decline?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  review?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type EngineInfoResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['EngineInfo'] = ResolversParentTypes['EngineInfo']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  workers?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  workersAlive?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type EraseCustomerPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['EraseCustomerPayload'] = ResolversParentTypes['EraseCustomerPayload']> = {
  erasure?: Resolver<Maybe<ResolversTypes['CustomerErasure']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['EraseCustomerUserError']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type EraseCustomerUserErrorResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['EraseCustomerUserError'] = ResolversParentTypes['EraseCustomerUserError']> = {
  code?: Resolver<ResolversTypes['EraseCustomerErrorCode'], ParentType, ContextType>;
  field?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type EstimatedShareResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['EstimatedShare'] = ResolversParentTypes['EstimatedShare']> = {
  high?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  low?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type EventLogRangeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['EventLogRange'] = ResolversParentTypes['EventLogRange']> = {
  head?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  horizon?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ExplanationResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Explanation'] = ResolversParentTypes['Explanation']> = {
  baseline?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  contributions?: Resolver<ReadonlyArray<ResolversTypes['Contribution']>, ParentType, ContextType>;
  rest?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  score?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  unit?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FeatureBoundsResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['FeatureBounds'] = ResolversParentTypes['FeatureBounds']> = {
  atLeast?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  below?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FeatureSpecResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['FeatureSpec'] = ResolversParentTypes['FeatureSpec']> = {
  default?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  maximum?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  minimum?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  unit?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FeatureValueResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['FeatureValue'] = ResolversParentTypes['FeatureValue']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FraudAlertResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['FraudAlert'] = ResolversParentTypes['FraudAlert']> = {
  acknowledgedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  acknowledgedBy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  alertId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  clearReason?: Resolver<Maybe<ResolversTypes['FraudAlertClearReason']>, ParentType, ContextType>;
  clearThreshold?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  clearedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  customer?: Resolver<Maybe<ResolversTypes['Customer']>, ParentType, ContextType>;
  fraud?: Resolver<Maybe<ResolversTypes['FraudAssessment']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  note?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  raiseThreshold?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  raisedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['FraudAlertState'], ParentType, ContextType>;
  transaction?: Resolver<Maybe<ResolversTypes['Transaction']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FraudAlertChangedResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['FraudAlertChanged'] = ResolversParentTypes['FraudAlertChanged']> = {
  alert?: Resolver<ResolversTypes['FraudAlert'], ParentType, ContextType>;
  change?: Resolver<ResolversTypes['FraudAlertChange'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FraudAlertConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['FraudAlertConnection'] = ResolversParentTypes['FraudAlertConnection']> = {
  edges?: Resolver<Maybe<ReadonlyArray<Maybe<ResolversTypes['FraudAlertEdge']>>>, ParentType, ContextType>;
  nodes?: Resolver<Maybe<ReadonlyArray<Maybe<ResolversTypes['FraudAlert']>>>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FraudAlertEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['FraudAlertEdge'] = ResolversParentTypes['FraudAlertEdge']> = {
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['FraudAlert']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FraudAlertMessageResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['FraudAlertMessage'] = ResolversParentTypes['FraudAlertMessage']> = {
  __resolveType: TypeResolveFn<'CaughtUp' | 'FraudAlertChanged' | 'Lagged', ParentType, ContextType>;
};

export type FraudAlertUserErrorResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['FraudAlertUserError'] = ResolversParentTypes['FraudAlertUserError']> = {
  code?: Resolver<ResolversTypes['FraudAlertErrorCode'], ParentType, ContextType>;
  field?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FraudAssessmentResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['FraudAssessment'] = ResolversParentTypes['FraudAssessment']> = {
  arm?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  decision?: Resolver<ResolversTypes['FraudDecision'], ParentType, ContextType>;
  defaultedFeatures?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  explanation?: Resolver<Maybe<ResolversTypes['Explanation']>, ParentType, ContextType, RequireFields<FraudAssessmentExplanationArgs, 'top'>>;
  featuresAsOf?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  modelVersion?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  outOfRangeFeatures?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  outcome?: Resolver<Maybe<ResolversTypes['Outcome']>, ParentType, ContextType>;
  predictedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  probability?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  recorded?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type IngestUserErrorResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['IngestUserError'] = ResolversParentTypes['IngestUserError']> = {
  code?: Resolver<ResolversTypes['IngestErrorCode'], ParentType, ContextType>;
  field?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ItemResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Item'] = ResolversParentTypes['Item']> = {
  available?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  itemId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type LaggedResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Lagged'] = ResolversParentTypes['Lagged']> = {
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  missed?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['LagReason'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type LatencyQuantilesResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['LatencyQuantiles'] = ResolversParentTypes['LatencyQuantiles']> = {
  p50Ms?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  p99Ms?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type LiveStatsResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['LiveStats'] = ResolversParentTypes['LiveStats']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  decisions?: Resolver<ResolversTypes['DecisionCounts'], ParentType, ContextType>;
  eventLog?: Resolver<ResolversTypes['EventLogRange'], ParentType, ContextType>;
  models?: Resolver<ReadonlyArray<ResolversTypes['ModelLiveStats']>, ParentType, ContextType>;
  predictionsPerSecond?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  scorerBacklog?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  scoringLatency?: Resolver<ResolversTypes['LatencyQuantiles'], ParentType, ContextType>;
  subscribers?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  traffic?: Resolver<ReadonlyArray<ResolversTypes['ModelTraffic']>, ParentType, ContextType>;
  transactionsPerSecond?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  windowSeconds?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type LoadModelVersionPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['LoadModelVersionPayload'] = ResolversParentTypes['LoadModelVersionPayload']> = {
  model?: Resolver<Maybe<ResolversTypes['Model']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ModelOperationError']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MetricResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Metric'] = ResolversParentTypes['Metric']> = {
  dataset?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ModelResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Model'] = ResolversParentTypes['Model']> = {
  aliases?: Resolver<ReadonlyArray<ResolversTypes['ModelAlias']>, ParentType, ContextType>;
  currency?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  engine?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  history?: Resolver<ReadonlyArray<ResolversTypes['ModelHistoryEntry']>, ParentType, ContextType, RequireFields<ModelHistoryArgs, 'first'>>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  inputs?: Resolver<ReadonlyArray<ResolversTypes['TensorSpec']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  outcomes?: Resolver<ReadonlyArray<ResolversTypes['ArmOutcomes']>, ParentType, ContextType, Partial<ModelOutcomesArgs>>;
  outputs?: Resolver<ReadonlyArray<ResolversTypes['TensorSpec']>, ParentType, ContextType>;
  policy?: Resolver<Maybe<ResolversTypes['RoutingPolicy']>, ParentType, ContextType>;
  rollOut?: Resolver<Maybe<ResolversTypes['RollOut']>, ParentType, ContextType>;
  sideBySide?: Resolver<ReadonlyArray<ResolversTypes['SideBySideAgreement']>, ParentType, ContextType>;
  versions?: Resolver<ReadonlyArray<ResolversTypes['ModelVersion']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ModelAliasResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ModelAlias'] = ResolversParentTypes['ModelAlias']> = {
  before?: Resolver<ReadonlyArray<ResolversTypes['Int']>, ParentType, ContextType>;
  changedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  changedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ModelCardResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ModelCard'] = ResolversParentTypes['ModelCard']> = {
  format?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  intendedUse?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  limits?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  trainingData?: Resolver<Maybe<ResolversTypes['TrainingData']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ModelHistoryEntryResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ModelHistoryEntry'] = ResolversParentTypes['ModelHistoryEntry']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  by?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['ModelHistoryKind'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  versions?: Resolver<ReadonlyArray<ResolversTypes['Int']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ModelLiveStatsResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ModelLiveStats'] = ResolversParentTypes['ModelLiveStats']> = {
  latencyP50Ms?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  latencyP99Ms?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  meanBatchSize?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  model?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  queueDepth?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  rowsPerSecond?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ModelOperationErrorResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ModelOperationError'] = ResolversParentTypes['ModelOperationError']> = {
  code?: Resolver<ResolversTypes['ModelOperationErrorCode'], ParentType, ContextType>;
  field?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ModelProblemResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ModelProblem'] = ResolversParentTypes['ModelProblem']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  model?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ModelStateChangedResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ModelStateChanged'] = ResolversParentTypes['ModelStateChanged']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  model?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  modelVersion?: Resolver<Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType>;
  number?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  state?: Resolver<ResolversTypes['ModelVersionState'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ModelStateMessageResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ModelStateMessage'] = ResolversParentTypes['ModelStateMessage']> = {
  __resolveType: TypeResolveFn<'CaughtUp' | 'Lagged' | 'ModelStateChanged', ParentType, ContextType>;
};

export type ModelStatisticsResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ModelStatistics'] = ResolversParentTypes['ModelStatistics']> = {
  batches?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  errors?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  meanBatchSize?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  meanComputeMs?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  meanQueueMs?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  rows?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ModelTrafficResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ModelTraffic'] = ResolversParentTypes['ModelTraffic']> = {
  arms?: Resolver<ReadonlyArray<ResolversTypes['ArmTraffic']>, ParentType, ContextType>;
  changedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  model?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ModelVersionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ModelVersion'] = ResolversParentTypes['ModelVersion']> = {
  aliases?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  card?: Resolver<Maybe<ResolversTypes['ModelCard']>, ParentType, ContextType>;
  featureSet?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  history?: Resolver<ReadonlyArray<ResolversTypes['ModelHistoryEntry']>, ParentType, ContextType, RequireFields<ModelVersionHistoryArgs, 'first'>>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  memoryBytes?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  metrics?: Resolver<ReadonlyArray<ResolversTypes['Metric']>, ParentType, ContextType>;
  mode?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  model?: Resolver<ResolversTypes['Model'], ParentType, ContextType>;
  number?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  rowMicroseconds?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  sha256?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  signature?: Resolver<Maybe<ResolversTypes['VersionSignature']>, ParentType, ContextType>;
  sizeBytes?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['ModelVersionState'], ParentType, ContextType>;
  stateChangedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  statistics?: Resolver<ResolversTypes['ModelStatistics'], ParentType, ContextType>;
  trainedOn?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MoneyResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Money'] = ResolversParentTypes['Money']> = {
  amount?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MutationResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  abortRollOut?: Resolver<Maybe<ResolversTypes['AbortRollOutPayload']>, ParentType, ContextType, RequireFields<MutationAbortRollOutArgs, 'model' | 'reason'>>;
  acceptModelGraph?: Resolver<Maybe<ResolversTypes['AcceptModelGraphPayload']>, ParentType, ContextType, RequireFields<MutationAcceptModelGraphArgs, 'model'>>;
  acknowledgeFraudAlerts?: Resolver<Maybe<ResolversTypes['AcknowledgeFraudAlertsPayload']>, ParentType, ContextType, RequireFields<MutationAcknowledgeFraudAlertsArgs, 'alertIds'>>;
  cancelReplay?: Resolver<Maybe<ResolversTypes['CancelReplayPayload']>, ParentType, ContextType, RequireFields<MutationCancelReplayArgs, 'id'>>;
  eraseCustomer?: Resolver<Maybe<ResolversTypes['EraseCustomerPayload']>, ParentType, ContextType, RequireFields<MutationEraseCustomerArgs, 'customerId' | 'reason'>>;
  loadModelVersion?: Resolver<Maybe<ResolversTypes['LoadModelVersionPayload']>, ParentType, ContextType, RequireFields<MutationLoadModelVersionArgs, 'model' | 'version'>>;
  pauseRollOut?: Resolver<Maybe<ResolversTypes['PauseRollOutPayload']>, ParentType, ContextType, RequireFields<MutationPauseRollOutArgs, 'model' | 'reason'>>;
  recordInteractions?: Resolver<Maybe<ResolversTypes['RecordInteractionsPayload']>, ParentType, ContextType, RequireFields<MutationRecordInteractionsArgs, 'interactions'>>;
  recordTransactions?: Resolver<Maybe<ResolversTypes['RecordTransactionsPayload']>, ParentType, ContextType, RequireFields<MutationRecordTransactionsArgs, 'transactions'>>;
  reportOutcomes?: Resolver<Maybe<ResolversTypes['ReportOutcomesPayload']>, ParentType, ContextType, RequireFields<MutationReportOutcomesArgs, 'outcomes'>>;
  resumeRollOut?: Resolver<Maybe<ResolversTypes['ResumeRollOutPayload']>, ParentType, ContextType, RequireFields<MutationResumeRollOutArgs, 'model' | 'reason'>>;
  rollBackModel?: Resolver<Maybe<ResolversTypes['RollBackModelPayload']>, ParentType, ContextType, RequireFields<MutationRollBackModelArgs, 'alias' | 'model' | 'reason'>>;
  setModelAlias?: Resolver<Maybe<ResolversTypes['SetModelAliasPayload']>, ParentType, ContextType, RequireFields<MutationSetModelAliasArgs, 'alias' | 'model' | 'reason' | 'version'>>;
  setRoutingPolicy?: Resolver<Maybe<ResolversTypes['SetRoutingPolicyPayload']>, ParentType, ContextType, RequireFields<MutationSetRoutingPolicyArgs, 'model' | 'policy' | 'reason'>>;
  startReplay?: Resolver<Maybe<ResolversTypes['StartReplayPayload']>, ParentType, ContextType, RequireFields<MutationStartReplayArgs, 'from' | 'model' | 'to' | 'version'>>;
  startRollOut?: Resolver<Maybe<ResolversTypes['StartRollOutPayload']>, ParentType, ContextType, RequireFields<MutationStartRollOutArgs, 'guards' | 'model' | 'promote' | 'reason' | 'rule' | 'stepSeconds' | 'steps' | 'version'>>;
  unloadModelVersion?: Resolver<Maybe<ResolversTypes['UnloadModelVersionPayload']>, ParentType, ContextType, RequireFields<MutationUnloadModelVersionArgs, 'model' | 'version'>>;
  upsertCustomers?: Resolver<Maybe<ResolversTypes['UpsertCustomersPayload']>, ParentType, ContextType, RequireFields<MutationUpsertCustomersArgs, 'customers'>>;
  upsertItems?: Resolver<Maybe<ResolversTypes['UpsertItemsPayload']>, ParentType, ContextType, RequireFields<MutationUpsertItemsArgs, 'items'>>;
};

export type NodeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'Customer' | 'FraudAlert' | 'FraudAssessment' | 'Item' | 'Model' | 'ModelVersion' | 'RecommendationList' | 'Segment' | 'SegmentAssignment' | 'Transaction', ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type OutcomeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Outcome'] = ResolversParentTypes['Outcome']> = {
  fraud?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  observedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  reportedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  simulated?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type OutcomeFiguresResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['OutcomeFigures'] = ResolversParentTypes['OutcomeFigures']> = {
  falseNegatives?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  falsePositives?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  outcomes?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  precision?: Resolver<Maybe<ResolversTypes['EstimatedShare']>, ParentType, ContextType>;
  recall?: Resolver<Maybe<ResolversTypes['EstimatedShare']>, ParentType, ContextType>;
  trueNegatives?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  truePositives?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['Cursor']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['Cursor']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PauseRollOutPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['PauseRollOutPayload'] = ResolversParentTypes['PauseRollOutPayload']> = {
  model?: Resolver<Maybe<ResolversTypes['Model']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ModelOperationError']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface PositiveIntScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['PositiveInt'], any> {
  name: 'PositiveInt';
}

export type PredictionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Prediction'] = ResolversParentTypes['Prediction']> = {
  __resolveType: TypeResolveFn<'FraudAssessment' | 'RecommendationList' | 'SegmentAssignment', ParentType, ContextType>;
  arm?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  defaultedFeatures?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  explanation?: Resolver<Maybe<ResolversTypes['Explanation']>, ParentType, ContextType, RequireFields<PredictionExplanationArgs, 'top'>>;
  featuresAsOf?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  modelVersion?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  outOfRangeFeatures?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  predictedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  recorded?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type PredictionBucketResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['PredictionBucket'] = ResolversParentTypes['PredictionBucket']> = {
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  decisions?: Resolver<ResolversTypes['DecisionCounts'], ParentType, ContextType>;
  meanScore?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  start?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PredictionConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['PredictionConnection'] = ResolversParentTypes['PredictionConnection']> = {
  edges?: Resolver<Maybe<ReadonlyArray<Maybe<ResolversTypes['PredictionEdge']>>>, ParentType, ContextType>;
  nodes?: Resolver<Maybe<ReadonlyArray<Maybe<ResolversTypes['Prediction']>>>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PredictionEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['PredictionEdge'] = ResolversParentTypes['PredictionEdge']> = {
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['Prediction']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type QueryResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  auditEntries?: Resolver<ResolversTypes['AuditEntryConnection'], ParentType, ContextType, Partial<QueryAuditEntriesArgs>>;
  caller?: Resolver<ResolversTypes['Caller'], ParentType, ContextType>;
  compareVersions?: Resolver<Maybe<ResolversTypes['VersionComparison']>, ParentType, ContextType, RequireFields<QueryCompareVersionsArgs, 'a' | 'b' | 'model' | 'rows'>>;
  customer?: Resolver<Maybe<ResolversTypes['Customer']>, ParentType, ContextType, RequireFields<QueryCustomerArgs, 'customerId'>>;
  customerRecords?: Resolver<ResolversTypes['CustomerRecordConnection'], ParentType, ContextType, RequireFields<QueryCustomerRecordsArgs, 'customerId' | 'first'>>;
  customers?: Resolver<ReadonlyArray<Maybe<ResolversTypes['Customer']>>, ParentType, ContextType, RequireFields<QueryCustomersArgs, 'customerIds'>>;
  engine?: Resolver<ResolversTypes['EngineInfo'], ParentType, ContextType>;
  fraudAlerts?: Resolver<ResolversTypes['FraudAlertConnection'], ParentType, ContextType, Partial<QueryFraudAlertsArgs>>;
  model?: Resolver<Maybe<ResolversTypes['Model']>, ParentType, ContextType, RequireFields<QueryModelArgs, 'name'>>;
  modelProblems?: Resolver<ReadonlyArray<ResolversTypes['ModelProblem']>, ParentType, ContextType>;
  models?: Resolver<ReadonlyArray<ResolversTypes['Model']>, ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<QueryNodeArgs, 'id'>>;
  nodes?: Resolver<ReadonlyArray<Maybe<ResolversTypes['Node']>>, ParentType, ContextType, RequireFields<QueryNodesArgs, 'ids'>>;
  prediction?: Resolver<Maybe<ResolversTypes['Prediction']>, ParentType, ContextType, RequireFields<QueryPredictionArgs, 'id'>>;
  predictionSeries?: Resolver<ReadonlyArray<ResolversTypes['PredictionBucket']>, ParentType, ContextType, RequireFields<QueryPredictionSeriesArgs, 'bucketSeconds' | 'from' | 'to'>>;
  predictions?: Resolver<ResolversTypes['PredictionConnection'], ParentType, ContextType, Partial<QueryPredictionsArgs>>;
  rateLimit?: Resolver<ResolversTypes['RateLimit'], ParentType, ContextType>;
  replay?: Resolver<Maybe<ResolversTypes['Replay']>, ParentType, ContextType, RequireFields<QueryReplayArgs, 'id'>>;
  schemaVersion?: Resolver<ResolversTypes['SchemaVersion'], ParentType, ContextType>;
  segments?: Resolver<ReadonlyArray<ResolversTypes['Segment']>, ParentType, ContextType, Partial<QuerySegmentsArgs>>;
  simulation?: Resolver<Maybe<ResolversTypes['Simulation']>, ParentType, ContextType>;
  transaction?: Resolver<Maybe<ResolversTypes['Transaction']>, ParentType, ContextType, RequireFields<QueryTransactionArgs, 'transactionId'>>;
  transactions?: Resolver<ResolversTypes['TransactionConnection'], ParentType, ContextType, Partial<QueryTransactionsArgs>>;
};

export type RankAgreementResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RankAgreement'] = ResolversParentTypes['RankAgreement']> = {
  jaccard?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  overlap?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  rankBiasedOverlap?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RateLimitResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RateLimit'] = ResolversParentTypes['RateLimit']> = {
  cost?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  limit?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  perSecond?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  remaining?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  resetAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  used?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RecommendationListResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RecommendationList'] = ResolversParentTypes['RecommendationList']> = {
  arm?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  basis?: Resolver<ResolversTypes['RecommendationBasis'], ParentType, ContextType>;
  defaultedFeatures?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  explanation?: Resolver<Maybe<ResolversTypes['Explanation']>, ParentType, ContextType, RequireFields<RecommendationListExplanationArgs, 'top'>>;
  featuresAsOf?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  items?: Resolver<ReadonlyArray<ResolversTypes['RecommendedItem']>, ParentType, ContextType>;
  modelVersion?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  outOfRangeFeatures?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  predictedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  recorded?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RecommendedItemResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RecommendedItem'] = ResolversParentTypes['RecommendedItem']> = {
  item?: Resolver<ResolversTypes['Item'], ParentType, ContextType>;
  rank?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  score?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RecordInteractionsPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RecordInteractionsPayload'] = ResolversParentTypes['RecordInteractionsPayload']> = {
  acceptedCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  durableThrough?: Resolver<Maybe<ResolversTypes['Cursor']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['IngestUserError']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RecordTransactionsPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RecordTransactionsPayload'] = ResolversParentTypes['RecordTransactionsPayload']> = {
  acceptedCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  durableThrough?: Resolver<Maybe<ResolversTypes['Cursor']>, ParentType, ContextType>;
  transactions?: Resolver<Maybe<ReadonlyArray<Maybe<ResolversTypes['Transaction']>>>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['IngestUserError']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ReplayResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Replay'] = ResolversParentTypes['Replay']> = {
  done?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  figures?: Resolver<ResolversTypes['ComparisonFigures'], ParentType, ContextType>;
  from?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  model?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ReplayStatus'], ParentType, ContextType>;
  to?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ReplayErrorResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ReplayError'] = ResolversParentTypes['ReplayError']> = {
  code?: Resolver<ResolversTypes['ReplayErrorCode'], ParentType, ContextType>;
  field?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ReportOutcomesPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ReportOutcomesPayload'] = ResolversParentTypes['ReportOutcomesPayload']> = {
  acceptedCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  durableThrough?: Resolver<Maybe<ResolversTypes['Cursor']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['IngestUserError']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ResumeRollOutPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ResumeRollOutPayload'] = ResolversParentTypes['ResumeRollOutPayload']> = {
  model?: Resolver<Maybe<ResolversTypes['Model']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ModelOperationError']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RollBackModelPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RollBackModelPayload'] = ResolversParentTypes['RollBackModelPayload']> = {
  model?: Resolver<Maybe<ResolversTypes['Model']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ModelOperationError']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RollOutResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RollOut'] = ResolversParentTypes['RollOut']> = {
  arms?: Resolver<ReadonlyArray<ResolversTypes['ArmFacts']>, ParentType, ContextType>;
  guards?: Resolver<ResolversTypes['RollOutGuards'], ParentType, ContextType>;
  percent?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  promote?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  psi?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  rule?: Resolver<ReadonlyArray<ResolversTypes['RoutingCondition']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['RollOutStatus'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  stepSeconds?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  stepStartedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  steps?: Resolver<ReadonlyArray<ResolversTypes['Float']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RollOutGuardsResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RollOutGuards'] = ResolversParentTypes['RollOutGuards']> = {
  maxErrorRate?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  maxLatencyRatio?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  maxPrecisionDrop?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  maxPsi?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  maxRecallDrop?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  minOutcomes?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  minPrecision?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  minRecall?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  minRows?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RoutingArmResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RoutingArm'] = ResolversParentTypes['RoutingArm']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  percent?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RoutingConditionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RoutingCondition'] = ResolversParentTypes['RoutingCondition']> = {
  amount?: Resolver<Maybe<ResolversTypes['AmountBounds']>, ParentType, ContextType>;
  category?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  country?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  customers?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  feature?: Resolver<Maybe<ResolversTypes['FeatureBounds']>, ParentType, ContextType>;
  segment?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RoutingPolicyResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RoutingPolicy'] = ResolversParentTypes['RoutingPolicy']> = {
  arms?: Resolver<ReadonlyArray<ResolversTypes['RoutingArm']>, ParentType, ContextType>;
  changedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  changedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['RoutingPolicyKind'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  rule?: Resolver<ReadonlyArray<ResolversTypes['RoutingCondition']>, ParentType, ContextType>;
  shadow?: Resolver<Maybe<ResolversTypes['Shadow']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SchemaVersionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['SchemaVersion'] = ResolversParentTypes['SchemaVersion']> = {
  changedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  changes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  generation?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  models?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  sha256?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SegmentResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Segment'] = ResolversParentTypes['Segment']> = {
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  label?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  segmentId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SegmentAssignmentResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['SegmentAssignment'] = ResolversParentTypes['SegmentAssignment']> = {
  arm?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  confidence?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  defaultedFeatures?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  explanation?: Resolver<Maybe<ResolversTypes['Explanation']>, ParentType, ContextType, RequireFields<SegmentAssignmentExplanationArgs, 'top'>>;
  featuresAsOf?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  margin?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  modelVersion?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  outOfRangeFeatures?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  predictedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  recorded?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  runnerUp?: Resolver<Maybe<ResolversTypes['Segment']>, ParentType, ContextType>;
  segment?: Resolver<ResolversTypes['Segment'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SegmentChangedResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['SegmentChanged'] = ResolversParentTypes['SegmentChanged']> = {
  current?: Resolver<Maybe<ResolversTypes['SegmentAssignment']>, ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  customer?: Resolver<Maybe<ResolversTypes['Customer']>, ParentType, ContextType>;
  previous?: Resolver<Maybe<ResolversTypes['Segment']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SegmentChangedMessageResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['SegmentChangedMessage'] = ResolversParentTypes['SegmentChangedMessage']> = {
  __resolveType: TypeResolveFn<'CaughtUp' | 'Lagged' | 'SegmentChanged', ParentType, ContextType>;
};

export type SetModelAliasPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['SetModelAliasPayload'] = ResolversParentTypes['SetModelAliasPayload']> = {
  model?: Resolver<Maybe<ResolversTypes['Model']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ModelOperationError']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SetRoutingPolicyPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['SetRoutingPolicyPayload'] = ResolversParentTypes['SetRoutingPolicyPayload']> = {
  model?: Resolver<Maybe<ResolversTypes['Model']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ModelOperationError']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ShadowResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Shadow'] = ResolversParentTypes['Shadow']> = {
  agreement?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  dropped?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  failed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  meanDifference?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  overlap?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  percent?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  rows?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SideBySideAgreementResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['SideBySideAgreement'] = ResolversParentTypes['SideBySideAgreement']> = {
  agreement?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  meanDifference?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  overlap?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  rows?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  versions?: Resolver<ReadonlyArray<ResolversTypes['Int']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SimulationResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Simulation'] = ResolversParentTypes['Simulation']> = {
  customers?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  fraudTruth?: Resolver<ResolversTypes['ConfusionCounts'], ParentType, ContextType>;
  note?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  transactionsScored?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type StartReplayPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['StartReplayPayload'] = ResolversParentTypes['StartReplayPayload']> = {
  replay?: Resolver<Maybe<ResolversTypes['Replay']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ReplayError']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type StartRollOutPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['StartRollOutPayload'] = ResolversParentTypes['StartRollOutPayload']> = {
  model?: Resolver<Maybe<ResolversTypes['Model']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ModelOperationError']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type StreamMessageResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['StreamMessage'] = ResolversParentTypes['StreamMessage']> = {
  __resolveType: TypeResolveFn<'CaughtUp' | 'FraudAlertChanged' | 'Lagged' | 'ModelStateChanged' | 'SegmentChanged' | 'TransactionScored', ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  customerScores?: SubscriptionResolver<Maybe<ResolversTypes['CustomerScores']>, "customerScores", ParentType, ContextType, RequireFields<SubscriptionCustomerScoresArgs, 'customerId' | 'first'>>;
  fraudAlerts?: SubscriptionResolver<ResolversTypes['FraudAlertMessage'], "fraudAlerts", ParentType, ContextType, Partial<SubscriptionFraudAlertsArgs>>;
  liveStats?: SubscriptionResolver<ResolversTypes['LiveStats'], "liveStats", ParentType, ContextType, RequireFields<SubscriptionLiveStatsArgs, 'every'>>;
  modelStateChanged?: SubscriptionResolver<ResolversTypes['ModelStateMessage'], "modelStateChanged", ParentType, ContextType, Partial<SubscriptionModelStateChangedArgs>>;
  recommendationsChanged?: SubscriptionResolver<Maybe<ResolversTypes['RecommendationList']>, "recommendationsChanged", ParentType, ContextType, RequireFields<SubscriptionRecommendationsChangedArgs, 'customerId' | 'first'>>;
  replayProgress?: SubscriptionResolver<ResolversTypes['Replay'], "replayProgress", ParentType, ContextType, RequireFields<SubscriptionReplayProgressArgs, 'id'>>;
  schemaChanged?: SubscriptionResolver<ResolversTypes['SchemaVersion'], "schemaChanged", ParentType, ContextType>;
  segmentChanged?: SubscriptionResolver<ResolversTypes['SegmentChangedMessage'], "segmentChanged", ParentType, ContextType, Partial<SubscriptionSegmentChangedArgs>>;
  transactionScored?: SubscriptionResolver<ResolversTypes['TransactionScoredMessage'], "transactionScored", ParentType, ContextType, Partial<SubscriptionTransactionScoredArgs>>;
};

export type TensorSpecResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['TensorSpec'] = ResolversParentTypes['TensorSpec']> = {
  datatype?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  features?: Resolver<ReadonlyArray<ResolversTypes['FeatureSpec']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  shape?: Resolver<ReadonlyArray<ResolversTypes['Int']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TrainingDataResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['TrainingData'] = ResolversParentTypes['TrainingData']> = {
  from?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  licence?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  notes?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  rows?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  to?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  url?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TransactionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Transaction'] = ResolversParentTypes['Transaction']> = {
  amount?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  category?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  customer?: Resolver<Maybe<ResolversTypes['Customer']>, ParentType, ContextType>;
  fraud?: Resolver<Maybe<ResolversTypes['FraudAssessment']>, ParentType, ContextType, Partial<TransactionFraudArgs>>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  merchant?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  outcome?: Resolver<Maybe<ResolversTypes['Outcome']>, ParentType, ContextType>;
  recordedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  simulated?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  transactionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TransactionConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['TransactionConnection'] = ResolversParentTypes['TransactionConnection']> = {
  edges?: Resolver<Maybe<ReadonlyArray<Maybe<ResolversTypes['TransactionEdge']>>>, ParentType, ContextType>;
  nodes?: Resolver<Maybe<ReadonlyArray<Maybe<ResolversTypes['Transaction']>>>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TransactionEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['TransactionEdge'] = ResolversParentTypes['TransactionEdge']> = {
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['Transaction']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TransactionScoredResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['TransactionScored'] = ResolversParentTypes['TransactionScored']> = {
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  fraud?: Resolver<Maybe<ResolversTypes['FraudAssessment']>, ParentType, ContextType>;
  transaction?: Resolver<ResolversTypes['Transaction'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TransactionScoredMessageResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['TransactionScoredMessage'] = ResolversParentTypes['TransactionScoredMessage']> = {
  __resolveType: TypeResolveFn<'CaughtUp' | 'Lagged' | 'TransactionScored', ParentType, ContextType>;
};

export type UnloadModelVersionPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['UnloadModelVersionPayload'] = ResolversParentTypes['UnloadModelVersionPayload']> = {
  model?: Resolver<Maybe<ResolversTypes['Model']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['ModelOperationError']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UpsertCustomersPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['UpsertCustomersPayload'] = ResolversParentTypes['UpsertCustomersPayload']> = {
  acceptedCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  durableThrough?: Resolver<Maybe<ResolversTypes['Cursor']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['IngestUserError']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UpsertItemsPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['UpsertItemsPayload'] = ResolversParentTypes['UpsertItemsPayload']> = {
  acceptedCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  durableThrough?: Resolver<Maybe<ResolversTypes['Cursor']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['IngestUserError']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UserErrorResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['UserError'] = ResolversParentTypes['UserError']> = {
  __resolveType: TypeResolveFn<'EraseCustomerUserError' | 'FraudAlertUserError' | 'IngestUserError' | 'ModelOperationError' | 'ReplayError', ParentType, ContextType>;
  field?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type VersionComparisonResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['VersionComparison'] = ResolversParentTypes['VersionComparison']> = {
  a?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  b?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  figures?: Resolver<ResolversTypes['ComparisonFigures'], ParentType, ContextType>;
  p95MsOfA?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  p95MsOfB?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type VersionSignatureResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['VersionSignature'] = ResolversParentTypes['VersionSignature']> = {
  keyId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  required?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['VersionSignatureState'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type Resolvers<ContextType = GraphContext> = {
  AbortRollOutPayload?: AbortRollOutPayloadResolvers<ContextType>;
  AcceptModelGraphPayload?: AcceptModelGraphPayloadResolvers<ContextType>;
  AcknowledgeFraudAlertsPayload?: AcknowledgeFraudAlertsPayloadResolvers<ContextType>;
  AmountBounds?: AmountBoundsResolvers<ContextType>;
  AnswerChange?: AnswerChangeResolvers<ContextType>;
  ArmFacts?: ArmFactsResolvers<ContextType>;
  ArmOutcomes?: ArmOutcomesResolvers<ContextType>;
  ArmTraffic?: ArmTrafficResolvers<ContextType>;
  AuditDetail?: AuditDetailResolvers<ContextType>;
  AuditEntry?: AuditEntryResolvers<ContextType>;
  AuditEntryConnection?: AuditEntryConnectionResolvers<ContextType>;
  AuditEntryEdge?: AuditEntryEdgeResolvers<ContextType>;
  Caller?: CallerResolvers<ContextType>;
  CancelReplayPayload?: CancelReplayPayloadResolvers<ContextType>;
  CaughtUp?: CaughtUpResolvers<ContextType>;
  ComparedOutcomes?: ComparedOutcomesResolvers<ContextType>;
  ComparisonFigures?: ComparisonFiguresResolvers<ContextType>;
  ConfusionCounts?: ConfusionCountsResolvers<ContextType>;
  Contribution?: ContributionResolvers<ContextType>;
  Cursor?: GraphQLScalarType;
  Customer?: CustomerResolvers<ContextType>;
  CustomerErasure?: CustomerErasureResolvers<ContextType>;
  CustomerRecord?: CustomerRecordResolvers<ContextType>;
  CustomerRecordConnection?: CustomerRecordConnectionResolvers<ContextType>;
  CustomerRecordEdge?: CustomerRecordEdgeResolvers<ContextType>;
  CustomerScores?: CustomerScoresResolvers<ContextType>;
  Date?: GraphQLScalarType;
  DateTime?: GraphQLScalarType;
  Decimal?: GraphQLScalarType;
  DecisionCounts?: DecisionCountsResolvers<ContextType>;
  EngineInfo?: EngineInfoResolvers<ContextType>;
  EraseCustomerPayload?: EraseCustomerPayloadResolvers<ContextType>;
  EraseCustomerUserError?: EraseCustomerUserErrorResolvers<ContextType>;
  EstimatedShare?: EstimatedShareResolvers<ContextType>;
  EventLogRange?: EventLogRangeResolvers<ContextType>;
  Explanation?: ExplanationResolvers<ContextType>;
  FeatureBounds?: FeatureBoundsResolvers<ContextType>;
  FeatureSpec?: FeatureSpecResolvers<ContextType>;
  FeatureValue?: FeatureValueResolvers<ContextType>;
  FraudAlert?: FraudAlertResolvers<ContextType>;
  FraudAlertChanged?: FraudAlertChangedResolvers<ContextType>;
  FraudAlertConnection?: FraudAlertConnectionResolvers<ContextType>;
  FraudAlertEdge?: FraudAlertEdgeResolvers<ContextType>;
  FraudAlertMessage?: FraudAlertMessageResolvers<ContextType>;
  FraudAlertUserError?: FraudAlertUserErrorResolvers<ContextType>;
  FraudAssessment?: FraudAssessmentResolvers<ContextType>;
  IngestUserError?: IngestUserErrorResolvers<ContextType>;
  Item?: ItemResolvers<ContextType>;
  Lagged?: LaggedResolvers<ContextType>;
  LatencyQuantiles?: LatencyQuantilesResolvers<ContextType>;
  LiveStats?: LiveStatsResolvers<ContextType>;
  LoadModelVersionPayload?: LoadModelVersionPayloadResolvers<ContextType>;
  Metric?: MetricResolvers<ContextType>;
  Model?: ModelResolvers<ContextType>;
  ModelAlias?: ModelAliasResolvers<ContextType>;
  ModelCard?: ModelCardResolvers<ContextType>;
  ModelHistoryEntry?: ModelHistoryEntryResolvers<ContextType>;
  ModelLiveStats?: ModelLiveStatsResolvers<ContextType>;
  ModelOperationError?: ModelOperationErrorResolvers<ContextType>;
  ModelProblem?: ModelProblemResolvers<ContextType>;
  ModelStateChanged?: ModelStateChangedResolvers<ContextType>;
  ModelStateMessage?: ModelStateMessageResolvers<ContextType>;
  ModelStatistics?: ModelStatisticsResolvers<ContextType>;
  ModelTraffic?: ModelTrafficResolvers<ContextType>;
  ModelVersion?: ModelVersionResolvers<ContextType>;
  Money?: MoneyResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  Node?: NodeResolvers<ContextType>;
  Outcome?: OutcomeResolvers<ContextType>;
  OutcomeFigures?: OutcomeFiguresResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  PauseRollOutPayload?: PauseRollOutPayloadResolvers<ContextType>;
  PositiveInt?: GraphQLScalarType;
  Prediction?: PredictionResolvers<ContextType>;
  PredictionBucket?: PredictionBucketResolvers<ContextType>;
  PredictionConnection?: PredictionConnectionResolvers<ContextType>;
  PredictionEdge?: PredictionEdgeResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RankAgreement?: RankAgreementResolvers<ContextType>;
  RateLimit?: RateLimitResolvers<ContextType>;
  RecommendationList?: RecommendationListResolvers<ContextType>;
  RecommendedItem?: RecommendedItemResolvers<ContextType>;
  RecordInteractionsPayload?: RecordInteractionsPayloadResolvers<ContextType>;
  RecordTransactionsPayload?: RecordTransactionsPayloadResolvers<ContextType>;
  Replay?: ReplayResolvers<ContextType>;
  ReplayError?: ReplayErrorResolvers<ContextType>;
  ReportOutcomesPayload?: ReportOutcomesPayloadResolvers<ContextType>;
  ResumeRollOutPayload?: ResumeRollOutPayloadResolvers<ContextType>;
  RollBackModelPayload?: RollBackModelPayloadResolvers<ContextType>;
  RollOut?: RollOutResolvers<ContextType>;
  RollOutGuards?: RollOutGuardsResolvers<ContextType>;
  RoutingArm?: RoutingArmResolvers<ContextType>;
  RoutingCondition?: RoutingConditionResolvers<ContextType>;
  RoutingPolicy?: RoutingPolicyResolvers<ContextType>;
  SchemaVersion?: SchemaVersionResolvers<ContextType>;
  Segment?: SegmentResolvers<ContextType>;
  SegmentAssignment?: SegmentAssignmentResolvers<ContextType>;
  SegmentChanged?: SegmentChangedResolvers<ContextType>;
  SegmentChangedMessage?: SegmentChangedMessageResolvers<ContextType>;
  SetModelAliasPayload?: SetModelAliasPayloadResolvers<ContextType>;
  SetRoutingPolicyPayload?: SetRoutingPolicyPayloadResolvers<ContextType>;
  Shadow?: ShadowResolvers<ContextType>;
  SideBySideAgreement?: SideBySideAgreementResolvers<ContextType>;
  Simulation?: SimulationResolvers<ContextType>;
  StartReplayPayload?: StartReplayPayloadResolvers<ContextType>;
  StartRollOutPayload?: StartRollOutPayloadResolvers<ContextType>;
  StreamMessage?: StreamMessageResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  TensorSpec?: TensorSpecResolvers<ContextType>;
  TrainingData?: TrainingDataResolvers<ContextType>;
  Transaction?: TransactionResolvers<ContextType>;
  TransactionConnection?: TransactionConnectionResolvers<ContextType>;
  TransactionEdge?: TransactionEdgeResolvers<ContextType>;
  TransactionScored?: TransactionScoredResolvers<ContextType>;
  TransactionScoredMessage?: TransactionScoredMessageResolvers<ContextType>;
  UnloadModelVersionPayload?: UnloadModelVersionPayloadResolvers<ContextType>;
  UpsertCustomersPayload?: UpsertCustomersPayloadResolvers<ContextType>;
  UpsertItemsPayload?: UpsertItemsPayloadResolvers<ContextType>;
  UserError?: UserErrorResolvers<ContextType>;
  VersionComparison?: VersionComparisonResolvers<ContextType>;
  VersionSignature?: VersionSignatureResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = GraphContext> = {
  access?: AccessDirectiveResolver<any, any, ContextType>;
  cost?: CostDirectiveResolver<any, any, ContextType>;
  listSize?: ListSizeDirectiveResolver<any, any, ContextType>;
};
