/** A segment as `assets/segments.json` lists it, in the order of the network's outputs. */
export interface Segment {
  readonly id: string;
  readonly label: string;
  readonly description: string;
}

/** Names that follow from where a centroid lies (log recency, frequency, monetary in standardised units): recency against value. */
export function nameSegments(centroids: readonly Float64Array[]): Segment[] {
  const names = [
    { id: 'champions', label: 'Champions', description: 'Bought very recently, often, and for the most money.' },
    {
      id: 'loyal',
      label: 'Loyal customers',
      description: 'Order regularly and spend well, though not in the very last days.',
    },
    {
      id: 'promising',
      label: 'Promising newcomers',
      description: 'Bought recently, but only once or twice and for little so far.',
    },
    { id: 'lapsed', label: 'Lapsed', description: 'Ordered once or twice, long ago, and have not come back.' },
  ];
  const value = (c: Float64Array) => c[1]! + c[2]!;
  const byValue = centroids.map((_, i) => i).sort((a, b) => value(centroids[b]!) - value(centroids[a]!));
  const [champions, loyal, ...low] = byValue;
  low.sort((a, b) => centroids[a]![0]! - centroids[b]![0]!);
  const order = [champions!, loyal!, ...low];
  return centroids.map((_, i) => names[order.indexOf(i)]!);
}
