import type { Outcome } from './rank-evaluation.js';

/** The share of the items, the most recommended ones, whose part of all recommendations is looked at. */
const TOP = 0.01;

/** Which items a ranking's lists are made of. */
export interface Spread {
  /** Share of the catalogue that is in somebody's list. */
  readonly coverage: number;
  /** Share of all places in the lists that go to the hundredth of the items that is listed most. */
  readonly topShare: number;
  /** Mean popularity percentile of the listed items: 0 the least bought item of the catalogue, 1 the most bought one. */
  readonly popularity: number;
}

/**
 * Each item's popularity percentile: the share of the other items that fewer customers bought, items of equally many counting half.
 * @param counts customers who bought an item, by index
 */
export function percentiles(counts: Float32Array): Float32Array {
  const sorted = Float32Array.from(counts).sort();
  const others = Math.max(1, counts.length - 1);
  return counts.map((count) => {
    const below = firstAt(sorted, count);
    const equal = firstAt(sorted, count + 0.5) - below - 1; // counts are whole
    return (below + equal / 2) / others;
  });
}

/** How many of ascending numbers are below a value. */
function firstAt(sorted: Float32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * How widely lists of items spread over the catalogue, and how popular their items are.
 * @param lists indices; empty ones count for nothing
 * @param popular each item's popularity percentile; its length is the catalogue's
 */
export function spread(lists: readonly (readonly number[])[], popular: Float32Array): Spread {
  const times = new Float64Array(popular.length);
  let places = 0;
  let popularity = 0;
  for (const list of lists) {
    for (const index of list) {
      times[index]! += 1;
      places++;
      popularity += popular[index]!;
    }
  }
  const most = times
    .slice()
    .sort()
    .reverse()
    .subarray(0, Math.ceil(TOP * times.length));
  return {
    coverage: times.reduce((n, count) => n + (count > 0 ? 1 : 0), 0) / times.length,
    topShare: most.reduce((sum, count) => sum + count, 0) / places,
    popularity: popularity / places,
  };
}

/** Customers by how much is known of them. */
export const HISTORY_LENGTHS: readonly { readonly what: string; readonly least: number; readonly most: number }[] = [
  { what: '1 basket before', least: 1, most: 1 },
  { what: '2 to 5 baskets before', least: 2, most: 5 },
  { what: '6 baskets or more before', least: 6, most: Number.POSITIVE_INFINITY },
];

/** The outcomes of customers with so many baskets. */
export const ofLength = (
  all: readonly Outcome[],
  { least, most }: Pick<(typeof HISTORY_LENGTHS)[number], 'least' | 'most'>,
): Outcome[] => all.filter(({ baskets }) => baskets >= least && baskets <= most);
