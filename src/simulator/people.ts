import type { ShopItem } from './ports.js';
import { Random } from './random.js';

/** How somebody shops: the groups a marketer would find. */
export type Persona = 'champion' | 'loyal' | 'newcomer' | 'lapsed';

/** A simulated customer. */
export interface Person {
  readonly customerId: string;
  readonly country: string;
  readonly birthDate: string;
  readonly persona: Persona;
  /** Scales everyday payments. */
  readonly lavishness: number;
  /** What they like: indices of shop items, the favourites first. */
  readonly taste: readonly number[];
}

const PERSONAS: readonly { persona: Persona; share: number }[] = [
  { persona: 'champion', share: 15 },
  { persona: 'loyal', share: 30 },
  { persona: 'newcomer', share: 25 },
  { persona: 'lapsed', share: 30 },
];
const COUNTRIES: readonly { country: string; share: number }[] = [
  { country: 'United Kingdom', share: 86 },
  { country: 'Germany', share: 4 },
  { country: 'France', share: 4 },
  { country: 'Spain', share: 2 },
  { country: 'Belgium', share: 2 },
  { country: 'Portugal', share: 2 },
];
const TASTE = 40;
/** Words of titles that say nothing about taste. */
const PLAIN = new Set([
  'SET',
  'OF',
  'AND',
  'THE',
  'IN',
  'WITH',
  'FOR',
  'SMALL',
  'LARGE',
  'ASSORTED',
  'DESIGN',
  'COLOUR',
  'BOX',
]);

/** Items that share a word in their title: the tastes people have. Only words with enough items. */
function clusters(items: readonly ShopItem[]): number[][] {
  const byWord = new Map<string, number[]>();
  items.forEach(({ title }, index) => {
    for (const word of new Set(title.toUpperCase().match(/[A-Z]{4,}/g) ?? [])) {
      if (PLAIN.has(word)) continue;
      const known = byWord.get(word);
      if (known === undefined) byWord.set(word, [index]);
      else known.push(index);
    }
  });
  const found = [...byWord.values()].filter((list) => list.length >= 8 && list.length <= 120);
  return found.length > 0 ? found : [items.map((_, index) => index)];
}

/** The customers of a seed: the same seed and shop give the same people. */
export function createPeople(seed: number, count: number, items: readonly ShopItem[]): Person[] {
  const random = new Random(seed);
  const tastes = clusters(items);
  return Array.from({ length: count }, (_, i): Person => {
    const taste = new Set<number>();
    for (let tries = 0; taste.size < TASTE && tries < 12 && items.length > 0; tries++) {
      for (const index of random.pick(tastes)) if (taste.size < TASTE && random.chance(0.6)) taste.add(index);
    }
    const year = random.int(1940, 2004);
    return {
      customerId: `sim-${String(i + 1).padStart(4, '0')}`,
      country: random.weighted(COUNTRIES, (one) => one.share).country,
      birthDate: `${year}-${String(random.int(1, 12)).padStart(2, '0')}-${String(random.int(1, 28)).padStart(2, '0')}`,
      persona: random.weighted(PERSONAS, (one) => one.share).persona,
      lavishness: Math.exp(random.normal(0, 0.12)),
      taste: [...taste],
    };
  });
}
