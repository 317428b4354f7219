// The combined query that everything is measured with.
export const COMBINED = `query Combined($id: ID!, $payment: HypotheticalTransactionInput!) {
  customer(customerId: $id) {
    customerId
    segment { segment { label } confidence }
    recommendations(first: 5) { items { rank score item { itemId title } } }
    assessTransaction(transaction: $payment) { probability decision }
  }
}`;
export const PAYMENT = {
  merchant: 'Stark Inc',
  category: 'grocery_pos',
  amount: { amount: '120.00', currency: 'USD' },
  occurredAt: '2026-06-01T15:00:00Z',
};
