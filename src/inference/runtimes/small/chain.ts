/** What is done to each number alone, by TensorFlow's names. */
export const ELEMENTWISE = ['Elu', 'Relu', 'Relu6', 'Selu', 'Sigmoid', 'Tanh'] as const;
export type Elementwise = (typeof ELEMENTWISE)[number];

/** A step of a chain; vectors go in and come out. */
export type Step =
  /** y[outputs] = x[inputs] · weights[inputs, outputs] + bias[outputs]; row-major. */
  | {
      readonly kind: 'dense';
      readonly inputs: number;
      readonly outputs: number;
      readonly weights: Float32Array;
      readonly bias: Float32Array;
    }
  | { readonly kind: 'add' | 'multiply'; readonly vector: Float32Array }
  | { readonly kind: 'each'; readonly what: Elementwise }
  | { readonly kind: 'softmax' };

/** A network without branches: one vector in, step after step, one vector out. Most models of tables are one. */
export interface Chain {
  readonly inputs: number;
  readonly outputs: number;
  readonly steps: readonly Step[];
}

/** Multiplications and additions that one row takes, in pairs. */
export const workOf = ({ steps }: Chain): number =>
  steps.reduce((sum, step) => sum + (step.kind === 'dense' ? step.inputs * step.outputs : 0), 0);
