import { LatencyHistogram, quantileBetween } from '../../core/latency-histogram.js';
import type { Labels, Metrics } from '../../core/metrics.js';
import type { TensorData } from '../ports.js';

/** Newest scores kept of an arm: what distributions are compared by. */
const SCORES = 2_000;

/** What an arm did since it was last forgotten. */
export interface ArmFacts {
  readonly rows: number;
  readonly errors: number;
  /** p95 from the question to the answer, ms; null without answers. */
  readonly p95Ms: number | null;
  /** The newest scores, in no order. */
  readonly scores: Float32Array;
}

class Arm {
  rows = 0;
  errors = 0;
  readonly latency = new LatencyHistogram();
  readonly #scores = new Float32Array(SCORES);
  #scored = 0;
  readonly counted;
  readonly failed;

  constructor(metrics: Metrics, labels: Labels) {
    this.counted = metrics.counter('scoregraph_arm_rows_total', 'Rows answered by an arm of a policy.', labels);
    this.failed = metrics.counter('scoregraph_arm_errors_total', 'Rows that an arm of a policy failed.', labels);
  }

  score(value: number): void {
    this.#scores[this.#scored++ % SCORES] = value;
  }
  facts(): ArmFacts {
    const { rows, errors } = this;
    const scores = this.#scores.slice(0, Math.min(this.#scored, SCORES));
    return { rows, errors, p95Ms: quantileBetween(null, this.latency.snapshot(), 0.95), scores };
  }
}

const NOTHING: ArmFacts = { rows: 0, errors: 0, p95Ms: null, scores: new Float32Array(0) };

/** What each arm of each model does: rows, failures, latency, and the newest scores. */
export class ArmStats {
  readonly #arms = new Map<string, Arm>();
  readonly #metrics: Metrics;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  /** Notes rows that were answered in `ms`; `outputs` are theirs, row after row. Those without a finite number count as failed. */
  answered(model: string, arm: string, ms: number, rows: number, outputs: Readonly<Record<string, TensorData>>): void {
    const stats = this.#arm(model, arm);
    stats.rows += rows;
    stats.counted.add(rows);
    stats.latency.add(ms, rows);
    const [values] = Object.values(outputs);
    if (values === undefined) return;
    const width = values.length / rows;
    for (let row = 0; row < rows; row++) {
      const score = largest(values, row * width, (row + 1) * width);
      if (Number.isFinite(score)) stats.score(score);
      else {
        stats.errors++;
        stats.failed.add();
      }
    }
  }

  /** Notes rows that were not answered. */
  failed(model: string, arm: string, rows: number): void {
    const stats = this.#arm(model, arm);
    stats.rows += rows;
    stats.errors += rows;
    stats.counted.add(rows);
    stats.failed.add(rows);
  }

  facts(model: string, arm: string): ArmFacts {
    return this.#arms.get(keyOf(model, arm))?.facts() ?? NOTHING;
  }

  /** Begins anew. Without `arm`: all of a model. */
  forget(model: string, arm?: string): void {
    if (arm !== undefined) this.#arms.delete(keyOf(model, arm));
    else for (const key of this.#arms.keys()) if (key.startsWith(keyOf(model, ''))) this.#arms.delete(key);
  }

  #arm(model: string, name: string): Arm {
    const key = keyOf(model, name);
    let arm = this.#arms.get(key);
    if (arm === undefined) {
      arm = new Arm(this.#metrics, { model, arm: name });
      this.#arms.set(key, arm);
    }
    return arm;
  }
}

const keyOf = (model: string, arm: string) => `${model}\0${arm}`;

/** The score of a row: its only value, or the largest. */
function largest(values: TensorData, from: number, to: number): number {
  let most = values[from]!;
  for (let i = from + 1; i < to; i++) if (values[i]! > most) most = values[i]!;
  return most;
}
