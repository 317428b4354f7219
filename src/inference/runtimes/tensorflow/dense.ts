import type { RecordedOp, Recording } from './recording.js';

/** Operations that treat each number alone, whatever the shape around it. */
const ELEMENTWISE: ReadonlySet<string> = new Set([
  'Elu',
  'Exp',
  'LeakyRelu',
  'Log',
  'Neg',
  'Relu',
  'Relu6',
  'Selu',
  'Sigmoid',
  'Softplus',
  'Softsign',
  'Square',
  'Tanh',
]);
/** Operations that a vector joins at each row. */
const WITH_VECTOR: ReadonlySet<string> = new Set(['Add', 'AddV2', 'Mul', 'Sub']);

/**
 * Writes dense layers as TensorFlow itself would: `MatMul` and `BiasAdd`. tfjs-node runs a product of two matrices as a batched product of
 * batches of one, with reshapes before and behind it, six operations a layer; of the plain form TensorFlow makes one (`_FusedMatMul`), and
 * an operation costs more than a row. Both recordings of a model are rewritten alike; what does not fit stays as it was.
 */
export function plainDense(a: Recording, b: Recording): readonly [Recording, Recording] {
  const views = [new View(a), new View(b)] as const;
  const inBoth = (test: (view: View) => boolean) => test(views[0]) && test(views[1]);
  a.ops.forEach((_, i) => {
    const what = RULES.find(({ fits }) => inBoth((view) => fits(view, view.op(i))));
    for (const view of views) (what?.rewrite ?? keep)(view, view.op(i));
  });
  return [views[0].rewritten(), views[1].rewritten()];
}

/** A recording while it is rewritten. */
class View {
  readonly #recording: Recording;
  readonly #ops: RecordedOp[] = [];
  readonly #makers = new Map<number, RecordedOp>();
  readonly #users = new Map<number, RecordedOp[]>();
  readonly #shapes = new Map<number, readonly number[]>();
  readonly #same = new Map<number, number>();
  /** Tensors that lost a first dimension of 1. */
  readonly #flat = new Set<number>();
  readonly #mayBeFlat = new Map<number, boolean>();

  constructor(recording: Recording) {
    this.#recording = recording;
    for (const { id, shape } of recording.placeholders) this.#shapes.set(id, shape);
    for (const [id, { shape }] of recording.constants) this.#shapes.set(id, shape);
    for (const op of recording.ops) {
      for (const { id, shape } of op.outputs) {
        this.#makers.set(id, op);
        this.#shapes.set(id, shape);
      }
      for (const id of op.inputs) this.#users.set(id, [...(this.#users.get(id) ?? []), op]);
    }
  }

  op(index: number): RecordedOp {
    return this.#recording.ops[index]!;
  }
  /** As it was recorded. */
  shape(id: number): readonly number[] {
    return this.#shapes.get(id)!;
  }
  isConstant(id: number): boolean {
    return this.#recording.constants.has(id);
  }
  isFlat(id: number): boolean {
    return this.#flat.has(id);
  }

  /** The matrix that a reshape made a batch of one of; null when `id` is something else. */
  matrixOf(id: number): number | null {
    const maker = this.#makers.get(id);
    if (maker?.name !== 'Reshape') return null;
    const from = maker.inputs[0]!;
    const [first, ...rest] = this.shape(id);
    return first === 1 && rest.length === 2 && sameShape(this.shape(from), rest) ? from : null;
  }

  /** Whether everything that reads a tensor could as well read it without its first dimension of 1. */
  mayBeFlat(id: number): boolean {
    let may = this.#mayBeFlat.get(id);
    if (may === undefined) {
      may =
        !this.#recording.results.includes(id) &&
        (this.#users.get(id) ?? []).every(
          (op) =>
            (op.name === 'Reshape' && op.inputs[1] !== id) ||
            ((ELEMENTWISE.has(op.name) || this.takesVector(op)) &&
              op.inputs[0] === id &&
              this.mayBeFlat(op.outputs[0]!.id)),
        );
      this.#mayBeFlat.set(id, may);
    }
    return may;
  }

  /** Whether an operation joins a vector of the model to the last dimension of something. */
  takesVector({ name, inputs, outputs }: RecordedOp): boolean {
    const [, vector] = inputs;
    if (!WITH_VECTOR.has(name) || vector === undefined || !this.isConstant(vector)) return false;
    return sameShape(this.shape(vector), outputs[0]!.shape.slice(-1));
  }

  /** Whether a reshape changes nothing any more. */
  isIdle({ name, inputs, outputs }: RecordedOp): boolean {
    if (name !== 'Reshape') return false;
    const shape = this.shape(inputs[0]!);
    return sameShape(this.isFlat(inputs[0]!) ? shape.slice(1) : shape, outputs[0]!.shape);
  }

  add(op: RecordedOp, { flat = false } = {}): void {
    const { outputs } = op;
    if (flat) for (const { id } of outputs) this.#flat.add(id);
    this.#ops.push({ ...op, inputs: op.inputs.map((id) => this.#same.get(id) ?? id) });
  }
  /** From now on `id` is called `as`. */
  alias(id: number, as: number): void {
    this.#same.set(id, this.#same.get(as) ?? as);
  }

  /** What became of it, without what nothing reads any more. Once. */
  rewritten(): Recording {
    const { placeholders, constants } = this.#recording;
    const results = this.#recording.results.map((id) => this.#same.get(id) ?? id);
    const needed = new Set(results);
    const ops = this.#ops.reverse().filter(({ inputs, outputs }) => {
      const isNeeded = outputs.some(({ id }) => needed.has(id));
      if (isNeeded) for (const id of inputs) needed.add(id);
      return isNeeded;
    });
    return { placeholders, constants, ops: ops.reverse(), results };
  }
}

interface Rule {
  fits(view: View, op: RecordedOp): boolean;
  rewrite(view: View, op: RecordedOp): void;
}

const RULES: readonly Rule[] = [
  {
    fits: (view, { name, attributes, inputs, outputs }) =>
      name === 'BatchMatMulV2' &&
      attributes.every(({ name: attribute, value }) => !attribute.startsWith('adj_') || value === false) &&
      inputs.every((id) => view.matrixOf(id) !== null) &&
      view.mayBeFlat(outputs[0]!.id),
    rewrite(view, op) {
      const inputs = op.inputs.map((id) => view.matrixOf(id)!);
      const attributes = op.attributes.map((attribute) => ({
        ...attribute,
        name: attribute.name.replace('adj_x', 'transpose_a').replace('adj_y', 'transpose_b'),
      }));
      view.add({ ...op, name: 'MatMul', inputs, attributes }, { flat: true });
    },
  },
  {
    fits: (view, op) => view.isIdle(op),
    rewrite: (view, { inputs, outputs }) => view.alias(outputs[0]!.id, inputs[0]!),
  },
  {
    fits: (view, op) =>
      (op.name === 'Add' || op.name === 'AddV2') &&
      view.takesVector(op) &&
      sameShape(view.shape(op.inputs[0]!), op.outputs[0]!.shape) &&
      op.outputs[0]!.shape.length > 1,
    rewrite: (view, op) => view.add({ ...op, name: 'BiasAdd' }, { flat: view.isFlat(op.inputs[0]!) }),
  },
];

/** What reads a tensor that lost a dimension is one of those that may (`mayBeFlat`): but for a reshape, its result has lost it too. */
function keep(view: View, op: RecordedOp): void {
  view.add(op, { flat: op.name !== 'Reshape' && op.inputs.some((id) => view.isFlat(id)) });
}

const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((n, i) => n === b[i]);
