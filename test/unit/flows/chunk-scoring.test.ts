import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import { ScoregraphError } from '../../../src/core/errors.js';
import { silentLogger } from '../../../src/core/logger.js';
import type { FraudDomain } from '../../../src/domains/fraud/fraud.js';
import { ChunkScoring, type PendingPayment } from '../../../src/flows/chunk-scoring.js';
import type { Routed, VersionSelector } from '../../../src/inference/ports.js';

const routed = (version: number, arm: string | null) =>
  ({ info: { model: 'fraud' }, version, arm }) as unknown as Routed;
const output = { probability: 0.1, decision: 'APPROVE' } as const;
const pending = (n: number): PendingPayment[] =>
  Array.from({ length: n }, (_, i) => ({
    event: { id: `t${i}`, entity: `c${i}`, seq: i + 1, recordedAt: 0 },
    features: { vector: Float32Array.of(i), defaulted: [], featuresAsOf: 0 },
  })) as unknown as PendingPayment[];

/** Every third customer is in the canary, which answers as `canary` says. */
function scoringWith(canary: 'fails' | 'no number' | 'answers') {
  const blocks: number[] = [];
  let unscored = 0;
  const domain = {
    featureSet: 'fraud@1',
    splits: () => true,
    route: (customer: string, selector?: VersionSelector) =>
      selector?.alias === 'champion'
        ? routed(1, null)
        : Number(customer.slice(1)) % 3 === 0
          ? routed(2, 'canary')
          : routed(1, 'champion'),
    async scoreBlock(vectors: readonly Float32Array[], _context: unknown, { version }: Routed) {
      blocks.push(vectors.length);
      if (version === 2 && canary === 'fails') throw new ScoregraphError('INVALID_FEATURES', 'broken');
      return vectors.map(() => (version === 2 && canary === 'no number' ? null : output));
    },
    async score(_vector: unknown, _context: unknown, to: Routed) {
      if (to.version === 2 && canary !== 'answers') throw new ScoregraphError('INVALID_FEATURES', 'broken');
      return { routed: to, output };
    },
  } as unknown as FraudDomain;
  const scoring = new ChunkScoring({
    ...{ domain, clock: systemClock, logger: silentLogger },
    unscored: {
      add() {
        unscored++;
      },
    },
  });
  return { scoring, blocks, unscored: () => unscored };
}

describe('scoring payments while a policy splits them', () => {
  it('makes a block for each arm, and keeps the order', async () => {
    const { scoring, blocks } = scoringWith('answers');
    const results = await scoring.score(pending(30), 'interactive');
    expect(blocks.sort((a, b) => a - b)).toEqual([10, 20]);
    expect(results!.map((result) => [result!.entity, result!.version, result!.arm])).toEqual(
      Array.from({ length: 30 }, (_, i) => [`c${i}`, i % 3 === 0 ? 2 : 1, i % 3 === 0 ? 'canary' : 'champion']),
    );
  });

  it.each(['fails', 'no number'] as const)(
    'loses no score when the canary %s, in blocks or one by one',
    async (canary) => {
      for (const rows of [30, 5]) {
        const { scoring, unscored } = scoringWith(canary);
        const results = await scoring.score(pending(rows), 'interactive');
        expect(results!.map((result) => result?.version)).toEqual(Array.from({ length: rows }, () => 1));
        expect(unscored()).toBe(0);
      }
    },
  );
});
