import { LatencyHistogram, quantileBetween } from '../../core/latency-histogram.js';
import type { Labels, Metrics } from '../../core/metrics.js';
import type { TensorData } from '../ports.js';

/** Scores kept of an arm: what distributions are compared by. */
const SCORES = 2_000;

/** What an arm did since it was last forgotten. */
export interface ArmFacts {
  readonly rows: number;
  readonly errors: number;
  /** Questions answered: rows that came together as a block waited together, and are one. */
  readonly answers: number;
  /** p95 from the question to the answer, ms; null without answers. */
  readonly p95Ms: number | null;
  /** A sample of the scores, each as likely to be in it as any other, in no order. */
  readonly scores: Float32Array;
}

class Arm {
  rows = 0;
  errors = 0;
  answers = 0;
  readonly latency = new LatencyHistogram();
  readonly #scores = new Float32Array(SCORES);
  #scored = 0;
  readonly counted;
  readonly failed;

  constructor(metrics: Metrics, labels: Labels) {
    this.counted = metrics.counter('scoregraph_arm_rows_total', 'Rows answered by an arm of a policy.', labels);
    this.failed = metrics.counter('scoregraph_arm_errors_total', 'Rows that an arm of a policy failed.', labels);
  }

  /** Keeps a score with the chance that makes all equally likely (a reservoir), so that two arms are compared over the same time. */
  score(value: number): void {
    const seen = this.#scored++;
    const place = seen < SCORES ? seen : Math.floor(Math.random() * this.#scored);
    if (place < SCORES) this.#scores[place] = value;
  }
  facts(): ArmFacts {
    const { rows, errors, answers } = this;
    const scores = this.#scores.slice(0, Math.min(this.#scored, SCORES));
    return { rows, errors, answers, p95Ms: quantileBetween(null, this.latency.snapshot(), 0.95), scores };
  }
}

const NOTHING: ArmFacts = { rows: 0, errors: 0, answers: 0, p95Ms: null, scores: new Float32Array(0) };

/** What each arm of each model does: rows, failures, latency, and a sample of the scores. */
export class ArmStats {
  readonly #arms = new Map<string, Arm>();
  readonly #metrics: Metrics;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  /**
   * Notes rows that were answered in `ms`; `outputs` are theirs, row after row. Those without a finite number count as failed. `sampled`: their
   * time and scores are of those that arms are compared by; default true.
   */
  answered(
    model: string,
    arm: string,
    {
      ms,
      rows,
      sampled = true,
    }: { readonly ms: number; readonly rows: number; readonly sampled?: boolean | undefined },
    outputs: Readonly<Record<string, TensorData>>,
  ): void {
    const stats = this.#arm(model, arm);
    stats.rows += rows;
    stats.counted.add(rows);
    if (sampled) {
      stats.answers++;
      stats.latency.add(ms);
    }
    const [values] = Object.values(outputs);
    if (values === undefined) return;
    const width = values.length / rows;
    for (let row = 0; row < rows; row++) {
      const score = largest(values, row * width, (row + 1) * width);
      if (!Number.isFinite(score)) {
        stats.errors++;
        stats.failed.add();
      } else if (sampled) stats.score(score);
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

  /** Begins anew with all arms of a model. */
  forget(model: string): void {
    for (const key of this.#arms.keys()) if (key.startsWith(keyOf(model, ''))) this.#arms.delete(key);
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
