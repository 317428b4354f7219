import { percent } from '../state/format.js';
import { LANDMARKS, logOddsPlace } from '../state/log-odds.js';

const WIDTH = 240;
const HEIGHT = 72;
interface CurveProps {
  readonly title: string;
  /** Probabilities at places of equal distance; null where there is none. */
  readonly values: readonly (number | null)[];
  /** Where the present choice stands, 0 to 1. */
  readonly at: number;
  readonly probability: number | null;
  /** Words under the left end, the middle and the right end. */
  readonly ends: readonly [string, string, string];
}

/** How a score would move with one fact. */
export function Curve({ title, values, at, probability, ends }: CurveProps) {
  const y = (value: number) => 4 + (HEIGHT - 8) * (1 - logOddsPlace(value));
  const points = values.flatMap((value, i) =>
    value === null ? [] : [`${((WIDTH * i) / Math.max(1, values.length - 1)).toFixed(1)},${y(value).toFixed(1)}`],
  );
  const known = values.filter((value) => value !== null);
  const label =
    known.length === 0
      ? `${title}: not known yet`
      : `${title}: from ${percent(Math.min(...known))} to ${percent(Math.max(...known))}`;
  return (
    <figure class="curve">
      <figcaption>{title}</figcaption>
      <div class="curve-area">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} preserveAspectRatio="none">
          {LANDMARKS.map((value) => (
            <line key={value} class="grid-line" x1="0" x2={WIDTH} y1={y(value)} y2={y(value)} />
          ))}
          <line class="cursor-line" x1={WIDTH * at} x2={WIDTH * at} y1="0" y2={HEIGHT} />
          {points.length > 1 && <polyline points={points.join(' ')} />}
        </svg>
        {probability !== null && (
          <span
            class="curve-dot"
            aria-hidden="true"
            style={{ left: `${100 * at}%`, top: `${(100 * y(probability)) / HEIGHT}%` }}
          />
        )}
      </div>
      <p class="curve-ends" aria-hidden="true">
        {ends.map((end) => (
          <span key={end}>{end}</span>
        ))}
      </p>
    </figure>
  );
}
