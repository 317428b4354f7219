/** Probabilities nearer to 0 or 1 than this are drawn at the edge. */
const LEAST = 1e-6;
const SPAN = Math.log((1 - LEAST) / LEAST);

/** The range that is drawn. */
export const DRAWN: readonly [number, number] = [LEAST, 1 - LEAST];
/** Where a scale has its lines. */
export const LANDMARKS: readonly number[] = [1e-4, 0.01, 0.5, 0.99, 0.9999];

/**
 * Where a probability stands on a scale of log-odds, 0 at the bottom to 1 at the top: most payments lie far below 1 %, frauds
 * above 99 %, and a plain scale would press both into a line.
 */
export function logOddsPlace(probability: number): number {
  const within = Math.min(1 - LEAST, Math.max(LEAST, probability));
  return (Math.log(within / (1 - within)) / SPAN + 1) / 2;
}

/** The probability at a place of that scale. */
export const probabilityAt = (place: number): number => 1 / (1 + Math.exp(-(2 * place - 1) * SPAN));
