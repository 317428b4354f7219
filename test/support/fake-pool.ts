import { ScoregraphError } from '../../src/core/errors.js';
import type { BatchJob, JobSource, Tensor } from '../../src/inference/ports.js';

/** One worker, in memory: takes a trip when told, answers each row with the sum of its first input, and can misbehave. */
export class FakePool {
  source!: JobSource;
  readonly batches: number[] = [];
  woken = 0;

  wake = (): void => {
    this.woken++;
  };

  /** Lets the worker take what is due. `poison`: a batch that holds a row with this sum is refused. */
  work(options: { poison?: number; die?: boolean } = {}): number {
    const jobs = this.source.take(() => true);
    for (const job of jobs) this.#run(job, options);
    return jobs.length;
  }

  #run(job: BatchJob, { poison, die }: { poison?: number; die?: boolean }): void {
    this.batches.push(job.rows);
    if (die) return job.failed(new ScoregraphError('MODEL_UNAVAILABLE', 'the worker ended'));
    const { data, shape } = Object.values(job.inputs)[0]!;
    const width = shape[1]!;
    const sums = new Float32Array(job.rows);
    for (let row = 0; row < job.rows; row++) for (let i = 0; i < width; i++) sums[row]! += data[row * width + i]!;
    if (poison !== undefined && sums.includes(poison)) return job.failed(new Error('a row is poisoned'));
    const outputs: Record<string, Tensor> = { sum: { datatype: 'FP32', shape: [job.rows, 1], data: sums } };
    job.done(outputs, { computeMicros: 10, nonFinite: [] });
  }
}
