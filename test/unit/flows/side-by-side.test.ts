import { describe, expect, it } from 'vitest';
import type { ModelVersionState } from '../../../src/core/events.js';
import type { PredictionRecord } from '../../../src/core/predictions.js';
import { SideBySide } from '../../../src/flows/side-by-side.js';
import type { Verdict } from '../../../src/flows/verdicts.js';
import type { Registry, StateListener } from '../../../src/inference/registry.js';
import { PrometheusMetrics } from '../../../src/transport/metrics.js';

const MODEL = 'm';

/** Versions in a registry, and whoever listens to them. */
function setUp(versions: number[] = [1, 2]) {
  const listeners: StateListener[] = [];
  const known = versions.map((number) => ({
    ...{ model: MODEL, number, state: 'AVAILABLE' as ModelVersionState, accepting: true },
  }));
  const registry = {
    list: () => [{ name: MODEL, versions: known }],
    get: (name: string) => (name === MODEL ? { name, versions: known } : null),
    version: (name: string, number: number) =>
      name === MODEL ? (known.find((version) => version.number === number) ?? null) : null,
    onStateChange: (listener: StateListener) => void listeners.push(listener),
  } as unknown as Registry;
  const metrics = new PrometheusMetrics();
  const rescoring = { verdict: (_model: string, output: unknown) => output as Verdict };
  const sideBySide = new SideBySide({ registry, rescoring, metrics });
  return {
    sideBySide,
    /** What was counted: `1/2: rows, agreements`. */
    counted: () =>
      sideBySide.facts(MODEL).map(({ versions, rows, agreements }) => `${versions.join('/')}: ${rows}, ${agreements}`),
    metrics: async () => (await metrics.text()).split('\n').filter((line) => line.startsWith('scoregraph_')),
    move(number: number, state: ModelVersionState) {
      const version = known.find((one) => one.number === number)!;
      Object.assign(version, { state, accepting: state === 'AVAILABLE' });
      for (const listener of listeners) listener(version as never);
    },
  };
}

const said = (label: string, score = 0.5, items?: string[]): Verdict => ({ label, score, ...(items && { items }) });
const made = (version: number, output: Verdict, more: Partial<PredictionRecord> = {}): PredictionRecord => ({
  ...{ id: 'p', model: MODEL, version, entity: 'c1', eventId: null, eventSeq: null, predictedAt: 1, featuresAsOf: 0 },
  ...{ featureSet: 'f@1', features: Float32Array.of(1, 2, 3), defaulted: [], output },
  ...more,
});

