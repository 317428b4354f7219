/** The part of the graph that the baselines serve: the same query runs against all. */
export const BASELINE_SDL = `
  scalar Decimal
  scalar DateTime
  input MoneyInput { amount: Decimal! currency: String! }
  input HypotheticalTransactionInput { merchant: String! category: String! amount: MoneyInput! occurredAt: DateTime }
  type Segment { label: String! }
  type SegmentAssignment { segment: Segment! confidence: Float! }
  type Item { itemId: ID! title: String! }
  type RecommendedItem { rank: Int! score: Float! item: Item! }
  type RecommendationList { items: [RecommendedItem!]! }
  type FraudAssessment { probability: Float! decision: String! }
  type Customer {
    customerId: ID!
    segment: SegmentAssignment
    recommendations(first: Int! = 10): RecommendationList
    assessTransaction(transaction: HypotheticalTransactionInput!): FraudAssessment
  }
  type Query { customer(customerId: ID!): Customer }
`;
