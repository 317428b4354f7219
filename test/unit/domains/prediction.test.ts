import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import type { PredictionRecord } from '../../../src/core/predictions.js';
import { outOfRange, QueryRecorder } from '../../../src/domains/prediction.js';
import type { ModelVersionInfo } from '../../../src/inference/ports.js';

const info = (predictionLog: number) =>
  ({
    model: 'm',
    version: 3,
    manifest: {
      predictionLog,
      inputs: [{ shape: [-1, 2], features: [{ name: 'a', minimum: 0, maximum: 1 }, { name: 'b' }] }],
    },
  }) as unknown as ModelVersionInfo;
const draft = (share: number) => ({
  routed: { info: info(share), version: 3, arm: 'canary' },
  entity: 'c1',
  featuresAsOf: 7,
  featureSet: 'm@1',
  features: () => Float32Array.of(2, 3),
  defaulted: ['b'],
  output: { x: 1 },
});

const asker = { principal: 'p', door: 'http' };
const audit = { asked() {} };

describe('QueryRecorder', () => {
  it('keeps a plain record, so that a reader may copy it like one from the disk', () => {
    const kept: PredictionRecord[] = [];
    const recorder = new QueryRecorder({ offer: (record) => kept.push(record) > 0 }, systemClock, audit);
    const prediction = recorder.record(draft(1), asker);
    expect(prediction.recorded).toBe(true);
    expect({ ...kept[0]! }).toEqual({
      id: prediction.id,
      model: 'm',
      version: 3,
      entity: 'c1',
      eventId: null,
      eventSeq: null,
      predictedAt: prediction.predictedAt,
      featuresAsOf: 7,
      featureSet: 'm@1',
      features: Float32Array.of(2, 3),
      defaulted: ['b'],
      output: { x: 1 },
      arm: 'canary',
    });
  });

  it('keeps none, all or a share, and says of each whether it was kept', () => {
    let offered = 0;
    const recorder = new QueryRecorder({ offer: () => ++offered % 2 === 0 }, systemClock, audit);
    expect(Array.from({ length: 50 }, () => recorder.record(draft(0), asker).recorded)).not.toContain(true);
    expect(offered).toBe(0);
    const kept = Array.from({ length: 4_000 }, () => recorder.record(draft(0.5), asker).recorded).filter(
      Boolean,
    ).length;
    expect(offered).toBeGreaterThan(1_700);
    expect(offered).toBeLessThan(2_300);
    expect(kept).toBe(Math.floor(offered / 2));
  });
});

describe('outOfRange', () => {
  it('names the features beyond what training saw', () => {
    expect(outOfRange(info(1), Float32Array.of(2, 99))).toEqual(['a']);
    expect(outOfRange(info(1), Float32Array.of(0.5, 99))).toEqual([]);
  });
});
