import { collectDefaultMetrics, Counter as PromCounter, Gauge as PromGauge, Registry } from 'prom-client';
import type { Counter, Gauge, Histogram, Labels, Metrics } from '../core/metrics.js';

interface Series {
  readonly labels: Labels;
  value: number;
}
interface HistogramSeries {
  readonly labels: Labels;
  readonly counts: number[];
  sum: number;
  count: number;
}
interface HistogramFamily {
  readonly help: string;
  readonly bounds: readonly number[];
  readonly series: Map<string, HistogramSeries>;
}

const keyOf = (labels: Labels) => Object.entries(labels).flat().join('\u0001');

/**
 * The Metrics port on prom-client. Hot paths touch plain numbers only; labels are put together when somebody scrapes.
 */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #families = new Map<string, Map<string, Series>>();
  readonly #histograms = new Map<string, HistogramFamily>();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  counter(name: string, help: string, labels: Labels = {}): Counter {
    const series = this.#series(name, help, labels, PromCounter);
    return {
      add(n = 1) {
        series.value += n;
      },
    };
  }

  gauge(name: string, help: string, labels: Labels = {}): Gauge {
    const series = this.#series(name, help, labels, PromGauge);
    return {
      set(value) {
        series.value = value;
      },
    };
  }

  histogram(name: string, help: string, buckets: readonly number[], labels: Labels = {}): Histogram {
    let family = this.#histograms.get(name);
    if (family === undefined) {
      family = { help, bounds: [...buckets].sort((a, b) => a - b), series: new Map() };
      this.#histograms.set(name, family);
    }
    const { bounds } = family;
    const key = keyOf(labels);
    let series = family.series.get(key);
    if (series === undefined) {
      series = { labels, counts: new Array<number>(bounds.length + 1).fill(0), sum: 0, count: 0 };
      family.series.set(key, series);
    }
    const own = series;
    return {
      observe(value) {
        let bucket = 0;
        while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
        own.counts[bucket]!++;
        own.sum += value;
        own.count++;
      },
    };
  }

  remove(labels: Labels): void {
    const carries = (own: Labels) => Object.entries(labels).every(([name, value]) => own[name] === value);
    for (const { series } of this.#histograms.values())
      for (const [key, one] of series) if (carries(one.labels)) series.delete(key);
    for (const family of this.#families.values())
      for (const [key, one] of family) if (carries(one.labels)) family.delete(key);
  }

  /** Everything in Prometheus' text format. */
  async text(): Promise<string> {
    return `${await this.#registry.metrics()}\n${[...this.#histograms].map(([name, family]) => histogramText(name, family)).join('\n')}\n`;
  }

  #series(name: string, help: string, labels: Labels, Kind: typeof PromCounter | typeof PromGauge): Series {
    let family = this.#families.get(name);
    if (family === undefined) {
      const own = new Map<string, Series>();
      family = own;
      this.#families.set(name, own);
      new Kind({
        name,
        help,
        labelNames: Object.keys(labels),
        registers: [this.#registry],
        collect() {
          this.reset();
          for (const { labels, value } of own.values()) this.inc(labels, value);
        },
      });
    }
    const key = keyOf(labels);
    let series = family.get(key);
    if (series === undefined) {
      series = { labels, value: 0 };
      family.set(key, series);
    }
    return series;
  }
}

function histogramText(name: string, { help, bounds, series }: HistogramFamily): string {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
  for (const { labels, counts, sum, count } of series.values()) {
    const own = Object.entries(labels).map(([label, value]) => `${label}="${value.replace(/[\\"\n]/g, '_')}"`);
    const braces = (more: readonly string[]) =>
      own.length + more.length === 0 ? '' : `{${[...own, ...more].join(',')}}`;
    let below = 0;
    bounds.forEach((bound, i) => {
      below += counts[i]!;
      lines.push(`${name}_bucket${braces([`le="${bound}"`])} ${below}`);
    });
    lines.push(
      `${name}_bucket${braces(['le="+Inf"'])} ${count}`,
      `${name}_sum${braces([])} ${sum}`,
      `${name}_count${braces([])} ${count}`,
    );
  }
  return lines.join('\n');
}
