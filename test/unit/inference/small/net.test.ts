import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chain, Elementwise, Step } from '../../../../src/inference/runtimes/small/chain.js';
import { Kernel } from '../../../../src/inference/runtimes/small/kernel.js';
import { SmallNet } from '../../../../src/inference/runtimes/small/net.js';

const kernel = new Kernel();
const EACH: Readonly<Record<Elementwise, (x: number) => number>> = {
  Elu: (x) => (x < 0 ? Math.exp(x) - 1 : x),
  Relu: (x) => Math.max(0, x),
  Relu6: (x) => Math.min(6, Math.max(0, x)),
  Selu: (x) => 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * (Math.exp(x) - 1) : x),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Tanh: Math.tanh,
};

/** What a chain says of a vector, step by step in double precision. */
function slowly({ steps }: Chain, row: readonly number[]): number[] {
  let x = [...row];
  for (const step of steps) {
    if (step.kind === 'dense') {
      const column = (j: number) => x.reduce((sum, xi, i) => sum + xi * step.weights[i * step.outputs + j]!, 0);
      x = Array.from(step.bias, (b, j) => b + column(j));
    } else if (step.kind === 'softmax') {
      const powers = x.map((xi) => Math.exp(xi));
      const sum = powers.reduce((a, b) => a + b, 0);
      x = powers.map((p) => p / sum);
    } else if (step.kind === 'each') x = x.map(EACH[step.what]);
    else x = x.map((xi, i) => (step.kind === 'add' ? xi + step.vector[i]! : xi * step.vector[i]!));
  }
  return x;
}

const numbers = (length: number) =>
  fc
    .array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: length, maxLength: length })
    .map((n) => Float32Array.from(n));
const width = fc.integer({ min: 1, max: 37 });

/** Dense layers, each perhaps with something behind it that keeps its width. */
const chains: fc.Arbitrary<Chain> = fc
  .tuple(width, fc.array(width, { minLength: 0, maxLength: 3 }))
  .chain(([inputs, widths]) => {
    const layers = widths.map((outputs, l) => {
      const from = l === 0 ? inputs : widths[l - 1]!;
      return fc
        .tuple(numbers(from * outputs), numbers(outputs), beside(outputs))
        .map(([weights, bias, after]): Step[] => [{ kind: 'dense', inputs: from, outputs, weights, bias }, ...after]);
    });
    return fc
      .tuple(beside(inputs), ...layers)
      .map((steps): Chain => ({ inputs, outputs: widths.at(-1) ?? inputs, steps: steps.flat() }));
  });
function beside(of: number): fc.Arbitrary<Step[]> {
  const each = fc.constantFrom(...(Object.keys(EACH) as Elementwise[]));
  const step: fc.Arbitrary<Step> = fc.oneof(
    each.map((what) => ({ kind: 'each' as const, what })),
    numbers(of).map((vector) => ({ kind: 'add' as const, vector })),
    numbers(of).map((vector) => ({ kind: 'multiply' as const, vector })),
    fc.constant({ kind: 'softmax' as const }),
  );
  return fc.array(step, { maxLength: 2 });
}

/** All rows of a batch. */
function computed(net: SmallNet, rows: readonly Float32Array[]): Float32Array {
  const inputs = Float32Array.from(rows.flatMap((row) => [...row]));
  const outputs = new Float32Array(rows.length * net.outputs);
  for (let row = 0; row < rows.length; row++) net.compute(inputs, outputs, row);
  return outputs;
}

const dense = (inputs: number, outputs: number): Chain => ({
  inputs,
  outputs,
  steps: [
    {
      kind: 'dense',
      inputs,
      outputs,
      weights: new Float32Array(inputs * outputs).fill(1),
      bias: new Float32Array(outputs),
    },
  ],
});

