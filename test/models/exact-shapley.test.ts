import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conceptsOf } from '../../src/features/concepts.js';
import { FRAUD_FEATURES } from '../../src/features/fraud-features.js';
import { RFM_FEATURES } from '../../src/features/rfm-features.js';
import type { FeatureSet } from '../../src/features/spec.js';
import { seeded } from '../../src/training/random.js';
import { ENGINES, hasNative } from '../support/engines.js';
import { MODELS, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

/**
 * What the server explains against Shapley values computed apart from it: TensorFlow.js runs the model's files, the numbers that its last
 * activation takes are the scores (no probability in between that rounds to 0 or 1), and the values come from Harsanyi's dividends.
 */
const ROWS = 200;
/** docs/explanations.md states these. */
const BOUND = 0.001;
const BOUND_NEAR_CERTAINTY = 0.1;
/** Log-odds from which a 32-bit probability is too close to 1 to tell them to a thousandth. */
const NEAR_CERTAINTY = 8;
/** The log-odds between which a 32-bit probability is neither 0 nor 1; an explanation counts those beyond as these. */
const [LEAST, MOST] = [-126 * Math.LN2, 24 * Math.LN2];

interface Golden {
  readonly inputs: { readonly features: number[] };
}
const read = (model: string, file: string) => JSON.parse(readFileSync(join(MODELS, model, '1', file), 'utf8'));

/** Places of each concept's features. */
const placesOf = (set: FeatureSet) =>
  conceptsOf(set).map(({ features }) =>
    features.map((name) => set.features.findIndex((feature) => feature.name === name)),
  );

/** Rows whose concepts come from different golden rows, so that each concept is one that was seen. */
function rowsLike(model: string, set: FeatureSet): Float32Array<ArrayBuffer>[] {
  const golden: Golden[] = read(model, 'golden.json');
  const random = seeded(17);
  return Array.from({ length: ROWS }, () => {
    const row = new Float32Array(set.features.length);
    for (const places of placesOf(set)) {
      const { features } = golden[Math.floor(random() * golden.length)]!.inputs;
      for (const place of places) row[place] = features[place]!;
    }
    return row;
  });
}

/** The middle of each feature's baseline: the lower edge of the bin that holds the middle row. */
function typicalRow(model: string, set: FeatureSet): Float32Array {
  const { baseline } = read(model, 'version.json');
  return Float32Array.from(set.features, ({ name }) => {
    const { edges, counts }: { edges: number[]; counts: number[] } = baseline[name];
    const half = counts.reduce((a, b) => a + b, 0) / 2;
    let below = 0;
    const middle = counts.findIndex((count) => {
      below += count;
      return below > half;
    });
    return edges[middle]!;
  });
}

/** Shapley value by dividends (Harsanyi 1963): what a coalition is worth beyond all its parts is shared out equally. */
function byDividends(players: number, values: readonly number[]): number[] {
  const dividends = [...values];
  for (let player = 0; player < players; player++)
    for (let coalition = 0; coalition < dividends.length; coalition++)
      if ((coalition >> player) & 1) dividends[coalition]! -= dividends[coalition ^ (1 << player)]!;
  return Array.from({ length: players }, (_, player) =>
    dividends.reduce((sum, dividend, coalition) => {
      const members = coalition.toString(2).replaceAll('0', '').length;
      return (coalition >> player) & 1 ? sum + dividend / members : sum;
    }, 0),
  );
}

const BEFORE_ACTIVATION = resolve(import.meta.dirname, '../support/before-activation.mjs');

/** What the last activation of a model takes, for each row. */
function beforeActivation(model: string, rows: readonly Float32Array[]): number[][] {
  const file = join(MODELS, model, '1', 'model.json');
  const input = Buffer.concat(
    rows.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
  const answer = execFileSync(process.execPath, [BEFORE_ACTIVATION, file], { input, maxBuffer: 2 ** 26 });
  const scores = new Float32Array(new Uint8Array(answer).buffer);
  const width = scores.length / rows.length;
  return rows.map((_, row) => [...scores.subarray(row * width, (row + 1) * width)]);
}

describe.skipIf(!hasNative).each(ENGINES)('explanations on %s', { timeout: 120_000 }, (engine) => {
  const folder = temporaryFolder();
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_ENGINE: engine } });
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  const context = () => ({
    deadline: server.running.app.clock.monotonic() + 60_000,
    priority: 'bulk' as const,
    principal: 't',
    traceId: 't',
  });

  it.each([
    ['fraud', FRAUD_FEATURES],
    ['segmentation', RFM_FEATURES],
  ] as const)(`of %s are the exact Shapley values of ${ROWS} rows`, async (model, set) => {
    const { app, inference } = server.running;
    const version = inference.registry.get(model)!.versions[0]!.info!.version;
    const [concepts, places, typical] = [conceptsOf(set), placesOf(set), typicalRow(model, set)];
    const ids: string[] = read('segmentation', 'assets/segments.json').map(({ id }: { id: string }) => id);
    let [worst, worstCertain, certain, unlike] = [0, 0, 0, 0];
    const rows = rowsLike(model, set);
    const coalitions = 2 ** concepts.length;
    const scores = beforeActivation(
      model,
      rows.flatMap((features) =>
        Array.from({ length: coalitions }, (_, coalition) => {
          const row = typical.slice();
          places.forEach((own, concept) => {
            if ((coalition >> concept) & 1) for (const place of own) row[place] = features[place]!;
          });
          return row;
        }),
      ),
    );
    for (const [i, features] of rows.entries()) {
      const raw = scores.slice(i * coalitions, (i + 1) * coalitions);
      const whole = raw.at(-1)!;
      const [own, other] = whole.map((_, i) => i).sort((i, j) => whole[j]! - whole[i]!);
      const values = raw.map((row) =>
        other === undefined ? Math.min(MOST, Math.max(LEAST, row[0]!)) : row[own!]! - row[other]!,
      );
      const exact = byDividends(concepts.length, values);
      const prediction = {
        model,
        version,
        features,
        output: { segment: ids[own!], runnerUp: ids[other ?? 0] },
      } as never;
      const told = (await (model === 'fraud' ? app.fraud : app.segmentation).explain(prediction, context()))!;
      const sum = told.contributions.reduce((total, { contribution }) => total + contribution, told.baseline);
      expect(Math.abs(sum - told.score)).toBeLessThan(1e-3);
      const distance = Math.max(
        ...told.contributions.map(({ name, contribution }) =>
          Math.abs(contribution - exact[concepts.findIndex((concept) => concept.name === name)]!),
        ),
      );
      if (values.some((value) => value > NEAR_CERTAINTY)) {
        certain++;
        worstCertain = Math.max(worstCertain, distance);
      } else worst = Math.max(worst, distance);
      const strongest = exact.map(Math.abs);
      if (concepts[strongest.indexOf(Math.max(...strongest))]!.name !== told.contributions[0]!.name) unlike++;
    }
    expect(certain).toBeLessThan(ROWS / 2);
    expect(worst).toBeLessThan(BOUND);
    expect(worstCertain).toBeLessThan(BOUND_NEAR_CERTAINTY);
    expect(unlike).toBeLessThanOrEqual(ROWS / 100);
  });
});
