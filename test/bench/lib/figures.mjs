/** Median, lowest and highest of some figures. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], low: sorted[0], high: sorted[sorted.length - 1] };
}
export const round = (n) => Math.round(n).toLocaleString('en');
export const withSpread = (values, form = round) => {
  const { median, low, high } = spread(values);
  return `${form(median)} (${form(low)} … ${form(high)})`;
};
/** For many short windows, of which some are always disturbed. */
export const withQuartiles = (values, form = round) => {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, median, high] = [0.25, 0.5, 0.75].map((q) => form(quantile(sorted, q)));
  return `${median} (quartiles ${low} … ${high})`;
};
export const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
