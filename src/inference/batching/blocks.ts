import { ScoregraphError } from '../../core/errors.js';
import type { RowContext } from '../../core/predictions.js';
import type { BatchJob, Block, BlockResult, Signature, Tensor, TensorData } from '../ports.js';
import { sizeOf } from '../shape.js';
import { type LaneOptions, late } from './lane-options.js';

interface WaitingBlock {
  readonly block: Block;
  readonly context: RowContext;
  readonly enqueuedAt: number;
  readonly resolve: (result: BlockResult) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Blocks that wait for a version: rows that came together and are computed together, as a batch of their own. They cost one promise, one
 * check and one copy for hundreds of rows, but are not mixed with anybody else's, and fail as a whole.
 */
export class BlockQueue {
  readonly #options: LaneOptions;
  #waiting: WaitingBlock[] = [];
  #rows = 0;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Rows in all of them. */
  get rows(): number {
    return this.#rows;
  }

  /** Takes a block in, or answers why not. */
  add(waiting: WaitingBlock): ScoregraphError | null {
    const { model, version, signature, batching } = this.#options;
    const { rows } = waiting.block;
    const problem =
      rows > batching.maxBatchSize
        ? `expected a block of at most ${batching.maxBatchSize} rows, got ${rows}`
        : problemOf(waiting.block, signature);
    if (problem !== null) return new ScoregraphError('INVALID_FEATURES', `${model}: ${problem}`, { model, version });
    this.#waiting.push(waiting);
    this.#rows += rows;
    return null;
  }

  /** When the block that waits longest came; Infinity without any. */
  oldest(): number {
    return this.#waiting[0]?.enqueuedAt ?? Number.POSITIVE_INFINITY;
  }

  /** The next block as a batch; null when none is left that somebody waits for. */
  next(now: number): BatchJob | null {
    for (;;) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) return null;
      this.#rows -= waiting.block.rows;
      if (waiting.context.deadline > now) return this.#job(waiting, now);
      waiting.reject(late(this.#options.model, this.#options.version));
    }
  }

  /** Refuses the waiting blocks that `which` picks. */
  settleWhere(which: (context: RowContext) => boolean, error: () => Error): void {
    this.#waiting = this.#waiting.filter(({ block, context, reject }) => {
      if (!which(context)) return true;
      this.#rows -= block.rows;
      reject(error());
      return false;
    });
  }

  earliestDeadline(): number {
    return this.#waiting.reduce(
      (earliest, { context }) => Math.min(earliest, context.deadline),
      Number.POSITIVE_INFINITY,
    );
  }

  #job({ block, enqueuedAt, resolve, reject }: WaitingBlock, now: number): BatchJob {
    const { model, version, handle, signature, observer } = this.#options;
    const { rows } = block;
    const inputs: Record<string, Tensor> = {};
    for (const { name, datatype, shape } of signature.inputs)
      inputs[name] = { datatype, shape: [rows, ...shape.slice(1)], data: block.inputs[name]! };
    return {
      parts: [{ handle, rows }],
      signature,
      rows,
      inputs,
      done: (outputs, { computeMicros, nonFinite }) => {
        observer.batch(rows, (rows * (now - enqueuedAt)) / 1000, computeMicros / 1e6);
        if (nonFinite.length > 0) observer.failed(nonFinite.length);
        const own: Record<string, TensorData> = {};
        for (const name in outputs) own[name] = outputs[name]!.data;
        resolve({ model, version, outputs: own, nonFinite });
      },
      failed: (error) => {
        observer.failed(rows);
        const known = error instanceof ScoregraphError ? error : null;
        reject(
          new ScoregraphError(known?.code ?? 'INVALID_FEATURES', `${model} refused a block: ${error.message}`, {
            ...(known?.details ?? { reason: 'ENGINE_REFUSED' }),
            model,
            version,
          }),
        );
      },
    };
  }
}

function problemOf({ rows, inputs }: Block, signature: Signature): string | null {
  for (const { name, datatype, shape } of signature.inputs) {
    const data = inputs[name];
    const want = rows * sizeOf(shape);
    const typed = datatype === 'FP32' ? data instanceof Float32Array : data instanceof Int32Array;
    if (data === undefined || !typed) return `expected the input ${name} as ${datatype}`;
    if (data.length !== want || want === 0) return `input ${name}: expected ${want} values, got ${data.length}`;
    let sum = 0;
    for (let i = 0; i < data.length; i++) sum += data[i]! - data[i]!; // NaN once a number is not finite
    if (sum !== 0) return `input ${name}: expected finite numbers`;
  }
  return null;
}
