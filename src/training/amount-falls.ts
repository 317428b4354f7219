import { CATEGORIES } from '../features/categories.js';
import type { AmountGrid, GridContext, GridRows } from './amount-grid.js';
import { type Metric, metric } from './artifacts.js';

/** Share of neighbouring amounts at which the risk may fall; a version above it is not written. */
export const MOST_FALLS = 0.01;
/** What figures of the grid are said to be on. */
export const AMOUNT_GRID = 'amount grid';

/** How often a larger amount has the lower probability, by more than the grid's tolerance. */
export interface Falls {
  /** Neighbouring amounts that were compared, and the share of them at which the risk falls. */
  readonly pairs: number;
  readonly share: number;
  /** The same of all amounts of a context, each against each larger one. */
  readonly anyShare: number;
  /** Payments that were varied, and the share of them whose risk falls anywhere. */
  readonly contexts: number;
  readonly contextShare: number;
}

/** Looks for falls in the scores of a grid's rows; `of` picks the contexts (default: all). */
export function fallsOf(
  { tolerance }: AmountGrid,
  rows: GridRows,
  scores: Float32Array,
  of: (context: GridContext) => boolean = () => true,
): Falls {
  const total = { pairs: 0, falls: 0, any: 0, anyFalls: 0, contexts: 0, falling: 0 };
  let from = 0;
  for (let to = 1; to <= scores.length; to++) {
    if (to < scores.length && rows.context[to] === rows.context[from]) continue;
    if (of(rows.contexts[rows.context[from]!]!)) {
      let falls = 0;
      for (let i = from; i < to; i++) {
        for (let j = i + 1; j < to; j++) {
          const fall = Number(scores[j]! < scores[i]! - tolerance);
          total.anyFalls += fall;
          if (j === i + 1) falls += fall;
        }
      }
      total.pairs += to - from - 1;
      total.any += ((to - from) * (to - from - 1)) / 2;
      total.falls += falls;
      total.contexts++;
      total.falling += Number(falls > 0);
    }
    from = to;
  }
  return {
    pairs: total.pairs,
    share: total.falls / Math.max(1, total.pairs),
    anyShare: total.anyFalls / Math.max(1, total.any),
    contexts: total.contexts,
    contextShare: total.falling / Math.max(1, total.contexts),
  };
}

/** Parts of the grid that have a figure of their own. */
const PARTS: readonly (readonly [name: string, of: (context: GridContext) => boolean])[] = [
  ...CATEGORIES.map((name) => [`category ${name}`, (c: GridContext) => c.category === name] as const),
  ['by day', (c) => !c.night],
  ['by night', (c) => c.night],
  ['frauds', (c) => c.fraud],
  ['legitimate payments', (c) => !c.fraud],
  ['cards with a history', (c) => !c.newCard],
  ['new cards', (c) => c.newCard],
];

/** The figures of the grid, for the version's card. */
export function fallMetrics(grid: AmountGrid, rows: GridRows, scores: Float32Array): Metric[] {
  const all = fallsOf(grid, rows, scores);
  return [
    metric('amountFalls', all.share, AMOUNT_GRID),
    metric('amountFallsAnyDistance', all.anyShare, AMOUNT_GRID),
    metric('amountFallsContexts', all.contextShare, AMOUNT_GRID),
    ...PARTS.flatMap(([name, of]) => {
      const part = fallsOf(grid, rows, scores, of);
      return part.pairs === 0 ? [] : [metric('amountFalls', part.share, `${AMOUNT_GRID}, ${name}`)];
    }),
  ];
}

/**
 * Refuses a model whose risk falls with the amount at more of the grid than `MOST_FALLS`.
 * @throws Error saying where most.
 */
export function refuseFalls(metrics: readonly Metric[]): void {
  const share = metrics.find(({ name, dataset }) => name === 'amountFalls' && dataset === AMOUNT_GRID)?.value;
  if (share !== undefined && share <= MOST_FALLS) return;
  const percent = (value: number) => `${Number((100 * value).toPrecision(3))} %`;
  const [worst] = metrics
    .filter(({ name, dataset }) => name === 'amountFalls' && dataset !== AMOUNT_GRID)
    .sort((a, b) => b.value - a.value);
  throw new Error(
    `amount grid: expected the risk to fall with a larger amount at ${percent(MOST_FALLS)} of the neighbouring amounts at most, got ${percent(share ?? 1)}${worst === undefined ? '' : ` (most of all ${worst.dataset.slice(AMOUNT_GRID.length + 2)}: ${percent(worst.value)})`}; no version was written`,
  );
}
