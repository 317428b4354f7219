import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LatencyHistogram } from '../../../src/core/latency-histogram.js';
import { LiveStats } from '../../../src/flows/live-stats.js';
import type { Positioned } from '../../../src/flows/log-stream.js';
import type { ScoredPayment } from '../../../src/flows/scoring.js';

const scored = (decision: string, recordedAt: number) =>
  ({
    position: 1,
    value: { event: { recordedAt }, prediction: { output: { decision } } },
  }) as Positioned<ScoredPayment>;

describe('live figures', () => {
  let stats: LiveStats;
  let samples = 0;
  let rows = 0;
  const latency = new LatencyHistogram();
  beforeEach(() => {
    vi.useFakeTimers();
    samples = 0;
    rows = 0;
    stats = new LiveStats({
      clock: { now: () => Date.now(), monotonic: () => performance.now() },
      versions: () => {
        samples++;
        return [{ model: 'fraud', version: 1, rows, batches: rows / 10, latency: latency.snapshot(), queueDepth: 3 }];
      },
      eventLog: { head: () => 9, horizon: () => 2 },
      backlog: () => 7,
      subscribers: () => stats.watchers,
    });
  });
  afterEach(() => {
    stats.close();
    vi.useRealTimers();
  });

  it('come at once, then each interval, of the window between', async () => {
    const stream = stats.follow(2);
    expect((await stream.next()).value).toMatchObject({ transactionsPerSecond: 0, scoringLatency: { p50Ms: null } });
    const now = Date.now();
    stats.scored([scored('APPROVE', now - 10), scored('APPROVE', now - 10), scored('DECLINE', now - 10)]);
    stats.scored([scored('REVIEW', now - 10)]);
    rows = 40;
    latency.add(4, 40);
    const next = stream.next();
    await vi.advanceTimersByTimeAsync(2_000);
    const { value } = await next;
    expect(value).toMatchObject({
      windowSeconds: 2,
      transactionsPerSecond: 2,
      predictionsPerSecond: 20,
      decisions: { approve: 2, review: 1, decline: 1 },
      eventLog: { head: 9, horizon: 2 },
      scorerBacklog: 7,
      subscribers: 1,
      models: [{ model: 'fraud', version: 1, rowsPerSecond: 20, meanBatchSize: 10, queueDepth: 3 }],
    });
    expect(value!.scoringLatency.p50Ms! / 10).toBeCloseTo(1, 0);
    expect(value!.models[0]!.latencyP99Ms! / 4).toBeCloseTo(1, 0);
    await stream.return(undefined);
    expect([stats.watchers, stats.intervals]).toEqual([0, 0]);
  });

  it('are computed once for an interval, however many watch, and intervals are steps of a quarter', async () => {
    const streams = Array.from({ length: 50 }, (_, i) => stats.follow(1 + (i % 5) / 100));
    for (const stream of streams) await stream.next();
    expect([stats.watchers, stats.intervals]).toEqual([50, 1]);
    const before = samples;
    const all = Promise.all(streams.map((stream) => stream.next()));
    await vi.advanceTimersByTimeAsync(1_000);
    const values = (await all).map(({ value }) => value);
    expect(new Set(values).size).toBe(1);
    expect(samples - before).toBeLessThanOrEqual(2); // the interval's, and the one for whoever comes next
    for (const stream of streams) await stream.return(undefined);
    expect(stats.intervals).toBe(0);
  });

  it('are conflated for whoever does not read, and end with the signal', async () => {
    const abort = new AbortController();
    const stream = stats.follow(0.25, abort.signal);
    await stream.next();
    await vi.advanceTimersByTimeAsync(5_000);
    const { value } = await stream.next();
    expect(Date.now() - value!.at).toBeLessThan(300);
    const pending = stream.next();
    abort.abort();
    expect((await pending).done).toBe(true);
    expect(stats.intervals).toBe(0);
  });
});
