// Models of one form, each with weights of its own: what a payment's model is in size, of the three features that are stored of a customer.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RFM_FEATURES } from '../../../dist/features/rfm-features.js';
import { seeded } from '../../../dist/training/random.js';

/** Units of the hidden layers: what a payment's model has. */
export const LIKE_PAYMENTS = [192, 96];
const widthsOf = (hidden) => [RFM_FEATURES.features.length, ...hidden, 1];
const LAYERS = ['hidden_1', 'hidden_2', 'probability'];

export const modelName = (m) => `m${m}`;

function weightsOf(m, widths) {
  const random = seeded(1_000 + m);
  return LAYERS.map((_, l) => {
    const scale = Math.sqrt(6 / widths[l]) / 2;
    return {
      kernel: Float32Array.from({ length: widths[l] * widths[l + 1] }, () => scale * (2 * random() - 1)),
      bias: Float32Array.from({ length: widths[l + 1] }, () => 0.2 * (2 * random() - 1)),
    };
  });
}

/** What model `m` with these hidden layers says of a vector, computed here. */
export function answerOf(m, hidden = LIKE_PAYMENTS) {
  const layers = weightsOf(m, widthsOf(hidden));
  return (features) => {
    let values = features;
    layers.forEach(({ kernel, bias }, l) => {
      const next = Float64Array.from(bias);
      for (let i = 0; i < values.length; i++)
        for (let j = 0; j < next.length; j++) next[j] += values[i] * kernel[i * next.length + j];
      values = l < LAYERS.length - 1 ? next.map((x) => Math.max(0, x)) : next.map((x) => 1 / (1 + Math.exp(-x)));
    });
    return values[0];
  };
}

const layer = (kind, name, config, inbound) => ({
  class_name: kind,
  name,
  config: { ...config, name },
  inbound_nodes: inbound === null ? [] : [[[inbound, 0, 0, {}]]],
});

/** Writes models 0 … count - 1 with these hidden layers into a models folder. */
export function writeModels(folder, count, hidden = LIKE_PAYMENTS) {
  const widths = widthsOf(hidden);
  for (let m = 0; m < count; m++) {
    const name = modelName(m);
    const versionFolder = join(folder, name, '1');
    mkdirSync(versionFolder, { recursive: true });
    const manifest = {
      ...{ name, task: 'binary-classification', description: 'Random weights, for a bench.', entity: 'customer' },
      inputs: [
        {
          ...{ name: 'features', datatype: 'FP32', shape: [-1, widths[0]] },
          features: RFM_FEATURES.features.map((feature) => ({ ...feature, stored: `rfm@1/${feature.name}` })),
        },
      ],
      outputs: [
        {
          ...{ name: 'probability', datatype: 'FP32', shape: [-1, 1] },
          features: [{ name: 'probability', description: 'Of nothing.', minimum: 0, maximum: 1 }],
        },
      ],
      batching: {
        max_batch_size: 1024,
        preferred_batch_size: [],
        max_queue_delay_microseconds: 0,
        max_queue_size: 16384,
      },
      prediction_log: { sample: 0.1 },
    };
    const dense = LAYERS.map((dense_, l) =>
      layer(
        'Dense',
        dense_,
        { units: widths[l + 1], activation: l < LAYERS.length - 1 ? 'relu' : 'sigmoid', use_bias: true },
        l === 0 ? 'features' : LAYERS[l - 1],
      ),
    );
    const input = layer(
      'InputLayer',
      'features',
      { batch_input_shape: [null, widths[0]], dtype: 'float32', sparse: false },
      null,
    );
    const files = {
      'model.json': JSON.stringify({
        format: 'layers-model',
        modelTopology: {
          class_name: 'Model',
          config: {
            name,
            layers: [input, ...dense],
            input_layers: [['features', 0, 0]],
            output_layers: [['probability', 0, 0]],
          },
        },
        weightsManifest: [
          {
            paths: ['weights.bin'],
            weights: LAYERS.flatMap((dense_, l) => [
              { name: `${dense_}/kernel`, shape: [widths[l], widths[l + 1]], dtype: 'float32' },
              { name: `${dense_}/bias`, shape: [widths[l + 1]], dtype: 'float32' },
            ]),
          },
        ],
      }),
      'weights.bin': Buffer.concat(
        weightsOf(m, widths).flatMap(({ kernel, bias }) => [Buffer.from(kernel.buffer), Buffer.from(bias.buffer)]),
      ),
    };
    const hashes = {};
    for (const [file, content] of Object.entries(files)) {
      writeFileSync(join(versionFolder, file), content);
      hashes[file] = createHash('sha256').update(content).digest('hex');
    }
    writeFileSync(join(folder, name, 'manifest.json'), JSON.stringify(manifest));
    writeFileSync(
      join(versionFolder, 'version.json'),
      JSON.stringify({ version: 1, format: 'tfjs-layers', files: hashes }),
    );
  }
}
