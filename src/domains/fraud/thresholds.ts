import { z } from 'zod';
import { ScoregraphError } from '../../core/errors.js';
import type { ModelVersionInfo } from '../../inference/ports.js';

/** Probabilities from which a payment is reviewed, and from which it is declined. */
export interface FraudThresholds {
  readonly review: number;
  readonly decline: number;
}

const schema = z
  .object({ review: z.number().min(0).max(1), decline: z.number().min(0).max(1) })
  .refine((t) => t.review <= t.decline, 'review must not be above decline');

/**
 * The thresholds a version was shipped with.
 * @throws ScoregraphError MODEL_UNAVAILABLE with reason `CARD_INCOMPLETE` when its `version.json` has none.
 */
export function readThresholds(info: ModelVersionInfo): FraudThresholds {
  const parsed = schema.safeParse(info.card.thresholds);
  if (parsed.success) return parsed.data;
  throw new ScoregraphError(
    'MODEL_UNAVAILABLE',
    `version.json of ${info.model} ${info.version}: thresholds: expected {review, decline} between 0 and 1, ${parsed.error.issues[0]?.message}`,
    { model: info.model, version: info.version, reason: 'CARD_INCOMPLETE' },
  );
}
