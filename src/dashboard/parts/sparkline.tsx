/** A small line without axes beside a figure; the figure says it in words. */
export function Sparkline({ values }: { values: readonly number[] }) {
  const most = Math.max(1, ...values);
  const points = values.map(
    (value, i) => `${((100 * i) / Math.max(1, values.length - 1)).toFixed(1)},${(23 - (22 * value) / most).toFixed(1)}`,
  );
  return (
    <svg class="sparkline" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">
      {points.length > 1 && <polyline points={points.join(' ')} />}
    </svg>
  );
}
