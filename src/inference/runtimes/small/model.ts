import type { LoadedModel, Signature, TensorMap } from '../../ports.js';
import type { SmallNet } from './net.js';

/** A model whose small batches are computed by a kernel of our own, and whose large ones by the engine that loaded it. */
export class SmallModel implements LoadedModel {
  readonly signature: Signature;
  readonly mode: string;
  readonly rows: SmallNet;
  readonly #model: LoadedModel;

  constructor(model: LoadedModel, net: SmallNet) {
    this.signature = model.signature;
    this.mode = `${model.mode}, small batches by row`;
    this.rows = net;
    this.#model = model;
  }

  async run(inputs: TensorMap): Promise<TensorMap> {
    const [{ name: input }, { name: output }] = [this.signature.inputs[0]!, this.signature.outputs[0]!];
    const { shape, data } = inputs[input]!;
    const rows = shape[0]!;
    if (rows > this.rows.most) return this.#model.run(inputs);
    const answers = new Float32Array(rows * this.rows.outputs);
    for (let row = 0; row < rows; row++) this.rows.compute(data as Float32Array, answers, row);
    return { [output]: { datatype: 'FP32', shape: [rows, this.rows.outputs], data: answers } };
  }

  warmUp(batchSizes: readonly number[]): Promise<void> {
    return this.#model.warmUp(batchSizes);
  }

  async unload(): Promise<void> {
    this.rows.release();
    await this.#model.unload();
  }
}
