import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Simulated: how likely a customer stays away, of recency and two numbers that nobody stores. */
export const CHURN = {
  name: 'churn',
  task: 'binary-classification',
  description: 'How likely a customer is to stay away for three months. Simulated, for tests.',
  entity: 'customer',
  inputs: [
    {
      name: 'features',
      datatype: 'FP32',
      shape: [-1, 3],
      features: [
        {
          name: 'log_recency',
          description: 'ln(1 + days since the last purchase).',
          unit: 'ln d',
          minimum: 0,
          maximum: 5.9,
          default: 5.9,
          stored: 'rfm@1/log_recency',
        },
        { name: 'open_complaints', description: 'Complaints without an answer.', minimum: 0, maximum: 20, default: 0 },
        { name: 'tenure_months', description: 'How long they have been a customer.', unit: 'months', default: 12 },
      ],
    },
  ],
  outputs: [
    {
      name: 'probability',
      datatype: 'FP32',
      shape: [-1, 1],
      features: [{ name: 'probability', description: 'That they stay away.', minimum: 0, maximum: 1 }],
    },
  ],
  prediction_log: 'all',
};
export type Manifest = Omit<typeof CHURN, 'inputs' | 'outputs'> & {
  readonly inputs: readonly object[];
  readonly outputs: readonly object[];
  readonly [more: string]: unknown;
};

/** The weights of the churn model: its answer is sigmoid(log_recency - 3 + open_complaints / 2 - tenure_months / 24). */
export const CHURN_WEIGHTS = [1, 0.5, -1 / 24, -3];

/**
 * Drops a model of one dense layer into a models folder, whole from one moment to the next: `weights` is its kernel, row by row, and its
 * biases.
 */
export function dropIn(
  models: string,
  manifest: Manifest | Record<string, unknown> = CHURN,
  { version = 1, weights = CHURN_WEIGHTS as readonly number[], units = 1, activation = 'sigmoid' } = {},
): void {
  const { name, inputs, outputs } = manifest as unknown as { name: string; inputs: Named[]; outputs: Named[] };
  const folder = join(models, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  const width = (weights.length - units) / units;
  const [input, output] = [inputs[0]!.name, outputs[0]!.name];
  const model = JSON.stringify({
    format: 'layers-model',
    modelTopology: {
      class_name: 'Model',
      config: {
        name,
        layers: [
          layer('InputLayer', input, { batch_input_shape: [null, width], dtype: 'float32', sparse: false }, []),
          layer('Dense', output, { units, activation, use_bias: true }, [[[input, 0, 0, {}]]]),
        ],
        input_layers: [[input, 0, 0]],
        output_layers: [[output, 0, 0]],
      },
    },
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: [
          { name: `${output}/kernel`, shape: [width, units], dtype: 'float32' },
          { name: `${output}/bias`, shape: [units], dtype: 'float32' },
        ],
      },
    ],
  });
  const files = { 'model.json': Buffer.from(model), 'weights.bin': Buffer.from(new Float32Array(weights).buffer) };
  const hidden = join(folder, `.${version}`);
  mkdirSync(hidden);
  const hashes = Object.entries(files).map(([file, content]) => {
    writeFileSync(join(hidden, file), content);
    return [file, createHash('sha256').update(content).digest('hex')];
  });
  const card = { version, format: 'tfjs-layers', files: Object.fromEntries(hashes) };
  writeFileSync(join(hidden, 'version.json'), JSON.stringify(card));
  renameSync(hidden, join(folder, String(version)));
}

interface Named {
  readonly name: string;
}
const layer = (kind: string, name: string, config: object, inbound: unknown) => ({
  class_name: kind,
  name,
  config: { ...config, name },
  inbound_nodes: inbound,
});
