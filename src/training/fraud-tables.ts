import type { Metric } from './artifacts.js';
import { FRAUD_TEST } from './fraud-figures.js';

/** A Markdown table: the first row is its head. */
export const table = (rows: readonly (readonly (string | number)[])[]): string =>
  rows
    .flatMap((cells, i) => [cells, ...(i === 0 ? [cells.map(() => '---')] : [])])
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
/** The figure of that name on that data. @throws TypeError when there is none. */
export const figure = (metrics: readonly Metric[], name: string, on = FRAUD_TEST): number =>
  metrics.find((m) => m.name === name && m.dataset === on)!.value;
