/** A segment as `assets/segments.json` lists it, in the order of the network's outputs. */
export interface Segment {
  readonly id: string;
  readonly label: string;
  readonly description: string;
}

/** Names that follow from where the centroids lie (log recency, frequency, monetary in standardised units): by frequency and value. */
export function nameSegments(centroids: readonly Float64Array[]): Segment[] {
  const names = [
    { id: 'champions', label: 'Champions', description: 'Order most often, spend most, and were here lately.' },
    { id: 'loyal', label: 'Loyal customers', description: 'Order regularly and spend well.' },
    { id: 'occasional', label: 'Occasional customers', description: 'Order now and then, for ordinary amounts.' },
    {
      id: 'lapsed',
      label: 'Lapsed or one-off',
      description: 'Ordered once or twice, for little; most did not come back.',
    },
  ];
  const value = (c: Float64Array) => c[1]! + c[2]!;
  const order = centroids.map((_, i) => i).sort((a, b) => value(centroids[b]!) - value(centroids[a]!));
  if (order.length !== names.length) return centroids.map((_, i) => numbered(order.indexOf(i) + 1, order.length));
  return centroids.map((_, i) => names[order.indexOf(i)]!);
}

/** Another number of segments than there are names for is numbered by value. */
const numbered = (rank: number, of: number): Segment => ({
  id: `value-${rank}`,
  label: `Segment ${rank} of ${of}`,
  description: `Number ${rank} of ${of} by frequency and value of purchases.`,
});
