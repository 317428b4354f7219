import { describe, expect, it } from 'vitest';
import { PrometheusMetrics } from '../../../src/transport/metrics.js';

const lines = async (metrics: PrometheusMetrics, name: string) =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(name));

describe('PrometheusMetrics', () => {
  it('adds up a series, whatever the order its labels are written in', async () => {
    const metrics = new PrometheusMetrics();
    metrics.counter('rows_total', 'Rows.', { model: 'a', version: '1' }).add(2);
    metrics.counter('rows_total', 'Rows.', { version: '1', model: 'a' }).add();
    metrics.counter('rows_total', 'Rows.', { model: 'b', version: '1' }).add(5);
    metrics.gauge('length', 'Length.').set(7);
    metrics.gauge('length', 'Length.').set(4);
    expect(await lines(metrics, 'rows_total')).toEqual([
      'rows_total{model="a",version="1"} 3',
      'rows_total{model="b",version="1"} 5',
    ]);
    expect(await lines(metrics, 'length')).toEqual(['length 4']);
  });

  it('tells labels apart that read the same when they are joined', async () => {
    const metrics = new PrometheusMetrics();
    metrics.counter('odd', 'Odd.', { a: 'x', b: 'y\u0001b' }).add();
    metrics.counter('odd', 'Odd.', { a: 'x\u0001b\u0001y', b: '' }).add();
    expect(await lines(metrics, 'odd')).toHaveLength(2);
  });

  it('writes histograms with cumulative buckets and escaped labels', async () => {
    const metrics = new PrometheusMetrics();
    const histogram = metrics.histogram('wait', 'A\nwait \\.', [2, 1], { who: 'a"b\\c\nd' });
    for (const value of [0.5, 1, 1.5, 9]) histogram.observe(value);
    expect((await metrics.text()).split('\n').filter((line) => line.includes('wait'))).toEqual([
      '# HELP wait A\\nwait \\\\.',
      '# TYPE wait histogram',
      'wait_bucket{who="a\\"b\\\\c\\nd",le="1"} 2',
      'wait_bucket{who="a\\"b\\\\c\\nd",le="2"} 3',
      'wait_bucket{who="a\\"b\\\\c\\nd",le="+Inf"} 4',
      'wait_sum{who="a\\"b\\\\c\\nd"} 12',
      'wait_count{who="a\\"b\\\\c\\nd"} 4',
    ]);
  });

  it('forgets the series that carry given labels', async () => {
    const metrics = new PrometheusMetrics();
    for (const model of ['a', 'b']) {
      metrics.counter('rows', 'Rows.', { model }).add();
      metrics.histogram('time', 'Time.', [1], { model }).observe(1);
    }
    metrics.remove({ model: 'a' });
    expect(await lines(metrics, 'rows')).toEqual(['rows{model="b"} 1']);
    expect((await lines(metrics, 'time_count')).join()).toBe('time_count{model="b"} 1');
  });

  it('refuses a name with other labels or of another kind, where it is asked for', () => {
    const metrics = new PrometheusMetrics();
    metrics.counter('c', 'C.', { model: 'a' });
    metrics.histogram('h', 'H.', [1]);
    expect(() => metrics.counter('c', 'C.')).toThrow('metric c: expected the labels {model}, got {}');
    expect(() => metrics.gauge('c', 'C.', { model: 'a' })).toThrow(
      'metric c: expected a gauge, it is a counter already',
    );
    expect(() => metrics.histogram('c', 'C.', [1])).toThrow('expected a histogram');
    expect(() => metrics.counter('h', 'H.')).toThrow('it is a histogram already');
    expect(() => metrics.histogram('h', 'H.', [1], { model: 'a' })).toThrow('expected the labels {}, got {model}');
  });
});
