import { z } from 'zod';
import type { ModelVersionInfo } from '../../inference/ports.js';
import { perVersion, readAsset } from '../assets.js';

/** An item the model knows, at its index in the model's output. */
export interface VocabularyItem {
  readonly id: string;
  readonly title: string;
  /** Median unit price in the training data, major units of the model's currency. */
  readonly price: number;
}

/** Items by index and back, and the fallback rankings, of one version. */
export interface Vocabulary {
  readonly items: readonly VocabularyItem[];
  readonly indexOf: ReadonlyMap<string, number>;
  readonly popular: { readonly overall: readonly number[]; readonly byCountry: ReadonlyMap<string, readonly number[]> };
}

const itemsSchema: z.ZodType<VocabularyItem[]> = z
  .array(z.object({ id: z.string().min(1), title: z.string(), price: z.number().nonnegative() }))
  .min(1)
  .max(1_000_000);

const ranking = z.array(z.number().int().nonnegative()).max(10_000);
const popularitySchema = z.object({ overall: ranking, countries: z.record(z.string(), ranking) });

/** The vocabulary of a version, read once. */
export const vocabularyOf: (info: ModelVersionInfo) => Vocabulary = perVersion((info) => {
  const items = readAsset(info, 'items.json', itemsSchema);
  const popularity = readAsset(info, 'popularity.json', popularitySchema);
  const known = (indices: readonly number[]) => indices.filter((index) => index < items.length);
  return {
    items,
    indexOf: new Map(items.map((item, index) => [item.id, index])),
    popular: {
      overall: known(popularity.overall),
      byCountry: new Map(Object.entries(popularity.countries).map(([country, indices]) => [country, known(indices)])),
    },
  };
});
