import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { PredictionRecord } from '../core/predictions.js';
import type { PositionedPrediction, PredictionLog } from '../data/ports.js';
import { FEATURE_SETS } from '../features/catalogue.js';

const PAGE = 1_000;

/**
 * Writes the recorded predictions of one model to a new file, a JSON object a line, oldest first: each with the features as the model
 * saw them when it answered, by name, so that they can be joined with outcomes and trained on elsewhere. Memory stays flat.
 * @returns how many were written
 * @throws Error when the file exists or cannot be written
 */
export async function exportPredictions(
  log: Pick<PredictionLog, 'read'>,
  model: string,
  file: string,
  after = 0,
): Promise<number> {
  const out = createWriteStream(file, { flags: 'wx' });
  const written = finished(out);
  written.catch(() => {}); // told below, where it is waited for
  await Promise.race([once(out, 'open'), written]);
  let position = after;
  let count = 0;
  for (;;) {
    const page = await log.read(model, position, PAGE);
    if (page.length === 0) break;
    count += page.length;
    position = page[page.length - 1]!.position;
    if (!out.write(page.map(line).join(''))) await Promise.race([once(out, 'drain'), written]);
  }
  out.end();
  await written;
  return count;
}

function line({ position, record }: PositionedPrediction): string {
  const { id, model, version, entity, eventId, predictedAt, featuresAsOf, featureSet, defaulted, output } = record;
  return `${JSON.stringify({
    position,
    predictionId: id,
    model,
    version,
    entity,
    eventId,
    predictedAt: new Date(predictedAt).toISOString(),
    featuresAsOf: featuresAsOf > 0 ? new Date(featuresAsOf).toISOString() : null,
    featureSet,
    features: named(record),
    defaulted,
    output,
  })}\n`;
}

/** Features by name; a bare list where the set is not known any more, or its numbers have no names of their own. */
function named({ featureSet, features }: PredictionRecord): Record<string, number> | number[] {
  const specs = FEATURE_SETS.get(featureSet)?.features;
  if (specs?.length !== features.length) return [...features];
  return Object.fromEntries(specs.map(({ name }, i) => [name, features[i]!]));
}
