import { type Chain, type Elementwise, type Step, workOf } from './chain.js';
import { type Kernel, MAX_WIDTH, padded } from './kernel.js';

/** Larger networks are the engine's: their rows cost more than asking it does. */
const MAX_WORK = 65_536;

/** A dense step as it lies in the kernel's memory: where weights and bias begin, with widths padded by zeros. */
interface PlacedDense {
  readonly kind: 'dense';
  readonly inputs: number;
  readonly outputs: number;
  /** Its outputs without padding. */
  readonly units: number;
  readonly weights: number;
  readonly bias: number;
}
/** An array in the kernel's memory. */
interface Held {
  readonly at: number;
  readonly length: number;
}
type PlacedStep = PlacedDense | Exclude<Step, { kind: 'dense' }>;

/** A network that is computed row by row, in place, in less time than an engine takes to be asked. */
export class SmallNet {
  readonly inputs: number;
  readonly outputs: number;
  /** Multiplications and additions that one row takes, in pairs. */
  readonly work: number;
  readonly #kernel: Kernel;
  readonly #steps: readonly PlacedStep[];
  readonly #held: readonly Held[];

  /** Null where the network is too large or there is no room for its weights. */
  static of(chain: Chain, kernel: Kernel): SmallNet | null {
    const work = workOf(chain);
    const widths = chain.steps.flatMap((step) => (step.kind === 'dense' ? [step.outputs] : []));
    if (work > MAX_WORK || Math.max(chain.inputs, ...widths) > MAX_WIDTH) return null;
    const held: Held[] = [];
    const place = (values: Float32Array): number | null => {
      const at = kernel.place(values);
      if (at !== null) held.push({ at, length: values.length });
      return at;
    };
    const steps: PlacedStep[] = [];
    let width = chain.inputs; // as it lies in memory
    for (const step of chain.steps) {
      if (step.kind !== 'dense') {
        steps.push(step);
        continue;
      }
      const outputs = padded(step.outputs);
      const weights = place(blockedMatrix(step, width, outputs));
      const bias = place(paddedVector(step.bias, outputs));
      if (weights === null || bias === null) {
        for (const { at, length } of held) kernel.release(at, length);
        return null;
      }
      steps.push({ kind: 'dense', inputs: width, outputs, units: step.outputs, weights, bias });
      width = outputs;
    }
    return new SmallNet(chain, work, kernel, steps, held);
  }

  private constructor(
    { inputs, outputs }: Chain,
    work: number,
    kernel: Kernel,
    steps: readonly PlacedStep[],
    held: readonly Held[],
  ) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.work = work;
    this.#kernel = kernel;
    this.#steps = steps;
    this.#held = held;
  }

  /** Computes row `row` of a batch: from `inputs` [rows, this.inputs] into `outputs` [rows, this.outputs]. */
  compute(inputs: Float32Array, outputs: Float32Array, row: number): void {
    const kernel = this.#kernel;
    const { floats } = kernel;
    let [here, there] = kernel.scratch as readonly [number, number];
    let width = this.inputs;
    const first = row * width;
    for (let i = 0; i < width; i++) floats[here / 4 + i] = inputs[first + i]!;
    for (const step of this.#steps) {
      if (step.kind === 'dense') {
        kernel.dense(here, step.weights, step.bias, there, step.inputs, step.outputs);
        [here, there] = [there, here];
        width = step.units;
      } else if (step.kind === 'each' && step.what === 'Relu') kernel.relu(here, 4 * padded(width));
      else apply(step, floats, here / 4, width);
    }
    const to = row * this.outputs;
    for (let i = 0; i < this.outputs; i++) outputs[to + i] = floats[here / 4 + i]!;
  }

  /** Gives its memory back; it must not be asked any more. */
  release(): void {
    for (const { at, length } of this.#held) this.#kernel.release(at, length);
  }
}

/** The steps that have no instructions of their own, on the `width` numbers at `from`. */
function apply(step: Exclude<PlacedStep, PlacedDense>, x: Float32Array, from: number, width: number): void {
  switch (step.kind) {
    case 'add':
      for (let i = 0; i < width; i++) x[from + i]! += step.vector[i]!;
      return;
    case 'multiply':
      for (let i = 0; i < width; i++) x[from + i]! *= step.vector[i]!;
      return;
    case 'each': {
      const f = EACH[step.what];
      for (let i = from; i < from + width; i++) x[i] = f(x[i]!);
      return;
    }
    case 'softmax':
      softmax(x, from, width);
  }
}

/** SELU's scale and alpha: Klambauer et al., Self-Normalizing Neural Networks (2017), equation 14. */
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

const EACH: Readonly<Record<Elementwise, (x: number) => number>> = {
  Elu: (x) => (x < 0 ? Math.expm1(x) : x),
  Relu: (x) => (x < 0 ? 0 : x),
  Relu6: (x) => (x < 0 ? 0 : x > 6 ? 6 : x),
  Selu: (x) => SELU_SCALE * (x < 0 ? SELU_ALPHA * Math.expm1(x) : x),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Tanh: Math.tanh,
};

/** Less the largest, so that nothing overflows. */
function softmax(x: Float32Array, from: number, width: number): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = from; i < from + width; i++) if (x[i]! > largest) largest = x[i]!;
  let sum = 0;
  for (let i = from; i < from + width; i++) {
    x[i] = Math.exp(x[i]! - largest);
    sum += x[i]!;
  }
  for (let i = from; i < from + width; i++) x[i]! /= sum;
}

/** Outputs that the kernel computes at a time, and where fewer are left. */
const BLOCK = 16;
const SMALL_BLOCK = 4;

/**
 * A dense step's weights with rows of zeros up to `inputs` and columns of zeros up to `outputs`, in the order in which the kernel reads them:
 * block of outputs after block, in each input after input.
 */
function blockedMatrix(step: Extract<Step, { kind: 'dense' }>, inputs: number, outputs: number): Float32Array {
  const matrix = new Float32Array(inputs * outputs);
  let block = BLOCK;
  for (let first = 0; first < outputs; first += block) {
    if (first + BLOCK > outputs) block = SMALL_BLOCK;
    const end = Math.min(first + block, step.outputs);
    for (let i = 0; i < step.inputs; i++)
      matrix.set(step.weights.subarray(i * step.outputs + first, i * step.outputs + end), first * inputs + i * block);
  }
  return matrix;
}

function paddedVector(values: Float32Array, length: number): Float32Array {
  const vector = new Float32Array(length);
  vector.set(values);
  return vector;
}
