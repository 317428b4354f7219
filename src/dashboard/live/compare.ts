import { signal } from '@preact/signals';
import { CompareVersionsDocument, type CompareVersionsQuery } from '../__generated__/graphql.js';
import { ask } from '../graph/query.js';
import { told } from '../graph/refusals.js';

export type Compared = NonNullable<CompareVersionsQuery['compareVersions']>['figures'];
export interface Comparison {
  /** Null while it is being computed, or where it could not be. */
  readonly figures: Compared | null;
  readonly problem: string | null;
}

/** Comparisons that were asked for, by `model a b`. They cost the server a thousand rows, so nobody asks by himself. */
export const comparisons = signal<ReadonlyMap<string, Comparison>>(new Map());
const KEPT = 20;
const WHAT = 'Comparing versions';

export const comparisonKey = (model: string, a: number, b: number): string => `${model} ${a} ${b}`;

/** Asks both versions about the newest recorded predictions. */
export async function compare(model: string, a: number, b: number): Promise<void> {
  const put = (comparison: Comparison) => {
    const next = new Map([...comparisons.peek()].slice(-KEPT));
    comparisons.value = next.set(comparisonKey(model, a, b), comparison);
  };
  put({ figures: null, problem: null });
  try {
    const { data, errors } = await ask(CompareVersionsDocument, { model, a, b }, WHAT);
    const figures = data.compareVersions?.figures ?? null;
    put({ figures, problem: figures === null ? told(errors, WHAT, 'They could not be compared.') : null });
  } catch (error) {
    put({ figures: null, problem: (error as Error).message });
  }
}
