import type { Vocabulary } from './vocabulary.js';

export type RecommendationBasis = 'PERSONAL' | 'POPULAR_IN_COUNTRY' | 'POPULAR';
/** A ranked list, best first: item ids with the model's score. */
export interface RecommendationOutput {
  readonly items: readonly { readonly itemId: string; readonly score: number }[];
  readonly basis: RecommendationBasis;
  /** One sentence for the person who reads the list. */
  readonly reason: string;
}

/** Why a list of the network's is as it is. */
export const personalReason = (count: number): string =>
  count === 1 ? 'Based on your latest interaction.' : `Based on your ${count} latest interactions.`;

/** What is popular in a country, or overall where the country has no ranking: indices, best first. */
export const rankingOf = ({ popular }: Vocabulary, country: string | null): readonly number[] =>
  (country === null ? undefined : popular.byCountry.get(country)) ?? popular.overall;

/** The popular items of a country, or overall where the country has none; scores fall with the rank. */
export function popularItems(
  vocabulary: Vocabulary,
  country: string | null,
  first: number,
  exclude: Int32Array,
): RecommendationOutput {
  const excluded = new Set(exclude);
  const local = country === null ? undefined : vocabulary.popular.byCountry.get(country);
  const ranked = (local ?? vocabulary.popular.overall).filter((index) => !excluded.has(index)).slice(0, first);
  const items = ranked.map((index, rank) => ({ itemId: vocabulary.items[index]!.id, score: 1 / (rank + 1) }));
  return local === undefined
    ? { items, basis: 'POPULAR', reason: 'Popular with all customers.' }
    : { items, basis: 'POPULAR_IN_COUNTRY', reason: `Popular with customers in ${country}.` };
}
