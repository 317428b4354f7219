import type { RowComputer } from '../../ports.js';
import { type Chain, ELEMENTWISE, type Elementwise, type Step, workOf } from './chain.js';
import { type Kernel, lined, MAX_WIDTH, padded } from './kernel.js';

/** Larger networks are the engine's: their rows cost more than asking it does. */
const MAX_WORK = 65_536;

/**
 * Multiplications and additions of a batch, in pairs, that the kernel does in the time that the engine takes to be asked (some 13 µs); beyond
 * it the engine is faster at what it then does.
 */
const MAX_BATCH_WORK = 256 * 1024;

type Dense = Extract<Step, { kind: 'dense' }>;
type Other = Exclude<Step, Dense>;

/** Dense layers that the kernel runs one behind the other, and what is done to their answer. */
interface Stage {
  /** Where the program lies; 0: there is none. */
  readonly program: number;
  /** Numbers of its answer. */
  readonly width: number;
  readonly after: readonly Other[];
  readonly next: Stage | null;
}
/** An array in the kernel's memory. */
interface Held {
  readonly at: number;
  readonly length: number;
}

/**
 * A network that is computed row by row, in place, in less time than an engine takes to be asked. All that a row reads of it lies in one
 * piece of the kernel's memory, but for this object and one more: of many networks each is far from the processor.
 */
export class SmallNet implements RowComputer {
  readonly inputs: number;
  readonly outputs: number;
  readonly most: number;
  readonly #kernel: Kernel;
  readonly #first: Stage;
  readonly #held: readonly Held[];

  /** Null where the network is too large, there is no room for its weights, or one of them is no finite number (0 times it is not 0). */
  static of(chain: Chain, kernel: Kernel): SmallNet | null {
    const layers = chain.steps.filter((step) => step.kind === 'dense');
    if (workOf(chain) > MAX_WORK || Math.max(chain.inputs, ...layers.map(({ outputs }) => outputs)) > MAX_WIDTH)
      return null;
    if (!layers.every(({ weights }) => weights.every(Number.isFinite))) return null;
    const held: Held[] = [];
    let first: Stage | null = null;
    for (const { layers, after, width } of stagesOf(chain).reverse()) {
      const program = layers.length === 0 ? null : programOf(layers);
      const at = program === null ? 0 : kernel.place(program);
      if (at === null) {
        for (const { at, length } of held) kernel.release(at, length);
        return null;
      }
      if (program !== null) held.push({ at, length: program.length });
      first = { program: at, width, after, next: first };
    }
    return new SmallNet(chain, kernel, first!, held);
  }

  private constructor(chain: Chain, kernel: Kernel, first: Stage, held: readonly Held[]) {
    this.inputs = chain.inputs;
    this.outputs = chain.outputs;
    this.most = Math.floor(MAX_BATCH_WORK / Math.max(1, workOf(chain)));
    this.#kernel = kernel;
    this.#first = first;
    this.#held = held;
  }

  /** Computes row `row` of a batch: from `inputs` [rows, this.inputs] into `outputs` [rows, this.outputs]. */
  compute(inputs: Float32Array, outputs: Float32Array, row: number): void {
    const { floats, scratch, run } = this.#kernel;
    const width = this.inputs;
    let at: number = scratch[0];
    const first = row * width;
    for (let i = 0; i < width; i++) floats[at / 4 + i] = inputs[first + i]!;
    for (let i = width; i < padded(width); i++) floats[at / 4 + i] = 0;
    for (let stage: Stage | null = this.#first; stage !== null; stage = stage.next) {
      if (stage.program !== 0) at = run(stage.program, at, at === scratch[0] ? scratch[1] : scratch[0]);
      const { after } = stage;
      for (let i = 0; i < after.length; i++) apply(after[i]!, floats, at / 4, stage.width);
    }
    const to = row * this.outputs;
    for (let i = 0; i < this.outputs; i++) outputs[to + i] = floats[at / 4 + i]!;
  }

  /** Gives its memory back; it must not be asked any more. */
  release(): void {
    for (const { at, length } of this.#held) this.#kernel.release(at, length);
  }
}

/** A layer of a program. */
interface Layer {
  readonly dense: Dense;
  /** Its inputs with their padding. */
  readonly inputs: number;
  /** Behind it what is below 0 becomes 0. */
  relu: boolean;
}

/** A chain cut where the kernel cannot go on by itself; at least one stage, the first perhaps without layers. */
function stagesOf(chain: Chain): { readonly layers: Layer[]; after: readonly Other[]; width: number }[] {
  const stages: ReturnType<typeof stagesOf> = [{ layers: [], after: [], width: chain.inputs }];
  let inputs = padded(chain.inputs);
  for (const step of chain.steps) {
    const stage = stages.at(-1)!;
    if (step.kind === 'dense') {
      const layer = { dense: step, inputs, relu: false };
      if (stage.after.length > 0) stages.push({ layers: [layer], after: [], width: step.outputs });
      else {
        stage.layers.push(layer);
        stage.width = step.outputs;
      }
      inputs = padded(step.outputs);
    } else if (isRelu(step) && stage.after.length === 0 && stage.layers.length > 0) stage.layers.at(-1)!.relu = true;
    else stage.after = stage.after.length === 0 && step.kind === 'each' ? ALONE[step.what] : [...stage.after, step];
  }
  return stages;
}

const isRelu = (step: Other) => step.kind === 'each' && step.what === 'Relu';
/** What most networks end with is one and the same object. */
const ALONE = Object.fromEntries(ELEMENTWISE.map((what) => [what, [{ kind: 'each', what }]])) as unknown as Readonly<
  Record<Elementwise, readonly Other[]>
>;

/** Of a layer in a program, in front of its bias. */
const HEADER = 8;

/** Layers as the kernel reads them (dense.wat says how), and the end of the list. */
function programOf(layers: readonly Layer[]): Float32Array {
  const placed = layers.map(({ dense, inputs, relu }) => {
    const outputs = padded(dense.outputs);
    const weights = lined(HEADER + outputs);
    return { dense, inputs, outputs, relu, weights, length: weights + lined(inputs * outputs) };
  });
  const program = new Float32Array(placed.reduce((sum, { length }) => sum + length, HEADER));
  const integers = new Int32Array(program.buffer);
  let at = 0;
  for (const { dense, inputs, outputs, relu, weights, length } of placed) {
    integers.set([4 * inputs, 4 * outputs, relu ? 1 : 0, 4 * weights, 4 * length], at);
    program.set(dense.bias, at + HEADER);
    program.set(blockedMatrix(dense, inputs, outputs), at + weights);
    at += length;
  }
  return program;
}

/** The steps that have no instructions of their own, on the `width` numbers at `from`. */
function apply(step: Other, x: Float32Array, from: number, width: number): void {
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
function blockedMatrix(step: Dense, inputs: number, outputs: number): Float32Array {
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
