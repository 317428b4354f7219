// What every contender of the fan-out bench sends: one scored payment, selected the same way.

/** The part of the graph that the baselines serve. */
export const FAN_SDL = `
  scalar Cursor
  enum FraudDecision { APPROVE REVIEW DECLINE }
  interface StreamMessage { cursor: Cursor! }
  type Money { amount: String! currency: String! }
  type Transaction { transactionId: ID! merchant: String! category: String! amount: Money! }
  type FraudAssessment { probability: Float! decision: FraudDecision! }
  type CaughtUp implements StreamMessage { cursor: Cursor! }
  enum LagReason { SLOW_CONSUMER CONFLATED RETENTION }
  type Lagged implements StreamMessage { cursor: Cursor! missed: Int reason: LagReason! }
  type TransactionScored implements StreamMessage { cursor: Cursor! transaction: Transaction! fraud: FraudAssessment }
  union TransactionScoredMessage = CaughtUp | Lagged | TransactionScored
  input TransactionScoredFilter { customerIds: [ID!] }
  type Query { ok: Boolean! }
  type Subscription { transactionScored(filter: TransactionScoredFilter): TransactionScoredMessage! }
`;

/** Ends with the payment's number, so that a client can read it without parsing. */
export const FAN_QUERY =
  'subscription Watch($customers: [ID!]) { transactionScored(filter: { customerIds: $customers }) { __typename ... on StreamMessage { cursor } ... on Lagged { missed reason } ... on TransactionScored { fraud { probability decision } transaction { merchant category amount { amount currency } transactionId } } } }';

export const DIGITS = 9;
export const customerOf = (topic) => `bench-${topic}`;
const CATEGORIES = ['grocery_pos', 'travel', 'home', 'shopping_net', 'gas_transport', 'food_dining'];

/** Payment number `n` of a customer, and what was said of it. */
export function scoredPayment(n, topic) {
  const id = String(n).padStart(DIGITS, '0');
  const at = Date.UTC(2026, 4, 1) + n;
  const probability = (n % 997) / 997;
  return {
    event: {
      id,
      type: 'payment.recorded',
      schemaVersion: 1,
      entity: customerOf(topic),
      occurredAt: at,
      recordedAt: at,
      seq: n,
      source: 'api',
      payload: {
        merchant: 'Moen LLC',
        category: CATEGORIES[n % CATEGORIES.length],
        amount: { minor: 300 + (n % 20_000), currency: 'USD' },
      },
    },
    prediction: {
      model: 'fraud',
      version: 1,
      output: { probability, decision: probability < 0.5 ? 'APPROVE' : 'DECLINE' },
      recorded: true,
    },
  };
}
