import { collectDefaultMetrics, Counter as PromCounter, Gauge as PromGauge, Registry } from 'prom-client';
import { bucketOf, type Counter, type Gauge, type Histogram, type Labels, type Metrics } from '../core/metrics.js';

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
interface Family {
  readonly kind: 'counter' | 'gauge';
  readonly labelNames: string;
  readonly series: Map<string, Series>;
}
interface HistogramFamily {
  readonly help: string;
  readonly labelNames: string;
  readonly bounds: readonly number[];
  readonly series: Map<string, HistogramSeries>;
}

/** The same for the same labels, in whatever order they were written. */
const keyOf = (labels: Labels) => JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
const namesOf = (labels: Labels) => Object.keys(labels).sort().join(', ');

/**
 * The Metrics port on prom-client. Hot paths touch plain numbers only; labels are put together when somebody scrapes. Asking for a
 * name with other labels or as another kind than the first time is a mistake of the program and throws.
 */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #families = new Map<string, Family>();
  readonly #histograms = new Map<string, HistogramFamily>();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  counter(name: string, help: string, labels: Labels = {}): Counter {
    const series = this.#series('counter', name, help, labels);
    return {
      add(n = 1) {
        series.value += n;
      },
    };
  }

  gauge(name: string, help: string, labels: Labels = {}): Gauge {
    const series = this.#series('gauge', name, help, labels);
    return {
      set(value) {
        series.value = value;
      },
    };
  }

  histogram(name: string, help: string, buckets: readonly number[], labels: Labels = {}): Histogram {
    let family = this.#histograms.get(name);
    if (family === undefined) {
      if (this.#families.has(name))
        throw new Error(`metric ${name}: expected a histogram, it is something else already`);
      const bounds = [...buckets].sort((a, b) => a - b);
      family = { help, labelNames: namesOf(labels), bounds, series: new Map() };
      this.#histograms.set(name, family);
    }
    expectLabels(name, family, labels);
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
        own.counts[bucketOf(value, bounds)]!++;
        own.sum += value;
        own.count++;
      },
      observeAll(counts, sum) {
        for (let bucket = 0; bucket <= bounds.length; bucket++) {
          own.counts[bucket]! += counts[bucket]!;
          own.count += counts[bucket]!;
        }
        own.sum += sum;
      },
    };
  }

  remove(labels: Labels): void {
    const carries = (own: Labels) => Object.entries(labels).every(([name, value]) => own[name] === value);
    for (const { series } of this.#histograms.values())
      for (const [key, one] of series) if (carries(one.labels)) series.delete(key);
    for (const { series } of this.#families.values())
      for (const [key, one] of series) if (carries(one.labels)) series.delete(key);
  }

  /** Everything in Prometheus' text format. */
  async text(): Promise<string> {
    return `${await this.#registry.metrics()}\n${[...this.#histograms].map(([name, family]) => histogramText(name, family)).join('\n')}\n`;
  }

  #series(kind: Family['kind'], name: string, help: string, labels: Labels): Series {
    let family = this.#families.get(name);
    if (family === undefined) {
      if (this.#histograms.has(name)) throw new Error(`metric ${name}: expected a ${kind}, it is a histogram already`);
      const own = new Map<string, Series>();
      family = { kind, labelNames: namesOf(labels), series: own };
      new (kind === 'counter' ? PromCounter : PromGauge)({
        name,
        help,
        labelNames: Object.keys(labels),
        registers: [this.#registry],
        collect() {
          this.reset();
          for (const { labels, value } of own.values()) this.inc(labels, value);
        },
      });
      this.#families.set(name, family);
    }
    if (family.kind !== kind) throw new Error(`metric ${name}: expected a ${kind}, it is a ${family.kind} already`);
    expectLabels(name, family, labels);
    const key = keyOf(labels);
    let series = family.series.get(key);
    if (series === undefined) {
      series = { labels, value: 0 };
      family.series.set(key, series);
    }
    return series;
  }
}

/** Told where the series is asked for: prom-client would tell it to whoever scrapes, for ever. */
function expectLabels(name: string, { labelNames }: { readonly labelNames: string }, labels: Labels): void {
  const names = namesOf(labels);
  if (names !== labelNames) throw new Error(`metric ${name}: expected the labels {${labelNames}}, got {${names}}`);
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };
const escaped = (text: string, what: RegExp) => text.replace(what, (character) => ESCAPES[character]!);

function histogramText(name: string, { help, bounds, series }: HistogramFamily): string {
  const lines = [`# HELP ${name} ${escaped(help, /[\\\n]/g)}`, `# TYPE ${name} histogram`];
  for (const { labels, counts, sum, count } of series.values()) {
    const own = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value, /[\\"\n]/g)}"`);
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