describe('a small network', () => {
  it('says what its steps say, whatever their widths, for each row of a batch', () => {
    const cases = chains.chain((chain) =>
      fc.tuple(fc.constant(chain), fc.array(numbers(chain.inputs), { minLength: 1, maxLength: 5 })),
    );
    fc.assert(
      fc.property(cases, ([chain, rows]) => {
        const net = SmallNet.of(chain, kernel)!;
        const expected = rows.flatMap((row) => slowly(chain, [...row]));
        const got = computed(net, rows);
        expect(got).toHaveLength(expected.length);
        for (const [i, value] of expected.entries())
          expect(Math.abs(got[i]! - value)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(value)));
        net.release();
      }),
      { numRuns: 300 },
    );
  });

  it('lets a number that is none through, whatever it meets', () => {
    const [chain] = [dense(3, 5)];
    const net = SmallNet.of({ ...chain, steps: [...chain.steps, { kind: 'each', what: 'Relu' }] }, kernel)!;
    expect([...computed(net, [Float32Array.of(1, Number.NaN, 2)])]).toEqual(Array(5).fill(Number.NaN));
    expect([...computed(net, [Float32Array.of(1, 2, 3)])]).toEqual(Array(5).fill(6));
  });

  it('skips what a ReLU has made 0, and nothing else', () => {
    const layer = (inputs: number, outputs: number, weight: (i: number, j: number) => number): Step => ({
      ...{ kind: 'dense', inputs, outputs, bias: new Float32Array(outputs).fill(0.5) },
      weights: Float32Array.from({ length: inputs * outputs }, (_, n) => weight(Math.floor(n / outputs), n % outputs)),
    });
    const relu: Step = { kind: 'each', what: 'Relu' };
    const signs = layer(1, 21, (_, j) => (j % 3) - 1);
    const net = (width: number) =>
      SmallNet.of(
        { inputs: 1, outputs: width, steps: [signs, relu, layer(21, width, (i, j) => i + j), relu] },
        kernel,
      )!;
    for (const width of [1, 16, 22]) {
      const slow = (x: number) =>
        Array.from({ length: width }, (_, j) =>
          Array.from({ length: 21 }, (_, i) => Math.max(0, x * ((i % 3) - 1) + 0.5) * (i + j)).reduce(
            (a, b) => a + b,
            0.5,
          ),
        );
      for (const x of [0, 2, -2]) expect([...computed(net(width), [Float32Array.of(x)])]).toEqual(slow(x));
      expect([...computed(net(width), [Float32Array.of(Number.NaN)])]).toEqual(Array(width).fill(Number.NaN));
    }
    const none: Step = { ...layer(3, 4, () => -1), bias: new Float32Array(4) } as Step;
    const dead = { inputs: 3, outputs: 5, steps: [none, relu, layer(4, 5, () => 7)] };
    expect([...computed(SmallNet.of(dead, kernel)!, [Float32Array.of(1, 2, 3)])]).toEqual(Array(5).fill(0.5));
  });

  it('is not where a weight is no finite number: 0 times it is none either', () => {
    const chain = dense(3, 5);
    const [step] = chain.steps as [Extract<Step, { kind: 'dense' }>];
    const withOne = (weight: number) => ({
      ...chain,
      steps: [{ ...step, weights: step.weights.map((w, i) => (i === 4 ? weight : w)) }],
    });
    expect(SmallNet.of(withOne(2), kernel)).not.toBeNull();
    for (const weight of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(SmallNet.of(withOne(weight), kernel)).toBeNull();
  });

  it('is not where a row costs more than asking an engine, or is wider than the kernel is', () => {
    expect(SmallNet.of(dense(256, 256), kernel)).not.toBeNull();
    expect(SmallNet.of(dense(256, 257), kernel)).toBeNull();
    expect(SmallNet.of(dense(4_097, 1), kernel)).toBeNull();
    expect(SmallNet.of(dense(1, 4_097), kernel)).toBeNull();
  });
});

describe('the memory of small networks', () => {
  it('is used again: versions that come and go take no more', () => {
    const own = new Kernel();
    SmallNet.of(dense(64, 64), own)!.release();
    const before = own.floats.length;
    for (let i = 0; i < 1_000; i++) SmallNet.of(dense(64, 64), own)!.release();
    expect(own.floats.length).toBe(before);
  });

  it('gives nobody what is another one’s', () => {
    const own = new Kernel();
    const nets = Array.from({ length: 100 }, (_, i) => {
      const chain = dense(7, 9);
      const [step] = chain.steps as [Extract<Step, { kind: 'dense' }>];
      return SmallNet.of({ ...chain, steps: [{ ...step, weights: step.weights.map(() => i) }] }, own)!;
    });
    for (let i = 0; i < nets.length; i += 3) nets[i]!.release();
    const late = SmallNet.of(dense(7, 9), own)!;
    const ones = [new Float32Array(7).fill(1)];
    for (const [i, net] of nets.entries()) if (i % 3 !== 0) expect(computed(net, ones)[8]).toBe(7 * i);
    expect(computed(late, ones)[0]).toBe(7);
  });

  it('ends somewhere: a network that finds no room is the engine’s, and gives back what it took', () => {
    const own = new Kernel(4 * 2 ** 20);
    const nets: SmallNet[] = [];
    for (let net = SmallNet.of(dense(256, 256), own); net !== null; net = SmallNet.of(dense(256, 256), own))
      nets.push(net);
    expect(4 * own.floats.length).toBeLessThanOrEqual(4 * 2 ** 20);
    expect(nets.length).toBeGreaterThan(10);
    nets.pop()!.release();
    expect(SmallNet.of(dense(256, 256), own)).not.toBeNull();
  });
});
