import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { restoreLegacyUtil } from '../../src/core/legacy-util.js';
import { parseCard, parseManifest } from '../../src/inference/manifest.js';
import { withAdditions } from '../../src/inference/pool/additions.js';
import type { Tensor, TensorMap, VersionSource } from '../../src/inference/ports.js';
import { createWasmRuntime } from '../../src/inference/runtimes/wasm/wasm.js';
import { MODELS } from './server.js';

/** Each input's numbers, row after row. */
export type Inputs = Readonly<Record<string, ArrayLike<number>>>;
/** Each output's numbers, row after row. */
export type Run = (inputs: Inputs) => Promise<Record<string, Float32Array>>;

const read = (...path: string[]) => readFileSync(join(MODELS, ...path), 'utf8');

/** The versions that the project ships. */
export const shippedVersions = (): { readonly model: string; readonly version: string }[] =>
  readdirSync(MODELS).flatMap((model) =>
    readdirSync(join(MODELS, model))
      .filter((entry) => /^\d+$/.test(entry))
      .map((version) => ({ model, version })),
  );

/** A shipped version as an engine runs it. */
export const runnerOn = (engine: 'tensorflow' | 'wasm', model: string, version: string): Promise<Run> =>
  (engine === 'wasm' ? wasm : plainTensorFlow)(model, version);

function tensorsOf(model: string, inputs: Inputs): TensorMap {
  return Object.fromEntries(
    parseManifest(read(model, 'manifest.json')).inputs.map(({ name, datatype, shape }): [string, Tensor] => {
      const flat = inputs[name]!;
      const width = shape.slice(1).reduce((product, n) => product * n, 1);
      const data = datatype === 'INT32' ? Int32Array.from(flat) : Float32Array.from(flat);
      return [name, { datatype, shape: [flat.length / width, ...shape.slice(1)], data }];
    }),
  );
}

/** The model as TensorFlow.js itself runs it: no code of this project between the file and the answer. */
async function plainTensorFlow(model: string, version: string): Promise<Run> {
  restoreLegacyUtil();
  const tf = await import('@tensorflow/tfjs-node');
  await tf.setBackend('tensorflow');
  const loaded = await tf.loadLayersModel(`file://${join(MODELS, model, version, 'model.json')}`);
  return async (inputs) => {
    await tf.setBackend('tensorflow');
    const tensors = Object.values(tensorsOf(model, inputs)).map(({ data, shape, datatype }) =>
      tf.tensor(data, [...shape], datatype === 'INT32' ? 'int32' : 'float32'),
    );
    const outputs = [loaded.predict(tensors)].flat() as import('@tensorflow/tfjs-node').Tensor[];
    const answer = await Promise.all(
      outputs.map(async (output, i) => [loaded.outputNames[i]!.split('/')[0]!, (await output.data()) as Float32Array]),
    );
    tf.dispose([...tensors, ...outputs]);
    return added(model, inputs, Object.fromEntries(answer));
  };
}

/** Outputs that the manifest says belong to others, added to them row by row. */
function added(model: string, inputs: Inputs, outputs: Record<string, Float32Array>): Record<string, Float32Array> {
  for (const { name, adds_to } of JSON.parse(read(model, 'manifest.json')).outputs) {
    if (adds_to === undefined) continue;
    const [sums, values, places] = [outputs[adds_to.output]!, outputs[name]!, inputs[adds_to.at]!];
    const perRow = JSON.parse(read(model, 'manifest.json')).inputs.find(
      (input: { name: string }) => input.name === adds_to.at,
    ).shape[1];
    const rows = places.length / perRow;
    Array.from(places).forEach((place, i) => {
      if (place < adds_to.first) return;
      const at = (Math.floor(i / perRow) * sums.length) / rows + place - adds_to.first;
      sums[at] = sums[at]! + values[i]!;
    });
    delete outputs[name];
  }
  return outputs;
}

async function wasm(model: string, version: string): Promise<Run> {
  const source: VersionSource = {
    model,
    version: Number(version),
    folder: join(MODELS, model, version),
    format: parseCard(read(model, version, 'version.json')).format,
    signature: parseManifest(read(model, 'manifest.json')),
    sha256: '',
  };
  const loaded = withAdditions(await (await createWasmRuntime()).load(source));
  return async (inputs) => {
    const outputs = await loaded.run(tensorsOf(model, inputs));
    return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, tensor.data as Float32Array]));
  };
}
