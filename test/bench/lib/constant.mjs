const item = (rank) => ({
  rank,
  score: 0.0123 * rank,
  item: { itemId: `2242${rank}`, title: 'REGENCY CAKESTAND 3 TIER' },
});
/** An answer of the combined query's shape and size. */
export const CONSTANT = {
  customerId: 'bench-1234',
  segment: { segment: { label: 'Loyal customers' }, confidence: 0.7654321 },
  recommendations: { items: [1, 2, 3, 4, 5].map(item) },
  assessTransaction: { probability: 0.00012345, decision: 'APPROVE' },
};