describe('versions that one operation asks the same', () => {
  it('are compared and counted, whichever answers first', async () => {
    const { sideBySide, metrics } = setUp();
    const [one, other] = [{}, {}];
    sideBySide.saw(made(1, said('a', 0.5)), {}, one);
    sideBySide.saw(made(2, said('a', 0.7)), {}, one);
    sideBySide.saw(made(2, said('b', 0.4)), {}, other);
    sideBySide.saw(made(1, said('a', 0.5)), {}, other);
    expect(sideBySide.facts(MODEL)).toEqual([
      { versions: [1, 2], rows: 2, agreements: 1, meanDifference: expect.closeTo(0.15), meanOverlap: null },
    ]);
    expect(await metrics()).toEqual([
      'scoregraph_side_by_side_rows_total{model="m",version="1",other="2"} 2',
      'scoregraph_side_by_side_agreements_total{model="m",version="1",other="2"} 1',
    ]);
    expect(sideBySide.facts('other')).toEqual([]);
  });

  it('are compared each with each', () => {
    const { sideBySide, counted } = setUp([1, 2, 3]);
    const asker = {};
    for (const version of [3, 1, 2]) sideBySide.saw(made(version, said(version === 2 ? 'b' : 'a')), {}, asker);
    expect(counted()).toEqual(['1/2: 1, 0', '1/3: 1, 1', '2/3: 1, 0']);
  });

  it('are one row, however often either is asked it', () => {
    const { sideBySide, counted } = setUp();
    const asker = {};
    for (const version of [1, 1, 2, 2, 1]) sideBySide.saw(made(version, said('a')), {}, asker);
    expect(counted()).toEqual(['1/2: 1, 1']);
  });

  it.each<[string, Partial<PredictionRecord>]>([
    ['another entity', { entity: 'c2' }],
    ['another vector', { features: Float32Array.of(1, 2, 3.001) }],
    ['a longer vector', { features: Float32Array.of(1, 2, 3, 4) }],
    ['no number', { features: Float32Array.of(1, 2, Number.NaN) }],
    ['the same version', { version: 1 }],
  ])('are no pair by %s', (_name, more) => {
    const { sideBySide, counted } = setUp();
    const asker = {};
    sideBySide.saw(made(1, said('a')), {}, asker);
    sideBySide.saw(made(2, said('a'), more), {}, asker);
    expect(counted()).toEqual([]);
  });

  it('are no pair in two operations', () => {
    const { sideBySide, counted } = setUp();
    sideBySide.saw(made(1, said('a')), {}, {});
    sideBySide.saw(made(2, said('a')), {}, {});
    expect(counted()).toEqual([]);
  });

  it('may be asked a few milliseconds apart: features as of now go on, rows that were told do not', () => {
    const { sideBySide, counted } = setUp();
    const asker = {};
    const ask = (version: number, entity: string, recency: number) =>
      sideBySide.saw(made(version, said('a'), { entity, features: Float32Array.of(recency, 365) }), {}, asker);
    for (const entity of ['c1', '']) {
      ask(1, entity, 0.25);
      ask(2, entity, 0.25 + 1e-6);
    }
    expect(counted()).toEqual(['1/2: 1, 1']);
    ask(2, '', 0.25);
    expect(counted()).toEqual(['1/2: 2, 2']);
  });

  it('tell lists by what was asked, since their vectors are in words of their own', () => {
    const { sideBySide } = setUp();
    const asker = {};
    const list = (version: number, asked: string, ...items: string[]) =>
      sideBySide.saw(
        made(version, said(items[0]!, 1, items), { features: Float32Array.of(version) }),
        { asked },
        asker,
      );
    list(1, '2/true', 'x', 'y');
    list(2, '2/false', 'x', 'y');
    expect(sideBySide.facts(MODEL)).toEqual([]);
    list(2, '2/true', 'x', 'z');
    expect(sideBySide.facts(MODEL)).toMatchObject([{ rows: 1, agreements: 1, meanOverlap: 0.5 }]);
  });

  it('are looked at where two are AVAILABLE, and make nothing else ready', () => {
    const { sideBySide, counted, move } = setUp();
    move(2, 'UNLOADING');
    const asker = {};
    const unasked = (version: number, entity = 'c1') =>
      Object.defineProperty(made(version, said('a'), { entity }), 'features', {
        get: () => expect.unreachable('the vector was made'),
      });
    sideBySide.saw(unasked(1), {}, asker);
    sideBySide.saw(unasked(2), {}, asker);
    expect(counted()).toEqual([]);
    move(2, 'AVAILABLE');
    for (let i = 0; i < 10; i++) sideBySide.saw(unasked(1, `e${i}`), {}, asker);
    sideBySide.saw({ ...made(1, said('a')), model: 'none' }, {}, asker);
    expect(counted()).toEqual([]);
  });

  it.each([
    ['rows that were told', ''],
    ['payments of one customer that are thought of', 'c1'],
  ])('are compared for the first 2,000 predictions of an operation: %s', (_name, entity) => {
    const { sideBySide, counted } = setUp();
    const asker = {};
    for (const version of [1, 2])
      for (let i = 0; i < 1_100; i++)
        sideBySide.saw(made(version, said('a'), { entity, features: Float32Array.of(i) }), {}, asker);
    expect(counted()).toEqual(['1/2: 900, 900']);
  });

  it('are counted for a hundred pairs', () => {
    const { sideBySide } = setUp(Array.from({ length: 16 }, (_, i) => i + 1));
    const asker = {};
    for (let version = 1; version <= 16; version++) sideBySide.saw(made(version, said('a')), {}, asker);
    expect(sideBySide.facts(MODEL)).toHaveLength(100);
  });

  it('take their pairs along when they leave', async () => {
    const { sideBySide, counted, metrics, move } = setUp([1, 2, 3]);
    const asker = {};
    for (const version of [1, 2, 3]) sideBySide.saw(made(version, said('a')), {}, asker);
    move(3, 'END');
    expect(counted()).toEqual(['1/2: 1, 1']);
    expect(await metrics()).toHaveLength(2);
    // A payment that was judged on arrival by a version that has left since.
    sideBySide.saw(made(3, said('a')), {}, asker);
    sideBySide.saw(made(1, said('a'), { entity: 'c2' }), {}, asker);
    sideBySide.saw(made(3, said('a'), { entity: 'c2' }), {}, asker);
    expect(counted()).toEqual(['1/2: 1, 1']);
  });
});
