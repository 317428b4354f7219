import type { AddsTo, LoadedModel, Signature, TensorData, TensorMap } from '../ports.js';

/**
 * A model whose outputs that belong to others are added to them, on any engine: its signature and its answers hold what they are
 * added to and not themselves. A model without such outputs is answered as it is.
 */
export function withAdditions(model: LoadedModel): LoadedModel {
  return model.signature.outputs.some(({ addsTo }) => addsTo !== undefined) ? new Adding(model) : model;
}

class Adding implements LoadedModel {
  readonly signature: Signature;
  readonly mode: string;
  readonly #model: LoadedModel;
  readonly #additions: readonly (AddsTo & { readonly name: string })[];

  constructor(model: LoadedModel) {
    const { inputs, outputs } = model.signature;
    this.signature = { inputs, outputs: outputs.filter(({ addsTo }) => addsTo === undefined) };
    this.mode = model.mode;
    this.#model = model;
    this.#additions = outputs.flatMap(({ name, addsTo }) => (addsTo === undefined ? [] : [{ ...addsTo, name }]));
  }

  async run(inputs: TensorMap): Promise<TensorMap> {
    // Inputs may be detached by the run.
    const places = this.#additions.map(({ at }) => inputs[at]!.data.slice());
    const outputs = { ...(await this.#model.run(inputs)) };
    this.#additions.forEach(({ name, output, first }, i) => {
      const { data, shape } = outputs[output]!;
      add(data, outputs[name]!.data, places[i]!, first, shape[0]!);
      delete outputs[name];
    });
    return outputs;
  }

  warmUp(batchSizes: readonly number[]): Promise<void> {
    return this.#model.warmUp(batchSizes);
  }

  unload(): Promise<void> {
    return this.#model.unload();
  }
}

/** Adds to each row of `data` the values of that row, at its places; a place that is met twice gets both. */
function add(data: TensorData, values: TensorData, places: TensorData, first: number, rows: number): void {
  const width = data.length / rows;
  const each = values.length / rows;
  for (let row = 0; row < rows; row++) {
    for (let i = row * each; i < (row + 1) * each; i++) {
      const column = places[i]! - first;
      if (column >= 0 && column < width) data[row * width + column]! += values[i]!;
    }
  }
}
