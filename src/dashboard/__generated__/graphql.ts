import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
export type MakeOptional<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]?: Maybe<T[SubKey]> };
export type MakeMaybe<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]: Maybe<T[SubKey]> };
export type MakeEmpty<T extends { [key: string]: unknown }, K extends keyof T> = { [_ in K]?: never };
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
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
  DateTime: { input: string; output: string; }
  /** A decimal number in a string, `"12.50"`: exact, never a float. */
  Decimal: { input: string; output: string; }
  /** A whole number from 1 to 2147483647. */
  PositiveInt: { input: number; output: number; }
};

/** An amount within bounds, one of which may be left out. In the model's currency. */
export type AmountBoundsInput = {
  /** The least that fits. */
  readonly atLeast?: InputMaybe<MoneyInput>;
  /** What no longer fits, and all above. */
  readonly below?: InputMaybe<MoneyInput>;
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

/** A version for a share of the customers. The same customer always gets the same version; a larger share keeps who is in. */
export type CanaryInput = {
  /** Share of the customers, 0 to 100. */
  readonly percent: Scalars['Float']['input'];
  /** Only rows for which all of these hold take part; empty: everybody's. */
  readonly rule?: ReadonlyArray<RoutingConditionInput>;
  /** Which version; it must be AVAILABLE. */
  readonly version: Scalars['Int']['input'];
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

/** Why nothing was erased. */
export type EraseCustomerErrorCode =
  /** An argument is not as it must be. */
  | 'INVALID'
  /** Nothing is held about such a customer; they may have been erased before. */
  | 'NOT_FOUND';

/** A stored feature within bounds, one of which may be left out. */
export type FeatureBoundsInput = {
  /** The least that fits. */
  readonly atLeast?: InputMaybe<Scalars['Float']['input']>;
  /** What no longer fits, and all above. */
  readonly below?: InputMaybe<Scalars['Float']['input']>;
  /** As docs/features.md has it: `customer@1/recency_days`. */
  readonly name: Scalars['String']['input'];
};

/** What became of an alert. */
export type FraudAlertChange =
  /** Somebody has seen to it. */
  | 'ACKNOWLEDGED'
  /** It is over. */
  | 'CLEARED'
  /** A payment reached the threshold. */
  | 'RAISED';

/** Why an alert is over. */
export type FraudAlertClearReason =
  /** More than 10,000 alerts stood at once: the oldest made room. */
  | 'DISPLACED'
  /** A later payment of the customer lay below the clear threshold. */
  | 'PAYMENT_BELOW_THRESHOLD'
  /** The customer has paid nothing for the quiet time (`SCOREGRAPH_ALERT_QUIET_MINUTES`). */
  | 'QUIET';

/** Why an alert could not be acknowledged. */
export type FraudAlertErrorCode =
  /** Somebody was faster: `acknowledgedBy` of the alert says who. */
  | 'ALREADY_ACKNOWLEDGED'
  /** It is over. */
  | 'ALREADY_CLEARED'
  /** No alert has this id. */
  | 'NOT_FOUND';

/** Where an alert is between being raised and being cleared. */
export type FraudAlertState =
  /** Somebody has seen to it. */
  | 'ACKNOWLEDGED'
  /** Over: `clearReason` says why. */
  | 'CLEARED'
  /** Raised; nobody has said that they have seen to it. */
  | 'OPEN';

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

/** What kind of thing became of a model. */
export type ModelHistoryKind =
  /** An alias came to mean another version. */
  | 'ALIAS'
  /** Another policy holds, or a roll-out went on. */
  | 'POLICY'
  /** A version went into another state. */
  | 'STATE';

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

/** Which version answers. Left out: what the router decides for this entity, usually the champion. */
export type ModelSelector =
  /** A version by alias: `champion`, `challenger`. */
  { readonly alias: Scalars['String']['input']; readonly version?: never; }
  |  /** A version by number. */
  { readonly alias?: never; readonly version: Scalars['Int']['input']; };

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
export type MoneyInput = {
  /** In major units, with no more decimal places than the currency has: `"12.50"`. */
  readonly amount: Scalars['Decimal']['input'];
  /** ISO 4217 code: `USD`. A model takes amounts in its own currency only. */
  readonly currency: Scalars['String']['input'];
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

/** What a list is based on. */
export type RecommendationBasis =
  /** The customer's own latest interactions. */
  | 'PERSONAL'
  /** Nothing is known of the customer's taste: popular with everybody. */
  | 'POPULAR'
  /** Nothing is known of the customer's taste: popular in their country. */
  | 'POPULAR_IN_COUNTRY';

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

/** One version of a split. */
export type RoutingArmInput = {
  /** As predictions and metrics name it: lower-case letters, digits and hyphens. */
  readonly name: Scalars['String']['input'];
  /** Share of the customers, 0 to 100. */
  readonly percent: Scalars['Float']['input'];
  /** Which version; it must be AVAILABLE. */
  readonly version: Scalars['Int']['input'];
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

/** A version beside the champion. */
export type ShadowInput = {
  /** For which share of the customers. */
  readonly percent?: Scalars['Float']['input'];
  /** Only for rows for which all of these hold; empty: everybody's. */
  readonly rule?: ReadonlyArray<RoutingConditionInput>;
  /** Which version; it must be AVAILABLE. */
  readonly version: Scalars['Int']['input'];
};

/** Versions that share the customers. */
export type SplitInput = {
  /** Who gets how much; 100 together. With 0 and 100 it is blue-green: both stay loaded, and going back is one mutation. */
  readonly arms: ReadonlyArray<RoutingArmInput>;
  /** Only rows for which all of these hold take part, the champion answers the others; empty: everybody's. */
  readonly rule?: ReadonlyArray<RoutingConditionInput>;
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

export type AlertFragment = { readonly __typename?: 'FraudAlert', readonly alertId: string, readonly raisedAt: string, readonly state: FraudAlertState, readonly raiseThreshold: number, readonly clearThreshold: number, readonly acknowledgedAt?: string | null, readonly acknowledgedBy?: string | null, readonly note?: string | null, readonly clearedAt?: string | null, readonly clearReason?: FraudAlertClearReason | null, readonly customer?: { readonly __typename?: 'Customer', readonly customerId: string } | null, readonly transaction?: { readonly __typename?: 'Transaction', readonly transactionId: string, readonly merchant: string, readonly category: string, readonly occurredAt: string, readonly simulated: boolean, readonly amount: { readonly __typename?: 'Money', readonly amount: string, readonly currency: string } } | null, readonly fraud?: { readonly __typename?: 'FraudAssessment', readonly probability: number, readonly decision: FraudDecision } | null };

export type StandingAlertsQueryVariables = Exact<{ [key: string]: never; }>;


export type StandingAlertsQuery = { readonly __typename?: 'Query', readonly fraudAlerts: { readonly __typename?: 'FraudAlertConnection', readonly nodes?: ReadonlyArray<{ readonly __typename?: 'FraudAlert', readonly alertId: string, readonly raisedAt: string, readonly state: FraudAlertState, readonly raiseThreshold: number, readonly clearThreshold: number, readonly acknowledgedAt?: string | null, readonly acknowledgedBy?: string | null, readonly note?: string | null, readonly clearedAt?: string | null, readonly clearReason?: FraudAlertClearReason | null, readonly customer?: { readonly __typename?: 'Customer', readonly customerId: string } | null, readonly transaction?: { readonly __typename?: 'Transaction', readonly transactionId: string, readonly merchant: string, readonly category: string, readonly occurredAt: string, readonly simulated: boolean, readonly amount: { readonly __typename?: 'Money', readonly amount: string, readonly currency: string } } | null, readonly fraud?: { readonly __typename?: 'FraudAssessment', readonly probability: number, readonly decision: FraudDecision } | null } | null> | null, readonly pageInfo: { readonly __typename?: 'PageInfo', readonly hasNextPage: boolean } } };

export type FraudAlertsSubscriptionVariables = Exact<{
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type FraudAlertsSubscription = { readonly __typename?: 'Subscription', readonly fraudAlerts: { readonly __typename: 'CaughtUp', readonly cursor: string, readonly replayed: number } | { readonly __typename: 'FraudAlertChanged', readonly cursor: string, readonly change: FraudAlertChange, readonly alert: { readonly __typename?: 'FraudAlert', readonly alertId: string, readonly raisedAt: string, readonly state: FraudAlertState, readonly raiseThreshold: number, readonly clearThreshold: number, readonly acknowledgedAt?: string | null, readonly acknowledgedBy?: string | null, readonly note?: string | null, readonly clearedAt?: string | null, readonly clearReason?: FraudAlertClearReason | null, readonly customer?: { readonly __typename?: 'Customer', readonly customerId: string } | null, readonly transaction?: { readonly __typename?: 'Transaction', readonly transactionId: string, readonly merchant: string, readonly category: string, readonly occurredAt: string, readonly simulated: boolean, readonly amount: { readonly __typename?: 'Money', readonly amount: string, readonly currency: string } } | null, readonly fraud?: { readonly __typename?: 'FraudAssessment', readonly probability: number, readonly decision: FraudDecision } | null } } | { readonly __typename: 'Lagged', readonly cursor: string, readonly missed?: number | null } };

export type AcknowledgeFraudAlertsMutationVariables = Exact<{
  alertIds: ReadonlyArray<Scalars['ID']['input']> | Scalars['ID']['input'];
  note?: InputMaybe<Scalars['String']['input']>;
}>;


export type AcknowledgeFraudAlertsMutation = { readonly __typename?: 'Mutation', readonly acknowledgeFraudAlerts?: { readonly __typename?: 'AcknowledgeFraudAlertsPayload', readonly acknowledgedCount?: number | null, readonly alerts?: ReadonlyArray<{ readonly __typename?: 'FraudAlert', readonly alertId: string, readonly raisedAt: string, readonly state: FraudAlertState, readonly raiseThreshold: number, readonly clearThreshold: number, readonly acknowledgedAt?: string | null, readonly acknowledgedBy?: string | null, readonly note?: string | null, readonly clearedAt?: string | null, readonly clearReason?: FraudAlertClearReason | null, readonly customer?: { readonly __typename?: 'Customer', readonly customerId: string } | null, readonly transaction?: { readonly __typename?: 'Transaction', readonly transactionId: string, readonly merchant: string, readonly category: string, readonly occurredAt: string, readonly simulated: boolean, readonly amount: { readonly __typename?: 'Money', readonly amount: string, readonly currency: string } } | null, readonly fraud?: { readonly __typename?: 'FraudAssessment', readonly probability: number, readonly decision: FraudDecision } | null } | null> | null, readonly userErrors: ReadonlyArray<{ readonly __typename?: 'FraudAlertUserError', readonly message: string, readonly code: FraudAlertErrorCode }> } | null };

export type CustomerQueryVariables = Exact<{
  customerId: Scalars['ID']['input'];
}>;


export type CustomerQuery = { readonly __typename?: 'Query', readonly customer?: { readonly __typename?: 'Customer', readonly customerId: string, readonly simulated: boolean, readonly country?: string | null, readonly birthDate?: string | null, readonly transactions: { readonly __typename?: 'TransactionConnection', readonly nodes?: ReadonlyArray<{ readonly __typename?: 'Transaction', readonly transactionId: string, readonly merchant: string, readonly category: string, readonly occurredAt: string, readonly simulated: boolean, readonly fraud?: { readonly __typename?: 'FraudAssessment', readonly predictedAt: string, readonly probability: number, readonly decision: FraudDecision } | null, readonly amount: { readonly __typename?: 'Money', readonly amount: string, readonly currency: string }, readonly customer?: { readonly __typename?: 'Customer', readonly customerId: string } | null } | null> | null } } | null };

export type CustomerScoresSubscriptionVariables = Exact<{
  customerId: Scalars['ID']['input'];
}>;


export type CustomerScoresSubscription = { readonly __typename?: 'Subscription', readonly customerScores?: { readonly __typename?: 'CustomerScores', readonly changed: ReadonlyArray<CustomerScoreKind>, readonly segment?: { readonly __typename?: 'SegmentAssignment', readonly confidence: number, readonly margin: number, readonly segment: { readonly __typename?: 'Segment', readonly segmentId: string, readonly label: string, readonly description: string }, readonly runnerUp?: { readonly __typename?: 'Segment', readonly label: string } | null } | null, readonly recommendations?: { readonly __typename?: 'RecommendationList', readonly basis: RecommendationBasis, readonly reason: string, readonly items: ReadonlyArray<{ readonly __typename?: 'RecommendedItem', readonly rank: number, readonly score: number, readonly item: { readonly __typename?: 'Item', readonly itemId: string, readonly title: string } }> } | null } | null };

export type CallerQueryVariables = Exact<{ [key: string]: never; }>;


export type CallerQuery = { readonly __typename?: 'Query', readonly caller: { readonly __typename?: 'Caller', readonly id: string, readonly roles: ReadonlyArray<Role>, readonly allCustomers: boolean } };

export type ModelListQueryVariables = Exact<{ [key: string]: never; }>;


export type ModelListQuery = { readonly __typename?: 'Query', readonly engine: { readonly __typename?: 'EngineInfo', readonly version: string, readonly workers: number, readonly workersAlive: number }, readonly models: ReadonlyArray<{ readonly __typename?: 'Model', readonly name: string, readonly description: string, readonly aliases: ReadonlyArray<{ readonly __typename?: 'ModelAlias', readonly name: string, readonly version: { readonly __typename?: 'ModelVersion', readonly number: number } }>, readonly versions: ReadonlyArray<{ readonly __typename?: 'ModelVersion', readonly number: number, readonly state: ModelVersionState }>, readonly policy?: { readonly __typename?: 'RoutingPolicy', readonly kind: RoutingPolicyKind } | null, readonly rollOut?: { readonly __typename?: 'RollOut', readonly status: RollOutStatus } | null }> };

export type ModelProblemsQueryVariables = Exact<{ [key: string]: never; }>;


export type ModelProblemsQuery = { readonly __typename?: 'Query', readonly modelProblems: ReadonlyArray<{ readonly __typename?: 'ModelProblem', readonly model: string, readonly reason: string, readonly message: string }> };

export type ModelDetailQueryVariables = Exact<{
  name: Scalars['String']['input'];
}>;


export type ModelDetailQuery = { readonly __typename?: 'Query', readonly model?: { readonly __typename?: 'Model', readonly name: string, readonly description: string, readonly currency?: string | null, readonly aliases: ReadonlyArray<{ readonly __typename?: 'ModelAlias', readonly name: string, readonly changedBy: string, readonly changedAt: string, readonly reason?: string | null, readonly before: ReadonlyArray<number>, readonly version: { readonly __typename?: 'ModelVersion', readonly number: number } }>, readonly versions: ReadonlyArray<{ readonly __typename?: 'ModelVersion', readonly number: number, readonly state: ModelVersionState, readonly reason?: string | null, readonly stateChangedAt: string, readonly mode?: string | null, readonly aliases: ReadonlyArray<string>, readonly featureSet?: string | null, readonly sizeBytes: number, readonly memoryBytes: number, readonly sha256?: string | null, readonly signature?: { readonly __typename?: 'VersionSignature', readonly state: VersionSignatureState, readonly required: boolean, readonly keyId?: string | null } | null, readonly card?: { readonly __typename?: 'ModelCard', readonly format: string, readonly intendedUse?: string | null, readonly limits: ReadonlyArray<string>, readonly trainingData?: { readonly __typename?: 'TrainingData', readonly name?: string | null, readonly rows?: number | null, readonly from?: string | null, readonly to?: string | null, readonly licence?: string | null, readonly url?: string | null, readonly notes?: string | null } | null } | null, readonly metrics: ReadonlyArray<{ readonly __typename?: 'Metric', readonly name: string, readonly value: number, readonly dataset: string }> }>, readonly policy?: { readonly __typename?: 'RoutingPolicy', readonly kind: RoutingPolicyKind, readonly reason: string, readonly changedBy: string, readonly changedAt: string, readonly rule: ReadonlyArray<{ readonly __typename?: 'RoutingCondition', readonly segment?: ReadonlyArray<string> | null, readonly customers?: number | null, readonly country?: ReadonlyArray<string> | null, readonly category?: ReadonlyArray<string> | null, readonly feature?: { readonly __typename?: 'FeatureBounds', readonly name: string, readonly atLeast?: number | null, readonly below?: number | null } | null, readonly amount?: { readonly __typename?: 'AmountBounds', readonly atLeast?: { readonly __typename?: 'Money', readonly amount: string, readonly currency: string } | null, readonly below?: { readonly __typename?: 'Money', readonly amount: string, readonly currency: string } | null } | null }>, readonly arms: ReadonlyArray<{ readonly __typename?: 'RoutingArm', readonly name: string, readonly version: number, readonly percent: number }>, readonly shadow?: { readonly __typename?: 'Shadow', readonly version: number, readonly percent: number } | null } | null, readonly rollOut?: { readonly __typename?: 'RollOut', readonly version: number, readonly status: RollOutStatus, readonly steps: ReadonlyArray<number>, readonly step: number, readonly percent: number, readonly stepStartedAt: string, readonly stepSeconds: number, readonly promote: boolean, readonly reason: string, readonly guards: { readonly __typename?: 'RollOutGuards', readonly minRows: number, readonly maxErrorRate: number, readonly maxLatencyRatio: number, readonly maxPsi: number, readonly minOutcomes: number, readonly minPrecision?: number | null, readonly minRecall?: number | null, readonly maxPrecisionDrop?: number | null, readonly maxRecallDrop?: number | null } } | null, readonly history: ReadonlyArray<{ readonly __typename?: 'ModelHistoryEntry', readonly at: string, readonly kind: ModelHistoryKind, readonly versions: ReadonlyArray<number>, readonly text: string, readonly by: string, readonly reason?: string | null }> } | null };

export type ModelFiguresQueryVariables = Exact<{
  name: Scalars['String']['input'];
}>;


export type ModelFiguresQuery = { readonly __typename?: 'Query', readonly model?: { readonly __typename?: 'Model', readonly policy?: { readonly __typename?: 'RoutingPolicy', readonly shadow?: { readonly __typename?: 'Shadow', readonly rows: number, readonly agreement?: number | null, readonly meanDifference?: number | null, readonly failed: number, readonly dropped: number } | null } | null, readonly sideBySide: ReadonlyArray<{ readonly __typename?: 'SideBySideAgreement', readonly versions: ReadonlyArray<number>, readonly rows: number, readonly agreement: number, readonly meanDifference?: number | null, readonly overlap?: number | null }>, readonly versions: ReadonlyArray<{ readonly __typename?: 'ModelVersion', readonly number: number, readonly statistics: { readonly __typename?: 'ModelStatistics', readonly rows: number, readonly errors: number } }>, readonly outcomes: ReadonlyArray<{ readonly __typename?: 'ArmOutcomes', readonly version: number, readonly arm?: string | null, readonly figures: { readonly __typename?: 'OutcomeFigures', readonly truePositives: number, readonly falsePositives: number, readonly falseNegatives: number } }>, readonly rollOut?: { readonly __typename?: 'RollOut', readonly psi?: number | null, readonly arms: ReadonlyArray<{ readonly __typename?: 'ArmFacts', readonly arm: string, readonly outcomes: { readonly __typename?: 'OutcomeFigures', readonly outcomes: number, readonly precision?: { readonly __typename?: 'EstimatedShare', readonly value: number } | null, readonly recall?: { readonly __typename?: 'EstimatedShare', readonly value: number } | null } }> } | null } | null };

export type ModelTrafficSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type ModelTrafficSubscription = { readonly __typename?: 'Subscription', readonly liveStats: { readonly __typename?: 'LiveStats', readonly at: string, readonly windowSeconds: number, readonly models: ReadonlyArray<{ readonly __typename?: 'ModelLiveStats', readonly model: string, readonly version: number, readonly rowsPerSecond: number, readonly latencyP50Ms?: number | null, readonly latencyP99Ms?: number | null, readonly queueDepth: number }>, readonly traffic: ReadonlyArray<{ readonly __typename?: 'ModelTraffic', readonly model: string, readonly changedAt?: string | null, readonly arms: ReadonlyArray<{ readonly __typename?: 'ArmTraffic', readonly arm: string, readonly version?: number | null, readonly percent: number, readonly rows: number, readonly errors: number, readonly p95Ms?: number | null }> }> } };

export type CompareVersionsQueryVariables = Exact<{
  model: Scalars['String']['input'];
  a: Scalars['Int']['input'];
  b: Scalars['Int']['input'];
}>;


export type CompareVersionsQuery = { readonly __typename?: 'Query', readonly compareVersions?: { readonly __typename?: 'VersionComparison', readonly figures: { readonly __typename?: 'ComparisonFigures', readonly rows: number, readonly agreement?: number | null, readonly failed: number, readonly meanDifference?: number | null, readonly largestDifference?: number | null, readonly psi?: number | null, readonly changes: ReadonlyArray<{ readonly __typename?: 'AnswerChange', readonly before: string, readonly after: string, readonly rows: number }> } } | null };

export type LoadModelVersionMutationVariables = Exact<{
  model: Scalars['String']['input'];
  version: Scalars['Int']['input'];
}>;


export type LoadModelVersionMutation = { readonly __typename?: 'Mutation', readonly done?: { readonly __typename?: 'LoadModelVersionPayload', readonly userErrors: ReadonlyArray<{ readonly __typename?: 'ModelOperationError', readonly message: string }> } | null };

export type UnloadModelVersionMutationVariables = Exact<{
  model: Scalars['String']['input'];
  version: Scalars['Int']['input'];
}>;


export type UnloadModelVersionMutation = { readonly __typename?: 'Mutation', readonly done?: { readonly __typename?: 'UnloadModelVersionPayload', readonly userErrors: ReadonlyArray<{ readonly __typename?: 'ModelOperationError', readonly message: string }> } | null };

export type SetModelAliasMutationVariables = Exact<{
  model: Scalars['String']['input'];
  alias: Scalars['String']['input'];
  version: Scalars['Int']['input'];
  reason: Scalars['String']['input'];
}>;


export type SetModelAliasMutation = { readonly __typename?: 'Mutation', readonly done?: { readonly __typename?: 'SetModelAliasPayload', readonly userErrors: ReadonlyArray<{ readonly __typename?: 'ModelOperationError', readonly message: string }> } | null };

export type RollBackModelMutationVariables = Exact<{
  model: Scalars['String']['input'];
  alias: Scalars['String']['input'];
  reason: Scalars['String']['input'];
}>;


export type RollBackModelMutation = { readonly __typename?: 'Mutation', readonly done?: { readonly __typename?: 'RollBackModelPayload', readonly userErrors: ReadonlyArray<{ readonly __typename?: 'ModelOperationError', readonly message: string }> } | null };

export type SetRoutingPolicyMutationVariables = Exact<{
  model: Scalars['String']['input'];
  policy: RoutingPolicyInput;
  reason: Scalars['String']['input'];
}>;


export type SetRoutingPolicyMutation = { readonly __typename?: 'Mutation', readonly done?: { readonly __typename?: 'SetRoutingPolicyPayload', readonly userErrors: ReadonlyArray<{ readonly __typename?: 'ModelOperationError', readonly message: string }> } | null };

export type StartRollOutMutationVariables = Exact<{
  model: Scalars['String']['input'];
  version: Scalars['Int']['input'];
  steps: ReadonlyArray<Scalars['Float']['input']> | Scalars['Float']['input'];
  stepSeconds: Scalars['Int']['input'];
  guards: RollOutGuardsInput;
  promote: Scalars['Boolean']['input'];
  reason: Scalars['String']['input'];
}>;


export type StartRollOutMutation = { readonly __typename?: 'Mutation', readonly done?: { readonly __typename?: 'StartRollOutPayload', readonly userErrors: ReadonlyArray<{ readonly __typename?: 'ModelOperationError', readonly message: string }> } | null };

export type PauseRollOutMutationVariables = Exact<{
  model: Scalars['String']['input'];
  reason: Scalars['String']['input'];
}>;


export type PauseRollOutMutation = { readonly __typename?: 'Mutation', readonly done?: { readonly __typename?: 'PauseRollOutPayload', readonly userErrors: ReadonlyArray<{ readonly __typename?: 'ModelOperationError', readonly message: string }> } | null };

export type ResumeRollOutMutationVariables = Exact<{
  model: Scalars['String']['input'];
  reason: Scalars['String']['input'];
}>;


export type ResumeRollOutMutation = { readonly __typename?: 'Mutation', readonly done?: { readonly __typename?: 'ResumeRollOutPayload', readonly userErrors: ReadonlyArray<{ readonly __typename?: 'ModelOperationError', readonly message: string }> } | null };

export type AbortRollOutMutationVariables = Exact<{
  model: Scalars['String']['input'];
  reason: Scalars['String']['input'];
}>;


export type AbortRollOutMutation = { readonly __typename?: 'Mutation', readonly done?: { readonly __typename?: 'AbortRollOutPayload', readonly userErrors: ReadonlyArray<{ readonly __typename?: 'ModelOperationError', readonly message: string }> } | null };

export type ModelsQueryVariables = Exact<{ [key: string]: never; }>;


export type ModelsQuery = { readonly __typename?: 'Query', readonly engine: { readonly __typename?: 'EngineInfo', readonly name: string, readonly version: string, readonly workers: number, readonly workersAlive: number }, readonly models: ReadonlyArray<{ readonly __typename?: 'Model', readonly name: string, readonly description: string, readonly currency?: string | null, readonly inputs: ReadonlyArray<{ readonly __typename?: 'TensorSpec', readonly features: ReadonlyArray<{ readonly __typename?: 'FeatureSpec', readonly name: string }> }>, readonly versions: ReadonlyArray<{ readonly __typename?: 'ModelVersion', readonly number: number, readonly state: ModelVersionState, readonly reason?: string | null, readonly stateChangedAt: string, readonly mode?: string | null, readonly aliases: ReadonlyArray<string>, readonly trainedOn?: string | null }> }> };

export type ModelCountersQueryVariables = Exact<{ [key: string]: never; }>;


export type ModelCountersQuery = { readonly __typename?: 'Query', readonly models: ReadonlyArray<{ readonly __typename?: 'Model', readonly name: string, readonly versions: ReadonlyArray<{ readonly __typename?: 'ModelVersion', readonly number: number, readonly statistics: { readonly __typename?: 'ModelStatistics', readonly rows: number, readonly errors: number } }> }> };

export type ModelStateChangedSubscriptionVariables = Exact<{
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type ModelStateChangedSubscription = { readonly __typename?: 'Subscription', readonly modelStateChanged: { readonly __typename: 'CaughtUp', readonly cursor: string, readonly replayed: number } | { readonly __typename: 'Lagged', readonly cursor: string, readonly missed?: number | null } | { readonly __typename: 'ModelStateChanged', readonly cursor: string, readonly model: string, readonly number: number, readonly state: ModelVersionState, readonly reason?: string | null, readonly at: string } };

export type LiveStatsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type LiveStatsSubscription = { readonly __typename?: 'Subscription', readonly liveStats: { readonly __typename?: 'LiveStats', readonly at: string, readonly windowSeconds: number, readonly transactionsPerSecond: number, readonly predictionsPerSecond: number, readonly scorerBacklog: number, readonly subscribers: number, readonly decisions: { readonly __typename?: 'DecisionCounts', readonly approve: number, readonly review: number, readonly decline: number }, readonly scoringLatency: { readonly __typename?: 'LatencyQuantiles', readonly p50Ms?: number | null, readonly p99Ms?: number | null }, readonly eventLog: { readonly __typename?: 'EventLogRange', readonly head: number }, readonly models: ReadonlyArray<{ readonly __typename?: 'ModelLiveStats', readonly model: string, readonly version: number, readonly rowsPerSecond: number, readonly latencyP50Ms?: number | null, readonly latencyP99Ms?: number | null, readonly meanBatchSize?: number | null, readonly queueDepth: number }> } };

export type SimulatedWorldQueryVariables = Exact<{ [key: string]: never; }>;


export type SimulatedWorldQuery = { readonly __typename?: 'Query', readonly simulation?: { readonly __typename?: 'Simulation', readonly note: string, readonly customers: number, readonly transactionsScored: number, readonly fraudTruth: { readonly __typename?: 'ConfusionCounts', readonly truePositives: number, readonly falsePositives: number, readonly falseNegatives: number, readonly trueNegatives: number, readonly precision?: number | null, readonly recall?: number | null } } | null };

export type PaymentFactsFragment = { readonly __typename?: 'Transaction', readonly transactionId: string, readonly merchant: string, readonly category: string, readonly occurredAt: string, readonly simulated: boolean, readonly amount: { readonly __typename?: 'Money', readonly amount: string, readonly currency: string }, readonly customer?: { readonly __typename?: 'Customer', readonly customerId: string } | null };

export type PaymentScoreFragment = { readonly __typename?: 'FraudAssessment', readonly predictedAt: string, readonly probability: number, readonly decision: FraudDecision };

export type NewestPaymentsQueryVariables = Exact<{ [key: string]: never; }>;


export type NewestPaymentsQuery = { readonly __typename?: 'Query', readonly transactions: { readonly __typename?: 'TransactionConnection', readonly nodes?: ReadonlyArray<{ readonly __typename?: 'Transaction', readonly transactionId: string, readonly merchant: string, readonly category: string, readonly occurredAt: string, readonly simulated: boolean, readonly fraud?: { readonly __typename?: 'FraudAssessment', readonly predictedAt: string, readonly probability: number, readonly decision: FraudDecision } | null, readonly amount: { readonly __typename?: 'Money', readonly amount: string, readonly currency: string }, readonly customer?: { readonly __typename?: 'Customer', readonly customerId: string } | null } | null> | null } };

export type TransactionScoredSubscriptionVariables = Exact<{
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type TransactionScoredSubscription = { readonly __typename?: 'Subscription', readonly transactionScored: { readonly __typename: 'CaughtUp', readonly cursor: string, readonly replayed: number } | { readonly __typename: 'Lagged', readonly cursor: string, readonly missed?: number | null } | { readonly __typename: 'TransactionScored', readonly cursor: string, readonly transaction: { readonly __typename?: 'Transaction', readonly transactionId: string, readonly merchant: string, readonly category: string, readonly occurredAt: string, readonly simulated: boolean, readonly amount: { readonly __typename?: 'Money', readonly amount: string, readonly currency: string }, readonly customer?: { readonly __typename?: 'Customer', readonly customerId: string } | null }, readonly fraud?: { readonly __typename?: 'FraudAssessment', readonly predictedAt: string, readonly probability: number, readonly decision: FraudDecision } | null } };

export type WhyFragment = { readonly __typename?: 'Explanation', readonly baseline: number, readonly score: number, readonly unit: string, readonly rest: number, readonly contributions: ReadonlyArray<{ readonly __typename?: 'Contribution', readonly name: string, readonly contribution: number, readonly sentence: string }> };

export type PaymentWhyQueryVariables = Exact<{
  transactionId: Scalars['ID']['input'];
}>;


export type PaymentWhyQuery = { readonly __typename?: 'Query', readonly transaction?: { readonly __typename?: 'Transaction', readonly recordedAt: string, readonly fraud?: { readonly __typename?: 'FraudAssessment', readonly predictedAt: string, readonly probability: number, readonly decision: FraudDecision, readonly defaultedFeatures: ReadonlyArray<string>, readonly outOfRangeFeatures: ReadonlyArray<string>, readonly modelVersion: { readonly __typename?: 'ModelVersion', readonly number: number, readonly model: { readonly __typename?: 'Model', readonly name: string } }, readonly explanation?: { readonly __typename?: 'Explanation', readonly baseline: number, readonly score: number, readonly unit: string, readonly rest: number, readonly contributions: ReadonlyArray<{ readonly __typename?: 'Contribution', readonly name: string, readonly contribution: number, readonly sentence: string }> } | null } | null } | null };

export type SignInQueryVariables = Exact<{ [key: string]: never; }>;


export type SignInQuery = { readonly __typename: 'Query' };

export type TryPaymentQueryVariables = Exact<{
  customerId: Scalars['ID']['input'];
  transaction: HypotheticalTransactionInput;
}>;


export type TryPaymentQuery = { readonly __typename?: 'Query', readonly customer?: { readonly __typename?: 'Customer', readonly assessTransaction?: { readonly __typename?: 'FraudAssessment', readonly probability: number, readonly decision: FraudDecision, readonly outOfRangeFeatures: ReadonlyArray<string>, readonly modelVersion: { readonly __typename?: 'ModelVersion', readonly number: number }, readonly explanation?: { readonly __typename?: 'Explanation', readonly baseline: number, readonly score: number, readonly unit: string, readonly rest: number, readonly contributions: ReadonlyArray<{ readonly __typename?: 'Contribution', readonly name: string, readonly contribution: number, readonly sentence: string }> } | null } | null } | null };

export type TryCurvesQueryVariables = Exact<{
  customerId: Scalars['ID']['input'];
  amounts: ReadonlyArray<HypotheticalTransactionInput> | HypotheticalTransactionInput;
  hours: ReadonlyArray<HypotheticalTransactionInput> | HypotheticalTransactionInput;
}>;


export type TryCurvesQuery = { readonly __typename?: 'Query', readonly customer?: { readonly __typename?: 'Customer', readonly byAmount?: ReadonlyArray<{ readonly __typename?: 'FraudAssessment', readonly probability: number } | null> | null, readonly byHour?: ReadonlyArray<{ readonly __typename?: 'FraudAssessment', readonly probability: number } | null> | null } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const AlertFragmentDoc = new TypedDocumentString(`
    fragment Alert on FraudAlert {
  alertId
  customer {
    customerId
  }
  transaction {
    transactionId
    merchant
    category
    amount {
      amount
      currency
    }
    occurredAt
    simulated
  }
  fraud {
    probability
    decision
  }
  raisedAt
  state
  raiseThreshold
  clearThreshold
  acknowledgedAt
  acknowledgedBy
  note
  clearedAt
  clearReason
}
    `, {"fragmentName":"Alert"}) as unknown as TypedDocumentString<AlertFragment, unknown>;
export const PaymentFactsFragmentDoc = new TypedDocumentString(`
    fragment PaymentFacts on Transaction {
  transactionId
  merchant
  category
  amount {
    amount
    currency
  }
  occurredAt
  simulated
  customer {
    customerId
  }
}
    `, {"fragmentName":"PaymentFacts"}) as unknown as TypedDocumentString<PaymentFactsFragment, unknown>;
export const PaymentScoreFragmentDoc = new TypedDocumentString(`
    fragment PaymentScore on FraudAssessment {
  predictedAt
  probability
  decision
}
    `, {"fragmentName":"PaymentScore"}) as unknown as TypedDocumentString<PaymentScoreFragment, unknown>;
export const WhyFragmentDoc = new TypedDocumentString(`
    fragment Why on Explanation {
  baseline
  score
  unit
  rest
  contributions {
    name
    contribution
    sentence
  }
}
    `, {"fragmentName":"Why"}) as unknown as TypedDocumentString<WhyFragment, unknown>;
export const StandingAlertsDocument = new TypedDocumentString(`
    query StandingAlerts {
  fraudAlerts(states: [OPEN, ACKNOWLEDGED], first: 50) {
    nodes {
      ...Alert
    }
    pageInfo {
      hasNextPage
    }
  }
}
    fragment Alert on FraudAlert {
  alertId
  customer {
    customerId
  }
  transaction {
    transactionId
    merchant
    category
    amount {
      amount
      currency
    }
    occurredAt
    simulated
  }
  fraud {
    probability
    decision
  }
  raisedAt
  state
  raiseThreshold
  clearThreshold
  acknowledgedAt
  acknowledgedBy
  note
  clearedAt
  clearReason
}`) as unknown as TypedDocumentString<StandingAlertsQuery, StandingAlertsQueryVariables>;
export const FraudAlertsDocument = new TypedDocumentString(`
    subscription FraudAlerts($after: Cursor) {
  fraudAlerts(after: $after) {
    __typename
    ... on FraudAlertChanged {
      cursor
      change
      alert {
        ...Alert
      }
    }
    ... on CaughtUp {
      cursor
      replayed
    }
    ... on Lagged {
      cursor
      missed
    }
  }
}
    fragment Alert on FraudAlert {
  alertId
  customer {
    customerId
  }
  transaction {
    transactionId
    merchant
    category
    amount {
      amount
      currency
    }
    occurredAt
    simulated
  }
  fraud {
    probability
    decision
  }
  raisedAt
  state
  raiseThreshold
  clearThreshold
  acknowledgedAt
  acknowledgedBy
  note
  clearedAt
  clearReason
}`) as unknown as TypedDocumentString<FraudAlertsSubscription, FraudAlertsSubscriptionVariables>;
export const AcknowledgeFraudAlertsDocument = new TypedDocumentString(`
    mutation AcknowledgeFraudAlerts($alertIds: [ID!]!, $note: String) {
  acknowledgeFraudAlerts(alertIds: $alertIds, note: $note) {
    alerts {
      ...Alert
    }
    acknowledgedCount
    userErrors {
      message
      code
    }
  }
}
    fragment Alert on FraudAlert {
  alertId
  customer {
    customerId
  }
  transaction {
    transactionId
    merchant
    category
    amount {
      amount
      currency
    }
    occurredAt
    simulated
  }
  fraud {
    probability
    decision
  }
  raisedAt
  state
  raiseThreshold
  clearThreshold
  acknowledgedAt
  acknowledgedBy
  note
  clearedAt
  clearReason
}`) as unknown as TypedDocumentString<AcknowledgeFraudAlertsMutation, AcknowledgeFraudAlertsMutationVariables>;
export const CustomerDocument = new TypedDocumentString(`
    query Customer($customerId: ID!) {
  customer(customerId: $customerId) {
    customerId
    simulated
    country
    birthDate
    transactions(first: 8) {
      nodes {
        ...PaymentFacts
        fraud {
          ...PaymentScore
        }
      }
    }
  }
}
    fragment PaymentFacts on Transaction {
  transactionId
  merchant
  category
  amount {
    amount
    currency
  }
  occurredAt
  simulated
  customer {
    customerId
  }
}
fragment PaymentScore on FraudAssessment {
  predictedAt
  probability
  decision
}`) as unknown as TypedDocumentString<CustomerQuery, CustomerQueryVariables>;
export const CustomerScoresDocument = new TypedDocumentString(`
    subscription CustomerScores($customerId: ID!) {
  customerScores(customerId: $customerId, first: 6) {
    changed
    segment {
      confidence
      margin
      segment {
        segmentId
        label
        description
      }
      runnerUp {
        label
      }
    }
    recommendations {
      basis
      reason
      items {
        rank
        score
        item {
          itemId
          title
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CustomerScoresSubscription, CustomerScoresSubscriptionVariables>;
export const CallerDocument = new TypedDocumentString(`
    query Caller {
  caller {
    id
    roles
    allCustomers
  }
}
    `) as unknown as TypedDocumentString<CallerQuery, CallerQueryVariables>;
export const ModelListDocument = new TypedDocumentString(`
    query ModelList {
  engine {
    version
    workers
    workersAlive
  }
  models {
    name
    description
    aliases {
      name
      version {
        number
      }
    }
    versions {
      number
      state
    }
    policy {
      kind
    }
    rollOut {
      status
    }
  }
}
    `) as unknown as TypedDocumentString<ModelListQuery, ModelListQueryVariables>;
export const ModelProblemsDocument = new TypedDocumentString(`
    query ModelProblems {
  modelProblems {
    model
    reason
    message
  }
}
    `) as unknown as TypedDocumentString<ModelProblemsQuery, ModelProblemsQueryVariables>;
export const ModelDetailDocument = new TypedDocumentString(`
    query ModelDetail($name: String!) {
  model(name: $name) {
    name
    description
    currency
    aliases {
      name
      changedBy
      changedAt
      reason
      before
      version {
        number
      }
    }
    versions {
      number
      state
      reason
      stateChangedAt
      mode
      aliases
      featureSet
      sizeBytes
      memoryBytes
      sha256
      signature {
        state
        required
        keyId
      }
      card {
        format
        intendedUse
        limits
        trainingData {
          name
          rows
          from
          to
          licence
          url
          notes
        }
      }
      metrics {
        name
        value
        dataset
      }
    }
    policy {
      kind
      rule {
        segment
        customers
        country
        feature {
          name
          atLeast
          below
        }
        category
        amount {
          atLeast {
            amount
            currency
          }
          below {
            amount
            currency
          }
        }
      }
      reason
      changedBy
      changedAt
      arms {
        name
        version
        percent
      }
      shadow {
        version
        percent
      }
    }
    rollOut {
      version
      status
      steps
      step
      percent
      stepStartedAt
      stepSeconds
      promote
      reason
      guards {
        minRows
        maxErrorRate
        maxLatencyRatio
        maxPsi
        minOutcomes
        minPrecision
        minRecall
        maxPrecisionDrop
        maxRecallDrop
      }
    }
    history(first: 40) {
      at
      kind
      versions
      text
      by
      reason
    }
  }
}
    `) as unknown as TypedDocumentString<ModelDetailQuery, ModelDetailQueryVariables>;
export const ModelFiguresDocument = new TypedDocumentString(`
    query ModelFigures($name: String!) {
  model(name: $name) {
    policy {
      shadow {
        rows
        agreement
        meanDifference
        failed
        dropped
      }
    }
    sideBySide {
      versions
      rows
      agreement
      meanDifference
      overlap
    }
    versions {
      number
      statistics {
        rows
        errors
      }
    }
    outcomes {
      version
      arm
      figures {
        truePositives
        falsePositives
        falseNegatives
      }
    }
    rollOut {
      psi
      arms {
        arm
        outcomes {
          outcomes
          precision {
            value
          }
          recall {
            value
          }
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ModelFiguresQuery, ModelFiguresQueryVariables>;
export const ModelTrafficDocument = new TypedDocumentString(`
    subscription ModelTraffic {
  liveStats(every: 1) {
    at
    windowSeconds
    models {
      model
      version
      rowsPerSecond
      latencyP50Ms
      latencyP99Ms
      queueDepth
    }
    traffic {
      model
      changedAt
      arms {
        arm
        version
        percent
        rows
        errors
        p95Ms
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ModelTrafficSubscription, ModelTrafficSubscriptionVariables>;
export const CompareVersionsDocument = new TypedDocumentString(`
    query CompareVersions($model: String!, $a: Int!, $b: Int!) {
  compareVersions(model: $model, a: $a, b: $b, rows: 500) {
    figures {
      rows
      agreement
      failed
      meanDifference
      largestDifference
      psi
      changes {
        before
        after
        rows
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CompareVersionsQuery, CompareVersionsQueryVariables>;
export const LoadModelVersionDocument = new TypedDocumentString(`
    mutation LoadModelVersion($model: String!, $version: Int!) {
  done: loadModelVersion(model: $model, version: $version) {
    userErrors {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<LoadModelVersionMutation, LoadModelVersionMutationVariables>;
export const UnloadModelVersionDocument = new TypedDocumentString(`
    mutation UnloadModelVersion($model: String!, $version: Int!) {
  done: unloadModelVersion(model: $model, version: $version) {
    userErrors {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<UnloadModelVersionMutation, UnloadModelVersionMutationVariables>;
export const SetModelAliasDocument = new TypedDocumentString(`
    mutation SetModelAlias($model: String!, $alias: String!, $version: Int!, $reason: String!) {
  done: setModelAlias(
    model: $model
    alias: $alias
    version: $version
    reason: $reason
  ) {
    userErrors {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<SetModelAliasMutation, SetModelAliasMutationVariables>;
export const RollBackModelDocument = new TypedDocumentString(`
    mutation RollBackModel($model: String!, $alias: String!, $reason: String!) {
  done: rollBackModel(model: $model, alias: $alias, reason: $reason) {
    userErrors {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RollBackModelMutation, RollBackModelMutationVariables>;
export const SetRoutingPolicyDocument = new TypedDocumentString(`
    mutation SetRoutingPolicy($model: String!, $policy: RoutingPolicyInput!, $reason: String!) {
  done: setRoutingPolicy(model: $model, policy: $policy, reason: $reason) {
    userErrors {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<SetRoutingPolicyMutation, SetRoutingPolicyMutationVariables>;
export const StartRollOutDocument = new TypedDocumentString(`
    mutation StartRollOut($model: String!, $version: Int!, $steps: [Float!]!, $stepSeconds: Int!, $guards: RollOutGuardsInput!, $promote: Boolean!, $reason: String!) {
  done: startRollOut(
    model: $model
    version: $version
    steps: $steps
    stepSeconds: $stepSeconds
    guards: $guards
    promote: $promote
    reason: $reason
  ) {
    userErrors {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<StartRollOutMutation, StartRollOutMutationVariables>;
export const PauseRollOutDocument = new TypedDocumentString(`
    mutation PauseRollOut($model: String!, $reason: String!) {
  done: pauseRollOut(model: $model, reason: $reason) {
    userErrors {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<PauseRollOutMutation, PauseRollOutMutationVariables>;
export const ResumeRollOutDocument = new TypedDocumentString(`
    mutation ResumeRollOut($model: String!, $reason: String!) {
  done: resumeRollOut(model: $model, reason: $reason) {
    userErrors {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ResumeRollOutMutation, ResumeRollOutMutationVariables>;
export const AbortRollOutDocument = new TypedDocumentString(`
    mutation AbortRollOut($model: String!, $reason: String!) {
  done: abortRollOut(model: $model, reason: $reason) {
    userErrors {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<AbortRollOutMutation, AbortRollOutMutationVariables>;
export const ModelsDocument = new TypedDocumentString(`
    query Models {
  engine {
    name
    version
    workers
    workersAlive
  }
  models {
    name
    description
    currency
    inputs {
      features {
        name
      }
    }
    versions {
      number
      state
      reason
      stateChangedAt
      mode
      aliases
      trainedOn
    }
  }
}
    `) as unknown as TypedDocumentString<ModelsQuery, ModelsQueryVariables>;
export const ModelCountersDocument = new TypedDocumentString(`
    query ModelCounters {
  models {
    name
    versions {
      number
      statistics {
        rows
        errors
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ModelCountersQuery, ModelCountersQueryVariables>;
export const ModelStateChangedDocument = new TypedDocumentString(`
    subscription ModelStateChanged($after: Cursor) {
  modelStateChanged(after: $after) {
    __typename
    ... on ModelStateChanged {
      cursor
      model
      number
      state
      reason
      at
    }
    ... on CaughtUp {
      cursor
      replayed
    }
    ... on Lagged {
      cursor
      missed
    }
  }
}
    `) as unknown as TypedDocumentString<ModelStateChangedSubscription, ModelStateChangedSubscriptionVariables>;
export const LiveStatsDocument = new TypedDocumentString(`
    subscription LiveStats {
  liveStats(every: 1) {
    at
    windowSeconds
    transactionsPerSecond
    predictionsPerSecond
    decisions {
      approve
      review
      decline
    }
    scoringLatency {
      p50Ms
      p99Ms
    }
    eventLog {
      head
    }
    scorerBacklog
    subscribers
    models {
      model
      version
      rowsPerSecond
      latencyP50Ms
      latencyP99Ms
      meanBatchSize
      queueDepth
    }
  }
}
    `) as unknown as TypedDocumentString<LiveStatsSubscription, LiveStatsSubscriptionVariables>;
export const SimulatedWorldDocument = new TypedDocumentString(`
    query SimulatedWorld {
  simulation {
    note
    customers
    transactionsScored
    fraudTruth {
      truePositives
      falsePositives
      falseNegatives
      trueNegatives
      precision
      recall
    }
  }
}
    `) as unknown as TypedDocumentString<SimulatedWorldQuery, SimulatedWorldQueryVariables>;
export const NewestPaymentsDocument = new TypedDocumentString(`
    query NewestPayments {
  transactions(first: 50) {
    nodes {
      ...PaymentFacts
      fraud {
        ...PaymentScore
      }
    }
  }
}
    fragment PaymentFacts on Transaction {
  transactionId
  merchant
  category
  amount {
    amount
    currency
  }
  occurredAt
  simulated
  customer {
    customerId
  }
}
fragment PaymentScore on FraudAssessment {
  predictedAt
  probability
  decision
}`) as unknown as TypedDocumentString<NewestPaymentsQuery, NewestPaymentsQueryVariables>;
export const TransactionScoredDocument = new TypedDocumentString(`
    subscription TransactionScored($after: Cursor) {
  transactionScored(after: $after) {
    __typename
    ... on TransactionScored {
      cursor
      transaction {
        ...PaymentFacts
      }
      fraud {
        ...PaymentScore
      }
    }
    ... on CaughtUp {
      cursor
      replayed
    }
    ... on Lagged {
      cursor
      missed
    }
  }
}
    fragment PaymentFacts on Transaction {
  transactionId
  merchant
  category
  amount {
    amount
    currency
  }
  occurredAt
  simulated
  customer {
    customerId
  }
}
fragment PaymentScore on FraudAssessment {
  predictedAt
  probability
  decision
}`) as unknown as TypedDocumentString<TransactionScoredSubscription, TransactionScoredSubscriptionVariables>;
export const PaymentWhyDocument = new TypedDocumentString(`
    query PaymentWhy($transactionId: ID!) {
  transaction(transactionId: $transactionId) {
    recordedAt
    fraud {
      predictedAt
      probability
      decision
      modelVersion {
        number
        model {
          name
        }
      }
      defaultedFeatures
      outOfRangeFeatures
      explanation(top: 8) {
        ...Why
      }
    }
  }
}
    fragment Why on Explanation {
  baseline
  score
  unit
  rest
  contributions {
    name
    contribution
    sentence
  }
}`) as unknown as TypedDocumentString<PaymentWhyQuery, PaymentWhyQueryVariables>;
export const SignInDocument = new TypedDocumentString(`
    query SignIn {
  __typename
}
    `) as unknown as TypedDocumentString<SignInQuery, SignInQueryVariables>;
export const TryPaymentDocument = new TypedDocumentString(`
    query TryPayment($customerId: ID!, $transaction: HypotheticalTransactionInput!) {
  customer(customerId: $customerId) {
    assessTransaction(transaction: $transaction) {
      probability
      decision
      modelVersion {
        number
      }
      outOfRangeFeatures
      explanation(top: 5) {
        ...Why
      }
    }
  }
}
    fragment Why on Explanation {
  baseline
  score
  unit
  rest
  contributions {
    name
    contribution
    sentence
  }
}`) as unknown as TypedDocumentString<TryPaymentQuery, TryPaymentQueryVariables>;
export const TryCurvesDocument = new TypedDocumentString(`
    query TryCurves($customerId: ID!, $amounts: [HypotheticalTransactionInput!]!, $hours: [HypotheticalTransactionInput!]!) {
  customer(customerId: $customerId) {
    byAmount: assessTransactions(transactions: $amounts) {
      probability
    }
    byHour: assessTransactions(transactions: $hours) {
      probability
    }
  }
}
    `) as unknown as TypedDocumentString<TryCurvesQuery, TryCurvesQueryVariables>;