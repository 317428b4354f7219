import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { PredictionLog } from '../data/ports.js';
import { exportedPrediction } from '../flows/exported-prediction.js';

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
    if (!out.write(page.map((prediction) => `${JSON.stringify(exportedPrediction(prediction))}\n`).join('')))
      await Promise.race([once(out, 'drain'), written]);
  }
  out.end();
  await written;
  return count;
}
